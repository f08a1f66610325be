/*
 * Replies: what an encoder is told in each state, cut into chunks of every kind, for every code; read back by a reader
 * of AMF0 that shares nothing with the library.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../trust/malloc_trap.h"
#include "conditions.h"
#include "mpe.h"
#include "reply.h"
#include "reply_in.h"
#include "stream_out.h"

Suite *mpe_suite(void);

/* --------------------------------------------------------------- the encoder */

enum { CAPS_NONE = 0, CAPS_RECONNECT = 1, CAPS_OTHERS = 2 + 4 + 8 };

struct host {
    mpe_channel *channel;
    mpe_session *session;
    struct out out;
    struct rtmp_out rtmp;
    size_t fed;
};

static void feed(struct host *host)
{
    ck_assert_int_eq(mpe_session_feed(host->session, host->out.bytes + host->fed, host->out.len - host->fed, 0),
                     MPE_OK);
    host->fed = host->out.len;
}

/* allow: NULL, or the one address that may connect. */
static struct host host_open(int32_t protocol, const char *allow)
{
    struct host host = {0};
    ck_assert_int_eq(mpe_channel_new(&host.channel, MPE_PASS_THROUGH_STANDARD, NULL), MPE_OK);
    if (allow != NULL)
        ck_assert_int_eq(mpe_channel_allow(host.channel, allow), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&host.session, host.channel, protocol, "10.0.0.1:5000", "id", 0), MPE_OK);
    return host;
}

static void host_close(struct host *host)
{
    mpe_session_free(host->session);
    mpe_channel_free(host->channel);
    out_free(&host->out);
}

/* A host moves when it is returned. */
static void send_message(struct host *host, uint8_t type, uint32_t stream_id, const void *body, size_t len)
{
    host->rtmp.out = &host->out;
    rtmp_message(&host->rtmp, 0, 3, 0, type, stream_id, body, len);
    feed(host);
}

static void ask(struct host *host, uint32_t stream_id, const char *name, double transaction, const char *text)
{
    struct out body = {0};
    amf_string(&body, name);
    amf_number(&body, transaction);
    amf_null(&body);
    if (text != NULL)
        amf_string(&body, text);
    send_message(host, 20, stream_id, body.bytes, body.len);
    out_free(&body);
}

static void ask_connect(struct host *host, double transaction, double caps_ex)
{
    struct out body = {0};
    amf_string(&body, "connect");
    amf_number(&body, transaction);
    amf_object(&body);
    amf_key(&body, "app");
    amf_string(&body, "live/s3cr3t");
    amf_key(&body, "tcUrl");
    amf_string(&body, "rtmp://h/live/s3cr3t");
    if (caps_ex != 0) {
        amf_key(&body, "capsEx");
        amf_number(&body, caps_ex);
    }
    amf_end(&body);
    send_message(host, 20, 0, body.bytes, body.len);
    out_free(&body);
}

/* The encoder of FFmpeg, up to what it asks; -1: it has not shaken hands. */
static struct host host_asked(int32_t asked)
{
    struct host host = host_open(MPE_PROTOCOL_RTMP, NULL);
    if (asked < 0)
        return host;
    host.rtmp = rtmp_begin(&host.out);
    feed(&host);
    if (asked >= MPE_ASKED_CONNECT)
        ask_connect(&host, 7, CAPS_NONE);
    if (asked >= MPE_ASKED_COMMAND)
        ask(&host, 0, "FCPublish", 8, "s3cr3t");
    if (asked >= MPE_ASKED_STREAM)
        ask(&host, 0, "createStream", 9, NULL);
    if (asked >= MPE_ASKED_PUBLISH)
        ask(&host, 5, "publish", 10, "s3cr3t");
    ck_assert_int_eq(mpe_session_asked(host.session), asked);
    return host;
}

static mpe_error error_of(int32_t code, int32_t reason)
{
    mpe_error error = {.struct_size = sizeof(error), .code = code, .reason = reason, .event = 1, .track = -1};
    strcpy(error.message, "It is so. Change it.");
    return error;
}

