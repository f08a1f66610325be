/*
 * moov [mvex=no] ... end
 * track ID FOURCC [WxH] [timescale=10000000] [trex=no] [config=no] [encrypted=yes] [handler=] [samples=0]
 *       [second=WxH] [BYTES]
 *
 * In a moov the tracks stand one after the other; mvhd goes before them, mvex with a trex for each after them. The
 * sample entry of avc1, hvc1 and mp4a holds the configuration of its codec, and that of any the bytes of its line.
 */
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "headers.h"

enum { AUDIO_FRAME_SAMPLES = 1024, USUAL_TIMESCALE = 10000000 };

struct track_shape {
    uint32_t id;
    const char *fourcc;
    const char *handler;
    bool video;
    bool encrypted;
    bool trex;
    bool configured; /* the sample entry holds the configuration of its codec */
    uint32_t timescale;
    int64_t samples; /* that stts says moov holds: those of a plain MP4 */
    struct picture_shape picture;
    struct aac_shape audio;
    uint8_t object_type_indication;
    const char *second;   /* size of a second sample entry, NULL: there is one */
    struct buffer config; /* boxes of the sample entry */
    size_t entries_end;   /* where stsd ends in what was written: the track is known there */
};

/* Of a sample entry whose line has no handler=. */
static bool is_video(const char *fourcc)
{
    static const char *const formats[] = {"avc1", "avc3", "hvc1", "hev1", "vp09", "av01"};

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i], fourcc) == 0)
            return true;
    return false;
}

static void read_edges(struct builder *builder, const char *text, int *width, int *height)
{
    const char *x = text ? strchr(text, 'x') : NULL;

    if (!x) {
        line_error(&builder->line, "a picture size such as 1280x720 is missing");
        return;
    }
    *width = (int)strtol(text, NULL, 10);
    *height = (int)strtol(x + 1, NULL, 10);
}

static void read_picture(struct builder *builder, struct picture_shape *picture)
{
    struct line *line = &builder->line;
    const char *coded = line_option(line, "coded");

    read_edges(builder, line_need(line, "a picture size"), &picture->width, &picture->height);
    if (coded)
        read_edges(builder, coded, &picture->coded_width, &picture->coded_height);
    picture->bit_depth = (int)line_number(line, "bit-depth", 8);
    picture->profile = (int)line_number(line, "profile", picture->bit_depth > 8 ? 110 : 100);
    picture->declared_fps = (int)line_number(line, "declared-fps", 0);
}

/* ES_Descriptor, DecoderConfigDescriptor, DecoderSpecificInfo, SLConfigDescriptor: ISO/IEC 14496-1 section 7.2.6. */
static void put_esds(const struct track_shape *track, struct buffer *out)
{
    struct buffer aac = {0};
    size_t start = full_box_begin(out, "esds", 0, 0);

    write_aac_header(&aac, &track->audio);
    buffer_be(out, 0x03 << 8 | (3 + 15 + 2 + aac.len + 3), 2);
    buffer_be(out, 0, 3);
    buffer_be(out, 0x04 << 8 | (15 - 2 + 2 + aac.len), 2);
    buffer_be(out, (uint64_t)track->object_type_indication << 8 | 0x15, 2);
    buffer_fill(out, 0, 3 + 4 + 4); /* buffer size, largest and mean bitrate */
    buffer_be(out, 0x05 << 8 | aac.len, 2);
    buffer_bytes(out, aac.at, aac.len);
    buffer_be(out, 0x060102, 3);
    box_end(out, start);
    buffer_free(&aac);
}

static void put_config(const struct track_shape *track, struct buffer *out)
{
    const char *fourcc = track->fourcc;
    size_t start;

    if (!track->configured) {
        /* what the line has is all */
    } else if (strcmp(fourcc, "avc1") == 0 || strcmp(fourcc, "avc3") == 0) {
        start = box_begin(out, "avcC");
        write_avc_header(out, &track->picture);
        box_end(out, start);
    } else if (strcmp(fourcc, "hvc1") == 0 || strcmp(fourcc, "hev1") == 0) {
        start = box_begin(out, "hvcC");
        write_hevc_header(out, &track->picture);
        box_end(out, start);
    } else if (strcmp(fourcc, "mp4a") == 0) {
        put_esds(track, out);
    }
    buffer_bytes(out, track->config.at, track->config.len);
}

/* sinf: what the entry was before it was encrypted, and how: ISO/IEC 14496-12 section 8.12. */
static void put_original_format(const struct track_shape *track, struct buffer *out)
{
    size_t sinf = box_begin(out, "sinf"), start = box_begin(out, "frma");

    buffer_bytes(out, track->fourcc, 4);
    box_end(out, start);
    start = full_box_begin(out, "schm", 0, 0);
    buffer_bytes(out, "cenc", 4);
    buffer_be(out, 0x10000, 4);
    box_end(out, start);
    box_end(out, sinf);
}

