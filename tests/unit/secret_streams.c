/* Builds, for each code, a stream that raises it and carries secrets. */
#include "secret_streams.h"

#include <string.h>

#include "conditions.h"
#include "mpe.h"

#define TOKEN SECRET "-t0ken-0123456789"
#define URL   "rtmp://" SECRET "user:" SECRET "pass@ingest.example:1935/live/" TOKEN "?auth=" SECRET "query"

/* -------------------------------------------------------------------- RTMP */

static void property(struct out *amf, const char *key, const char *text)
{
    amf_key(amf, key);
    amf_string(amf, text);
}

static struct rtmp_out connected(struct out *out)
{
    struct rtmp_out rtmp = rtmp_begin(out);
    struct out body = {0};
    amf_string(&body, "connect");
    amf_number(&body, 1);
    amf_object(&body);
    property(&body, "app", "live/" TOKEN);
    property(&body, "flashVer", "FMLE/3.0 " SECRET);
    property(&body, "swfUrl", URL);
    property(&body, "pageUrl", URL);
    property(&body, "tcUrl", URL);
    amf_end(&body);
    rtmp_message(&rtmp, 0, 3, 0, 20, 0, body.bytes, body.len);
    rtmp_set_chunk_size(&rtmp, 4096);
    out_free(&body);
    return rtmp;
}

static struct rtmp_out published(struct out *out)
{
    struct rtmp_out rtmp = connected(out);
    rtmp_command(&rtmp, 0, "releaseStream", SECRET "key", 0);
    rtmp_command(&rtmp, 0, "FCPublish", SECRET "key", 0);
    rtmp_publish(&rtmp, SECRET "key?auth=" SECRET "query&" SECRET "=1");
    return rtmp;
}

static void metadata(struct rtmp_out *rtmp)
{
    struct out body = {0};
    amf_string(&body, "@setDataFrame");
    amf_string(&body, "onMetaData");
    amf_object(&body);
    property(&body, "encoder", SECRET);
    property(&body, SECRET, SECRET);
    amf_end(&body);
    rtmp_message(rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    out_free(&body);
}

static void header(struct rtmp_out *rtmp, uint32_t stream_id, const struct media_header *bytes)
{
    rtmp_message(rtmp, 0, 6, 0, TAG_VIDEO, stream_id, bytes->bytes, bytes->len);
}

/* Frames from one time to another, not including it. */
static void frames(struct rtmp_out *rtmp, bool are_key, uint32_t from_ms, uint32_t to_ms, uint32_t step_ms)
{
    struct out body = {0};
    avc_frame(&body, are_key, 100);
    out_put(&body, SECRET, strlen(SECRET));
    for (uint32_t ms = from_ms; ms < to_ms; ms += step_ms)
        rtmp_message(rtmp, 0, 6, ms, TAG_VIDEO, 1, body.bytes, body.len);
    out_free(&body);
}

static struct rtmp_out opened(struct out *out)
{
    struct rtmp_out rtmp = published(out);
    metadata(&rtmp);
    header(&rtmp, 1, &avc_720p);
    return rtmp;
}

static void healthy(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, true, 0, 1000, 40);
    rtmp_command(&rtmp, 0, "FCUnpublish", SECRET "key", 0);
    rtmp_command(&rtmp, 0, "deleteStream", NULL, 1);
}

static void no_metadata(struct out *out)
{
    struct rtmp_out rtmp = published(out);
    header(&rtmp, 1, &avc_720p);
    frames(&rtmp, true, 0, 4000, 40);
}

static void mp3(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    rtmp_message(&rtmp, 0, 4, 0, TAG_AUDIO, 1, "\x2F" SECRET, 1 + strlen(SECRET));
}

static void no_header(struct out *out)
{
    struct rtmp_out rtmp = published(out);
    metadata(&rtmp);
    frames(&rtmp, true, 0, 2000, 40);
}

static void large(struct out *out)
{
    struct rtmp_out rtmp = published(out);
    metadata(&rtmp);
    header(&rtmp, 1, &avc_1440p);
}

static void fast_frames(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, true, 0, 3000, 10);
}