/* ------------------------------------------------------------- what it reads */

static int reply(const struct host *host, const mpe_error *error, int32_t answered, uint32_t chunk_size,
                 struct replied replied[2])
{
    uint8_t bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t needed = 0;
    ck_assert_int_eq(mpe_reply_rtmp(host->session, error, answered, chunk_size, bytes, sizeof(bytes), &needed), MPE_OK);
    return read_reply(bytes, needed, chunk_size, replied);
}

/* ---------------------------------------------------------------- the states */

static const uint32_t chunk_sizes[] = {0, 1, 127, 128, 129, 4096, 0x7FFFFFFF};

/* What is told by asked and answered: the stream of onStatus, and the transaction of _error, 0: none. */
static const struct state {
    int32_t asked, answered;
    uint32_t stream_id;
    double error_transaction;
} states[] = {
    {-1, MPE_ANSWERED_UNKNOWN, 0, 0},
    {MPE_ASKED_NOTHING, MPE_ANSWERED_UNKNOWN, 0, 0},
    {MPE_ASKED_NOTHING, MPE_ANSWERED_NOTHING, 0, 0},
    {MPE_ASKED_CONNECT, MPE_ANSWERED_UNKNOWN, 0, 7},
    {MPE_ASKED_CONNECT, MPE_ANSWERED_NOTHING, 0, 7},
    {MPE_ASKED_CONNECT, MPE_ANSWERED_CONNECT, 0, 0},
    {MPE_ASKED_COMMAND, MPE_ANSWERED_UNKNOWN, 0, 0},
    {MPE_ASKED_COMMAND, MPE_ANSWERED_NOTHING, 0, 7},
    {MPE_ASKED_STREAM, MPE_ANSWERED_UNKNOWN, 0, 9},
    {MPE_ASKED_STREAM, MPE_ANSWERED_CONNECT, 0, 9},
    {MPE_ASKED_STREAM, MPE_ANSWERED_NOTHING, 0, 7},
    {MPE_ASKED_STREAM, MPE_ANSWERED_STREAM, 0, 0},
    {MPE_ASKED_PUBLISH, MPE_ANSWERED_UNKNOWN, 5, 0},
    {MPE_ASKED_PUBLISH, MPE_ANSWERED_STREAM, 5, 0},
    {MPE_ASKED_PUBLISH, MPE_ANSWERED_CONNECT, 5, 0},
    {MPE_ASKED_PUBLISH, MPE_ANSWERED_NOTHING, 0, 7},
};

static void expect_reply(const struct replied *replied, uint32_t stream_id, const char *name, double transaction,
                         const char *code)
{
    ck_assert_uint_eq(replied->csid, 3);
    ck_assert_uint_eq(replied->stream_id, stream_id);
    ck_assert_str_eq(replied->name, name);
    ck_assert_double_eq(replied->transaction, transaction);
    ck_assert_str_eq(replied->level, "error");
    ck_assert_str_eq(replied->code, code);
    ck_assert_str_eq(replied->description, "MPE_INGEST_FRAMERATE_EXCEEDED: It is so. Change it.");
}

START_TEST(each_state_is_answered)
{
    const struct state *const state = &states[_i];
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    struct host host = host_asked(state->asked);
    for (size_t i = 0; i < sizeof(chunk_sizes) / sizeof(chunk_sizes[0]); i++) {
        struct replied replied[2];
        const int count = reply(&host, &error, state->answered, chunk_sizes[i], replied);
        ck_assert_int_eq(count, state->error_transaction != 0 ? 2 : 1);
        expect_reply(&replied[0], state->stream_id, "onStatus", 0, "NetStream.Publish.Rejected");
        if (count == 2)
            expect_reply(&replied[1], 0, "_error", state->error_transaction,
                         state->error_transaction == 7 ? "NetConnection.Connect.Rejected"
                                                       : "NetStream.Publish.Rejected");
    }
    host_close(&host);
}
END_TEST

