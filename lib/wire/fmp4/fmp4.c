#include "wire/fmp4/fmp4.h"

#include <string.h>

#include "mpe.h"
#include "wire/fault.h"
#include "wire/fmp4/box.h"
#include "wire/fmp4/init.h"
#include "wire/fmp4/key_samples.h"
#include "wire/fmp4/manifest.h"
#include "wire/fmp4/moov_scan.h"
#include "wire/fmp4/sample_entry.h"
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
enum state {
    STATE_BOX,        /* at the head of a box */
    STATE_SKIP,       /* in a box that does not matter, or no longer */
    STATE_MEDIA_DATA, /* in a mdat that moov came before */
    STATE_MOOV,       /* gathering moov */
    STATE_EARLY,      /* telling the header of the one track of it that is told */
    STATE_GONE,       /* telling the tracks of the one before that it does not have */
    STATE_TRACKS,     /* telling its tracks */
    STATE_MANIFEST,   /* gathering the manifest */
    STATE_DECLARED,   /* telling its tracks */
    STATE_TRAF        /* in a box of a traf */
};

enum outcome { GO_ON, MORE, UNIT };

/* So many tracks of moov may be told before its end: a bit for each. */
#define MAX_EARLY_TRACKS 32u

/* Tracks of text, metadata and the like that a moov may have beside max_tracks of media. */
#define MAX_OTHER_TRACKS 64u

struct mpe_fmp4 {
    const struct mpe_wire_tools *tools;
    struct mpe_walk walk;
    struct mpe_traf traf;
    struct mpe_fmp4_tracks tracks;
    struct mpe_fmp4_tracks before; /* those of the moov before, until what is gone of them was told */
    struct mpe_gather moov;        /* the box */
    uint32_t new_count;            /* of tracks, the first ones: those of the last moov */
    struct mpe_moov_scan scan;
    struct mpe_fmp4_track early; /* the track whose stsd just ended */
    uint32_t told_early;         /* a bit for each of the first tracks of moov */
    struct mpe_gather smil;
    struct mpe_manifest manifest;
    uint64_t sample_bytes; /* what the samples so far claim to have in mdat, */
    uint64_t media_bytes;  /* and what all mdat so far had */
    uint32_t told;         /* of tracks, of before, or of manifest.tracks */
    struct mpe_key_samples *keys; /* NULL: nobody wants to look into key frames */
    bool track_told; /* its header is to be told */
    bool has_moov;
    bool adds_tracks;   /* a moov adds its tracks to those that came before it in another body */
    bool has_box;       /* one came: the first tells whether this is fragmented MP4 at all */
    bool orphan_told;   /* media before moov is told once */
    uint8_t moov_fault; /* enum mpe_fmp4_fault: to be told behind the tracks of moov */
    uint8_t state;
};

static const uint8_t manifest_type[MPE_BOX_UUID_BYTES] = {0xA5, 0xD4, 0x0B, 0x30, 0xE8, 0x14, 0x11, 0xDD,
                                                          0xBA, 0x2F, 0x08, 0x00, 0x20, 0x0C, 0x9A, 0x66};

struct mpe_fmp4 *mpe_fmp4_new(const struct mpe_wire_tools *tools)
{
    struct mpe_fmp4 *const fmp4 = mpe_mem_new(tools->mem, sizeof *fmp4);
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

static enum outcome go(struct mpe_fmp4 *fmp4, enum state state)
{
    fmp4->state = (uint8_t)state;
    return GO_ON;
}

static enum outcome skip_box(struct mpe_fmp4 *fmp4)
{
    mpe_walk_forget(&fmp4->walk);
    return go(fmp4, STATE_SKIP);
}

static enum outcome fail(struct mpe_unit *unit, enum mpe_fmp4_fault fault)
{
    mpe_fmp4_set_fault(unit, fault);
    return UNIT;
}

static enum outcome no_memory(struct mpe_unit *unit, const char *what, uint64_t bytes)
{
    mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, what, (int64_t)bytes, 0);
    return UNIT;
}

/* ---- the manifest ---- */

