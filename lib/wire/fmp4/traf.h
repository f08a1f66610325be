/* One track's part of a moof: turns the entries of trun into frames, one at a time, as they arrive. */
#ifndef MPE_WIRE_FMP4_TRAF_H
#define MPE_WIRE_FMP4_TRAF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "limits/limits.h"
#include "wire/fmp4/fragment.h"
#include "wire/fmp4/init.h"
#include "wire/fmp4/key_samples.h"
#include "wire/fmp4/tracks.h"
#include "wire/fmp4/walk.h"
#include "wire/gather.h"
#include "wire/unit.h"

/* A zeroed one is ready. All fields are private to traf.c; the last three outlive a traf. */
struct mpe_traf {
    struct mpe_fmp4_track *track; /* NULL: no tfhd yet */
    struct mpe_sample_defaults defaults;
    int64_t time; /* of the next sample, ticks */
    struct mpe_trun trun;
    uint32_t index;   /* of the next sample of trun */
    uint32_t held_at; /* of the next byte to be read from held */
    uint8_t state;    /* enum state of traf.c */
    uint8_t clock;    /* enum clock of traf.c: what time says */
    bool ignored;     /* nothing of this traf matters */
    bool has_samples; /* one was reported */
    uint8_t entry;    /* the sample entry to be reported, index from 1 */

    uint8_t orphans_reported;
    uint64_t implied_samples; /* of all trun without a byte for each sample */
    struct mpe_gather held;   /* trun boxes, without their heads, that came before the time of the traf */
};

/* What a traf needs of its surroundings. */
struct mpe_traf_context {
    const struct mpe_mem *mem;
    const struct mpe_limits *limits;
    const struct mpe_fmp4_tracks *tracks;
    struct mpe_walk *walk;
    struct mpe_key_samples *keys; /* NULL: nobody wants to know where key frames lie */
};

enum mpe_traf_result {
    MPE_TRAF_MORE = 0, /* all of in was read, more is needed */
    MPE_TRAF_GO_ON,    /* call again */
    MPE_TRAF_UNIT,     /* unit is filled, call again */
    MPE_TRAF_DONE,     /* with the box; what is left of it is to be skipped */
    MPE_TRAF_IGNORED   /* what is left of the traf is to be skipped */
};

/* A traf begins. */
void mpe_traf_begin(struct mpe_traf *traf);

/* A box in it, whose head was just read. true: mpe_traf_step reads it. false: it is none that matters, or fault. */
bool mpe_traf_enter_box(struct mpe_traf *traf, struct mpe_walk *walk, enum mpe_fmp4_fault *fault);

enum mpe_traf_result mpe_traf_step(struct mpe_traf *traf, const struct mpe_traf_context *context, struct mpe_cursor *in,
                                   struct mpe_unit *unit);

/* The traf ended. true: call mpe_traf_step for frames that waited for their time, then this again. Or fault. */
bool mpe_traf_end(struct mpe_traf *traf, enum mpe_fmp4_fault *fault);

void mpe_traf_free(struct mpe_traf *traf, const struct mpe_mem *mem);

#endif