START_TEST(messages_are_those_of_the_chunks)
{
    const struct state *const state = &states[_i];
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    struct host host = host_asked(state->asked);
    struct replied in_chunks[2], alone;
    const int count = reply(&host, &error, state->answered, 0, in_chunks);
    for (int32_t i = 0; i < count; i++) {
        uint8_t payload[MPE_REPLY_RTMP_MESSAGE_MAX_BYTES];
        size_t needed = 0;
        memset(&alone, 0, sizeof(alone));
        ck_assert_int_eq(mpe_reply_rtmp_message(host.session, &error, state->answered, i, &alone.stream_id, payload,
                                                sizeof(payload), &needed),
                         MPE_OK);
        read_payload((struct bytes){payload, needed}, &alone);
        alone.csid = in_chunks[i].csid;
        ck_assert_mem_eq(&alone, &in_chunks[i], sizeof(alone));
    }
    for (int32_t i = -1; i <= count; i += count + 1)
        ck_assert_int_eq(mpe_reply_rtmp_message(host.session, &error, state->answered, i, NULL, NULL, 0, NULL),
                         MPE_BAD_INDEX);
    host_close(&host);
}
END_TEST

START_TEST(an_encoder_that_may_not_connect_is_followed)
{
    struct host host = host_open(_i == 0 ? MPE_PROTOCOL_RTMP : MPE_PROTOCOL_AUTO, "192.0.2.1");
    mpe_error error = {.struct_size = sizeof(error)};
    struct replied replied[2];
    ck_assert_int_eq(mpe_session_poll_error(host.session, &error), MPE_EVENT);
    ck_assert_int_eq(error.code, MPE_INGEST_ENCODER_CONNECTION_DENIED);
    host.rtmp = rtmp_begin(&host.out);
    feed(&host);
    ck_assert_int_eq(mpe_session_asked(host.session), MPE_ASKED_NOTHING);
    ask_connect(&host, 3, CAPS_NONE);
    ck_assert_int_eq(mpe_session_asked(host.session), MPE_ASKED_CONNECT);
    ck_assert_int_eq(reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 2);
    ck_assert_str_eq(replied[0].code, "NetStream.Publish.Denied");
    ck_assert_double_eq(replied[1].transaction, 3);
    ask(&host, 0, "createStream", 4, NULL);
    ask(&host, 2, "publish", 5, "x");
    ck_assert_int_eq(reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 1);
    ck_assert_uint_eq(replied[0].stream_id, 2);
    ck_assert_int_eq(mpe_session_poll_error(host.session, &error), MPE_OK);
    host_close(&host);
}
END_TEST

/* Bytes that break the format end the session; what was asked before is known still. */
START_TEST(a_broken_connection_is_answered)
{
    struct host host = host_asked(MPE_ASKED_PUBLISH);
    mpe_error error = {.struct_size = sizeof(error)};
    struct replied replied[2];
    send_message(&host, 1, 0, "\0\0\0\0", 4); /* Set Chunk Size: 0 */
    ck_assert_int_eq(mpe_session_poll_error(host.session, &error), MPE_EVENT);
    ck_assert_int_eq(mpe_session_finish(host.session, 0, 0), MPE_OK);
    ck_assert_int_eq(reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 1);
    ck_assert_uint_eq(replied[0].stream_id, 5);
    host_close(&host);
}
END_TEST

/* Transaction ids that no client should have, and a second stream beside one that is published. */
START_TEST(strange_requests)
{
    static const struct {
        double sent, expected;
    } rows[] = {{4294967295.0, 4294967295.0}, {4294967296.0, 0}, {-1, 0}, {2.5, 2}, {1e300, 0}};
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    struct replied replied[2];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct host host = host_asked(MPE_ASKED_NOTHING);
        ask_connect(&host, rows[i].sent, CAPS_NONE);
        ck_assert_int_eq(reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 2);
        ck_assert_double_eq(replied[1].transaction, rows[i].expected);
        host_close(&host);
    }
    struct host host = host_asked(MPE_ASKED_PUBLISH);
    ask(&host, 0, "createStream", 11, NULL);
    ck_assert_int_eq(mpe_session_asked(host.session), MPE_ASKED_PUBLISH);
    ask(&host, 0, "releaseStream", 12, "x");
    ck_assert_int_eq(reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 1);
    ask(&host, 6, "publish", 13, "y");
    reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied);
    ck_assert_uint_eq(replied[0].stream_id, 6);
    host_close(&host);
}
END_TEST

