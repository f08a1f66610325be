/* Turns one track's part of a moof into frames, one at a time, as it arrives. */
#include "wire/fmp4/traf.h"

#include <string.h>

#include "mpe.h"
#include "wire/fault.h"
#include "wire/fmp4/box.h"
#include "wire/fmp4/sample_entry.h"

enum state {
    STATE_TFHD,
    STATE_ENTRY,
    STATE_TFDT,
    STATE_TFXD,
    STATE_TRUN,
    STATE_TRUN_HEAD,
    STATE_SAMPLES,
    STATE_HOLD,
    STATE_HELD
};

/* What the time of a traf is. */
enum clock {
    CLOCK_NONE,         /* not known yet */
    CLOCK_PRESENTATION, /* tfxd: that of the first sample, whose composition offset is to be taken off */
    CLOCK_DECODE
};

enum orphan { ORPHAN_UNKNOWN_TRACK = 1, ORPHAN_NO_TREX = 2, ORPHAN_NO_ENTRY = 4 };

/* Of held trun boxes, kept from fragment to fragment: six seconds of 60 pictures with 8 bytes each. */
#define KEPT_BYTES 3072u

/*
 * A trun whose samples have no bytes of their own costs 20 bytes and can name 2^32 of them. Uncompressed sound has so
 * many samples, each of two bytes or more in an mdat: those of a fragment may come before their bytes, no more.
 */
#define MAX_IMPLIED_SAMPLES  100000u
#define IMPLIED_SAMPLE_BYTES 2

static const uint8_t tfxd_type[MPE_BOX_UUID_BYTES] = {0x6D, 0x1D, 0x9B, 0x05, 0x42, 0xD5, 0x44, 0xE6,
                                                      0x80, 0xE2, 0x14, 0x1D, 0xAF, 0xF7, 0x57, 0xB2};

static enum mpe_traf_result fail(struct mpe_unit *unit, enum mpe_fmp4_fault fault)
{
    mpe_fmp4_set_fault(unit, fault);
    return MPE_TRAF_UNIT;
}

void mpe_traf_begin(struct mpe_traf *traf)
{
    *traf = (struct mpe_traf){
        .orphans_reported = traf->orphans_reported, .implied_samples = traf->implied_samples, .held = traf->held};
}

/* ---- boxes ---- */

static bool enter(struct mpe_traf *traf, struct mpe_walk *walk, enum state state)
{
    mpe_walk_forget(walk);
    traf->state = (uint8_t)state;
    return true;
}

static bool enter_tfhd(struct mpe_traf *traf, struct mpe_walk *walk, enum mpe_fmp4_fault *fault)
{
    if (traf->track != NULL)
        *fault = MPE_FMP4_TFHD_TWICE;
    else if (mpe_walk_left(walk) < MPE_TFHD_FIRST_BYTES)
        *fault = MPE_FMP4_TFHD_SHORT;
    else
        return enter(traf, walk, STATE_TFHD);
    return false;
}

static bool enter_trun(struct mpe_traf *traf, struct mpe_walk *walk, enum mpe_fmp4_fault *fault)
{
    if (traf->track == NULL)
        *fault = MPE_FMP4_TFHD_LATE;
    else if (mpe_walk_left(walk) < MPE_TRUN_FIRST_BYTES)
        *fault = MPE_FMP4_TRUN_SHORT;
    else
        return enter(traf, walk, STATE_TRUN);
    return false;
}

static bool enter_time(struct mpe_traf *traf, struct mpe_walk *walk, enum state state, enum mpe_fmp4_fault too_short,
                       enum mpe_fmp4_fault *fault)
{
    if (traf->track == NULL)
        *fault = MPE_FMP4_TFHD_LATE;
    else if (mpe_walk_left(walk) <= MPE_FULL_BOX_BYTES)
        *fault = too_short;
    else
        return traf->clock == CLOCK_NONE && enter(traf, walk, state);
    return false;
}

