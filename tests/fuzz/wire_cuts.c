/* Feeds the same bytes whole and cut, and compares the hashes of their units. */
#include "wire_cuts.h"

#include <stdbool.h>
#include <string.h>

#include "demux/wire.h"
#include "fuzz.h"
#include "memory.h"
#include "mpe.h"
#include "wire/key_frames.h"

enum { KEPT_RECORDS = 256 };

/* What a unit was, short enough to keep the first of them for the message. */
struct record {
    uint64_t hash;
    uint64_t offset_bytes;
    uint8_t kind;
};

struct unit_log {
    uint64_t hash;
    uint64_t count;
    bool over; /* a fault came */
    struct record records[KEPT_RECORDS];
};

/* 0: whole; 1: byte by byte; others: pieces of 1 to most bytes. */
struct cut {
    size_t most;
    uint64_t random;
};

static uint64_t hash_span(uint64_t hash, struct mpe_span span)
{
    hash = hash_bytes(hash, &span.len, sizeof(span.len));
    return hash_bytes(hash, span.bytes, span.len);
}

#define HASH(field) hash = hash_bytes(hash, &unit->field, sizeof(unit->field))

static uint64_t hash_frame(uint64_t hash, const struct mpe_unit *unit)
{
    HASH(key_frame);
    HASH(dts);
    HASH(dts_nano);
    HASH(duration);
    HASH(composition_offset);
    HASH(size_bytes);
    HASH(clock.ticks_per_s);
    HASH(late);
    return hash;
}

static uint64_t hash_declared(uint64_t hash, const struct mpe_unit *unit)
{
    HASH(declared.video_bps);
    HASH(declared.audio_bps);
    HASH(declared.frame_rate_mfps);
    HASH(declared.has_video);
    HASH(declared.has_audio);
    return hash;
}

static uint64_t hash_fault(uint64_t hash, const struct mpe_unit *unit)
{
    HASH(fault.reason);
    HASH(fault.value);
    HASH(fault.limit);
    return hash_bytes(hash, unit->fault.what, strlen(unit->fault.what));
}

static uint64_t hash_key_frame(uint64_t hash, const struct mpe_unit *unit)
{
    PROMISE(unit->refresh <= MPE_REFRESH_OPEN, "%d", unit->refresh);
    HASH(refresh);
    HASH(has_rasl);
    if (unit->report == NULL)
        return hash;
    const uint32_t frames[] = {unit->report->lagged_frames, unit->report->dropped_frames, unit->report->skipped_frames};
    return hash_bytes(hash, frames, sizeof(frames));
}

static uint64_t hash_details(uint64_t hash, const struct mpe_unit *unit)
{
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_FRAME:
        return hash_frame(hash, unit);
    case MPE_UNIT_FRAME_END:
        HASH(size_bytes);
        return hash;
    case MPE_UNIT_KEY_FRAME:
        return hash_key_frame(hash, unit);
    case MPE_UNIT_CONNECT:
        return hash_span(hash_span(hash, unit->name), unit->url);
    case MPE_UNIT_PUBLISH:
        return hash_span(hash, unit->name);
    case MPE_UNIT_HEADER:
        HASH(entry);
        return hash_span(hash, unit->data);
    case MPE_UNIT_METADATA:
        return hash_declared(hash, unit);
    case MPE_UNIT_DECLARED:
        return hash_declared(hash, unit);
    case MPE_UNIT_FAULT:
        return hash_fault(hash, unit);
    case MPE_UNIT_ORPHAN:
        return hash_bytes(hash, unit->fault.what, strlen(unit->fault.what));
    default:
        return hash;
    }
}

static uint64_t hash_unit(const struct mpe_unit *unit)
{
    uint64_t hash = HASH_SEED;

    HASH(kind);
    HASH(media);
    HASH(codec);
    HASH(fourcc);
    HASH(stream_id);
    HASH(track_id);
    HASH(offset_bytes);
    return hash_details(hash, unit);
}

