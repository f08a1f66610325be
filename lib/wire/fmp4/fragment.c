/* Decodes the boxes of a traf: tfhd, tfdt, trun, tfxd, ISO/IEC 14496-12 8.8. */
#include "wire/fmp4/fragment.h"

#include "base/bytes.h"
#include "wire/fmp4/box.h"

/*
 *    0       1      4         8              16                20         24         28         32
 *   +-------+------+---------+--------------+-----------------+----------+----------+----------+
 *   |version|flags |track id |base data     |sample           |default   |default   |default   |
 *   |u8     |u24   |u32      |offset u64    |description index|duration  |size      |flags     |
 *   +-------+------+---------+--------------+-----------------+----------+----------+----------+
 *    flag:                    0x01           0x02              0x08       0x10       0x20
 *    Each of the last five is there only with its flag.
 */
enum {
    TFHD_BASE_DATA_OFFSET = 0x01,
    TFHD_DESCRIPTION_INDEX = 0x02,
    TFHD_DURATION = 0x08,
    TFHD_SIZE = 0x10,
    TFHD_FLAGS = 0x20,
    TFHD_BASE_IS_MOOF = 0x20000
};

static uint32_t bytes_if(uint32_t flags, uint32_t flag, uint32_t bytes)
{
    return (flags & flag) != 0 ? bytes : 0;
}

uint32_t mpe_tfhd_bytes(const uint8_t *tfhd)
{
    const uint32_t flags = mpe_load_be24(tfhd + 1);
    return MPE_TFHD_FIRST_BYTES + bytes_if(flags, TFHD_BASE_DATA_OFFSET, 8) +
           bytes_if(flags, TFHD_DESCRIPTION_INDEX, 4) + bytes_if(flags, TFHD_DURATION, 4) +
           bytes_if(flags, TFHD_SIZE, 4) + bytes_if(flags, TFHD_FLAGS, 4);
}

uint32_t mpe_tfhd_track_id(const uint8_t *tfhd)
{
    return mpe_load_be32(tfhd + MPE_FULL_BOX_BYTES);
}

uint64_t mpe_tfhd_base(const uint8_t *tfhd, uint64_t moof_at, uint64_t end_of_data)
{
    const uint32_t flags = mpe_load_be24(tfhd + 1);
    if ((flags & TFHD_BASE_DATA_OFFSET) != 0)
        return mpe_load_be64(tfhd + MPE_TFHD_FIRST_BYTES);
    return (flags & TFHD_BASE_IS_MOOF) != 0 ? moof_at : end_of_data;
}

uint32_t mpe_tfhd_entry(const uint8_t *tfhd, uint32_t otherwise)
{
    const uint32_t flags = mpe_load_be24(tfhd + 1);
    const uint8_t *at = tfhd + MPE_TFHD_FIRST_BYTES + bytes_if(flags, TFHD_BASE_DATA_OFFSET, 8);
    mpe_fragment_field(&at, flags, TFHD_DESCRIPTION_INDEX, &otherwise);
    return otherwise;
}

void mpe_tfhd_read(const uint8_t *tfhd, struct mpe_sample_defaults *defaults)
{
    const uint32_t flags = mpe_load_be24(tfhd + 1);
    const uint8_t *at = tfhd + MPE_TFHD_FIRST_BYTES + bytes_if(flags, TFHD_BASE_DATA_OFFSET, 8) +
                        bytes_if(flags, TFHD_DESCRIPTION_INDEX, 4);
    mpe_fragment_field(&at, flags, TFHD_DURATION, &defaults->duration);
    mpe_fragment_field(&at, flags, TFHD_SIZE, &defaults->size_bytes);
    mpe_fragment_field(&at, flags, TFHD_FLAGS, &defaults->flags);
}

/*
 *    0       1      4                     8 (12)
 *   +-------+------+---------------------+
 *   |version|flags |time of the first    |
 *   |u8     |u24   |sample u32, 1: u64   |
 *   +-------+------+---------------------+
 */
uint32_t mpe_tfdt_bytes(const uint8_t *tfdt)
{
    return MPE_FULL_BOX_BYTES + (tfdt[0] == 0 ? 4 : 8);
}

/* Of the times that 32 bits can mean, the one nearest to expected. */
static int64_t unwrap(uint32_t time, int64_t expected)
{
    const uint32_t ahead = time - (uint32_t)expected;
    return ahead < 0x80000000u ? expected + (int64_t)ahead : expected - (int64_t)(0 - ahead);
}

int64_t mpe_tfdt_time(const uint8_t *tfdt, int64_t expected, uint32_t timescale)
{
    const uint8_t *const time = tfdt + MPE_FULL_BOX_BYTES;
    const int64_t minute = (int64_t)timescale * 60;
    if (tfdt[0] != 0)
        return (int64_t)mpe_load_be64(time);
    const int64_t ticks = mpe_load_be32(time);
    const int64_t near = unwrap((uint32_t)ticks, expected);
    return near > ticks && near >= expected - minute && near <= expected + minute ? near : ticks;
}

/* As tfdt, with the duration of the fragment in as many bytes after the time. */
uint32_t mpe_tfxd_bytes(const uint8_t *tfxd)
{
    return MPE_FULL_BOX_BYTES + (tfxd[0] == 0 ? 4 : 8);
}

int64_t mpe_tfxd_time(const uint8_t *tfxd, int64_t expected)
{
    const uint8_t *const time = tfxd + MPE_FULL_BOX_BYTES;
    if (tfxd[0] != 0)
        return (int64_t)mpe_load_be64(time);
    return unwrap(mpe_load_be32(time), expected);
}

void mpe_trun_read_flags(const uint8_t *trun_bytes, struct mpe_trun *trun)
{
    const uint32_t flags = mpe_load_be24(trun_bytes + 1);
    trun->flags = flags;
    trun->head_bytes = (uint8_t)(MPE_TRUN_FIRST_BYTES + bytes_if(flags, MPE_TRUN_DATA_OFFSET, 4) +
                                 bytes_if(flags, MPE_TRUN_FIRST_FLAGS, 4));
    trun->entry_bytes = (uint8_t)(bytes_if(flags, MPE_TRUN_DURATION, 4) + bytes_if(flags, MPE_TRUN_SIZE, 4) +
                                  bytes_if(flags, MPE_TRUN_FLAGS, 4) + bytes_if(flags, MPE_TRUN_COMPOSITION_OFFSET, 4));
}

void mpe_trun_read_count(const uint8_t *trun_bytes, struct mpe_trun *trun)
{
    trun->count = mpe_load_be32(trun_bytes + MPE_FULL_BOX_BYTES);
}

void mpe_trun_read_first_flags(const uint8_t *trun_bytes, struct mpe_trun *trun)
{
    if ((trun->flags & MPE_TRUN_FIRST_FLAGS) != 0)
        trun->first_flags = mpe_load_be32(trun_bytes + trun->head_bytes - 4);
}

uint64_t mpe_trun_data_at(const uint8_t *trun_bytes, uint64_t base, uint64_t end_of_data)
{
    if ((mpe_load_be24(trun_bytes + 1) & MPE_TRUN_DATA_OFFSET) == 0)
        return end_of_data;
    return base + (uint64_t)(int64_t)(int32_t)mpe_load_be32(trun_bytes + MPE_TRUN_FIRST_BYTES);
}
