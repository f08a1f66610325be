/* Writes the families of metrics one after the other; those of a channel carry its name as a label. */
#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpe/health.h>

#define MOST_CONDITIONS 1000 /* lines of mpe_condition: a session each, so that they stay few */

static const char *name_of(const char *const *names, size_t count, int32_t index)
{
    return index >= 0 && (size_t)index < count ? names[index] : "";
}

const char *snapshot_protocol_name(int32_t protocol)
{
    static const char *const names[] = {"unknown", "rtmp", "flv", "fmp4"};
    return name_of(names, sizeof(names) / sizeof(names[0]), protocol);
}

const char *snapshot_state_name(int32_t state)
{
    static const char *const names[] = {"opening", "admitted", "rejected", "disconnected", "finished"};
    return name_of(names, sizeof(names) / sizeof(names[0]), state);
}

const char *snapshot_event_name(int32_t event)
{
    static const char *const names[] = {"", "ConnectionRejected", "EncoderDisconnected"};
    return name_of(names, sizeof(names) / sizeof(names[0]), event);
}

const char *snapshot_media_name(int32_t media)
{
    static const char *const names[] = {"", "video", "audio"};
    return name_of(names, sizeof(names) / sizeof(names[0]), media);
}

/* The value of a label: backslash, quote and newline are escaped. */
static void write_value(FILE *out, const char *text)
{
    for (;;) {
        const size_t plain = strcspn(text, "\\\"\n");
        fwrite(text, 1, plain, out);
        text += plain;
        if (*text == '\0') {
            return;
        }
        fputs(*text == '\n' ? "\\n" : *text == '"' ? "\\\"" : "\\\\", out);
        text++;
    }
}

/* A value in thousandths, and the end of its line: without printf, which would take half of all the time. */
static void end_line(FILE *out, int64_t thousandths)
{
    char digits[32];
    char *at = digits + sizeof(digits);
    uint64_t left = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
    *--at = '\n';
    if (left % 1000 != 0) {
        for (int i = 0; i < 3; i++, left /= 10) {
            *--at = (char)('0' + left % 10);
        }
        *--at = '.';
    } else {
        left /= 1000;
    }
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (thousandths < 0) {
        *--at = '-';
    }
    fwrite(at, 1, (size_t)(digits + sizeof(digits) - at), out);
}

static void write_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* name{channel="...": further labels and the value follow. */
static void begin_line(FILE *out, const char *name, const struct snapshot_channel *channel)
{
    fputs(name, out);
    fputs("{channel=\"", out);
    write_value(out, channel->name);
    fputs("\"", out);
}

static void write_sessions(FILE *out, const struct snapshot *snapshot)
{
    write_head(out, "mpe_sessions", "gauge", "Sessions that are open.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        const struct snapshot_channel *const channel = &snapshot->channels[i];
        for (int32_t protocol = 0; protocol < SNAPSHOT_PROTOCOLS; protocol++) {
            for (int32_t state = 0; state < SNAPSHOT_STATES; state++) {
                if (channel->sessions[protocol][state] > 0) {
                    begin_line(out, "mpe_sessions", channel);
                    fprintf(out, ",protocol=\"%s\",state=\"%s\"} %u\n", snapshot_protocol_name(protocol),
                            snapshot_state_name(state), channel->sessions[protocol][state]);
                }
            }
        }
    }
}

static void write_endings(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_session_endings_total";
    write_head(out, name, "counter", "Sessions that were refused or ended, by why.");
    for (size_t i = 0; i < snapshot->ending_count; i++) {
        const struct snapshot_ending *const ending = &snapshot->endings[i];
        begin_line(out, name, &snapshot->channels[ending->channel]);
        fprintf(out, ",event=\"%s\",code=\"%s\",reason=\"%s\"} %" PRIu64 "\n", snapshot_event_name(ending->event),
                mpe_code_name(ending->code), mpe_reason_name(ending->reason), ending->count);
    }
}

static void write_received(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_received_bytes_total";
    write_head(out, name, "counter", "Bytes that came from encoders.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        for (int32_t protocol = 0; protocol < SNAPSHOT_PROTOCOLS; protocol++) {
            const uint64_t bytes = snapshot->channels[i].received_bytes[protocol];
            if (bytes > 0) {
                begin_line(out, name, &snapshot->channels[i]);
                fprintf(out, ",protocol=\"%s\"} %" PRIu64 "\n", snapshot_protocol_name(protocol), bytes);
            }
        }
    }
}

