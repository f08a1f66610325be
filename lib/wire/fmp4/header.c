/* The header of fragmented MP4: the manifest of Smooth Streaming, and moov. */
#include <string.h>

#include "wire/fmp4/box.h"
#include "wire/fmp4/reader.h"
#include "wire/fmp4/sample_entry.h"

/* So many tracks of moov may be reported before its end: a bit for each. */
#define MAX_EARLY_TRACKS 32u

/* Tracks of text, metadata and the like that a moov may have beside max_tracks of media. */
#define MAX_OTHER_TRACKS 64u

/* ---- the manifest ---- */

enum mpe_fmp4_outcome mpe_fmp4_manifest_begin(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    const uint64_t bytes = mpe_walk_left(&fmp4->walk);
    if (fmp4->walk.end == MPE_WALK_NO_END)
        return mpe_fmp4_fail(unit, MPE_FMP4_BOX_ENDLESS);
    mpe_walk_forget(&fmp4->walk);
    if (bytes <= (uint64_t)fmp4->tools->limits->max_header_bytes)
        return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_MANIFEST);
    mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of the live server manifest", (int64_t)bytes,
                       fmp4->tools->limits->max_header_bytes);
    return MPE_FMP4_UNIT;
}

static enum mpe_fmp4_outcome read_manifest(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    const struct mpe_span body = {fmp4->smil.bytes, fmp4->smil.len_bytes};
    const enum mpe_manifest_result result =
        mpe_manifest_read(body, fmp4->tools->mem, (uint32_t)fmp4->tools->limits->max_tracks, &fmp4->manifest);
    mpe_gather_free(&fmp4->smil, fmp4->tools->mem);
    fmp4->reported = 0;
    switch (result) {
    case MPE_MANIFEST_OK:
        return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_DECLARED);
    case MPE_MANIFEST_BOMB:
        return mpe_fmp4_fail(unit, MPE_FMP4_MANIFEST_BOMB);
    case MPE_MANIFEST_NO_MEMORY:
        break;
    }
    return mpe_fmp4_no_memory(unit, "the live server manifest", body.len);
}

enum mpe_fmp4_outcome mpe_fmp4_manifest_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint32_t wanted = fmp4->smil.len_bytes + (uint32_t)mpe_walk_left(&fmp4->walk);
    switch (mpe_walk_gather(&fmp4->walk, in, &fmp4->smil, fmp4->tools->mem, wanted)) {
    case MPE_GATHER_MORE:
        return MPE_FMP4_MORE;
    case MPE_GATHER_FULL:
        return read_manifest(fmp4, unit);
    case MPE_GATHER_NO_MEMORY:
        break;
    }
    return mpe_fmp4_no_memory(unit, "the live server manifest", wanted);
}

enum mpe_fmp4_outcome mpe_fmp4_report_declared(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (fmp4->reported == fmp4->manifest.count) {
        mpe_mem_free(fmp4->tools->mem, fmp4->manifest.tracks);
        fmp4->manifest = (struct mpe_manifest){0};
        return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_BOX);
    }
    const struct mpe_manifest_track *const track = &fmp4->manifest.tracks[fmp4->reported++];
    *unit = (struct mpe_unit){.kind = MPE_UNIT_DECLARED, .media = track->media, .track_id = track->track_id};
    if (track->media == MPE_MEDIA_VIDEO)
        unit->declared.video_bps = track->bps;
    else if (track->media == MPE_MEDIA_AUDIO)
        unit->declared.audio_bps = track->bps;
    return MPE_FMP4_UNIT;
}

/* ---- the header: moov ---- */

enum mpe_fmp4_outcome mpe_fmp4_moov_begin(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    struct mpe_walk *const walk = &fmp4->walk;
    struct mpe_cursor head = {walk->head, walk->head + walk->head_len};
    const uint64_t bytes = walk->head_len + mpe_walk_left(walk);
    if (walk->end == MPE_WALK_NO_END)
        return mpe_fmp4_fail(unit, MPE_FMP4_BOX_ENDLESS);
    if (bytes > (uint64_t)fmp4->tools->limits->max_header_bytes) {
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of moov", (int64_t)bytes,
                           fmp4->tools->limits->max_header_bytes);
        return MPE_FMP4_UNIT;
    }
    mpe_gather_free(&fmp4->moov, fmp4->tools->mem);
    if (mpe_gather_take(&fmp4->moov, fmp4->tools->mem, &head, walk->head_len) != MPE_GATHER_FULL)
        return mpe_fmp4_no_memory(unit, "moov", bytes);
    mpe_moov_scan_begin(&fmp4->scan, walk->head_len, (uint32_t)bytes);
    fmp4->reported_early = 0;
    mpe_walk_forget(walk);
    return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_MOOV);
}