bool mpe_traf_enter_box(struct mpe_traf *traf, struct mpe_walk *walk, enum mpe_fmp4_fault *fault)
{
    switch (walk->type) {
    case MPE_FOURCC('t', 'f', 'h', 'd'):
        return enter_tfhd(traf, walk, fault);
    case MPE_FOURCC('t', 'f', 'd', 't'):
        return enter_time(traf, walk, STATE_TFDT, MPE_FMP4_TFDT_SHORT, fault);
    case MPE_FOURCC('t', 'r', 'u', 'n'):
        return enter_trun(traf, walk, fault);
    case MPE_FOURCC('u', 'u', 'i', 'd'):
        if (memcmp(mpe_walk_user_type(walk), tfxd_type, sizeof(tfxd_type)) == 0)
            return enter_time(traf, walk, STATE_TFXD, MPE_FMP4_TFXD_SHORT, fault);
        break;
    case MPE_FOURCC('f', 't', 'y', 'p'):
    case MPE_FOURCC('m', 'o', 'o', 'v'):
    case MPE_FOURCC('m', 'o', 'o', 'f'):
    case MPE_FOURCC('m', 'd', 'a', 't'):
    case MPE_FOURCC('t', 'r', 'a', 'f'):
        *fault = MPE_FMP4_TRAF_CHILD_ALIEN;
        break;
    default:
        break;
    }
    return false;
}

/* ---- tfhd ---- */

static enum mpe_traf_result ignore(struct mpe_traf *traf)
{
    traf->ignored = true;
    return MPE_TRAF_IGNORED;
}

static const char *text_of(enum orphan kind)
{
    switch (kind) {
    case ORPHAN_UNKNOWN_TRACK:
        return "a fragment of a track that moov does not describe";
    case ORPHAN_NO_TREX:
        return "a fragment of a track that trex does not know";
    case ORPHAN_NO_ENTRY:
        break;
    }
    return "a fragment of a sample entry that stsd does not have";
}

/* Each kind is reported once in a session. */
static enum mpe_traf_result orphan(struct mpe_traf *traf, uint32_t track_id, enum orphan kind, struct mpe_unit *unit)
{
    traf->ignored = true;
    if ((traf->orphans_reported & kind) != 0)
        return MPE_TRAF_IGNORED;
    traf->orphans_reported |= (uint8_t)kind;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_ORPHAN, .track_id = track_id};
    unit->fault.what = text_of(kind);
    return MPE_TRAF_UNIT;
}

/* Finds the track by the first bytes of tfhd. */
static enum mpe_traf_result find_track(struct mpe_traf *traf, const struct mpe_fmp4_tracks *tracks, uint32_t id,
                                       struct mpe_unit *unit)
{
    struct mpe_fmp4_track *const track = mpe_fmp4_track_find(tracks->items, tracks->count, id);
    if (track == NULL)
        return orphan(traf, id, ORPHAN_UNKNOWN_TRACK, unit);
    if (track->media == MPE_MEDIA_NONE)
        return ignore(traf);
    if (!track->has_trex)
        return orphan(traf, id, ORPHAN_NO_TREX, unit);
    traf->track = track;
    return MPE_TRAF_GO_ON;
}

/* Tells the sample entry that this traf and those after it use: TRACK, and at the next call HEADER. */
static enum mpe_traf_result report_entry(struct mpe_traf *traf, struct mpe_unit *unit)
{
    struct mpe_fmp4_track *const track = traf->track;
    struct mpe_sample_entry entry;
    const enum mpe_fmp4_fault fault = mpe_sample_entry_read(track->stsd, traf->entry, track->media, &entry);
    if (fault != MPE_FMP4_FINE)
        return fail(unit, fault);
    *unit = (struct mpe_unit){.kind = MPE_UNIT_TRACK,
                              .media = track->media,
                              .codec = entry.codec,
                              .fourcc = entry.fourcc,
                              .track_id = track->track_id};
    if (traf->state == STATE_ENTRY) {
        unit->kind = MPE_UNIT_HEADER;
        unit->data = entry.config;
        unit->entry = entry.facts;
        unit->entry_bps = entry.declared_bps;
        track->entry = traf->entry;
    }
    track->fourcc = entry.fourcc;
    track->codec = entry.codec;
    traf->state = STATE_ENTRY;
    return MPE_TRAF_UNIT;
}

/* The sample entry of this traf: where there is one, that; where there are several, index names it, from 1. */
static enum mpe_traf_result use_entry(struct mpe_traf *traf, uint32_t index, struct mpe_unit *unit)
{
    const struct mpe_fmp4_track *const track = traf->track;
    if (track->entry_count == 1)
        return MPE_TRAF_DONE;
    if (index > track->entry_count)
        return orphan(traf, track->track_id, ORPHAN_NO_ENTRY, unit);
    traf->entry = (uint8_t)(index != 0 ? index : 1);
    return traf->entry != track->entry ? report_entry(traf, unit) : MPE_TRAF_DONE;
}