static enum outcome begin_manifest(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    const uint64_t bytes = mpe_walk_left(&fmp4->walk);
    if (fmp4->walk.end == MPE_WALK_NO_END)
        return fail(unit, MPE_FMP4_BOX_ENDLESS);
    mpe_walk_forget(&fmp4->walk);
    if (bytes <= (uint64_t)fmp4->tools->limits->max_header_bytes)
        return go(fmp4, STATE_MANIFEST);
    mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of the live server manifest", (int64_t)bytes,
                       fmp4->tools->limits->max_header_bytes);
    return UNIT;
}

static enum outcome read_manifest(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    const struct mpe_span body = {fmp4->smil.bytes, fmp4->smil.len_bytes};
    const enum mpe_manifest_result result =
        mpe_manifest_read(body, fmp4->tools->mem, (uint32_t)fmp4->tools->limits->max_tracks, &fmp4->manifest);
    mpe_gather_free(&fmp4->smil, fmp4->tools->mem);
    fmp4->told = 0;
    switch (result) {
    case MPE_MANIFEST_OK:
        return go(fmp4, STATE_DECLARED);
    case MPE_MANIFEST_BOMB:
        return fail(unit, MPE_FMP4_MANIFEST_BOMB);
    case MPE_MANIFEST_NO_MEMORY:
        break;
    }
    return no_memory(unit, "the live server manifest", body.len);
}

static enum outcome manifest(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint32_t wanted = fmp4->smil.len_bytes + (uint32_t)mpe_walk_left(&fmp4->walk);
    switch (mpe_walk_gather(&fmp4->walk, in, &fmp4->smil, fmp4->tools->mem, wanted)) {
    case MPE_GATHER_MORE:
        return MORE;
    case MPE_GATHER_FULL:
        return read_manifest(fmp4, unit);
    case MPE_GATHER_NO_MEMORY:
        break;
    }
    return no_memory(unit, "the live server manifest", wanted);
}

static enum outcome tell_declared(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (fmp4->told == fmp4->manifest.count) {
        mpe_mem_free(fmp4->tools->mem, fmp4->manifest.tracks);
        fmp4->manifest = (struct mpe_manifest){0};
        return go(fmp4, STATE_BOX);
    }
    const struct mpe_manifest_track *const track = &fmp4->manifest.tracks[fmp4->told++];
    *unit = (struct mpe_unit){.kind = MPE_UNIT_DECLARED, .media = track->media, .track_id = track->track_id};
    if (track->media == MPE_MEDIA_VIDEO)
        unit->declared.video_bps = track->bps;
    else if (track->media == MPE_MEDIA_AUDIO)
        unit->declared.audio_bps = track->bps;
    return UNIT;
}

/* ---- the header: moov ---- */

static enum outcome begin_moov(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    struct mpe_walk *const walk = &fmp4->walk;
    struct mpe_cursor head = {walk->head, walk->head + walk->head_len};
    const uint64_t bytes = walk->head_len + mpe_walk_left(walk);
    if (walk->end == MPE_WALK_NO_END)
        return fail(unit, MPE_FMP4_BOX_ENDLESS);
    if (bytes > (uint64_t)fmp4->tools->limits->max_header_bytes) {
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of moov", (int64_t)bytes,
                           fmp4->tools->limits->max_header_bytes);
        return UNIT;
    }
    mpe_gather_free(&fmp4->moov, fmp4->tools->mem);
    if (mpe_gather_take(&fmp4->moov, fmp4->tools->mem, &head, walk->head_len) != MPE_GATHER_FULL)
        return no_memory(unit, "moov", bytes);
    mpe_moov_scan_begin(&fmp4->scan, walk->head_len, (uint32_t)bytes);
    fmp4->told_early = 0;
    mpe_walk_forget(walk);
    return go(fmp4, STATE_MOOV);
}

