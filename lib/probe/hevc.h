/* Cuts an init segment down to what tells what one track is, before FFmpeg sees it. */
#ifndef MPE_PROBE_PROBE_INIT_H
#define MPE_PROBE_PROBE_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Turns every box of ftyp and moov into 'free' that is not on the way to the sample entry of the track: other tracks,
 * edit lists, metadata, and above all the sample tables, whose counts of four bytes make a demuxer allocate gigabytes.
 * false: the track is not there, or a box does not fit; init is undefined then.
 */
bool mpe_init_reduce(uint8_t *init, size_t len, uint32_t track_id);

/* HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1, and the first SPS in it. */
struct mpe_hevc {
    int32_t profile;
    int32_t level; /* 30 times the level */
    int32_t bit_depth;
    int32_t width_px; /* cropped; 0: hvcC holds no SPS, they come with the pictures */
    int32_t height_px;
};

/*
 * false: the record is cut short, or its SPS cannot be right; hevc is undefined then. Read here because FFmpeg's parser
 * wants VPS and PPS, too, and complains of odd sizes on a log that nothing can turn away from the host.
 */
bool mpe_hevc_read(struct mpe_span record, struct mpe_hevc *hevc);

#endif
