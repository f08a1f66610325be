/*
 * The data of each kind of notice, as Azure Media Services documented it (events of live events, schema 2018-01-01):
 * times and ports are strings, rates and counts are numbers. One row a kind.
 */
#include "notify/notice_json.h"

#include <stdbool.h>
#include <string.h>

#include "codes/codes.h"
#include "codes/conditions.h"
#include "notify/envelope.h"
#include "notify/text.h"

#define NUMBER_TEXT_BYTES 24
#define NAME_TEXT_BYTES   40

/* ---- members ---- */

static void put_number_text(struct mpe_json *json, const char *key, int64_t number)
{
    char text[NUMBER_TEXT_BYTES];
    struct mpe_text_out out = mpe_text_begin(text, sizeof(text));
    mpe_text_int(&out, number);
    mpe_json_text(json, key, text);
}

/* What consumers read as a number unless it is this. */
static void put_number_or_none(struct mpe_json *json, const char *key, int64_t number, bool is_known)
{
    if (is_known)
        put_number_text(json, key, number);
    else
        mpe_json_text(json, key, "n/a");
}

static const char *media_name(int32_t media)
{
    return media == MPE_MEDIA_VIDEO ? "video" : media == MPE_MEDIA_AUDIO ? "audio" : "";
}

static void put_track(struct mpe_json *json, const struct mpe_notice_source *source)
{
    char name[NAME_TEXT_BYTES];
    struct mpe_text_out out = mpe_text_begin(name, sizeof(name));
    mpe_text_string(&out, media_name(source->notice->media));
    const int64_t number = source->quality_bps != 0 ? source->quality_bps : (int64_t)source->track_id;
    if (number != 0) {
        mpe_text_string(&out, "_");
        mpe_text_int(&out, number);
    }
    mpe_json_text(json, "trackType", media_name(source->notice->media));
    mpe_json_text(json, "trackName", name);
    mpe_json_int(json, "bitrate", source->declared_bps);
}

static void put_encoder(struct mpe_json *json, const struct mpe_origin *origin)
{
    mpe_json_text(json, "encoderIp", origin->encoder_ip);
    if (origin->encoder_port != 0)
        put_number_text(json, "encoderPort", origin->encoder_port);
    else
        mpe_json_text(json, "encoderPort", "");
}

static void put_connection(struct mpe_json *json, const struct mpe_origin *origin)
{
    mpe_json_text(json, "ingestUrl", origin->ingest_url);
    mpe_json_text(json, "streamId", origin->stream_id);
    put_encoder(json, origin);
}

/* ---- data by kind ---- */

static void connected(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    put_connection(json, source->origin);
}

static void disconnected(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    put_connection(json, source->origin);
    mpe_json_text(json, "resultCode", mpe_code_name((int32_t)source->notice->value));
}

static void stream_received(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    mpe_json_text(json, "ingestUrl", source->origin->ingest_url);
    put_track(json, source);
    put_encoder(json, source->origin);
    put_number_text(json, "timestamp", source->notice->timestamp);
    put_number_text(json, "duration", source->notice->duration);
    put_number_text(json, "timescale", source->notice->timescale);
}

/* Nothing came, or twice what is declared, or half of it. What declares nothing can only be silent. */
static bool is_unexpected(const mpe_notice *notice)
{
    const int64_t incoming = notice->value, declared = notice->limit;
    if (incoming == 0 || declared == 0)
        return incoming == 0;
    return incoming / 2 >= declared || incoming <= declared / 2;
}

/* When the last chunk came, in wall-clock time. Consumers read a time here, or nothing. */
static void put_arrival(struct mpe_json *json, const struct mpe_notice_source *source)
{
    char text[MPE_TIME_TEXT_BYTES];
    const mpe_notice *const notice = source->notice;
    if (notice->arrival_us == INT64_MIN)
        return;
    const uint64_t ago_us = (uint64_t)notice->now_us - (uint64_t)notice->arrival_us;
    mpe_time_text((int64_t)((uint64_t)source->unix_us - ago_us), text);
    mpe_json_text(json, "lastFragmentArrivalTime", text);
}