/* ----------------------------------------------------------------- the codes */

/* reason 0: one that the table does not know. */
static const struct mapping {
    int32_t code, reason;
    uint32_t flags;
    const char *connect_code, *stream_code;
    bool is_good;
} mappings[] = {
#define REJECTED "NetStream.Publish.Rejected"
#define DENIED   "NetStream.Publish.Denied"
#define BAD_NAME "NetStream.Publish.BadName"
#define LATER    "NetConnection.Connect.AppShutdown"
#define DONE     "NetStream.Unpublish.Success"
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, MPE_REASON_ADDRESS_NOT_ALLOWED, 0, DENIED, DENIED, false},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_APP_MISMATCH, 0, "NetConnection.Connect.InvalidApp", DENIED, false},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_STREAM_NAME_MISMATCH, 0, DENIED, DENIED, false},
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_REASON_NO_METADATA, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_CODEC, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_REASON_MEDIA_BEFORE_HEADER, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_REASON_RESOLUTION, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_REASON_VIDEO_QUALITIES, 0, REJECTED, REJECTED, false},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_REASON_MEASURED_BITRATE, 0, REJECTED, REJECTED, false},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_REASON_STEP_BACK, 0, REJECTED, REJECTED, false},
    {MPE_POLICY_CONDITION, MPE_CONDITION_STARVED, 0, REJECTED, REJECTED, false},
    {MPE_RTMP_SESSION_IDLE_TIMEOUT, MPE_REASON_IDLE, 0, REJECTED, REJECTED, false},
    {MPE_CAPACITY_LIMIT_REACHED, MPE_REASON_LEAD, 0, REJECTED, REJECTED, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_MALFORMED_INPUT, 0, REJECTED, REJECTED, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_PROTOCOL_NOT_SUPPORTED, 0, REJECTED, REJECTED, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_OUT_OF_MEMORY, 0, LATER, LATER, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_INTERNAL_LIMIT, 0, REJECTED, REJECTED, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_DUPLICATE_ENTRY, 0, BAD_NAME, BAD_NAME, false},
    {MPE_UNKNOWN_ERROR, MPE_REASON_DUPLICATE_ENTRY, MPE_ERROR_HAS_OFFSET, REJECTED, REJECTED, false},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_REASON_NO_KEY_FRAME, 0, REJECTED, REJECTED, false},
    {MPE_BAD_URL_SYNTAX, MPE_REASON_NO_STREAM_NAME, 0, DENIED, DENIED, false},
    {MPE_S_OK, MPE_REASON_ENDED, 0, DONE, DONE, true},
    {MPE_CLIENT_TERMINATED_SESSION, MPE_REASON_ENDED, 0, DONE, DONE, true},
    {MPE_CLIENT_DISCONNECTED, MPE_REASON_ENDED, 0, DONE, DONE, true},
    {MPI_STREAM_HIT_EOF, MPE_REASON_ENDED, 0, DONE, DONE, true},
    {MPI_REST_API_CHANNEL_RESET, MPE_REASON_ENDED, 0, REJECTED, REJECTED, false},
    {MPI_REST_API_CHANNEL_STOP, MPE_REASON_ENDED, 0, REJECTED, REJECTED, false},
    {MPI_SYSTEM_MAINTENANCE, MPE_REASON_ENDED, 0, LATER, LATER, false},
};
#define MAPPINGS ((int)(sizeof(mappings) / sizeof(mappings[0])))

