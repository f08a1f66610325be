/*
 * Every allocation fails once, in whole scenes of every protocol. First those that libmpe asks of its allocator; then,
 * with malloc and its family replaced, those of FFmpeg, jansson and expat as well. After each: no block is left, the
 * lack of memory was told, the same channel takes another session, and the same scene played again gives what it
 * always gave. FFmpeg does without some blocks (names of its own, options): then nothing is told, and nothing is wrong.
 */
#include <check.h>
#include <libavutil/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../trust/malloc_trap.h"
#include "fmp4_log.h"
#include "health.h"
#include "mpe.h"
#include "stream_out.h"

Suite *mpe_suite(void);

/* ------------------------------------------------------------- the host */

/* The status of a call of the library; malloc is watched in there and nowhere else. */
static int is_trapping;
static mpe_status status_inside;
#define INSIDE(call) (trap.is_armed = is_trapping, status_inside = (call), trap.is_armed = 0, status_inside)

/* A host that plays a scene, and what it was told. */
struct host {
    const mpe_allocator *allocator; /* NULL: malloc */
    mpe_channel *channel;           /* NULL: there was no memory for it */
    int told;                       /* how often the lack of memory was told */
    size_t len;
    char transcript[1 << 14];
};

__attribute__((format(printf, 2, 3))) static void note(struct host *host, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    host->len += (size_t)vsnprintf(host->transcript + host->len, sizeof(host->transcript) - host->len, format, args);
    va_end(args);
    ck_assert_uint_lt(host->len, sizeof(host->transcript));
}

/* Notes a status. 1: go on. */
static int is_ok(struct host *host, const char *call, mpe_status status)
{
    if (status == MPE_NO_MEMORY) {
        host->told++;
        note(host, "%s: no memory\n", call);
        return 0;
    }
    ck_assert_msg(status == MPE_OK, "%s: %s", call, mpe_status_text(status));
    return 1;
}

static void make_channel(struct host *host, int32_t kind)
{
    is_ok(host, "channel", INSIDE(mpe_channel_new(&host->channel, kind, host->allocator)));
}

static void set(struct host *host, int32_t param, int64_t value)
{
    if (host->channel != NULL)
        ck_assert_int_eq(mpe_channel_set(host->channel, param, value), MPE_OK);
}

static void set_text(struct host *host, int32_t which, const char *text)
{
    if (host->channel != NULL)
        is_ok(host, "text", INSIDE(mpe_channel_set_text(host->channel, which, text)));
}

static mpe_session *open_session(struct host *host, int32_t protocol, const char *id)
{
    mpe_session *session = NULL;

    if (host->channel != NULL)
        is_ok(host, "session", INSIDE(mpe_session_new(&session, host->channel, protocol, "10.0.0.1:5000", id, 0)));
    return session;
}

static void tell_json(struct host *host, const mpe_session *session, const mpe_error *error)
{
    static char json[8192];

    for (int32_t schema = MPE_SCHEMA_EVENT_GRID; schema <= MPE_SCHEMA_CLOUD_EVENTS; schema++)
        if (is_ok(host, "json", INSIDE(mpe_error_json(session, error, schema, 1, json, sizeof(json), NULL))))
            note(host, "json %zu\n", strlen(json));
}

static void poll_all(struct host *host, mpe_session *session)
{
    mpe_error error = {.struct_size = sizeof(error)};

    while (mpe_session_poll_error(session, &error) == MPE_EVENT) {
        host->told += error.reason == MPE_REASON_OUT_OF_MEMORY;
        note(host, "%s %s track %d\n", mpe_code_name(error.code), mpe_reason_name(error.reason), error.track);
        if (error.reason == MPE_REASON_OUT_OF_MEMORY)
            ck_assert_int_eq(error.code, MPE_UNKNOWN_ERROR);
        tell_json(host, session, &error);
    }
}

