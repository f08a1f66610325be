/* A look at moov while it arrives: where the sample entries of a track end, which say what it is. */
#ifndef MPE_WIRE_FMP4_MOOV_SCAN_H
#define MPE_WIRE_FMP4_MOOV_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* moov, trak, mdia, minf, stbl */
#define MPE_MOOV_SCAN_LEVELS 5

struct mpe_moov_scan {
    uint32_t at;                         /* of the next box, as all of these from the first byte of moov */
    uint32_t ends[MPE_MOOV_SCAN_LEVELS]; /* of the open containers */
    uint32_t trak_at;                    /* of the body of the open trak */
    uint8_t moov_head_bytes;
    uint8_t level;      /* of the innermost */
    uint8_t trak_count; /* of those that began, the open one too; no more than 255 */
    bool is_over;       /* a box does not fit: moov is judged when it is all there */
};

/* moov_bytes: its size. scan must be zeroed. */
void mpe_moov_scan_begin(struct mpe_moov_scan *scan, uint32_t head_bytes, uint32_t moov_bytes);

/*
 * Goes on over what came of moov. true: its last byte is the last one of a stsd, of the trak whose body begins at
 * trak_at. false: call again with *wanted_bytes of it, or with all of it.
 */
bool mpe_moov_scan_next(struct mpe_moov_scan *scan, struct mpe_span moov, uint32_t *wanted_bytes);

#endif