START_TEST(each_code_has_its_words)
{
    const struct mapping *const row = &mappings[_i];
    mpe_error error = error_of(row->code, row->reason);
    struct host connecting = host_asked(MPE_ASKED_CONNECT), publishing = host_asked(MPE_ASKED_PUBLISH);
    const char *const level = row->is_good ? "status" : "error";
    struct replied replied[2];
    error.flags = row->flags;
    ck_assert_int_eq(reply(&connecting, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 2);
    ck_assert_str_eq(replied[0].code, row->connect_code);
    ck_assert_str_eq(replied[0].level, level);
    ck_assert_str_eq(replied[1].code, "NetConnection.Connect.Rejected");
    ck_assert_int_eq(reply(&publishing, &error, MPE_ANSWERED_UNKNOWN, 0, replied), 1);
    ck_assert_str_eq(replied[0].code, row->stream_code);
    ck_assert_str_eq(replied[0].level, level);
    host_close(&connecting);
    host_close(&publishing);
}
END_TEST

/* Nobody adds a code without saying here what an encoder is told. */
START_TEST(no_code_is_without_a_row)
{
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        bool is_there = false;
        for (int row = 0; row < MAPPINGS; row++)
            is_there |= mappings[row].code == mpe_code_at(i);
        ck_assert_msg(is_there, "%s", mpe_code_name(mpe_code_at(i)));
    }
}
END_TEST

/* ------------------------------------------------------------- the sentence */

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

START_TEST(sentences_are_bounded_and_utf8)
{
    struct host host = host_asked(MPE_ASKED_PUBLISH);
    mpe_error error = error_of(MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_REASON_RESOLUTION);
    struct replied replied[2];
    for (size_t i = 0; i + 3 < sizeof(error.message); i += 3)
        memcpy(error.message + i, "\xE2\x82\xAC", 4);
    reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied);
    ck_assert_uint_eq(strlen(replied[0].description), strlen("MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED: ") + 327);
    memset(error.message, 0xFF, sizeof(error.message)); /* not UTF-8, and without a NUL */
    reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied);
    ck_assert(ends_with(replied[0].description, "\xEF\xBF\xBD"));
    ck_assert_uint_le(strlen(replied[0].description), 391);
    ck_assert_uint_ge(strlen(replied[0].description), 389);
    ck_assert_uint_eq((strlen(replied[0].description) - strlen("MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED: ")) % 3, 0);
    memset(error.message, 0, sizeof(error.message));
    reply(&host, &error, MPE_ANSWERED_UNKNOWN, 0, replied);
    ck_assert_str_eq(replied[0].description, "MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED: ");
    host_close(&host);
}
END_TEST

/* --------------------------------------------------------------- reconnecting */

static int reconnect(const struct host *host, const char *tc_url, const char *description, struct replied replied[2])
{
    uint8_t bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t needed = 0;
    ck_assert_int_eq(mpe_reply_reconnect(host->session, tc_url, description, 1, bytes, sizeof(bytes), &needed), MPE_OK);
    return read_reply(bytes, needed, 1, replied);
}

START_TEST(who_can_is_asked_to_reconnect)
{
    struct host host = host_asked(MPE_ASKED_NOTHING);
    struct replied replied[2];
    ck_assert_int_eq(mpe_reply_reconnect(host.session, NULL, NULL, 0, NULL, 0, NULL), MPE_NOT_SUPPORTED);
    ask_connect(&host, 1, CAPS_RECONNECT | CAPS_OTHERS);
    ck_assert_int_eq(reconnect(&host, "rtmp://b.example/live", "Go there.", replied), 1);
    ck_assert_uint_eq(replied[0].csid, 63);
    ck_assert_uint_eq(replied[0].stream_id, 0);
    ck_assert_str_eq(replied[0].name, "onStatus");
    ck_assert_double_eq(replied[0].transaction, 0);
    ck_assert_str_eq(replied[0].level, "status");
    ck_assert_str_eq(replied[0].code, "NetConnection.Connect.ReconnectRequest");
    ck_assert_str_eq(replied[0].tc_url, "rtmp://b.example/live");
    ck_assert_str_eq(replied[0].description, "Go there.");
    reconnect(&host, NULL, NULL, replied);
    ck_assert_str_eq(replied[0].tc_url, "");
    ck_assert_str_ne(replied[0].description, "");
    host_close(&host);
}
END_TEST