static void feed(struct host *host, mpe_session *session, const struct out *out, size_t from, size_t to, int64_t now_us)
{
    if (session != NULL)
        is_ok(host, "feed", INSIDE(mpe_session_feed(session, out->bytes + from, to - from, now_us)));
}

static void finish(struct host *host, mpe_session *session, int64_t now_us)
{
    mpe_error error = {.struct_size = sizeof(error)};

    if (session == NULL)
        return;
    is_ok(host, "finish", INSIDE(mpe_session_finish(session, 0, now_us)));
    poll_all(host, session);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    note(host, "ends: %s\n", mpe_code_name(error.code));
    tell_json(host, session, &error);
    mpe_session_free(session);
}

/* ----------------------------------------------------------- the streams */

/* The bytes of a scene, made before anything is counted. */
static struct out flv, rtmp, bad, ismv, renditions;

static void flv_media(struct out *out, uint32_t from_ms, uint32_t to_ms)
{
    struct out frame = {0};

    avc_frame(&frame, true, 60);
    for (uint32_t ms = from_ms; ms < to_ms; ms += 40) {
        frame.bytes[0] = ms % 1000 == 0 ? 0x17 : 0x27;
        flv_tag(out, TAG_VIDEO, ms, frame.bytes, frame.len);
    }
    out_free(&frame);
}

/* Metadata and headers, the second AVC header longer than what a session keeps for the next. */
static void make_flv(void)
{
    struct out body = {0};

    flv_begin(&flv);
    amf_metadata(&body, 2000, 128);
    flv_tag(&flv, TAG_DATA, 0, body.bytes, body.len);
    flv_tag(&flv, TAG_VIDEO, 0, avc_720p.bytes, avc_720p.len);
    flv_tag(&flv, TAG_AUDIO, 0, aac_stereo_48k.bytes, aac_stereo_48k.len);
    flv_media(&flv, 0, 6000);
    body.len = 0;
    out_put(&body, avc_720p.bytes, avc_720p.len);
    out_fill(&body, 0, 700);
    flv_tag(&flv, TAG_VIDEO, 6000, body.bytes, body.len);
    flv_media(&flv, 6000, 8000);
    out_free(&body);
}

static void put_chunk(struct rtmp_out *to, uint32_t id, const struct out *body, size_t at)
{
    if (at >= body->len)
        return;
    if (at != 0)
        rtmp_basic_header(to->out, 3, id);
    out_put(to->out, body->bytes + at, body->len - at < to->chunk_bytes ? body->len - at : to->chunk_bytes);
}

/* A video and an audio message, a chunk of each in turn. */
static void interleave(struct rtmp_out *to, uint32_t ms, const struct out *video, const struct out *audio)
{
    rtmp_head(to, 0, 6, ms, (uint32_t)video->len, TAG_VIDEO, 1);
    put_chunk(to, 6, video, 0);
    rtmp_head(to, 0, 4, ms, (uint32_t)audio->len, TAG_AUDIO, 1);
    put_chunk(to, 4, audio, 0);
    for (size_t at = to->chunk_bytes; at < video->len || at < audio->len; at += to->chunk_bytes) {
        put_chunk(to, 6, video, at);
        put_chunk(to, 4, audio, at);
    }
}

/* An aggregate message of two video frames. */
static void aggregate(struct rtmp_out *to, uint32_t ms)
{
    struct out frame = {0};
    struct out tags = {0};

    avc_frame(&frame, false, 30);
    flv_tag(&tags, TAG_VIDEO, ms, frame.bytes, frame.len);
    flv_tag(&tags, TAG_VIDEO, ms + 40, frame.bytes, frame.len);
    rtmp_message(to, 0, 5, ms, 22, 1, tags.bytes, tags.len);
    out_free(&frame);
    out_free(&tags);
}

