#include "session/pipeline.h"

#include <string.h>

#include "channel/url.h"
#include "classify/classify.h"
#include "codes/codec.h"
#include "notify/notify.h"
#include "probe/probe.h"

#define MAX_URL_BYTES 512

static uint64_t bit_of(int32_t reason)
{
    return (uint64_t)1 << reason;
}

/* ---- findings ---- */

void mpe_pipeline_leave(struct mpe_session *session)
{
    int64_t measured_bps = 0, declared_bps = 0;

    for (int32_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *track = session->tracks.items[i];
        mpe_channel_release_quality(session->channel, track->quality);
        track->quality = NULL;
        measured_bps += track->measured_bps;
        declared_bps += track->declared_bps;
        track->measured_bps = track->declared_bps = 0;
    }
    if (measured_bps != 0 || declared_bps != 0)
        mpe_channel_add_rates(session->channel, -measured_bps, -declared_bps, NULL);
    if (session->member != NULL)
        mpe_channel_leave(session->channel, session->member);
    session->member = NULL;
}

static void stop(struct mpe_session *session)
{
    session->stopped = true;
    mpe_pipeline_leave(session);
}

/* The bit of a fault: what is judged again at the end is the same fault. */
static uint64_t fault_bit(int32_t reason)
{
    if (reason == MPE_REASON_NO_METADATA_AT_END)
        return bit_of(MPE_REASON_NO_METADATA);
    if (reason == MPE_REASON_NO_HEADER_AT_END)
        return bit_of(MPE_REASON_FRAMES_BEFORE_HEADER);
    return bit_of(reason);
}

static uint64_t *reported_by(struct mpe_session *session, const struct mpe_finding *finding)
{
    return finding->track >= 0 ? &session->tracks.items[finding->track]->reported : &session->reported;
}

/* Findings after the first. */
static bool keep_more(struct mpe_session *session, const struct mpe_finding *finding)
{
    struct mpe_finding out_of_memory;

    if (session->more == NULL)
        session->more = mpe_mem_new(session->mem, sizeof *session->more);
    if (session->more == NULL)
        return false;
    if (mpe_findings_push(session->mem, session->more, finding))
        return true;
    out_of_memory = *finding;
    mpe_pipeline_lose(&out_of_memory);
    mpe_findings_push_last(session->more, &out_of_memory);
    return true;
}

void mpe_pipeline_lose(struct mpe_finding *finding)
{
    finding->code = MPE_UNKNOWN_ERROR;
    finding->reason = MPE_REASON_OUT_OF_MEMORY;
    finding->event = MPE_EVENT_ENCODER_DISCONNECTED;
    finding->what = "a finding";
    finding->value = sizeof *finding;
    finding->flags = (uint8_t)((finding->flags & ~MPE_ERROR_HAS_LIMIT) | MPE_ERROR_HAS_VALUE);
}

/* The first finding is the verdict on the session; with report_all the same fault is told once per track. */
static void raise(struct mpe_session *session, const struct mpe_finding *finding)
{
    uint64_t *reported = reported_by(session, finding);

    if (session->stopped || (*reported & fault_bit(finding->reason)) != 0)
        return;
    *reported |= fault_bit(finding->reason);
    if (session->ending.code == 0) {
        session->ending = *finding;
        session->state = finding->event == MPE_EVENT_CONNECTION_REJECTED ? MPE_STATE_REJECTED : MPE_STATE_DISCONNECTED;
    } else if (!keep_more(session, finding)) {
        session->is_finding_lost = true;
    }
    if (!session->limits->report_all)
        stop(session);
}

static void judge(struct mpe_session *session)
{
    struct mpe_finding findings[MPE_MAX_FINDINGS];
    size_t count = mpe_classify(&session->observation.facts, &session->totals, session->limits, findings);

    for (size_t i = 0; i < count; i++)
        raise(session, &findings[i]);
}

