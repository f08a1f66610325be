/* One track as it is observed: what each frame does to its facts. */
#include "observe/track.h"

#include <string.h>

#include "codes/codec.h"
#include "mpe.h"

/*
 * Clocks differ: ten minutes at a time, so much of the lead as the drift that is allowed makes in them is taken for it.
 * A healthy stream of weeks is never "too fast", a burst within ten minutes counts in full.
 */
#define DRIFT_INTERVAL_US 600000000

/* Two fragments of the longest that the service took, 20 s each, and room. */
#define MAX_RESENT_US 60000000

static const struct mpe_stream no_stream;

void mpe_track_init(struct mpe_track_state *track, int32_t index, const struct mpe_unit *unit)
{
    memset(track, 0, sizeof(*track));
    track->facts.index = (uint16_t)index;
    track->facts.media = unit->media;
    track->facts.stream_id = unit->stream_id;
    track->facts.track_id = unit->track_id;
    track->facts.stream = &no_stream;
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
    facts->stream = &no_stream;
    step->changed |= MPE_FACT_CODEC;
}

void mpe_track_stream(struct mpe_track_state *track, const struct mpe_stream *stream, struct mpe_step *step)
{
    track->facts.stream = stream;
    track->facts.header_seen = true;
    if (track->phase == MPE_TRACK_RETIRED)
        track->phase = MPE_TRACK_NEW;
    step->changed |= MPE_FACT_HEADER;
}

void mpe_track_declare(struct mpe_track_state *track, const struct mpe_declared *declared)
{
    const bool is_video = track->facts.media == MPE_MEDIA_VIDEO;
    const int64_t bps = is_video ? declared->video_bps : declared->audio_bps;
    if (bps > 0) {
        track->facts.declared_bps = bps;
        track->facts.entry_declares = false;
    }
    if (is_video && declared->frame_rate_mfps > 0 && track->rates.frame_rate != NULL)
        track->rates.frame_rate->declared_mfps = declared->frame_rate_mfps;
}

void mpe_track_declare_entry(struct mpe_track_state *track, int64_t bps)
{
    if (track->facts.declared_bps != 0 && !track->facts.entry_declares)
        return;
    track->facts.declared_bps = bps;
    track->facts.entry_declares = bps != 0;
}

/* Media that can be sent again has its header in the same session, or is an orphan of no track. */
static void note_order(struct mpe_track_facts *facts, const struct mpe_unit *unit, struct mpe_step *step)
{
    if (facts->header_seen || unit->clock.resends || !mpe_codec_row(facts->codec)->needs_header)
        return;
    facts->frames_before_header++;
    step->changed |= MPE_FACT_ORDER;
}

/* -------------------------------------------------------------------- time */

static void start_clocks(struct mpe_track_state *track, int64_t now_us)
{
    track->first_now_us = now_us - track->facts.elapsed_us;
    track->drift_now_us = now_us;
    track->jump_us = 0;
}

/* Time begins at a frame: the first, one after a run of them, or one after a jump. */
static void begin_time(struct mpe_track_state *track, int64_t dts_us, const struct mpe_limits *limits, int64_t now_us)
{
    mpe_timeline_begin(&track->timeline, dts_us);
    mpe_rates_begin(&track->rates, now_us, limits);
}

static int64_t lead_us(const struct mpe_track_state *track, int64_t now_us)
{
    return track->facts.elapsed_us - (now_us - track->first_now_us);
}

/* How far a step goes beyond what the clock advanced, be it that the media was late. */
static int64_t jump_of(const struct mpe_track_state *track, int64_t step_us, int64_t now_us)
{
    const int64_t after_us = lead_us(track, now_us) + step_us;
    return step_us < after_us ? step_us : after_us;
}

static void note_first_time(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                            int64_t now_us)
{
    const int64_t dts_us = mpe_timeline_first_us(&track->timeline, unit);
    const bool resumes = track->phase == MPE_TRACK_RESUMES;
    track->facts.last_dts_us = dts_us;
    if (track->facts.first_dts_us == MPE_TIME_NONE)
        track->facts.first_dts_us = dts_us;
    if (!resumes)
        begin_time(track, dts_us, limits, now_us);
    else
        mpe_rates_begin(&track->rates, now_us, limits);
    start_clocks(track, now_us);
    track->phase = resumes                        ? MPE_TRACK_SENT_AGAIN
                   : unit->clock.begins_with_runs ? MPE_TRACK_FIRST_TIME
                                                  : MPE_TRACK_RUNS_ON;
}

