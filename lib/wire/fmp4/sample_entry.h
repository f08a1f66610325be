/* stsd: the sample entries of a track, as pure decoders: which codec, its decoder configuration, sizes and rates. */
#ifndef MPE_WIRE_FMP4_SAMPLE_ENTRY_H
#define MPE_WIRE_FMP4_SAMPLE_ENTRY_H

#include <stdint.h>

#include "base/bytes.h"
#include "wire/fmp4/fmp4_fault.h"
#include "wire/unit.h"

/* An encoder that switches has a handful. */
#define MPE_MAX_SAMPLE_ENTRIES 32u

struct mpe_sample_entry {
    uint32_t fourcc; /* of an encrypted entry the original format */
    uint8_t codec;   /* enum mpe_codec */
    /* AVC and HEVC: the record in avcC or hvcC; AAC: AudioSpecificConfig. Empty: there is none, or it is of another. */
    struct mpe_span config;
    struct mpe_sample_facts facts;
    int64_t declared_bps; /* the average of btrt; 0: it has none */
};

/* How many entries a stsd has, at least 1. stsd: the body of the box. */
enum mpe_fmp4_fault mpe_stsd_count(struct mpe_span stsd, uint32_t *count);

/*
 * Reads one entry. index: from 1, as a fragment names it, up to the count of mpe_stsd_count; media: enum mpe_media,
 * video or audio. entry points into stsd.
 */
enum mpe_fmp4_fault mpe_sample_entry_read(struct mpe_span stsd, uint32_t index, uint8_t media,
                                          struct mpe_sample_entry *entry);

#endif
