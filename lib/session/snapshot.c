/* How a session is now. */
#include "base/clock.h"
#include "session/health.h"

static const struct mpe_session_track *first_video(const struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (session->tracks.items[i].observed.facts.media == MPE_MEDIA_VIDEO)
            return &session->tracks.items[i];
    }
    return NULL;
}

/* What every session knows. */
static void fill_time(mpe_health_snapshot *snapshot, const struct mpe_session *session)
{
    const struct mpe_observation *const observation = &session->observation;
    snapshot->now_us = session->now_us;
    if (!observation->facts.media_seen)
        return;
    snapshot->silence_us = session->now_us - mpe_part_heard_us(&session->part);
    snapshot->lead_us = observation->facts.media_elapsed_us - (session->now_us - observation->media_began_us);
}

/* What those know that were asked for conditions. */
static void fill_clock(mpe_health_snapshot *snapshot, const struct mpe_session_health *health)
{
    const int64_t gain_permille = mpe_lead_gain_permille(&health->lead);
    if (health->encode_to_ingest_us != MPE_TIME_NONE)
        snapshot->encode_to_ingest_us = health->encode_to_ingest_us;
    if (!mpe_health_has_media(health) || health->lead.began_us == MPE_TIME_NONE)
        return;
    snapshot->lost_us = mpe_lead_lost_us(&health->lead, MPE_LEAD_LOST, health->fragment_us);
    if (gain_permille != INT64_MIN)
        snapshot->gain_permille = gain_permille;
}

static void fill_video(mpe_health_snapshot *snapshot, const struct mpe_session *session)
{
    const struct mpe_session_track *const video = first_video(session);
    if (video == NULL || video->observed.facts.key_frames == 0)
        return;
    const struct mpe_track_facts *const facts = &video->observed.facts;
    const struct mpe_health *const health = session->health;
    snapshot->bytes_since_key_frame = (int64_t)facts->pending_bytes;
    if (health != NULL && health->judged != NULL && facts->index < health->count &&
        health->tracks[facts->index].observed.video->gop_count > 0)
        snapshot->key_frame_interval_us = health->tracks[facts->index].observed.video->gops_us[0];
}

mpe_status mpe_session_wall_clock(mpe_session *session, int64_t unix_us, int64_t now_us)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (session->health != NULL && session->health->judged != NULL)
        session->health->judged->observed.unix_less_now_us = mpe_sane_us(unix_us) - mpe_sane_us(now_us);
    return MPE_OK;
}

mpe_status mpe_session_health(const mpe_session *session, mpe_health_snapshot *snapshot)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (snapshot == NULL)
        return MPE_BAD_OUTPUT;
    if (snapshot->struct_size < sizeof(*snapshot))
        return MPE_BAD_STRUCT_SIZE;
    *snapshot = (mpe_health_snapshot){.struct_size = sizeof(*snapshot),
                                      .lead_us = MPE_NOT_MEASURED,
                                      .silence_us = MPE_NOT_MEASURED,
                                      .bytes_since_key_frame = MPE_NOT_MEASURED,
                                      .lost_us = MPE_NOT_MEASURED,
                                      .gain_permille = MPE_NOT_MEASURED,
                                      .key_frame_interval_us = MPE_NOT_MEASURED,
                                      .encode_to_ingest_us = MPE_NOT_MEASURED};
    fill_time(snapshot, session);
    fill_video(snapshot, session);
    if (session->health != NULL && session->health->judged != NULL && session->tools.limits->conditions)
        fill_clock(snapshot, &session->health->judged->observed);
    return MPE_OK;
}
