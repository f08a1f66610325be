/* Writes the smallest init segment that shows a demuxer one track. */
#include "probe/header_init.h"

#include <string.h>

#include "codes/codec.h"

/* ---- writing boxes ---- */

struct writer {
    uint8_t *out;
    size_t len;
};

static void put(struct writer *writer, const void *bytes, size_t len)
{
    memcpy(writer->out + writer->len, bytes, len);
    writer->len += len;
}

static void put_zeros(struct writer *writer, size_t count)
{
    memset(writer->out + writer->len, 0, count);
    writer->len += count;
}

static void store_be32(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 24);
    out[1] = (uint8_t)(value >> 16);
    out[2] = (uint8_t)(value >> 8);
    out[3] = (uint8_t)value;
}

static void put_be32(struct writer *writer, size_t value)
{
    store_be32(writer->out + writer->len, value);
    writer->len += 4;
}

/* Where the box begins, for end(). */
static size_t begin(struct writer *writer, const char *type)
{
    const size_t start = writer->len;
    put_zeros(writer, 4);
    put(writer, type, 4);
    return start;
}

static void end(struct writer *writer, size_t start)
{
    store_be32(writer->out + start, writer->len - start);
}

/* ISO/IEC 14496-1 8.3.3: a tag, and a length of 7 bits a byte. */
static void put_descriptor(struct writer *writer, uint8_t tag, size_t len)
{
    const uint8_t head[] = {tag, (uint8_t)(0x80 | (len >> 21 & 0x7F)), (uint8_t)(0x80 | (len >> 14 & 0x7F)),
                            (uint8_t)(0x80 | (len >> 7 & 0x7F)), (uint8_t)(len & 0x7F)};
    put(writer, head, sizeof(head));
}

/* ---- the boxes, ISO/IEC 14496-12 8 and 12; 14496-14 5.6; 14496-15 5.4 ---- */

/* avc1: the fields before its boxes are not looked at but for the count of its data reference. No PPS in avcC. */
static void put_avc1(struct writer *writer, struct mpe_span sps)
{
    const size_t avc1 = begin(writer, "avc1");
    put(writer, "\0\0\0\0\0\0\0\1", 8);
    put_zeros(writer, 70);
    const size_t avcc = begin(writer, "avcC");
    const uint8_t head[] = {
        1, sps.bytes[1], sps.bytes[2], sps.bytes[3], 0xFF, 0xE1, (uint8_t)(sps.len >> 8), (uint8_t)sps.len};
    put(writer, head, sizeof(head));
    put(writer, sps.bytes, sps.len);
    put_zeros(writer, 1);
    end(writer, avcc);
    end(writer, avc1);
}

enum { ES_DESCRIPTOR = 3, DECODER_CONFIG = 4, DECODER_SPECIFIC = 5, DESCRIPTOR_HEAD_BYTES = 5 };

static void put_mp4a(struct writer *writer, struct mpe_span header)
{
    const size_t specific_bytes = DESCRIPTOR_HEAD_BYTES + header.len;
    const size_t config_bytes = DESCRIPTOR_HEAD_BYTES + 13 + specific_bytes;
    const size_t mp4a = begin(writer, "mp4a");
    put(writer, "\0\0\0\0\0\0\0\1", 8);
    put_zeros(writer, 20);
    const size_t esds = begin(writer, "esds");
    put_zeros(writer, 4);
    put_descriptor(writer, ES_DESCRIPTOR, 3 + config_bytes);
    put_zeros(writer, 3);
    put_descriptor(writer, DECODER_CONFIG, 13 + specific_bytes);
    put(writer, "\x40\x15", 2); /* MPEG-4 audio; audio stream */
    put_zeros(writer, 11);
    put_descriptor(writer, DECODER_SPECIFIC, header.len);
    put(writer, header.bytes, header.len);
    end(writer, esds);
    end(writer, mp4a);
}

static void put_stsd(struct writer *writer, int32_t codec, struct mpe_span header)
{
    const size_t stsd = begin(writer, "stsd");
    put_be32(writer, 0);
    put_be32(writer, 1);
    if (codec == MPE_CODEC_AVC)
        put_avc1(writer, header);
    else
        put_mp4a(writer, header);
    end(writer, stsd);
}

/* Version 0: times, 1000 ticks a second, duration, language. */
static void put_mdhd(struct writer *writer)
{
    const size_t mdhd = begin(writer, "mdhd");
    put_zeros(writer, 12);
    put_be32(writer, 1000);
    put_zeros(writer, 8);
    end(writer, mdhd);
}

static void put_hdlr(struct writer *writer, int32_t codec)
{
    const size_t hdlr = begin(writer, "hdlr");
    put_zeros(writer, 8);
    put(writer, codec == MPE_CODEC_AVC ? "vide" : "soun", 4);
    put_zeros(writer, 13);
    end(writer, hdlr);
}

/* Version 0 of 84 bytes: the track id is the one field that is read. */
static void put_tkhd(struct writer *writer)
{
    const size_t tkhd = begin(writer, "tkhd");
    put_zeros(writer, 12);
    put_be32(writer, 1);
    put_zeros(writer, 68);
    end(writer, tkhd);
}

size_t mpe_header_init_make(uint8_t *out, int32_t codec, struct mpe_span header)
{
    struct writer writer = {out, 0};
    const size_t moov = begin(&writer, "moov");
    const size_t trak = begin(&writer, "trak");
    put_tkhd(&writer);
    const size_t mdia = begin(&writer, "mdia");
    put_mdhd(&writer);
    put_hdlr(&writer, codec);
    const size_t minf = begin(&writer, "minf");
    const size_t stbl = begin(&writer, "stbl");
    put_stsd(&writer, codec, header);
    end(&writer, stbl);
    end(&writer, minf);
    end(&writer, mdia);
    end(&writer, trak);
    end(&writer, moov);
    return writer.len;
}
