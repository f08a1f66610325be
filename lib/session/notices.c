/* What happens in a session, as notices. */
#include "session/notices.h"

#include "codes/codes.h"
#include "notify/notice_json.h"
#include "observe/chunks.h"
#include "session/compare.h"
#include "session/health.h"
#include "session/origin.h"
#include "session/verdict.h"

/* ---- the table: which event of a chunk is which notice, with which numbers ---- */

struct event {
    const struct mpe_limits *limits;
    const struct mpe_chunk_news *news;
    uint32_t bit;
};

static void no_numbers(const struct event *event, struct mpe_record *record)
{
    (void)event, (void)record;
}

static void set_numbers(struct mpe_record *record, int64_t value, int64_t limit)
{
    record->value = value;
    record->limit = limit;
    record->flags |= MPE_NOTICE_HAS_VALUE | MPE_NOTICE_HAS_LIMIT;
}

static void gap(const struct event *event, struct mpe_record *record)
{
    set_numbers(record, event->news->apart_us, event->limits->discontinuity_us);
}

static void dropped_data(const struct event *event, struct mpe_record *record)
{
    record->value = event->bit == MPE_CHUNK_OVERLAP ? 1 : 2;
    record->flags |= MPE_NOTICE_HAS_VALUE;
}

static void out_of_sync(const struct event *event, struct mpe_record *record)
{
    set_numbers(record, event->news->apart_us, event->limits->out_of_sync_us);
}

static void keys_apart(const struct event *event, struct mpe_record *record)
{
    record->value = event->news->apart_us;
    record->flags |= MPE_NOTICE_HAS_VALUE;
}

static const struct rule {
    uint32_t bit; /* enum mpe_chunk_event */
    int16_t kind; /* enum mpe_notice_kind */
    void (*fill)(const struct event *event, struct mpe_record *record);
} rules[] = {
    {MPE_CHUNK_FIRST, MPE_NOTICE_INCOMING_STREAM_RECEIVED, no_numbers},
    {MPE_CHUNK_GAP, MPE_NOTICE_TRACK_DISCONTINUITY, gap},
    {MPE_CHUNK_OVERLAP, MPE_NOTICE_CHUNK_DROPPED, dropped_data},
    {MPE_CHUNK_NON_INCREASING, MPE_NOTICE_CHUNK_DROPPED, dropped_data},
    {MPE_CHUNK_OUT_OF_SYNC, MPE_NOTICE_STREAMS_OUT_OF_SYNC, out_of_sync},
    {MPE_CHUNK_VIDEO_OUT_OF_SYNC, MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC, keys_apart},
};

/* ---- saying ---- */

static uint32_t short_ticks(int64_t ticks)
{
    return ticks < 0 ? 0 : ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

static void say(struct mpe_session *session, const struct mpe_track_facts *facts, uint32_t events,
                const struct mpe_chunk_news *news)
{
    for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if ((events & rules[i].bit) == 0)
            continue;
        struct mpe_record record = {.kind = rules[i].kind,
                                    .state = MPE_NOTICE_HAPPENED,
                                    .flags = MPE_NOTICE_HAS_MEDIA_TIME,
                                    .media = facts->media,
                                    .track = (int16_t)facts->index,
                                    .media_us = facts->last_dts_us,
                                    .now_us = session->now_us,
                                    .ticks = news->ticks,
                                    .other_ticks = news->other_ticks,
                                    .duration_ticks = short_ticks(news->duration_ticks),
                                    .other_duration_ticks = short_ticks(news->other_duration_ticks),
                                    .other_track = (int16_t)news->other_track};
        rules[i].fill(&(struct event){session->tools.limits, news, rules[i].bit}, &record);
        mpe_records_push(&session->health->records, &record);
    }
}

/* ---- who is connected ---- */

/* Whether what refuses the session is the unit by which its encoder is connected. */
static bool was_refused_at_once(const struct mpe_session *session)
{
    const struct mpe_session_notices *const notices = &session->health->notices;
    struct mpe_finding verdict;
    return session->stopped && mpe_verdict_ending(session, &verdict) && verdict.now_us <= notices->connected_us &&
           (verdict.offset_bytes == MPE_OFFSET_NONE || verdict.offset_bytes <= notices->connected_at);
}

