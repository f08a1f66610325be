/* How many bytes past the deciding byte a finding comes. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "rtmp_mux.h"

/*
 * Feeds byte by byte until a finding comes: how many bytes past the deciding byte that is (negative: before it).
 * Takes the channel.
 */
static void measure(const char *name, mpe_channel *channel, const char *peer, int32_t code, struct bytes input,
                    int64_t deciding_byte)
{
    mpe_session *session = NULL;
    mpe_error error = {.struct_size = sizeof(error)};
    size_t fed = 0;
    need(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, peer, NULL, 0) == MPE_OK, "no session");
    while (mpe_session_poll_error(session, &error) == MPE_OK && fed < input.len)
        mpe_session_feed(session, input.data + fed++, 1, 0);
    need(error.code == code, name);
    need(!(error.flags & MPE_ERROR_HAS_OFFSET) || error.offset_bytes == fed - 1, "a finding names another byte");
    row(name, (double)((int64_t)fed - 1 - deciding_byte), "bytes", AT_MOST, 0);
    mpe_session_free(session);
    mpe_channel_free(channel);
}

/* The first sequence header of a type of tag: type 9 video, 8 audio. */
static struct flv_tag sequence_header(struct bytes flv, unsigned type)
{
    struct flv_tag tag = {0};
    size_t offset = 13;
    while (flv_next_tag(flv.data, flv.len, &offset, &tag))
        if (tag.type == type && tag.body_len > 5 && tag.body[1] == 0)
            return tag;
    need(false, "the media has no sequence header");
    return tag;
}

static void measure_headers(struct bytes flv, channel_function *make_channel)
{
    mpe_channel *channel = make_channel(NULL);
    const struct flv_tag video = sequence_header(flv, 9);
    mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 640);
    measure("resolution, past the last byte of the sequence header", channel, NULL,
            MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, flv, video.body + video.body_len - 1 - flv.data);

    const struct flv_tag audio = sequence_header(flv, 8);
    const int64_t codec_byte = audio.body - flv.data;
    unsigned char *mp3 = malloc(flv.len);
    need(mp3 != NULL, "out of memory");
    memcpy(mp3, flv.data, flv.len);
    mp3[codec_byte] = 0x2f; /* MP3 where AAC stood */
    measure("codec, past the byte that names it", make_channel(NULL), NULL, MPE_INGEST_CODEC_NOT_SUPPORTED,
            (struct bytes){mp3, flv.len}, codec_byte);
    free(mp3);
}

static void measure_access(channel_function *make_channel)
{
    struct rtmp_mux mux = {.chunk_size = 4096};
    static const unsigned char handshake[1 + 2 * 1536] = {3};
    rtmp_put(&mux, handshake, sizeof(handshake));
    rtmp_command(&mux, "connect", 1, 0, "live", "rtmp://127.0.0.1");
    const int64_t connect_end = (int64_t)mux.len - 1;
    rtmp_command(&mux, "createStream", 2, 0, NULL, NULL);
    const struct bytes rtmp = {mux.bytes, mux.len};

    mpe_channel *channel = make_channel(NULL);
    need(mpe_channel_set_text(channel, MPE_TEXT_APP, "live/other") == MPE_OK, "no app");
    /* connect is shorter than the 128 bytes of a first chunk */
    measure("app, past the last byte of connect", channel, NULL, MPE_RTMP_APPID_AUTH_FAILURE, rtmp, connect_end);

    channel = make_channel(NULL);
    need(mpe_channel_allow(channel, "192.0.2.0/24") == MPE_OK, "no allow list");
    measure("allow list, past the opening of the session", channel, "198.51.100.7:4711",
            MPE_INGEST_ENCODER_CONNECTION_DENIED, rtmp, -1);
    free(mux.bytes);
}

/* A step back of ten seconds is decided by the last byte of the frame's tag header. */
static void measure_timestamp(struct bytes flv, channel_function *make_channel)
{
    unsigned char *stepped = malloc(flv.len);
    struct flv_tag tag = {0};
    size_t offset = 13;
    need(stepped != NULL, "out of memory");
    memcpy(stepped, flv.data, flv.len);
    while (flv_next_tag(flv.data, flv.len, &offset, &tag))
        if (tag.type == 9 && tag.timestamp_ms > 12000)
            break;
    const size_t tag_header = (size_t)(tag.body - 11 - flv.data);
    const uint32_t earlier_ms = tag.timestamp_ms - 10000;
    for (int i = 0; i < 3; i++)
        stepped[tag_header + 4 + (size_t)i] = (unsigned char)(earlier_ms >> (16 - 8 * i));
    measure("step back in time, past the last byte of the frame's header", make_channel(NULL), NULL,
            MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, (struct bytes){stepped, flv.len}, (int64_t)tag_header + 11 + 4);
    free(stepped);
}

static void measure_all(struct bytes flv, channel_function *make_channel)
{
    measure_headers(flv, make_channel);
    measure_timestamp(flv, make_channel);
    measure_access(make_channel);
}

void bench_distance(const struct bench *bench)
{
    heading("bytes past the deciding byte");
    measure_all(bench->media[1].flv, new_channel);
    heading("the same with everything");
    measure_all(bench->media[1].flv, new_channel_with_everything);
}
