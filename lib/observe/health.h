/*
 * What health needs to know of a session and its tracks, beside their facts. Only sessions that were asked for notices
 * or conditions have it. Allocates nothing, reads no clock.
 */
#ifndef MPE_OBSERVE_HEALTH_H
#define MPE_OBSERVE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/apart.h"
#include "observe/facts.h"
#include "observe/lead.h"
#include "observe/observe.h"
#include "observe/regular.h"
#include "wire/unit.h"

/* So many key-frame intervals are kept. */
#define MPE_HEALTH_GOPS 4

/* Rates are those of stretches of so much media, without a gap in it. */
#define MPE_HEALTH_WINDOW_US 10000000

/* What happened once is over after so long; time goes on in whole seconds, one of which may have begun. */
#define MPE_HEALTH_ONCE_S 11

/* What happens once to a track. */
enum mpe_track_event {
    MPE_TRACK_GAP,          /* media is missing between two frames */
    MPE_TRACK_OTHER_HEADER, /* its header is another one, in mid-stream */
    MPE_TRACK_ENCODER_SLOW, /* its encoder says so: frames lagged or were skipped */
    MPE_TRACK_NETWORK_SLOW  /* its encoder says so: frames were dropped */
};

/* What happens once to a session. */
enum mpe_session_event { MPE_SESSION_OUT_OF_SYNC, MPE_SESSION_TAKEOVER, MPE_SESSION_NOT_ALIGNED };

#define MPE_HEALTH_EVENTS 4

/* How long each event of a track, or of a session, still lasts, in seconds; 0: it is over. */
struct mpe_events {
    uint8_t left_s[MPE_HEALTH_EVENTS];
};

/* Of the key frames of a video track, and of what is between them. */
struct mpe_video_health {
    int64_t key_us;                    /* at the last key frame; MPE_TIME_NONE: none yet, or there was a gap since */
    int64_t key_dts_us[2];             /* of the last key frames, the newest first; MPE_TIME_NONE: none */
    int64_t top_pts_us;                /* latest composition time of all frames so far */
    uint32_t gops_us[MPE_HEALTH_GOPS]; /* key-frame intervals, the newest first */
    uint32_t lost_frames[2];           /* that the encoder says it lost, when it was slow, and when the network was */
    uint8_t runs_apart;                /* key frames in a row that lie apart from those of another rendition */
    uint8_t gop_count;                 /* so many of gops_us are there */
    uint8_t single_gops;               /* so many of the last were of one frame */
    uint8_t b_run;                     /* frames in a row that are shown before one that came earlier */
    uint8_t b_frames;                  /* the longest of these in the last GOP */
    bool is_gop_open;                  /* by the NAL unit headers of the last key frame, and of what follows it */
    bool has_longer_gops;              /* a GOP had more than one frame */
};

/* Of a track. Media time here is its elapsed_us: steps out of line, and what was sent again, count for nothing. */
struct mpe_track_health {
    struct mpe_video_health *video; /* the caller's; NULL: it is no video track */
    int64_t elapsed_us;             /* at the last frame */
    uint32_t gop_frames;            /* since the last key frame, with it */
    bool has_rates;
    bool is_after_gap; /* the last frame comes after one */
    bool has_header;
    bool goes_on; /* most frames that come need no look, see mpe_health_goes_on */
    struct mpe_regular regular;
    struct mpe_events events; /* this far, what most frames look at */

    int64_t fragment_us;   /* where its fragment began; INT64_MAX: no fragments */
    int64_t window_us;     /* where the stretch began over which rates are measured next */
    uint32_t window_bytes; /* facts.bytes there, and below, modulo 2^32 */
    uint32_t window_frames;
    uint32_t bps; /* over the last window; valid where has_rates */
    uint32_t mfps;
    uint32_t gap_us;   /* the last one */
    uint32_t duration; /* of the last frame in ticks, where its format says so; 0: it does not */
};

/* Of a session. The members with two places are by media: [0] video, [1] audio. */
struct mpe_session_health {
    int64_t media_us[2];  /* media time of it, of the track that has most */
    int64_t seen_us[2];   /* media time of the other one, when this one came last */
    uint32_t fragment_us; /* the longest fragment */
    uint32_t apart_us;    /* audio and video, when they were out of sync last */
    struct mpe_events events;
    bool has_announced[2]; /* by metadata */
    bool had_frames[2];    /* since it was opened, or paused */
    int64_t moved_us; /* caller's time: media in fragments came last; MPE_TIME_NONE: not in this interval; this far,
                         what each frame looks at */