static void heartbeat(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    const mpe_notice *const notice = source->notice;
    const bool is_odd = notice->overlaps != 0 || notice->discontinuities != 0 || notice->non_increasing != 0;
    put_track(json, source);
    mpe_json_int(json, "incomingBitrate", notice->value);
    put_number_text(json, "lastTimestamp", notice->timestamp);
    put_number_text(json, "timescale", notice->timescale);
    mpe_json_int(json, "overlapCount", notice->overlaps);
    mpe_json_int(json, "discontinuityCount", notice->discontinuities);
    mpe_json_int(json, "nonincreasingCount", notice->non_increasing);
    mpe_json_bool(json, "unexpectedBitrate", is_unexpected(notice));
    mpe_json_text(json, "state", "Running");
    mpe_json_bool(json, "healthy", !is_odd && !is_unexpected(notice));
    put_arrival(json, source);
    put_number_or_none(json, "ingestDriftValue", notice->drift_s, notice->drift_s >= 0);
    mpe_json_text(json, "transcriptionState", "");
    mpe_json_text(json, "transcriptionLanguage", "");
}

static void discontinuity(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    put_track(json, source);
    put_number_text(json, "previousTimestamp", source->notice->other_timestamp);
    put_number_text(json, "newTimestamp", source->notice->timestamp);
    put_number_text(json, "discontinuityGap", source->notice->other_duration);
    put_number_text(json, "timescale", source->notice->timescale);
}

static void dropped(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    put_track(json, source);
    put_number_text(json, "timestamp", source->notice->timestamp);
    put_number_text(json, "timescale", source->notice->timescale);
    mpe_json_text(json, "resultCode",
                  source->notice->value == 1 ? "FragmentDrop_OverlapTimestamp" : "FragmentDrop_NonIncreasingTimestamp");
}

static void out_of_sync(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    const mpe_notice *const notice = source->notice;
    put_number_text(json, "minLastTimestamp", notice->timestamp);
    mpe_json_text(json, "typeOfStreamWithMinLastTimestamp", media_name(notice->media));
    put_number_text(json, "maxLastTimestamp", notice->other_timestamp);
    mpe_json_text(json, "typeOfStreamWithMaxLastTimestamp", media_name(source->other_media));
    put_number_text(json, "timescaleOfMinLastTimestamp", notice->timescale);
    put_number_text(json, "timescaleOfMaxLastTimestamp", notice->other_timescale);
}

static void video_out_of_sync(struct mpe_json *json, const void *of)
{
    const struct mpe_notice_source *const source = of;
    const mpe_notice *const notice = source->notice;
    put_number_text(json, "firstTimestamp", notice->timestamp);
    put_number_text(json, "firstDuration", notice->duration);
    put_number_text(json, "secondTimestamp", notice->other_timestamp);
    put_number_text(json, "secondDuration", notice->other_duration);
    put_number_text(json, "timescale", notice->timescale);
}

static void archive(struct mpe_json *json, const void *of)
{
    static const char *const results[] = {"S_OK", "MPE_KEY_FRAME_INTERVAL_TOO_LARGE", "MPE_INGEST_DISCONTINUITY"};
    const struct mpe_notice_source *const source = of;
    const mpe_notice *const notice = source->notice;
    const bool is_known = notice->limit >= 0 && notice->limit <= MPE_LATENCY_INGEST_DISCONTINUITY;
    put_number_or_none(json, "channelLatencyMs", notice->value, (notice->flags & MPE_NOTICE_HAS_VALUE) != 0);
    mpe_json_text(json, "latencyResultCode", results[is_known ? notice->limit : 0]);
}

/* ---- conditions, which nobody documented ---- */

