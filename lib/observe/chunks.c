/* Chunks of a track, one after the other. */
#include "observe/chunks.h"

#include <string.h>

#include "observe/timeline.h"

/* The first chunk of RTMP and FLV is what came up to the second key frame, or so long. */
#define FIRST_CHUNK_US 2000000

/* A gap or a drop is said at most so often; all are counted. */
#define SAID_EVERY_US 1000000

/* So many key frames in a row must lie apart. */
#define KEYS_APART 3

void mpe_chunks_begin(struct mpe_track_chunks *chunks, int64_t now_us)
{
    *chunks = (struct mpe_track_chunks){
        .keys = chunks->keys,
        .fragments = chunks->fragments,
        .dts_us = MPE_TIME_NONE,
        .arrival_us = MPE_TIME_NONE,
        .gap_us = MPE_TIME_NONE,
        .said_us = MPE_TIME_NONE,
        .began_us = now_us,
    };
    if (chunks->keys != NULL)
        chunks->keys->us[0] = chunks->keys->us[1] = MPE_TIME_NONE;
}

/* Below a second, of any timescale. */
static int64_t ticks_of(const struct mpe_track_chunks *chunks, int64_t us)
{
    const int64_t scale = chunks->timescale;
    return us / 1000000 * scale + us % 1000000 * scale / 1000000;
}

static int64_t tick_us(const struct mpe_track_chunks *chunks)
{
    return 1000000 / chunks->timescale + 1;
}

/* ---- what is odd ---- */

static bool is_in_line(const struct mpe_track_chunks *chunks, const struct mpe_track_facts *facts)
{
    return chunks->dts_us != MPE_TIME_NONE && facts->elapsed_us != 0; /* time has begun */
}

/* The last fragment, or the last frame. */
static struct mpe_chunk_span last_chunk(const struct mpe_track_chunks *chunks)
{
    if (chunks->fragments != NULL)
        return chunks->fragments->last;
    return (struct mpe_chunk_span){chunks->dts_us, chunks->dts_us + chunks->step_us, chunks->ticks};
}

/* After a reconnect the last fragments come again. */
static bool is_resent(const struct mpe_track_chunks *chunks)
{
    return chunks->fragments != NULL && chunks->fragments->count <= MPE_RESENT_FRAGMENTS;
}

static uint32_t order_of(const struct mpe_track_chunks *chunks, int64_t dts_us)
{
    const struct mpe_chunk_span last = last_chunk(chunks);
    if (is_resent(chunks))
        return 0;
    if (dts_us < last.begin_us)
        return MPE_CHUNK_NON_INCREASING;
    return chunks->fragments != NULL && dts_us < last.end_us - tick_us(chunks) ? MPE_CHUNK_OVERLAP : 0;
}

/* The gap before a chunk is more than its frame, and more than nobody would see. */
static bool is_gap(const struct mpe_track_chunks *chunks, int64_t gap_us, int64_t frame_us,
                   const struct mpe_limits *limits)
{
    const int64_t least_us = limits->discontinuity_us;
    return least_us != 0 && gap_us > frame_us + tick_us(chunks) && gap_us >= least_us;
}

/* How long the last frame is; MPE_MOST_US: nobody knows that of the first one of RTMP and FLV. */
static int64_t frame_us(const struct mpe_track_chunks *chunks)
{
    if (chunks->fragments != NULL)
        return mpe_ticks_us(chunks->duration_ticks, chunks->timescale);
    return chunks->step_us != 0 ? (int64_t)chunks->step_us : MPE_MOST_US;
}

static void note_gap(const struct mpe_track_chunks *chunks, const struct mpe_chunk_span *last, int64_t gap_us,
                     struct mpe_chunk_news *news)
{
    news->other_ticks = last->begin_ticks;
    news->duration_ticks = ticks_of(chunks, last->end_us - last->begin_us);
    news->apart_us = gap_us;
}

static void count(uint16_t *chunks, bool is_odd)
{
    *chunks += is_odd && *chunks < UINT16_MAX;
}

static uint32_t judge(struct mpe_track_chunks *chunks, const struct mpe_unit *unit, int64_t dts_us,
                      const struct mpe_limits *limits, int64_t now_us, struct mpe_chunk_news *news)
{
    const struct mpe_chunk_span last = last_chunk(chunks);
    const int64_t gap_us = dts_us - last.end_us;
    uint32_t events = order_of(chunks, dts_us);
    count(&chunks->odd.overlaps, (events & MPE_CHUNK_OVERLAP) != 0);
    count(&chunks->odd.non_increasing, (events & MPE_CHUNK_NON_INCREASING) != 0);
    news->ticks = unit->dts;
    if (events == 0 && is_gap(chunks, gap_us, frame_us(chunks), limits)) {
        events = MPE_CHUNK_GAP;
        count(&chunks->odd.gaps, true);
        chunks->gap_us = now_us;
        note_gap(chunks, &last, gap_us, news);
    }
    if (events == 0 || (chunks->said_us != MPE_TIME_NONE && now_us - chunks->said_us < SAID_EVERY_US))
        return 0;
    chunks->said_us = now_us;
    return events;
}