/* What refuses it at the same byte has done so by the time that anything else comes, or that somebody asks. */
static void settle_connect(struct mpe_session *session)
{
    struct mpe_session_notices *const notices = &session->health->notices;
    if (!notices->is_connect_due)
        return;
    notices->is_connect_due = false;
    if (was_refused_at_once(session))
        return;
    notices->is_connected_told = true;
    notices->beat_due_us = notices->connected_us + session->tools.limits->heartbeat_us;
    mpe_health_set_due(session);
    mpe_records_push(&session->health->records, &(struct mpe_record){.kind = MPE_NOTICE_ENCODER_CONNECTED,
                                                                     .track = -1,
                                                                     .other_track = -1,
                                                                     .now_us = notices->connected_us});
}

static void note_connect(struct mpe_session *session, const struct mpe_unit *unit)
{
    struct mpe_session_notices *const notices = &session->health->notices;
    const bool is_rtmp = session->wire.protocol == MPE_PROTOCOL_RTMP;
    if (notices->is_connected_told || notices->is_connect_due || unit->kind == MPE_UNIT_FAULT ||
        (is_rtmp && unit->kind != MPE_UNIT_PUBLISH))
        return;
    notices->is_connect_due = true;
    notices->connected_us = session->now_us;
    notices->connected_at = unit->offset_bytes;
}

static bool is_over(const struct mpe_session *session)
{
    return session->state == MPE_STATE_REJECTED && (session->stopped || session->finished);
}

/* What was found is to be polled first: the rejection comes before it. */
static bool has_unpolled_finding(const struct mpe_session *session)
{
    return session->findings != NULL && mpe_findings_wait(session->findings);
}

/* After a rejection, too, an encoder that was connected is so no more. */
static void settle_disconnect(struct mpe_session *session)
{
    struct mpe_session_notices *const notices = &session->health->notices;
    struct mpe_finding ending;
    if (notices->is_disconnect_told || !notices->is_connected_told || !is_over(session) ||
        has_unpolled_finding(session) || !mpe_verdict_ending(session, &ending))
        return;
    notices->is_disconnect_told = true;
    mpe_records_push(&session->health->records, &(struct mpe_record){.kind = MPE_NOTICE_ENCODER_DISCONNECTED,
                                                                     .flags = MPE_NOTICE_HAS_VALUE,
                                                                     .track = -1,
                                                                     .other_track = -1,
                                                                     .value = ending.code,
                                                                     .now_us = ending.now_us});
}

/* ---- heartbeats ---- */

static void beat(struct mpe_session *session)
{
    struct mpe_health *const health = session->health;
    const int64_t interval_us = session->tools.limits->heartbeat_us;
    if (!health->notices.is_connected_told || session->now_us < health->notices.beat_due_us)
        return;
    for (uint16_t i = 0; i < health->count; i++) {
        struct mpe_track_chunks *const chunks = &health->chunks[i];
        if (chunks->timescale == 0) /* no frame came yet */
            continue;
        health->records.lost += chunks->beat.is_waiting;
        mpe_chunks_beat(chunks, &session->tracks.items[i].observed.facts, session->now_us);
    }
    health->notices.beat_due_us += interval_us;
    if (health->notices.beat_due_us <= session->now_us) /* nobody asked for long */
        health->notices.beat_due_us = session->now_us + interval_us;
    mpe_health_set_due(session);
}

/* ---- units and time ---- */

static bool is_asked(const struct mpe_session *session)
{
    return session->tools.limits->notices != 0;
}

/* The track against those of the other medium in the session. */
static void compare(struct mpe_turn *turn, struct mpe_track_chunks *chunks)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    for (uint16_t i = 0; i < session->health->count; i++) {
        const struct mpe_track_facts *const other = &session->tracks.items[i].observed.facts;
        struct mpe_chunk_news news = {0};
        if (other->media == facts->media || other->stream_id != facts->stream_id)
            continue;
        const uint32_t events = mpe_chunks_sync(chunks, &session->health->chunks[i], session->tools.limits, &news);
        news.other_track = i;
        if (events != 0)
            say(session, facts, events, &news);
    }
}

