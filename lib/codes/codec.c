/* The table of codecs, by number, FourCC and name. */
#include "codes/codec.h"

#include <stddef.h>

#include "base/bytes.h"

#define VIDEO(codec, a, b, c, d, needs_header, name) [codec] = {name, MPE_FOURCC(a, b, c, d), 0, needs_header}
#define AUDIO(codec, a, b, c, d, needs_header, name) [codec] = {name, MPE_FOURCC(a, b, c, d), 1, needs_header}

/*
 * FourCCs: Enhanced RTMP v2 and the MP4 registration authority where they have one; FFmpeg's tags for the codecs that
 * only FLV's numeric ids name.
 */
const struct mpe_codec_row mpe_codec_rows[MPE_CODEC_COUNT] = {
    [MPE_CODEC_NONE] = {"none", 0, 0, 0},
    [MPE_CODEC_OTHER] = {"unknown codec", 0, 0, 0},
    VIDEO(MPE_CODEC_AVC, 'a', 'v', 'c', '1', 1, "H.264"),
    VIDEO(MPE_CODEC_HEVC, 'h', 'v', 'c', '1', 1, "HEVC"),
    VIDEO(MPE_CODEC_VVC, 'v', 'v', 'c', '1', 1, "VVC"),
    VIDEO(MPE_CODEC_AV1, 'a', 'v', '0', '1', 1, "AV1"),
    VIDEO(MPE_CODEC_VP8, 'v', 'p', '0', '8', 0, "VP8"),
    VIDEO(MPE_CODEC_VP9, 'v', 'p', '0', '9', 0, "VP9"),
    VIDEO(MPE_CODEC_SORENSON_H263, 'F', 'L', 'V', '1', 0, "Sorenson H.263"),
    VIDEO(MPE_CODEC_SCREEN_VIDEO, 'F', 'S', 'V', '1', 0, "Screen video"),
    VIDEO(MPE_CODEC_VP6, 'V', 'P', '6', 'F', 0, "VP6"),
    VIDEO(MPE_CODEC_MPEG4_VIDEO, 'm', 'p', '4', 'v', 0, "MPEG-4 video"),
    VIDEO(MPE_CODEC_VC1, 'v', 'c', '-', '1', 0, "VC-1"),
    VIDEO(MPE_CODEC_JPEG, 'j', 'p', 'e', 'g', 0, "JPEG"),
    AUDIO(MPE_CODEC_AAC, 'm', 'p', '4', 'a', 1, "AAC"),
    AUDIO(MPE_CODEC_MP3, '.', 'm', 'p', '3', 0, "MP3"),
    AUDIO(MPE_CODEC_OPUS, 'O', 'p', 'u', 's', 0, "Opus"),
    AUDIO(MPE_CODEC_AC3, 'a', 'c', '-', '3', 0, "AC-3"),
    AUDIO(MPE_CODEC_EAC3, 'e', 'c', '-', '3', 0, "E-AC-3"),
    AUDIO(MPE_CODEC_AC4, 'a', 'c', '-', '4', 0, "AC-4"),
    AUDIO(MPE_CODEC_FLAC, 'f', 'L', 'a', 'C', 1, "FLAC"),
    AUDIO(MPE_CODEC_SPEEX, 's', 'p', 'e', 'x', 0, "Speex"),
    AUDIO(MPE_CODEC_NELLYMOSER, 'n', 'm', 'o', 's', 0, "Nellymoser"),
    AUDIO(MPE_CODEC_PCM, 'l', 'p', 'c', 'm', 0, "PCM"),
    AUDIO(MPE_CODEC_ADPCM, 's', 'w', 'f', 'a', 0, "ADPCM"),
    AUDIO(MPE_CODEC_G711, 'g', '7', '1', '1', 0, "G.711"),
    AUDIO(MPE_CODEC_DEVICE_SPECIFIC, 'd', 'e', 'v', 's', 0, "device-specific sound"),
};

int32_t mpe_codec_by_fourcc(uint32_t fourcc)
{
    for (int32_t codec = MPE_CODEC_OTHER + 1; codec < MPE_CODEC_COUNT; codec++) {
        if (mpe_codec_rows[codec].fourcc == fourcc)
            return codec;
    }
    return MPE_CODEC_OTHER;
}

/* Formats of the MP4 registration authority and of FFmpeg's isom.c that the table of codecs does not have. */
static const struct {
    uint32_t fourcc;
    int32_t codec;
} aliases[] = {
    {MPE_FOURCC('a', 'v', 'c', '2'), MPE_CODEC_AVC},  {MPE_FOURCC('a', 'v', 'c', '3'), MPE_CODEC_AVC},
    {MPE_FOURCC('a', 'v', 'c', '4'), MPE_CODEC_AVC},  {MPE_FOURCC('d', 'v', 'a', '1'), MPE_CODEC_AVC},
    {MPE_FOURCC('d', 'v', 'a', 'v'), MPE_CODEC_AVC},  {MPE_FOURCC('h', 'e', 'v', '1'), MPE_CODEC_HEVC},
    {MPE_FOURCC('h', 'v', 'c', '2'), MPE_CODEC_HEVC}, {MPE_FOURCC('h', 'e', 'v', '2'), MPE_CODEC_HEVC},
    {MPE_FOURCC('d', 'v', 'h', '1'), MPE_CODEC_HEVC}, {MPE_FOURCC('d', 'v', 'h', 'e'), MPE_CODEC_HEVC},
    {MPE_FOURCC('v', 'v', 'i', '1'), MPE_CODEC_VVC},  {MPE_FOURCC('d', 'a', 'v', '1'), MPE_CODEC_AV1},
    {MPE_FOURCC('m', 'j', 'p', 'a'), MPE_CODEC_JPEG}, {MPE_FOURCC('m', 'j', 'p', 'b'), MPE_CODEC_JPEG},
    {MPE_FOURCC('s', 'o', 'w', 't'), MPE_CODEC_PCM},  {MPE_FOURCC('t', 'w', 'o', 's'), MPE_CODEC_PCM},
    {MPE_FOURCC('i', 'p', 'c', 'm'), MPE_CODEC_PCM},  {MPE_FOURCC('f', 'p', 'c', 'm'), MPE_CODEC_PCM},
    {MPE_FOURCC('a', 'l', 'a', 'w'), MPE_CODEC_G711}, {MPE_FOURCC('u', 'l', 'a', 'w'), MPE_CODEC_G711},
};

int32_t mpe_codec_by_alias(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (aliases[i].fourcc == fourcc)
            return aliases[i].codec;
    }
    return mpe_codec_by_fourcc(fourcc);
}