static void note_slack(struct mpe_track_chunks *chunks, int64_t slack_us)
{
    memmove(&chunks->slack_us[1], &chunks->slack_us[0], sizeof(chunks->slack_us) - sizeof(chunks->slack_us[0]));
    chunks->slack_us[0] = slack_us;
    chunks->slacks += chunks->slacks < MPE_DRIFT_BEATS;
}

/* ---- a frame ---- */

static void note_step(struct mpe_track_chunks *chunks, int64_t dts_us)
{
    const int64_t step_us = dts_us - chunks->dts_us;
    if (step_us > 0)
        chunks->step_us = step_us < UINT32_MAX ? (uint32_t)step_us : UINT32_MAX;
}

static void note_key_frame(struct mpe_track_chunks *chunks, int64_t dts_us, int64_t ticks)
{
    struct mpe_chunk_keys *const keys = chunks->keys;
    if (dts_us == keys->us[0])
        return;
    keys->us[1] = keys->us[0];
    keys->ticks[1] = keys->ticks[0];
    keys->us[0] = dts_us;
    keys->ticks[0] = ticks;
    keys->timescale = chunks->timescale;
}

/* One that is dropped moves nothing. */
static void begin_fragment(struct mpe_track_chunks *chunks, const struct mpe_unit *unit, int64_t dts_us,
                           bool is_in_line)
{
    struct mpe_chunk_fragments *const fragments = chunks->fragments;
    fragments->is_dropped = is_in_line && order_of(chunks, dts_us) != 0;
    if (fragments->is_dropped)
        return;
    fragments->last.begin_us = dts_us;
    fragments->last.begin_ticks = unit->dts;
    fragments->count += fragments->count < UINT16_MAX;
}

static uint32_t tell_first(struct mpe_track_chunks *chunks, int64_t end_us, struct mpe_chunk_news *news)
{
    chunks->is_first_told = true;
    news->ticks = chunks->first_ticks;
    news->duration_ticks = ticks_of(chunks, end_us - chunks->first_us);
    return MPE_CHUNK_FIRST;
}

/* Of RTMP and FLV, and of a fragment whose mdat nobody saw. */
static bool is_first_complete(const struct mpe_track_chunks *chunks, const struct mpe_unit *unit, bool is_key_frame,
                              int64_t dts_us)
{
    if (chunks->is_first_told || dts_us <= chunks->first_us)
        return false;
    return chunks->fragments != NULL ? unit->begins_fragment
                                     : is_key_frame || dts_us - chunks->first_us >= FIRST_CHUNK_US;
}

uint32_t mpe_chunks_frame(struct mpe_track_chunks *chunks, const struct mpe_track_state *track,
                          const struct mpe_unit *unit, const struct mpe_limits *limits, int64_t now_us,
                          struct mpe_chunk_news *news)
{
    const int64_t dts_us = track->facts.last_dts_us;
    const bool begins = unit->begins_fragment || chunks->fragments == NULL;
    const bool is_key_frame = chunks->keys != NULL && track->in_key_frame;
    const bool goes_on = is_in_line(chunks, &track->facts);
    uint32_t events = 0;
    chunks->timescale = unit->clock.ticks_per_s;
    chunks->arrival_us = now_us;
    chunks->goes_on = false;
    if (chunks->dts_us == MPE_TIME_NONE || track->facts.elapsed_us == 0) {
        chunks->first_us = dts_us;
        chunks->first_ticks = unit->dts;
    }
    if (chunks->slacks == 0)
        note_slack(chunks, now_us - track->facts.elapsed_us);
    if (goes_on) {
        if (begins)
            events = judge(chunks, unit, dts_us, limits, now_us, news);
        note_step(chunks, dts_us);
        if (events == 0 && is_first_complete(chunks, unit, is_key_frame, dts_us))
            events = tell_first(chunks, dts_us, news);
    }
    if (chunks->fragments != NULL && begins)
        begin_fragment(chunks, unit, dts_us, goes_on);
    if (chunks->fragments != NULL && chunks->fragments->is_dropped)
        return events;
    if (is_key_frame)
        note_key_frame(chunks, dts_us, unit->dts);
    mpe_chunks_move(chunks, unit, dts_us);
    chunks->goes_on = goes_on && chunks->is_first_told && !chunks->is_out_of_sync;
    return events;
}

uint32_t mpe_chunks_fragment_end(struct mpe_track_chunks *chunks, struct mpe_chunk_news *news)
{
    if (chunks->is_first_told || chunks->dts_us == MPE_TIME_NONE)
        return 0;
    return tell_first(chunks, last_chunk(chunks).end_us, news);
}

/* ---- two tracks ---- */

