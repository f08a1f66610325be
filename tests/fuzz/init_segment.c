/* Writes ftyp, moov and fragments of one video and one audio track. */
#include "init_segment.h"

#include <string.h>

#include "../case/headers.h"

static size_t open_box(struct buffer *out, const char *type)
{
    size_t start = out->len;

    buffer_be(out, 0, 4);
    buffer_bytes(out, type, 4);
    return start;
}

static void close_box(struct buffer *out, size_t start)
{
    size_t size = out->len - start;

    for (int i = 0; i < 4; i++)
        out->at[start + (size_t)i] = (uint8_t)(size >> (24 - 8 * i));
}

static void put_box(struct buffer *out, const char *type, const uint8_t *body, size_t len)
{
    size_t box = open_box(out, type);

    buffer_bytes(out, body, len);
    close_box(out, box);
}

static void put_avc_entry(struct buffer *out)
{
    static const struct picture_shape shape = {.width = 1280, .height = 720, .profile = 100, .bit_depth = 8};
    size_t entry = open_box(out, "avc1"), box;

    buffer_be(out, 1, 8); /* data reference */
    buffer_fill(out, 0, 16);
    buffer_be(out, 0x050002d0, 4);
    buffer_be(out, 0x00480000, 4);
    buffer_be(out, 0x00480000, 4);
    buffer_be(out, 1, 6); /* frames in a sample, after 4 bytes of zeros */
    buffer_fill(out, 0, 32);
    buffer_be(out, 0x0018ffff, 4);
    box = open_box(out, "avcC");
    write_avc_header(out, &shape);
    close_box(out, box);
    close_box(out, entry);
}

static void put_aac_entry(struct buffer *out)
{
    static const uint8_t esds[] = {0, 0, 0, 0, 3, 25, 0, 2, 0, 4, 17,   0x40, 0x15, 0, 0, 0,
                                   0, 0, 0, 0, 0, 0,  0, 0, 5, 2, 0x12, 0x10, 6,    1, 2};
    size_t entry = open_box(out, "mp4a");

    buffer_be(out, 1, 8);
    buffer_fill(out, 0, 8);
    buffer_be(out, 0x00020010, 4);
    buffer_be(out, 0, 4);
    buffer_be(out, (uint64_t)44100 << 16, 4);
    put_box(out, "esds", esds, sizeof(esds));
    close_box(out, entry);
}

static void put_media(struct buffer *out, bool is_audio)
{
    static const uint8_t zeros[24] = {0};
    size_t mdia = open_box(out, "mdia"), minf, stbl, box;

    box = open_box(out, "mdhd");
    buffer_fill(out, 0, 12);
    buffer_be(out, 1000, 4);
    buffer_fill(out, 0, 8);
    close_box(out, box);
    box = open_box(out, "hdlr");
    buffer_fill(out, 0, 8);
    buffer_bytes(out, is_audio ? "soun" : "vide", 4);
    buffer_fill(out, 0, 13);
    close_box(out, box);
    minf = open_box(out, "minf");
    stbl = open_box(out, "stbl");
    box = open_box(out, "stsd");
    buffer_be(out, 1, 8);
    if (is_audio)
        put_aac_entry(out);
    else
        put_avc_entry(out);
    close_box(out, box);
    put_box(out, "stts", zeros, 8);
    put_box(out, "stsc", zeros, 8);
    put_box(out, "stsz", zeros, 12);
    put_box(out, "stco", zeros, 8);
    close_box(out, stbl);
    close_box(out, minf);
    close_box(out, mdia);
}

static void put_track(struct buffer *out, unsigned id, bool is_audio)
{
    size_t trak = open_box(out, "trak"), tkhd = open_box(out, "tkhd");

    buffer_be(out, 7, 4);
    buffer_fill(out, 0, 8);
    buffer_be(out, id, 4);
    buffer_fill(out, 0, 64);
    close_box(out, tkhd);
    put_media(out, is_audio);
    close_box(out, trak);
}

static void put_defaults(struct buffer *out, unsigned id)
{
    size_t trex = open_box(out, "trex");

    buffer_be(out, 0, 4);
    buffer_be(out, id, 4);
    buffer_be(out, 1, 4);
    buffer_fill(out, 0, 12);
    close_box(out, trex);
}

void init_segment(struct buffer *out, bool has_audio)
{
    size_t moov, mvex, mvhd;

    put_box(out, "ftyp", (const uint8_t *)"isml\0\0\2\0iso6piff", 16);
    moov = open_box(out, "moov");
    mvhd = open_box(out, "mvhd");
    buffer_fill(out, 0, 12);
    buffer_be(out, 1000, 4);
    buffer_fill(out, 0, 84);
    close_box(out, mvhd);
    put_track(out, 1, false);
    if (has_audio)
        put_track(out, 2, true);
    mvex = open_box(out, "mvex");
    put_defaults(out, 1);
    if (has_audio)
        put_defaults(out, 2);
    close_box(out, mvex);
    close_box(out, moov);
}

void media_fragment(struct buffer *out, int64_t time, uint32_t duration, unsigned variant)
{
    size_t moof = open_box(out, "moof"), traf, box;

    box = open_box(out, "mfhd");
    buffer_be(out, 1, 8);
    close_box(out, box);
    traf = open_box(out, "traf");
    box = open_box(out, "tfhd");
    buffer_be(out, 0x020000, 4);
    buffer_be(out, variant & 8 ? 2 : 1, 4);
    close_box(out, box);
    if ((variant & 1) == 0) { /* else it goes on where the last one ended */
        box = open_box(out, "tfdt");
        buffer_be(out, 0x01000000, 4);
        buffer_be(out, (uint64_t)time, 8);
        close_box(out, box);
    }
    box = open_box(out, "trun");
    buffer_be(out, 0x000701, 4); /* data offset, duration, size, flags */
    buffer_be(out, 1, 4);
    buffer_be(out, 100, 4);
    buffer_be(out, duration, 4);
    buffer_be(out, 16, 4);
    buffer_be(out, variant & 2 ? 0x01010000 : 0x02000000, 4);
    close_box(out, box);
    close_box(out, traf);
    close_box(out, moof);
    box = open_box(out, "mdat");
    buffer_fill(out, 0x41, 16);
    close_box(out, box);
}
