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

/* What hvcC says by itself, ISO/IEC 14496-15 8.3.3.1, and what it takes to make up a picture of the stream. */
struct mpe_hevc {
    int32_t profile;
    int32_t level; /* 30 times the level */
    int32_t bit_depth;
    uint8_t picture[16]; /* the start of an IDR picture, behind its length, for FFmpeg's parser */
    size_t picture_len;  /* 0: hvcC holds no parameter sets, they come with the pictures */
};

/* false: the record is cut short. */
bool mpe_hevc_read(struct mpe_span record, struct mpe_hevc *hevc);

#endif
