/* The public functions: arguments, states, clocks, endings, and memory that runs out. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"

Suite *mpe_suite(void);

/* ---- a small FLV writer ---- */

static uint8_t stream[1 << 16];
static size_t stream_len;

static void put(const void *bytes, size_t len)
{
    ck_assert(stream_len + len <= sizeof(stream));
    memcpy(stream + stream_len, bytes, len);
    stream_len += len;
}

static void put_be(uint32_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        put(&(uint8_t){(uint8_t)(value >> shift)}, 1);
}

static void put_tag(uint8_t type, uint32_t timestamp_ms, const void *body, size_t len)
{
    put(&type, 1);
    put_be((uint32_t)len, 3);
    put_be(timestamp_ms & 0xFFFFFF, 3);
    put_be(timestamp_ms >> 24, 1);
    put_be(0, 3);
    put(body, len);
    put_be((uint32_t)len + 11, 4);
}

static void put_file_header(void)
{
    static const uint8_t header[] = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};

    stream_len = 0;
    put(header, sizeof(header));
}

static void put_metadata(void)
{
    static const uint8_t body[] = {2, 0, 10, 'o', 'n', 'M', 'e', 't', 'a', 'D', 'a', 't', 'a', 8, 0, 0, 0, 0, 0, 0, 9};

    put_tag(18, 0, body, sizeof(body));
}

