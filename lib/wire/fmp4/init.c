/* Decodes moov: the tracks, and the defaults of their fragments. */
#include "wire/fmp4/init.h"

#include <stddef.h>

#include "mpe.h"
#include "wire/fmp4/box.h"
#include "wire/fmp4/sample_entry.h"

#define TRAK MPE_FOURCC('t', 'r', 'a', 'k')

/* Boxes of the top level, or of fragments: nowhere in moov. */
static bool is_alien(uint32_t type)
{
    switch (type) {
    case MPE_FOURCC('f', 't', 'y', 'p'):
    case MPE_FOURCC('m', 'o', 'o', 'v'):
    case MPE_FOURCC('m', 'o', 'o', 'f'):
    case MPE_FOURCC('t', 'r', 'a', 'f'):
    case MPE_FOURCC('m', 'd', 'a', 't'):
        return true;
    default:
        return false;
    }
}

static bool has_alien(struct mpe_span boxes, uint32_t own)
{
    struct mpe_cursor in = {boxes.bytes, boxes.bytes + boxes.len};
    struct mpe_box box;
    while (mpe_box_next(&in, &box) == MPE_BOX_NEXT) {
        if (box.type == own || is_alien(box.type))
            return true;
    }
    return false;
}

/* A box that must be there. */
static enum mpe_fmp4_fault need(struct mpe_span boxes, uint32_t type, enum mpe_fmp4_fault missing,
                                enum mpe_fmp4_fault broken, struct mpe_span *body)
{
    switch (mpe_box_find(boxes, type, body)) {
    case MPE_BOX_NEXT:
        return MPE_FMP4_FINE;
    case MPE_BOX_END:
        return missing;
    case MPE_BOX_BROKEN:
        break;
    }
    return broken;
}

/*
 *    0       1      4              12 (20)    16 (24)
 *   +-------+------+--------------+----------+- -
 *   |version|flags |creation and  |track id  |
 *   |u8     |u24   |change, u32   |u32       |
 *   +-------+------+(version 1:   +----------+- -
 *                   u64) each
 */
static enum mpe_fmp4_fault tkhd_read(struct mpe_span tkhd, struct mpe_fmp4_track *track)
{
    const size_t at = tkhd.len != 0 && tkhd.bytes[0] == 1 ? 20 : 12;
    if (tkhd.len < at + 4)
        return MPE_FMP4_TKHD_SHORT;
    track->track_id = mpe_load_be32(tkhd.bytes + at);
    return MPE_FMP4_FINE;
}

/* As tkhd, with the timescale (ticks a second) where the track id is there, and the duration after it. */
static enum mpe_fmp4_fault mdhd_read(struct mpe_span mdhd, struct mpe_fmp4_track *track)
{
    const size_t at = mdhd.len != 0 && mdhd.bytes[0] == 1 ? 20 : 12;
    if (mdhd.len < at + 4)
        return MPE_FMP4_MDHD_SHORT;
    const uint32_t timescale = mpe_load_be32(mdhd.bytes + at);
    if (timescale == 0)
        return MPE_FMP4_MDHD_TIMESCALE;
    track->clock = mpe_clock_of_fmp4(timescale);
    return MPE_FMP4_FINE;
}

/*
 *    0             4           8             12
 *   +-------------+-----------+-------------+- -
 *   |version,flags|predefined |handler type |
 *   |             |u32        |FourCC       |
 *   +-------------+-----------+-------------+- -
 */
static enum mpe_fmp4_fault hdlr_read(struct mpe_span hdlr, struct mpe_fmp4_track *track)
{
    if (hdlr.len < 12)
        return MPE_FMP4_HDLR_SHORT;
    const uint32_t handler = mpe_load_be32(hdlr.bytes + 8);
    if (handler == MPE_FOURCC('v', 'i', 'd', 'e'))
        track->media = MPE_MEDIA_VIDEO;
    else if (handler == MPE_FOURCC('s', 'o', 'u', 'n'))
        track->media = MPE_MEDIA_AUDIO;
    return MPE_FMP4_FINE;
}

/* stts: version and flags, count of entries u32, entries. */
static bool has_samples(struct mpe_span stbl)
{
    struct mpe_span stts;
    return mpe_box_find(stbl, MPE_FOURCC('s', 't', 't', 's'), &stts) == MPE_BOX_NEXT && stts.len >= 8 &&
           mpe_load_be32(stts.bytes + 4) != 0;
}

/* One entry is that of all fragments; of several, each fragment names its own. */
static enum mpe_fmp4_fault stsd_read(struct mpe_span stsd, struct mpe_fmp4_track *track)
{
    struct mpe_sample_entry entry;
    uint32_t count;
    enum mpe_fmp4_fault fault = mpe_stsd_count(stsd, &count);
    track->stsd = stsd;
    track->entry_count = (uint8_t)count;
    if (fault != MPE_FMP4_FINE || count != 1)
        return fault;
    fault = mpe_sample_entry_read(stsd, 1, track->media, &entry);
    if (fault != MPE_FMP4_FINE)
        return fault;
    track->entry = 1;
    track->fourcc = entry.fourcc;
    track->codec = entry.codec;
    return MPE_FMP4_FINE;
}

