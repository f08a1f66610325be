/*
 * Compares the samples of fragmented MP4 files as the wire layer reads them with the packets of libavformat's mov
 * demuxer: decode time, duration, size and key frame of each, presentation time where it has one.
 *
 * usage: fmp4_samples FILE...
 *
 * Times of a track may differ by a constant: libavformat does not know tfxd and starts at 0, and it moves all
 * presentation times up when the first composition offset below 0 appears. Durations of libavformat are distances in
 * an index that ends with what was read: the last of a fragment is compared only where it has one.
 */
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "wire/fmp4/fmp4.h"

struct sample {
    uint32_t track_id;
    int64_t dts;
    int64_t pts;
    int64_t duration;
    uint32_t size_bytes;
    bool key_frame;
    bool cut_short; /* libavformat: the file ends within it */
};

struct samples {
    struct sample *items;
    size_t count;
};

static void add(struct samples *samples, struct sample sample)
{
    if ((samples->count & (samples->count + 1)) == 0)
        samples->items = realloc(samples->items, 2 * (samples->count + 1) * sizeof(sample));
    samples->items[samples->count++] = sample;
}

struct file {
    const char *name;
    uint8_t *bytes;
    size_t len;
    size_t at;
};

static bool load(struct file *file)
{
    FILE *const in = fopen(file->name, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0)
        return false;
    file->len = (size_t)ftell(in);
    file->bytes = malloc(file->len + 1);
    rewind(in);
    const bool whole = fread(file->bytes, 1, file->len, in) == file->len;
    fclose(in);
    return whole;
}

/* ---- ours ---- */

struct ours {
    struct samples samples;
    const char *fault;
};

static void take(struct ours *ours, const struct mpe_unit *unit)
{
    if (unit->kind == MPE_UNIT_FRAME)
        add(&ours->samples,
            (struct sample){unit->track_id, unit->dts, unit->dts + unit->composition_offset,
                            unit->duration, unit->size_bytes, unit->key_frame});
    if (unit->kind == MPE_UNIT_FAULT || unit->kind == MPE_UNIT_ORPHAN)
        ours->fault = unit->fault.what;
}

static void read_ours(const struct file *file, struct ours *ours)
{
    const struct mpe_mem mem = mpe_mem_default();
    struct mpe_limits limits = {.max_header_bytes = 1 << 20, .max_tracks = 64};
    const struct mpe_wire_tools tools = {&mem, &limits};
    struct mpe_fmp4 *const fmp4 = mpe_fmp4_new(&tools);
    struct mpe_cursor in = {file->bytes, file->bytes + file->len};
    struct mpe_unit unit = {0};
    while (unit.kind != MPE_UNIT_FAULT && mpe_fmp4_step(fmp4, &in, &unit))
        take(ours, &unit);
    mpe_fmp4_free(fmp4);
}

/* ---- libavformat's ---- */

static int read_file(void *opaque, uint8_t *out, int size)
{
    struct file *const file = opaque;
    const size_t left = file->len - file->at;
    const size_t taken = left < (size_t)size ? left : (size_t)size;
    if (taken == 0)
        return AVERROR_EOF;
    memcpy(out, file->bytes + file->at, taken);
    file->at += taken;
    return (int)taken;
}

static int64_t seek_file(void *opaque, int64_t offset, int whence)
{
    struct file *const file = opaque;
    if (whence == AVSEEK_SIZE)
        return (int64_t)file->len;
    const int64_t at = offset + (whence == SEEK_CUR ? (int64_t)file->at : whence == SEEK_END ? (int64_t)file->len : 0);
    if (at < 0 || at > (int64_t)file->len)
        return AVERROR(EINVAL);
    file->at = (size_t)at;
    return at;
}

/*
 * Whether the file was opened. stopped: libavformat did not come to the end, because the file is cut short, or at
 * encryption boxes that it cannot read.
 */
static bool read_theirs(struct file *file, struct samples *theirs, bool *stopped)
{
    AVIOContext *io = avio_alloc_context(av_malloc(1 << 16), 1 << 16, 0, file, read_file, NULL, seek_file);
    AVFormatContext *format = avformat_alloc_context();
    AVPacket *packet = av_packet_alloc();
    AVDictionary *options = NULL;
    av_dict_set(&options, "ignore_editlist", "1", 0);
    format->pb = io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
    const bool is_open = avformat_open_input(&format, NULL, av_find_input_format("mov"), &options) == 0;
    int error = 0;
    while (is_open && (error = av_read_frame(format, packet)) >= 0) {
        const AVStream *const stream = format->streams[packet->stream_index];
        const enum AVMediaType type = stream->codecpar->codec_type;
        const bool cut_short = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
        *stopped |= cut_short;
        if (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)
            add(theirs, (struct sample){
                            (uint32_t)stream->id, packet->dts, packet->pts, packet->duration, (uint32_t)packet->size,
                            type == AVMEDIA_TYPE_VIDEO && (packet->flags & AV_PKT_FLAG_KEY) != 0, cut_short});
        av_packet_unref(packet);
    }
    *stopped |= error != AVERROR_EOF;
    av_dict_free(&options);
    av_packet_free(&packet);
    avformat_close_input(&format);
    av_freep(&io->buffer);
    avio_context_free(&io);
    return is_open;
}

