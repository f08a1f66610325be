#include "session/pipeline.h"

#include <string.h>

#include "channel/url.h"
#include "classify/classify.h"
#include "codes/codec.h"
#include "notify/notify.h"
#include "probe/probe.h"
#include "session/share.h"
#include "session/verdict.h"

#define MAX_URL_BYTES 512

static void begin_step(const struct mpe_session *session, struct mpe_step *step, uint64_t offset_bytes)
{
    mpe_step_begin(step, offset_bytes, session->now_us);
}

/* ---- findings ---- */

static void stop(struct mpe_session *session)
{
    session->stopped = true;
    mpe_share_leave(session);
}

static void raise(struct mpe_session *session, struct mpe_judgement *judgement)
{
    for (size_t i = 0; i < judgement->count && !session->stopped; i++) {
        if (mpe_verdict_raise(session, &judgement->findings[i]) && !session->tools.limits->report_all)
            stop(session);
    }
    judgement->count = 0;
}

/* Before a step at this offset: what was found at another one is complete. */
static void settle(struct mpe_session *session, struct mpe_judgement *judgement, uint64_t offset_bytes)
{
    if (judgement->count == 0)
        return;
    if (judgement->offset_bytes != offset_bytes || judgement->count > MPE_MAX_FINDINGS - MPE_MAX_STEP_FINDINGS)
        raise(session, judgement);
}

static void judge(struct mpe_session *session, const struct mpe_step *step, struct mpe_judgement *judgement)
{
    if (step->changed != 0)
        mpe_classify(&session->observation.facts, step, &session->totals, session->tools.limits, judgement);
}

/* A step that is a moment of its own. */
static void judge_alone(struct mpe_session *session, const struct mpe_step *step)
{
    struct mpe_judgement judgement;
    judgement.count = 0;
    judge(session, step, &judgement);
    raise(session, &judgement);
}

static void note_fault(struct mpe_step *step, int32_t reason, const char *what, int64_t value, int64_t limit)
{
    step->fault = (struct mpe_fault){reason, what, value, limit};
    step->changed |= MPE_FACT_FAULT;
}

/* ---- tracks ---- */

/* The track of a message stream that is published no more, whose place a new one of its kind can take. */
static struct mpe_session_track *find_retired(struct mpe_session *session, const struct mpe_unit *unit)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        if (track->observed.is_retired && track->observed.facts.media == unit->media &&
            track->observed.facts.track_id == unit->track_id)
            return track;
    }
    return NULL;
}

/* A track for a unit that no track is of. NULL: none can be had, a fault was noted. */
static struct mpe_session_track *add_track(struct mpe_session *session, const struct mpe_unit *unit,
                                           struct mpe_step *step)
{
    const int64_t max = session->tools.limits->max_tracks;
    if (session->tracks.count >= max) {
        note_fault(step, MPE_REASON_INTERNAL_LIMIT, "tracks of a session", (int64_t)session->tracks.count + 1, max);
        return NULL;
    }
    struct mpe_session_track *const track = mpe_tracks_add(&session->tracks, session->tools.mem, unit);
    if (track == NULL)
        note_fault(step, MPE_REASON_OUT_OF_MEMORY, "a track", sizeof *track, 0);
    else
        mpe_track_declare(&track->observed, &session->observation.declared);
    return track;
}

/* The track of a unit, made where it is new. NULL: none can be had, a fault was noted. */
static struct mpe_session_track *track_of(struct mpe_session *session, const struct mpe_unit *unit,
                                          struct mpe_step *step)
{
    struct mpe_session_track *const known = mpe_tracks_find(&session->tracks, unit);
    if (known != NULL)
        return known;
    struct mpe_session_track *const retired = find_retired(session, unit);
    if (retired == NULL)
        return add_track(session, unit, step);
    retired->observed.is_retired = false;
    retired->observed.facts.stream_id = unit->stream_id;
    return retired;
}

/* ---- texts ---- */