static void note_fault(struct mpe_session *session, int32_t reason, const char *what, int64_t value, int64_t limit)
{
    const struct mpe_fault fault = {reason, what, value, limit};

    session->observation.facts.fault = fault;
    session->observation.facts.changed |= MPE_FACT_FAULT;
}

/* ---- units ---- */

/* The track of a unit, made where it is new. NULL: the unit has none, or none can be had (a fault was noted). */
static struct mpe_session_track *track_of(struct mpe_session *session, const struct mpe_unit *unit)
{
    struct mpe_session_track *track;

    if (unit->media == MPE_MEDIA_NONE)
        return NULL;
    track = mpe_tracks_find(&session->tracks, unit);
    if (track != NULL)
        return track;
    if (session->tracks.count >= session->limits->max_tracks) {
        note_fault(session, MPE_REASON_INTERNAL_LIMIT, "tracks of a session", session->tracks.count + 1,
                   session->limits->max_tracks);
        return NULL;
    }
    track = mpe_tracks_add(&session->tracks, session->mem, unit);
    if (track == NULL)
        note_fault(session, MPE_REASON_OUT_OF_MEMORY, "a track", sizeof *track, 0);
    else
        mpe_track_declare(&track->observed, &session->observation.declared);
    return track;
}

/* Keeps a text for notifications; what was kept before goes. */
static void keep_text(struct mpe_session *session, char **kept, const void *text, size_t len)
{
    char *copy = mpe_mem_new(session->mem, len + 1);

    if (copy == NULL) {
        note_fault(session, MPE_REASON_OUT_OF_MEMORY, "a text for notifications", (int64_t)len + 1, 0);
        return;
    }
    if (len > 0)
        memcpy(copy, text, len);
    mpe_mem_free(session->mem, *kept);
    *kept = copy;
}

static void keep_url(struct mpe_session *session, struct mpe_span url)
{
    char redacted[MAX_URL_BYTES];

    mpe_redact_url((const char *)url.bytes, url.len, redacted, sizeof redacted);
    keep_text(session, &session->ingest_url, redacted, strlen(redacted));
}

static void take_connect(struct mpe_session *session, const struct mpe_unit *unit)
{
    session->observation.facts.app = mpe_channel_match_text(session->channel, MPE_TEXT_APP, unit->name);
    keep_url(session, unit->url);
}

static size_t length_without_query(struct mpe_span name)
{
    const uint8_t *query = name.len > 0 ? memchr(name.bytes, '?', name.len) : NULL;

    return query != NULL ? (size_t)(query - name.bytes) : name.len;
}

/* A stream is published anew: what its tracks were before does not bind them. */
static void restart_tracks(struct mpe_session *session, uint32_t stream_id)
{
    for (int32_t i = 0; i < session->tracks.count; i++)
        if (session->tracks.items[i]->observed.facts.stream_id == stream_id)
            mpe_track_restart(&session->tracks.items[i]->observed);
}

static void take_publish(struct mpe_session *session, const struct mpe_unit *unit)
{
    size_t len = length_without_query(unit->name);

    session->observation.facts.stream_name =
        len == 0 ? MPE_MATCH_MISSING : mpe_channel_match_text(session->channel, MPE_TEXT_STREAM_NAME, unit->name);
    if (session->limits->publish_stream_name)
        keep_text(session, &session->stream_name, unit->name.bytes, len);
    restart_tracks(session, unit->stream_id);
}

static enum mpe_probe_result probe(const struct mpe_session *session, const struct mpe_unit *unit,
                                   struct mpe_stream *stream)
{
    if (session->observation.facts.protocol == MPE_PROTOCOL_FMP4)
        return mpe_probe_init_segment(unit->data, unit->track_id, unit->codec, stream);
    return mpe_probe_sequence_header(unit->codec, unit->data, stream);
}