static void put_sample_entry(const struct track_shape *track, struct buffer *out)
{
    const char *type = !track->encrypted ? track->fourcc : track->video ? "encv" : "enca";
    size_t start = box_begin(out, type);

    buffer_be(out, 1, 8); /* reserved(48), data reference index */
    if (track->video) {
        buffer_fill(out, 0, 16);
        buffer_be(out, (uint64_t)track->picture.width, 2);
        buffer_be(out, (uint64_t)track->picture.height, 2);
        buffer_be(out, 0x0048000000480000, 8); /* 72 dpi */
        buffer_be(out, 1, 8 - 2);              /* reserved(32), one frame a sample */
        buffer_fill(out, 0, 32);
        buffer_be(out, 0x0018ffff, 4);
    } else {
        buffer_fill(out, 0, 8);
        buffer_be(out, (uint64_t)track->audio.channels, 2);
        buffer_be(out, 16, 2);
        buffer_be(out, 0, 4);
        buffer_be(out, (uint64_t)(track->audio.sample_rate & 0xffff) << 16, 4);
    }
    put_config(track, out);
    if (track->encrypted)
        put_original_format(track, out);
    box_end(out, start);
}

/* As the first, of another size. */
static void put_second_entry(const struct track_shape *track, struct buffer *out)
{
    struct track_shape second = *track;
    char *rest;

    if (!track->second)
        return;
    second.picture.width = (int)strtol(track->second, &rest, 10);
    second.picture.height = *rest == 'x' ? (int)strtol(rest + 1, NULL, 10) : 0;
    put_sample_entry(&second, out);
}

static void put_sample_tables(struct track_shape *track, struct buffer *out)
{
    static const char *const empty[] = {"stsc", "stco"};
    size_t stbl = box_begin(out, "stbl"), start = full_box_begin(out, "stsd", 0, 0);

    buffer_be(out, track->second ? 2 : 1, 4);
    put_sample_entry(track, out);
    put_second_entry(track, out);
    box_end(out, start);
    track->entries_end = out->len;
    start = full_box_begin(out, "stts", 0, 0);
    buffer_be(out, track->samples > 0, 4);
    if (track->samples > 0) {
        buffer_be(out, (uint64_t)track->samples, 4);
        buffer_be(out, track->timescale / 30, 4);
    }
    box_end(out, start);
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
        start = full_box_begin(out, empty[i], 0, 0);
        buffer_be(out, 0, 4);
        box_end(out, start);
    }
    start = full_box_begin(out, "stsz", 0, 0);
    buffer_be(out, 0, 8);
    box_end(out, start);
    box_end(out, stbl);
}

static void put_media_information(struct track_shape *track, struct buffer *out)
{
    size_t minf = box_begin(out, "minf"), start = full_box_begin(out, track->video ? "vmhd" : "smhd", 0, track->video);
    size_t dref;

    buffer_be(out, 0, track->video ? 8 : 4);
    box_end(out, start);
    start = box_begin(out, "dinf");
    dref = full_box_begin(out, "dref", 0, 0);
    buffer_be(out, 1, 4);
    box_end(out, full_box_begin(out, "url ", 0, 1));
    box_end(out, dref);
    box_end(out, start);
    put_sample_tables(track, out);
    box_end(out, minf);
}

/* Version 1, as ffmpeg writes it for Smooth Streaming: the duration is not known. */
static void put_media(struct track_shape *track, struct buffer *out)
{
    size_t mdia = box_begin(out, "mdia"), start = full_box_begin(out, "mdhd", 1, 0);

    buffer_fill(out, 0, 16);
    buffer_be(out, track->timescale, 4);
    buffer_fill(out, 0xff, 8);
    buffer_be(out, 0x55c40000, 4); /* language: undetermined */
    box_end(out, start);
    start = full_box_begin(out, "hdlr", 0, 0);
    buffer_be(out, 0, 4);
    buffer_bytes(out, track->handler, 4);
    buffer_fill(out, 0, 13);
    box_end(out, start);
    put_media_information(track, out);
    box_end(out, mdia);
}

static void put_matrix(struct buffer *out)
{
    static const uint32_t unity[9] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};

    for (size_t i = 0; i < sizeof(unity) / sizeof(unity[0]); i++)
        buffer_be(out, unity[i], 4);
}

static void put_trak(struct track_shape *track, struct buffer *out)
{
    size_t trak = box_begin(out, "trak"), start = full_box_begin(out, "tkhd", 0, 7);

    buffer_be(out, 0, 8);
    buffer_be(out, track->id, 4);
    buffer_fill(out, 0, 8 + 8);
    buffer_be(out, track->video ? 0 : 0x01000000, 8); /* layer, group, volume */
    put_matrix(out);
    buffer_be(out, (uint64_t)track->picture.width << 16, 4);
    buffer_be(out, (uint64_t)track->picture.height << 16, 4);
    box_end(out, start);
    put_media(track, out);
    box_end(out, trak);
}

/* A track of a moov before whose id comes again. Where it ended. */
static int64_t forget(struct sender *sender, uint32_t id)
{
    for (size_t i = 0; i < sender->moov_track; i++) {
        const int64_t end = sender->box_tracks[i].end;

        if (sender->box_tracks[i].id != id)
            continue;
        sender->moov_track--;
        sender->box_track_count--;
        memmove(&sender->box_tracks[i], &sender->box_tracks[i + 1],
                (sender->box_track_count - i) * sizeof(sender->box_tracks[0]));
        return end;
    }
    return 0;
}

