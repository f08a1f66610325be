/* What health needs to know, frame by frame. */
#include "observe/health.h"

#include <string.h>

#include "observe/timeline.h"

void mpe_health_open(struct mpe_session_health *session)
{
    memset(session, 0, sizeof(*session));
    session->lead.began_us = session->moved_us = MPE_TIME_NONE;
    session->unix_less_now_us = session->encode_to_ingest_us = MPE_TIME_NONE;
}

void mpe_health_add_track(struct mpe_track_health *track, struct mpe_video_health *video)
{
    *track = (struct mpe_track_health){.video = video, .fragment_us = INT64_MAX};
    if (video == NULL)
        return;
    *video = (struct mpe_video_health){
        .key_us = MPE_TIME_NONE, .key_dts_us = {MPE_TIME_NONE, MPE_TIME_NONE}, .top_pts_us = MPE_TIME_NONE};
}

void mpe_health_pause(struct mpe_session_health *session)
{
    session->lead.began_us = session->moved_us = session->encode_to_ingest_us = MPE_TIME_NONE;
    session->had_frames[0] = session->had_frames[1] = false;
    for (int i = 0; i < 2; i++)
        session->seen_us[i] = session->media_us[!i];
}

static uint32_t short_us(int64_t us)
{
    return us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* ---- what happens once ---- */

static void age(struct mpe_events *events, uint32_t seconds)
{
    for (int i = 0; i < MPE_HEALTH_EVENTS; i++)
        events->left_s[i] = events->left_s[i] > seconds ? (uint8_t)(events->left_s[i] - seconds) : 0;
}

/* ---- key frames ---- */

static void note_gop(struct mpe_video_health *video, int64_t gop_us)
{
    memmove(&video->gops_us[1], &video->gops_us[0], sizeof(video->gops_us) - sizeof(video->gops_us[0]));
    video->gops_us[0] = short_us(gop_us);
    video->gop_count += video->gop_count < MPE_HEALTH_GOPS;
}

static void note_gop_frames(struct mpe_video_health *video, uint32_t gop_frames)
{
    video->has_longer_gops |= gop_frames > 1;
    if (gop_frames > 1)
        video->single_gops = 0;
    else
        video->single_gops += video->single_gops < UINT8_MAX;
}

/* Key frames at one time are one: it was sent again, or time has not begun. false: it is none of its own. */
static bool note_key_frame(struct mpe_track_health *track, const struct mpe_track_facts *facts)
{
    struct mpe_video_health *const video = track->video;
    const bool is_first = video->key_us == MPE_TIME_NONE;
    if (!is_first && track->elapsed_us <= video->key_us)
        return false;
    if (!is_first)
        note_gop(video, track->elapsed_us - video->key_us);
    if (track->gop_frames > 0)
        note_gop_frames(video, track->gop_frames);
    video->key_us = track->elapsed_us;
    video->key_dts_us[1] = video->key_dts_us[0];
    video->key_dts_us[0] = facts->last_dts_us;
    track->gop_frames = 0;
    return true;
}

/* A frame that is shown before one that came earlier is a B-frame, or as good as one. */
static void note_order(struct mpe_track_health *track, const struct mpe_unit *unit, bool is_key_frame)
{
    struct mpe_video_health *const video = track->video;
    const int64_t pts_us = track->elapsed_us + mpe_clock_us(&unit->clock, unit->composition_offset);
    const bool is_shown_late = pts_us > video->top_pts_us;
    if (is_key_frame)
        video->b_frames = 0;
    video->b_run = is_shown_late ? 0 : (uint8_t)(video->b_run + (video->b_run < UINT8_MAX));
    video->b_frames = video->b_run > video->b_frames ? video->b_run : video->b_frames;
    video->top_pts_us = is_shown_late ? pts_us : video->top_pts_us;
}

/* ---- intervals ---- */

static void begin_window(struct mpe_track_health *track, const struct mpe_track_facts *facts)
{
    track->window_us = track->elapsed_us;
    track->window_bytes = (uint32_t)facts->bytes;
    track->window_frames = (uint32_t)facts->frames;
}

/* So long the last frame lasted: as its format says, or as most do; 0: not known. */
static int64_t expected_us(const struct mpe_track_health *track, const struct mpe_unit *unit)
{
    return track->duration != 0 ? mpe_clock_us(&unit->clock, track->duration) : track->regular.median_us;
}

/* A gap is in no interval and in no rate; where one follows the other, the intervals are no longer what they were. */
static void note_gap(struct mpe_track_health *track, const struct mpe_track_facts *facts, const struct mpe_unit *unit,
                     int64_t step_us)
{
    track->gap_us = short_us(step_us - expected_us(track, unit));
    if (track->video != NULL)
        track->video->key_us = MPE_TIME_NONE;
    if (!track->is_after_gap)
        mpe_regular_drop(&track->regular);
    else
        mpe_regular_add(&track->regular, step_us, unit->clock.ticks_per_s);
    track->is_after_gap = true;
    begin_window(track, facts);
    mpe_health_happens(&track->events, MPE_TRACK_GAP);
}

/* The step to this frame is a gap where it goes beyond the last one by another, and a tick, and some. */
static bool is_gap(const struct mpe_track_health *track, const struct mpe_unit *unit, int64_t step_us,
                   const struct mpe_limits *limits)
{
    const int64_t frame_us = expected_us(track, unit);
    const int64_t most_us = frame_us + 1000000 / unit->clock.ticks_per_s;
    return frame_us != 0 && limits->discontinuity_us != 0 &&
           step_us - frame_us > (most_us > limits->discontinuity_us ? most_us : limits->discontinuity_us);
}

/* true: there is a gap before the frame. */
static bool note_step(struct mpe_track_health *track, const struct mpe_track_facts *facts, const struct mpe_unit *unit,
                      int64_t step_us, const struct mpe_limits *limits)
{
    if (step_us <= 0)
        return false;
    if (is_gap(track, unit, step_us, limits)) {
        note_gap(track, facts, unit, step_us);
        return true;
    }
    mpe_regular_add(&track->regular, step_us, unit->clock.ticks_per_s);
    track->is_after_gap = false;
    return false;
}

/* ---- audio and video ---- */

static bool note_apart(struct mpe_session_health *session, int64_t apart_us, const struct mpe_limits *limits)
{
    if (mpe_health_is_in_sync(session, apart_us, limits))
        return false;
    session->apart_us = short_us(apart_us);
    mpe_health_happens(&session->events, MPE_SESSION_OUT_OF_SYNC);
    return true;
}

bool mpe_health_frame(struct mpe_session_health *session, struct mpe_track_health *track,
                      const struct mpe_track_facts *facts, const struct mpe_unit *unit, bool is_key_frame,
                      int64_t apart_us, int64_t now_us, const struct mpe_limits *limits)
{
    const int own = mpe_apart_place(facts->media);
    const int64_t step_us = facts->elapsed_us - track->elapsed_us;
    track->elapsed_us = facts->elapsed_us;
    bool is_news = note_step(track, facts, unit, step_us, limits);
    if (is_news) /* the other media could not come while there was nothing of this one */
        session->seen_us[!own] += track->gap_us;
    if (unit->clock.resends)
        mpe_health_note_fragment(session, track, unit, now_us);
    mpe_health_note_media(session, own, track->elapsed_us);
    is_news |= note_apart(session, apart_us, limits);
    if (is_key_frame && track->video != NULL)
        is_news |= note_key_frame(track, facts);
    track->gop_frames++;
    const bool counts_b_frames = limits->max_b_frames >= 0 && track->video != NULL;
    if (counts_b_frames)
        note_order(track, unit, is_key_frame);
    track->goes_on = !counts_b_frames && !track->is_after_gap && mpe_regular_is_known(&track->regular);
    return is_news;
}

/* ---- what key frames say ---- */

static void note_lost(struct mpe_track_health *track, int event, uint32_t frames)
{
    if (frames == 0)
        return;
    track->video->lost_frames[event - MPE_TRACK_ENCODER_SLOW] = frames;
    mpe_health_happens(&track->events, event);
}

/* The counters of a first key frame are totals: they say nothing of now. */
bool mpe_health_key_frame(struct mpe_track_health *track, const struct mpe_track_facts *facts,
                          const struct mpe_unit *unit)
{
    if (track->video == NULL)
        return false;
    const bool was_gop_open = track->video->is_gop_open;
    if (unit->refresh != MPE_REFRESH_UNKNOWN)
        track->video->is_gop_open = unit->refresh == MPE_REFRESH_OPEN || unit->has_rasl;
    if (unit->report == NULL || facts->key_frames <= 1)
        return track->video->is_gop_open != was_gop_open;
    const uint64_t late_frames = (uint64_t)unit->report->lagged_frames + unit->report->skipped_frames;
    note_lost(track, MPE_TRACK_ENCODER_SLOW, late_frames < UINT32_MAX ? (uint32_t)late_frames : UINT32_MAX);
    note_lost(track, MPE_TRACK_NETWORK_SLOW, unit->report->dropped_frames);
    return true;
}

void mpe_health_sent(struct mpe_session_health *session, const struct mpe_unit *unit, int64_t now_us)
{
    if (unit->report == NULL || unit->report->sent_unix_us == 0 || session->unix_less_now_us == MPE_TIME_NONE)
        return;
    session->encode_to_ingest_us = session->unix_less_now_us + now_us - unit->report->sent_unix_us;
}

/* ---- headers ---- */

bool mpe_health_header(struct mpe_track_health *track, const struct mpe_track_facts *facts)
{
    if (track->has_header && facts->frames > 0)
        mpe_health_happens(&track->events, MPE_TRACK_OTHER_HEADER);
    track->has_header = true;
    return true;
}

/* ---- time ---- */

static uint32_t per_second(uint64_t count, int64_t us)
{
    const uint64_t rate = count > UINT64_MAX / 1000000 ? UINT64_MAX : count * 1000000 / (uint64_t)us;
    return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

static void end_window(struct mpe_track_health *track, const struct mpe_track_facts *facts)
{
    const int64_t us = track->elapsed_us - track->window_us;
    track->bps = per_second((uint64_t)((uint32_t)facts->bytes - track->window_bytes) * 8, us);
    track->mfps = per_second((uint64_t)((uint32_t)facts->frames - track->window_frames) * 1000, us);
    track->has_rates = true;
    mpe_regular_turn(&track->regular);
    track->goes_on = false;
    begin_window(track, facts);
}

void mpe_health_interval_of_track(struct mpe_track_health *track, const struct mpe_track_facts *facts, uint32_t seconds)
{
    age(&track->events, seconds);
    if (track->elapsed_us - track->window_us >= MPE_HEALTH_WINDOW_US)
        end_window(track, facts);
}

void mpe_health_interval(struct mpe_session_health *session, const struct mpe_facts *facts, int64_t now_us,
                         uint32_t seconds)
{
    age(&session->events, seconds);
    if (!mpe_health_has_media(session))
        return;
    /* Media in fragments was ahead by most when the last one came. */
    const int64_t moved_us = session->moved_us != MPE_TIME_NONE ? session->moved_us : now_us;
    session->moved_us = MPE_TIME_NONE;
    if (session->lead.began_us == MPE_TIME_NONE)
        mpe_lead_begin(&session->lead, facts->media_elapsed_us, moved_us);
    if (moved_us != now_us)
        mpe_lead_sample(&session->lead, facts->media_elapsed_us, moved_us, session->fragment_us);
    mpe_lead_sample(&session->lead, facts->media_elapsed_us, now_us, session->fragment_us);
}
