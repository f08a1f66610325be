/* Decodes what a sample entry of sound says of its channels and rate. */
#include "wire/fmp4/sample_sound.h"

#include <stdbool.h>
#include <string.h>

#include "codes/codec.h"
#include "wire/fmp4/box.h"

#define MAX_SAMPLE_RATE_HZ 768000
#define MAX_CHANNELS       255u

/*
 *    0       8       10              16       18              24          28            32           40         64
 *   +-------+-------+-------+- - - -+--------+- - - - - - - -+-----------+-------------+------------+----------+- -
 *   |       |version|       |       |channels|               |sample rate|QuickTime's  |sample rate |channels  |
 *   |       |u16    |       |       |u16     |               |16.16      |version 2:   |float 64    |u32       |
 *   +-------+-------+-------+- - - -+--------+- - - - - - - -+-----------+-------------+------------+----------+- -
 */
#define VERSION_2_BYTES 64u

static int32_t rate_of_double(const uint8_t *bytes)
{
    const uint64_t bits = mpe_load_be64(bytes);
    double rate_hz;
    memcpy(&rate_hz, &bits, sizeof(rate_hz));
    return rate_hz > 0 && rate_hz <= MAX_SAMPLE_RATE_HZ ? (int32_t)rate_hz : 0;
}

static void read_fields(struct mpe_span fields, struct mpe_sample_facts *facts)
{
    if (fields.len < VERSION_2_BYTES) {
        facts->channels = mpe_load_be16(fields.bytes + 16);
        facts->sample_rate_hz = mpe_load_be16(fields.bytes + 24);
        return;
    }
    const uint32_t channels = mpe_load_be32(fields.bytes + 40);
    facts->channels = (uint16_t)(channels <= MAX_CHANNELS ? channels : 0);
    facts->sample_rate_hz = rate_of_double(fields.bytes + 32);
}

/* acmod and lfeon, ETSI TS 102 366 4.4.2.3: 4 bits. */
static uint16_t channels_of_ac3(unsigned bits)
{
    static const uint8_t channels[8] = {2, 1, 2, 3, 3, 4, 4, 5};
    return (uint16_t)(channels[bits >> 1 & 7] + (bits & 1));
}

/*
 * dac3, ETSI TS 102 366 F.4:  2 rate | 5 bsid | 3 bsmod | 3 acmod | 1 lfeon | ...
 * dec3, F.6:  13 bit rate | 3 substreams | 2 rate | 5 bsid | 1 | 1 | 3 bsmod | 3 acmod | 1 lfeon | ...
 * dOps, "Opus in ISOBMFF" 4.3.2:  version u8 | channels u8 | ...
 * dfLa, "FLAC in ISOBMFF" 3.3.2:  full box | 1 last, 7 type (0) | 24 length | STREAMINFO, with
 * 20 rate | 3 channels - 1 after its 10th byte
 */
static void read_box(struct mpe_span box, uint8_t codec, struct mpe_sample_facts *facts)
{
    if (codec == MPE_CODEC_AC3 && box.len >= 2)
        facts->channels = channels_of_ac3(mpe_load_be16(box.bytes) >> 2);
    else if (codec == MPE_CODEC_EAC3 && box.len >= 4)
        facts->channels = channels_of_ac3(box.bytes[3]);
    else if (codec == MPE_CODEC_OPUS && box.len >= 2)
        facts->channels = box.bytes[1];
    else if (codec == MPE_CODEC_FLAC && box.len >= 21 && (box.bytes[4] & 0x7F) == 0) {
        facts->sample_rate_hz = (int32_t)(mpe_load_be24(box.bytes + 18) >> 4);
        facts->channels = (uint16_t)((box.bytes[20] >> 1 & 7) + 1);
    }
}

static uint32_t box_type(uint8_t codec)
{
    switch (codec) {
    case MPE_CODEC_AC3:
        return MPE_FOURCC('d', 'a', 'c', '3');
    case MPE_CODEC_EAC3:
        return MPE_FOURCC('d', 'e', 'c', '3');
    case MPE_CODEC_OPUS:
        return MPE_FOURCC('d', 'O', 'p', 's');
    case MPE_CODEC_FLAC:
        return MPE_FOURCC('d', 'f', 'L', 'a');
    default:
        return 0;
    }
}

void mpe_sample_sound_read(struct mpe_span fields, struct mpe_span boxes, uint8_t codec, struct mpe_sample_facts *facts)
{
    const uint32_t type = box_type(codec);
    struct mpe_span box;
    read_fields(fields, facts);
    if (type != 0 && mpe_box_find_cut(boxes, type, &box))
        read_box(box, codec, facts);
}
