/* The inside of the reader of fragmented MP4: its states, which fmp4.c runs, and those of its header in header.c. */
#ifndef MPE_WIRE_FMP4_READER_H
#define MPE_WIRE_FMP4_READER_H

#include "mpe.h"
#include "wire/fault.h"
#include "wire/fmp4/fmp4.h"
#include "wire/fmp4/fmp4_fault.h"
#include "wire/fmp4/init.h"
#include "wire/fmp4/key_samples.h"
#include "wire/fmp4/manifest.h"
#include "wire/fmp4/moov_scan.h"
#include "wire/fmp4/traf.h"
#include "wire/fmp4/walk.h"
#include "wire/gather.h"

/*
 *   +----+---------------+----+ +----------------------------+----+ +----------------------------+----+- -
 *   |ftyp|uuid (manifest)|moov| |moof                        |mdat| |moof                        |mdat|
 *   |    |Smooth only    |    | | traf: tfhd (tfdt) trun uuid|    | | traf: tfhd (tfdt) trun uuid|    |
 *   +----+---------------+----+ +----------------------------+----+ +----------------------------+----+- -
 *    header of every POST        fragments
 */
enum mpe_fmp4_state {
    MPE_FMP4_STATE_BOX,        /* at the head of a box */
    MPE_FMP4_STATE_SKIP,       /* in a box that does not matter, or no longer */
    MPE_FMP4_STATE_MEDIA_DATA, /* in a mdat that moov came before */
    MPE_FMP4_STATE_MOOV,       /* gathering moov */
    MPE_FMP4_STATE_EARLY,      /* reporting the header of the one track of it that is reported */
    MPE_FMP4_STATE_GONE,       /* reporting the tracks of the one before that it does not have */
    MPE_FMP4_STATE_TRACKS,     /* reporting its tracks */
    MPE_FMP4_STATE_MANIFEST,   /* gathering the manifest */
    MPE_FMP4_STATE_DECLARED,   /* reporting its tracks */
    MPE_FMP4_STATE_TRAF        /* in a box of a traf */
};

enum mpe_fmp4_outcome { MPE_FMP4_GO_ON, MPE_FMP4_MORE, MPE_FMP4_UNIT };

struct mpe_fmp4 {
    const struct mpe_wire_tools *tools;
    struct mpe_walk walk;
    struct mpe_traf traf;
    struct mpe_fmp4_tracks tracks;
    struct mpe_fmp4_tracks before; /* those of the moov before, until what is gone of them was reported */
    struct mpe_gather moov;        /* the box */
    uint32_t new_count;            /* of tracks, the first ones: those of the last moov */
    struct mpe_moov_scan scan;
    struct mpe_fmp4_track early; /* the track whose stsd just ended */
    uint32_t reported_early;     /* a bit for each of the first tracks of moov */
    struct mpe_gather smil;
    struct mpe_manifest manifest;
    uint64_t sample_bytes;        /* what the samples so far claim to have in mdat, */
    uint64_t media_bytes;         /* and what all mdat so far had */
    uint32_t reported;            /* of tracks, of before, or of manifest.tracks */
    struct mpe_key_samples *keys; /* NULL: nobody wants to look into key frames */
    bool is_header_due;           /* its header is to be reported */
    bool has_moov;
    bool adds_tracks;        /* a moov adds its tracks to those that came before it in another body */
    bool has_box;            /* one came: the first decides whether this is fragmented MP4 at all */
    bool is_orphan_reported; /* media before moov is reported once */
    uint8_t moov_fault;      /* enum mpe_fmp4_fault: to be reported after the tracks of moov */
    uint8_t state;
};

static inline enum mpe_fmp4_outcome mpe_fmp4_go(struct mpe_fmp4 *fmp4, enum mpe_fmp4_state state)
{
    fmp4->state = (uint8_t)state;
    return MPE_FMP4_GO_ON;
}

static inline enum mpe_fmp4_outcome mpe_fmp4_skip_box(struct mpe_fmp4 *fmp4)
{
    mpe_walk_forget(&fmp4->walk);
    return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_SKIP);
}

static inline enum mpe_fmp4_outcome mpe_fmp4_fail(struct mpe_unit *unit, enum mpe_fmp4_fault fault)
{
    mpe_fmp4_set_fault(unit, fault);
    return MPE_FMP4_UNIT;
}

static inline enum mpe_fmp4_outcome mpe_fmp4_no_memory(struct mpe_unit *unit, const char *what, uint64_t bytes)
{
    mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, what, (int64_t)bytes, 0);
    return MPE_FMP4_UNIT;
}

/* The manifest and moov, each from its first byte to the last unit that it gives. */
enum mpe_fmp4_outcome mpe_fmp4_manifest_begin(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_manifest_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_report_declared(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_moov_begin(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_moov_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_report_early(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_report_gone(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);
enum mpe_fmp4_outcome mpe_fmp4_report_tracks(struct mpe_fmp4 *fmp4, struct mpe_unit *unit);

#endif