static void write_qualities(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_channel_qualities";
    write_head(out, name, "gauge", "Distinct qualities that a channel receives.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        const struct snapshot_channel *const channel = &snapshot->channels[i];
        if (channel->is_on) {
            begin_line(out, name, channel);
            fputs(",media=\"video\"} ", out);
            end_line(out, channel->sums.video_qualities * INT64_C(1000));
            begin_line(out, name, channel);
            fputs(",media=\"audio\"} ", out);
            end_line(out, channel->sums.audio_qualities * INT64_C(1000));
        }
    }
}

static void write_bitrates(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_channel_bitrate_bytes_per_second";
    write_head(out, name, "gauge", "Sum of the measured rates of a channel, as its limit counts it.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        if (snapshot->channels[i].is_on) {
            begin_line(out, name, &snapshot->channels[i]);
            fputs("} ", out);
            end_line(out, snapshot->channels[i].sums.measured_bps * 125);
        }
    }
}

static void write_limit(FILE *out, const struct snapshot_channel *channel, const char *limit, int64_t thousandths)
{
    if (thousandths > 0) {
        begin_line(out, "mpe_channel_limit", channel);
        fputs(",limit=\"", out);
        fputs(limit, out);
        fputs("\"} ", out);
        end_line(out, thousandths);
    }
}

static void write_limits(FILE *out, const struct snapshot *snapshot)
{
    write_head(out, "mpe_channel_limit", "gauge", "Limits of a channel that are set, in the unit their name ends in.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        const struct snapshot_channel *const channel = &snapshot->channels[i];
        if (channel->is_on) {
            write_limit(out, channel, "bitrate_bytes_per_second", channel->sums.max_bitrate_bps * 125);
            write_limit(out, channel, "video_qualities", channel->sums.max_video_qualities * INT64_C(1000));
            write_limit(out, channel, "audio_qualities", channel->sums.max_audio_qualities * INT64_C(1000));
            write_limit(out, channel, "width_pixels", channel->limits.width_px * 1000);
            write_limit(out, channel, "height_pixels", channel->limits.height_px * 1000);
            write_limit(out, channel, "frame_rate_hertz", channel->limits.frame_rate_mfps);
            write_limit(out, channel, "key_frame_interval_seconds", channel->limits.key_frame_interval_us / 1000);
        }
    }
}

static void write_encode_to_ingest(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_channel_encode_to_ingest_seconds";
    write_head(out, name, "gauge",
               "From when an encoder says that it sent its last key frame to its arrival, the longest of a channel; "
               "below 0: their clocks disagree.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        if (snapshot->channels[i].timed > 0) {
            begin_line(out, name, &snapshot->channels[i]);
            fputs("} ", out);
            end_line(out, snapshot->channels[i].encode_to_ingest_us / 1000);
        }
    }
}

static bool is_named_before(const struct snapshot_session *session, unsigned index)
{
    for (unsigned i = 0; i < index; i++) {
        if (session->conditions[i].kind == session->conditions[index].kind) {
            return true; /* of another track */
        }
    }
    return false;
}

static void write_conditions(FILE *out, const struct snapshot *snapshot)
{
    unsigned lines = 0;
    unsigned left_out = 0;
    write_head(out, "mpe_condition", "gauge", "1: the condition stands on the session.");
    for (size_t i = 0; i < snapshot->session_count; i++) {
        const struct snapshot_session *const session = &snapshot->sessions[i];
        for (unsigned k = 0; k < session->condition_count; k++) {
            if (is_named_before(session, k)) {
                continue;
            }
            if (lines++ >= MOST_CONDITIONS) {
                left_out++;
                continue;
            }
            begin_line(out, "mpe_condition", &snapshot->channels[session->channel]);
            fputs(",session=\"", out);
            write_value(out, session->id);
            fprintf(out, "\",condition=\"%s\"} 1\n", mpe_condition_name(session->conditions[k].kind));
        }
    }
    write_head(out, "mpe_conditions_left_out", "gauge", "Conditions that stand beyond the 1000 that are listed.");
    fprintf(out, "mpe_conditions_left_out %u\n", left_out);
}