static enum mpe_traf_result report_header(struct mpe_traf *traf, struct mpe_unit *unit)
{
    return traf->entry != traf->track->entry ? report_entry(traf, unit) : MPE_TRAF_DONE;
}

static enum mpe_traf_result tfhd(struct mpe_traf *traf, const struct mpe_traf_context *context, struct mpe_cursor *in,
                                 struct mpe_unit *unit)
{
    struct mpe_walk *const walk = context->walk;
    if (traf->ignored)
        return MPE_TRAF_IGNORED;
    if (!mpe_walk_has(walk, in, MPE_TFHD_FIRST_BYTES))
        return MPE_TRAF_MORE;
    if (traf->track == NULL)
        return find_track(traf, context->tracks, mpe_tfhd_track_id(walk->head), unit);
    const uint32_t bytes = mpe_tfhd_bytes(walk->head);
    if (walk->head_len + mpe_walk_left(walk) < bytes)
        return fail(unit, MPE_FMP4_TFHD_SHORT);
    if (!mpe_walk_has(walk, in, bytes))
        return MPE_TRAF_MORE;
    traf->defaults = traf->track->defaults;
    mpe_tfhd_read(walk->head, &traf->defaults);
    if (context->keys != NULL)
        mpe_key_samples_tfhd(context->keys, walk->head);
    return use_entry(traf, mpe_tfhd_entry(walk->head, traf->track->default_entry), unit);
}

/* ---- samples ---- */

static void end_track(struct mpe_traf *traf)
{
    traf->track->next_dts = traf->time;
}

/* The frame of the next sample of trun, by its entry; traf moves on. */
static enum mpe_traf_result frame(struct mpe_traf *traf, struct mpe_key_samples *keys, const uint8_t *entry,
                                  struct mpe_unit *unit)
{
    const struct mpe_fmp4_track *const track = traf->track;
    const struct mpe_fragment_sample sample = mpe_trun_sample(&traf->trun, &traf->defaults, traf->index++, entry);
    if (traf->clock == CLOCK_PRESENTATION) {
        traf->time -= sample.composition_offset;
        traf->clock = CLOCK_DECODE;
    }
    *unit = (struct mpe_unit){.kind = MPE_UNIT_FRAME,
                              .media = track->media,
                              .codec = track->codec,
                              .fourcc = track->fourcc,
                              .track_id = track->track_id,
                              .size_bytes = sample.size_bytes,
                              .is_complete = true}; /* its bytes lie in mdat, where nobody looks for them */
    unit->key_frame = track->media == MPE_MEDIA_VIDEO && mpe_sample_is_key_frame(sample.flags);
    unit->dts = traf->time;
    unit->duration = sample.duration;
    unit->composition_offset = sample.composition_offset;
    unit->clock = track->clock;
    unit->begins_fragment = !traf->has_samples;
    traf->has_samples = true;
    if (mpe_fragment_time_is_sane(traf->time + (int64_t)sample.duration))
        traf->time += (int64_t)sample.duration;
    if (keys != NULL)
        mpe_key_samples_note(keys, unit);
    return MPE_TRAF_UNIT;
}

static enum mpe_traf_result samples(struct mpe_traf *traf, const struct mpe_traf_context *context,
                                    struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (traf->index == traf->trun.count) {
        end_track(traf);
        return MPE_TRAF_DONE;
    }
    const uint8_t *const entry = mpe_walk_take(context->walk, in, traf->trun.entry_bytes);
    return entry != NULL ? frame(traf, context->keys, entry, unit) : MPE_TRAF_MORE;
}

static void read_trun(const uint8_t *head, struct mpe_trun *trun)
{
    mpe_trun_read_flags(head, trun);
    mpe_trun_read_count(head, trun);
    mpe_trun_read_first_flags(head, trun);
}

/* A small block stays, so that the next fragment allocates nothing. */
static enum mpe_traf_result drop_held(struct mpe_traf *traf, const struct mpe_mem *mem)
{
    if (traf->held.capacity_bytes > KEPT_BYTES)
        mpe_gather_free(&traf->held, mem);
    traf->held.len_bytes = 0;
    end_track(traf);
    return MPE_TRAF_DONE;
}

