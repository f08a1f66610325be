/*
 * What health needs to know of a session and its tracks, beside their facts. Only sessions that were asked for notices
 * or conditions have it. Allocates nothing, reads no clock.
 */
#ifndef MPE_OBSERVE_HEALTH_H
#define MPE_OBSERVE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/facts.h"
#include "wire/unit.h"

/* So many key-frame intervals are kept. */
#define MPE_HEALTH_GOPS 4

/* Of a track. Media time here is its elapsed_us: steps out of line, and what was sent again, count for nothing. */
struct mpe_track_health {
    int64_t elapsed_us;                /* at the last frame */
    int64_t key_us;                    /* at the last key frame; MPE_TIME_NONE: none yet */
    uint32_t gops_us[MPE_HEALTH_GOPS]; /* key-frame intervals, the newest first */
    uint8_t gop_count;                 /* so many of them are there */
};

/* Of a session. */
struct mpe_session_health {
    int64_t opened_us; /* caller's time of opening */
};

void mpe_health_open(struct mpe_session_health *session, int64_t now_us);
void mpe_health_add_track(struct mpe_track_health *track);

/*
 * A frame of the track is complete, observe has taken it: facts. true: it is one after which the conditions of the
 * track are looked at, at once.
 */
bool mpe_health_frame(struct mpe_session_health *session, struct mpe_track_health *track,
                      const struct mpe_track_facts *facts, const struct mpe_unit *unit, bool is_key_frame);

#endif