/* TRACK, and at the next call HEADER. */
static void tell_track(struct mpe_fmp4 *fmp4, const struct mpe_fmp4_track *track, struct mpe_unit *unit)
{
    struct mpe_sample_entry entry;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_TRACK,
                              .media = track->media,
                              .codec = track->codec,
                              .fourcc = track->fourcc,
                              .track_id = track->track_id};
    fmp4->track_told = !fmp4->track_told;
    if (fmp4->track_told || mpe_sample_entry_read(track->stsd, 1, track->media, &entry) != MPE_FMP4_FINE)
        return;
    unit->kind = MPE_UNIT_HEADER;
    unit->data = entry.config;
    unit->entry = entry.facts;
}

static enum outcome replace_tracks(struct mpe_fmp4 *fmp4, struct mpe_span moov, uint32_t count, struct mpe_unit *unit)
{
    const uint32_t room = count + (fmp4->adds_tracks ? fmp4->tracks.count : 0);
    struct mpe_fmp4_tracks tracks;
    if (!mpe_fmp4_tracks_new(&tracks, fmp4->tools->mem, room))
        return no_memory(unit, "the tracks of moov", room * sizeof(*tracks.items));
    tracks.count = count;
    const enum mpe_fmp4_fault fault = mpe_moov_read(moov, tracks.items, count);
    const bool has_tracks = fault == MPE_FMP4_MOOV_NOT_FRAGMENTED || fault == MPE_FMP4_TRAK_TWICE;
    fmp4->moov_fault = (uint8_t)fault;
    if (fault != MPE_FMP4_FINE && !has_tracks) {
        mpe_fmp4_tracks_free(&tracks, fmp4->tools->mem);
        return fail(unit, fault);
    }
    mpe_fmp4_tracks_keep_times(&tracks, &fmp4->tracks);
    if (fmp4->adds_tracks)
        mpe_fmp4_tracks_append(&tracks, &fmp4->tracks);
    fmp4->before = fmp4->tracks;
    fmp4->tracks = tracks;
    fmp4->new_count = count;
    fmp4->has_moov = true;
    fmp4->told = 0;
    return go(fmp4, STATE_GONE);
}

static enum outcome too_many_tracks(const struct mpe_fmp4 *fmp4, uint32_t count, struct mpe_unit *unit)
{
    mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "tracks of moov", count, fmp4->tools->limits->max_tracks);
    return UNIT;
}

static enum outcome read_moov(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    struct mpe_cursor in = {fmp4->moov.bytes, fmp4->moov.bytes + fmp4->moov.len_bytes};
    struct mpe_box moov;
    uint32_t count;
    if (mpe_box_next(&in, &moov) != MPE_BOX_NEXT)
        return fail(unit, MPE_FMP4_MOOV_BROKEN);
    const enum mpe_fmp4_fault fault = mpe_moov_count(moov.body, &count);
    if (fault != MPE_FMP4_FINE)
        return fail(unit, fault);
    const int64_t max_tracks = fmp4->tools->limits->max_tracks;
    if (count > max_tracks + MAX_OTHER_TRACKS)
        return too_many_tracks(fmp4, count, unit);
    if (replace_tracks(fmp4, moov.body, count, unit) != GO_ON)
        return UNIT;
    const uint32_t media_count = mpe_fmp4_tracks_count_media(&fmp4->tracks);
    if (media_count > max_tracks)
        return too_many_tracks(fmp4, media_count, unit);
    return fmp4->tracks.count > max_tracks + MAX_OTHER_TRACKS ? too_many_tracks(fmp4, fmp4->tracks.count, unit) : GO_ON;
}

static bool is_added(const struct mpe_fmp4 *fmp4)
{
    return fmp4->adds_tracks &&
           mpe_fmp4_track_find(fmp4->tracks.items, fmp4->tracks.count, fmp4->early.track_id) == NULL;
}

/*
 * Whether the track whose stsd just ended is known by it, and nothing that comes later in moov can change that: its id
 * is new in this moov, and of a moov that comes again the track was there before, or is one that it adds.
 */