/*
 * Servers send a first group of pictures at one timestamp, encoders what they had buffered: after more than one frame
 * at the first timestamp, time begins with the first other one, wherever that lies. true: it begins here.
 */
static bool begins_after_run(struct mpe_track_state *track, int64_t step_us)
{
    const bool is_run = track->phase == MPE_TRACK_RUN;
    if (track->phase == MPE_TRACK_FIRST_TIME || is_run)
        track->phase = step_us == 0 ? MPE_TRACK_RUN : MPE_TRACK_RUNS_ON;
    return is_run && step_us > 0;
}

/* A step that is out of line moves the timeline and counts as no media time; where nothing is sent again it is a fault.
 */
static bool is_out_of_line(const struct mpe_track_state *track, const struct mpe_unit *unit, int64_t step_us,
                           const struct mpe_limits *limits, struct mpe_step *step)
{
    const int64_t most_us = limits->max_step_forward_us;
    step->back_us = step_us < 0 ? -step_us : 0;
    step->forward_us = step_us > 0 ? jump_of(track, step_us, step->now_us) : 0;
    if (unit->clock.resends)
        return step->back_us > MAX_RESENT_US || (most_us != 0 && step->forward_us > most_us);
    if (step->back_us <= limits->max_step_back_us && step->forward_us <= most_us)
        return false;
    step->changed |= MPE_FACT_TIMESTAMP;
    return true;
}

static void note_later_composition(struct mpe_track_facts *facts, const struct mpe_unit *unit,
                                   const struct mpe_limits *limits, struct mpe_step *step)
{
    const int64_t offset_us = mpe_clock_us(&unit->clock, unit->composition_offset);
    facts->composition_offset_us = (int32_t)(offset_us > INT32_MAX   ? INT32_MAX
                                             : offset_us < INT32_MIN ? INT32_MIN
                                                                     : offset_us);
    if (unit->clock.resends)
        return;
    step->composition_offset_us = offset_us;
    if (offset_us > limits->max_composition_offset_us || offset_us < -limits->max_composition_offset_us)
        step->changed |= MPE_FACT_TIMESTAMP;
}

static inline void note_composition_offset(struct mpe_track_facts *facts, const struct mpe_unit *unit,
                                           const struct mpe_limits *limits, struct mpe_step *step)
{
    facts->composition_offset_us = 0;
    if (unit->composition_offset != 0)
        note_later_composition(facts, unit, limits, step);
}

/* A sample at the time of the latest is new, unless it comes after others that are not. */
static bool is_sent_again(const struct mpe_track_state *track, const struct mpe_unit *unit, int64_t step_us)
{
    return unit->clock.resends && (step_us < 0 || (step_us == 0 && track->phase == MPE_TRACK_SENT_AGAIN));
}

/* The time of a frame that is not the first. */
static void note_next_time(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                           struct mpe_step *step)
{
    const int64_t dts_us = mpe_timeline_next_us(&track->timeline, unit);
    const int64_t step_us = dts_us - track->timeline.latest_us;
    track->facts.last_dts_us = dts_us;
    if (begins_after_run(track, step_us)) {
        begin_time(track, dts_us, limits, step->now_us);
        start_clocks(track, step->now_us);
        return;
    }
    if (is_out_of_line(track, unit, step_us, limits, step)) {
        begin_time(track, dts_us, limits, step->now_us);
        return;
    }
    if (is_sent_again(track, unit, step_us)) {
        track->phase = MPE_TRACK_SENT_AGAIN;
        return;
    }
    if (track->phase == MPE_TRACK_SENT_AGAIN)
        track->phase = MPE_TRACK_RUNS_ON;
    mpe_timeline_move(&track->timeline, dts_us, unit->begins_fragment);
    track->facts.elapsed_us = mpe_time_sum_us(track->facts.elapsed_us, step_us);
    if (step->forward_us > (int64_t)track->jump_us)
        track->jump_us = step->forward_us < UINT32_MAX ? (uint32_t)step->forward_us : UINT32_MAX;
    mpe_rates_frame(&track->rates, step_us, limits, &track->facts, step);
}