/* Its key frames against those of all other video tracks. */
static void compare_keys(struct mpe_turn *turn)
{
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    struct mpe_chunk_news news = {.other_track = -1};
    const uint32_t events = mpe_compare_keys(turn->session, facts->index, &news);
    if (events != 0)
        say(turn->session, facts, events, &news);
}

void mpe_notices_frame(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_track_state *const observed = &turn->track->observed;
    struct mpe_track_chunks *const chunks = &session->health->chunks[observed->facts.index];
    struct mpe_chunk_news news = {.other_track = -1};
    if (!is_asked(session))
        return;
    settle_connect(session);
    if (chunks->timescale == 0)
        mpe_chunks_begin(chunks, session->now_us);
    const int64_t last_key_us = observed->in_key_frame ? mpe_chunks_key_us(chunks) : MPE_TIME_NONE;
    const uint32_t events =
        mpe_chunks_frame(chunks, observed, turn->unit, session->tools.limits, session->now_us, &news);
    if (events != 0)
        say(session, &observed->facts, events, &news);
    if (session->health->count > 1)
        compare(turn, chunks);
    if (observed->in_key_frame && mpe_chunks_key_us(chunks) != last_key_us)
        compare_keys(turn);
    beat(session);
}

/* A mdat ended: the fragments of all tracks are there. */
static void end_fragments(struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->health->count; i++) {
        struct mpe_chunk_news news = {.other_track = -1};
        struct mpe_track_chunks *const chunks = &session->health->chunks[i];
        if (chunks->timescale != 0)
            say(session, &session->tracks.items[i].observed.facts, mpe_chunks_fragment_end(chunks, &news), &news);
    }
}

void mpe_notices_unit(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    if (!is_asked(session))
        return;
    settle_connect(session);
    note_connect(session, turn->unit);
    if (turn->unit->kind == MPE_UNIT_NO_FRAME && session->wire.protocol == MPE_PROTOCOL_FMP4)
        end_fragments(session);
}

void mpe_notices_time(struct mpe_turn *turn)
{
    if (!is_asked(turn->session))
        return;
    settle_connect(turn->session);
    beat(turn->session);
}

/* ---- from outside ---- */

static const struct mpe_track_facts *facts_of(const struct mpe_session *session, int32_t track)
{
    return track >= 0 && track < session->tracks.count ? &session->tracks.items[track].observed.facts : NULL;
}

mpe_status mpe_session_latency(mpe_session *session, int64_t latency_ms, int64_t now_us)
{
    int64_t result = MPE_LATENCY_OK;
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (session->health == NULL || !is_asked(session))
        return MPE_OK;
    const struct mpe_limits *const limits = session->tools.limits;
    for (uint16_t i = 0; i < session->health->count; i++) {
        const struct mpe_track_chunks *const chunks = &session->health->chunks[i];
        if (chunks->timescale == 0)
            continue;
        if (mpe_chunks_key_frames_are_far(chunks, limits->max_key_frame_interval_us))
            result = MPE_LATENCY_KEY_FRAME_INTERVAL_TOO_LARGE;
        else if (result == MPE_LATENCY_OK && chunks->gap_us != MPE_TIME_NONE &&
                 session->now_us - chunks->gap_us < limits->heartbeat_us)
            result = MPE_LATENCY_INGEST_DISCONTINUITY;
    }
    struct mpe_record record = {.kind = MPE_NOTICE_ARCHIVE_HEARTBEAT, .track = -1, .other_track = -1, .now_us = now_us};
    set_numbers(&record, latency_ms, result);
    if (latency_ms < 0)
        record.flags &= (uint8_t)~MPE_NOTICE_HAS_VALUE;
    mpe_records_push(&session->health->records, &record);
    return MPE_OK;
}