static bool is_known_early(struct mpe_fmp4 *fmp4)
{
    const struct mpe_moov_scan *const scan = &fmp4->scan;
    const uint32_t bit = (uint32_t)1 << (scan->trak_count - 1u) % MAX_EARLY_TRACKS;
    const struct mpe_span trak = {fmp4->moov.bytes + scan->trak_at, fmp4->moov.len_bytes - scan->trak_at};
    const uint32_t head_bytes = scan->moov_head_bytes;
    const struct mpe_span moov = {fmp4->moov.bytes + head_bytes, fmp4->moov.len_bytes - head_bytes};
    fmp4->early = (struct mpe_fmp4_track){0};
    if (scan->trak_count > MAX_EARLY_TRACKS || (fmp4->told_early & bit) != 0 ||
        !mpe_trak_read_cut(trak, &fmp4->early) || fmp4->early.entry == 0 ||
        mpe_moov_has_track(moov, scan->trak_count - 1u, fmp4->early.track_id))
        return false;
    if (fmp4->has_moov && !mpe_fmp4_tracks_have(&fmp4->tracks, &fmp4->early) && !is_added(fmp4))
        return false;
    fmp4->told_early |= bit;
    return true;
}

static enum outcome tell_early(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    tell_track(fmp4, &fmp4->early, unit);
    go(fmp4, fmp4->track_told ? STATE_EARLY : STATE_MOOV);
    return UNIT;
}

static enum outcome gather_moov(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    uint32_t wanted;
    if (mpe_moov_scan_next(&fmp4->scan, (struct mpe_span){fmp4->moov.bytes, fmp4->moov.len_bytes}, &wanted))
        return is_known_early(fmp4) ? go(fmp4, STATE_EARLY) : GO_ON;
    const uint32_t all = fmp4->scan.ends[0];
    if (fmp4->moov.len_bytes == all)
        return read_moov(fmp4, unit);
    const size_t left = mpe_cursor_left(in);
    const size_t missing = wanted - fmp4->moov.len_bytes;
    struct mpe_cursor piece = {in->at, in->at + (left < missing ? left : missing)};
    if (piece.at == piece.end)
        return MORE;
    const enum mpe_gather_result result = mpe_walk_gather(&fmp4->walk, &piece, &fmp4->moov, fmp4->tools->mem, all);
    in->at = piece.at;
    return result == MPE_GATHER_NO_MEMORY ? no_memory(unit, "moov", all) : GO_ON;
}

static enum outcome tell_gone(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    while (fmp4->told < fmp4->before.count) {
        const struct mpe_fmp4_track *const track = &fmp4->before.items[fmp4->told++];
        if (track->media == MPE_MEDIA_NONE || mpe_fmp4_tracks_have(&fmp4->tracks, track))
            continue;
        *unit = (struct mpe_unit){.kind = MPE_UNIT_TRACK_GONE, .media = track->media, .track_id = track->track_id};
        return UNIT;
    }
    mpe_fmp4_tracks_free(&fmp4->before, fmp4->tools->mem);
    fmp4->told = 0;
    return go(fmp4, STATE_TRACKS);
}

static enum outcome end_moov(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!mpe_fmp4_tracks_keep_entries(&fmp4->tracks, fmp4->tools->mem, fmp4->new_count))
        return no_memory(unit, "the sample entries of a track", fmp4->moov.len_bytes);
    mpe_gather_free(&fmp4->moov, fmp4->tools->mem);
    if (fmp4->moov_fault != MPE_FMP4_FINE)
        return fail(unit, (enum mpe_fmp4_fault)fmp4->moov_fault);
    go(fmp4, STATE_BOX);
    if (mpe_fmp4_tracks_count_media(&fmp4->tracks) != 0)
        return GO_ON;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_HEADER};
    return UNIT;
}

/* Whether a track is told at the end of moov: of a medium that is judged, not yet told, and with one sample entry. */
static bool is_to_tell(const struct mpe_fmp4 *fmp4, uint32_t index)
{
    const struct mpe_fmp4_track *const track = &fmp4->tracks.items[index];
    const bool is_told = index < MAX_EARLY_TRACKS && (fmp4->told_early >> index & 1) != 0;
    return track->media != MPE_MEDIA_NONE && track->entry != 0 && !is_told &&
           mpe_fmp4_track_find(fmp4->tracks.items, index, track->track_id) == NULL;
}

