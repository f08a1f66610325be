/* Fragmented MP4: the bodies of HTTP requests, or a file. A walk over boxes that are not all there yet. */
#ifndef MPE_WIRE_FMP4_FMP4_H
#define MPE_WIRE_FMP4_FMP4_H

#include <stdbool.h>

#include "base/bytes.h"
#include "wire/tools.h"
#include "wire/unit.h"

struct mpe_fmp4;
struct mpe_key_frames;

/* NULL: no memory. tools must outlive it; its limits may change between two steps. */
struct mpe_fmp4 *mpe_fmp4_new(const struct mpe_wire_tools *tools);
/* Its key frames are to be looked into as well; keys must outlive it. false: no memory. */
bool mpe_fmp4_read_key_frames(struct mpe_fmp4 *fmp4, struct mpe_key_frames *keys);

void mpe_fmp4_free(struct mpe_fmp4 *fmp4);

/*
 * As mpe_wire_step, offset_bytes left to the caller: it is that of the last byte taken from in. Not to be called again
 * after MPE_UNIT_FAULT.
 *
 * DECLARED     at the end of the manifest, for each track it names: track_id, media (NONE: text), declared, name
 * TRACK_GONE   at the end of moov, for each video and audio track of the moov before that it does not have
 * TRACK, HEADER then, for each video and audio track; data is ftyp and moov as they came. Without such a track one
 *              HEADER of no medium, without data
 * FRAME, FRAME_END at the end of a sample's entry in trun, sample filled; the payload in mdat is skipped. The samples
 *              of a trun that comes before the time of its fragment (ffmpeg's ismv) are held until that time came
 * KEY_FRAME    at the end of a key frame in mdat, where they are read: one of those that FRAME reported before
 * ORPHAN       each of its kinds once in a session; track_id is set where a tfhd names the track
 *
 * A plain MP4 is a fault, after its tracks were reported.
 *
 * Times: tfdt; else tfxd, which names the presentation time of the first sample; else the end of the track's last
 * fragment. They are less than 2^62 + 2^32 ticks from 0.
 */
bool mpe_fmp4_step(struct mpe_fmp4 *fmp4, struct mpe_cursor *in, struct mpe_unit *unit);

/*
 * What follows is the body of another request. is_complete: the one before has ended; else the network cut it, and what
 * was not complete of it is forgotten. Tracks stay known; from here on a moov adds to them, and takes the place of
 * those whose ids it has. true: unit is a fault, the body before ended in a box.
 */
bool mpe_fmp4_next_body(struct mpe_fmp4 *fmp4, bool is_complete, struct mpe_unit *unit);

#endif