/* ---- comparing ---- */

static const struct sample *next_of(const struct samples *samples, uint32_t track_id, size_t *at)
{
    while (*at < samples->count && samples->items[*at].track_id != track_id)
        ++*at;
    return *at < samples->count ? &samples->items[(*at)++] : NULL;
}

struct difference {
    size_t samples;
    size_t dts, pts, duration, size, key_frame, missing, additional;
    int64_t dts_shift, pts_shift; /* of the first sample */
};

static void compare_sample(const struct sample *our, const struct sample *their, struct difference *difference)
{
    if (difference->samples++ == 0) {
        difference->dts_shift = our->dts - their->dts;
        difference->pts_shift = our->pts - their->pts;
    }
    difference->dts += our->dts - their->dts != difference->dts_shift;
    difference->pts += our->pts - their->pts != difference->pts_shift;
    difference->duration += their->duration != 0 && our->duration != their->duration;
    difference->size += !their->cut_short && our->size_bytes != their->size_bytes;
    difference->key_frame += our->key_frame != their->key_frame;
}

static struct difference compare_track(const struct samples *ours, const struct samples *theirs, uint32_t track_id)
{
    struct difference difference = {0};
    size_t our_at = 0;
    size_t their_at = 0;
    for (;;) {
        const struct sample *const our = next_of(ours, track_id, &our_at);
        const struct sample *const their = next_of(theirs, track_id, &their_at);
        if (our == NULL && their == NULL)
            return difference;
        difference.missing += our == NULL;
        difference.additional += their == NULL;
        if (our != NULL && their != NULL)
            compare_sample(our, their, &difference);
    }
}

static bool is_equal(const struct difference *difference)
{
    return difference->dts + difference->pts + difference->duration + difference->size + difference->key_frame +
               difference->missing + difference->additional ==
           0;
}

static bool is_known(const struct samples *samples, size_t end, uint32_t track_id)
{
    for (size_t i = 0; i < end; i++) {
        if (samples->items[i].track_id == track_id)
            return true;
    }
    return false;
}

static bool compare_tracks(const char *name, const struct samples *ours, const struct samples *theirs, bool stopped)
{
    bool equal = true;
    struct samples both = {0};
    for (size_t i = 0; i < ours->count; i++)
        add(&both, ours->items[i]);
    for (size_t i = 0; i < theirs->count; i++)
        add(&both, theirs->items[i]);
    for (size_t i = 0; i < both.count; i++) {
        const uint32_t track_id = both.items[i].track_id;
        if (is_known(&both, i, track_id))
            continue;
        struct difference d = compare_track(ours, theirs, track_id);
        if (stopped)
            d.additional = 0;
        equal &= is_equal(&d);
        printf("%-9s %s track %u: %zu samples, dts %+lld, pts %+lld", is_equal(&d) ? "equal" : "DIFFERENT", name,
               track_id, d.samples, (long long)d.dts_shift, (long long)d.pts_shift);
        if (!is_equal(&d))
            printf("; differ: %zu dts, %zu pts, %zu durations, %zu sizes, %zu key frames, %zu missing, %zu additional",
                   d.dts, d.pts, d.duration, d.size, d.key_frame, d.missing, d.additional);
        printf(stopped ? ", then libavformat stopped\n" : "\n");
    }
    free(both.items);
    return equal;
}

enum verdict { EQUAL, DIFFERENT, SKIPPED };

static enum verdict compare(struct file *file)
{
    struct ours ours = {0};
    struct samples theirs = {0};
    enum verdict verdict = SKIPPED;
    bool stopped = false;
    if (!load(file)) {
        printf("DIFFERENT %s: cannot be read\n", file->name);
        return DIFFERENT;
    }
    read_ours(file, &ours);
    if (!read_theirs(file, &theirs, &stopped))
        printf("skipped   %s: libavformat does not open it (%s)\n", file->name, ours.fault ? ours.fault : "we do");
    else if (ours.samples.count + theirs.count == 0)
        printf("skipped   %s: no samples\n", file->name);
    else if (ours.fault != NULL)
        printf("skipped   %s: %s\n", file->name, ours.fault);
    else
        verdict = compare_tracks(file->name, &ours.samples, &theirs, stopped) ? EQUAL : DIFFERENT;
    free(ours.samples.items);
    free(theirs.items);
    free(file->bytes);
    return verdict;
}

int main(int argc, char **argv)
{
    int tally[3] = {0};
    av_log_set_level(AV_LOG_QUIET);
    for (int i = 1; i < argc; i++) {
        struct file file = {.name = argv[i]};
        tally[compare(&file)]++;
    }
    printf("%d passed, %d failed, %d skipped\n", tally[EQUAL], tally[DIFFERENT], tally[SKIPPED]);
    return tally[DIFFERENT] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