    struct mpe_lead lead;
    uint16_t differs;         /* from another push of its stream name: enum mpe_difference bits of channel/compare.h */
    uint32_t keys_apart_us;   /* when key frames of two renditions were apart last, */
    uint32_t keys_limit_us;   /* and how far they may be */
    int64_t unix_less_now_us; /* wall clock minus the caller's; MPE_TIME_NONE: the host does not say */
    int64_t encode_to_ingest_us; /* MPE_TIME_NONE: not measured */
};

void mpe_health_open(struct mpe_session_health *session);
void mpe_health_add_track(struct mpe_track_health *track, struct mpe_video_health *video);

/* Something happens: one of the enums of events. */
static inline void mpe_health_happens(struct mpe_events *events, int event)
{
    events->left_s[event] = MPE_HEALTH_ONCE_S;
}

/* Media time of the last key frame; MPE_TIME_NONE: there was none, or a gap since. */
static inline int64_t mpe_health_key_us(const struct mpe_track_health *track)
{
    return track->video != NULL ? track->video->key_us : MPE_TIME_NONE;
}

static inline bool mpe_health_has_media(const struct mpe_session_health *session)
{
    return session->had_frames[0] || session->had_frames[1];
}

static inline void mpe_health_note_media(struct mpe_session_health *session, int own, int64_t elapsed_us)
{
    if (elapsed_us > session->media_us[own])
        session->media_us[own] = elapsed_us;
    session->seen_us[own] = session->media_us[!own];
    session->had_frames[own] = true;
}

/* A frame of a fragment came, its time is the track's. */
static inline void mpe_health_note_fragment(struct mpe_session_health *session, struct mpe_track_health *track,
                                            const struct mpe_unit *unit, int64_t now_us)
{
    session->moved_us = now_us;
    track->duration = unit->duration;
    if (unit->begins_fragment)
        track->fragment_us = track->elapsed_us;
    const int64_t length_us = track->elapsed_us - track->fragment_us;
    if (length_us > (int64_t)session->fragment_us)
        session->fragment_us = length_us < UINT32_MAX ? (uint32_t)length_us : UINT32_MAX;
}

/* Whether audio and video are no further apart than they may be: fragments come one after the other. */
static inline bool mpe_health_is_in_sync(const struct mpe_session_health *session, int64_t apart_us,
                                         const struct mpe_limits *limits)
{
    return apart_us <= limits->out_of_sync_us + session->fragment_us || limits->out_of_sync_us == 0;
}

/*
 * Whether a frame, no key frame, goes on as those before it: mpe_health_go_on is enough for it. apart_us: as of
 * mpe_health_frame.
 */
static inline bool mpe_health_goes_on(const struct mpe_session_health *session, const struct mpe_track_health *track,
                                      int64_t elapsed_us, int64_t apart_us, const struct mpe_limits *limits)
{
    const int64_t step_us = elapsed_us - track->elapsed_us;
    return track->goes_on && mpe_step_is_short(step_us, limits->discontinuity_us) &&
           mpe_health_is_in_sync(session, apart_us, limits);
}

static inline void mpe_health_go_on(struct mpe_session_health *session, struct mpe_track_health *track, int own,
                                    const struct mpe_unit *unit, int64_t elapsed_us, int64_t now_us)
{
    mpe_regular_count(&track->regular, elapsed_us - track->elapsed_us);
    track->elapsed_us = elapsed_us;
    track->gop_frames++;
    if (unit->clock.resends)
        mpe_health_note_fragment(session, track, unit, now_us);
    mpe_health_note_media(session, own, elapsed_us);
}

/*
 * A frame of the track is complete, observe has taken it: unit, track_facts. apart_us: how far the track is behind the
 * other medium, see observe/apart.h. true: it is one after which the conditions of the track are looked at, at once.
 */
bool mpe_health_frame(struct mpe_session_health *session, struct mpe_track_health *track,
                      const struct mpe_track_facts *facts, const struct mpe_unit *unit, bool is_key_frame,
                      int64_t apart_us, int64_t now_us, const struct mpe_limits *limits);

/* A header came that is not the one before it. true: as above. */
bool mpe_health_header(struct mpe_track_health *track, const struct mpe_track_facts *facts);

/* What stands in its last key frame. true: as above. */
bool mpe_health_key_frame(struct mpe_track_health *track, const struct mpe_track_facts *facts,
                          const struct mpe_unit *unit);

/* What its report says of when it was sent. */
void mpe_health_sent(struct mpe_session_health *session, const struct mpe_unit *unit, int64_t now_us);

/* The stream is published no more, or anew: what it was before is no measure. */
void mpe_health_pause(struct mpe_session_health *session);

/* Once in an interval: so many whole seconds passed. */
void mpe_health_interval_of_track(struct mpe_track_health *track, const struct mpe_track_facts *facts,
                                  uint32_t seconds);
void mpe_health_interval(struct mpe_session_health *session, const struct mpe_facts *facts, int64_t now_us,
                         uint32_t seconds);

#endif