/* TRACK, and at the next call HEADER. */
static void report_track(struct mpe_fmp4 *fmp4, const struct mpe_fmp4_track *track, struct mpe_unit *unit)
{
    struct mpe_sample_entry entry;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_TRACK,
                              .media = track->media,
                              .codec = track->codec,
                              .fourcc = track->fourcc,
                              .track_id = track->track_id};
    fmp4->is_header_due = !fmp4->is_header_due;
    if (fmp4->is_header_due || mpe_sample_entry_read(track->stsd, 1, track->media, &entry) != MPE_FMP4_FINE)
        return;
    unit->kind = MPE_UNIT_HEADER;
    unit->data = entry.config;
    unit->entry = entry.facts;
    unit->entry_bps = entry.declared_bps;
}

static enum mpe_fmp4_outcome replace_tracks(struct mpe_fmp4 *fmp4, struct mpe_span moov, uint32_t count,
                                            struct mpe_unit *unit)
{
    const uint32_t room = count + (fmp4->adds_tracks ? fmp4->tracks.count : 0);
    struct mpe_fmp4_tracks tracks;
    if (!mpe_fmp4_tracks_new(&tracks, fmp4->tools->mem, room))
        return mpe_fmp4_no_memory(unit, "the tracks of moov", room * sizeof(*tracks.items));
    tracks.count = count;
    const enum mpe_fmp4_fault fault = mpe_moov_read(moov, tracks.items, count);
    const bool has_tracks = fault == MPE_FMP4_MOOV_NOT_FRAGMENTED || fault == MPE_FMP4_TRAK_TWICE;
    fmp4->moov_fault = (uint8_t)fault;
    if (fault != MPE_FMP4_FINE && !has_tracks) {
        mpe_fmp4_tracks_free(&tracks, fmp4->tools->mem);
        return mpe_fmp4_fail(unit, fault);
    }
    mpe_fmp4_tracks_keep_times(&tracks, &fmp4->tracks);
    if (fmp4->adds_tracks)
        mpe_fmp4_tracks_append(&tracks, &fmp4->tracks);
    fmp4->before = fmp4->tracks;
    fmp4->tracks = tracks;
    fmp4->new_count = count;
    fmp4->has_moov = true;
    fmp4->reported = 0;
    return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_GONE);
}

static enum mpe_fmp4_outcome too_many_tracks(const struct mpe_fmp4 *fmp4, uint32_t count, struct mpe_unit *unit)
{
    mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "tracks of moov", count, fmp4->tools->limits->max_tracks);
    return MPE_FMP4_UNIT;
}

static enum mpe_fmp4_outcome read_moov(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    struct mpe_cursor in = {fmp4->moov.bytes, fmp4->moov.bytes + fmp4->moov.len_bytes};
    struct mpe_box moov;
    uint32_t count;
    if (mpe_box_next(&in, &moov) != MPE_BOX_NEXT)
        return mpe_fmp4_fail(unit, MPE_FMP4_MOOV_BROKEN);
    const enum mpe_fmp4_fault fault = mpe_moov_count(moov.body, &count);
    if (fault != MPE_FMP4_FINE)
        return mpe_fmp4_fail(unit, fault);
    const int64_t max_tracks = fmp4->tools->limits->max_tracks;
    if (count > max_tracks + MAX_OTHER_TRACKS)
        return too_many_tracks(fmp4, count, unit);
    if (replace_tracks(fmp4, moov.body, count, unit) != MPE_FMP4_GO_ON)
        return MPE_FMP4_UNIT;
    const uint32_t media_count = mpe_fmp4_tracks_count_media(&fmp4->tracks);
    if (media_count > max_tracks)
        return too_many_tracks(fmp4, media_count, unit);
    return fmp4->tracks.count > max_tracks + MAX_OTHER_TRACKS ? too_many_tracks(fmp4, fmp4->tracks.count, unit)
                                                              : MPE_FMP4_GO_ON;
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
    if (scan->trak_count > MAX_EARLY_TRACKS || (fmp4->reported_early & bit) != 0 ||
        !mpe_trak_read_cut(trak, &fmp4->early) || fmp4->early.entry == 0 ||
        mpe_moov_has_track(moov, scan->trak_count - 1u, fmp4->early.track_id))
        return false;
    if (fmp4->has_moov && !mpe_fmp4_tracks_have(&fmp4->tracks, &fmp4->early) && !is_added(fmp4))
        return false;
    fmp4->reported_early |= bit;
    return true;
}