/* The samples that waited for their time, which is known now. */
static enum mpe_traf_result held(struct mpe_traf *traf, const struct mpe_traf_context *context, struct mpe_unit *unit)
{
    while (traf->index == traf->trun.count) {
        if (traf->held_at == traf->held.len_bytes)
            return drop_held(traf, context->mem);
        read_trun(traf->held.bytes + traf->held_at, &traf->trun);
        if (context->keys != NULL)
            mpe_key_samples_trun(context->keys, traf->held.bytes + traf->held_at);
        traf->held_at += traf->trun.head_bytes;
        traf->index = 0;
    }
    const uint8_t *const entry = traf->held.bytes + traf->held_at;
    traf->held_at += traf->trun.entry_bytes;
    return frame(traf, context->keys, entry, unit);
}

static void begin_held(struct mpe_traf *traf)
{
    traf->held_at = 0;
    traf->index = traf->trun.count = 0;
    traf->state = STATE_HELD;
}

/* ---- trun ---- */

/* Whether the count of samples is refused. */
static bool refuse_count(struct mpe_traf *traf, const struct mpe_walk *walk, uint64_t body_bytes, struct mpe_unit *unit)
{
    const struct mpe_trun *const trun = &traf->trun;
    if ((uint64_t)trun->count * trun->entry_bytes > body_bytes - trun->head_bytes) {
        mpe_fmp4_set_fault(unit, MPE_FMP4_TRUN_SAMPLES);
        return true;
    }
    if (trun->entry_bytes != 0)
        return false;
    traf->implied_samples += trun->count;
    if (traf->implied_samples <= MAX_IMPLIED_SAMPLES + walk->at / IMPLIED_SAMPLE_BYTES)
        return false;
    mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "samples that trun boxes name without a byte for each",
                       (int64_t)traf->implied_samples, MAX_IMPLIED_SAMPLES);
    return true;
}

/* Puts the head of a trun that came before its time to what is held; its samples follow. */
static enum mpe_traf_result begin_hold(struct mpe_traf *traf, const struct mpe_traf_context *context,
                                       struct mpe_unit *unit)
{
    struct mpe_cursor head = {context->walk->head, context->walk->head + traf->trun.head_bytes};
    const uint64_t bytes =
        (uint64_t)traf->held.len_bytes + traf->trun.head_bytes + (uint64_t)traf->trun.count * traf->trun.entry_bytes;
    if (bytes > (uint64_t)context->limits->max_header_bytes) {
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of trun boxes before the time of their fragment",
                           (int64_t)bytes, context->limits->max_header_bytes);
        return MPE_TRAF_UNIT;
    }
    traf->held_at = (uint32_t)bytes; /* to be gathered */
    traf->state = STATE_HOLD;
    if (mpe_gather_take(&traf->held, context->mem, &head, traf->held.len_bytes + traf->trun.head_bytes) ==
        MPE_GATHER_FULL)
        return MPE_TRAF_GO_ON;
    mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "the samples of a fragment", (int64_t)bytes, 0);
    return MPE_TRAF_UNIT;
}

static enum mpe_traf_result hold(struct mpe_traf *traf, const struct mpe_traf_context *context, struct mpe_cursor *in,
                                 struct mpe_unit *unit)
{
    switch (mpe_walk_gather(context->walk, in, &traf->held, context->mem, traf->held_at)) {
    case MPE_GATHER_MORE:
        return MPE_TRAF_MORE;
    case MPE_GATHER_FULL:
        return MPE_TRAF_DONE;
    case MPE_GATHER_NO_MEMORY:
        break;
    }
    mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "the samples of a fragment", traf->held_at, 0);
    return MPE_TRAF_UNIT;
}

static enum mpe_traf_result trun(struct mpe_traf *traf, struct mpe_walk *walk, struct mpe_cursor *in,
                                 struct mpe_unit *unit)
{
    if (!mpe_walk_has(walk, in, MPE_FULL_BOX_BYTES))
        return MPE_TRAF_MORE;
    traf->trun = (struct mpe_trun){0};
    mpe_trun_read_flags(walk->head, &traf->trun);
    const uint64_t body_bytes = walk->head_len + mpe_walk_left(walk);
    if (body_bytes < traf->trun.head_bytes)
        return fail(unit, MPE_FMP4_TRUN_SHORT);
    if (!mpe_walk_has(walk, in, MPE_TRUN_FIRST_BYTES))
        return MPE_TRAF_MORE;
    mpe_trun_read_count(walk->head, &traf->trun);
    if (refuse_count(traf, walk, body_bytes, unit))
        return MPE_TRAF_UNIT;
    traf->state = STATE_TRUN_HEAD;
    return MPE_TRAF_GO_ON;
}

