/* Writes snapshots as JSON with jansson. */
#include "admin_json.h"

#include <inttypes.h>
#include <stdio.h>

#include <jansson.h>

#include <mpe/health.h>

#include "metrics.h"

/* null in place of what is no UTF-8. */
static json_t *text(const char *from)
{
    json_t *const value = json_string(from);
    return value != NULL ? value : json_null();
}

static json_t *integer_or_null(int64_t value)
{
    return value != 0 ? json_integer(value) : json_null();
}

static json_t *measured_or_null(int64_t value)
{
    return value != MPE_NOT_MEASURED ? json_integer(value) : json_null();
}

static void add_limit(json_t *list, const char *name, const char *unit, int64_t value, int64_t limit)
{
    if (limit > 0) {
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "name", name, "unit", unit, "value",
                                              (json_int_t)value, "limit", (json_int_t)limit));
    }
}

/* ---------------------------------------------------------------- sessions */

static json_t *track_object(const struct snapshot_track *track)
{
    const mpe_track *const seen = &track->seen;
    json_t *const object = json_object();
    json_object_set_new(object, "media", text(snapshot_media_name(seen->media)));
    json_object_set_new(object, "codec", text(seen->codec));
    json_object_set_new(object, "width_px", integer_or_null(seen->width_px));
    json_object_set_new(object, "height_px", integer_or_null(seen->height_px));
    json_object_set_new(object, "sample_rate_hz", integer_or_null(seen->sample_rate_hz));
    json_object_set_new(object, "audio_channels", integer_or_null(seen->channels));
    json_object_set_new(object, "frame_rate_mfps", integer_or_null(seen->measured_mfps));
    json_object_set_new(object, "bitrate_bps", integer_or_null(seen->measured_bps));
    json_object_set_new(object, "declared_bps", integer_or_null(seen->declared_bps));
    json_object_set_new(object, "key_frame_interval_us", integer_or_null(track->key_frame_interval_us));
    json_object_set_new(object, "frames", json_integer((json_int_t)seen->frames));
    json_object_set_new(object, "key_frames", json_integer((json_int_t)seen->key_frames));
    return object;
}

static json_t *condition_object(const struct snapshot_condition *condition)
{
    const bool has_value = (condition->flags & MPE_NOTICE_HAS_VALUE) != 0;
    const bool has_limit = (condition->flags & MPE_NOTICE_HAS_LIMIT) != 0;
    static const char *const severities[] = {"", "suggestion", "warning", "error"};
    const unsigned severity = condition->severity >= 0 && condition->severity <= 3 ? (unsigned)condition->severity : 0;
    json_t *const object = json_object();
    json_object_set_new(object, "name", text(mpe_condition_name(condition->kind)));
    json_object_set_new(object, "severity", text(severities[severity]));
    json_object_set_new(object, "title", text(mpe_condition_title(condition->kind)));
    json_object_set_new(object, "remedy", text(mpe_condition_remedy(condition->kind)));
    json_object_set_new(object, "track", condition->track >= 0 ? json_integer(condition->track) : json_null());
    json_object_set_new(object, "value", has_value ? json_integer(condition->value) : json_null());
    json_object_set_new(object, "limit", has_limit ? json_integer(condition->limit) : json_null());
    json_object_set_new(object, "unit", text(condition->unit));
    json_object_set_new(object, "since_ms", json_integer(condition->since_ms));
    return object;
}

static json_t *session_limits(const struct snapshot_session *session, const struct snapshot_limits *limits)
{
    struct snapshot_limits most = {.lead_us = session->lead_us};
    for (unsigned i = 0; i < session->track_count; i++) {
        const struct snapshot_track *const track = &session->tracks[i];
        const mpe_track *const seen = &track->seen;
        const int64_t interval_us = track->key_frame_interval_us;
        most.width_px = seen->width_px > most.width_px ? seen->width_px : most.width_px;
        most.height_px = seen->height_px > most.height_px ? seen->height_px : most.height_px;
        most.bit_depth = seen->bit_depth > most.bit_depth ? seen->bit_depth : most.bit_depth;
        if (seen->media == MPE_MEDIA_VIDEO && seen->measured_mfps > most.frame_rate_mfps) {
            most.frame_rate_mfps = seen->measured_mfps;
        }
        most.key_frame_interval_us =
            interval_us > most.key_frame_interval_us ? interval_us : most.key_frame_interval_us;
    }
    json_t *const list = json_array();
    add_limit(list, "width", "px", most.width_px, limits->width_px);
    add_limit(list, "height", "px", most.height_px, limits->height_px);
    add_limit(list, "frame rate", "mfps", most.frame_rate_mfps, limits->frame_rate_mfps);
    add_limit(list, "bit depth", "bits", most.bit_depth, limits->bit_depth);
    add_limit(list, "key-frame interval", "us", most.key_frame_interval_us, limits->key_frame_interval_us);
    add_limit(list, "lead", "us", most.lead_us, limits->lead_us);
    return list;
}