static void take_probe(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
{
    struct mpe_stream stream;

    switch (probe(session, unit, &stream)) {
    case MPE_PROBE_OK:
    case MPE_PROBE_UNKNOWN:
        track->reported &=
            ~(bit_of(MPE_REASON_RESOLUTION) | bit_of(MPE_REASON_BIT_DEPTH) | bit_of(MPE_REASON_AAC_OBJECT_TYPE));
        mpe_observe_stream(&session->observation, &track->observed, &stream);
        break;
    case MPE_PROBE_MALFORMED:
        note_fault(session, MPE_REASON_MALFORMED_INPUT, "a header that FFmpeg cannot read", 0, 0);
        break;
    case MPE_PROBE_NO_MEMORY:
        note_fault(session, MPE_REASON_OUT_OF_MEMORY, "the probe of a header", 0, 0);
        break;
    }
}

static void take_quality(struct mpe_session *session, struct mpe_session_track *track)
{
    const struct mpe_track_facts *facts = &track->observed.facts;
    struct mpe_quality_key key;

    memset(&key, 0, sizeof key);
    key.media = facts->media;
    key.width_px = facts->stream.width_px;
    key.height_px = facts->stream.height_px;
    key.sample_rate_hz = facts->stream.sample_rate_hz;
    key.channels = facts->stream.channels;
    key.declared_bps = facts->declared_bps;
    if (!mpe_channel_hold_quality(session->channel, &key, &track->quality, &session->totals))
        note_fault(session, MPE_REASON_OUT_OF_MEMORY, "a quality of the channel", 0, 0);
    else
        session->observation.facts.changed |= MPE_FACT_TOTALS;
}

static void take_header(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
{
    if (!mpe_track_header(&track->observed, unit))
        return;
    take_probe(session, track, unit);
    if ((session->observation.facts.changed & MPE_FACT_HEADER) != 0)
        take_quality(session, track);
}

/* Brings the channel's sums up to what the track measures and declares now. */
static void take_rates(struct mpe_session *session, struct mpe_session_track *track)
{
    const struct mpe_track_facts *facts = &track->observed.facts;
    int32_t new_quality = session->totals.new_quality;

    mpe_channel_add_rates(session->channel, facts->measured_bps - track->measured_bps,
                          facts->declared_bps - track->declared_bps, &session->totals);
    session->totals.new_quality = new_quality;
    track->measured_bps = facts->measured_bps;
    track->declared_bps = facts->declared_bps;
}

static void take_metadata(struct mpe_session *session, const struct mpe_unit *unit)
{
    for (int32_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *track = session->tracks.items[i];
        if (unit->kind == MPE_UNIT_METADATA && track->observed.facts.stream_id != unit->stream_id)
            continue;
        mpe_track_declare(&track->observed, &session->observation.declared);
        take_rates(session, track);
    }
    session->observation.facts.changed |= MPE_FACT_TOTALS;
}

/* What a unit means beyond its own track: texts to compare, headers to probe, sums of the channel. */
static void take_meaning(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
{
    uint32_t changed = session->observation.facts.changed;

    if (unit->kind == MPE_UNIT_METADATA || (unit->kind == MPE_UNIT_PUBLISH && (changed & MPE_FACT_METADATA) != 0))
        take_metadata(session, unit);
    if (unit->kind == MPE_UNIT_TRACK && (changed & MPE_FACT_CODEC) != 0)
        track->reported &= ~bit_of(MPE_REASON_CODEC);
    if (unit->kind == MPE_UNIT_HEADER)
        take_header(session, track, unit);
    if (track != NULL && (session->observation.facts.changed & MPE_FACT_TOTALS) != 0)
        take_rates(session, track);
}

/* ---- admission ---- */

static bool is_track_ready(const struct mpe_track_facts *track)
{
    return track->header_seen || !mpe_codec_row(track->codec)->needs_header;
}

/* Every track seen has its header, and one of them has had its first steps checked. */
static void admit(struct mpe_session *session)
{
    bool is_time_checked = false;

    if (session->state != MPE_STATE_OPENING)
        return;
    for (int32_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_facts *track = &session->tracks.items[i]->observed.facts;
        if (!is_track_ready(track))
            return;
        is_time_checked |= track->frames >= 2;
    }
    if (!is_time_checked)
        return;
    session->state = MPE_STATE_ADMITTED;
    session->observation.facts.admitted = true;
}

/* ---- steps ---- */

static void begin_step(struct mpe_session *session)
{
    mpe_observe_step(&session->observation, session->now_us);
    session->totals.new_quality = MPE_MEDIA_NONE;
}

static void follow_media_clock(struct mpe_session *session)
{
    int64_t media_us = mpe_observe_media_clock_us(&session->observation);

    if (session->limits->media_clock && media_us > session->now_us)
        session->now_us = media_us;
}

void mpe_pipeline_unit(struct mpe_session *session, const struct mpe_unit *unit)
{
    struct mpe_session_track *track;

    begin_step(session);
    session->observation.facts.protocol = mpe_wire_protocol(session->wire);
    session->observation.facts.offset_bytes = unit->offset_bytes;
    track = track_of(session, unit);
    if (track != NULL || unit->media == MPE_MEDIA_NONE) {
        if (unit->kind == MPE_UNIT_CONNECT)
            take_connect(session, unit);
        else if (unit->kind == MPE_UNIT_PUBLISH)
            take_publish(session, unit);
        mpe_observe_unit(&session->observation, track != NULL ? &track->observed : NULL, unit, session->limits);
        take_meaning(session, track, unit);
    }
    judge(session);
    if (unit->kind == MPE_UNIT_FRAME) {
        follow_media_clock(session);
        admit(session);
    }
    if (unit->kind == MPE_UNIT_FAULT)
        stop(session);
}

void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url)
{
    struct mpe_facts *facts = &session->observation.facts;
    struct mpe_ingest_path path = mpe_ingest_path_parse(url);

    begin_step(session);
    facts->app = mpe_channel_match_http_app(session->channel, path.app);
    facts->stream_name = mpe_channel_match_text(session->channel, MPE_TEXT_STREAM_NAME, path.stream_name);
    facts->changed = MPE_FACT_APP | MPE_FACT_STREAM_NAME;
    keep_url(session, url);
    judge(session);
}

int64_t mpe_pipeline_idle_timeout_us(const struct mpe_session *session)
{
    if (session->limits->media_clock)
        return 0;
    switch (mpe_wire_protocol(session->wire)) {
    case MPE_PROTOCOL_FLV:
        return session->limits->flv_idle_timeout_us;
    case MPE_PROTOCOL_FMP4:
        return session->limits->fmp4_idle_timeout_us;
    default: /* RTMP, or a peer that has sent too little to tell */
        return session->limits->rtmp_idle_timeout_us;
    }
}

void mpe_pipeline_time(struct mpe_session *session)
{
    begin_step(session);
    mpe_observe_time(&session->observation, mpe_pipeline_idle_timeout_us(session));
    judge(session);
}

void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken)
{
    begin_step(session);
    session->observation.facts.peer = mpe_channel_match_peer(session->channel, &session->peer);
    session->observation.facts.changed = MPE_FACT_PEER;
    if (session_id_taken)
        note_fault(session, MPE_REASON_DUPLICATE_ENTRY, "the session id is in use in this channel", 0, 0);
    judge(session);
}

void mpe_pipeline_end(struct mpe_session *session)
{
    int32_t i = 0;

    do {
        begin_step(session);
        session->observation.facts.changed = MPE_FACT_END;
        if (i < session->tracks.count)
            session->observation.facts.track = &session->tracks.items[i]->observed.facts;
        judge(session);
    } while (++i < session->tracks.count);
}