static void remember(struct builder *builder, const struct track_shape *shape)
{
    struct sender *sender = builder_sender(builder);
    struct box_track *track;
    int64_t end;

    if (!shape->trex)
        return;
    end = forget(sender, shape->id);
    if (sender->box_track_count == MAX_BOX_TRACKS) {
        line_error(&builder->line, "a moov of a case has no more than %d tracks", MAX_BOX_TRACKS);
        return;
    }
    track = &sender->box_tracks[sender->box_track_count++];
    if (sender->adds_tracks)
        track->end = end;
    track->id = shape->id;
    track->timescale = shape->timescale;
    track->rate = shape->video ? 0 : (double)shape->audio.sample_rate / AUDIO_FRAME_SAMPLES;
}

static void read_track(struct builder *builder, struct track_shape *track)
{
    struct line *line = &builder->line;
    const char *text = line_need(line, "a track id");
    const char *handler, *trex, *config;
    int64_t id = 0;

    if (text && !text_to_number(text, &id))
        line_error(line, "%s is not a track id", text);
    track->id = (uint32_t)id;
    track->fourcc = line_need(line, "a sample entry");
    if (!track->fourcc || strlen(track->fourcc) != 4) {
        line_error(line, "the type of a sample entry has four characters");
        track->fourcc = "free";
    }
    handler = line_option(line, "handler");
    track->video = handler ? strcmp(handler, "vide") == 0 : is_video(track->fourcc);
    track->handler = handler ? handler : track->video ? "vide" : "soun";
    trex = line_option(line, "trex");
    track->trex = !trex || strcmp(trex, "no") != 0;
    config = line_option(line, "config");
    track->configured = !config || strcmp(config, "no") != 0;
    track->encrypted = line_flag(line, "encrypted");
    track->samples = line_number(line, "samples", 0);
    track->second = line_option(line, "second");
    track->timescale = (uint32_t)line_number(line, "timescale", USUAL_TIMESCALE);
}

/* The label of the line is the trak up to the end of its stsd. */
static void put_labelled(struct builder *builder, const struct track_shape *track, const struct buffer *out)
{
    struct message where = message_new(0, 0);

    builder_begin_place(builder, &where);
    builder_add_span(builder, where.label, where.place, 0, builder_put(builder, out->at, out->len), track->entries_end);
}

void put_track(struct builder *builder)
{
    struct line *line = &builder->line;
    struct track_shape track = {0};
    struct buffer out = {0};

    read_track(builder, &track);
    if (track.video)
        read_picture(builder, &track.picture);
    track.audio.object_type = (int)line_number(line, "object-type", 2);
    track.audio.sample_rate = (int)line_number(line, "rate", 44100);
    track.audio.channels = (int)line_number(line, "channels", 2);
    track.object_type_indication = (uint8_t)line_number(line, "indication", 0x40);
    builder_raw(builder, &track.config);
    put_trak(&track, &out);
    put_labelled(builder, &track, &out);
    remember(builder, &track);
    buffer_free(&out);
    buffer_free(&track.config);
}

/* trex: sample description 1, no defaults; flags of a frame that depends on others. */
static void close_moov(struct builder *builder, struct block *block)
{
    const struct sender *sender = builder_sender(builder);
    struct buffer out = {0};
    size_t mvex = box_begin(&out, "mvex");

    (void)block;
    for (size_t i = sender->moov_track; i < sender->box_track_count; i++) {
        size_t start = full_box_begin(&out, "trex", 0, 0);

        buffer_be(&out, sender->box_tracks[i].id, 4);
        buffer_be(&out, 1, 4);
        buffer_be(&out, 0, 8);
        buffer_be(&out, sender->box_tracks[i].rate > 0 ? 0 : 0x01010000, 4);
        box_end(&out, start);
    }
    box_end(&out, mvex);
    builder_put(builder, out.at, out.len);
    buffer_free(&out);
}

void begin_moov(struct builder *builder)
{
    const char *mvex = line_option(&builder->line, "mvex");
    struct block *block = begin_boxes(builder, "moov");
    struct sender *sender = builder_sender(builder);
    struct buffer out = {0};
    size_t start = full_box_begin(&out, "mvhd", 0, 0);

    if (!sender->adds_tracks)
        sender->box_track_count = 0;
    sender->moov_track = sender->box_track_count;
    block->close = mvex && strcmp(mvex, "no") == 0 ? NULL : close_moov;
    buffer_fill(&out, 0, 8);
    buffer_be(&out, 1000, 4);
    buffer_be(&out, 0, 4);
    buffer_be(&out, 0x00010000, 4);
    buffer_be(&out, 0x01000000, 4);
    buffer_fill(&out, 0, 8);
    put_matrix(&out);
    buffer_fill(&out, 0, 24);
    buffer_be(&out, 0xffffffff, 4);
    box_end(&out, start);
    builder_put(builder, out.at, out.len);
    buffer_free(&out);
}
