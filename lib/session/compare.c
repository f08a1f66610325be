/* A session against the others of its channel, and its video tracks against each other. */
#include "session/compare.h"

/* Key frames that lie apart so many times in a row are not aligned. */
#define RUNS 3

/* Times that are the same in all sessions: those of fragmented MP4. */
static bool shares_clock(const struct mpe_session *session)
{
    return session->wire.protocol == MPE_PROTOCOL_FMP4;
}

static void show_video(const struct mpe_session *session, uint16_t index, struct mpe_shown *shown)
{
    const struct mpe_track_facts *const facts = &session->tracks.items[index].observed.facts;
    const struct mpe_track_health *const health = &session->health->tracks[index].observed;
    shown->video_codec = facts->codec;
    shown->profile = facts->stream->profile;
    shown->width_px = (uint16_t)facts->stream->width_px;
    shown->height_px = (uint16_t)facts->stream->height_px;
    if (facts->header_seen)
        shown->scan = facts->stream->is_interlaced ? MPE_SCAN_INTERLACED : MPE_SCAN_PROGRESSIVE;
    shown->mfps = health->has_rates ? health->mfps : 0;
    shown->gop_us = health->video->gop_count == MPE_HEALTH_GOPS ? health->video->gops_us[0] : 0;
    shown->declared_bps = mpe_track_quality_bps(facts);
    if (!shares_clock(session))
        return;
    shown->key_dts_us[0] = health->video->key_dts_us[0];
    shown->key_dts_us[1] = health->video->key_dts_us[1];
}

static void show_audio(const struct mpe_track_facts *facts, struct mpe_shown *shown)
{
    shown->audio_codec = facts->codec;
    shown->sample_rate_hz = (uint32_t)facts->stream->sample_rate_hz;
    shown->channels = facts->stream->channels;
    shown->declared_audio_bps = mpe_track_quality_bps(facts);
}

struct mpe_shown mpe_compare_nothing(void)
{
    return (struct mpe_shown){.key_dts_us = {MPE_TIME_NONE, MPE_TIME_NONE}};
}

/* The first track of each medium. */
static struct mpe_shown show(const struct mpe_session *session)
{
    struct mpe_shown shown = mpe_compare_nothing();
    for (uint16_t i = session->health->count; i-- > 0;) {
        const struct mpe_track_facts *const facts = &session->tracks.items[i].observed.facts;
        if (facts->media == MPE_MEDIA_VIDEO)
            show_video(session, i, &shown);
        else
            show_audio(facts, &shown);
    }
    return shown;
}

void mpe_compare_interval(struct mpe_session *session)
{
    struct mpe_judged *const judged = session->health->judged;
    struct mpe_compare_news news;
    if (!mpe_health_has_media(&judged->observed) || session->has_left)
        return;
    const struct mpe_shown shown = show(session);
    mpe_channel_show(session->channel, &session->health->compared, &session->part, &shown, session->now_us, &news);
    judged->observed.differs = news.differs;
    if (news.takes_over)
        mpe_health_happens(&judged->observed.events, MPE_SESSION_TAKEOVER);
}

void mpe_compare_end(struct mpe_session *session)
{
    if (session->health != NULL)
        mpe_channel_hide(session->channel, &session->health->compared);
}

/* ---- key frames ---- */

/* How far those of a track are from those of the session's tracks before it, the largest. */
static int64_t apart_inside_us(const struct mpe_session *session, uint16_t index)
{
    const int64_t *const keys_us = session->health->tracks[index].observed.video->key_dts_us;
    int64_t most_us = MPE_TIME_NONE;
    for (uint16_t i = 0; i < index; i++) {
        const struct mpe_video_health *const other = session->health->tracks[i].observed.video;
        const int64_t apart_us = other != NULL ? mpe_keys_apart_us(keys_us, other->key_dts_us) : MPE_TIME_NONE;
        most_us = apart_us > most_us ? apart_us : most_us;
    }
    return most_us;
}

