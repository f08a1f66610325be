/* Fragmented MP4: boxes in order of their bytes. */
#include "wire/fmp4/fmp4.h"

#include <string.h>

#include "wire/fmp4/box.h"
#include "wire/fmp4/reader.h"

static const uint8_t manifest_type[MPE_BOX_UUID_BYTES] = {0xA5, 0xD4, 0x0B, 0x30, 0xE8, 0x14, 0x11, 0xDD,
                                                          0xBA, 0x2F, 0x08, 0x00, 0x20, 0x0C, 0x9A, 0x66};

struct mpe_fmp4 *mpe_fmp4_new(const struct mpe_wire_tools *tools)
{
    struct mpe_fmp4 *const fmp4 = mpe_mem_new(tools->mem, sizeof(*fmp4));
    if (fmp4 == NULL)
        return NULL;
    fmp4->tools = tools;
    mpe_walk_begin(&fmp4->walk);
    return fmp4;
}

bool mpe_fmp4_read_key_frames(struct mpe_fmp4 *fmp4, struct mpe_key_frames *keys)
{
    fmp4->keys = mpe_mem_new(fmp4->tools->mem, sizeof(*fmp4->keys));
    if (fmp4->keys != NULL)
        fmp4->keys->reader = keys;
    return fmp4->keys != NULL;
}

void mpe_fmp4_free(struct mpe_fmp4 *fmp4)
{
    if (fmp4 == NULL)
        return;
    mpe_traf_free(&fmp4->traf, fmp4->tools->mem);
    mpe_gather_free(&fmp4->moov, fmp4->tools->mem);
    mpe_gather_free(&fmp4->smil, fmp4->tools->mem);
    mpe_mem_free(fmp4->tools->mem, fmp4->manifest.tracks);
    mpe_mem_free(fmp4->tools->mem, fmp4->keys);
    mpe_fmp4_tracks_free(&fmp4->tracks, fmp4->tools->mem);
    mpe_fmp4_tracks_free(&fmp4->before, fmp4->tools->mem);
    mpe_mem_free(fmp4->tools->mem, fmp4);
}

/* ---- boxes ---- */

static enum mpe_fmp4_outcome orphan(struct mpe_fmp4 *fmp4, const char *what, struct mpe_unit *unit)
{
    mpe_fmp4_skip_box(fmp4);
    if (fmp4->is_orphan_reported)
        return MPE_FMP4_GO_ON;
    fmp4->is_orphan_reported = true;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_ORPHAN, .fault.what = what};
    return MPE_FMP4_UNIT;
}

static enum mpe_fmp4_outcome begin_moof(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!fmp4->has_moov)
        return orphan(fmp4, "a fragment (moof)", unit);
    if (fmp4->walk.end == MPE_WALK_NO_END)
        return mpe_fmp4_fail(unit, MPE_FMP4_BOX_ENDLESS);
    /* Rates are those of sizes in trun, which come before the bytes: at the next fragment these must be there. */
    if (fmp4->sample_bytes > fmp4->media_bytes)
        return mpe_fmp4_fail(unit, MPE_FMP4_MEDIA_DATA_MISSING);
    if (fmp4->keys != NULL)
        mpe_key_samples_moof(fmp4->keys, fmp4->walk.start);
    mpe_walk_enter(&fmp4->walk);
    return MPE_FMP4_GO_ON;
}