static json_t *numbers(const uint32_t *values, unsigned count)
{
    json_t *const list = json_array();
    for (unsigned i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(values[i]));
    }
    return list;
}

static void add_history(json_t *object, const struct snapshot_history *history)
{
    json_t *const value = json_object();
    json_object_set_new(value, "every_ms", json_integer(SNAPSHOT_SAMPLE_US / 1000));
    json_object_set_new(value, "kbps", numbers(history->kbps, history->count));
    json_object_set_new(value, "mfps", numbers(history->mfps, history->count));
    json_object_set_new(object, "history", value);
}

static json_t *session_object(const struct snapshot *snapshot, const struct snapshot_session *session)
{
    const struct snapshot_channel *const channel = &snapshot->channels[session->channel];
    const struct snapshot_history *const history = &session->history;
    json_t *const object = json_object();
    json_t *const tracks = json_array();
    json_t *const conditions = json_array();
    for (unsigned i = 0; i < session->track_count; i++) {
        json_array_append_new(tracks, track_object(&session->tracks[i]));
    }
    for (unsigned i = 0; i < session->condition_count; i++) {
        json_array_append_new(conditions, condition_object(&session->conditions[i]));
    }
    json_object_set_new(object, "id", text(session->id));
    json_object_set_new(object, "channel", text(channel->name));
    json_object_set_new(object, "address", text(session->peer));
    json_object_set_new(object, "protocol", text(snapshot_protocol_name(session->protocol)));
    json_object_set_new(object, "state", text(snapshot_state_name(session->state)));
    json_object_set_new(object, "since_ms", json_integer(session->since_ms));
    json_object_set_new(object, "received_bytes", json_integer((json_int_t)session->received_bytes));
    json_object_set_new(object, "received_kbps",
                        history->count > 0 ? json_integer(history->kbps[history->count - 1]) : json_null());
    json_object_set_new(object, "lead_us", json_integer(session->lead_us));
    json_object_set_new(object, "encode_to_ingest_us", measured_or_null(session->encode_to_ingest_us));
    json_object_set_new(object, "tracks", tracks);
    json_object_set_new(object, "limits", session_limits(session, &channel->limits));
    json_object_set_new(object, "conditions_asked_for", json_boolean(channel->has_conditions));
    json_object_set_new(object, "conditions", conditions);
    return object;
}

static json_t *session_list(const struct snapshot *snapshot, bool with_history)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < snapshot->session_count; i++) {
        json_t *const object = session_object(snapshot, &snapshot->sessions[i]);
        if (with_history) {
            add_history(object, &snapshot->sessions[i].history);
        }
        json_array_append_new(list, object);
    }
    return list;
}

/* ---------------------------------------------------------------- channels */

static json_t *edge_object(const struct snapshot_edge *edge, bool is_here)
{
    char number[17];
    snprintf(number, sizeof(number), "%016" PRIx64, edge->number);
    return json_pack("{s:s, s:b, s:i, s:I, s:I, s:I}", "edge", number, "here", (int)is_here, "sessions",
                     (int)edge->sessions, "bitrate_bps", (json_int_t)edge->measured_bps, "declared_bps",
                     (json_int_t)edge->declared_bps, "age_ms", (json_int_t)(edge->age_us / 1000));
}

/* This process first. */
static json_t *edge_list(const struct snapshot *snapshot, const struct snapshot_channel *channel)
{
    json_t *const list = json_array();
    const mpe_channel_sums *const sums = &channel->sums;
    const struct snapshot_edge here = {.number = snapshot->fleet.number,
                                       .sessions = sums->sessions,
                                       .measured_bps = sums->measured_bps - sums->remote_measured_bps,
                                       .declared_bps = sums->declared_bps - sums->remote_declared_bps};
    json_array_append_new(list, edge_object(&here, true));
    for (unsigned i = 0; i < channel->edges_shown; i++) {
        json_array_append_new(list, edge_object(&snapshot->edges[channel->first_edge + i], false));
    }
    return list;
}