/* Keeps a text for notifications; what was kept before goes. */
static void keep_text(struct mpe_session *session, struct mpe_step *step, char **kept, const void *text, size_t len)
{
    char *const copy = mpe_mem_new(session->tools.mem, len + 1);
    if (copy == NULL) {
        note_fault(step, MPE_REASON_OUT_OF_MEMORY, "a text for notifications", (int64_t)len + 1, 0);
        return;
    }
    if (len > 0)
        memcpy(copy, text, len);
    mpe_mem_free(session->tools.mem, *kept);
    *kept = copy;
}

static void keep_url(struct mpe_session *session, struct mpe_step *step, struct mpe_span url)
{
    char redacted[MAX_URL_BYTES];
    mpe_redact_url((const char *)url.bytes, url.len, redacted, sizeof redacted);
    keep_text(session, step, &session->ingest_url, redacted, strlen(redacted));
}

static void take_connect(struct mpe_session *session, const struct mpe_unit *unit, struct mpe_step *step)
{
    step->app = (uint8_t)mpe_channel_match_text(session->channel, MPE_TEXT_APP, unit->name);
    step->changed |= MPE_FACT_APP;
    session->is_connected = true;
    keep_url(session, step, unit->url);
}

static size_t length_without_query(struct mpe_span name)
{
    const uint8_t *const query = name.len > 0 ? memchr(name.bytes, '?', name.len) : NULL;
    return query != NULL ? (size_t)(query - name.bytes) : name.len;
}

/* A stream is published anew: its time is not bound by what it was before. */
static void restart_tracks(struct mpe_session *session, uint32_t stream_id)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        if (track->observed.facts.stream_id != stream_id)
            continue;
        mpe_track_restart(&track->observed);
    }
}

/* It is sent no more: it leaves the channel's qualities and sums. */
static void retire(struct mpe_session *session, struct mpe_session_track *track)
{
    mpe_track_retire(&track->observed);
    mpe_share_release(session, track);
}

static void retire_tracks(struct mpe_session *session, uint32_t stream_id)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        if (track->observed.facts.stream_id == stream_id)
            retire(session, track);
    }
}

/* What RTMP names before it publishes or sends media, where the channel expects it: who names none may be anybody. */
static void note_unnamed(const struct mpe_session *session, struct mpe_step *step)
{
    if (!session->is_connected && mpe_channel_text(session->channel, MPE_TEXT_APP) != NULL) {
        step->app = MPE_MATCH_NO;
        step->changed |= MPE_FACT_APP;
    }
    if (!session->is_published && mpe_channel_text(session->channel, MPE_TEXT_STREAM_NAME) != NULL) {
        step->stream_name = MPE_MATCH_NO;
        step->changed |= MPE_FACT_STREAM_NAME;
    }
}

static void take_publish(struct mpe_session *session, const struct mpe_unit *unit, struct mpe_step *step)
{
    const size_t len = length_without_query(unit->name);
    step->stream_name = len == 0 ? MPE_MATCH_MISSING
                                 : (uint8_t)mpe_channel_match_text(session->channel, MPE_TEXT_STREAM_NAME, unit->name);
    step->changed |= MPE_FACT_STREAM_NAME;
    session->is_published = true;
    note_unnamed(session, step);
    if (session->tools.limits->publish_stream_name)
        keep_text(session, step, &session->stream_name, unit->name.bytes, len);
    restart_tracks(session, unit->stream_id);
}

/* ---- headers ---- */

static enum mpe_probe_result probe(const struct mpe_session *session, const struct mpe_unit *unit,
                                   struct mpe_stream *stream)
{
    if (session->observation.facts.protocol == MPE_PROTOCOL_FMP4)
        return mpe_probe_init_segment(unit->data, unit->track_id, unit->codec, stream);
    return mpe_probe_sequence_header(unit->codec, unit->data, stream);
}

static uint64_t bit_of(int32_t reason)
{
    return (uint64_t)1 << reason;
}

static void take_quality(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    if (!mpe_share_quality(session, track, step))
        note_fault(step, MPE_REASON_OUT_OF_MEMORY, "a quality of the channel", 0, 0);
}

