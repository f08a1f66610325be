/* What FFmpeg says a header holds. Plain numbers; 0: not known. */
#ifndef MPE_PROBE_STREAMS_H
#define MPE_PROBE_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

struct mpe_stream {
    int32_t width_px; /* displayed: cropped */
    int32_t height_px;
    int32_t frame_rate_mfps; /* declared by the header (VUI), never trusted alone */
    int32_t sample_rate_hz;
    int16_t profile; /* as FFmpeg numbers it */
    int16_t level;   /* AVC: 10 times the level, HEVC: 30 times */
    uint16_t channels;
    uint8_t bit_depth;
    uint8_t chroma;          /* chroma_format_idc + 1: 1 none, 2 4:2:0, 3 4:2:2, 4 4:4:4 */
    bool is_interlaced;      /* video may hold fields in place of frames */
    bool is_adts;            /* the header is that of an ADTS frame, where an AudioSpecificConfig has to be */
    uint8_t aac_object_type; /* 2 LC, 5 HE-AAC v1, 29 HE-AAC v2 */
};

#endif
