/* HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1, and the first SPS in it. */
#ifndef MPE_PROBE_HEVC_H
#define MPE_PROBE_HEVC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct mpe_hevc {
    int32_t profile;
    int32_t level; /* 30 times the level */
    int32_t bit_depth;
    int32_t chroma_format_idc;
    bool is_interlaced; /* its source is, and is not progressive */
    int32_t width_px; /* cropped; 0: hvcC holds no SPS, they come with the pictures */
    int32_t height_px;
};

/*
 * false: the record is cut short, or its SPS cannot be right; hevc is undefined then. Read here because FFmpeg's parser
 * wants VPS and PPS, too, and complains of odd sizes on a log that nothing can turn away from the host.
 */
bool mpe_hevc_read(struct mpe_span record, struct mpe_hevc *hevc);

#endif