static json_t *channel_object(const struct snapshot *snapshot, const struct snapshot_channel *channel)
{
    const mpe_channel_sums *const sums = &channel->sums;
    json_t *const object = json_object();
    json_t *const limits = json_array();
    add_limit(limits, "bitrate", "bps", sums->measured_bps, sums->max_bitrate_bps);
    add_limit(limits, "video qualities", "", sums->video_qualities, sums->max_video_qualities);
    add_limit(limits, "audio qualities", "", sums->audio_qualities, sums->max_audio_qualities);
    json_object_set_new(object, "name", text(channel->name));
    json_object_set_new(object, "sessions", json_integer(sums->sessions));
    json_object_set_new(object, "bitrate_bps", json_integer(sums->measured_bps));
    json_object_set_new(object, "declared_bps", json_integer(sums->declared_bps));
    json_object_set_new(object, "video_qualities", json_integer(sums->video_qualities));
    json_object_set_new(object, "audio_qualities", json_integer(sums->audio_qualities));
    json_object_set_new(object, "limits", limits);
    if (snapshot->fleet.is_there) {
        json_object_set_new(object, "edges", edge_list(snapshot, channel));
        json_object_set_new(object, "edge_count", json_integer((json_int_t)channel->edges + 1));
    }
    return object;
}

static json_t *fleet_object(const struct fleet_view *fleet)
{
    return !fleet->is_there ? json_null()
                            : json_pack("{s:s, s:b, s:I, s:i, s:I, s:I, s:I}", "edge", fleet->edge, "up",
                                        (int)fleet->is_up, "stale_ms", (json_int_t)fleet->stale_ms, "channels",
                                        (int)fleet->channels, "reports", (json_int_t)fleet->reports, "shares",
                                        (json_int_t)fleet->shares, "shares_refused", (json_int_t)fleet->refused);
}

static json_t *refusal_object(const struct snapshot *snapshot, const struct snapshot_refusal *refusal)
{
    json_t *const object = json_object();
    json_object_set_new(object, "at_ms", json_integer(refusal->at_ms));
    json_object_set_new(object, "id", text(refusal->id));
    json_object_set_new(object, "channel", text(snapshot->channels[refusal->channel].name));
    json_object_set_new(object, "address", text(refusal->peer));
    json_object_set_new(object, "event", text(snapshot_event_name(refusal->event)));
    json_object_set_new(object, "code", text(mpe_code_name(refusal->code)));
    json_object_set_new(object, "reason", text(mpe_reason_name(refusal->reason)));
    json_object_set_new(object, "message", text(refusal->message));
    return object;
}

static json_t *channels_object(const struct snapshot *snapshot)
{
    json_t *const object = json_object();
    json_t *const channels = json_array();
    json_t *const refusals = json_array();
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        if (snapshot->channels[i].is_on) {
            json_array_append_new(channels, channel_object(snapshot, &snapshot->channels[i]));
        }
    }
    for (unsigned i = 0; i < snapshot->refusal_count; i++) {
        json_array_append_new(refusals, refusal_object(snapshot, &snapshot->refusals[i]));
    }
    json_object_set_new(object, "program", text(snapshot->program));
    json_object_set_new(object, "version", text(mpe_version_string()));
    json_object_set_new(object, "at_ms", json_integer(snapshot->at_ms));
    json_object_set_new(object, "configured", json_integer((json_int_t)snapshot->configured));
    json_object_set_new(object, "fleet", fleet_object(&snapshot->fleet));
    json_object_set_new(object, "channels", channels);
    json_object_set_new(object, "refusals", refusals);
    return object;
}

/* ------------------------------------------------------------------- texts */

static char *dump(json_t *object)
{
    char *const line = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return line;
}

char *admin_json_channels(const struct snapshot *snapshot)
{
    return dump(channels_object(snapshot));
}

char *admin_json_sessions(const struct snapshot *snapshot)
{
    json_t *const object = json_object();
    json_object_set_new(object, "at_ms", json_integer(snapshot->at_ms));
    json_object_set_new(object, "sessions", session_list(snapshot, true));
    return dump(object);
}

char *admin_json_event(const struct snapshot *snapshot)
{
    json_t *const object = channels_object(snapshot);
    json_object_set_new(object, "sessions", session_list(snapshot, false));
    return dump(object);
}
