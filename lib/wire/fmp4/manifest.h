/* The Live Server Manifest: SMIL in a uuid box before moov, in which Smooth Streaming encoders declare their tracks. */
#ifndef MPE_WIRE_FMP4_MANIFEST_H
#define MPE_WIRE_FMP4_MANIFEST_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"

struct mpe_manifest_track {
    int64_t bps; /* systemBitrate; 0: not declared */
    uint32_t track_id;
    uint8_t media; /* enum mpe_media; NONE: a text stream */
};

struct mpe_manifest {
    struct mpe_manifest_track *tracks; /* from mem; to be given back with mpe_mem_free */
    uint32_t count;
};

enum mpe_manifest_result {
    MPE_MANIFEST_OK = 0,
    MPE_MANIFEST_BOMB, /* declarations of a document type in it, or elements nested deeper than any manifest needs */
    MPE_MANIFEST_NO_MEMORY
};

/*
 * Reads the body of the box after its user type: version and flags, then the document in UTF-8 or UTF-16, with or
 * without byte order mark. Tracks without an id are left out, and those beyond max_tracks. A document that is not
 * well-formed gives the tracks before its fault: it is not needed to judge a stream, and some end with a zero byte.
 * manifest is filled in every case; uses expat's allocator while it runs.
 */
enum mpe_manifest_result mpe_manifest_read(struct mpe_span body, const struct mpe_mem *mem, uint32_t max_tracks,
                                           struct mpe_manifest *manifest);

#endif