/* And from those of sessions before it. */
static int64_t apart_outside_us(struct mpe_session *session, uint16_t index)
{
    struct mpe_compare_news news;
    struct mpe_shown shown = show(session);
    shown.key_dts_us[0] = session->health->tracks[index].observed.video->key_dts_us[0];
    shown.key_dts_us[1] = session->health->tracks[index].observed.video->key_dts_us[1];
    mpe_channel_show(session->channel, &session->health->compared, &session->part, &shown, session->now_us, &news);
    if (news.takes_over)
        mpe_health_happens(&session->health->judged->observed.events, MPE_SESSION_TAKEOVER);
    return news.apart_us;
}

void mpe_compare_key_frame(struct mpe_session *session, uint16_t index)
{
    struct mpe_session_health *const health = &session->health->judged->observed;
    const struct mpe_track_health *const track = &session->health->tracks[index].observed;
    struct mpe_video_health *const video = track->video;
    const int64_t frame_us = track->regular.median_us != 0 ? track->regular.median_us : 50000;
    const int64_t inside_us = apart_inside_us(session, index);
    const int64_t outside_us =
        shares_clock(session) && !session->has_left ? apart_outside_us(session, index) : MPE_TIME_NONE;
    const int64_t apart_us = inside_us > outside_us ? inside_us : outside_us;
    if (apart_us == MPE_TIME_NONE)
        return;
    video->runs_apart = apart_us > frame_us + 1000 ? (uint8_t)(video->runs_apart + (video->runs_apart < UINT8_MAX)) : 0;
    if (video->runs_apart < RUNS)
        return;
    health->keys_apart_us = apart_us < UINT32_MAX ? (uint32_t)apart_us : UINT32_MAX;
    health->keys_limit_us = (uint32_t)frame_us;
    mpe_health_happens(&health->events, MPE_SESSION_NOT_ALIGNED);
}

/* ---- key frames, for notices ---- */

/* Those of the session's tracks before it that lie farthest from those of a track. */
static int64_t keys_apart_inside_us(const struct mpe_session *session, uint16_t index, struct mpe_chunk_keys *others,
                                    int32_t *other_track)
{
    const struct mpe_track_chunks *const chunks = session->health->chunks;
    int64_t most_us = MPE_TIME_NONE;
    for (uint16_t i = 0; i < index; i++) {
        const struct mpe_track_facts *const other = &session->tracks.items[i].observed.facts;
        if (chunks[i].keys == NULL || chunks[i].keys->timescale == 0 ||
            other->stream_id != session->tracks.items[index].observed.facts.stream_id)
            continue;
        const int64_t apart_us = mpe_keys_apart_us(chunks[index].keys->us, chunks[i].keys->us);
        if (apart_us <= most_us)
            continue;
        most_us = apart_us;
        *others = *chunks[i].keys;
        *other_track = i;
    }
    return most_us;
}

static int64_t keys_apart_outside_us(struct mpe_session *session, uint16_t index, struct mpe_chunk_keys *others)
{
    if (!shares_clock(session) || session->has_left)
        return MPE_TIME_NONE;
    return mpe_channel_show_keys(session->channel, &session->health->compared, &session->part,
                                 session->health->chunks[index].keys, session->now_us, others);
}

uint32_t mpe_compare_keys(struct mpe_session *session, uint16_t index, struct mpe_chunk_news *news)
{
    struct mpe_chunk_keys inside = {.timescale = 0}, outside = {.timescale = 0};
    const int64_t inside_us = keys_apart_inside_us(session, index, &inside, &news->other_track);
    const int64_t outside_us = keys_apart_outside_us(session, index, &outside);
    const bool is_outside = outside_us > inside_us;
    if (is_outside)
        news->other_track = -1;
    if (inside_us == MPE_TIME_NONE && outside_us == MPE_TIME_NONE)
        return 0;
    return mpe_chunks_key_sync(&session->health->chunks[index], is_outside ? &outside : &inside,
                               is_outside ? outside_us : inside_us, news);
}