/* A new header is news for the rules of headers, also for those that it broke before. */
static void take_stream(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_stream *stream,
                        struct mpe_step *step)
{
    track->raised &=
        ~(bit_of(MPE_REASON_RESOLUTION) | bit_of(MPE_REASON_BIT_DEPTH) | bit_of(MPE_REASON_AAC_OBJECT_TYPE));
    mpe_track_stream(&track->observed, stream, step);
    take_quality(session, track, step);
}

static void take_header(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit,
                        struct mpe_step *step)
{
    struct mpe_stream stream;
    if (!mpe_track_header(&track->observed, unit))
        return;
    switch (probe(session, unit, &stream)) {
    case MPE_PROBE_OK:
    case MPE_PROBE_UNKNOWN:
        take_stream(session, track, &stream, step);
        break;
    case MPE_PROBE_MALFORMED:
        note_fault(step, MPE_REASON_MALFORMED_INPUT, "a header that FFmpeg cannot read", 0, 0);
        break;
    case MPE_PROBE_NO_MEMORY:
        note_fault(step, MPE_REASON_OUT_OF_MEMORY, "the probe of a header", 0, 0);
        break;
    }
}

/* A track declares its rate: with its header here, that may make it another quality. */
static void take_declared(struct mpe_session *session, struct mpe_session_track *track,
                          const struct mpe_declared *declared, struct mpe_step *step)
{
    const int64_t before_bps = track->observed.facts.declared_bps;
    mpe_track_declare(&track->observed, declared);
    if (track->observed.facts.declared_bps != before_bps && track->quality != NULL)
        take_quality(session, track, step);
    mpe_share_rates(session, track, step);
}

/* For all tracks, or, where metadata came on a message stream, for those on it: each is judged by itself. */
static void take_metadata(struct mpe_session *session, const struct mpe_unit *unit, struct mpe_judgement *judgement)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        struct mpe_step step;
        if (unit->kind == MPE_UNIT_METADATA && track->observed.facts.stream_id != unit->stream_id)
            continue;
        begin_step(session, &step, unit->offset_bytes);
        step.track = &track->observed.facts;
        take_declared(session, track, &session->observation.declared, &step);
        judge(session, &step, judgement);
    }
}

static void set_admitted(struct mpe_session *session)
{
    session->state = MPE_STATE_ADMITTED;
    session->observation.facts.admitted = true;
}

/* What a unit means beyond its own track: texts to compare, headers to probe, sums of the channel. */
static void take_meaning(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit,
                         struct mpe_step *step, struct mpe_judgement *judgement)
{
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_CONNECT:
        take_connect(session, unit, step);
        break;
    case MPE_UNIT_PUBLISH:
        take_publish(session, unit, step);
        if ((step->changed & MPE_FACT_METADATA) != 0)
            take_metadata(session, unit, judgement);
        break;
    case MPE_UNIT_UNPUBLISH:
        retire_tracks(session, unit->stream_id);
        break;
    case MPE_UNIT_METADATA:
        take_metadata(session, unit, judgement);
        break;
    case MPE_UNIT_TRACK:
        if ((step->changed & MPE_FACT_CODEC) != 0)
            track->raised &= ~bit_of(MPE_REASON_CODEC);
        break;
    case MPE_UNIT_HEADER:
        if (track != NULL)
            take_header(session, track, unit, step);
        else if (session->state == MPE_STATE_OPENING)
            set_admitted(session);
        if ((step->changed & MPE_FACT_TOTALS) != 0)
            mpe_share_rates(session, track, step);
        break;
    case MPE_UNIT_TRACK_GONE:
        retire(session, track);
        break;
    case MPE_UNIT_NO_FRAME:
        if (session->observation.facts.protocol == MPE_PROTOCOL_FMP4)
            mpe_share_note_sent(session);
        break;
    case MPE_UNIT_DECLARED:
        if (track != NULL)
            take_declared(session, track, &unit->declared, step);
        break;
    default:
        break;
    }
}

/* ---- admission ---- */