static void rtmp_headers(struct rtmp_out *to, uint32_t ms)
{
    struct out body = {0};

    amf_string(&body, "@setDataFrame");
    amf_metadata(&body, 2000, 128);
    out_fill(&body, 0, 600); /* as much as a long list of properties */
    rtmp_message(to, 0, 5, ms, TAG_DATA, 1, body.bytes, body.len);
    rtmp_message(to, 0, 6, ms, TAG_VIDEO, 1, avc_720p.bytes, avc_720p.len);
    rtmp_message(to, 0, 4, ms, TAG_AUDIO, 1, aac_stereo_48k.bytes, aac_stereo_48k.len);
    out_free(&body);
}

static void rtmp_media(struct rtmp_out *to, uint32_t from_ms)
{
    struct out video = {0};
    struct out audio = {0};

    avc_frame(&video, true, 300);
    aac_frame(&audio, 280);
    for (uint32_t ms = from_ms; ms < from_ms + 6000; ms += 40)
        interleave(to, ms, &video, &audio);
    out_free(&video);
    out_free(&audio);
}

/* Publishes, unpublishes and publishes again; more chunk streams than a session begins with. */
static void make_rtmp(void)
{
    struct rtmp_out to = rtmp_begin(&rtmp);

    rtmp_connect(&to, "live/8f1c", "rtmp://user:pass@ingest.example:1935/live/8f1c?key=1");
    rtmp_set_chunk_size(&to, 200);
    for (uint32_t id = 60; id < 70; id++)
        rtmp_message(&to, 0, id, 0, 4, 0, "\0\3\0\0\0\0", 6);
    rtmp_publish(&to, "stream?videodatarate=2000&audiodatarate=128");
    rtmp_headers(&to, 0);
    rtmp_media(&to, 0);
    aggregate(&to, 6000);
    rtmp_command(&to, 1, "closeStream", NULL, 0);
    rtmp_command(&to, 2, "publish", "stream", 0);
    rtmp_command(&to, 3, "publish", "second", 0);
    rtmp_command(&to, 4, "publish", "third", 0);
    rtmp_command(&to, 1, "publish", "stream", 0);
    rtmp_headers(&to, 6100);
    rtmp_media(&to, 6100);
    rtmp_command(&to, 0, "deleteStream", NULL, 1);
}

/* One fault after another, for a channel that reports all. */
static void make_bad(void)
{
    struct out body = {0};

    flv_begin(&bad);
    flv_tag(&bad, TAG_VIDEO, 0, avc_1440p.bytes, avc_1440p.len);
    out_hex(&body, "2F 00 00 00");
    flv_tag(&bad, TAG_AUDIO, 0, body.bytes, body.len); /* MP3 */
    body.len = 0;
    avc_frame(&body, true, 60);
    for (uint32_t ms = 0; ms < 6000; ms += 10)
        flv_tag(&bad, TAG_VIDEO, ms, body.bytes, body.len);
    flv_tag(&bad, TAG_VIDEO, 200000, body.bytes, body.len);
    flv_tag(&bad, TAG_VIDEO, 100, body.bytes, body.len);
    body.bytes[4] = body.bytes[3] = 0xF0;
    body.bytes[2] = 0x70; /* composition offset of hours */
    flv_tag(&bad, TAG_VIDEO, 140, body.bytes, body.len);
    body.len = 0;
    /* Enhanced, many tracks with a codec each */
    out_hex(&body, "96 21 61766331 01 000010 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 76703039 02 000004 00000000");
    flv_tag(&bad, TAG_VIDEO, 180, body.bytes, body.len);
    body.len = 0;
    out_hex(&body, "95 21 6D703461 01 000002 1190 4F707573 02 000004 00000000");
    flv_tag(&bad, TAG_AUDIO, 180, body.bytes, body.len);
    out_free(&body);
}

