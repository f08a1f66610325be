/* The boxes of a traf, as pure decoders: bytes that are all there in, numbers out. */
#ifndef MPE_WIRE_FMP4_FRAGMENT_H
#define MPE_WIRE_FMP4_FRAGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/fmp4/init.h"

/* The next field, 4 bytes, if its flag is set. */
static inline void mpe_fragment_field(const uint8_t **at, uint32_t flags, uint32_t flag, uint32_t *field)
{
    if ((flags & flag) == 0)
        return;
    *field = mpe_load_be32(*at);
    *at += 4;
}

/* ---- tfhd, ISO/IEC 14496-12 8.8.7 ---- */

#define MPE_TFHD_FIRST_BYTES 8u  /* up to the track id */
#define MPE_TFHD_MAX_BYTES   32u /* with all that its flags may announce */

/* The length that the flags in the first 4 bytes announce. */
uint32_t mpe_tfhd_bytes(const uint8_t *tfhd);
uint32_t mpe_tfhd_track_id(const uint8_t *tfhd);

/* The sample_description_index; otherwise where tfhd leaves it out. */
uint32_t mpe_tfhd_entry(const uint8_t *tfhd, uint32_t otherwise);

/*
 * Where the data offsets of the traf count from, as an index in the stream: what tfhd says, else moof_at, else, by the
 * old rule, where the data of the traf before ended, which for the first one is moof_at, too.
 */
uint64_t mpe_tfhd_base(const uint8_t *tfhd, uint64_t moof_at, uint64_t end_of_data);

/* Replaces the defaults that tfhd gives. */
void mpe_tfhd_read(const uint8_t *tfhd, struct mpe_sample_defaults *defaults);

/* ---- tfdt, 8.8.12, and tfxd, the uuid box of Smooth Streaming (MS-SSTR 2.2.4.4) ---- */

#define MPE_TFDT_MAX_BYTES 12u
#define MPE_TFXD_MAX_BYTES 20u

/* By the version, which is the first byte. */
uint32_t mpe_tfdt_bytes(const uint8_t *tfdt);
uint32_t mpe_tfxd_bytes(const uint8_t *tfxd);

/*
 * Ticks. Writers that stay with the 32 bits of version 0 wrap, after 7 minutes at 10 MHz: a time that lies within a
 * minute of expected after a wrap is that one.
 */
int64_t mpe_tfdt_time(const uint8_t *tfdt, int64_t expected, uint32_t timescale);

/*
 * Ticks, signed: the priming of an audio encoder begins before 0. The 32 bits of version 0 wrap: of the times they
 * can mean the one nearest to expected, a sane time, is taken.
 */
int64_t mpe_tfxd_time(const uint8_t *tfxd, int64_t expected);

/* Whether a time is within 2^62 ticks of 0, 146 years of nanoseconds: sums with a 32-bit number cannot overflow. */
static inline bool mpe_fragment_time_is_sane(int64_t ticks)
{
    const int64_t most = (int64_t)1 << 62;
    return -most < ticks && ticks < most;
}

/* ---- trun, 8.8.8 ---- */

/*
 *    0       1      4        8             12                   then, for each sample:
 *   +-------+------+--------+-------------+--------------------+----------+----------+----------+-----------+- -
 *   |version|flags |count   |data offset  |flags of the first  |duration  |size      |flags     |composition|
 *   |u8     |u24   |u32     |u32          |sample u32          |u32       |u32       |u32       |offset, 32 |
 *   +-------+------+--------+-------------+--------------------+----------+----------+----------+-----------+- -
 *    flag:                   0x001         0x004                0x100      0x200      0x400      0x800
 *    The offset is unsigned in version 0, says the standard; those above 2^31 are negative ones in practice.
 */
enum {
    MPE_TRUN_DATA_OFFSET = 0x001,
    MPE_TRUN_FIRST_FLAGS = 0x004,
    MPE_TRUN_DURATION = 0x100,
    MPE_TRUN_SIZE = 0x200,
    MPE_TRUN_FLAGS = 0x400,
    MPE_TRUN_COMPOSITION_OFFSET = 0x800
};

#define MPE_TRUN_FIRST_BYTES 8u  /* up to the count */
#define MPE_TRUN_MAX_BYTES   16u /* without the samples */
#define MPE_TRUN_ENTRY_MAX   16u

struct mpe_trun {
    uint32_t flags;
    uint32_t count;       /* of samples */
    uint32_t first_flags; /* of the first sample, if flags say so */
    uint8_t head_bytes;   /* before the samples */
    uint8_t entry_bytes;  /* of each sample */
};

/* flags, head_bytes and entry_bytes by the first 4 bytes; count by 8; first_flags by head_bytes bytes. */
void mpe_trun_read_flags(const uint8_t *trun_bytes, struct mpe_trun *trun);
void mpe_trun_read_count(const uint8_t *trun_bytes, struct mpe_trun *trun);
void mpe_trun_read_first_flags(const uint8_t *trun_bytes, struct mpe_trun *trun);

/* Where the data of its samples begins, by head_bytes bytes: from base, or where the trun before ended. */
uint64_t mpe_trun_data_at(const uint8_t *trun_bytes, uint64_t base, uint64_t end_of_data);

struct mpe_fragment_sample {
    uint32_t duration;
    uint32_t size_bytes;
    uint32_t flags;
    int32_t composition_offset;
};

/* Sample number index (from 0) by its entry, entry_bytes long. */
static inline struct mpe_fragment_sample mpe_trun_sample(const struct mpe_trun *trun,
                                                         const struct mpe_sample_defaults *defaults, uint32_t index,
                                                         const uint8_t *entry)
{
    const bool is_first = index == 0 && (trun->flags & MPE_TRUN_FIRST_FLAGS) != 0;
    struct mpe_fragment_sample sample = {.duration = defaults->duration,
                                         .size_bytes = defaults->size_bytes,
                                         .flags = is_first ? trun->first_flags : defaults->flags};
    uint32_t composition_offset = 0;
    mpe_fragment_field(&entry, trun->flags, MPE_TRUN_DURATION, &sample.duration);
    mpe_fragment_field(&entry, trun->flags, MPE_TRUN_SIZE, &sample.size_bytes);
    mpe_fragment_field(&entry, trun->flags, MPE_TRUN_FLAGS, &sample.flags);
    mpe_fragment_field(&entry, trun->flags, MPE_TRUN_COMPOSITION_OFFSET, &composition_offset);
    sample.composition_offset = (int32_t)composition_offset;
    return sample;
}

/* By the flags of a sample: neither "is no sync sample" nor "depends on others", as in FFmpeg's demuxer. */
static inline bool mpe_sample_is_key_frame(uint32_t flags)
{
    const uint32_t depends_on_others = 0x01000000;
    const uint32_t is_no_sync_sample = 0x00010000;
    return (flags & (depends_on_others | is_no_sync_sample)) == 0;
}

#endif