/* A track that has no header yet and no frame may be one of an encoder that never sends any. */
static bool is_track_ready(const struct mpe_track_facts *track, bool is_grace_over)
{
    return track->header_seen || !mpe_codec_row(track->codec)->needs_header || (track->frames == 0 && is_grace_over);
}

static bool has_track_of(const struct mpe_session *session, uint8_t media)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (session->tracks.items[i].observed.facts.media == media)
            return true;
    }
    return false;
}

static bool is_announced_missing(const struct mpe_session *session)
{
    const struct mpe_declared *const declared = &session->observation.declared;
    return (declared->has_video && !has_track_of(session, MPE_MEDIA_VIDEO)) ||
           (declared->has_audio && !has_track_of(session, MPE_MEDIA_AUDIO));
}

/*
 * Every track announced has its header, and one of them has had its first steps checked. Encoders announce sound that
 * they never send: nobody waits for it longer than for metadata.
 */
static void admit(struct mpe_session *session)
{
    const bool is_grace_over = session->observation.facts.media_elapsed_us > session->tools.limits->metadata_grace_us;
    bool is_time_checked = false;
    if (!is_grace_over && is_announced_missing(session))
        return;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_facts *const track = &session->tracks.items[i].observed.facts;
        if (!is_track_ready(track, is_grace_over))
            return;
        is_time_checked |= track->frames >= 2;
    }
    if (!is_time_checked)
        return;
    set_admitted(session);
}

/* ---- steps ---- */

static void follow_media_clock(struct mpe_session *session)
{
    const int64_t media_us = mpe_observe_media_clock_us(&session->observation);
    if (session->tools.limits->media_clock && media_us > session->now_us)
        session->now_us = media_us;
}

/* What a frame is judged by when its last byte is there. */
static void end_frame(struct mpe_session *session, struct mpe_session_track *track, uint32_t size_bytes,
                      struct mpe_step *step, struct mpe_judgement *judgement)
{
    mpe_observe_frame_end(&session->observation, &track->observed, size_bytes, session->tools.limits, step);
    judge(session, step, judgement);
}

/* A frame begins, and perhaps ends with it. */
static void take_frame(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit,
                       struct mpe_step *step, struct mpe_judgement *judgement)
{
    if (!track->observed.started && unit->sample.timescale != 0)
        mpe_share_resume(session, track, unit);
    mpe_observe_frame(&session->observation, &track->observed, unit, session->tools.limits, step);
    if ((step->changed & MPE_FACT_TOTALS) != 0)
        mpe_share_rates(session, track, step);
    judge(session, step, judgement);
    follow_media_clock(session);
    if (session->state == MPE_STATE_OPENING && judgement->count == 0)
        admit(session);
    if (!unit->is_complete)
        return;
    begin_step(session, step, unit->offset_bytes + unit->tail_bytes);
    settle(session, judgement, step->offset_bytes);
    if (!session->stopped)
        end_frame(session, track, unit->size_bytes, step, judgement);
}

static void take_other(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit,
                       struct mpe_step *step, struct mpe_judgement *judgement)
{
    mpe_observe_unit(&session->observation, track != NULL ? &track->observed : NULL, unit, step);
    take_meaning(session, track, unit, step, judgement);
    judge(session, step, judgement);
}

static void take_unit(struct mpe_session *session, const struct mpe_unit *unit, struct mpe_judgement *judgement)
{
    struct mpe_session_track *track = NULL;
    struct mpe_step step;
    begin_step(session, &step, unit->offset_bytes);
    session->observation.facts.protocol = session->wire.protocol;
    if (unit->media != MPE_MEDIA_NONE)
        track = track_of(session, unit, &step);
    if (unit->media != MPE_MEDIA_NONE && session->wire.protocol == MPE_PROTOCOL_RTMP)
        note_unnamed(session, &step);
    const bool is_late = track != NULL && track->observed.is_retired;
    if (track == NULL && unit->media != MPE_MEDIA_NONE)
        judge(session, &step, judgement);
    else if (unit->kind == MPE_UNIT_FRAME && !is_late)
        take_frame(session, track, unit, &step, judgement);
    else if (unit->kind == MPE_UNIT_FRAME_END && !is_late)
        end_frame(session, track, unit->size_bytes, &step, judgement);
    else
        take_other(session, track, unit, &step, judgement);
}