#define AVCC      "(avcC 0142c01fffe100176742c01fda014016ec04400000030040 00000f03c60ca8010004 68ce0fc8 ) "
#define AVC_ENTRY "(avc1 6*00 0001 16*00 0500 02D0 50*00 " AVCC ") "
#define AAC_ENTRY                                                                                                      \
    "(mp4a 6*00 0001 8*00 0002 0010 4*00 BB80 0000 "                                                                   \
    "(esds 00000000 03 19 0001 00 04 11 40 15 11*00 05 02 1190 06 01 02 ) ) "
#define SMIL                                                                                                           \
    "'<?xml version=\"1.0\" encoding=\"utf-8\"?><smil xmlns=\"http://www.w3.org/2001/SMIL20/Language\"><body>"         \
    "<switch><video src=\"s\" systemBitrate=\"2000000\"><param name=\"trackID\" value=\"1\"/></video>"                 \
    "<audio src=\"s\" systemBitrate=\"128000\"><param name=\"trackID\" value=\"2\"/></audio></switch></body></smil>' "
#define ISMV_MOOV                                                                                                      \
    "(moov " TRAK("00000001", "vide", "00000064", AVC_ENTRY)                                                           \
        TRAK("00000002", "soun", "000003E8", AAC_ENTRY) "(mvex " AVC_TREX AAC_TREX ") ) "
#define ISMV_TRUN                                                                                                      \
    "(trun 00000700 00000003 00000004 00000100 02000000 00000004 00000100 01010000 "                                   \
    "00000004 00000100 01010000 ) "
/* More samples than a session keeps a block for: 200 of 12 bytes. */
#define LONG_TRUN     "(trun 00000700 000000C8 2400*00 ) "
#define TFXD_OF(time) TFXD("01000000 00000000 " time " 00000000 0000000C")
#define MDAT          "(mdat 200*55 ) "

/* As ffmpeg writes it: the samples of a fragment before its time. */
static void make_ismv(void)
{
    static struct box_bytes boxes;

    boxes.len = 0;
    boxes_add(&boxes, FTYP MANIFEST(SMIL) ISMV_MOOV);
    boxes_add(&boxes, MOOF(TRAF(TFHD("00000001") ISMV_TRUN TFXD_OF("00000000"))) MDAT);
    boxes_add(&boxes, MOOF(TRAF(TFHD("00000002") LONG_TRUN TFXD_OF("00000000"))) MDAT);
    boxes_add(&boxes, MOOF(TRAF(TFHD("00000001") ISMV_TRUN TFXD_OF("0000000C"))) MDAT);
    boxes_add(&boxes, MOOF(TRAF(TFHD("00000009") ISMV_TRUN TFXD_OF("0000000C"))) MDAT); /* nobody's */
    out_put(&ismv, boxes.at, boxes.len);
}

/* Four tracks, more than a session begins with room for. */
static void make_renditions(void)
{
    static const char *const ids[] = {"00000001", "00000002", "00000003", "00000004"};
    static struct box_bytes boxes;
    char fragment[512];

    boxes.len = 0;
    boxes_add(&boxes,
              FTYP "(moov " TRAK("00000001", "vide", "00000064", AVC_ENTRY)
                  TRAK("00000002", "soun", "000003E8", AAC_ENTRY) TRAK("00000003", "vide", "00000064", AVC_ENTRY)
                      TRAK("00000004", "vide", "00000064",
                           AVC_ENTRY) "(mvex " AVC_TREX AAC_TREX TREX("00000003", "00000004", "00000000", "01010000")
                          TREX("00000004", "00000004", "00000000", "01010000") ") ) ");
    for (int time = 0; time < 600; time += 12) {
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            snprintf(fragment, sizeof(fragment),
                     "(moof " MFHD "(traf (tfhd 00020000 %s ) (tfdt 00000000 %08X ) " ISMV_TRUN ") ) " MDAT, ids[i],
                     (unsigned)(i == 1 ? time * 10 : time));
            boxes_add(&boxes, fragment);
        }
    }
    out_put(&renditions, boxes.at, boxes.len);
}

