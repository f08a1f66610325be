/*
 * A small RTMP muxer: an FLV file becomes the bytes that an encoder would send to a server, handshake and commands
 * included, at a chunk size of choice. Plain: full message headers, timestamps below 2^24 ms.
 */
#ifndef BENCH_RTMP_MUX_H
#define BENCH_RTMP_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rtmp_mux {
    unsigned char *bytes;
    size_t len;
    size_t capacity;
    size_t chunk_size;
};

static inline void rtmp_put(struct rtmp_mux *mux, const void *data, size_t len)
{
    if (mux->capacity - mux->len < len) {
        mux->capacity = (mux->len + len) * 2;
        mux->bytes = realloc(mux->bytes, mux->capacity);
        if (mux->bytes == NULL) {
            fputs("out of memory\n", stderr);
            exit(2);
        }
    }
    memcpy(mux->bytes + mux->len, data, len);
    mux->len += len;
}

static inline void rtmp_put_u8(struct rtmp_mux *mux, unsigned value)
{
    const unsigned char byte = (unsigned char)value;
    rtmp_put(mux, &byte, 1);
}

static inline void rtmp_put_be(struct rtmp_mux *mux, uint32_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        rtmp_put_u8(mux, value >> shift & 0xff);
}

/*
 * One message, cut into chunks:
 *
 *   +--------+------------------+---------------+---------+----------------+---------
 *   | 0|csid | timestamp 24 bit | length 24 bit | type 8  | stream id 32 LE| payload, 3|csid before each further chunk
 *   +--------+------------------+---------------+---------+----------------+---------
 */
static inline void rtmp_message(struct rtmp_mux *mux, unsigned chunk_stream, unsigned type, uint32_t stream_id,
                                uint32_t timestamp_ms, const unsigned char *payload, size_t len)
{
    rtmp_put_u8(mux, chunk_stream);
    rtmp_put_be(mux, timestamp_ms, 3);
    rtmp_put_be(mux, (uint32_t)len, 3);
    rtmp_put_u8(mux, type);
    rtmp_put_u8(mux, stream_id);
    rtmp_put_be(mux, 0, 3);
    for (size_t done = 0; done < len;) {
        const size_t rest = len - done;
        const size_t part = rest < mux->chunk_size ? rest : mux->chunk_size;
        if (done > 0)
            rtmp_put_u8(mux, 0xc0 | chunk_stream);
        rtmp_put(mux, payload + done, part);
        done += part;
    }
}

static inline void amf_text(struct rtmp_mux *amf, const char *text)
{
    rtmp_put_be(amf, (uint32_t)strlen(text), 2);
    rtmp_put(amf, text, strlen(text));
}

static inline void amf_string(struct rtmp_mux *amf, const char *text)
{
    rtmp_put_u8(amf, 2);
    amf_text(amf, text);
}

static inline void amf_number(struct rtmp_mux *amf, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    rtmp_put_u8(amf, 0);
    rtmp_put_be(amf, (uint32_t)(bits >> 32), 4);
    rtmp_put_be(amf, (uint32_t)bits, 4);
}

/* Sends a command: name, transaction, NULL or a connect object, and up to two strings. */
static inline void rtmp_command(struct rtmp_mux *mux, const char *name, double transaction, uint32_t stream_id,
                                const char *first, const char *second)
{
    struct rtmp_mux amf = {0};
    amf_string(&amf, name);
    amf_number(&amf, transaction);
    if (strcmp(name, "connect") == 0) {
        rtmp_put_u8(&amf, 3);
        amf_text(&amf, "app");
        amf_string(&amf, first);
        amf_text(&amf, "tcUrl");
        amf_string(&amf, second);
        rtmp_put_be(&amf, 9, 3);
    } else {
        rtmp_put_u8(&amf, 5);
        if (first != NULL)
            amf_string(&amf, first);
        if (second != NULL)
            amf_string(&amf, second);
    }
    rtmp_message(mux, stream_id == 0 ? 3 : 4, 20, stream_id, 0, amf.bytes, amf.len);
    free(amf.bytes);
}

/* What an encoder sends before the first media message. chunk_size is used from here on. */
static inline void rtmp_open_publish(struct rtmp_mux *mux, uint32_t chunk_size, const char *stream_name)
{
    static const unsigned char zeros[1536 * 2];
    unsigned char size[4];
    rtmp_put_u8(mux, 3);
    rtmp_put(mux, zeros, sizeof(zeros));
    mux->chunk_size = 128;
    for (int i = 0; i < 4; i++)
        size[i] = (unsigned char)(chunk_size >> (24 - 8 * i));
    rtmp_message(mux, 2, 1, 0, 0, size, sizeof(size));
    mux->chunk_size = chunk_size;
    rtmp_command(mux, "connect", 1, 0, "live", "rtmp://127.0.0.1/live");
    rtmp_command(mux, "releaseStream", 2, 0, stream_name, NULL);
    rtmp_command(mux, "FCPublish", 3, 0, stream_name, NULL);
    rtmp_command(mux, "createStream", 4, 0, NULL, NULL);
    rtmp_command(mux, "publish", 5, 1, stream_name, "live");
}

struct flv_tag {
    unsigned type; /* 8 audio, 9 video, 18 script */
    uint32_t timestamp_ms;
    const unsigned char *body;
    size_t body_len;
};

/* Takes the tag at *offset of an FLV file (13: the first) and moves *offset after it. false: no complete tag there. */
static inline bool flv_next_tag(const unsigned char *flv, size_t len, size_t *offset, struct flv_tag *tag)
{
    if (*offset > len || len - *offset < 11)
        return false;
    const unsigned char *head = flv + *offset;
    tag->type = head[0] & 0x1f;
    tag->body_len = (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    tag->timestamp_ms = (uint32_t)head[7] << 24 | (uint32_t)head[4] << 16 | (uint32_t)head[5] << 8 | head[6];
    tag->body = head + 11;
    if (len - *offset - 11 < tag->body_len)
        return false;
    *offset += 11 + tag->body_len + 4;
    return true;
}

/* Sends one FLV tag on message stream 1; metadata goes as @setDataFrame. */
static inline void rtmp_tag(struct rtmp_mux *mux, const struct flv_tag *tag)
{
    if (tag->type == 18) {
        struct rtmp_mux amf = {0};
        amf_string(&amf, "@setDataFrame");
        rtmp_put(&amf, tag->body, tag->body_len);
        rtmp_message(mux, 4, 18, 1, tag->timestamp_ms, amf.bytes, amf.len);
        free(amf.bytes);
        return;
    }
    rtmp_message(mux, tag->type == 9 ? 6 : 4, tag->type, 1, tag->timestamp_ms, tag->body, tag->body_len);
}

#endif