/* AVC sequence headers as x264 makes them, Constrained Baseline. */
static const uint8_t header_720p[] = {0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x1f, 0xff, 0xe1,
                                      0x00, 0x17, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xec,
                                      0x04, 0x40, 0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0f, 0x03,
                                      0xc6, 0x0c, 0xa8, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
static const uint8_t header_1440p[] = {0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x32, 0xff, 0xe1, 0x00,
                                       0x19, 0x67, 0x42, 0xc0, 0x32, 0xda, 0x00, 0xa0, 0x02, 0xd6, 0xc0, 0x44,
                                       0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60,
                                       0xca, 0x80, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
static const uint8_t audio_header[] = {0xaf, 0, 0x11, 0x88, 0x56, 0xe5, 0x00};

static void put_frame(uint32_t timestamp_ms, int is_key)
{
    uint8_t body[105] = {is_key ? 0x17 : 0x27, 1};

    put_tag(9, timestamp_ms, body, sizeof(body));
}

static void put_healthy_stream(void)
{
    put_file_header();
    put_metadata();
    put_tag(9, 0, header_720p, sizeof(header_720p));
    put_tag(8, 0, audio_header, sizeof(audio_header));
    for (uint32_t i = 0; i < 60; i++)
        put_frame(i * 1000 / 30, i % 30 == 0);
}

/* ---- helpers ---- */

static mpe_channel *channel;
static mpe_session *session;
static mpe_error error;

static void set_up(void)
{
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    error.struct_size = sizeof(error);
}

static void tear_down(void)
{
    mpe_session_free(session);
    session = NULL; /* without a fork, the next test would free it again */
    mpe_channel_free(channel);
}

static void open_session(int32_t protocol, const char *peer)
{
    ck_assert_int_eq(mpe_session_new(&session, channel, protocol, peer, "s1", 0), MPE_OK);
}

static void expect_code(int32_t code)
{
    ck_assert_int_eq(mpe_session_poll_error(session, &error), MPE_EVENT);
    ck_assert_msg(error.code == code, "%s: %s", mpe_code_name(error.code), error.message);
    ck_assert_uint_eq(error.struct_size, sizeof(error));
}

static void expect_nothing(void)
{
    mpe_status status = mpe_session_poll_error(session, &error);

    ck_assert_msg(status == MPE_OK, "%s: %s", mpe_code_name(error.code), error.message);
}

/* ---- tests ---- */

START_TEST(arguments_are_named)
{
    char long_id[129];
    mpe_track track = {.struct_size = sizeof(track)};

    memset(long_id, 'x', 128);
    long_id[128] = '\0';
    ck_assert_int_eq(mpe_session_new(NULL, channel, 0, NULL, NULL, 0), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_session_new(&session, NULL, 0, NULL, NULL, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_session_new(&session, channel, 4, NULL, NULL, 0), MPE_BAD_PROTOCOL);
    ck_assert_int_eq(mpe_session_new(&session, channel, -1, NULL, NULL, 0), MPE_BAD_PROTOCOL);
    ck_assert_int_eq(mpe_session_new(&session, channel, 0, NULL, long_id, 0), MPE_BAD_TEXT);
    ck_assert_ptr_null(session);
    open_session(MPE_PROTOCOL_FLV, NULL);
    ck_assert_int_eq(mpe_session_feed(NULL, "", 0, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_feed(session, NULL, 1, 0), MPE_BAD_DATA);
    ck_assert_int_eq(mpe_session_feed(session, NULL, 0, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_tick(NULL, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_poll_error(NULL, &error), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_poll_error(session, NULL), MPE_BAD_OUTPUT);
    error.struct_size = 8;
    ck_assert_int_eq(mpe_session_poll_error(session, &error), MPE_BAD_STRUCT_SIZE);
    ck_assert_int_eq(mpe_session_track(session, 0, &track), MPE_BAD_INDEX);
    ck_assert_int_eq(mpe_session_finish(session, MPE_S_OK, 0), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_session_finish(NULL, 0, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_state(NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_protocol(NULL), MPE_BAD_SESSION);
    ck_assert(mpe_session_deadline(NULL) == INT64_MAX);
    mpe_session_free(NULL);
}
END_TEST

START_TEST(arguments_of_tracks_urls_texts_and_parameters_are_named)
{
    mpe_track track = {.struct_size = sizeof(track) - 1};
    int64_t value = 7;
    char text[2049];

    memset(text, 'a', sizeof(text));
    text[2048] = '\0';
    open_session(MPE_PROTOCOL_FMP4, NULL);
    ck_assert_int_eq(mpe_session_track(NULL, 0, &track), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_track(session, 0, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_session_track(session, 0, &track), MPE_BAD_STRUCT_SIZE);
    ck_assert_int_eq(mpe_session_url(NULL, "/"), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_url(session, NULL), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_session_url(session, ""), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_session_url(session, text), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_session_url(session, text + 1), MPE_OK);
    ck_assert_int_eq(mpe_channel_get(NULL, MPE_PARAM_MAX_WIDTH_PX, &value), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_get(channel, 0, &value), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_channel_get(channel, MPE_PARAM_MAX_WIDTH_PX, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(value, 7);
}
END_TEST

START_TEST(a_text_has_at_most_1023_bytes)
{
    char text[1025];

    memset(text, 'a', sizeof(text));
    text[1024] = '\0';
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, text), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, text + 1), MPE_OK);
}
END_TEST

START_TEST(the_version_is_that_of_the_header)
{
    ck_assert_uint_eq(mpe_version(), MPE_VERSION_MAJOR * 1000000 + MPE_VERSION_MINOR * 1000 + MPE_VERSION_PATCH);
    ck_assert_int_eq(atoi(mpe_version_string()), MPE_VERSION_MAJOR);
    ck_assert_str_ne(mpe_build_info(), "");
}
END_TEST

START_TEST(a_healthy_stream_is_admitted_and_ends_well)
{
    mpe_track track = {.struct_size = sizeof(track)};

    put_healthy_stream();
    open_session(MPE_PROTOCOL_AUTO, NULL);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_OPENING);
    ck_assert_int_eq(mpe_session_feed(session, stream, stream_len, 0), MPE_OK);
    expect_nothing();
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_ADMITTED);
    ck_assert_int_eq(mpe_session_protocol(session), MPE_PROTOCOL_FLV);
    ck_assert_int_eq(mpe_session_track(session, 0, &track), MPE_OK);
    ck_assert_int_eq(track.media, MPE_MEDIA_VIDEO);
    ck_assert_str_eq(track.codec, "H.264");
    ck_assert_int_eq(track.width_px, 1280);
    ck_assert_int_eq(track.height_px, 720);
    ck_assert_uint_eq(track.frames, 60);
    ck_assert_uint_eq(track.key_frames, 2);
    ck_assert_uint_eq(track.bytes, 6000);
    ck_assert_int_ge(track.measured_mfps, 29900);
    ck_assert_int_le(track.measured_mfps, 30100);
    ck_assert_int_eq(mpe_session_track(session, 1, &track), MPE_OK);
    ck_assert_int_eq(track.sample_rate_hz, 48000);
    ck_assert_int_eq(track.aac_object_type, 2);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_OK);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
    expect_nothing();
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_FINISHED);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_int_eq(error.code, MPI_STREAM_HIT_EOF);
    ck_assert_int_eq(mpe_session_feed(session, stream, 1, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_tick(session, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_BAD_STATE);
}
END_TEST

START_TEST(the_first_finding_ends_the_session)
{
    put_file_header();
    put_metadata();
    put_tag(9, 0, header_1440p, sizeof(header_1440p));
    size_t deciding = stream_len - 5;
    for (uint32_t i = 0; i < 200; i++)
        put_frame(i * 1000 / 60, 0);
    open_session(MPE_PROTOCOL_FLV, "203.0.113.7:1");
    ck_assert_int_eq(mpe_session_feed(session, stream, deciding, 0), MPE_OK);
    expect_nothing();
    ck_assert_int_eq(mpe_session_feed(session, stream + deciding, stream_len - deciding, 0), MPE_OK);
    expect_code(MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    ck_assert_uint_eq(error.offset_bytes, deciding);
    ck_assert_int_eq(error.value, 2560);
    expect_nothing();
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_REJECTED);
    ck_assert_int_eq(mpe_session_feed(session, stream, stream_len, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
    expect_nothing();
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_int_eq(error.code, MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    ck_assert(mpe_session_deadline(session) == INT64_MAX);
}
END_TEST

START_TEST(report_all_goes_on)
{
    put_file_header();
    put_tag(9, 0, header_1440p, sizeof(header_1440p));
    for (uint32_t i = 0; i < 200; i++)
        put_frame(i * 1000 / 60, 0);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    open_session(MPE_PROTOCOL_FLV, NULL);
    ck_assert_int_eq(mpe_session_feed(session, stream, stream_len, 0), MPE_OK);
    expect_code(MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    expect_code(MPE_INGEST_FRAMERATE_EXCEEDED);
    expect_code(MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED);
    expect_nothing();
    /* the same header again is no news, another one is */
    stream_len = 0;
    put_tag(9, 3400, header_1440p, sizeof(header_1440p));
    ck_assert_int_eq(mpe_session_feed(session, stream, stream_len, 0), MPE_OK);
    expect_nothing();
    stream_len = 0;
    put_tag(9, 3400, header_720p, sizeof(header_720p));
    put_tag(9, 3400, header_1440p, sizeof(header_1440p));
    ck_assert_int_eq(mpe_session_feed(session, stream, stream_len, 0), MPE_OK);
    expect_code(MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    expect_nothing();
    /* what was missing within the grace is still missing at the end: no news either */
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
    expect_nothing();
}
END_TEST

START_TEST(a_peer_outside_the_list_is_denied_without_a_byte)
{
    ck_assert_int_eq(mpe_channel_allow(channel, "10.0.0.0/8"), MPE_OK);
    open_session(MPE_PROTOCOL_RTMP, "203.0.113.7:5000");
    expect_code(MPE_INGEST_ENCODER_CONNECTION_DENIED);
    ck_assert_int_eq(error.flags, 0);
    ck_assert_int_eq(error.track, -1);
}
END_TEST

START_TEST(a_list_without_entries_admits_nobody)
{
    ck_assert_int_eq(mpe_channel_allow(channel, NULL), MPE_OK);
    open_session(MPE_PROTOCOL_RTMP, "127.0.0.1");
    expect_code(MPE_INGEST_ENCODER_CONNECTION_DENIED);
}
END_TEST

START_TEST(a_session_id_is_unique_while_it_is_used)
{
    mpe_session *second;

    open_session(MPE_PROTOCOL_RTMP, NULL);
    ck_assert_int_eq(mpe_session_new(&second, channel, MPE_PROTOCOL_RTMP, NULL, "s1", 7), MPE_OK);
    ck_assert_int_eq(mpe_session_poll_error(second, &error), MPE_EVENT);
    ck_assert_int_eq(error.code, MPE_UNKNOWN_ERROR);
    ck_assert_int_eq(error.reason, MPE_REASON_DUPLICATE_ENTRY);
    mpe_session_free(second);
    ck_assert_int_eq(mpe_session_finish(session, 0, 8), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&second, channel, MPE_PROTOCOL_RTMP, NULL, "s1", 9), MPE_OK);
    ck_assert_int_eq(mpe_session_poll_error(second, &error), MPE_OK);
    mpe_session_free(second);
}
END_TEST

START_TEST(silence_is_judged_at_the_deadline)
{
    open_session(MPE_PROTOCOL_RTMP, NULL);
    ck_assert_int_eq(mpe_session_deadline(session), 20000000);
    ck_assert_int_eq(mpe_session_tick(session, 19999999), MPE_OK);
    expect_nothing();
    ck_assert_int_eq(mpe_session_tick(session, 5), MPE_OK); /* a clock that goes back changes nothing */
    ck_assert_int_eq(mpe_session_tick(session, 20000000), MPE_OK);
    expect_code(MPE_RTMP_SESSION_IDLE_TIMEOUT);
    ck_assert_int_eq(error.now_us, 20000000);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_DISCONNECTED);
}
END_TEST

/* A host that ticks when it is told to must not tick for ever. */
START_TEST(a_deadline_that_was_given_does_not_come_back)
{
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    open_session(MPE_PROTOCOL_RTMP, NULL);
    ck_assert_int_eq(mpe_session_tick(session, 20000000), MPE_OK);
    expect_code(MPE_RTMP_SESSION_IDLE_TIMEOUT);
    ck_assert(mpe_session_deadline(session) == INT64_MAX);
}
END_TEST

START_TEST(times_beyond_all_clocks)
{
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_RTMP, NULL, NULL, INT64_MAX), MPE_OK);
    ck_assert(mpe_session_deadline(session) == INT64_MAX);
    mpe_session_free(session);
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_RTMP, NULL, NULL, INT64_MIN), MPE_OK);
    ck_assert(mpe_session_deadline(session) == 20000000 - ((int64_t)1 << 60));
    ck_assert_int_eq(mpe_session_tick(session, INT64_MAX), MPE_OK);
    expect_code(MPE_RTMP_SESSION_IDLE_TIMEOUT);
    ck_assert(error.now_us == (int64_t)1 << 60);
}
END_TEST

START_TEST(the_host_says_why_it_ends_a_session)
{
    open_session(MPE_PROTOCOL_RTMP, NULL);
    ck_assert_int_eq(mpe_session_finish(session, MPI_REST_API_CHANNEL_STOP, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_int_eq(error.code, MPI_REST_API_CHANNEL_STOP);
    ck_assert_int_eq(error.event, MPE_EVENT_ENCODER_DISCONNECTED);
}
END_TEST

START_TEST(a_json_names_its_bad_argument)
{
    char buffer[2048];
    size_t needed = 0;

    open_session(MPE_PROTOCOL_RTMP, "203.0.113.7:5000");
    ck_assert_int_eq(mpe_session_finish(session, 0, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_int_eq(mpe_error_json(NULL, &error, 1, 0, buffer, sizeof(buffer), NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_error_json(session, NULL, 1, 0, buffer, sizeof(buffer), NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_error_json(session, &error, 3, 0, buffer, sizeof(buffer), NULL), MPE_BAD_SCHEMA);
    ck_assert_int_eq(mpe_error_json(session, &error, 1, 0, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_error_json(session, &error, 1, 0, NULL, 0, &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_error_json(session, &error, 1, 0, buffer, needed, NULL), MPE_OK);
    ck_assert_uint_eq(strlen(buffer) + 1, needed);
    ck_assert_ptr_nonnull(strstr(buffer, "203.0.113.xxx"));
    ck_assert_ptr_nonnull(strstr(buffer, "\"subject\":\"liveEvent/channel\""));
    error.code = 1;
    ck_assert_int_eq(mpe_error_json(session, &error, 1, 0, buffer, sizeof(buffer), NULL), MPE_BAD_ERROR);
}
END_TEST

/* ---- memory that runs out ---- */

struct counter {
    int64_t allocations;
    int64_t fail_at; /* 0: never */
    int64_t blocks;
};

static void *count_allocate(void *user, size_t size)
{
    struct counter *counter = user;
    void *block;

    if (++counter->allocations == counter->fail_at)
        return NULL;
    block = malloc(size);
    counter->blocks += block != NULL;
    return block;
}

static void count_release(void *user, void *block)
{
    struct counter *counter = user;

    counter->blocks -= block != NULL;
    free(block);
}

/* Plays a healthy stream; returns 1 when the lack of memory was told. */
static int play(struct counter *counter)
{
    mpe_allocator allocator = {sizeof(mpe_allocator), count_allocate, count_release, counter, NULL};
    mpe_channel *own_channel = NULL;
    mpe_session *own_session = NULL;
    int told = mpe_channel_new(&own_channel, MPE_ENCODING, &allocator) == MPE_NO_MEMORY;

    if (!told)
        told = mpe_channel_set_text(own_channel, MPE_TEXT_SUBJECT, "liveEvent/a") == MPE_NO_MEMORY;
    if (!told)
        told = mpe_channel_allow(own_channel, "10.0.0.0/8") == MPE_NO_MEMORY;
    if (!told)
        told = mpe_session_new(&own_session, own_channel, MPE_PROTOCOL_AUTO, "10.0.0.1", "a", 0) == MPE_NO_MEMORY;
    if (!told) {
        ck_assert_int_eq(mpe_session_feed(own_session, stream, stream_len, 0), MPE_OK);
        ck_assert_int_eq(mpe_session_finish(own_session, 0, 0), MPE_OK);
        while (mpe_session_poll_error(own_session, &error) == MPE_EVENT)
            told = error.reason == MPE_REASON_OUT_OF_MEMORY;
    }
    mpe_session_free(own_session);
    mpe_channel_free(own_channel);
    return told;
}

START_TEST(every_allocation_fails_once)
{
    struct counter counter = {0, 0, 0};
    int64_t count;

    put_healthy_stream();
    ck_assert_int_eq(play(&counter), 0);
    ck_assert_int_eq(counter.blocks, 0);
    count = counter.allocations;
    ck_assert_int_gt(count, 5);
    for (int64_t i = 1; i <= count; i++) {
        counter = (struct counter){0, i, 0};
        ck_assert_msg(play(&counter) == 1, "allocation %d of %d", (int)i, (int)count);
        ck_assert_int_eq(counter.blocks, 0);
    }
}
END_TEST

START_TEST(the_steady_state_allocates_nothing)
{
    struct counter counter = {0, 0, 0};
    mpe_allocator allocator = {sizeof(mpe_allocator), count_allocate, count_release, &counter, NULL};
    mpe_channel *own_channel;
    mpe_session *own_session;
    int64_t admitted;

    ck_assert_int_eq(mpe_channel_new(&own_channel, MPE_ENCODING, &allocator), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&own_session, own_channel, MPE_PROTOCOL_FLV, NULL, NULL, 0), MPE_OK);
    put_healthy_stream();
    ck_assert_int_eq(mpe_session_feed(own_session, stream, stream_len, 0), MPE_OK);
    admitted = counter.allocations;
    for (uint32_t second = 2; second < 100; second++) {
        stream_len = 0;
        put_tag(9, second * 1000, header_720p, sizeof(header_720p));
        for (uint32_t i = 0; i < 30; i++)
            put_frame(second * 1000 + i * 1000 / 30, i == 0);
        ck_assert_int_eq(mpe_session_feed(own_session, stream, stream_len, second * 1000000), MPE_OK);
    }
    ck_assert_int_eq(counter.allocations, admitted);
    ck_assert_int_eq(mpe_session_state(own_session), MPE_STATE_ADMITTED);
    mpe_session_free(own_session);
    mpe_channel_free(own_channel);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("session");
    TCase *tests = tcase_create("session");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, arguments_are_named);
    tcase_add_test(tests, arguments_of_tracks_urls_texts_and_parameters_are_named);
    tcase_add_test(tests, a_text_has_at_most_1023_bytes);
    tcase_add_test(tests, the_version_is_that_of_the_header);
    tcase_add_test(tests, a_healthy_stream_is_admitted_and_ends_well);
    tcase_add_test(tests, the_first_finding_ends_the_session);
    tcase_add_test(tests, report_all_goes_on);
    tcase_add_test(tests, a_peer_outside_the_list_is_denied_without_a_byte);
    tcase_add_test(tests, a_list_without_entries_admits_nobody);
    tcase_add_test(tests, a_session_id_is_unique_while_it_is_used);
    tcase_add_test(tests, silence_is_judged_at_the_deadline);
    tcase_add_test(tests, a_deadline_that_was_given_does_not_come_back);
    tcase_add_test(tests, times_beyond_all_clocks);
    tcase_add_test(tests, the_host_says_why_it_ends_a_session);
    tcase_add_test(tests, a_json_names_its_bad_argument);
    tcase_add_test(tests, every_allocation_fails_once);
    tcase_add_test(tests, the_steady_state_allocates_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
