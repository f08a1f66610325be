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
    track->facts.index = index;
    track->facts.media = unit->media;
    track->facts.stream_id = unit->stream_id;
    track->facts.track_id = unit->track_id;
    track->facts.first_dts_us = MPE_TIME_NONE;
    track->facts.last_dts_us = MPE_TIME_NONE;
}

uint32_t mpe_track_codec(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    struct mpe_track_facts *facts = &track->facts;

    if (facts->codec == unit->codec && facts->fourcc == unit->fourcc)
        return 0;
    facts->codec = unit->codec;
    facts->fourcc = unit->fourcc;
    facts->header_seen = false;
    facts->frames_before_header = 0;
    track->header_hash = 0;
    memset(&facts->stream, 0, sizeof facts->stream);
    return MPE_FACT_CODEC;
}

/* FNV-1a: tells a repeated header from a new one. A forged collision only hides the forger's own header. */
static uint64_t hash_bytes(struct mpe_span data)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < data.len; i++)
        hash = (hash ^ data.bytes[i]) * 0x100000001b3u;
    return hash;
}

bool mpe_track_header(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    uint64_t hash = hash_bytes(unit->data);

    if (track->facts.header_seen && hash == track->header_hash)
        return false;
    track->header_hash = hash;
    return true;
}

uint32_t mpe_track_stream(struct mpe_track_state *track, const struct mpe_stream *stream)
{
    track->facts.stream = *stream;
    track->facts.header_seen = true;
    return MPE_FACT_HEADER;
}

void mpe_track_declare(struct mpe_track_state *track, const struct mpe_declared *declared)
{
    bool is_video = track->facts.media == MPE_MEDIA_VIDEO;
    int64_t bps = is_video ? declared->video_bps : declared->audio_bps;

    if (bps > 0)
        track->facts.declared_bps = bps;
    if (is_video && declared->frame_rate_mfps > 0)
        track->facts.declared_mfps = declared->frame_rate_mfps;
}

static bool is_step_out_of_line(const struct mpe_track_facts *facts, const struct mpe_limits *limits)
{
    return facts->step_back_us > limits->max_step_back_us || facts->step_forward_us > limits->max_step_forward_us;
}

static bool is_out_of_line(const struct mpe_track_facts *facts, const struct mpe_limits *limits)
{
    return is_step_out_of_line(facts, limits) || facts->composition_offset_us > limits->max_composition_offset_us ||
           facts->composition_offset_us < -limits->max_composition_offset_us;
}

/* Judges a step of the timeline; one that is out of line moves the timeline but counts as no media time. */
static void note_step(struct mpe_track_state *track, int64_t step_us, int64_t clock_step_us,
                      const struct mpe_limits *limits)
{
    struct mpe_track_facts *facts = &track->facts;

    facts->step_back_us = step_us < 0 ? -step_us : 0;
    facts->step_forward_us = step_us > clock_step_us ? step_us - clock_step_us : 0;
    if (!is_step_out_of_line(facts, limits)) {
        facts->elapsed_us += step_us;
        return;
    }
    mpe_frame_rate_restart(&track->frame_rate);
    mpe_bit_rate_restart(&track->bit_rate);
}

static void note_lead(struct mpe_track_state *track, int64_t now_us)
{
    int64_t lead_us = track->facts.elapsed_us - (now_us - track->first_now_us);
    int64_t since_us = now_us - track->drift_now_us;

    if (since_us >= DRIFT_INTERVAL_US) {
        int64_t most_us = since_us / 1000000 * DRIFT_PER_SECOND_US;
        int64_t drift_us = lead_us - track->drift_us;
        track->drift_us += drift_us > most_us ? most_us : drift_us < -most_us ? -most_us : drift_us;
        track->drift_now_us = now_us;
    }
    track->facts.lead_us = lead_us - track->drift_us;
}

static void start_clocks(struct mpe_track_state *track, int64_t now_us)
{
    track->first_now_us = now_us - track->facts.elapsed_us;
    track->drift_now_us = now_us;
    track->drift_us = 0;
    if (track->facts.first_dts_us == MPE_TIME_NONE)
        track->facts.first_dts_us = track->timeline.dts_us;
}