/* ------------------------------------------------------------ the scenes */

static void play_flv(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    set_text(host, MPE_TEXT_SUBJECT, "liveEvent/a");
    if (host->channel != NULL)
        is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "10.0.0.0/8")));
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    feed(host, session, &flv, 0, flv.len, 0);
    finish(host, session, 8000000);
}

static void play_rtmp(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_STANDARD);
    set_text(host, MPE_TEXT_APP, "live/8f1c");
    set(host, MPE_PARAM_PUBLISH_STREAM_NAME, 1);
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    for (size_t at = 0; at < rtmp.len; at += 1000)
        feed(host, session, &rtmp, at, at + 1000 < rtmp.len ? at + 1000 : rtmp.len, (int64_t)at * 100);
    finish(host, session, 13000000);
}

static void play_ismv(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    if (session != NULL)
        is_ok(host, "url", INSIDE(mpe_session_url(session, "/8f1c/ingest.isml/Streams(video)")));
    feed(host, session, &ismv, 0, ismv.len, 0);
    finish(host, session, 1000000);
}

/* All at once in one channel, and a session id that is taken. */
static void play_many(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_BASIC);
    set(host, MPE_PARAM_REPORT_ALL, 1);
    mpe_session *one = open_session(host, MPE_PROTOCOL_FLV, "one");
    mpe_session *two = open_session(host, MPE_PROTOCOL_RTMP, "two");
    mpe_session *three = open_session(host, MPE_PROTOCOL_FMP4, "three");
    mpe_session *twin = open_session(host, MPE_PROTOCOL_FLV, "one");
    for (size_t part = 0; part < 10; part++) {
        feed(host, one, &flv, flv.len * part / 10, flv.len * (part + 1) / 10, (int64_t)part * 1000000);
        feed(host, two, &rtmp, rtmp.len * part / 10, rtmp.len * (part + 1) / 10, (int64_t)part * 1000000);
        feed(host, three, &ismv, ismv.len * part / 10, ismv.len * (part + 1) / 10, (int64_t)part * 1000000);
    }
    finish(host, twin, 10000000);
    finish(host, one, 10000000);
    finish(host, two, 10000000);
    finish(host, three, 10000000);
}

static void play_report_all(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    set_text(host, MPE_TEXT_TOPIC, "/subscriptions/1/topics/2");
    set(host, MPE_PARAM_REPORT_ALL, 1);
    mpe_session *session = open_session(host, MPE_PROTOCOL_FLV, NULL);
    feed(host, session, &bad, 0, bad.len, 0);
    finish(host, session, 1000000);
}

/* What may be changed in a channel, is changed while a session runs. */
static void change_all(struct host *host)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};

    if (host->channel == NULL || !is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "10.0.0.0/8"))))
        return;
    is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "192.0.2.0/24")));
    const mpe_status status = INSIDE(mpe_channel_disallow(host->channel, "192.0.2.0/24"));
    if (status != MPE_BAD_INDEX) /* it was not allowed for want of memory */
        is_ok(host, "disallow", status);
    is_ok(host, "set", INSIDE(mpe_channel_set(host->channel, MPE_PARAM_MAX_BITRATE_BPS, 30000000)));
    is_ok(host, "set", INSIDE(mpe_channel_set(host->channel, MPE_PARAM_MAX_WIDTH_PX, 1280)));
    is_ok(host, "action",
          INSIDE(mpe_channel_set_action(host->channel, MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_ACTION_REPORT)));
    is_ok(host, "totals", INSIDE(mpe_channel_totals(host->channel, &sums)));
}

