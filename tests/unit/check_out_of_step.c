/*
 * RTMP whose chunks are not what they say: a header dropped or doubled, a size off by one, an extended timestamp left
 * out, chunks of another size than announced. Each is told as malformed, never as a codec or a time that no one sent.
 */
#include <check.h>
#include <stdio.h>

#include "mpe.h"
#include "stream_out.h"
#include "wire_log.h"

Suite *mpe_suite(void);

enum mistake {
    MISTAKE_NONE,
    HEADER_DROPPED,
    HEADER_DOUBLED,
    BASIC_HEADER_DROPPED,
    MESSAGE_LENGTH_TOO_LARGE,
    MESSAGE_LENGTH_TOO_SMALL,
    PAYLOAD_BYTE_LOST,
    PAYLOAD_BYTE_DOUBLED,
    CONTINUATION_DROPPED,
    CONTINUATION_DOUBLED,
    OTHER_CHUNK_SIZE,
    MESSAGE_CUT_SHORT,
    MISTAKES
};

struct encoder {
    struct out out;
    uint32_t random;
    uint32_t chunk_bytes;
    enum mistake mistake; /* of the message under way */
    bool has_erred;
    bool shares_chunk_stream; /* audio and video on one, as OBS */
    bool is_extended;
    bool sends_deltas; /* headers of 7 bytes */
};

static uint32_t next_random(struct encoder *encoder)
{
    encoder->random ^= encoder->random << 13;
    encoder->random ^= encoder->random >> 17;
    encoder->random ^= encoder->random << 5;
    return encoder->random;
}

static uint32_t between(struct encoder *encoder, uint32_t least, uint32_t most)
{
    return least + next_random(encoder) % (most - least + 1);
}

/* true once: the message under way has this mistake. */
static bool errs(struct encoder *encoder, enum mistake mistake)
{
    if (encoder->mistake != mistake)
        return false;
    encoder->has_erred = true;
    return true;
}

static void put_continuation(struct encoder *encoder, uint32_t id, uint32_t time_ms)
{
    struct out *const out = &encoder->out;
    if (errs(encoder, CONTINUATION_DROPPED)) {
        encoder->mistake = MISTAKE_NONE;
        return;
    }
    rtmp_basic_header(out, 3, id);
    if (encoder->is_extended)
        out_be(out, time_ms, 4);
    if (errs(encoder, CONTINUATION_DOUBLED)) {
        rtmp_basic_header(out, 3, id);
        encoder->mistake = MISTAKE_NONE;
    }
}

static void put_header(struct encoder *encoder, unsigned format, uint32_t id, uint32_t time_ms, uint32_t bytes,
                       uint8_t type)
{
    struct rtmp_out rtmp = {.out = &encoder->out};
    if (errs(encoder, HEADER_DROPPED))
        return;
    if (errs(encoder, MESSAGE_LENGTH_TOO_LARGE))
        bytes++;
    if (errs(encoder, MESSAGE_LENGTH_TOO_SMALL))
        bytes--;
    const size_t before = encoder->out.len;
    rtmp_head(&rtmp, format, id, time_ms, bytes, type, 1);
    if (errs(encoder, HEADER_DOUBLED))
        rtmp_head(&rtmp, format, id, time_ms, bytes, type, 1);
    if (errs(encoder, BASIC_HEADER_DROPPED)) {
        for (size_t i = before + 1; i < encoder->out.len; i++)
            encoder->out.bytes[i - 1] = encoder->out.bytes[i];
        encoder->out.len--;
    }
}

static void put_payload(struct encoder *encoder, const uint8_t *bytes, size_t len)
{
    const size_t lost = errs(encoder, PAYLOAD_BYTE_LOST) ? 1 : 0;
    out_put(&encoder->out, bytes, len - lost);
    if (errs(encoder, PAYLOAD_BYTE_DOUBLED))
        out_put(&encoder->out, bytes + len - 1, 1);
    if (lost != 0 || encoder->mistake == PAYLOAD_BYTE_DOUBLED)
        encoder->mistake = MISTAKE_NONE;
}

static void put_message(struct encoder *encoder, unsigned format, uint32_t id, uint32_t time_ms, uint8_t type,
                        const struct out *body)
{
    const size_t other = encoder->chunk_bytes / 2 + 1;
    const size_t chunk = body->len > other && errs(encoder, OTHER_CHUNK_SIZE) ? other : encoder->chunk_bytes;
    const size_t sent = errs(encoder, MESSAGE_CUT_SHORT) ? body->len / 2 : body->len;
    put_header(encoder, format, id, time_ms, (uint32_t)body->len, type);
    for (size_t at = 0; at < sent; at += chunk) {
        if (at != 0)
            put_continuation(encoder, id, time_ms);
        put_payload(encoder, body->bytes + at, sent - at < chunk ? sent - at : chunk);
    }
}