static enum mpe_fmp4_outcome begin_top_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!fmp4->has_box && !mpe_box_may_begin(fmp4->walk.type))
        return mpe_fmp4_fail(unit, MPE_FMP4_BOX_ALIEN);
    fmp4->has_box = true;
    switch (fmp4->walk.type) {
    case MPE_FOURCC('f', 't', 'y', 'p'):
        if (fmp4->walk.end == MPE_WALK_NO_END)
            return mpe_fmp4_fail(unit, MPE_FMP4_BOX_ENDLESS);
        break;
    case MPE_FOURCC('m', 'o', 'o', 'v'):
        return mpe_fmp4_moov_begin(fmp4, unit);
    case MPE_FOURCC('m', 'o', 'o', 'f'):
        return begin_moof(fmp4, unit);
    case MPE_FOURCC('m', 'd', 'a', 't'):
        fmp4->media_bytes += mpe_walk_left(&fmp4->walk);
        if (mpe_walk_left(&fmp4->walk) == 0)
            break;
        return fmp4->has_moov ? mpe_fmp4_go(fmp4, MPE_FMP4_STATE_MEDIA_DATA) : orphan(fmp4, "media data (mdat)", unit);
    case MPE_FOURCC('u', 'u', 'i', 'd'):
        if (memcmp(mpe_walk_user_type(&fmp4->walk), manifest_type, sizeof(manifest_type)) == 0)
            return mpe_fmp4_manifest_begin(fmp4, unit);
        break;
    default: /* styp, sidx, emsg, prft, free, skip, mfra, meta, udta, pssh: nothing to judge */
        break;
    }
    return mpe_fmp4_skip_box(fmp4);
}

static enum mpe_fmp4_outcome begin_moof_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    switch (fmp4->walk.type) {
    case MPE_FOURCC('t', 'r', 'a', 'f'):
        mpe_traf_begin(&fmp4->traf);
        mpe_walk_enter(&fmp4->walk);
        return MPE_FMP4_GO_ON;
    case MPE_FOURCC('f', 't', 'y', 'p'):
    case MPE_FOURCC('m', 'o', 'o', 'v'):
    case MPE_FOURCC('m', 'o', 'o', 'f'):
    case MPE_FOURCC('m', 'd', 'a', 't'):
        return mpe_fmp4_fail(unit, MPE_FMP4_MOOF_CHILD_ALIEN);
    default: /* mfhd: numbers that repeat after a reconnect, and that nobody judges */
        return mpe_fmp4_skip_box(fmp4);
    }
}

static enum mpe_fmp4_outcome begin_traf_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    enum mpe_fmp4_fault fault = MPE_FMP4_FINE;
    if (mpe_traf_enter_box(&fmp4->traf, &fmp4->walk, &fault))
        return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_TRAF);
    return fault != MPE_FMP4_FINE ? mpe_fmp4_fail(unit, fault) : mpe_fmp4_skip_box(fmp4);
}

static enum mpe_fmp4_outcome begin_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    switch ((enum mpe_walk_level)fmp4->walk.level) {
    case MPE_WALK_TOP:
        return begin_top_box(fmp4, unit);
    case MPE_WALK_MOOF:
        return begin_moof_box(fmp4, unit);
    case MPE_WALK_TRAF:
        return begin_traf_box(fmp4, unit);
    case MPE_WALK_LEVELS:
        break;
    }
    return MPE_FMP4_MORE;
}

static enum mpe_fmp4_outcome close_container(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    enum mpe_fmp4_fault fault = MPE_FMP4_FINE;
    if (fmp4->walk.level == MPE_WALK_TRAF && mpe_traf_end(&fmp4->traf, &fault))
        return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_TRAF);
    if (fault != MPE_FMP4_FINE)
        return mpe_fmp4_fail(unit, fault);
    mpe_walk_leave(&fmp4->walk);
    return MPE_FMP4_GO_ON;
}

static enum mpe_fmp4_outcome next_box(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum mpe_fmp4_fault fault;
    switch (mpe_walk_next(&fmp4->walk, in, &fault)) {
    case MPE_WALK_MORE:
        break;
    case MPE_WALK_BOX:
        return begin_box(fmp4, unit);
    case MPE_WALK_CLOSED:
        return close_container(fmp4, unit);
    case MPE_WALK_FAULT:
        if (!fmp4->has_box && fault == MPE_FMP4_BOX_TYPE)
            fault = MPE_FMP4_BOX_ALIEN;
        return mpe_fmp4_fail(unit, fault);
    }
    return MPE_FMP4_MORE;
}

static enum mpe_fmp4_outcome step_traf(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const struct mpe_traf_context context = {fmp4->tools->mem, fmp4->tools->limits, &fmp4->tracks, &fmp4->walk,
                                             fmp4->keys};
    switch (mpe_traf_step(&fmp4->traf, &context, in, unit)) {
    case MPE_TRAF_MORE:
        return MPE_FMP4_MORE;
    case MPE_TRAF_GO_ON:
        return MPE_FMP4_GO_ON;
    case MPE_TRAF_UNIT:
        fmp4->sample_bytes += unit->size_bytes;
        return MPE_FMP4_UNIT;
    case MPE_TRAF_DONE:
        break;
    case MPE_TRAF_IGNORED:
        mpe_walk_widen(&fmp4->walk);
        break;
    }
    return mpe_fmp4_skip_box(fmp4);
}