static enum mpe_traf_result trun_head(struct mpe_traf *traf, const struct mpe_traf_context *context,
                                      struct mpe_cursor *in, struct mpe_unit *unit)
{
    struct mpe_walk *const walk = context->walk;
    if (!mpe_walk_has(walk, in, traf->trun.head_bytes))
        return MPE_TRAF_MORE;
    mpe_walk_forget(walk);
    if (traf->clock == CLOCK_NONE)
        return begin_hold(traf, context, unit);
    if (context->keys != NULL)
        mpe_key_samples_trun(context->keys, walk->head);
    mpe_trun_read_first_flags(walk->head, &traf->trun);
    traf->index = 0;
    traf->state = STATE_SAMPLES;
    return MPE_TRAF_GO_ON;
}

/* ---- time ---- */

static enum mpe_traf_result set_time(struct mpe_traf *traf, int64_t time, enum clock clock)
{
    traf->time = time;
    traf->clock = (uint8_t)clock;
    if (traf->held.len_bytes == 0)
        return MPE_TRAF_DONE;
    begin_held(traf);
    return MPE_TRAF_GO_ON;
}

static enum mpe_traf_result tfdt(struct mpe_traf *traf, struct mpe_walk *walk, struct mpe_cursor *in,
                                 struct mpe_unit *unit)
{
    if (!mpe_walk_has(walk, in, 1))
        return MPE_TRAF_MORE;
    const uint32_t bytes = mpe_tfdt_bytes(walk->head);
    if (walk->head_len + mpe_walk_left(walk) < bytes)
        return fail(unit, MPE_FMP4_TFDT_SHORT);
    if (!mpe_walk_has(walk, in, bytes))
        return MPE_TRAF_MORE;
    const int64_t time = mpe_tfdt_time(walk->head, traf->track->next_dts, traf->track->clock.ticks_per_s);
    if (!mpe_fragment_time_is_sane(time))
        return fail(unit, MPE_FMP4_TFDT_FAR);
    return set_time(traf, time, CLOCK_DECODE);
}

static enum mpe_traf_result tfxd(struct mpe_traf *traf, struct mpe_walk *walk, struct mpe_cursor *in,
                                 struct mpe_unit *unit)
{
    if (!mpe_walk_has(walk, in, 1))
        return MPE_TRAF_MORE;
    const uint32_t bytes = mpe_tfxd_bytes(walk->head);
    if (walk->head_len + mpe_walk_left(walk) < bytes)
        return fail(unit, MPE_FMP4_TFXD_SHORT);
    if (!mpe_walk_has(walk, in, bytes))
        return MPE_TRAF_MORE;
    const int64_t time = mpe_tfxd_time(walk->head, traf->track->next_dts);
    if (!mpe_fragment_time_is_sane(time))
        return fail(unit, MPE_FMP4_TFXD_FAR);
    return set_time(traf, time, CLOCK_PRESENTATION);
}

/* ---- all of it ---- */

enum mpe_traf_result mpe_traf_step(struct mpe_traf *traf, const struct mpe_traf_context *context, struct mpe_cursor *in,
                                   struct mpe_unit *unit)
{
    switch ((enum state)traf->state) {
    case STATE_TFHD:
        return tfhd(traf, context, in, unit);
    case STATE_ENTRY:
        return report_header(traf, unit);
    case STATE_TFDT:
        return tfdt(traf, context->walk, in, unit);
    case STATE_TFXD:
        return tfxd(traf, context->walk, in, unit);
    case STATE_TRUN:
        return trun(traf, context->walk, in, unit);
    case STATE_TRUN_HEAD:
        return trun_head(traf, context, in, unit);
    case STATE_SAMPLES:
        return samples(traf, context, in, unit);
    case STATE_HOLD:
        return hold(traf, context, in, unit);
    case STATE_HELD:
        return held(traf, context, unit);
    }
    return MPE_TRAF_DONE;
}

bool mpe_traf_end(struct mpe_traf *traf, enum mpe_fmp4_fault *fault)
{
    if (traf->ignored)
        return false;
    if (traf->track == NULL)
        *fault = MPE_FMP4_TFHD_MISSING;
    else if (traf->held.len_bytes != 0)
        return set_time(traf, traf->track->next_dts, CLOCK_DECODE) == MPE_TRAF_GO_ON;
    return false;
}

void mpe_traf_free(struct mpe_traf *traf, const struct mpe_mem *mem)
{
    mpe_gather_free(&traf->held, mem);
}
