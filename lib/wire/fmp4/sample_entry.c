/* Decodes stsd: the codec, its decoder configuration, sizes and rates. */
#include "wire/fmp4/sample_entry.h"

#include <stdbool.h>
#include <stddef.h>

#include "codes/codec.h"
#include "mpe.h"
#include "wire/fmp4/box.h"
#include "wire/fmp4/esds.h"
#include "wire/fmp4/sample_sound.h"

/* objectTypeIndication, ISO/IEC 14496-1 7.2.6.6 and the registration authority. */
static uint8_t codec_of_object_type(uint8_t object_type)
{
    switch (object_type) {
    case 0x20:
        return MPE_CODEC_MPEG4_VIDEO;
    case 0x21:
        return MPE_CODEC_AVC;
    case 0x23:
        return MPE_CODEC_HEVC;
    case 0x6C:
        return MPE_CODEC_JPEG;
    case 0x40:
    case 0x66:
    case 0x67:
    case 0x68:
        return MPE_CODEC_AAC;
    case 0x69:
    case 0x6B:
        return MPE_CODEC_MP3;
    case 0xA5:
        return MPE_CODEC_AC3;
    case 0xA6:
        return MPE_CODEC_EAC3;
    case 0xAD:
        return MPE_CODEC_OPUS;
    case 0xAE:
        return MPE_CODEC_AC4;
    default:
        return MPE_CODEC_OTHER;
    }
}

/* The MPEG-4 audio object type of MPEG-2 AAC (main, low complexity, scalable sample rate). 0: it is something else. */
static uint16_t aac_of_object_type(uint8_t object_type)
{
    return (uint16_t)(object_type >= 0x66 && object_type <= 0x68 ? object_type - 0x65 : 0);
}

/*
 *    0         6              8                24       26       28        (28+16)   (28+36)
 *   +---------+--------------+-------+- - - - +--------+--------+---------+---------+---------+-
 *   |reserved |data reference|version|        |width   |height  |boxes, or QuickTime's more in|
 *   |6 bytes  |index u16     |u16    |        |u16     |u16     |version 1 and 2              |
 *   +---------+--------------+-------+- - - - +--------+--------+-----------------------------+-
 *    audio: 28 bytes; video: 78 bytes, then boxes
 */
#define VIDEO_FIELDS_BYTES 78u
#define AUDIO_FIELDS_BYTES 28u

static size_t fields_bytes(struct mpe_span entry, uint8_t media, bool quicktime)
{
    if (media == MPE_MEDIA_VIDEO)
        return VIDEO_FIELDS_BYTES;
    const uint16_t version = quicktime && entry.len >= 10 ? mpe_load_be16(entry.bytes + 8) : 0;
    return AUDIO_FIELDS_BYTES + (version == 1 ? 16 : version == 2 ? 36 : 0);
}

/* An encrypted entry is judged by what was encrypted: sinf/frma. Without it, as encrypted. */
static enum mpe_fmp4_fault read_original(struct mpe_span boxes, struct mpe_sample_entry *entry)
{
    struct mpe_span sinf;
    struct mpe_span frma;
    enum mpe_box_result result = mpe_box_find(boxes, MPE_FOURCC('s', 'i', 'n', 'f'), &sinf);
    if (result == MPE_BOX_NEXT)
        result = mpe_box_find(sinf, MPE_FOURCC('f', 'r', 'm', 'a'), &frma);
    if (result == MPE_BOX_NEXT && frma.len >= 4)
        entry->fourcc = mpe_load_be32(frma.bytes);
    return result == MPE_BOX_BROKEN ? MPE_FMP4_ENTRY_BROKEN : MPE_FMP4_FINE;
}

/* mp4a and mp4v name the codec in esds; QuickTime wraps it in wave. Without one, mp4a is AAC as everywhere. */
static enum mpe_fmp4_fault read_object_type(struct mpe_span boxes, struct mpe_sample_entry *entry)
{
    struct mpe_span wave;
    struct mpe_span box;
    struct mpe_esds esds;
    enum mpe_box_result result = mpe_box_find(boxes, MPE_FOURCC('e', 's', 'd', 's'), &box);
    if (result == MPE_BOX_END && mpe_box_find(boxes, MPE_FOURCC('w', 'a', 'v', 'e'), &wave) == MPE_BOX_NEXT)
        result = mpe_box_find(wave, MPE_FOURCC('e', 's', 'd', 's'), &box);
    if (result == MPE_BOX_BROKEN)
        return MPE_FMP4_ENTRY_BROKEN;
    if (result == MPE_BOX_END)
        return MPE_FMP4_FINE;
    if (!mpe_esds_read(box, &esds))
        return MPE_FMP4_ESDS_BROKEN;
    entry->codec = codec_of_object_type(esds.object_type);
    entry->facts.aac_object_type = aac_of_object_type(esds.object_type);
    if (entry->codec == MPE_CODEC_AAC && (esds.config.len != 0 || entry->facts.aac_object_type == 0))
        entry->config = esds.config; /* MPEG-2 AAC needs none */
    return MPE_FMP4_FINE;
}