/*
 * Its samples were reported with moof: here is no more to learn than that it came, maybe long after moof, and what the
 * encoder says in its key frames.
 */
static enum mpe_fmp4_outcome media_data(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (fmp4->keys != NULL && mpe_key_samples_read(fmp4->keys, &fmp4->walk, in, unit))
        return MPE_FMP4_UNIT;
    if (!mpe_walk_skip(&fmp4->walk, in))
        return MPE_FMP4_MORE;
    mpe_fmp4_go(fmp4, MPE_FMP4_STATE_BOX);
    *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
    return MPE_FMP4_UNIT;
}

static enum mpe_fmp4_outcome run(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum mpe_fmp4_state)fmp4->state) {
    case MPE_FMP4_STATE_BOX:
        return next_box(fmp4, in, unit);
    case MPE_FMP4_STATE_SKIP:
        return mpe_walk_skip(&fmp4->walk, in) ? mpe_fmp4_go(fmp4, MPE_FMP4_STATE_BOX) : MPE_FMP4_MORE;
    case MPE_FMP4_STATE_MEDIA_DATA:
        return media_data(fmp4, in, unit);
    case MPE_FMP4_STATE_MOOV:
        return mpe_fmp4_moov_step(fmp4, in, unit);
    case MPE_FMP4_STATE_EARLY:
        return mpe_fmp4_report_early(fmp4, unit);
    case MPE_FMP4_STATE_GONE:
        return mpe_fmp4_report_gone(fmp4, unit);
    case MPE_FMP4_STATE_TRACKS:
        return mpe_fmp4_report_tracks(fmp4, unit);
    case MPE_FMP4_STATE_MANIFEST:
        return mpe_fmp4_manifest_step(fmp4, in, unit);
    case MPE_FMP4_STATE_DECLARED:
        return mpe_fmp4_report_declared(fmp4, unit);
    case MPE_FMP4_STATE_TRAF:
        return step_traf(fmp4, in, unit);
    }
    return MPE_FMP4_MORE;
}

bool mpe_fmp4_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum mpe_fmp4_outcome outcome;
    do
        outcome = run(fmp4, in, unit);
    while (outcome == MPE_FMP4_GO_ON);
    return outcome == MPE_FMP4_UNIT;
}

/* ---- the next body ---- */

/* Whether a body that ends here ends with a box. One without a size ends with its body. */
static bool is_at_end_of_box(const struct mpe_fmp4 *fmp4)
{
    if (fmp4->walk.level != MPE_WALK_TOP)
        return false;
    if (fmp4->state == MPE_FMP4_STATE_BOX)
        return fmp4->walk.head_len == 0;
    return fmp4->state != MPE_FMP4_STATE_MOOV && fmp4->state != MPE_FMP4_STATE_MANIFEST &&
           fmp4->walk.end == MPE_WALK_NO_END;
}

bool mpe_fmp4_next_body(struct mpe_fmp4 *fmp4, bool is_complete, struct mpe_unit *unit)
{
    const struct mpe_mem *const mem = fmp4->tools->mem;
    if (is_complete && !is_at_end_of_box(fmp4))
        return mpe_fmp4_fail(unit, MPE_FMP4_BODY_CUT) == MPE_FMP4_UNIT;
    mpe_traf_free(&fmp4->traf, mem);
    mpe_traf_begin(&fmp4->traf);
    mpe_gather_free(&fmp4->moov, mem);
    mpe_gather_free(&fmp4->smil, mem);
    fmp4->walk = (struct mpe_walk){0};
    mpe_walk_begin(&fmp4->walk);
    fmp4->has_box = false;
    fmp4->adds_tracks = true;
    mpe_fmp4_go(fmp4, MPE_FMP4_STATE_BOX);
    return false;
}
