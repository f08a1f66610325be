#include "observe/track.h"

#include <string.h>

#include "codes/codec.h"
#include "mpe.h"

/*
 * Two quartz clocks drift apart by up to about 200 ppm: 30 s in two days. Every ten minutes so much of the lead is
 * taken for drift, so that a healthy stream of weeks is never "too fast"; a burst within ten minutes counts in full.
 */
#define DRIFT_INTERVAL_US   600000000
#define DRIFT_PER_SECOND_US 200

void mpe_track_init(struct mpe_track_state *track, int32_t index, const struct mpe_unit *unit)
{
    memset(track, 0, sizeof *track);
    track->facts.index = (uint16_t)index;
    track->facts.media = unit->media;
    track->facts.stream_id = unit->stream_id;
    track->facts.track_id = unit->track_id;
    track->facts.first_dts_us = MPE_TIME_NONE;
    track->facts.last_dts_us = MPE_TIME_NONE;
}

/* ----------------------------------------------------------------- headers */

void mpe_track_codec(struct mpe_track_state *track, const struct mpe_unit *unit, struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    if (facts->codec == unit->codec && facts->fourcc == unit->fourcc)
        return;
    facts->codec = unit->codec;
    facts->fourcc = unit->fourcc;
    facts->header_seen = false;
    facts->frames_before_header = 0;
    track->header_hash = 0;
    memset(&facts->stream, 0, sizeof facts->stream);
    step->changed |= MPE_FACT_CODEC;
}

/* FNV-1a: tells a repeated header from a new one. A forged collision only hides the forger's own header. */
static uint64_t hash_bytes(uint64_t hash, struct mpe_span data)
{
    for (size_t i = 0; i < data.len; i++)
        hash = (hash ^ data.bytes[i]) * 0x100000001b3u;
    return hash;
}

/* Of the decoder configuration, and of what a sample entry says beside it. */
static uint32_t hash_header(const struct mpe_unit *unit)
{
    const struct mpe_span entry = {(const uint8_t *)&unit->entry, sizeof(unit->entry)};
    const uint64_t hash = hash_bytes(hash_bytes(0xcbf29ce484222325u, unit->data), entry);
    return (uint32_t)(hash ^ hash >> 32);
}

bool mpe_track_header(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    const uint32_t hash = hash_header(unit);
    if (track->facts.header_seen && hash == track->header_hash)
        return false;
    track->header_hash = hash;
    return true;
}

void mpe_track_stream(struct mpe_track_state *track, const struct mpe_stream *stream, struct mpe_step *step)
{
    track->facts.stream = *stream;
    track->facts.header_seen = true;
    track->is_retired = false;
    step->changed |= MPE_FACT_HEADER;
}

void mpe_track_declare(struct mpe_track_state *track, const struct mpe_declared *declared)
{
    const bool is_video = track->facts.media == MPE_MEDIA_VIDEO;
    const int64_t bps = is_video ? declared->video_bps : declared->audio_bps;
    if (bps > 0)
        track->facts.declared_bps = bps;
    if (is_video && declared->frame_rate_mfps > 0)
        track->facts.declared_mfps = declared->frame_rate_mfps;
}

/* Fragments of fragmented MP4 before their header are orphans, of no track. */
static void note_order(struct mpe_track_facts *facts, const struct mpe_unit *unit, struct mpe_step *step)
{
    if (facts->header_seen || unit->sample.timescale != 0 || !mpe_codec_row(facts->codec)->needs_header)
        return;
    facts->frames_before_header++;
    step->changed |= MPE_FACT_ORDER;
}

/* -------------------------------------------------------------------- time */

static void start_clocks(struct mpe_track_state *track, int64_t dts_us, int64_t now_us)
{
    track->started = true;
    track->first_now_us = now_us - track->facts.elapsed_us;
    track->drift_now_us = now_us;
    if (track->facts.first_dts_us == MPE_TIME_NONE)
        track->facts.first_dts_us = dts_us;
}

static void restart_rates(struct mpe_track_state *track)
{
    mpe_frame_rate_restart(&track->facts.frame_rate);
    mpe_bit_rate_restart(&track->bit_rate);
}

static bool is_step_out_of_line(const struct mpe_step *step, const struct mpe_limits *limits)
{
    return step->back_us > limits->max_step_back_us || step->forward_us > limits->max_step_forward_us;
}

/* A step that is out of line moves the timeline but counts as no media time. */
static void note_step(struct mpe_track_state *track, int64_t step_us, int64_t clock_step_us,
                      const struct mpe_limits *limits, struct mpe_step *step)
{
    step->back_us = step_us < 0 ? -step_us : 0;
    step->forward_us = step_us > clock_step_us ? step_us - clock_step_us : 0;
    if (!is_step_out_of_line(step, limits)) {
        track->facts.elapsed_us += step_us;
        return;
    }
    step->changed |= MPE_FACT_TIMESTAMP;
    restart_rates(track);
}