static void note_one(struct unit_log *log, const struct mpe_unit *unit, uint64_t fed_bytes)
{
    struct record record = {hash_unit(unit), unit->offset_bytes, unit->kind};

    PROMISE(!log->over, "a unit of kind %d after a fault", unit->kind);
    PROMISE(unit->kind > MPE_UNIT_NONE && unit->kind <= MPE_UNIT_FAULT, "%d", unit->kind);
    PROMISE(unit->media <= MPE_MEDIA_AUDIO, "%d", unit->media);
    PROMISE(unit->offset_bytes < fed_bytes, "%llu of %llu", (unsigned long long)unit->offset_bytes,
            (unsigned long long)fed_bytes);
    PROMISE(unit->kind != MPE_UNIT_FRAME || unit->dts_nano <= 999999, "%u", unit->dts_nano);
    if (unit->kind == MPE_UNIT_FAULT) {
        PROMISE(mpe_reason_name(unit->fault.reason)[0] != '\0', "%d", unit->fault.reason);
        PROMISE(unit->fault.what != NULL && unit->fault.what[0] != '\0', "a fault says what");
        log->over = true;
    }
    if (log->count < KEPT_RECORDS)
        log->records[log->count] = record;
    log->count++;
    log->hash = hash_bytes(log->hash, &record.hash, sizeof(record.hash));
}

/* The end of a complete frame is noted as that of any other: only the cut makes them differ. */
static void note(struct unit_log *log, const struct mpe_unit *unit, uint64_t fed_bytes)
{
    struct mpe_unit end = *unit;

    note_one(log, unit, fed_bytes);
    if (unit->kind != MPE_UNIT_FRAME || !unit->is_complete)
        return;
    end.kind = MPE_UNIT_FRAME_END;
    end.key_frame = false;
    end.offset_bytes += unit->tail_bytes;
    note_one(log, &end, fed_bytes);
}

/* Each piece has a block of its own, so that a read beyond it is seen. */
static void feed(struct mpe_wire *wire, const uint8_t *at, size_t len, uint64_t fed_bytes, struct unit_log *log)
{
    uint8_t *piece = malloc(len);
    struct mpe_cursor in = {piece, piece + len};
    struct mpe_unit unit;

    memcpy(piece, at, len);
    while (mpe_wire_step(wire, &in, &unit))
        note(log, &unit, fed_bytes);
    PROMISE(in.at == in.end, "%zu bytes were not read", mpe_cursor_left(&in));
    free(piece);
}

static size_t next_piece(struct cut *cut, size_t left)
{
    size_t len = cut->most == 0 ? left : 1 + random_next(&cut->random) % cut->most;

    return len < left ? len : left;
}

static void walk(const uint8_t *bytes, size_t len, int32_t protocol, size_t whole_bytes, struct cut cut,
                 struct unit_log *log)
{
    struct memory memory = {0};
    struct mpe_mem mem = memory_mem(&memory);
    struct mpe_limits limits;
    struct mpe_key_frames keys = {0};
    const struct mpe_wire_tools tools = {&mem, &limits, len % 2 == 0 ? &keys : NULL};
    struct mpe_wire wire;

    mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_STANDARD);
    mpe_wire_begin(&wire, &tools, protocol);
    *log = (struct unit_log){.hash = HASH_SEED};
    for (size_t at = 0; at < len;) {
        size_t piece = at < whole_bytes ? whole_bytes : next_piece(&cut, len - at);
        feed(&wire, bytes + at, piece, at + piece, log);
        at += piece;
    }
    mpe_wire_clear(&wire);
    PROMISE(memory.blocks == 0, "%zu blocks were not released", memory.blocks);
}

static void explain(const struct unit_log *whole, const struct unit_log *cut)
{
    for (uint64_t i = 0; i < KEPT_RECORDS && (i < whole->count || i < cut->count); i++) {
        const struct record *a = &whole->records[i], *b = &cut->records[i];

        if (i < whole->count && i < cut->count && a->hash == b->hash)
            continue;
        fprintf(stderr, "unit %llu: kind %d at %llu when whole, kind %d at %llu when cut\n", (unsigned long long)i,
                i < whole->count ? a->kind : -1, (unsigned long long)a->offset_bytes, i < cut->count ? b->kind : -1,
                (unsigned long long)b->offset_bytes);
        return;
    }
}

void check_cuts(const uint8_t *bytes, size_t len, int32_t protocol, size_t whole_bytes)
{
    static struct unit_log whole, cut;
    static const size_t most[] = {1, 1, 2, 7, 16, 64, 300, 4000};
    uint64_t seed = hash_bytes(HASH_SEED, bytes, len);

    if (whole_bytes > len)
        whole_bytes = len;
    walk(bytes, len, protocol, whole_bytes, (struct cut){0, 0}, &whole);
    walk(bytes, len, protocol, whole_bytes, (struct cut){most[seed % 8], seed}, &cut);
    if (whole.count != cut.count || whole.hash != cut.hash)
        explain(&whole, &cut);
    PROMISE(whole.count == cut.count && whole.hash == cut.hash, "cut %zu: %llu units when whole, %llu when cut",
            most[seed % 8], (unsigned long long)whole.count, (unsigned long long)cut.count);
}
