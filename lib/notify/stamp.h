/* The time and the id of a notification. */
#ifndef MPE_NOTIFY_STAMP_H
#define MPE_NOTIFY_STAMP_H

#include <stddef.h>
#include <stdint.h>

#define MPE_TIME_TEXT_BYTES 28
#define MPE_ID_TEXT_BYTES   37

/* "2018-01-16T01:57:26.005121Z" (RFC 3339) of microseconds since 1970; years outside 1..9999 give the nearest of these.
 */
void mpe_time_text(int64_t unix_us, char out[MPE_TIME_TEXT_BYTES]);

/* A hash of 128 bits, fed piece by piece (FNV-1a twice, from two starts). Not for adversaries. */
struct mpe_id_hash {
    uint64_t high;
    uint64_t low;
};

struct mpe_id_hash mpe_id_begin(void);
void mpe_id_text(struct mpe_id_hash *hash, const char *text);
void mpe_id_number(struct mpe_id_hash *hash, uint64_t number);

/*
 * The hash in the form of a UUID, version 8 (RFC 9562: the bits mean what the maker says). It is not random: it is as
 * unique as the pieces are.
 */
void mpe_id_end(struct mpe_id_hash hash, char out[MPE_ID_TEXT_BYTES]);

#endif