static void note_composition_offset(const struct mpe_unit *unit, const struct mpe_limits *limits, struct mpe_step *step)
{
    const int64_t offset_us = (int64_t)unit->composition_offset_ms * 1000;
    step->composition_offset_us = offset_us;
    if (offset_us > limits->max_composition_offset_us || offset_us < -limits->max_composition_offset_us)
        step->changed |= MPE_FACT_TIMESTAMP;
}

/*
 * Servers send a first group of pictures at one timestamp, encoders what they had buffered: behind more than one frame
 * at the first timestamp, time begins with the first other one, wherever that lies. true: it begins here.
 */
static bool begins_behind_run(struct mpe_track_state *track, int64_t step_us)
{
    const bool begins = !track->has_moved && track->is_run && step_us > 0;
    track->is_run = !track->has_moved && step_us == 0;
    track->has_moved |= step_us != 0;
    return begins;
}

/* A tag of RTMP or FLV: its time is judged. */
static void note_time(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                      struct mpe_step *step)
{
    struct mpe_timeline *const timeline = &track->timeline;
    const int64_t clock_step_us = step->now_us - timeline->moved_now_us;
    int64_t step_us = 0;
    if (track->started)
        step_us = mpe_timeline_step(timeline, unit->timestamp_ms, unit->timestamp_nano, step->now_us);
    else
        mpe_timeline_start(timeline, unit->timestamp_ms, unit->timestamp_nano, step->now_us);
    if (!track->started || begins_behind_run(track, step_us)) {
        start_clocks(track, timeline->dts_us, step->now_us);
        restart_rates(track);
        step->back_us = step->forward_us = 0;
    } else {
        note_step(track, step_us, clock_step_us, limits, step);
    }
    track->facts.last_dts_us = timeline->dts_us;
    note_composition_offset(unit, limits, step);
}

/* A leap of media time that the caller's did not make: an encoder found its clock, or another input. */
static bool is_leap(const struct mpe_track_state *track, int64_t step_us, const struct mpe_limits *limits,
                    int64_t now_us)
{
    const int64_t lead_us = track->facts.elapsed_us + step_us - (now_us - track->first_now_us);
    const int64_t most_us = limits->max_step_forward_us;
    return most_us != 0 && step_us > most_us && lead_us > most_us;
}

/*
 * A sample of fragmented MP4. Going back is legal: the last two fragments are sent again after a reconnect, and
 * duplicates are tolerated. Media time is how far the track ever got, but for leaps.
 */
static void note_sample_time(struct mpe_track_state *track, const struct mpe_sample_time *sample,
                             const struct mpe_limits *limits, int64_t now_us)
{
    struct mpe_sample_line *const line = &track->sample_line;
    const int64_t dts_us = mpe_ticks_us(sample->dts, sample->timescale);
    const int64_t latest_us = line->latest_us;
    track->facts.last_dts_us = dts_us;
    if (!track->started) {
        if (!track->is_sent_again)
            mpe_sample_line_start(line, dts_us);
        start_clocks(track, dts_us, now_us);
        return;
    }
    if (is_leap(track, dts_us - latest_us, limits, now_us)) {
        mpe_sample_line_start(line, dts_us);
        restart_rates(track);
        return;
    }
    const enum mpe_sample_step step = mpe_sample_line_step(line, dts_us, sample->begins_fragment, track->is_sent_again);
    track->is_sent_again = step == MPE_SAMPLE_SENT_AGAIN;
    if (step == MPE_SAMPLE_NEW)
        track->facts.elapsed_us += dts_us - latest_us;
    if (step == MPE_SAMPLE_STARTS_ANEW)
        restart_rates(track);
}

void mpe_track_resume(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t resent_us, int64_t end_us)
{
    const int64_t dts_us = mpe_ticks_us(unit->sample.dts, unit->sample.timescale);
    if (dts_us < resent_us || dts_us > end_us)
        return;
    mpe_sample_line_start(&track->sample_line, end_us);
    track->is_sent_again = true;
}