static enum mpe_fmp4_fault minf_read(struct mpe_span minf, struct mpe_fmp4_track *track, bool *plain)
{
    struct mpe_span stbl;
    struct mpe_span stsd;
    enum mpe_fmp4_fault fault =
        need(minf, MPE_FOURCC('s', 't', 'b', 'l'), MPE_FMP4_STBL_MISSING, MPE_FMP4_MINF_BROKEN, &stbl);
    if (fault == MPE_FMP4_FINE)
        fault = need(stbl, MPE_FOURCC('s', 't', 's', 'd'), MPE_FMP4_STSD_MISSING, MPE_FMP4_STBL_BROKEN, &stsd);
    if (fault == MPE_FMP4_FINE)
        fault = stsd_read(stsd, track);
    if (fault == MPE_FMP4_FINE)
        *plain |= has_samples(stbl);
    return fault;
}

static enum mpe_fmp4_fault mdia_read(struct mpe_span mdia, struct mpe_fmp4_track *track, bool *plain)
{
    struct mpe_span box;
    enum mpe_fmp4_fault fault =
        need(mdia, MPE_FOURCC('h', 'd', 'l', 'r'), MPE_FMP4_HDLR_MISSING, MPE_FMP4_MDIA_BROKEN, &box);
    if (fault == MPE_FMP4_FINE)
        fault = hdlr_read(box, track);
    if (fault != MPE_FMP4_FINE || track->media == MPE_MEDIA_NONE)
        return fault;
    fault = need(mdia, MPE_FOURCC('m', 'd', 'h', 'd'), MPE_FMP4_MDHD_MISSING, MPE_FMP4_MDIA_BROKEN, &box);
    if (fault == MPE_FMP4_FINE)
        fault = mdhd_read(box, track);
    if (fault == MPE_FMP4_FINE)
        fault = need(mdia, MPE_FOURCC('m', 'i', 'n', 'f'), MPE_FMP4_MINF_MISSING, MPE_FMP4_MDIA_BROKEN, &box);
    return fault == MPE_FMP4_FINE ? minf_read(box, track, plain) : fault;
}

static enum mpe_fmp4_fault trak_read(struct mpe_span trak, struct mpe_fmp4_track *track, bool *plain)
{
    struct mpe_span box;
    enum mpe_fmp4_fault fault =
        need(trak, MPE_FOURCC('t', 'k', 'h', 'd'), MPE_FMP4_TKHD_MISSING, MPE_FMP4_TRAK_BROKEN, &box);
    if (fault == MPE_FMP4_FINE && has_alien(trak, TRAK))
        fault = MPE_FMP4_TRAK_CHILD_ALIEN;
    if (fault == MPE_FMP4_FINE)
        fault = tkhd_read(box, track);
    if (fault == MPE_FMP4_FINE)
        fault = need(trak, MPE_FOURCC('m', 'd', 'i', 'a'), MPE_FMP4_MDIA_MISSING, MPE_FMP4_TRAK_BROKEN, &box);
    return fault == MPE_FMP4_FINE ? mdia_read(box, track, plain) : fault;
}

/*
 *    0             4         8                  12                16            20            24
 *   +-------------+---------+------------------+-----------------+-------------+-------------+
 *   |version,flags|track id |sample description|default sample   |default      |default      |
 *   |             |u32      |index u32         |duration u32     |size u32     |flags u32    |
 *   +-------------+---------+------------------+-----------------+-------------+-------------+
 */
static enum mpe_fmp4_fault trex_read(struct mpe_span trex, struct mpe_fmp4_track *tracks, uint32_t count)
{
    if (trex.len < 24)
        return MPE_FMP4_TREX_SHORT;
    struct mpe_fmp4_track *const track = mpe_fmp4_track_find(tracks, count, mpe_load_be32(trex.bytes + 4));
    if (track == NULL)
        return MPE_FMP4_FINE;
    track->has_trex = true;
    track->default_entry = mpe_load_be32(trex.bytes + 8);
    track->defaults = (struct mpe_sample_defaults){.duration = mpe_load_be32(trex.bytes + 12),
                                                   .size_bytes = mpe_load_be32(trex.bytes + 16),
                                                   .flags = mpe_load_be32(trex.bytes + 20)};
    return MPE_FMP4_FINE;
}

