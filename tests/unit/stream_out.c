/* Writes bytes, AMF0 values, FLV tags and RTMP chunks. */
#include "stream_out.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------- bytes */

static uint8_t *reserve(struct out *out, size_t len)
{
    if (out->capacity - out->len < len) {
        out->capacity = (out->len + len) * 2;
        out->bytes = realloc(out->bytes, out->capacity);
        if (out->bytes == NULL)
            abort();
    }
    out->len += len;
    return out->bytes + out->len - len;
}

void out_put(struct out *out, const void *bytes, size_t len)
{
    if (len != 0)
        memcpy(reserve(out, len), bytes, len);
}

void out_fill(struct out *out, uint8_t byte, size_t count)
{
    if (count != 0)
        memset(reserve(out, count), byte, count);
}

void out_be(struct out *out, uint64_t value, int bytes)
{
    uint8_t *const at = reserve(out, (size_t)bytes);
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

void out_hex(struct out *out, const char *digits)
{
    while (*digits != 0) {
        if (isspace((unsigned char)*digits)) {
            digits++;
            continue;
        }
        const char two[3] = {digits[0], digits[1], 0};
        out_be(out, strtoul(two, NULL, 16), 1);
        digits += 2;
    }
}

void out_free(struct out *out)
{
    free(out->bytes);
    *out = (struct out){0};
}

/* -------------------------------------------------------------------- AMF0 */

void amf_key(struct out *out, const char *text)
{
    out_be(out, strlen(text), 2);
    out_put(out, text, strlen(text));
}

void amf_string(struct out *out, const char *text)
{
    out_be(out, 2, 1);
    amf_key(out, text);
}

void amf_number(struct out *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    out_be(out, 0, 1);
    out_be(out, bits, 8);
}

void amf_null(struct out *out)
{
    out_be(out, 5, 1);
}

void amf_object(struct out *out)
{
    out_be(out, 3, 1);
}

void amf_end(struct out *out)
{
    out_be(out, 9, 3);
}

void amf_metadata(struct out *out, double video_kbps, double audio_kbps)
{
    amf_string(out, "onMetaData");
    amf_object(out);
    amf_key(out, "videodatarate");
    amf_number(out, video_kbps);
    amf_key(out, "audiodatarate");
    amf_number(out, audio_kbps);
    amf_end(out);
}

/* ------------------------------------------------------------------- media */

static const uint8_t avc_720p_bytes[] = {0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x1f, 0xff, 0xe1,
                                         0x00, 0x17, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xec,
                                         0x04, 0x40, 0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0f, 0x03,
                                         0xc6, 0x0c, 0xa8, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
static const uint8_t avc_1440p_bytes[] = {0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x32, 0xff, 0xe1, 0x00,
                                          0x19, 0x67, 0x42, 0xc0, 0x32, 0xda, 0x00, 0xa0, 0x02, 0xd6, 0xc0, 0x44,
                                          0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60,
                                          0xca, 0x80, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
static const uint8_t aac_stereo_48k_bytes[] = {0xaf, 0, 0x11, 0x90};
static const uint8_t aac_mono_44k_bytes[] = {0xaf, 0, 0x12, 0x08};

const struct media_header avc_720p = {avc_720p_bytes, sizeof(avc_720p_bytes)};
const struct media_header avc_1440p = {avc_1440p_bytes, sizeof(avc_1440p_bytes)};
const struct media_header aac_stereo_48k = {aac_stereo_48k_bytes, sizeof(aac_stereo_48k_bytes)};
const struct media_header aac_mono_44k = {aac_mono_44k_bytes, sizeof(aac_mono_44k_bytes)};

void avc_frame(struct out *out, bool is_key, size_t len)
{
    out_be(out, is_key ? 0x17 : 0x27, 1);
    out_be(out, 0x01000000, 4);
    out_fill(out, 0xAA, len - 5);
}

void aac_frame(struct out *out, size_t len)
{
    out_be(out, 0xAF01, 2);
    out_fill(out, 0x55, len - 2);
}

/* --------------------------------------------------------------------- FLV */

void flv_begin(struct out *out)
{
    out_hex(out, "46 4C 56 01 05 00000009 00000000");
}

void flv_tag(struct out *out, uint8_t type, uint32_t timestamp_ms, const void *body, size_t len)
{
    out_be(out, type, 1);
    out_be(out, len, 3);
    out_be(out, timestamp_ms & 0xFFFFFF, 3);
    out_be(out, timestamp_ms >> 24, 1);
    out_be(out, 0, 3);
    out_put(out, body, len);
    out_be(out, len + 11, 4);
}

/* -------------------------------------------------------------------- RTMP */

#define EXTENDED_MARK 0xFFFFFFu

struct rtmp_out rtmp_begin(struct out *out)
{
    out_be(out, 3, 1);
    out_fill(out, 0, 2 * 1536);
    return (struct rtmp_out){.out = out, .chunk_bytes = 128};
}

void rtmp_basic_header(struct out *out, unsigned format, uint32_t id)
{
    if (id < 64) {
        out_be(out, format << 6 | id, 1);
    } else if (id < 320) {
        out_be(out, format << 6, 1);
        out_be(out, id - 64, 1);
    } else {
        out_be(out, format << 6 | 1, 1);
        out_be(out, (id - 64) & 255, 1);
        out_be(out, (id - 64) >> 8, 1);
    }
}

void rtmp_head(struct rtmp_out *rtmp, unsigned format, uint32_t id, uint32_t time_ms, uint32_t message_bytes,
               uint8_t type, uint32_t stream_id)
{
    struct out *const out = rtmp->out;
    rtmp_basic_header(out, format, id);
    out_be(out, time_ms < EXTENDED_MARK ? time_ms : EXTENDED_MARK, 3);
    if (format < 2) {
        out_be(out, message_bytes, 3);
        out_be(out, type, 1);
    }
    for (int shift = 0; format == 0 && shift < 32; shift += 8)
        out_be(out, stream_id >> shift & 255, 1);
    if (time_ms >= EXTENDED_MARK)
        out_be(out, time_ms, 4);
}

void rtmp_message(struct rtmp_out *rtmp, unsigned format, uint32_t id, uint32_t time_ms, uint8_t type,
                  uint32_t stream_id, const void *body, size_t len)
{
    rtmp_head(rtmp, format, id, time_ms, (uint32_t)len, type, stream_id);
    for (size_t at = 0; at < len; at += rtmp->chunk_bytes) {
        const size_t left = len - at;
        if (at != 0)
            rtmp_basic_header(rtmp->out, 3, id);
        if (at != 0 && time_ms >= EXTENDED_MARK && !rtmp->omits_repeats)
            out_be(rtmp->out, time_ms, 4);
        out_put(rtmp->out, (const uint8_t *)body + at, left < rtmp->chunk_bytes ? left : rtmp->chunk_bytes);
    }
}

void rtmp_set_chunk_size(struct rtmp_out *rtmp, uint32_t bytes)
{
    const uint8_t body[] = {(uint8_t)(bytes >> 24), (uint8_t)(bytes >> 16), (uint8_t)(bytes >> 8), (uint8_t)bytes};
    rtmp_message(rtmp, 0, 2, 0, 1, 0, body, sizeof(body));
    rtmp->chunk_bytes = bytes;
}

static void send_command(struct rtmp_out *rtmp, uint32_t stream_id, struct out *body)
{
    rtmp_message(rtmp, 0, 3, 0, 20, stream_id, body->bytes, body->len);
    out_free(body);
}

void rtmp_connect(struct rtmp_out *rtmp, const char *app, const char *url)
{
    struct out body = {0};
    amf_string(&body, "connect");
    amf_number(&body, 1);
    amf_object(&body);
    amf_key(&body, "app");
    amf_string(&body, app);
    amf_key(&body, "tcUrl");
    amf_string(&body, url);
    amf_end(&body);
    send_command(rtmp, 0, &body);
}

void rtmp_command(struct rtmp_out *rtmp, uint32_t stream_id, const char *name, const char *text, double number)
{
    struct out body = {0};
    amf_string(&body, name);
    amf_number(&body, 2);
    amf_null(&body);
    if (text != NULL)
        amf_string(&body, text);
    else
        amf_number(&body, number);
    send_command(rtmp, stream_id, &body);
}

void rtmp_publish(struct rtmp_out *rtmp, const char *name)
{
    rtmp_command(rtmp, 0, "createStream", "", 0);
    rtmp_command(rtmp, 1, "publish", name, 0);
}

void rtmp_video(struct rtmp_out *rtmp, uint32_t from_ms, uint32_t frames)
{
    struct out body = {0};
    amf_metadata(&body, 2500, 0);
    rtmp_message(rtmp, 0, 4, from_ms, TAG_DATA, 1, body.bytes, body.len);
    rtmp_message(rtmp, 0, 6, from_ms, TAG_VIDEO, 1, avc_720p.bytes, avc_720p.len);
    for (uint32_t i = 0; i < frames; i++) {
        body.len = 0;
        avc_frame(&body, i == 0, 100);
        rtmp_message(rtmp, 0, 6, from_ms + 40 * i, TAG_VIDEO, 1, body.bytes, body.len);
    }
    out_free(&body);
}