static void play_changes(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    mpe_session *before = open_session(host, MPE_PROTOCOL_FLV, "a");
    feed(host, before, &flv, 0, flv.len / 2, 0);
    change_all(host);
    set_text(host, MPE_TEXT_VIDEO_CODECS, "avc1 fmp4:hvc1 av01");
    set_text(host, MPE_TEXT_AUDIO_CODECS, "mp4a Opus");
    set_text(host, MPE_TEXT_MIN_VIDEO_BITRATES, "1080p60:4000000 720p:2000000");
    mpe_session *after = open_session(host, MPE_PROTOCOL_FLV, "b");
    feed(host, before, &flv, flv.len / 2, flv.len, 4000000);
    feed(host, after, &flv, 0, flv.len, 4000000);
    finish(host, before, 8000000);
    finish(host, after, 8000000);
}

static void poll_notices(struct host *host, mpe_session *session)
{
    static char json[8192];
    mpe_notice notice = {.struct_size = sizeof(notice)};

    while (session != NULL && mpe_session_poll_notice(session, &notice) == MPE_EVENT) {
        note(host, "%s track %d\n", mpe_reason_name(notice.kind), notice.track);
        if (is_ok(host, "notice",
                  INSIDE(mpe_notice_json(session, &notice, MPE_SCHEMA_EVENT_GRID, 1, json, sizeof(json), NULL))))
            note(host, "json %zu\n", strlen(json));
    }
}

/* Notices and conditions; both streams in ten parts. */
static void play_watched(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_STANDARD);
    set(host, MPE_PARAM_CONDITIONS, 1);
    set(host, MPE_PARAM_NOTICES, 1);
    mpe_session *one = open_session(host, MPE_PROTOCOL_FLV, "one");
    mpe_session *two = open_session(host, MPE_PROTOCOL_FMP4, "two");
    for (size_t part = 0; part < 10; part++) {
        feed(host, one, &flv, flv.len * part / 10, flv.len * (part + 1) / 10, (int64_t)part * 800000);
        feed(host, two, &renditions, renditions.len * part / 10, renditions.len * (part + 1) / 10,
             (int64_t)part * 800000);
        poll_notices(host, one);
        poll_notices(host, two);
    }
    finish(host, one, 8000000);
    finish(host, two, 8000000);
}

struct scene {
    const char *name;
    void (*play)(struct host *host);
    int64_t least; /* allocations of libmpe: fewer, and the scene does not show what it should */
};

static const struct scene scenes[] = {
    {"FLV", play_flv, 14},
    {"RTMP", play_rtmp, 24},
    {"fragmented MP4", play_ismv, 14},
    {"many sessions", play_many, 40},
    {"report all", play_report_all, 14},
    {"changes", play_changes, 30},
    {"notices and conditions", play_watched, 30},
};

enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

/* --------------------------------------------------------- the allocator */

static struct {
    int64_t calls;
    int64_t fail_at;
    int64_t blocks;
} counter;

static void *count_allocate(void *user, size_t size)
{
    void *block;

    (void)user;
    if (++counter.calls == counter.fail_at)
        return NULL;
    block = malloc(size);
    counter.blocks += block != NULL;
    return block;
}

static void count_release(void *user, void *block)
{
    (void)user;
    counter.blocks -= block != NULL;
    free(block);
}

static const mpe_allocator counting = {sizeof(mpe_allocator), count_allocate, count_release, NULL, NULL};

/* -------------------------------------------------------------- the tests */

static struct host usual, host;

static void begin(struct host *at, const mpe_allocator *allocator)
{
    memset(at, 0, sizeof(*at));
    at->allocator = allocator;
}

/* The channel of a scene in which memory ran out takes a healthy session. */
static void take_another(struct host *at)
{
    if (at->channel == NULL)
        return;
    at->told = 0;
    at->len = 0;
    mpe_session *session = open_session(at, MPE_PROTOCOL_FLV, "another");
    ck_assert_ptr_nonnull(session);
    ck_assert_int_eq(mpe_session_feed(session, flv.bytes, flv.len, 0), MPE_OK);
    ck_assert_msg(mpe_session_state(session) == MPE_STATE_ADMITTED, "the next session is not admitted");
    finish(at, session, 8000000);
    ck_assert_msg(strncmp(at->transcript, "ends: MPI_STREAM_HIT_EOF", 24) == 0, "%s", at->transcript);
    ck_assert_int_eq(at->told, 0);
}