static enum mpe_fmp4_fault mvex_read(struct mpe_span mvex, struct mpe_fmp4_track *tracks, uint32_t count)
{
    struct mpe_cursor in = {mvex.bytes, mvex.bytes + mvex.len};
    enum mpe_fmp4_fault fault = MPE_FMP4_FINE;
    enum mpe_box_result result;
    struct mpe_box box;
    while (fault == MPE_FMP4_FINE && (result = mpe_box_next(&in, &box)) != MPE_BOX_END) {
        if (result == MPE_BOX_BROKEN)
            fault = MPE_FMP4_MVEX_BROKEN;
        else if (box.type == MPE_FOURCC('t', 'r', 'e', 'x'))
            fault = trex_read(box.body, tracks, count);
    }
    return fault;
}

enum mpe_fmp4_fault mpe_moov_count(struct mpe_span moov, uint32_t *count)
{
    struct mpe_cursor in = {moov.bytes, moov.bytes + moov.len};
    enum mpe_box_result result;
    struct mpe_box box;
    *count = 0;
    while ((result = mpe_box_next(&in, &box)) == MPE_BOX_NEXT) {
        if (is_alien(box.type))
            return MPE_FMP4_MOOV_CHILD_ALIEN;
        *count += box.type == TRAK;
    }
    return result == MPE_BOX_BROKEN ? MPE_FMP4_MOOV_BROKEN : MPE_FMP4_FINE;
}

enum mpe_fmp4_fault mpe_moov_read(struct mpe_span moov, struct mpe_fmp4_track *tracks, uint32_t count)
{
    struct mpe_cursor in = {moov.bytes, moov.bytes + moov.len};
    struct mpe_box box;
    struct mpe_span mvex;
    uint32_t known = 0;
    bool plain = false;
    bool twice = false;
    while (known < count && mpe_box_next(&in, &box) == MPE_BOX_NEXT) {
        if (box.type != TRAK)
            continue;
        const enum mpe_fmp4_fault fault = trak_read(box.body, &tracks[known], &plain);
        if (fault != MPE_FMP4_FINE)
            return fault;
        twice |= mpe_fmp4_track_find(tracks, known, tracks[known].track_id) != NULL;
        known++;
    }
    if (twice)
        return MPE_FMP4_TRAK_TWICE;
    if (mpe_box_find(moov, MPE_FOURCC('m', 'v', 'e', 'x'), &mvex) == MPE_BOX_NEXT)
        return mvex_read(mvex, tracks, count);
    return plain ? MPE_FMP4_MOOV_NOT_FRAGMENTED : MPE_FMP4_FINE;
}

static bool find_way(struct mpe_span boxes, const uint32_t *way, size_t steps, struct mpe_span *body)
{
    for (size_t i = 0; i < steps; i++) {
        if (!mpe_box_find_cut(boxes, way[i], &boxes))
            return false;
    }
    *body = boxes;
    return true;
}

bool mpe_trak_read_cut(struct mpe_span trak, struct mpe_fmp4_track *track)
{
    static const uint32_t way[] = {MPE_FOURCC('m', 'i', 'n', 'f'), MPE_FOURCC('s', 't', 'b', 'l'),
                                   MPE_FOURCC('s', 't', 's', 'd')};
    struct mpe_span tkhd;
    struct mpe_span mdia;
    struct mpe_span mdhd;
    struct mpe_span hdlr;
    struct mpe_span stsd;
    return mpe_box_find_cut(trak, MPE_FOURCC('t', 'k', 'h', 'd'), &tkhd) &&
           mpe_box_find_cut(trak, MPE_FOURCC('m', 'd', 'i', 'a'), &mdia) &&
           mpe_box_find_cut(mdia, MPE_FOURCC('m', 'd', 'h', 'd'), &mdhd) &&
           mpe_box_find_cut(mdia, MPE_FOURCC('h', 'd', 'l', 'r'), &hdlr) &&
           find_way(mdia, way, sizeof(way) / sizeof(way[0]), &stsd) && tkhd_read(tkhd, track) == MPE_FMP4_FINE &&
           mdhd_read(mdhd, track) == MPE_FMP4_FINE && hdlr_read(hdlr, track) == MPE_FMP4_FINE &&
           track->media != MPE_MEDIA_NONE && stsd_read(stsd, track) == MPE_FMP4_FINE;
}

bool mpe_moov_has_track(struct mpe_span moov, uint32_t count, uint32_t track_id)
{
    struct mpe_cursor in = {moov.bytes, moov.bytes + moov.len};
    struct mpe_box box;
    struct mpe_span tkhd;
    while (count != 0 && mpe_box_next(&in, &box) == MPE_BOX_NEXT) {
        struct mpe_fmp4_track track = {0};
        if (box.type != TRAK)
            continue;
        count--;
        if (mpe_box_find_cut(box.body, MPE_FOURCC('t', 'k', 'h', 'd'), &tkhd) &&
            tkhd_read(tkhd, &track) == MPE_FMP4_FINE && track.track_id == track_id)
            return true;
    }
    return false;
}

struct mpe_fmp4_track *mpe_fmp4_track_find(struct mpe_fmp4_track *tracks, uint32_t count, uint32_t track_id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (tracks[i].track_id == track_id)
            return &tracks[i];
    }
    return NULL;
}