/* How far media time runs ahead of the caller's. What is drift of two clocks moves the beginning. */
static void note_lead(struct mpe_track_state *track, const struct mpe_limits *limits, struct mpe_step *step)
{
    const int64_t now_us = step->now_us;
    const int64_t since_us = now_us - track->drift_now_us;
    int64_t lead_us = track->facts.elapsed_us - (now_us - track->first_now_us);
    if (since_us >= DRIFT_INTERVAL_US) {
        const int64_t most_us = since_us / 1000000 * DRIFT_PER_SECOND_US;
        const int64_t drift_us = lead_us > most_us ? most_us : lead_us < -most_us ? -most_us : lead_us;
        track->first_now_us -= drift_us;
        track->drift_now_us = now_us;
        lead_us -= drift_us;
    }
    step->lead_us = lead_us;
    /* Nothing is ahead of a clock that it sets itself. */
    if (limits->max_lead_us != 0 && lead_us > limits->max_lead_us && !limits->media_clock)
        step->changed |= MPE_FACT_LEAD;
}

/* ------------------------------------------------------------------ frames */

static void note_video_frame(struct mpe_track_state *track, const struct mpe_unit *unit,
                             const struct mpe_limits *limits, struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    mpe_frame_rate_add(&facts->frame_rate, facts->last_dts_us);
    if (mpe_frame_rate_is_measured(&facts->frame_rate) &&
        mpe_frame_rate_is_above(&facts->frame_rate, limits->max_frame_rate_mfps)) {
        step->ticks_per_s = unit->sample.timescale != 0 ? unit->sample.timescale : 1000;
        step->changed |= MPE_FACT_FRAME_RATE;
    }
    track->in_key_frame = unit->key_frame;
    if (!unit->key_frame)
        return;
    facts->key_frames++;
    facts->pending_bytes = 0;
}

static void note_bit_rate(struct mpe_track_state *track, bool is_sample, const struct mpe_limits *limits,
                          struct mpe_step *step)
{
    const struct mpe_rate_frame frame = {.dts_us = track->facts.last_dts_us,
                                         .now_us = step->now_us,
                                         .still_us = is_sample ? 0 : step->now_us - track->timeline.moved_now_us,
                                         .may_end = track->in_key_frame || track->facts.media == MPE_MEDIA_AUDIO};
    const int64_t bps = mpe_bit_rate_frame(&track->bit_rate, &frame, limits);
    if (bps == MPE_BIT_RATE_OPEN)
        return;
    track->facts.measured_bps = bps;
    step->changed |= MPE_FACT_TOTALS;
}

void mpe_track_frame(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                     struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    const int64_t previous_dts_us = facts->last_dts_us;
    const bool is_sample = unit->sample.timescale != 0;
    facts->frames++;
    note_order(facts, unit, step);
    if (is_sample)
        note_sample_time(track, &unit->sample, limits, step->now_us);
    else
        note_time(track, unit, limits, step);
    note_lead(track, limits, step);
    if (facts->media == MPE_MEDIA_VIDEO)
        note_video_frame(track, unit, limits, step);
    else if (facts->last_dts_us != previous_dts_us)
        facts->pending_bytes = 0;
    if (!track->is_sent_again)
        note_bit_rate(track, is_sample, limits, step);
}

static int64_t max_pending_bytes(const struct mpe_track_facts *facts, const struct mpe_limits *limits)
{
    return facts->media == MPE_MEDIA_VIDEO ? limits->max_bytes_without_key_frame : limits->max_audio_bytes_at_one_time;
}

void mpe_track_frame_end(struct mpe_track_state *track, uint32_t size_bytes, const struct mpe_limits *limits,
                         struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    facts->bytes += size_bytes;
    if (!track->is_sent_again)
        mpe_bit_rate_add(&track->bit_rate, size_bytes);
    if (!track->in_key_frame)
        facts->pending_bytes += size_bytes;
    if ((int64_t)facts->pending_bytes > max_pending_bytes(facts, limits))
        step->changed |= MPE_FACT_BUFFER;
}

bool mpe_track_pause(struct mpe_track_state *track)
{
    if (track->facts.measured_bps == 0)
        return false;
    track->facts.measured_bps = 0;
    mpe_bit_rate_restart(&track->bit_rate);
    return true;
}

void mpe_track_restart(struct mpe_track_state *track)
{
    track->started = track->has_moved = track->is_run = track->is_retired = false;
    track->facts.pending_bytes = 0;
    restart_rates(track);
}

void mpe_track_retire(struct mpe_track_state *track)
{
    mpe_track_pause(track);
    mpe_track_restart(track);
    track->is_retired = true;
    track->facts.header_seen = false;
    track->facts.frames_before_header = 0;
}

/*
 * A track that declares more than this waits for its measured rate: no contribution has it, but an encoder that sends
 * bit/s where kbit/s are meant declares 1000 times its rate.
 */
#define IMPLAUSIBLE_BPS 100000000

int64_t mpe_track_declared_bps(const struct mpe_track_facts *facts)
{
    const bool is_plausible = facts->declared_bps <= IMPLAUSIBLE_BPS || facts->measured_bps != 0;
    return facts->header_seen && is_plausible ? facts->declared_bps : 0;
}