/* What FFmpeg says, at the levels that a host may ask for. */
static int lines_logged;

static void hear(void *context, int level, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
    lines_logged += level <= AV_LOG_VERBOSE;
}

static void make_streams(void)
{
    av_log_set_callback(hear);
    lines_logged = 0;
    make_flv();
    make_rtmp();
    make_bad();
    make_ismv();
    make_renditions();
}

static void drop_streams(void)
{
    ck_assert_int_eq(lines_logged, 0);
    out_free(&flv);
    out_free(&rtmp);
    out_free(&bad);
    out_free(&ismv);
    out_free(&renditions);
}

START_TEST(of_libmpe)
{
    const struct scene *scene = &scenes[_i];
    int64_t count;

    counter.calls = counter.fail_at = 0;
    begin(&usual, &counting);
    scene->play(&usual);
    mpe_channel_free(usual.channel);
    ck_assert_int_eq(counter.blocks, 0);
    ck_assert_int_eq(usual.told, 0);
    count = counter.calls;
    ck_assert_msg(count >= scene->least, "%s: only %d allocations:\n%s", scene->name, (int)count, usual.transcript);
    for (int64_t n = 1; n <= count; n++) {
        counter.calls = 0;
        counter.fail_at = n;
        begin(&host, &counting);
        scene->play(&host);
        ck_assert_msg(host.told > 0, "%s: allocation %d of %d:\n%s", scene->name, (int)n, (int)count, host.transcript);
        take_another(&host);
        mpe_channel_free(host.channel);
        ck_assert_int_eq(counter.blocks, 0);
    }
}
END_TEST

/* Plays with malloc counted and its call number n failing, n 0: none. Gives the number of calls. */
static int64_t play_trapped(const struct scene *scene, struct host *at, int64_t n)
{
    begin(at, NULL);
    trap_arm(n);
    trap_disarm();
    is_trapping = 1;
    scene->play(at);
    is_trapping = 0;
    return trap.calls;
}

START_TEST(of_all_libraries)
{
    const struct scene *scene = &scenes[_i];
    int64_t count;

    if (!trap_works())
        return;                     /* a sanitizer's or valgrind's malloc; the release build has shown it */
    play_trapped(scene, &usual, 0); /* what libraries make once, they make now */
    mpe_channel_free(usual.channel);
    const int64_t kept = trap.blocks;
    count = play_trapped(scene, &usual, 0);
    mpe_channel_free(usual.channel);
    ck_assert_int_eq(trap.blocks, kept);
    ck_assert_int_gt(count, 2 * scene->least);
    int64_t told = 0;
    for (int64_t n = 1; n <= count; n++) {
        play_trapped(scene, &host, n);
        ck_assert_msg(host.told > 0 || strcmp(host.transcript, usual.transcript) == 0, "%s: call %d of %d:\n%s",
                      scene->name, (int)n, (int)count, host.transcript);
        told += host.told > 0;
        take_another(&host);
        mpe_channel_free(host.channel);
        ck_assert_msg(trap.blocks == kept, "%s: call %d of %d leaves %d blocks", scene->name, (int)n, (int)count,
                      (int)(trap.blocks - kept));
    }
    ck_assert_int_gt(told, count / 2);
    play_trapped(scene, &host, 0);
    mpe_channel_free(host.channel);
    ck_assert_str_eq(host.transcript, usual.transcript);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("out of memory");
    TCase *tests = tcase_create("out of memory");

    tcase_add_checked_fixture(tests, make_streams, drop_streams);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, of_libmpe, 0, SCENES);
    tcase_add_loop_test(tests, of_all_libraries, 0, SCENES);
    suite_add_tcase(suite, tests);
    return suite;
}