static void two_qualities(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    rtmp_command(&rtmp, 2, "publish", SECRET "key2?auth=" SECRET, 0);
    header(&rtmp, 2, &avc_1440p);
}

static void twelve_seconds(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, true, 0, 12000, 40);
}

static void back(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, true, 5000, 6000, 40);
    frames(&rtmp, true, 1000, 2000, 40);
}

static void no_key_frames(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, false, 0, 2000, 40);
}

static void no_name(struct out *out)
{
    struct rtmp_out rtmp = connected(out);
    rtmp_publish(&rtmp, "?auth=" SECRET);
}

static void malformed(struct out *out)
{
    struct rtmp_out rtmp = opened(out);
    frames(&rtmp, true, 0, 1000, 40);
    rtmp_set_chunk_size(&rtmp, 0);
}

static void malformed_command(struct out *out)
{
    struct rtmp_out rtmp = connected(out);
    rtmp_message(&rtmp, 0, 3, 0, 20, 0, "\2\0\7publish\0\0", 12);
}

static void too_long_command(struct out *out)
{
    struct rtmp_out rtmp = connected(out);
    static char name[70000];
    for (size_t at = 0; at + sizeof(SECRET) < sizeof(name); at += sizeof(SECRET) - 1)
        memcpy(name + at, SECRET, sizeof(SECRET) - 1);
    rtmp_message(&rtmp, 0, 3, 0, 20, 0, name, sizeof(name));
}

static void nothing(struct out *out)
{
    out_be(out, 3, 1);
    out->len = 0;
}

/* --------------------------------------------------------------- the others */

static void flv(struct out *out)
{
    struct out body = {0};
    amf_string(&body, "onMetaData");
    amf_object(&body);
    property(&body, "encoder", SECRET);
    amf_end(&body);
    flv_begin(out);
    flv_tag(out, TAG_DATA, 0, body.bytes, body.len);
    flv_tag(out, TAG_VIDEO, 0, avc_720p.bytes, avc_720p.len);
    body.len = 0;
    avc_frame(&body, true, 60);
    for (uint32_t ms = 0; ms < 1000; ms += 40)
        flv_tag(out, TAG_VIDEO, ms, body.bytes, body.len);
    out_free(&body);
}

static void box(struct out *out, const char *type, const char *text)
{
    out_be(out, 8 + strlen(text), 4);
    out_put(out, type, 4);
    out_put(out, text, strlen(text));
}

static void fmp4(struct out *out)
{
    box(out, "ftyp", "isml" SECRET "__");
    box(out, "free", SECRET);
}

static void orphan(struct out *out)
{
    static const char smil[] =
        "<smil><body><switch><video src=\"" SECRET "\" systemBitrate=\"1\"><param name=\"trackName\""
        " value=\"" SECRET "\"/></video></switch></body></smil>";
    fmp4(out);
    out_be(out, 8 + 16 + 4 + strlen(smil), 4);
    out_hex(out, "75756964 A5D40B30E81411DDBA2F0800200C9A66 00000000");
    out_put(out, smil, strlen(smil));
    box(out, "moof", "");
}

/* ---------------------------------------------------------------- the list */

#define RTMP MPE_PROTOCOL_RTMP