/* A tag of RTMP or FLV: its time is judged. */
static uint32_t note_time(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                          int64_t now_us)
{
    struct mpe_track_facts *facts = &track->facts;
    struct mpe_timeline *timeline = &track->timeline;

    if (!timeline->started) {
        mpe_timeline_start(timeline, unit->timestamp_ms, unit->timestamp_nano, now_us);
        start_clocks(track, now_us);
        facts->step_back_us = facts->step_forward_us = 0;
    } else {
        int64_t clock_step_us = now_us - timeline->now_us;
        int64_t step_us = mpe_timeline_step(timeline, unit->timestamp_ms, unit->timestamp_nano, now_us);
        note_step(track, step_us, clock_step_us, limits);
    }
    facts->last_dts_us = timeline->dts_us;
    facts->composition_offset_us = (int64_t)unit->composition_offset_ms * 1000;
    return is_out_of_line(facts, limits) ? MPE_FACT_TIMESTAMP : 0;
}

/*
 * A sample of fragmented MP4. Going back is legal: the last two fragments are sent again after a reconnect, and
 * duplicates are tolerated. Media time is how far the track ever got.
 */
static void note_sample_time(struct mpe_track_state *track, const struct mpe_sample_time *sample, int64_t now_us)
{
    struct mpe_track_facts *facts = &track->facts;
    struct mpe_timeline *timeline = &track->timeline;
    int64_t dts_us = mpe_ticks_us(sample->dts, sample->timescale);

    facts->last_dts_us = dts_us;
    track->is_repeated = timeline->started && dts_us <= timeline->dts_us;
    if (track->is_repeated)
        return;
    if (timeline->started)
        facts->elapsed_us += dts_us - timeline->dts_us;
    timeline->dts_us = dts_us;
    if (!timeline->started)
        start_clocks(track, now_us);
    timeline->started = true;
}

static uint32_t note_video_frame(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    struct mpe_track_facts *facts = &track->facts;

    mpe_frame_rate_add(&track->frame_rate, facts->last_dts_us);
    facts->frame_intervals = track->frame_rate.intervals;
    facts->frame_span_us = mpe_frame_rate_span_us(&track->frame_rate);
    facts->key_frames += unit->key_frame;
    track->in_key_frame = unit->key_frame;
    if (unit->key_frame)
        facts->bytes_without_key_frame = 0;
    return facts->frame_span_us >= MPE_FRAME_RATE_SHORT_US ? MPE_FACT_FRAME_RATE : 0;
}

static uint32_t note_order(struct mpe_track_facts *facts)
{
    if (facts->header_seen || !mpe_codec_row(facts->codec)->needs_header)
        return 0;
    facts->frames_before_header++;
    return MPE_FACT_ORDER;
}

uint32_t mpe_track_frame(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                         int64_t now_us)
{
    struct mpe_track_facts *facts = &track->facts;
    int64_t previous_dts_us = facts->last_dts_us;
    uint32_t changed = MPE_FACT_CLOCK;

    facts->frames++;
    changed |= note_order(facts);
    if (unit->sample.timescale != 0)
        note_sample_time(track, &unit->sample, now_us);
    else
        changed |= note_time(track, unit, limits, now_us);
    note_lead(track, now_us);
    if (facts->media == MPE_MEDIA_VIDEO)
        changed |= note_video_frame(track, unit);
    else if (facts->last_dts_us != previous_dts_us)
        facts->bytes_at_one_time = 0;
    if (!track->is_repeated &&
        mpe_bit_rate_frame(&track->bit_rate, facts->last_dts_us, now_us, limits->bitrate_window_us)) {
        facts->measured_bps = track->bit_rate.bps;
        changed |= MPE_FACT_TOTALS;
    }
    return changed;
}

uint32_t mpe_track_frame_end(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    struct mpe_track_facts *facts = &track->facts;

    facts->bytes += unit->size_bytes;
    if (!track->is_repeated)
        mpe_bit_rate_add(&track->bit_rate, unit->size_bytes);
    if (facts->media == MPE_MEDIA_AUDIO)
        facts->bytes_at_one_time += unit->size_bytes;
    else if (!track->in_key_frame)
        facts->bytes_without_key_frame += unit->size_bytes;
    return MPE_FACT_BUFFER;
}

void mpe_track_restart(struct mpe_track_state *track)
{
    track->timeline.started = false;
    track->facts.header_seen = false;
    track->facts.frames_before_header = 0;
    track->facts.bytes_without_key_frame = 0;
    track->facts.bytes_at_one_time = 0;
    mpe_frame_rate_restart(&track->frame_rate);
    mpe_bit_rate_restart(&track->bit_rate);
}

int64_t mpe_track_measured_mfps(const struct mpe_track_state *track)
{
    return mpe_frame_rate_measured_mfps(&track->frame_rate);
}