static void write_notifications(FILE *out, const struct snapshot *snapshot)
{
    write_head(out, "mpe_notifications_sent_total", "counter", "Notifications that a place of --events took.");
    for (unsigned i = 0; i < snapshot->sink_count; i++) {
        fprintf(out, "mpe_notifications_sent_total{sink=\"%u\"} %" PRIu64 "\n", i + 1, snapshot->sinks[i].sent);
    }
    write_head(out, "mpe_notifications_lost_total", "counter", "Notifications that a place of --events never got.");
    for (unsigned i = 0; i < snapshot->sink_count; i++) {
        fprintf(out, "mpe_notifications_lost_total{sink=\"%u\"} %" PRIu64 "\n", i + 1, snapshot->sinks[i].lost);
    }
}

static void write_turned_away(FILE *out, const struct snapshot *snapshot)
{
    static const char name[] = "mpe_connections_turned_away_total";
    write_head(out, name, "counter", "Connections that were not served, by why.");
    for (int i = 0; i < TURNED_WHYS; i++) {
        fprintf(out, "%s{why=\"%s\"} %" PRIu64 "\n", name, turned_away_name((enum turned_why)i),
                snapshot->turned_away[i]);
    }
}

static void write_edges(FILE *out, const struct snapshot *snapshot)
{
    write_head(out, "mpe_channel_edges", "gauge", "Other processes of the fleet that have sessions of a channel.");
    for (size_t i = 0; i < snapshot->channel_count; i++) {
        if (snapshot->channels[i].is_on) {
            begin_line(out, "mpe_channel_edges", &snapshot->channels[i]);
            fprintf(out, "} %u\n", snapshot->channels[i].edges);
        }
    }
}

static void write_fleet_value(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    write_head(out, name, type, help);
    fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void write_fleet(FILE *out, const struct snapshot *snapshot)
{
    const struct fleet_view *const fleet = &snapshot->fleet;
    if (!fleet->is_there) {
        return;
    }
    write_fleet_value(out, "mpe_fleet_up", "gauge", "1: the server of the fleet answers.", fleet->is_up);
    write_head(out, "mpe_fleet_stale_seconds", "gauge", "Since the last answer of the server of the fleet.");
    fprintf(out, "mpe_fleet_stale_seconds %" PRId64 ".%03d\n", fleet->stale_ms / 1000, (int)(fleet->stale_ms % 1000));
    write_fleet_value(out, "mpe_fleet_channels", "gauge", "Channels of this process in the fleet.", fleet->channels);
    write_fleet_value(out, "mpe_fleet_reports_total", "counter", "Reports that were answered.", fleet->reports);
    write_fleet_value(out, "mpe_fleet_shares_total", "counter", "Shares of other processes that were news.",
                      fleet->shares);
    write_fleet_value(out, "mpe_fleet_shares_refused_total", "counter",
                      "Shares of other processes that were damaged, forged or too many.", fleet->refused);
    write_edges(out, snapshot);
}

char *metrics_text(const struct snapshot *snapshot, size_t *length)
{
    char *text = NULL;
    FILE *const out = open_memstream(&text, length);
    if (out == NULL) {
        return NULL;
    }
    write_head(out, "mpe_build_info", "gauge", "The program and the version of its library.");
    fprintf(out, "mpe_build_info{program=\"%s\",version=\"%s\"} 1\n", snapshot->program, mpe_version_string());
    write_head(out, "mpe_snapshot_timestamp_seconds", "gauge", "When these values were taken, since 1970.");
    fprintf(out, "mpe_snapshot_timestamp_seconds %" PRId64 ".%03d\n", snapshot->at_ms / 1000,
            (int)(snapshot->at_ms % 1000));
    write_sessions(out, snapshot);
    write_endings(out, snapshot);
    write_received(out, snapshot);
    write_qualities(out, snapshot);
    write_bitrates(out, snapshot);
    write_limits(out, snapshot);
    write_encode_to_ingest(out, snapshot);
    write_conditions(out, snapshot);
    write_notifications(out, snapshot);
    write_turned_away(out, snapshot);
    write_fleet(out, snapshot);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