/* For each track of this moov TRACK and then HEADER. */
static enum outcome tell_tracks(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    while (fmp4->told < fmp4->new_count && !is_to_tell(fmp4, fmp4->told))
        fmp4->told++;
    if (fmp4->told == fmp4->new_count)
        return end_moov(fmp4, unit);
    tell_track(fmp4, &fmp4->tracks.items[fmp4->told], unit);
    fmp4->told += !fmp4->track_told;
    return UNIT;
}

/* ---- boxes ---- */

static enum outcome orphan(struct mpe_fmp4 *fmp4, const char *what, struct mpe_unit *unit)
{
    skip_box(fmp4);
    if (fmp4->orphan_told)
        return GO_ON;
    fmp4->orphan_told = true;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_ORPHAN, .fault.what = what};
    return UNIT;
}

static enum outcome begin_moof(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!fmp4->has_moov)
        return orphan(fmp4, "a fragment (moof)", unit);
    if (fmp4->walk.end == MPE_WALK_NO_END)
        return fail(unit, MPE_FMP4_BOX_ENDLESS);
    /* Rates are those of sizes in trun, which come before the bytes: at the next fragment these must be there. */
    if (fmp4->sample_bytes > fmp4->media_bytes)
        return fail(unit, MPE_FMP4_MEDIA_DATA_MISSING);
    if (fmp4->keys != NULL)
        mpe_key_samples_moof(fmp4->keys, fmp4->walk.start);
    mpe_walk_enter(&fmp4->walk);
    return GO_ON;
}

static enum outcome begin_top_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!fmp4->has_box && !mpe_box_may_begin(fmp4->walk.type))
        return fail(unit, MPE_FMP4_BOX_ALIEN);
    fmp4->has_box = true;
    switch (fmp4->walk.type) {
    case MPE_FOURCC('f', 't', 'y', 'p'):
        if (fmp4->walk.end == MPE_WALK_NO_END)
            return fail(unit, MPE_FMP4_BOX_ENDLESS);
        break;
    case MPE_FOURCC('m', 'o', 'o', 'v'):
        return begin_moov(fmp4, unit);
    case MPE_FOURCC('m', 'o', 'o', 'f'):
        return begin_moof(fmp4, unit);
    case MPE_FOURCC('m', 'd', 'a', 't'):
        fmp4->media_bytes += mpe_walk_left(&fmp4->walk);
        if (mpe_walk_left(&fmp4->walk) == 0)
            break;
        return fmp4->has_moov ? go(fmp4, STATE_MEDIA_DATA) : orphan(fmp4, "media data (mdat)", unit);
    case MPE_FOURCC('u', 'u', 'i', 'd'):
        if (memcmp(mpe_walk_user_type(&fmp4->walk), manifest_type, sizeof manifest_type) == 0)
            return begin_manifest(fmp4, unit);
        break;
    default: /* styp, sidx, emsg, prft, free, skip, mfra, meta, udta, pssh: nothing to judge */
        break;
    }
    return skip_box(fmp4);
}

static enum outcome begin_moof_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    switch (fmp4->walk.type) {
    case MPE_FOURCC('t', 'r', 'a', 'f'):
        mpe_traf_begin(&fmp4->traf);
        mpe_walk_enter(&fmp4->walk);
        return GO_ON;
    case MPE_FOURCC('f', 't', 'y', 'p'):
    case MPE_FOURCC('m', 'o', 'o', 'v'):
    case MPE_FOURCC('m', 'o', 'o', 'f'):
    case MPE_FOURCC('m', 'd', 'a', 't'):
        return fail(unit, MPE_FMP4_MOOF_CHILD_ALIEN);
    default: /* mfhd: numbers that repeat after a reconnect, and that nobody judges */
        return skip_box(fmp4);
    }
}

static enum outcome begin_traf_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    enum mpe_fmp4_fault fault = MPE_FMP4_FINE;
    if (mpe_traf_enter_box(&fmp4->traf, &fmp4->walk, &fault))
        return go(fmp4, STATE_TRAF);
    return fault != MPE_FMP4_FINE ? fail(unit, fault) : skip_box(fmp4);
}

static enum outcome begin_box(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
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
    return MORE;
}