mpe_status mpe_notice_json(const mpe_session *session, const mpe_notice *notice, int32_t schema, int64_t unix_us,
                           char *buffer, size_t size, size_t *needed)
{
    char address[MPE_ADDRESS_TEXT_BYTES];
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (notice == NULL || notice->struct_size < sizeof(*notice))
        return MPE_BAD_ERROR;
    if (schema != MPE_SCHEMA_EVENT_GRID && schema != MPE_SCHEMA_CLOUD_EVENTS)
        return MPE_BAD_SCHEMA;
    if (buffer == NULL && size > 0)
        return MPE_BAD_OUTPUT;
    const struct mpe_origin origin = mpe_origin_of(session, address);
    const struct mpe_track_facts *const track = facts_of(session, notice->track);
    const struct mpe_track_facts *const other = facts_of(session, notice->other_track);
    const struct mpe_notice_source source = {
        .notice = notice,
        .origin = &origin,
        .unix_us = unix_us,
        .declared_bps = track != NULL ? track->declared_bps : 0,
        .quality_bps = track != NULL ? mpe_track_quality_bps(track) : 0,
        .track_id = track != NULL ? track->track_id : 0,
        .other_media = other != NULL ? other->media : MPE_MEDIA_NONE,
    };
    return mpe_notice_source_json(&source, schema, buffer, size, needed);
}

/* ---- polling ---- */

static const struct mpe_track_chunks *chunks_of(const struct mpe_session *session, int32_t track)
{
    const struct mpe_health *const health = session->health;
    return health->chunks != NULL && track >= 0 && track < health->count ? &health->chunks[track] : NULL;
}

void mpe_notices_complete(const struct mpe_session *session, mpe_notice *notice)
{
    const struct mpe_track_chunks *const chunks = chunks_of(session, notice->track);
    const struct mpe_track_chunks *const other = chunks_of(session, notice->other_track);
    notice->timescale = chunks != NULL ? chunks->timescale : 0;
    notice->other_timescale = other != NULL ? other->timescale : 0;
    if (notice->kind == MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC)
        notice->other_timescale = notice->timescale;
    if (notice->kind != MPE_NOTICE_TRACK_DISCONTINUITY || chunks == NULL)
        return;
    notice->other_duration = notice->timestamp - (notice->other_timestamp + notice->duration);
    if (notice->other_duration < 0) /* the time wrapped in between */
        notice->other_duration = notice->value / 1000 * chunks->timescale / 1000;
}

static void fill_beat(const struct mpe_session *session, uint16_t index, mpe_notice *notice, uint32_t lost)
{
    const struct mpe_track_facts *const facts = &session->tracks.items[index].observed.facts;
    const struct mpe_track_chunks *const chunks = &session->health->chunks[index];
    const struct mpe_beat *const beat = &chunks->beat;
    struct mpe_record record = {.kind = MPE_NOTICE_INGEST_HEARTBEAT,
                                .flags = MPE_NOTICE_HAS_MEDIA_TIME,
                                .media = facts->media,
                                .track = (int16_t)index,
                                .media_us = facts->last_dts_us,
                                .now_us = chunks->began_us,
                                .ticks = beat->ticks,
                                .other_track = -1};
    set_numbers(&record, beat->incoming_bps, facts->declared_bps);
    mpe_notice_of_record(notice, &record, lost);
    notice->arrival_us = beat->arrival_us;
    notice->drift_s = beat->drift_s;
    notice->overlaps = beat->odd.overlaps;
    notice->discontinuities = beat->odd.gaps;
    notice->non_increasing = beat->odd.non_increasing;
    mpe_notices_complete(session, notice);
}

bool mpe_notices_take(struct mpe_session *session, mpe_notice *notice)
{
    struct mpe_health *const health = session->health;
    struct mpe_record record;
    uint32_t lost;
    settle_connect(session);
    settle_disconnect(session);
    if (mpe_records_take(&health->records, &record, &lost)) {
        mpe_notice_of_record(notice, &record, lost);
        mpe_notices_complete(session, notice);
        return true;
    }
    for (uint16_t i = 0; i < health->count && health->chunks != NULL; i++) {
        if (!health->chunks[i].beat.is_waiting)
            continue;
        fill_beat(session, i, notice, health->records.lost);
        health->records.lost = 0;
        health->chunks[i].beat.is_waiting = false;
        return true;
    }
    return false;
}
