/*
 * Compares the frames that the wire layer sees in FLV and RTMP with the packets of libavformat's flv demuxer: track,
 * decode and presentation time, size, key frame.
 *
 * usage: oracle FILE...
 *
 * An FLV file is read as it is, and as RTMP in each of several manners of cutting its tags into chunks. A file of raw
 * RTMP (its first byte is 3) is read by the wire layer as it is, and by libavformat as the FLV that its messages make,
 * put together by a second, plain reader of chunks (dechunk.c).
 *
 * Where the two differ on purpose, the difference is one of the table explanations below, and is counted by it.
 */
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "trust/dechunk.h"
#include "trust/flv_tags.h"
#include "unit/stream_out.h"
#include "demux/wire.h"

struct frame {
    int64_t dts_ms; /* NO_TIME: libavformat gives none */
    int64_t pts_ms;
    uint32_t size_bytes;
    uint32_t fourcc; /* ours */
    bool is_key;
    bool is_cut_short; /* libavformat: the file ends within it */
};

#define NO_TIME INT64_MIN

/* Of one medium. */
struct frames {
    struct frame *items;
    size_t count;
};

enum { VIDEO, AUDIO, MEDIA };

struct reading {
    struct frames media[MEDIA];
    const char *fault;
};

static void add(struct frames *frames, struct frame frame)
{
    if ((frames->count & (frames->count + 1)) == 0)
        frames->items = realloc(frames->items, 2 * (frames->count + 1) * sizeof(frame));
    frames->items[frames->count++] = frame;
}

static void drop_reading(struct reading *reading)
{
    free(reading->media[VIDEO].items);
    free(reading->media[AUDIO].items);
}

/* -------------------------------------------------------------------- ours */

static void take(struct reading *ours, const struct mpe_unit *unit)
{
    const int64_t dts_ms = unit->dts;
    if (unit->kind == MPE_UNIT_FRAME)
        add(&ours->media[unit->media == MPE_MEDIA_VIDEO ? VIDEO : AUDIO],
            (struct frame){.dts_ms = dts_ms,
                           .pts_ms = dts_ms + unit->composition_offset,
                           .size_bytes = unit->size_bytes,
                           .fourcc = unit->fourcc,
                           .is_key = unit->key_frame});
    if (unit->kind == MPE_UNIT_FAULT)
        ours->fault = unit->fault.what;
}

/* In pieces as a socket gives them. */
static void read_ours(int32_t protocol, const uint8_t *bytes, size_t len, struct reading *ours)
{
    const struct mpe_mem mem = mpe_mem_default();
    struct mpe_limits limits;
    struct mpe_unit unit = {0};
    mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_STANDARD);
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, protocol);
    for (size_t at = 0; at < len && unit.kind != MPE_UNIT_FAULT;) {
        const size_t piece = len - at < 1461 ? len - at : 1461;
        struct mpe_cursor in = {bytes + at, bytes + at + piece};
        while (unit.kind != MPE_UNIT_FAULT && mpe_wire_step(&wire, &in, &unit))
            take(ours, &unit);
        at += piece;
    }
    mpe_wire_clear(&wire);
}

/* ------------------------------------------------------------ libavformat's */

struct source {
    const uint8_t *bytes;
    size_t len;
    size_t at;
};

static int read_source(void *opaque, uint8_t *out, int size)
{
    struct source *const source = opaque;
    const size_t left = source->len - source->at;
    const size_t taken = left < (size_t)size ? left : (size_t)size;
    if (taken == 0)
        return AVERROR_EOF;
    memcpy(out, source->bytes + source->at, taken);
    source->at += taken;
    return (int)taken;
}

/* As on the wire: libavformat adds 2^32 to times that wrapped. */
static int64_t time_of(int64_t time)
{
    if (time == AV_NOPTS_VALUE)
        return NO_TIME;
    return time < INT64_C(1) << 32 ? time : time - (INT64_C(1) << 32);
}

