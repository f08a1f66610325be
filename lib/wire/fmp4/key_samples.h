/*
 * Where the key frames of a fragment lie in its media data, so that what is wanted of them can be read there. As many
 * as fragments have in practice; those of a fragment with more are not looked at.
 */
#ifndef MPE_WIRE_FMP4_KEY_SAMPLES_H
#define MPE_WIRE_FMP4_KEY_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/fmp4/walk.h"
#include "wire/key_frames.h"
#include "wire/unit.h"

#define MPE_MAX_KEY_SAMPLES 8

struct mpe_key_sample {
    uint32_t offset; /* of its first byte, from that of moof */
    uint32_t size_bytes;
    uint32_t track_id;
    uint8_t codec; /* enum mpe_codec */
};

/* Zeroed but for reader it is ready. All fields are private to key_samples.c. */
struct mpe_key_samples {
    struct mpe_key_frames *reader;
    uint64_t moof_at;    /* index of the first byte of moof, in the stream */
    uint64_t base;       /* of the data of the traf */
    uint64_t data_at;    /* of the next sample's data */
    uint32_t left_bytes; /* of the sample that is read; meaningless without a ticket */
    uint16_t ticket;     /* 0: none is read */
    uint8_t count;
    struct mpe_key_sample items[MPE_MAX_KEY_SAMPLES];
};

/* The order of a moof; samples of all tracks, key frames or not. tfhd, trun: as far as they must be there by then. */
void mpe_key_samples_moof(struct mpe_key_samples *samples, uint64_t moof_at);
void mpe_key_samples_tfhd(struct mpe_key_samples *samples, const uint8_t *tfhd);
void mpe_key_samples_trun(struct mpe_key_samples *samples, const uint8_t *trun);
void mpe_key_samples_note(struct mpe_key_samples *samples, const struct mpe_unit *frame);

/*
 * Goes on in a mdat, up to the end of the next key frame. true: unit is that key frame. false: all of in was read, or
 * the mdat holds no more of them; what is left of it is to be skipped.
 */
bool mpe_key_samples_read(struct mpe_key_samples *samples, struct mpe_walk *walk, struct mpe_cursor *in,
                          struct mpe_unit *unit);

#endif