const struct secret_stream secret_streams[] = {
    {.name = "denied",
     .code = MPE_INGEST_ENCODER_CONNECTION_DENIED,
     .protocol = RTMP,
     .make = healthy,
     .allow = "10.0.0.0/8"},
    {.name = "another-app",
     .code = MPE_RTMP_APPID_AUTH_FAILURE,
     .protocol = RTMP,
     .make = healthy,
     .app = "live/" SECRET "-another-t0ken"},
    {.name = "another-name",
     .code = MPE_RTMP_APPID_AUTH_FAILURE,
     .protocol = RTMP,
     .make = healthy,
     .stream_name = SECRET "-another-name"},
    {.name = "no-metadata", .code = MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, .protocol = RTMP, .make = no_metadata},
    {.name = "mp3", .code = MPE_INGEST_CODEC_NOT_SUPPORTED, .protocol = RTMP, .make = mp3},
    {.name = "no-header", .code = MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, .protocol = RTMP, .make = no_header},
    {.name = "large", .code = MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, .protocol = RTMP, .make = large},
    {.name = "fast-frames", .code = MPE_INGEST_FRAMERATE_EXCEEDED, .protocol = RTMP, .make = fast_frames},
    {.name = "two-qualities",
     .code = MPE_INGEST_MEDIA_QUALITIES_EXCEEDED,
     .protocol = RTMP,
     .make = two_qualities,
     .settings = {{MPE_PARAM_MAX_WIDTH_PX, 0}, {MPE_PARAM_MAX_HEIGHT_PX, 0}}},
    {.name = "bitrate",
     .code = MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED,
     .protocol = RTMP,
     .make = twelve_seconds,
     .settings = {{MPE_PARAM_MAX_BITRATE_BPS, 10000}, {MPE_PARAM_MEDIA_CLOCK, 1}}},
    {.name = "back", .code = MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, .protocol = RTMP, .make = back},
    {.name = "no-key-frames",
     .code = MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV,
     .protocol = RTMP,
     .make = no_key_frames,
     .settings = {{MPE_PARAM_MAX_BYTES_WITHOUT_KEY_FRAME, 1000}}},
    {.name = "small",
     .code = MPE_POLICY_CONDITION,
     .protocol = RTMP,
     .make = twelve_seconds,
     .settings = {{MPE_PARAM_CONDITIONS, 1}, {MPE_PARAM_MIN_HEIGHT_PX, 2000}},
     .refused = MPE_CONDITION_RESOLUTION_LOW},
    {.name = "no-name", .code = MPE_BAD_URL_SYNTAX, .protocol = RTMP, .make = no_name},
    {.name = "silent",
     .code = MPE_RTMP_SESSION_IDLE_TIMEOUT,
     .protocol = RTMP,
     .make = twelve_seconds,
     .settings = {{MPE_PARAM_RTMP_IDLE_TIMEOUT_US, 300000}},
     .silence_us = 300000},
    {.name = "too-fast",
     .code = MPE_CAPACITY_LIMIT_REACHED,
     .protocol = RTMP,
     .make = twelve_seconds,
     .settings = {{MPE_PARAM_MAX_LEAD_US, 5000000}}},
    {.name = "malformed", .code = MPE_UNKNOWN_ERROR, .protocol = RTMP, .make = malformed},
    {.name = "malformed-command", .code = MPE_UNKNOWN_ERROR, .protocol = RTMP, .make = malformed_command},
    {.name = "too-long-command", .code = MPE_UNKNOWN_ERROR, .protocol = RTMP, .make = too_long_command},
    {.name = "healthy", .code = MPE_CLIENT_TERMINATED_SESSION, .protocol = RTMP, .make = healthy},
    {.name = "reset",
     .code = MPI_REST_API_CHANNEL_RESET,
     .protocol = RTMP,
     .make = healthy,
     .host_code = MPI_REST_API_CHANNEL_RESET},
    {.name = "stopped",
     .code = MPI_REST_API_CHANNEL_STOP,
     .protocol = RTMP,
     .make = healthy,
     .host_code = MPI_REST_API_CHANNEL_STOP},
    {.name = "maintenance",
     .code = MPI_SYSTEM_MAINTENANCE,
     .protocol = RTMP,
     .make = healthy,
     .host_code = MPI_SYSTEM_MAINTENANCE},
    {.name = "nothing", .code = MPE_S_OK, .protocol = MPE_PROTOCOL_AUTO, .make = nothing},
    {.name = "file", .code = MPI_STREAM_HIT_EOF, .protocol = MPE_PROTOCOL_FLV, .make = flv},
    {.name = "post", .code = MPE_CLIENT_DISCONNECTED, .protocol = MPE_PROTOCOL_FMP4, .make = fmp4},
    {.name = "orphan", .code = MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, .protocol = MPE_PROTOCOL_FMP4, .make = orphan},
    {.name = "another-path",
     .code = MPE_RTMP_APPID_AUTH_FAILURE,
     .protocol = MPE_PROTOCOL_FMP4,
     .make = fmp4,
     .app = "live/" SECRET "-another-t0ken"},
};

const int secret_stream_count = sizeof(secret_streams) / sizeof(secret_streams[0]);