void mpe_pipeline_bytes(struct mpe_session *session, struct mpe_cursor *in)
{
    struct mpe_judgement judgement;
    struct mpe_unit unit;
    judgement.count = 0;
    while (!session->stopped && mpe_wire_step(&session->wire, in, &unit)) {
        settle(session, &judgement, unit.offset_bytes);
        if (!session->stopped)
            take_unit(session, &unit, &judgement);
    }
    raise(session, &judgement);
    if (mpe_wire_is_dead(&session->wire) && !session->stopped)
        stop(session);
}

void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url)
{
    const struct mpe_ingest_path path = mpe_ingest_path_parse(url);
    struct mpe_step step;
    begin_step(session, &step, MPE_OFFSET_NONE);
    step.app = (uint8_t)mpe_channel_match_http_app(session->channel, path.app);
    step.stream_name = (uint8_t)mpe_channel_match_text(session->channel, MPE_TEXT_STREAM_NAME, path.stream_name);
    step.changed = MPE_FACT_APP | MPE_FACT_STREAM_NAME;
    keep_url(session, &step, url);
    judge_alone(session, &step);
}

int64_t mpe_pipeline_idle_timeout_us(const struct mpe_session *session)
{
    const struct mpe_limits *const limits = session->tools.limits;
    if (limits->media_clock)
        return 0;
    switch (session->wire.protocol) {
    case MPE_PROTOCOL_FLV:
        return limits->flv_idle_timeout_us;
    case MPE_PROTOCOL_FMP4:
        return limits->fmp4_idle_timeout_us;
    default: /* RTMP, or a peer that has sent too little to tell */
        return limits->rtmp_idle_timeout_us;
    }
}

/* From when on silence ends the rates that there are. */
static int64_t silence_us(const struct mpe_session *session)
{
    return session->observation.last_frame_us + session->tools.limits->bitrate_window_us;
}

int64_t mpe_pipeline_rates_end_us(const struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (session->tracks.items[i].observed.facts.measured_bps != 0)
            return silence_us(session);
    }
    return INT64_MAX;
}

/* A session that went silent, perhaps for good while its encoder is back on another one, has no rate any more. */
static void end_rates(struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        struct mpe_step step;
        begin_step(session, &step, MPE_OFFSET_NONE);
        if (mpe_track_pause(&track->observed))
            mpe_share_rates(session, track, &step);
    }
}

void mpe_pipeline_time(struct mpe_session *session)
{
    struct mpe_step step;
    begin_step(session, &step, MPE_OFFSET_NONE);
    if (session->now_us > silence_us(session))
        end_rates(session);
    mpe_observe_time(&session->observation, mpe_pipeline_idle_timeout_us(session), &step);
    judge_alone(session, &step);
}

void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken)
{
    struct mpe_step step;
    begin_step(session, &step, MPE_OFFSET_NONE);
    step.peer = (uint8_t)mpe_channel_match_peer(session->channel, &session->peer);
    step.changed = MPE_FACT_PEER;
    if (session_id_taken)
        note_fault(&step, MPE_REASON_DUPLICATE_ENTRY, "the session id is in use in this channel", 0, 0);
    judge_alone(session, &step);
}

void mpe_pipeline_end(struct mpe_session *session)
{
    struct mpe_judgement judgement;
    uint16_t i = 0;
    judgement.count = 0;
    do {
        struct mpe_step step;
        begin_step(session, &step, MPE_OFFSET_NONE);
        settle(session, &judgement, MPE_OFFSET_NONE);
        step.changed = MPE_FACT_END;
        if (i < session->tracks.count)
            step.track = &session->tracks.items[i].observed.facts;
        judge(session, &step, &judgement);
    } while (++i < session->tracks.count);
    raise(session, &judgement);
}
