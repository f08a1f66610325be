/* For tests that send streams: writes FLV, RTMP and AMF0, byte by byte as an encoder would. */
#ifndef TESTS_UNIT_STREAM_OUT_H
#define TESTS_UNIT_STREAM_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow; a zeroed one is empty. */
struct out {
    uint8_t *bytes;
    size_t len;
    size_t capacity;
};

void out_put(struct out *out, const void *bytes, size_t len);
void out_fill(struct out *out, uint8_t byte, size_t count);
void out_be(struct out *out, uint64_t value, int bytes);
void out_hex(struct out *out, const char *digits); /* "17 00 AF", blanks are for people */
void out_free(struct out *out);

/* ---- AMF0 ---- */

void amf_key(struct out *out, const char *text); /* its length and itself, without a marker */
void amf_string(struct out *out, const char *text);
void amf_number(struct out *out, double value);
void amf_null(struct out *out);
void amf_object(struct out *out); /* begins one */
void amf_end(struct out *out);    /* and ends it */

/* "onMetaData" and an object of the rates, in kbit/s. */
void amf_metadata(struct out *out, double video_kbps, double audio_kbps);

/* ---- media ---- */

/* Bodies of sequence headers, as x264 and FFmpeg make them. */
struct media_header {
    const uint8_t *bytes;
    size_t len;
};
extern const struct media_header avc_720p, avc_1440p, aac_stereo_48k, aac_mono_44k;

enum { TAG_AUDIO = 8, TAG_VIDEO = 9, TAG_DATA = 18 };

/* The body of an AVC frame of len bytes (>= 5), and of an AAC frame (>= 2). */
void avc_frame(struct out *out, bool is_key, size_t len);
void aac_frame(struct out *out, size_t len);

/* ---- FLV ---- */

void flv_begin(struct out *out);
void flv_tag(struct out *out, uint8_t type, uint32_t timestamp_ms, const void *body, size_t len);

/* ---- RTMP ---- */

struct rtmp_out {
    struct out *out;
    uint32_t chunk_bytes;
    bool omits_repeats; /* continuation chunks do not repeat the extended timestamp, as the draft of 2009 has it */
};

/* Handshake; chunks of 128 bytes. */
struct rtmp_out rtmp_begin(struct out *out);

/* A basic header, of 1, 2 or 3 bytes as id needs. */
void rtmp_basic_header(struct out *out, unsigned format, uint32_t id);

/* The headers of a message's first chunk, formats 0 to 2; time is a delta unless format is 0. */
void rtmp_head(struct rtmp_out *rtmp, unsigned format, uint32_t id, uint32_t time_ms, uint32_t message_bytes,
               uint8_t type, uint32_t stream_id);

/* A whole message on a chunk stream. */
void rtmp_message(struct rtmp_out *rtmp, unsigned format, uint32_t id, uint32_t time_ms, uint8_t type,
                  uint32_t stream_id, const void *body, size_t len);

/* Also what this writer does from now on. */
void rtmp_set_chunk_size(struct rtmp_out *rtmp, uint32_t bytes);

void rtmp_connect(struct rtmp_out *rtmp, const char *app, const char *url);

/* name on message stream 1 */
void rtmp_publish(struct rtmp_out *rtmp, const char *name);

/* A command of a name, a number, null, and a string or, where text is NULL, a number. */
void rtmp_command(struct rtmp_out *rtmp, uint32_t stream_id, const char *name, const char *text, double number);

/* On message stream 1: metadata, a sequence header, and so many frames of video, 40 ms apart. */
void rtmp_video(struct rtmp_out *rtmp, uint32_t from_ms, uint32_t frames);

#endif