static enum outcome close_container(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    enum mpe_fmp4_fault fault = MPE_FMP4_FINE;
    if (fmp4->walk.level == MPE_WALK_TRAF && mpe_traf_end(&fmp4->traf, &fault))
        return go(fmp4, STATE_TRAF);
    if (fault != MPE_FMP4_FINE)
        return fail(unit, fault);
    mpe_walk_leave(&fmp4->walk);
    return GO_ON;
}

static enum outcome next_box(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
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
        return fail(unit, fault);
    }
    return MORE;
}

static enum outcome step_traf(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const struct mpe_traf_context context = {fmp4->tools->mem, fmp4->tools->limits, &fmp4->tracks, &fmp4->walk,
                                             fmp4->keys};
    switch (mpe_traf_step(&fmp4->traf, &context, in, unit)) {
    case MPE_TRAF_MORE:
        return MORE;
    case MPE_TRAF_GO_ON:
        return GO_ON;
    case MPE_TRAF_UNIT:
        fmp4->sample_bytes += unit->size_bytes;
        return UNIT;
    case MPE_TRAF_DONE:
        break;
    case MPE_TRAF_IGNORED:
        mpe_walk_widen(&fmp4->walk);
        break;
    }
    return skip_box(fmp4);
}

/*
 * Its samples were told with moof: here is no more to learn than that it came, maybe long behind moof, and what the
 * encoder says in its key frames.
 */
static enum outcome media_data(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (fmp4->keys != NULL && mpe_key_samples_read(fmp4->keys, &fmp4->walk, in, unit))
        return UNIT;
    if (!mpe_walk_skip(&fmp4->walk, in))
        return MORE;
    go(fmp4, STATE_BOX);
    *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
    return UNIT;
}

static enum outcome run(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)fmp4->state) {
    case STATE_BOX:
        return next_box(fmp4, in, unit);
    case STATE_SKIP:
        return mpe_walk_skip(&fmp4->walk, in) ? go(fmp4, STATE_BOX) : MORE;
    case STATE_MEDIA_DATA:
        return media_data(fmp4, in, unit);
    case STATE_MOOV:
        return gather_moov(fmp4, in, unit);
    case STATE_EARLY:
        return tell_early(fmp4, unit);
    case STATE_GONE:
        return tell_gone(fmp4, unit);
    case STATE_TRACKS:
        return tell_tracks(fmp4, unit);
    case STATE_MANIFEST:
        return manifest(fmp4, in, unit);
    case STATE_DECLARED:
        return tell_declared(fmp4, unit);
    case STATE_TRAF:
        return step_traf(fmp4, in, unit);
    }
    return MORE;
}

bool mpe_fmp4_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum outcome outcome;
    do
        outcome = run(fmp4, in, unit);
    while (outcome == GO_ON);
    return outcome == UNIT;
}

/* ---- the next body ---- */

/* Whether a body that ends here ends with a box. One without a size ends with its body. */
static bool is_at_end_of_box(const struct mpe_fmp4 *fmp4)
{
    if (fmp4->walk.level != MPE_WALK_TOP)
        return false;
    if (fmp4->state == STATE_BOX)
        return fmp4->walk.head_len == 0;
    return fmp4->state != STATE_MOOV && fmp4->state != STATE_MANIFEST && fmp4->walk.end == MPE_WALK_NO_END;
}

bool mpe_fmp4_next_body(struct mpe_fmp4 *fmp4, bool is_complete, struct mpe_unit *unit)
{
    const struct mpe_mem *const mem = fmp4->tools->mem;
    if (is_complete && !is_at_end_of_box(fmp4))
        return fail(unit, MPE_FMP4_BODY_CUT) == UNIT;
    mpe_traf_free(&fmp4->traf, mem);
    mpe_traf_begin(&fmp4->traf);
    mpe_gather_free(&fmp4->moov, mem);
    mpe_gather_free(&fmp4->smil, mem);
    fmp4->walk = (struct mpe_walk){0};
    mpe_walk_begin(&fmp4->walk);
    fmp4->has_box = false;
    fmp4->adds_tracks = true;
    go(fmp4, STATE_BOX);
    return false;
}