START_TEST(who_cannot_is_not)
{
    static const double caps[] = {CAPS_NONE, CAPS_OTHERS, -1, 4294967297.0};
    struct host host = host_asked(MPE_ASKED_NOTHING);
    ask_connect(&host, 1, caps[_i]);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, NULL, NULL, 0, NULL, 0, NULL), MPE_NOT_SUPPORTED);
    host_close(&host);
}
END_TEST

START_TEST(texts_of_a_reconnect_request)
{
    struct host host = host_asked(MPE_ASKED_NOTHING);
    struct replied replied[2];
    char longest[513] = "";
    ask_connect(&host, 1, CAPS_RECONNECT);
    memset(longest, 'u', 512);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, longest, NULL, 0, NULL, 0, NULL), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, NULL, longest + 512 - 328, 0, NULL, 0, NULL), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, "", NULL, 0, NULL, 0, NULL), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, NULL, "", 0, NULL, 0, NULL), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_reply_reconnect(host.session, "rtmp://\xFF", NULL, 0, NULL, 0, NULL), MPE_BAD_TEXT);
    reconnect(&host, longest + 1, longest + 512 - 327, replied);
    ck_assert_uint_eq(strlen(replied[0].tc_url), 511);
    ck_assert_uint_eq(strlen(replied[0].description), 327);
    host_close(&host);
}
END_TEST

/* ----------------------------------------------------------------- arguments */

