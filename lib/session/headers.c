/*
 * A header comes: is it new, and what does it hold.
 *
 * A probe takes about as long as a thousand frames, and a header a few bytes: whoever sends one header after the other
 * must not have all the time of the server. The last few of a track are kept whole with what the probe said of them; a
 * header that is none of them, byte by byte, is paid for from a budget, and a small part of that where it is one of
 * them but not the last. No hash decides: one can be forged.
 */
#include "session/headers.h"

#include <stddef.h>
#include <string.h>

#include "probe/probe.h"

#define MAX_KEPT           4     /* of a track */
#define MAX_KEPT_BYTES     2048  /* of each of them: those of encoders have a tenth of it */
#define MAX_KEPT_ALONE     16384 /* of one that is kept alone */
#define CHANGES_PER_HEADER 16    /* changes between headers that are kept cost as much as a new one */

struct mpe_header {
    struct mpe_header *next; /* older */
    struct mpe_stream stream;
    uint16_t len;
    uint8_t codec;   /* 0: its bytes are not kept, and no other is the same */
    bool has_entry;  /* its sample entry says something: RTMP and FLV have none */
    uint8_t bytes[]; /* the header, then its entry; that is without padding, and so compared as bytes */
};

_Static_assert(MAX_KEPT_ALONE <= UINT16_MAX, "the length of a header that is kept fits");

/* ---- the last few ---- */

static bool has_entry(const struct mpe_unit *unit)
{
    static const struct mpe_sample_facts nothing;
    return memcmp(&unit->entry, &nothing, sizeof(nothing)) != 0;
}

static bool is_same_entry(const struct mpe_header *header, const struct mpe_unit *unit)
{
    if (!header->has_entry)
        return !has_entry(unit);
    return memcmp(header->bytes + header->len, &unit->entry, sizeof(unit->entry)) == 0;
}

static bool is_same(const struct mpe_header *header, const struct mpe_unit *unit)
{
    return header->codec == unit->codec && header->len == unit->data.len && is_same_entry(header, unit) &&
           (header->len == 0 || memcmp(header->bytes, unit->data.bytes, header->len) == 0);
}

/* Takes a header out of its list. NULL: it is not there. */
static struct mpe_header *pick(struct mpe_session_track *track, const struct mpe_unit *unit)
{
    for (struct mpe_header **at = &track->headers; *at != NULL; at = &(*at)->next) {
        struct mpe_header *const header = *at;
        if (!is_same(header, unit))
            continue;
        *at = header->next;
        return header;
    }
    return NULL;
}

static void put_first(struct mpe_session_track *track, struct mpe_header *header)
{
    header->next = track->headers;
    track->headers = header;
}

/* Frees the list from its n-th header on. */
static void cut(struct mpe_session_track *track, const struct mpe_mem *mem, int n)
{
    struct mpe_header **at = &track->headers;
    for (; *at != NULL && n > 0; n--)
        at = &(*at)->next;
    for (struct mpe_header *header = *at, *next; header != NULL; header = next) {
        next = header->next;
        mpe_mem_free(mem, header);
    }
    *at = NULL;
}

void mpe_headers_forget(struct mpe_session_track *track, const struct mpe_mem *mem)
{
    cut(track, mem, 0);
}

/* So many bytes of a header are kept: none of one that is too large. */
static size_t kept_bytes(const struct mpe_unit *unit)
{
    const size_t entry_bytes = has_entry(unit) ? sizeof(unit->entry) : 0;
    return unit->data.len > MAX_KEPT_ALONE ? 0 : unit->data.len + entry_bytes;
}

static void copy(struct mpe_header *header, const struct mpe_unit *unit)
{
    header->codec = unit->codec;
    header->has_entry = has_entry(unit);
    header->len = (uint16_t)unit->data.len;
    if (unit->data.len > 0)
        memcpy(header->bytes, unit->data.bytes, unit->data.len);
    if (header->has_entry)
        memcpy(header->bytes + unit->data.len, &unit->entry, sizeof(unit->entry));
}

/* The newest, in the place of older ones, with the stream that it describes. NULL: no memory, all is as it was. */
static struct mpe_header *keep_header(struct mpe_turn *turn, const struct mpe_stream *stream)
{
    const struct mpe_mem *const mem = turn->session->tools.mem;
    const struct mpe_unit *const unit = turn->unit;
    struct mpe_header *const header = mpe_mem_new(mem, offsetof(struct mpe_header, bytes) + kept_bytes(unit));
    if (header == NULL)
        return NULL;
    header->stream = *stream;
    if (unit->data.len <= MAX_KEPT_ALONE)
        copy(header, unit);
    cut(turn->track, mem, unit->data.len > MAX_KEPT_BYTES ? 0 : MAX_KEPT - 1);
    put_first(turn->track, header);
    return header;
}

/* ---- the budget ---- */

/*
 * Each new header moves a moment by an interval, each change a part of that; that moment may lie a burst of intervals
 * ahead of the time, which is the caller's or the media's, whichever went on for longer. false: it may not be taken.
 */
static bool pay(struct mpe_turn *turn, int64_t price_us)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_limits *const limits = session->tools.limits;
    const int64_t burst = 4 * limits->max_tracks;
    const int64_t media_us = mpe_observe_media_clock_us(&session->observation);
    const int64_t now_us = media_us > session->now_us ? media_us : session->now_us;
    if (session->headers_us < now_us)
        session->headers_us = now_us;
    if (session->headers_us - now_us > (burst - 1) * limits->new_header_interval_us) {
        mpe_turn_fail(turn, MPE_REASON_INTERNAL_LIMIT, "new headers one after the other", burst + 1, burst);
        return false;
    }
    session->headers_us += price_us;
    return true;
}

/* ---- new ones ---- */

static void take_stream(struct mpe_turn *turn, const struct mpe_stream *stream)
{
    const struct mpe_header *const header = keep_header(turn, stream);
    if (header != NULL)
        mpe_track_stream(&turn->track->observed, &header->stream, &turn->step);
    else
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "a header", (int64_t)turn->unit->data.len, 0);
}

static void take_new(struct mpe_turn *turn)
{
    struct mpe_stream stream;
    switch (mpe_probe_header(turn->unit->codec, turn->unit->data, &turn->unit->entry, &stream)) {
    case MPE_PROBE_OK:
    case MPE_PROBE_UNKNOWN:
        take_stream(turn, &stream);
        break;
    case MPE_PROBE_MALFORMED:
        mpe_turn_fail(turn, MPE_REASON_MALFORMED_INPUT, "a header that FFmpeg cannot read", 0, 0);
        break;
    case MPE_PROBE_NO_MEMORY:
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "the probe of a header", 0, 0);
        break;
    }
}

void mpe_headers_take(struct mpe_turn *turn)
{
    if (turn->unit->kind != MPE_UNIT_HEADER || turn->track == NULL)
        return;
    struct mpe_header *const last = turn->track->headers;
    struct mpe_header *const known = pick(turn->track, turn->unit);
    if (known != NULL)
        put_first(turn->track, known);
    if (known != NULL && known == last && turn->track->observed.facts.header_seen)
        return;
    const int64_t price_us = turn->session->tools.limits->new_header_interval_us;
    if (!pay(turn, known != NULL ? price_us / CHANGES_PER_HEADER : price_us))
        return;
    if (known != NULL)
        mpe_track_stream(&turn->track->observed, &known->stream, &turn->step);
    else
        take_new(turn);
}
