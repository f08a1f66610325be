/* The notification of a finding: its data, and what distinguishes it from any other. */
#include <stdbool.h>

#include "codes/codec.h"
#include "notify/envelope.h"
#include "notify/notify.h"
#include "notify/text.h"

/* A finding that was reported ended nothing: none of the documented types says that. */
static const char reported_type[] = "org.libmpe.LiveEventFindingReported";

/* What the data of a finding is written from. */
struct source {
    const mpe_error *error;
    const struct mpe_origin *origin;
};

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static void put_codec(struct mpe_json *json, uint32_t fourcc)
{
    const int32_t codec = mpe_codec_by_fourcc(fourcc);
    const char text[5] = {(char)(fourcc >> 24), (char)(fourcc >> 16), (char)(fourcc >> 8), (char)fourcc};
    mpe_json_text(json, "codec", codec == MPE_CODEC_OTHER ? text : mpe_codec_row(codec)->name);
}

static void put_numbers(struct mpe_json *json, const mpe_error *error)
{
    if ((error->flags & MPE_ERROR_HAS_VALUE) != 0)
        mpe_json_int(json, "value", error->value);
    if ((error->flags & MPE_ERROR_HAS_LIMIT) != 0)
        mpe_json_int(json, "limit", error->limit);
    if (!is_empty(error->unit))
        mpe_json_text(json, "unit", error->unit);
    if ((error->flags & MPE_ERROR_HAS_OFFSET) != 0)
        mpe_json_int(json, "offsetBytes", (int64_t)error->offset_bytes);
    if ((error->flags & MPE_ERROR_HAS_MEDIA_TIME) != 0)
        mpe_json_int(json, "mediaTimeMs", error->media_us / 1000);
}

/* What of the value other edges of the fleet brought. */
static void put_remote(struct mpe_json *json, const mpe_error *error)
{
    if ((error->flags & MPE_ERROR_HAS_REMOTE) == 0)
        return;
    mpe_json_int(json, "edges", error->edges);
    mpe_json_int(json, "remoteValue", error->remote_value);
    mpe_json_int(json, "remoteAgeMs", error->remote_age_us / 1000);
}

/* What was measured: only what the finding has. */
static void put_evidence(struct mpe_json *json, const mpe_error *error)
{
    mpe_json_open(json, "evidence");
    if (!is_empty(mpe_reason_name(error->reason)))
        mpe_json_text(json, "reason", mpe_reason_name(error->reason));
    if (error->track >= 0)
        mpe_json_int(json, "track", error->track);
    if (error->media == MPE_MEDIA_VIDEO || error->media == MPE_MEDIA_AUDIO)
        mpe_json_text(json, "mediaType", error->media == MPE_MEDIA_VIDEO ? "video" : "audio");
    if (error->fourcc != 0)
        put_codec(json, error->fourcc);
    put_numbers(json, error);
    put_remote(json, error);
    if (!is_empty(error->message))
        mpe_json_text(json, "message", error->message);
    mpe_json_close(json);
}

/* The fields of LiveEventConnectionRejected and LiveEventEncoderDisconnected, all of them strings, and evidence. */
static void write_data(struct mpe_json *json, const void *of)
{
    const struct source *const source = of;
    const struct mpe_origin *const origin = source->origin;
    char port[16];
    struct mpe_text_out out = mpe_text_begin(port, sizeof(port));
    if (origin->encoder_port != 0)
        mpe_text_int(&out, origin->encoder_port);
    mpe_json_text(json, "streamId", origin->stream_id);
    mpe_json_text(json, "ingestUrl", origin->ingest_url);
    mpe_json_text(json, "encoderIp", origin->encoder_ip);
    mpe_json_text(json, "encoderPort", port);
    mpe_json_text(json, "resultCode", mpe_code_name(source->error->code));
    put_evidence(json, source->error);
}

struct mpe_id_hash mpe_origin_id(const struct mpe_origin *origin)
{
    struct mpe_id_hash hash = mpe_id_begin();
    mpe_id_text(&hash, origin->topic != NULL ? origin->topic : "");
    mpe_id_text(&hash, origin->subject != NULL ? origin->subject : "");
    mpe_id_text(&hash, origin->stream_id != NULL ? origin->stream_id : "");
    mpe_id_number(&hash, origin->session_serial);
    return hash;
}

/* Not random, so that a notification that is sent twice is known to be the same one. */
static struct mpe_id_hash id_of(const mpe_error *error, const struct mpe_origin *origin, int64_t unix_us)
{
    struct mpe_id_hash hash = mpe_origin_id(origin);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->code);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->reason);
    mpe_id_number(&hash, (uint64_t)(int64_t)error->track);
    mpe_id_number(&hash, error->offset_bytes);
    mpe_id_number(&hash, (uint64_t)error->now_us);
    mpe_id_number(&hash, (uint64_t)unix_us);
    return hash;
}

mpe_status mpe_notification_json(const mpe_error *error, const struct mpe_origin *origin, int32_t schema,
                                 int64_t unix_us, char *buffer, size_t size, size_t *needed)
{
    const bool is_reported = (error->flags & MPE_ERROR_REPORTED) != 0;
    const struct mpe_envelope envelope = {.topic = origin->topic,
                                          .subject = origin->subject,
                                          .type = is_reported ? reported_type : mpe_event_name(error->event),
                                          .unix_us = unix_us,
                                          .id = id_of(error, origin, unix_us)};
    const struct source source = {error, origin};
    return mpe_envelope_json(&envelope, &(struct mpe_data){write_data, &source}, schema, buffer, size, needed);
}
