/* moov: the tracks, and what their fragments leave out. */
#ifndef MPE_WIRE_FMP4_INIT_H
#define MPE_WIRE_FMP4_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/clock.h"
#include "wire/fmp4/fmp4_fault.h"

/* Fields that a fragment may leave out: those of trex, then those of tfhd. */
struct mpe_sample_defaults {
    uint32_t duration;
    uint32_t size_bytes;
    uint32_t flags;
};

struct mpe_fmp4_track {
    int64_t next_dts; /* where its last fragment ended, 0 before the first; ticks */
    uint32_t track_id;
    struct mpe_clock clock;
    uint32_t fourcc; /* of the sample entry in use, as codec */
    struct mpe_sample_defaults defaults;
    uint32_t default_entry; /* index of a sample entry, from 1, by trex */
    struct mpe_span stsd;   /* in the moov that was read; not for longer than that is there, but where it is a copy */
    uint8_t media;          /* enum mpe_media; NONE: text, metadata and the like, which are not judged */
    uint8_t codec;          /* enum mpe_codec */
    uint8_t entry_count;    /* of stsd */
    uint8_t entry;          /* in use, index from 1; 0: there are several, and no fragment has used one yet */
    bool has_trex;
    bool owns_stsd; /* it is a copy, see tracks.h */
};

/* How many tracks a moov has. moov: the body of the box. */
enum mpe_fmp4_fault mpe_moov_count(struct mpe_span moov, uint32_t *count);

/*
 * Reads what the track of a trak is when no more of it came than its stsd; track must be zeroed. trak: what is there of
 * the body of the box. false: it has to wait for all of moov.
 */
bool mpe_trak_read_cut(struct mpe_span trak, struct mpe_fmp4_track *track);

/* Whether one of the first count tracks of a moov, which may be cut short after them, has this id. */
bool mpe_moov_has_track(struct mpe_span moov, uint32_t count, uint32_t track_id);

/*
 * Fills tracks, as many as mpe_moov_count said; they must be zeroed. Undefined after a fault, but for
 * MPE_FMP4_MOOV_NOT_FRAGMENTED and MPE_FMP4_TRAK_TWICE.
 */
enum mpe_fmp4_fault mpe_moov_read(struct mpe_span moov, struct mpe_fmp4_track *tracks, uint32_t count);

/* NULL: no such track. */
struct mpe_fmp4_track *mpe_fmp4_track_find(struct mpe_fmp4_track *tracks, uint32_t count, uint32_t track_id);

#endif
