/* The ring of notices: numbers of as many bytes as each needs, for most are small or 0. */
#include "notify/records.h"

#include <stddef.h>

/*
 *   +-+------+-+------+---+-+------+
 *   |1|7 bits|1|7 bits|...|0|7 bits|   a number: the lowest bits first, 1: more of them follow
 *   +-+------+-+------+---+-+------+
 *
 * The sign is its lowest bit, so that small negative numbers are short, too.
 */
#define MOST_NUMBER_BYTES 10
#define MOST_RECORD_BYTES 82 /* 4 numbers of 16 bits, 6 of 64, 2 of 32 */

_Static_assert(2 * MOST_RECORD_BYTES <= MPE_RECORDS_BYTES, "health.h promises that 2 can wait");
_Static_assert(MPE_RECORDS_BYTES <= UINT8_MAX, "places in the ring have 8 bits");

/* ---- numbers ---- */

struct packed {
    uint8_t bytes[MOST_RECORD_BYTES];
    uint8_t len;
};

static void put(struct packed *out, int64_t number)
{
    uint64_t bits = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
    for (; bits > 0x7F; bits >>= 7)
        out->bytes[out->len++] = (uint8_t)(bits | 0x80);
    out->bytes[out->len++] = (uint8_t)bits;
}

/* The next byte of the oldest record, which is there no more. */
static uint8_t take_byte(struct mpe_records *records)
{
    const uint8_t byte = records->bytes[records->head];
    records->head = (uint8_t)((records->head + 1) % MPE_RECORDS_BYTES);
    records->used--;
    return byte;
}

static int64_t take(struct mpe_records *records)
{
    uint64_t bits = 0;
    uint8_t byte = 0x80;
    for (unsigned i = 0; i < MOST_NUMBER_BYTES && byte > 0x7F; i++) {
        byte = take_byte(records);
        bits |= (uint64_t)(byte & 0x7F) << (7 * i);
    }
    return (int64_t)(bits >> 1 ^ ((bits & 1) != 0 ? UINT64_MAX : 0));
}

/* ---- records ---- */

static struct packed pack(const struct mpe_record *record)
{
    struct packed out = {.len = 0};
    put(&out, record->kind);
    put(&out, record->track);
    put(&out, record->state | record->severity << 4 | record->flags << 8 | record->media << 14);
    put(&out, record->value);
    put(&out, record->limit);
    put(&out, record->media_us);
    put(&out, record->now_us);
    if (record->state != MPE_NOTICE_HAPPENED) /* of a condition that is all */
        return out;
    put(&out, record->other_track);
    put(&out, record->ticks);
    put(&out, record->other_ticks);
    put(&out, record->duration_ticks);
    put(&out, record->other_duration_ticks);
    return out;
}

static void unpack(struct mpe_records *records, struct mpe_record *record)
{
    *record = (struct mpe_record){.kind = (int16_t)take(records)};
    record->track = (int16_t)take(records);
    const unsigned bits = (unsigned)take(records);
    record->state = bits & 15u;
    record->severity = bits >> 4 & 15u;
    record->flags = bits >> 8 & 63u;
    record->media = bits >> 14 & 3u;
    record->value = take(records);
    record->limit = take(records);
    record->media_us = take(records);
    record->now_us = take(records);
    records->waiting--;
    if (record->state != MPE_NOTICE_HAPPENED)
        return;
    record->other_track = (int16_t)take(records);
    record->ticks = take(records);
    record->other_ticks = take(records);
    record->duration_ticks = (uint32_t)take(records);
    record->other_duration_ticks = (uint32_t)take(records);
}

/* The oldest gives way until there is room for another one. */
static void make_room(struct mpe_records *records, uint8_t len)
{
    while (records->waiting == MPE_RECORDS_MAX || records->used + len > MPE_RECORDS_BYTES) {
        struct mpe_record oldest;
        unpack(records, &oldest);
        records->lost += records->lost < UINT32_MAX;
    }
}

void mpe_records_push(struct mpe_records *records, const struct mpe_record *record)
{
    const struct packed packed = pack(record);
    make_room(records, packed.len);
    for (uint8_t i = 0; i < packed.len; i++)
        records->bytes[(records->head + records->used++) % MPE_RECORDS_BYTES] = packed.bytes[i];
    records->waiting++;
}

bool mpe_records_take(struct mpe_records *records, struct mpe_record *record, uint32_t *lost)
{
    if (records->waiting == 0)
        return false;
    unpack(records, record);
    *lost = records->lost;
    records->lost = 0;
    return true;
}
