/* The bytes of the scenes in which memory runs out. */
#include "oom_streams.h"

#include <stdio.h>

#include "fmp4_log.h"

struct out flv, rtmp, bad, ismv, renditions;

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

void oom_streams_make(void)
{
    make_flv();
    make_rtmp();
    make_bad();
    make_ismv();
    make_renditions();
}

void oom_streams_free(void)
{
    out_free(&flv);
    out_free(&rtmp);
    out_free(&bad);
    out_free(&ismv);
    out_free(&renditions);
}