static enum mpe_fmp4_fault read_codec(struct mpe_span boxes, struct mpe_sample_entry *entry)
{
    if (entry->fourcc == MPE_FOURCC('e', 'n', 'c', 'v') || entry->fourcc == MPE_FOURCC('e', 'n', 'c', 'a')) {
        const enum mpe_fmp4_fault fault = read_original(boxes, entry);
        if (fault != MPE_FMP4_FINE)
            return fault;
    }
    entry->codec = (uint8_t)mpe_codec_by_alias(entry->fourcc);
    if (entry->codec == MPE_CODEC_AVC)
        mpe_box_find_cut(boxes, MPE_FOURCC('a', 'v', 'c', 'C'), &entry->config);
    else if (entry->codec == MPE_CODEC_HEVC)
        mpe_box_find_cut(boxes, MPE_FOURCC('h', 'v', 'c', 'C'), &entry->config);
    else if (entry->fourcc == MPE_FOURCC('m', 'p', '4', 'a') || entry->fourcc == MPE_FOURCC('m', 'p', '4', 'v'))
        return read_object_type(boxes, entry);
    return MPE_FMP4_FINE;
}

/* btrt, ISO/IEC 14496-12 8.5.2.2: buffer size u32 | largest bit rate u32 | average bit rate u32. */
static int64_t read_declared_bps(struct mpe_span boxes)
{
    struct mpe_span btrt;
    if (!mpe_box_find_cut(boxes, MPE_FOURCC('b', 't', 'r', 't'), &btrt) || btrt.len < 12)
        return 0;
    return mpe_load_be32(btrt.bytes + 8);
}

#define STSD_HEAD_BYTES (MPE_FULL_BOX_BYTES + 4u) /* up to the entries: their count is the last of it */

enum mpe_fmp4_fault mpe_stsd_count(struct mpe_span stsd, uint32_t *count)
{
    struct mpe_box box;
    *count = 0;
    if (stsd.len < STSD_HEAD_BYTES)
        return MPE_FMP4_STSD_BROKEN;
    const uint32_t declared = mpe_load_be32(stsd.bytes + MPE_FULL_BOX_BYTES);
    struct mpe_cursor in = {stsd.bytes + STSD_HEAD_BYTES, stsd.bytes + stsd.len};
    while ((*count == 0 || *count < declared) && mpe_box_next(&in, &box) == MPE_BOX_NEXT) {
        if (++*count > MPE_MAX_SAMPLE_ENTRIES)
            return MPE_FMP4_STSD_ENTRIES;
    }
    return *count != 0 ? MPE_FMP4_FINE : MPE_FMP4_STSD_BROKEN;
}

enum mpe_fmp4_fault mpe_sample_entry_read(struct mpe_span stsd, uint32_t index, uint8_t media,
                                          struct mpe_sample_entry *entry)
{
    struct mpe_box box;
    if (stsd.len < STSD_HEAD_BYTES)
        return MPE_FMP4_STSD_BROKEN;
    struct mpe_cursor in = {stsd.bytes + STSD_HEAD_BYTES, stsd.bytes + stsd.len};
    do {
        if (mpe_box_next(&in, &box) != MPE_BOX_NEXT)
            return MPE_FMP4_STSD_BROKEN;
    } while (--index != 0);
    const size_t fields = fields_bytes(box.body, media, stsd.bytes[0] == 0);
    if (box.body.len < fields)
        return MPE_FMP4_ENTRY_SHORT;
    const struct mpe_span boxes = {box.body.bytes + fields, box.body.len - fields};
    *entry = (struct mpe_sample_entry){.fourcc = box.type};
    const enum mpe_fmp4_fault fault = read_codec(boxes, entry);
    if (fault != MPE_FMP4_FINE)
        return fault;
    entry->declared_bps = read_declared_bps(boxes);
    if (media == MPE_MEDIA_AUDIO) {
        mpe_sample_sound_read((struct mpe_span){box.body.bytes, fields}, boxes, entry->codec, &entry->facts);
    } else {
        entry->facts.width_px = mpe_load_be16(box.body.bytes + 24);
        entry->facts.height_px = mpe_load_be16(box.body.bytes + 26);
    }
    return MPE_FMP4_FINE;
}