enum mpe_fmp4_outcome mpe_fmp4_report_early(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    report_track(fmp4, &fmp4->early, unit);
    mpe_fmp4_go(fmp4, fmp4->is_header_due ? MPE_FMP4_STATE_EARLY : MPE_FMP4_STATE_MOOV);
    return MPE_FMP4_UNIT;
}

enum mpe_fmp4_outcome mpe_fmp4_moov_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit)
{
    uint32_t wanted;
    if (mpe_moov_scan_next(&fmp4->scan, (struct mpe_span){fmp4->moov.bytes, fmp4->moov.len_bytes}, &wanted))
        return is_known_early(fmp4) ? mpe_fmp4_go(fmp4, MPE_FMP4_STATE_EARLY) : MPE_FMP4_GO_ON;
    const uint32_t all = fmp4->scan.ends[0];
    if (fmp4->moov.len_bytes == all)
        return read_moov(fmp4, unit);
    const size_t left = mpe_cursor_left(in);
    const size_t missing = wanted - fmp4->moov.len_bytes;
    struct mpe_cursor piece = {in->at, in->at + (left < missing ? left : missing)};
    if (piece.at == piece.end)
        return MPE_FMP4_MORE;
    const enum mpe_gather_result result = mpe_walk_gather(&fmp4->walk, &piece, &fmp4->moov, fmp4->tools->mem, all);
    in->at = piece.at;
    return result == MPE_GATHER_NO_MEMORY ? mpe_fmp4_no_memory(unit, "moov", all) : MPE_FMP4_GO_ON;
}

enum mpe_fmp4_outcome mpe_fmp4_report_gone(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    while (fmp4->reported < fmp4->before.count) {
        const struct mpe_fmp4_track *const track = &fmp4->before.items[fmp4->reported++];
        if (track->media == MPE_MEDIA_NONE || mpe_fmp4_tracks_have(&fmp4->tracks, track))
            continue;
        *unit = (struct mpe_unit){.kind = MPE_UNIT_TRACK_GONE, .media = track->media, .track_id = track->track_id};
        return MPE_FMP4_UNIT;
    }
    mpe_fmp4_tracks_free(&fmp4->before, fmp4->tools->mem);
    fmp4->reported = 0;
    return mpe_fmp4_go(fmp4, MPE_FMP4_STATE_TRACKS);
}

static enum mpe_fmp4_outcome end_moov(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    if (!mpe_fmp4_tracks_keep_entries(&fmp4->tracks, fmp4->tools->mem, fmp4->new_count))
        return mpe_fmp4_no_memory(unit, "the sample entries of a track", fmp4->moov.len_bytes);
    mpe_gather_free(&fmp4->moov, fmp4->tools->mem);
    if (fmp4->moov_fault != MPE_FMP4_FINE)
        return mpe_fmp4_fail(unit, (enum mpe_fmp4_fault)fmp4->moov_fault);
    mpe_fmp4_go(fmp4, MPE_FMP4_STATE_BOX);
    if (mpe_fmp4_tracks_count_media(&fmp4->tracks) != 0)
        return MPE_FMP4_GO_ON;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_HEADER};
    return MPE_FMP4_UNIT;
}

/* Whether the end of moov reports a track: of a medium that is judged, with one sample entry, and not yet reported. */
static bool is_to_report(const struct mpe_fmp4 *fmp4, uint32_t index)
{
    const struct mpe_fmp4_track *const track = &fmp4->tracks.items[index];
    const bool is_reported = index < MAX_EARLY_TRACKS && (fmp4->reported_early >> index & 1) != 0;
    return track->media != MPE_MEDIA_NONE && track->entry != 0 && !is_reported &&
           mpe_fmp4_track_find(fmp4->tracks.items, index, track->track_id) == NULL;
}

/* For each track of this moov TRACK and then HEADER. */
enum mpe_fmp4_outcome mpe_fmp4_report_tracks(struct mpe_fmp4 *fmp4, struct mpe_unit *unit)
{
    while (fmp4->reported < fmp4->new_count && !is_to_report(fmp4, fmp4->reported))
        fmp4->reported++;
    if (fmp4->reported == fmp4->new_count)
        return end_moov(fmp4, unit);
    report_track(fmp4, &fmp4->tracks.items[fmp4->reported], unit);
    fmp4->reported += !fmp4->is_header_due;
    return MPE_FMP4_UNIT;
}
