/* What health needs to know, frame by frame. */
#include "observe/health.h"

#include <string.h>

void mpe_health_open(struct mpe_session_health *session, int64_t now_us)
{
    memset(session, 0, sizeof(*session));
    session->opened_us = now_us;
}

void mpe_health_add_track(struct mpe_track_health *track)
{
    memset(track, 0, sizeof(*track));
    track->key_us = MPE_TIME_NONE;
}

static uint32_t short_us(int64_t us)
{
    return us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void note_gop(struct mpe_track_health *track, int64_t gop_us)
{
    memmove(&track->gops_us[1], &track->gops_us[0], sizeof(track->gops_us) - sizeof(track->gops_us[0]));
    track->gops_us[0] = short_us(gop_us);
    track->gop_count += track->gop_count < MPE_HEALTH_GOPS;
}

/* Key frames at one time are one: it was sent again, or time has not begun. false: it is none of its own. */
static bool note_key_frame(struct mpe_track_health *track)
{
    const bool is_first = track->key_us == MPE_TIME_NONE;
    if (!is_first && track->elapsed_us == track->key_us)
        return false;
    if (!is_first)
        note_gop(track, track->elapsed_us - track->key_us);
    track->key_us = track->elapsed_us;
    return true;
}

bool mpe_health_frame(struct mpe_session_health *session, struct mpe_track_health *track,
                      const struct mpe_track_facts *facts, const struct mpe_unit *unit, bool is_key_frame)
{
    (void)session, (void)unit;
    track->elapsed_us = facts->elapsed_us;
    return is_key_frame && note_key_frame(track);
}