static void condition(struct mpe_json *json, const void *of)
{
    static const char *const severities[] = {"", "suggestion", "warning", "error"};
    const struct mpe_notice_source *const source = of;
    const mpe_notice *const notice = source->notice;
    const bool is_known = notice->severity >= 0 && notice->severity <= MPE_SEVERITY_ERROR;
    mpe_json_text(json, "streamId", source->origin->stream_id);
    if (notice->track >= 0)
        put_track(json, source);
    mpe_json_text(json, "condition", mpe_condition_name(notice->kind));
    mpe_json_text(json, "state", notice->state == MPE_NOTICE_CLEARED ? "cleared" : "set");
    mpe_json_text(json, "severity", severities[is_known ? notice->severity : 0]);
    if ((notice->flags & MPE_NOTICE_HAS_VALUE) != 0)
        mpe_json_int(json, "value", notice->value);
    if ((notice->flags & MPE_NOTICE_HAS_LIMIT) != 0)
        mpe_json_int(json, "limit", notice->limit);
    if (notice->unit[0] != '\0')
        mpe_json_text(json, "unit", notice->unit);
    if ((notice->flags & MPE_NOTICE_HAS_MEDIA_TIME) != 0)
        mpe_json_int(json, "mediaTimeMs", notice->media_us / 1000);
    mpe_json_text(json, "message", notice->message);
}

/* ---- the table ---- */

static const struct row {
    int32_t kind;
    const char *type;
} types[] = {
#define MPE_NOTICE_KIND(number, NAME, type, unit, sentence) {number, type},
#include "codes/notices.def"
#undef MPE_NOTICE_KIND
};

static const struct {
    int32_t kind;
    void (*write)(struct mpe_json *json, const void *of);
} writers[] = {
    {MPE_NOTICE_ENCODER_CONNECTED, connected},
    {MPE_NOTICE_INCOMING_STREAM_RECEIVED, stream_received},
    {MPE_NOTICE_INGEST_HEARTBEAT, heartbeat},
    {MPE_NOTICE_TRACK_DISCONTINUITY, discontinuity},
    {MPE_NOTICE_CHUNK_DROPPED, dropped},
    {MPE_NOTICE_STREAMS_OUT_OF_SYNC, out_of_sync},
    {MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC, video_out_of_sync},
    {MPE_NOTICE_ARCHIVE_HEARTBEAT, archive},
    {MPE_NOTICE_ENCODER_DISCONNECTED, disconnected},
};

#define KINDS (sizeof(writers) / sizeof(writers[0]))
_Static_assert(sizeof(types) / sizeof(types[0]) == KINDS, "each kind of notice has its data");

/* How a kind is written. false: there is no such kind. */
static bool find_writer(int32_t kind, const char **type, struct mpe_data *data)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (writers[i].kind == kind && types[i].kind == kind) {
            *type = types[i].type;
            data->write = writers[i].write;
            return true;
        }
    }
    *type = "org.libmpe.LiveEventCondition";
    data->write = condition;
    return mpe_condition_row(kind) != NULL;
}

static struct mpe_id_hash id_of(const struct mpe_notice_source *source)
{
    const struct mpe_origin *const origin = source->origin;
    const mpe_notice *const notice = source->notice;
    struct mpe_id_hash hash = mpe_origin_id(origin);
    mpe_id_number(&hash, (uint64_t)(int64_t)notice->kind);
    mpe_id_number(&hash, (uint64_t)(int64_t)notice->state);
    mpe_id_number(&hash, (uint64_t)(int64_t)notice->track);
    mpe_id_number(&hash, (uint64_t)(int64_t)notice->other_track);
    mpe_id_number(&hash, (uint64_t)notice->timestamp);
    mpe_id_number(&hash, (uint64_t)notice->value);
    mpe_id_number(&hash, (uint64_t)notice->now_us);
    mpe_id_number(&hash, (uint64_t)source->unix_us);
    return hash;
}

mpe_status mpe_notice_source_json(const struct mpe_notice_source *source, int32_t schema, char *buffer, size_t size,
                                  size_t *needed)
{
    struct mpe_data data = {NULL, source};
    struct mpe_envelope envelope = {.topic = source->origin->topic,
                                    .subject = source->origin->subject,
                                    .unix_us = source->unix_us,
                                    .id = id_of(source)};
    if (!find_writer(source->notice->kind, &envelope.type, &data))
        return MPE_BAD_ERROR;
    return mpe_envelope_json(&envelope, &data, schema, buffer, size, needed);
}
