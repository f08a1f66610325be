#include "codes/codec.h"

#include <stddef.h>

#include "base/bytes.h"

#define ROW(codec, a, b, c, d, needs_header, name) [codec] = {name, MPE_FOURCC(a, b, c, d), needs_header}

/*
 * FourCCs: Enhanced RTMP v2 and the MP4 registration authority where they have one; FFmpeg's tags for the codecs that
 * only FLV's numeric ids name.
 */
const struct mpe_codec_row mpe_codec_rows[MPE_CODEC_COUNT] = {
    [MPE_CODEC_NONE] = {"none", 0, 0},
    [MPE_CODEC_OTHER] = {"unknown codec", 0, 0},
    ROW(MPE_CODEC_AVC, 'a', 'v', 'c', '1', 1, "H.264"),
    ROW(MPE_CODEC_HEVC, 'h', 'v', 'c', '1', 1, "HEVC"),
    ROW(MPE_CODEC_VVC, 'v', 'v', 'c', '1', 1, "VVC"),
    ROW(MPE_CODEC_AV1, 'a', 'v', '0', '1', 1, "AV1"),
    ROW(MPE_CODEC_VP8, 'v', 'p', '0', '8', 0, "VP8"),
    ROW(MPE_CODEC_VP9, 'v', 'p', '0', '9', 0, "VP9"),
    ROW(MPE_CODEC_SORENSON_H263, 'F', 'L', 'V', '1', 0, "Sorenson H.263"),
    ROW(MPE_CODEC_SCREEN_VIDEO, 'F', 'S', 'V', '1', 0, "Screen video"),
    ROW(MPE_CODEC_VP6, 'V', 'P', '6', 'F', 0, "VP6"),
    ROW(MPE_CODEC_MPEG4_VIDEO, 'm', 'p', '4', 'v', 0, "MPEG-4 video"),
    ROW(MPE_CODEC_VC1, 'v', 'c', '-', '1', 0, "VC-1"),
    ROW(MPE_CODEC_JPEG, 'j', 'p', 'e', 'g', 0, "JPEG"),
    ROW(MPE_CODEC_AAC, 'm', 'p', '4', 'a', 1, "AAC"),
    ROW(MPE_CODEC_MP3, '.', 'm', 'p', '3', 0, "MP3"),
    ROW(MPE_CODEC_OPUS, 'O', 'p', 'u', 's', 0, "Opus"),
    ROW(MPE_CODEC_AC3, 'a', 'c', '-', '3', 0, "AC-3"),
    ROW(MPE_CODEC_EAC3, 'e', 'c', '-', '3', 0, "E-AC-3"),
    ROW(MPE_CODEC_AC4, 'a', 'c', '-', '4', 0, "AC-4"),
    ROW(MPE_CODEC_FLAC, 'f', 'L', 'a', 'C', 1, "FLAC"),
    ROW(MPE_CODEC_SPEEX, 's', 'p', 'e', 'x', 0, "Speex"),
    ROW(MPE_CODEC_NELLYMOSER, 'n', 'm', 'o', 's', 0, "Nellymoser"),
    ROW(MPE_CODEC_PCM, 'l', 'p', 'c', 'm', 0, "PCM"),
    ROW(MPE_CODEC_ADPCM, 's', 'w', 'f', 'a', 0, "ADPCM"),
    ROW(MPE_CODEC_G711, 'g', '7', '1', '1', 0, "G.711"),
    ROW(MPE_CODEC_DEVICE_SPECIFIC, 'd', 'e', 'v', 's', 0, "device-specific sound"),
};

int32_t mpe_codec_by_fourcc(uint32_t fourcc)
{
    for (int32_t codec = MPE_CODEC_OTHER + 1; codec < MPE_CODEC_COUNT; codec++) {
        if (mpe_codec_rows[codec].fourcc == fourcc)
            return codec;
    }
    return MPE_CODEC_OTHER;
}