static void take_packet(struct reading *theirs, const AVFormatContext *format, const AVPacket *packet)
{
    const AVCodecParameters *const codec = format->streams[packet->stream_index]->codecpar;
    const bool is_video = codec->codec_type == AVMEDIA_TYPE_VIDEO;
    if (is_video || codec->codec_type == AVMEDIA_TYPE_AUDIO)
        add(&theirs->media[is_video ? VIDEO : AUDIO],
            (struct frame){.dts_ms = time_of(packet->dts),
                           .pts_ms = time_of(packet->pts),
                           .size_bytes = (uint32_t)packet->size,
                           .is_key = is_video && (packet->flags & AV_PKT_FLAG_KEY) != 0,
                           .is_cut_short = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0});
}

static bool read_theirs(const uint8_t *bytes, size_t len, struct reading *theirs)
{
    struct source source = {bytes, len, 0};
    AVIOContext *io = avio_alloc_context(av_malloc(1 << 16), 1 << 16, 0, &source, read_source, NULL, NULL);
    AVFormatContext *format = avformat_alloc_context();
    AVPacket *packet = av_packet_alloc();
    format->pb = io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
    const bool is_open = avformat_open_input(&format, NULL, av_find_input_format("flv"), NULL) == 0;
    while (is_open && av_read_frame(format, packet) >= 0) {
        take_packet(theirs, format, packet);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    av_freep(&io->buffer);
    avio_context_free(&io);
    return is_open;
}

/* --------------------------------------------------------------- comparing */

/* Where the two differ on purpose. */
enum explanation { EQUAL, FAR_OFFSET, GENERATED_KEY, CROP_BYTE, EMPTY_FRAME, CUT_SHORT, DIFFERENT, EXPLANATIONS };

static const char *const explanations[EXPLANATIONS] = {
    [FAR_OFFSET] = "libavformat gives no times to a frame with a composition offset of over 15 minutes",
    [GENERATED_KEY] = "frame type 4, a key frame that a server generated, is a key frame to us alone",
    [CROP_BYTE] = "libavformat takes the crop byte off a VP6 frame; it is coded data to us",
    [EMPTY_FRAME] = "libavformat drops a message that has a tag header and no data",
    [CUT_SHORT] = "the last tag is cut short: libavformat gives what is there of it, we what its header says",
};

#define FIFTEEN_MINUTES_MS 900000

static bool is_vp6(const struct frame *our)
{
    const uint32_t name = our->fourcc >> 8;
    return name == MPE_FOURCC(0, 'V', 'P', '6') || name == MPE_FOURCC(0, 'v', 'p', '6');
}

static enum explanation compare_times(const struct frame *our, const struct frame *their)
{
    const int64_t offset_ms = our->pts_ms - our->dts_ms;
    if (their->dts_ms == our->dts_ms && their->pts_ms == our->pts_ms)
        return EQUAL;
    if (their->dts_ms == NO_TIME && their->pts_ms == NO_TIME && offset_ms > FIFTEEN_MINUTES_MS)
        return FAR_OFFSET;
    return DIFFERENT;
}

static enum explanation compare_frame(const struct frame *our, const struct frame *their)
{
    if (their->is_cut_short && their->size_bytes <= our->size_bytes)
        return CUT_SHORT;
    if (our->size_bytes != their->size_bytes)
        return is_vp6(our) && our->size_bytes == their->size_bytes + 1 ? CROP_BYTE : DIFFERENT;
    if (our->is_key != their->is_key)
        return our->is_key ? GENERATED_KEY : DIFFERENT;
    return compare_times(our, their);
}

struct tally {
    size_t frames;
    size_t by[EXPLANATIONS];
};

static void compare_media(const struct frames *ours, const struct frames *theirs, struct tally *tally)
{
    size_t their_at = 0;
    for (size_t i = 0; i < ours->count; i++, tally->frames++) {
        const struct frame *const our = &ours->items[i];
        if (our->size_bytes == 0 && (their_at == theirs->count || theirs->items[their_at].size_bytes != 0)) {
            tally->by[EMPTY_FRAME]++;
        } else if (their_at == theirs->count) { /* nothing came of a last one but its tag header */
            tally->by[i + 1 == ours->count ? CUT_SHORT : DIFFERENT]++;
        } else {
            tally->by[compare_frame(our, &theirs->items[their_at])]++;
            their_at++;
        }
    }
    for (; their_at < theirs->count; their_at++) /* as RTMP there is no part of a last tag */
        tally->by[theirs->items[their_at].is_cut_short ? CUT_SHORT : DIFFERENT]++;
}

static struct {
    int passed;
    int failed;
    int skipped;
    size_t frames;
    size_t by[EXPLANATIONS];
} total;

static void judge(const char *file, const char *manner, const struct reading *ours, const struct reading *theirs)
{
    struct tally tally = {0};
    compare_media(&ours->media[VIDEO], &theirs->media[VIDEO], &tally);
    compare_media(&ours->media[AUDIO], &theirs->media[AUDIO], &tally);
    total.frames += tally.frames;
    for (int i = 0; i < EXPLANATIONS; i++)
        total.by[i] += tally.by[i];
    if (tally.by[DIFFERENT] == 0 && ours->fault == NULL) {
        total.passed++;
        printf("equal     %s, %s: %zu frames, %zu explained\n", file, manner, tally.frames,
               tally.frames - tally.by[EQUAL]);
        return;
    }
    total.failed++;
    printf("DIFFERENT %s, %s: %zu of %zu frames; video %zu and %zu, audio %zu and %zu%s%s\n", file, manner,
           tally.by[DIFFERENT], tally.frames, ours->media[VIDEO].count, theirs->media[VIDEO].count,
           ours->media[AUDIO].count, theirs->media[AUDIO].count, ours->fault != NULL ? "; " : "",
           ours->fault != NULL ? ours->fault : "");
}

/* ------------------------------------------------------------- FLV to RTMP */

/* How an encoder cuts messages. */
struct manner {
    const char *name;
    uint32_t chunk_bytes;
    bool sends_deltas;
    bool omits_repeats;
    bool interleaves;
    uint32_t first_id; /* chunk stream of audio; video's is the next */
};

static const struct manner manners[] = {
    {"RTMP of full headers", 128, false, false, false, 4},
    {"RTMP of deltas", 4096, true, false, false, 64},
    {"RTMP without repeated timestamps", 60, false, true, false, 400},
    {"RTMP of interleaved chunks", 100, false, false, true, 4},
};

/* Per type of message; deltas need what was sent before. */
struct sent {
    bool any;
    uint32_t timestamp_ms;
    uint32_t delta_ms;
    uint32_t len;
};

struct muxer {
    const struct manner *manner;
    struct rtmp_out rtmp;
    struct sent sent[2];
};

static uint32_t id_of(const struct muxer *muxer, const struct tag *tag)
{
    return muxer->manner->first_id + (tag->type == TAG_VIDEO);
}

/* The most that a header may leave out: the delta, or the length, as before. */
static void send_delta(struct muxer *muxer, const struct tag *tag, struct sent *sent)
{
    struct rtmp_out *const rtmp = &muxer->rtmp;
    const uint32_t id = id_of(muxer, tag);
    const uint32_t delta_ms = tag->timestamp_ms - sent->timestamp_ms;
    const bool same_length = sent->len == tag->len;
    if (!sent->any || delta_ms >= 0x800000) {
        rtmp_message(rtmp, 0, id, tag->timestamp_ms, tag->type, 1, tag->body, tag->len);
        sent->delta_ms = UINT32_MAX; /* what format 3 would mean after a full header is in dispute */
    } else if (same_length && sent->delta_ms == delta_ms) {
        rtmp_basic_header(rtmp->out, 3, id);
        for (uint32_t at = 0; at < tag->len; at += rtmp->chunk_bytes) {
            if (at != 0)
                rtmp_basic_header(rtmp->out, 3, id);
            out_put(rtmp->out, tag->body + at, tag->len - at < rtmp->chunk_bytes ? tag->len - at : rtmp->chunk_bytes);
        }
    } else {
        rtmp_message(rtmp, same_length ? 2 : 1, id, delta_ms, tag->type, 1, tag->body, tag->len);
        sent->delta_ms = delta_ms;
    }
    sent->any = true;
    sent->timestamp_ms = tag->timestamp_ms;
    sent->len = tag->len;
}

static void send_tag(struct muxer *muxer, const struct tag *tag)
{
    if (tag->type != TAG_AUDIO && tag->type != TAG_VIDEO)
        return;
    if (muxer->manner->sends_deltas)
        send_delta(muxer, tag, &muxer->sent[tag->type == TAG_VIDEO]);
    else
        rtmp_message(&muxer->rtmp, 0, id_of(muxer, tag), tag->timestamp_ms, tag->type, 1, tag->body, tag->len);
}

static void send_chunk(struct muxer *muxer, const struct tag *tag, uint32_t at)
{
    struct rtmp_out *const rtmp = &muxer->rtmp;
    if (at != 0 && at >= tag->len)
        return;
    if (at == 0)
        rtmp_head(rtmp, 0, id_of(muxer, tag), tag->timestamp_ms, tag->len, tag->type, 1);
    else
        rtmp_basic_header(rtmp->out, 3, id_of(muxer, tag));
    if (at != 0 && tag->timestamp_ms >= 0xFFFFFF)
        out_be(rtmp->out, tag->timestamp_ms, 4);
    out_put(rtmp->out, tag->body + at, tag->len - at < rtmp->chunk_bytes ? tag->len - at : rtmp->chunk_bytes);
}

/* Two messages of different chunk streams, a chunk of each in turn. */
static void send_both(struct muxer *muxer, const struct tag *a, const struct tag *b)
{
    const uint32_t chunk_bytes = muxer->rtmp.chunk_bytes;
    for (uint32_t at = 0; at == 0 || at < a->len || at < b->len; at += chunk_bytes) {
        send_chunk(muxer, a, at);
        send_chunk(muxer, b, at);
    }
}

static bool are_media(const struct tag *a, const struct tag *b)
{
    return (a->type == TAG_AUDIO && b->type == TAG_VIDEO) || (a->type == TAG_VIDEO && b->type == TAG_AUDIO);
}

static void mux(struct muxer *muxer, const uint8_t *flv, size_t len)
{
    size_t at = mpe_load_be32(flv + 5) + 4;
    struct tag tag, next;
    while (at < len && next_tag(flv, len, &at, &tag)) {
        size_t behind = at;
        if (muxer->manner->interleaves && next_tag(flv, len, &behind, &next) && are_media(&tag, &next)) {
            send_both(muxer, &tag, &next);
            at = behind;
        } else {
            send_tag(muxer, &tag);
        }
    }
}

static void compare_as_rtmp(const char *file, const struct manner *manner, const uint8_t *flv, size_t len,
                            const struct reading *theirs)
{
    struct out out = {0};
    struct reading ours = {0};
    struct muxer muxer = {.manner = manner, .rtmp = rtmp_begin(&out)};
    rtmp_connect(&muxer.rtmp, "live", "rtmp://127.0.0.1/live");
    rtmp_set_chunk_size(&muxer.rtmp, manner->chunk_bytes);
    rtmp_publish(&muxer.rtmp, "stream");
    muxer.rtmp.omits_repeats = manner->omits_repeats;
    mux(&muxer, flv, len);
    read_ours(MPE_PROTOCOL_RTMP, out.bytes, out.len, &ours);
    judge(file, manner->name, &ours, theirs);
    drop_reading(&ours);
    out_free(&out);
}

/* libavformat learned Enhanced RTMP in FFmpeg 6.1: before, it sees no packets, or nonsense. */
static bool is_enhanced(const uint8_t *flv, size_t len)
{
    size_t at = mpe_load_be32(flv + 5) + 4;
    struct tag tag;
    while (at < len && next_tag(flv, len, &at, &tag)) {
        if (tag.len > 0 &&
            ((tag.type == TAG_VIDEO && (tag.body[0] & 0x80) != 0) || (tag.type == TAG_AUDIO && tag.body[0] >> 4 == 9)))
            return true;
    }
    return false;
}

static void skip_enhanced(const char *file)
{
    printf("skipped   %s: Enhanced RTMP, which libavformat %d does not know\n", file, LIBAVFORMAT_VERSION_MAJOR);
    total.skipped++;
}

/* ------------------------------------------------------------- RTMP to FLV */

static void compare_capture(const char *file, const uint8_t *bytes, size_t len)
{
    struct out flv = {0};
    struct reading ours = {0};
    struct reading theirs = {0};
    read_ours(MPE_PROTOCOL_RTMP, bytes, len, &ours);
    flv_begin(&flv);
    if (ours.fault == NULL)
        dechunk(bytes, len, &flv);
    if (ours.fault != NULL || ours.media[VIDEO].count + ours.media[AUDIO].count == 0) {
        printf("skipped   %s: %s\n", file, ours.fault != NULL ? ours.fault : "no frames");
        total.skipped++;
    } else if (is_enhanced(flv.bytes, flv.len)) {
        skip_enhanced(file);
    } else if (read_theirs(flv.bytes, flv.len, &theirs)) {
        judge(file, "a capture", &ours, &theirs);
    }
    out_free(&flv);
    drop_reading(&ours);
    drop_reading(&theirs);
}

/* --------------------------------------------------------------- the files */

static void compare_flv(const char *file, const uint8_t *bytes, size_t len)
{
    struct reading ours = {0};
    struct reading theirs = {0};
    read_ours(MPE_PROTOCOL_FLV, bytes, len, &ours);
    if (is_enhanced(bytes, len)) {
        skip_enhanced(file);
    } else if (ours.media[VIDEO].count + ours.media[AUDIO].count == 0 || !read_theirs(bytes, len, &theirs)) {
        printf("skipped   %s: %s\n", file, ours.fault != NULL ? ours.fault : "no frames");
        total.skipped++;
    } else {
        judge(file, "FLV", &ours, &theirs);
        for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
            compare_as_rtmp(file, &manners[i], bytes, len, &theirs);
    }
    drop_reading(&ours);
    drop_reading(&theirs);
}

static void compare(const char *path)
{
    struct out bytes = {0};
    static uint8_t piece[1 << 16];
    size_t got;
    FILE *const file = fopen(path, "rb");
    while (file != NULL && (got = fread(piece, 1, sizeof(piece), file)) != 0)
        out_put(&bytes, piece, got);
    if (file != NULL)
        fclose(file);
    if (bytes.len > 13 && memcmp(bytes.bytes, "FLV", 3) == 0) {
        compare_flv(path, bytes.bytes, bytes.len);
    } else if (bytes.len > 0 && bytes.bytes[0] == 3) {
        compare_capture(path, bytes.bytes, bytes.len);
    } else {
        printf("skipped   %s: neither FLV nor RTMP\n", path);
        total.skipped++;
    }
    out_free(&bytes);
}

/* One of each difference that real files hardly have. */
static void compare_differences(void)
{
    struct out flv = {0};
    flv_begin(&flv);
    flv_tag(&flv, TAG_VIDEO, 0, avc_720p.bytes, avc_720p.len);
    flv_tag(&flv, TAG_VIDEO, 0, "\x17\x01\0\0\0a key frame", 16);
    flv_tag(&flv, TAG_VIDEO, 40, "\x47\x01\0\0\0of type 4", 14);
    flv_tag(&flv, TAG_VIDEO, 80, "\x27\x01\0\0\0", 5);
    flv_tag(&flv, TAG_VIDEO, 120, "\x57\x01\0\0\0a command", 14);
    flv_tag(&flv, TAG_VIDEO, 160, "\x27\x01\x0D\xBB\xA1shown 15 minutes later", 27);
    flv_tag(&flv, TAG_VIDEO, 200, "\x27\x01\xFF\xFF\xD8shown before it is decoded", 31);
    flv_tag(&flv, TAG_VIDEO, 240, "\x27\x02\0\0\0", 5);
    flv_tag(&flv, TAG_VIDEO, 280, "\x27\x01\0\0\0of which half is there", 27);
    flv.len -= 4 + 11;
    compare_flv("by hand", flv.bytes, flv.len);
    flv.len = 0;
    flv_begin(&flv);
    flv_tag(&flv, TAG_VIDEO, 0, "\x14\0VP6", 5);
    compare_flv("VP6 by hand", flv.bytes, flv.len);
    out_free(&flv);
}

int main(int argc, char **argv)
{
    av_log_set_level(AV_LOG_QUIET);
    compare_differences();
    for (int i = EQUAL + 1; i < DIFFERENT; i++)
        if (total.by[i] == 0)
            printf("DIFFERENT no frame shows that %s\n", explanations[i]), total.failed++;
    for (int i = 1; i < argc; i++)
        compare(argv[i]);
    printf("%zu frames, of which\n%8zu are equal\n", total.frames, total.by[EQUAL]);
    for (int i = EQUAL + 1; i < DIFFERENT; i++)
        printf("%8zu: %s\n", total.by[i], explanations[i]);
    printf("%d passed, %d failed, %d skipped\n", total.passed, total.failed, total.skipped);
    return total.failed == 0 && total.passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