void mpe_track_resume(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t resent_us, int64_t end_us)
{
    const int64_t dts_us = mpe_clock_us(&unit->clock, unit->dts);
    if (dts_us < resent_us || dts_us > end_us)
        return;
    mpe_timeline_begin(&track->timeline, end_us);
    track->phase = MPE_TRACK_RESUMES;
}

/* So much of the lead as clocks that differ make in a time. */
static int64_t drift_of(int64_t lead_us, int64_t since_us, const struct mpe_limits *limits)
{
    const int64_t most_us = since_us / 1000000 * limits->clock_drift_ppm;
    return lead_us > most_us ? most_us : lead_us < -most_us ? -most_us : lead_us;
}

/* How far media time runs ahead of the caller's. What is drift of two clocks moves the beginning. */
static void note_lead(struct mpe_track_state *track, const struct mpe_limits *limits, struct mpe_step *step)
{
    const int64_t since_us = step->now_us - track->drift_now_us;
    if (since_us >= DRIFT_INTERVAL_US) {
        track->first_now_us -= drift_of(lead_us(track, step->now_us), since_us, limits);
        track->drift_now_us = step->now_us;
    }
    step->lead_us = lead_us(track, step->now_us);
    if (step->lead_us <= 0)
        track->jump_us = 0;
    step->jump_us = track->jump_us;
    /* Nothing is ahead of a clock that it sets itself. */
    if (limits->max_lead_us != 0 && step->lead_us > limits->max_lead_us && !limits->media_clock)
        step->changed |= MPE_FACT_LEAD;
}

/* ------------------------------------------------------------------ frames */

static void note_key_frame(struct mpe_track_facts *facts)
{
    facts->key_frames++;
    facts->pending_bytes = 0;
}

static void note_video_frame(struct mpe_track_state *track, const struct mpe_unit *unit)
{
    track->in_key_frame = unit->key_frame && (unit->late & MPE_LATE_KEY_FRAME) == 0;
    if (track->in_key_frame)
        note_key_frame(&track->facts);
}

void mpe_track_frame(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                     struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    const int64_t previous_dts_us = facts->last_dts_us;
    facts->frames++;
    step->back_us = step->forward_us = step->composition_offset_us = 0;
    note_order(facts, unit, step);
    if (mpe_track_has_frames(track))
        note_next_time(track, unit, limits, step);
    else
        note_first_time(track, unit, limits, step->now_us);
    if ((unit->late & MPE_LATE_COMPOSITION_OFFSET) == 0)
        note_composition_offset(facts, unit, limits, step);
    note_lead(track, limits, step);
    if (facts->media == MPE_MEDIA_VIDEO)
        note_video_frame(track, unit);
    else if (facts->last_dts_us != previous_dts_us)
        facts->pending_bytes = 0;
}

void mpe_track_frame_late(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                          struct mpe_step *step)
{
    if ((unit->late & MPE_LATE_KEY_FRAME) != 0 && unit->key_frame) {
        track->in_key_frame = true;
        note_key_frame(&track->facts);
    }
    if ((unit->late & MPE_LATE_COMPOSITION_OFFSET) == 0)
        return;
    step->back_us = step->forward_us = step->composition_offset_us = 0;
    note_composition_offset(&track->facts, unit, limits, step);
}

int64_t mpe_track_rate_bps(const struct mpe_track_facts *facts)
{
    return facts->rate_counts ? facts->measured_bps : 0;
}

bool mpe_track_pause(struct mpe_track_state *track)
{
    if (!track->facts.rate_counts)
        return false;
    track->facts.rate_counts = false;
    return true;
}

void mpe_track_restart(struct mpe_track_state *track)
{
    track->phase = MPE_TRACK_NEW;
    track->facts.pending_bytes = 0;
}

void mpe_track_retire(struct mpe_track_state *track)
{
    mpe_track_pause(track);
    mpe_track_restart(track);
    track->phase = MPE_TRACK_RETIRED;
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