static void put_frame(struct encoder *encoder, uint8_t type, uint32_t number, uint32_t time_ms)
{
    struct out body = {0};
    const bool is_key = number % 30 == 0;
    const uint32_t size = type == TAG_AUDIO ? between(encoder, 180, 420)
                          : is_key          ? between(encoder, 9000, 15000)
                                            : between(encoder, 1200, 5000);
    const uint32_t id = type == TAG_AUDIO || encoder->shares_chunk_stream ? 4 : 6;
    if (type == TAG_AUDIO)
        aac_frame(&body, 2);
    else
        avc_frame(&body, is_key, 5);
    while (body.len < size)
        out_be(&body, next_random(encoder), 1);
    if (encoder->sends_deltas)
        put_message(encoder, 1, id, encoder->shares_chunk_stream ? 16 : 33, type, &body);
    else
        put_message(encoder, 0, id, time_ms, type, &body);
    out_free(&body);
}

#define FRAMES 240

/* Six seconds, of which the message with the number wrong has the mistake. */
static void put_stream(struct encoder *encoder, enum mistake mistake, uint32_t wrong)
{
    struct rtmp_out rtmp = rtmp_begin(&encoder->out);
    const uint32_t begin_ms = encoder->is_extended ? 0x1000000 : 0;
    struct out metadata = {0};
    rtmp_connect(&rtmp, "live", "rtmp://192.0.2.1/live");
    rtmp_publish(&rtmp, "stream");
    rtmp_set_chunk_size(&rtmp, encoder->chunk_bytes);
    amf_metadata(&metadata, 2500, 128);
    rtmp_message(&rtmp, 0, 4, begin_ms, TAG_DATA, 1, metadata.bytes, metadata.len);
    rtmp_message(&rtmp, 0, 6, begin_ms, TAG_VIDEO, 1, avc_720p.bytes, avc_720p.len);
    rtmp_message(&rtmp, 0, 4, begin_ms, TAG_AUDIO, 1, aac_stereo_48k.bytes, aac_stereo_48k.len);
    out_free(&metadata);
    for (uint32_t i = 0; i < FRAMES; i++) {
        encoder->mistake = i == wrong ? mistake : MISTAKE_NONE;
        put_frame(encoder, i % 2 == 0 ? TAG_VIDEO : TAG_AUDIO, i / 2, begin_ms + i * 33 / 2);
        encoder->mistake = MISTAKE_NONE;
    }
}

/* The first finding; code 0: none. */
static mpe_error first_error(const struct out *out)
{
    mpe_channel *channel;
    mpe_session *session;
    mpe_error error = {.struct_size = sizeof(error)};
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    for (size_t at = 0; at < out->len; at += 1448)
        mpe_session_feed(session, out->bytes + at, out->len - at < 1448 ? out->len - at : 1448, 0);
    if (mpe_session_poll_error(session, &error) <= 0)
        error.code = 0;
    mpe_session_free(session);
    mpe_channel_free(channel);
    return error;
}

static struct encoder encoder_of(uint32_t seed)
{
    return (struct encoder){.random = seed * 2654435761u + 1,
                            .chunk_bytes = seed % 3 == 0   ? 128
                                           : seed % 3 == 1 ? 4096
                                                           : 60000,
                            .shares_chunk_stream = seed % 2 == 0,
                            .is_extended = seed % 5 == 4,
                            .sends_deltas = seed % 5 == 1 || seed % 5 == 2};
}

START_TEST(streams_that_are_in_step_are_quiet)
{
    struct encoder encoder = encoder_of((uint32_t)_i);
    put_stream(&encoder, MISTAKE_NONE, 0);
    const mpe_error error = first_error(&encoder.out);
    out_free(&encoder.out);
    ck_assert_msg(error.code == 0, "seed %d: %s", _i, error.message);
}
END_TEST

/* At 40 places each. */
START_TEST(streams_out_of_step_are_malformed)
{
    for (uint32_t seed = 0; seed < 40; seed++) {
        struct encoder encoder = encoder_of(seed);
        put_stream(&encoder, (enum mistake)_i, 2 + seed * 3);
        const mpe_error error = first_error(&encoder.out);
        out_free(&encoder.out);
        if (!encoder.has_erred) /* a message of one chunk has no continuation */
            continue;
        ck_assert_msg(error.code == MPE_UNKNOWN_ERROR && error.reason == MPE_REASON_MALFORMED_INPUT,
                      "mistake %d, seed %u: reason %d at %llu: %s", _i, seed, error.reason,
                      (unsigned long long)error.offset_bytes, error.message);
    }
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("out_of_step");
    TCase *const streams = tcase_create("streams");
    tcase_add_loop_test(streams, streams_that_are_in_step_are_quiet, 0, 15);
    tcase_add_loop_test(streams, streams_out_of_step_are_malformed, HEADER_DROPPED, MISTAKES);
    suite_add_tcase(suite, streams);
    return suite;
}