START_TEST(wrong_arguments)
{
    struct host host = host_asked(MPE_ASKED_CONNECT), other = host_open(MPE_PROTOCOL_FLV, NULL);
    const mpe_error error = error_of(MPE_S_OK, MPE_REASON_ENDED);
    mpe_error small = error, foreign = error;
    const mpe_session *const session = host.session;
    char bytes[1];
    small.struct_size--;
    foreign.code = 9999;
    ck_assert_int_eq(mpe_session_asked(NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_reply_rtmp(NULL, &error, 0, 0, NULL, 0, NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_reply_rtmp(session, NULL, 0, 0, NULL, 0, NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_reply_rtmp(session, &small, 0, 0, NULL, 0, NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_reply_rtmp(session, &foreign, 0, 0, NULL, 0, NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_reply_rtmp(session, &error, -1, 0, NULL, 0, NULL), MPE_BAD_ANSWERED);
    ck_assert_int_eq(mpe_reply_rtmp(session, &error, 4, 0, NULL, 0, NULL), MPE_BAD_ANSWERED);
    ck_assert_int_eq(mpe_reply_rtmp(session, &error, 0, 0x80000000u, NULL, 0, NULL), MPE_BAD_CHUNK_SIZE);
    ck_assert_int_eq(mpe_reply_rtmp(session, &error, 0, 0, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_reply_rtmp(other.session, &error, 0, 0, NULL, 0, NULL), MPE_BAD_PROTOCOL);
    ck_assert_int_eq(mpe_reply_rtmp_message(NULL, &error, 0, 0, NULL, NULL, 0, NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_reply_rtmp_message(session, NULL, 0, 0, NULL, NULL, 0, NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_reply_rtmp_message(session, &error, 4, 0, NULL, NULL, 0, NULL), MPE_BAD_ANSWERED);
    ck_assert_int_eq(mpe_reply_rtmp_message(session, &error, 0, 0, NULL, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_reply_rtmp_message(other.session, &error, 0, 0, NULL, NULL, 0, NULL), MPE_BAD_PROTOCOL);
    ck_assert_int_eq(mpe_reply_reconnect(NULL, NULL, NULL, 0, NULL, 0, NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_reply_reconnect(other.session, NULL, NULL, 0, NULL, 0, NULL), MPE_BAD_PROTOCOL);
    ask_connect(&host, 1, CAPS_RECONNECT);
    ck_assert_int_eq(mpe_reply_reconnect(session, NULL, NULL, 0x80000000u, NULL, 0, NULL), MPE_BAD_CHUNK_SIZE);
    ck_assert_int_eq(mpe_reply_reconnect(session, NULL, NULL, 0, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_reply_http(NULL, &error, NULL, NULL, bytes, 1, NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_reply_http(session, &foreign, NULL, NULL, bytes, 1, NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_reply_http(session, &error, NULL, NULL, NULL, 1, NULL), MPE_BAD_OUTPUT);
    host_close(&host);
    host_close(&other);
}
END_TEST

/* At every size that is too small nothing is written, and the size that is needed is said. */
START_TEST(buffers_that_are_too_small)
{
    struct host host = host_asked(MPE_ASKED_CONNECT);
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    uint8_t bytes[MPE_REPLY_RTMP_MAX_BYTES + 1], untouched[sizeof(bytes)];
    size_t whole = 0, needed = 0;
    memset(untouched, 0xAA, sizeof(untouched));
    ck_assert_int_eq(mpe_reply_rtmp(host.session, &error, 0, chunk_sizes[_i], NULL, 0, &whole), MPE_BUFFER_TOO_SMALL);
    for (size_t size = 0; size <= whole; size++) {
        memset(bytes, 0xAA, sizeof(bytes));
        const mpe_status status = mpe_reply_rtmp(host.session, &error, 0, chunk_sizes[_i], bytes, size, &needed);
        ck_assert_int_eq(status, size < whole ? MPE_BUFFER_TOO_SMALL : MPE_OK);
        ck_assert_uint_eq(needed, whole);
        ck_assert_mem_eq(bytes + (size < whole ? 0 : whole), untouched, size < whole ? whole : 1);
    }
    for (size_t size = 0; size < 50; size++) {
        memset(bytes, 0xAA, sizeof(bytes));
        ck_assert_int_eq(mpe_reply_rtmp_message(host.session, &error, 0, 0, NULL, bytes, size, &needed),
                         MPE_BUFFER_TOO_SMALL);
        ck_assert_mem_eq(bytes, untouched, sizeof(bytes));
    }
    host_close(&host);
}
END_TEST

START_TEST(replies_to_rtmp_allocate_nothing)
{
    struct host host = host_asked(MPE_ASKED_NOTHING);
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    uint8_t bytes[MPE_REPLY_RTMP_MAX_BYTES];
    ask_connect(&host, 1, CAPS_RECONNECT);
    trap_arm(0);
    mpe_reply_rtmp(host.session, &error, 0, 0, bytes, sizeof(bytes), NULL);
    mpe_reply_rtmp_message(host.session, &error, 0, 0, NULL, bytes, sizeof(bytes), NULL);
    mpe_reply_reconnect(host.session, "rtmp://b", NULL, 0, bytes, sizeof(bytes), NULL);
    trap_disarm();
    ck_assert_int_eq(trap.calls, 0);
    host_close(&host);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("reply");
    TCase *const rtmp = tcase_create("rtmp");
    tcase_add_loop_test(rtmp, each_state_is_answered, 0, sizeof(states) / sizeof(states[0]));
    tcase_add_loop_test(rtmp, messages_are_those_of_the_chunks, 0, sizeof(states) / sizeof(states[0]));
    tcase_add_loop_test(rtmp, an_encoder_that_may_not_connect_is_followed, 0, 2);
    tcase_add_test(rtmp, a_broken_connection_is_answered);
    tcase_add_test(rtmp, strange_requests);
    tcase_add_loop_test(rtmp, each_code_has_its_words, 0, MAPPINGS);
    tcase_add_test(rtmp, no_code_is_without_a_row);
    tcase_add_test(rtmp, sentences_are_bounded_and_utf8);
    tcase_add_test(rtmp, who_can_is_asked_to_reconnect);
    tcase_add_loop_test(rtmp, who_cannot_is_not, 0, 4);
    tcase_add_test(rtmp, texts_of_a_reconnect_request);
    tcase_add_test(rtmp, wrong_arguments);
    tcase_add_loop_test(rtmp, buffers_that_are_too_small, 0, sizeof(chunk_sizes) / sizeof(chunk_sizes[0]));
    tcase_add_test(rtmp, replies_to_rtmp_allocate_nothing);
    suite_add_tcase(suite, rtmp);
    return suite;
}
