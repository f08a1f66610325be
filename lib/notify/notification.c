#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "codes/codec.h"
#include "notify/notify.h"
#include "notify/stamp.h"
#include "notify/text.h"

/* The longest text of an origin: a channel's texts have at most 1023 bytes, and each may become three of U+FFFD. */
enum { TEXT_MAX_BYTES = 3 * 1024 };

/* Where no topic is set: CloudEvents needs a source that is a URI reference and not empty. */
static const char default_source[] = "urn:libmpe";

/* An object being filled. failed: memory ran out on the way. */
struct object {
    json_t *json;
    bool failed;
};

static struct object object_new(void)
{
    json_t *json = json_object();
    return (struct object){json, json == NULL};
}

/* Takes value over; NULL, too. */
static void put(struct object *object, const char *key, json_t *value)
{
    if (json_object_set_new(object->json, key, value) != 0)
        object->failed = true;
}

/* Text may hold bytes of the wire; JSON takes none that are not UTF-8. */
static void put_text(struct object *object, const char *key, const char *text)
{
    char clean[TEXT_MAX_BYTES];
    struct mpe_text_out out = mpe_text_begin(clean, sizeof(clean));
    mpe_text_utf8(&out, text ? text : "");
    put(object, key, json_string(clean));
}

static void put_int(struct object *object, const char *key, int64_t value)
{
    put(object, key, json_integer(value));
}

static void put_object(struct object *object, const char *key, struct object child)
{
    if (child.failed)
        object->failed = true;
    put(object, key, child.json);
}

static bool is_empty(const char *text)
{
    return !text || text[0] == '\0';
}

static void put_codec(struct object *evidence, uint32_t fourcc)
{
    int32_t codec = mpe_codec_by_fourcc(fourcc);
    const char text[5] = {(char)(fourcc >> 24), (char)(fourcc >> 16), (char)(fourcc >> 8), (char)fourcc};
    put_text(evidence, "codec", codec == MPE_CODEC_OTHER ? text : mpe_codec_row(codec)->name);
}

/* What was measured: only what the finding has. */
static struct object evidence_of(const mpe_error *error)
{
    struct object evidence = object_new();
    if (!is_empty(mpe_reason_name(error->reason)))
        put_text(&evidence, "reason", mpe_reason_name(error->reason));
    if (error->track >= 0)
        put_int(&evidence, "track", error->track);
    if (error->media == MPE_MEDIA_VIDEO || error->media == MPE_MEDIA_AUDIO)
        put_text(&evidence, "mediaType", error->media == MPE_MEDIA_VIDEO ? "video" : "audio");
    if (error->fourcc != 0)
        put_codec(&evidence, error->fourcc);
    if (error->flags & MPE_ERROR_HAS_VALUE)
        put_int(&evidence, "value", error->value);
    if (error->flags & MPE_ERROR_HAS_LIMIT)
        put_int(&evidence, "limit", error->limit);
    if (!is_empty(error->unit))
        put_text(&evidence, "unit", error->unit);
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        put_int(&evidence, "offsetBytes", (int64_t)error->offset_bytes);
    if (error->flags & MPE_ERROR_HAS_MEDIA_TIME)
        put_int(&evidence, "mediaTimeMs", error->media_us / 1000);
    if (!is_empty(error->message))
        put_text(&evidence, "message", error->message);
    return evidence;
}

/* The fields of LiveEventConnectionRejected and LiveEventEncoderDisconnected, all of them strings, and evidence. */
static struct object data_of(const mpe_error *error, const struct mpe_origin *origin)
{
    char port[16];
    struct mpe_text_out out = mpe_text_begin(port, sizeof(port));
    if (origin->encoder_port != 0)
        mpe_text_int(&out, origin->encoder_port);
    struct object data = object_new();
    put_text(&data, "streamId", origin->stream_id);
    put_text(&data, "ingestUrl", origin->ingest_url);
    put_text(&data, "encoderIp", origin->encoder_ip);
    put_text(&data, "encoderPort", port);
    put_text(&data, "resultCode", mpe_code_name(error->code));
    put_object(&data, "evidence", evidence_of(error));
    return data;
}

/* Not random, so that a notification that is sent twice is known to be the same one. */
static void write_id(const mpe_error *error, const struct mpe_origin *origin, int64_t unix_us,
                     char id[MPE_ID_TEXT_BYTES])
{
    struct mpe_id_hash hash = mpe_id_begin();
    mpe_id_text(&hash, origin->topic ? origin->topic : "");
    mpe_id_text(&hash, origin->subject ? origin->subject : "");
    mpe_id_text(&hash, origin->stream_id ? origin->stream_id : "");
    mpe_id_number(&hash, origin->session_serial);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->code);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->reason);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->track);
    mpe_id_number(&hash, error->offset_bytes);
    mpe_id_number(&hash, (uint64_t)error->now_us);
    mpe_id_number(&hash, (uint64_t)unix_us);
    mpe_id_end(hash, id);
}

static struct object event_grid(const mpe_error *error, const struct mpe_origin *origin, const char *time,
                                const char *id)
{
    struct object event = object_new();
    put_text(&event, "topic", origin->topic);
    put_text(&event, "subject", origin->subject);
    put_text(&event, "eventType", mpe_event_name(error->event));
    put_text(&event, "eventTime", time);
    put_text(&event, "id", id);
    put_object(&event, "data", data_of(error, origin));
    put_text(&event, "dataVersion", "1.0");
    put_text(&event, "metadataVersion", "1");
    return event;
}

static struct object cloud_event(const mpe_error *error, const struct mpe_origin *origin, const char *time,
                                 const char *id)
{
    struct object event = object_new();
    put_text(&event, "specversion", "1.0");
    put_text(&event, "type", mpe_event_name(error->event));
    put_text(&event, "source", is_empty(origin->topic) ? default_source : origin->topic);
    if (!is_empty(origin->subject)) /* may be left out, may not be empty */
        put_text(&event, "subject", origin->subject);
    put_text(&event, "id", id);
    put_text(&event, "time", time);
    put_text(&event, "datacontenttype", "application/json");
    put_object(&event, "data", data_of(error, origin));
    return event;
}

static mpe_status write_json(const json_t *json, char *buffer, size_t size, size_t *needed)
{
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    if (len == 0)
        return MPE_NO_MEMORY;
    if (needed)
        *needed = len + 1;
    if (size > 0)
        buffer[0] = '\0';
    if (len >= size)
        return MPE_BUFFER_TOO_SMALL;
    if (json_dumpb(json, buffer, size, JSON_COMPACT) != len)
        return MPE_NO_MEMORY;
    buffer[len] = '\0';
    return MPE_OK;
}

mpe_status mpe_notification_json(const mpe_error *error, const struct mpe_origin *origin, int32_t schema,
                                 int64_t unix_us, char *buffer, size_t size, size_t *needed)
{
    char time[MPE_TIME_TEXT_BYTES];
    char id[MPE_ID_TEXT_BYTES];
    if (schema != MPE_SCHEMA_EVENT_GRID && schema != MPE_SCHEMA_CLOUD_EVENTS)
        return MPE_BAD_SCHEMA;
    mpe_time_text(unix_us, time);
    write_id(error, origin, unix_us, id);
    struct object event =
        schema == MPE_SCHEMA_EVENT_GRID ? event_grid(error, origin, time, id) : cloud_event(error, origin, time, id);
    mpe_status status = event.failed ? MPE_NO_MEMORY : write_json(event.json, buffer, size, needed);
    json_decref(event.json);
    return status;
}