uint32_t mpe_chunks_sync(struct mpe_track_chunks *behind, const struct mpe_track_chunks *ahead,
                         const struct mpe_limits *limits, struct mpe_chunk_news *news)
{
    const int64_t apart_us = ahead->dts_us - behind->dts_us;
    if (limits->out_of_sync_us == 0 || ahead->dts_us == MPE_TIME_NONE || behind->dts_us == MPE_TIME_NONE)
        return 0;
    const bool was_out_of_sync = behind->is_out_of_sync;
    behind->is_out_of_sync = mpe_chunks_are_apart(
        behind, ahead, apart_us, was_out_of_sync ? limits->out_of_sync_us / 2 : limits->out_of_sync_us);
    behind->goes_on &= !behind->is_out_of_sync;
    if (!behind->is_out_of_sync || was_out_of_sync)
        return 0;
    *news = (struct mpe_chunk_news){.ticks = behind->ticks, .other_ticks = ahead->ticks, .apart_us = apart_us};
    return MPE_CHUNK_OUT_OF_SYNC;
}

static int64_t distance_us(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* A key frame of another track, in ticks of this one. */
static int64_t key_ticks(const struct mpe_track_chunks *chunks, const struct mpe_chunk_keys *others, int which)
{
    return others->timescale == chunks->timescale ? others->ticks[which] : ticks_of(chunks, others->us[which]);
}

uint32_t mpe_chunks_key_sync(struct mpe_track_chunks *chunks, const struct mpe_chunk_keys *others, int64_t apart_us,
                             struct mpe_chunk_news *news)
{
    const struct mpe_chunk_keys *const keys = chunks->keys;
    const int nearest = distance_us(keys->us[1], others->us[0]) < distance_us(keys->us[1], others->us[1]) ? 0 : 1;
    if (apart_us <= (int64_t)chunks->step_us + tick_us(chunks)) {
        chunks->keys_apart = 0;
        return 0;
    }
    chunks->keys_apart += chunks->keys_apart < UINT8_MAX;
    if (chunks->keys_apart != KEYS_APART)
        return 0;
    news->ticks = keys->ticks[1];
    news->duration_ticks = ticks_of(chunks, keys->us[0] - keys->us[1]);
    news->other_ticks = key_ticks(chunks, others, nearest);
    news->other_duration_ticks = ticks_of(chunks, others->us[0] - others->us[1]);
    news->apart_us = apart_us;
    return MPE_CHUNK_VIDEO_OUT_OF_SYNC;
}

/* ---- heartbeats ---- */

/* How much later than a minute before, in whole seconds; -1: nothing came, or there is nothing to compare with. */
static int32_t drift_s(const struct mpe_track_chunks *chunks, bool has_arrived, int64_t slack_us)
{
    if (!has_arrived || chunks->slacks == 0)
        return -1;
    const int64_t late_us = slack_us - chunks->slack_us[chunks->slacks - 1];
    if (late_us < 500000)
        return 0;
    return late_us < (int64_t)INT32_MAX * 1000000 ? (int32_t)((late_us + 500000) / 1000000) : INT32_MAX;
}

static uint32_t bps_of(uint32_t bytes, int64_t elapsed_us)
{
    const int64_t bps = elapsed_us > 0 ? (int64_t)bytes * 8000000 / elapsed_us : 0;
    return bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}

void mpe_chunks_beat(struct mpe_track_chunks *chunks, const struct mpe_track_facts *facts, int64_t now_us)
{
    const bool has_arrived = (uint32_t)facts->frames != chunks->frames;
    const int64_t slack_us = chunks->arrival_us != MPE_TIME_NONE ? chunks->arrival_us - facts->elapsed_us : 0;
    chunks->beat =
        (struct mpe_beat){.incoming_bps = bps_of((uint32_t)facts->bytes - chunks->bytes, now_us - chunks->began_us),
                          .ticks = chunks->ticks,
                          .arrival_us = chunks->arrival_us,
                          .odd = chunks->odd,
                          .drift_s = drift_s(chunks, has_arrived, slack_us),
                          .is_waiting = true};
    if (has_arrived)
        note_slack(chunks, slack_us);
    chunks->began_us = now_us;
    chunks->bytes = (uint32_t)facts->bytes;
    chunks->frames = (uint32_t)facts->frames;
    chunks->odd = (struct mpe_odd_chunks){0};
}

bool mpe_chunks_key_frames_are_far(const struct mpe_track_chunks *chunks, int64_t max_us)
{
    const struct mpe_chunk_keys *const keys = chunks->keys;
    if (max_us == 0 || mpe_chunks_key_us(chunks) == MPE_TIME_NONE)
        return false;
    const int64_t running_us = chunks->dts_us - keys->us[0];
    const int64_t last_us = keys->us[1] != MPE_TIME_NONE ? keys->us[0] - keys->us[1] : 0;
    return (running_us > last_us ? running_us : last_us) > max_us + (int64_t)chunks->step_us;
}
