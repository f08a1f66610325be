/* The tracks of a session: which one a unit belongs to, and when they begin and end. */
#include "session/tracks.h"

#include "session/headers.h"
#include "session/share.h"
#include "session/turn.h"

/* Nearly all sessions have an audio and a video track. */
#define USUAL_TRACKS 2

_Static_assert(sizeof(((struct mpe_track_facts *)0)->index) == sizeof(((struct mpe_tracks *)0)->count),
               "every track of a session has an index");

static bool reserve(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    const size_t item_bytes = sizeof(*tracks->items);
    if (tracks->count < tracks->capacity)
        return true;
    const uint16_t capacity = tracks->count < USUAL_TRACKS ? USUAL_TRACKS : 2 * tracks->count;
    struct mpe_session_track *const items =
        mpe_mem_grow(mem, tracks->items, tracks->count * item_bytes, capacity * item_bytes);
    if (items == NULL)
        return false;
    tracks->items = items;
    tracks->capacity = capacity;
    return true;
}

/* The track of a message stream that is published no more, whose place a new one of its kind can take. */
static struct mpe_session_track *find_retired(const struct mpe_tracks *tracks, const struct mpe_unit *unit)
{
    for (uint16_t i = 0; i < tracks->count; i++) {
        struct mpe_session_track *const track = &tracks->items[i];
        if (track->observed.phase == MPE_TRACK_RETIRED && track->observed.facts.media == unit->media &&
            track->observed.facts.track_id == unit->track_id)
            return track;
    }
    return NULL;
}

static struct mpe_session_track *reuse(struct mpe_session_track *retired, const struct mpe_unit *unit)
{
    mpe_track_restart(&retired->observed);
    retired->observed.facts.stream_id = unit->stream_id;
    return retired;
}

/* What a track has by its medium, and by its format: none has memory for what it never needs. false: no memory. */
static bool equip(struct mpe_track_state *track, const struct mpe_session *session)
{
    const struct mpe_mem *const mem = session->tools.mem;
    const bool is_video = track->facts.media == MPE_MEDIA_VIDEO;
    const bool is_fragmented = session->wire.protocol == MPE_PROTOCOL_FMP4;
    if (is_video)
        track->rates.frame_rate = mpe_mem_new(mem, sizeof(*track->rates.frame_rate));
    if (is_fragmented)
        track->timeline.fragments = mpe_mem_new(mem, sizeof(*track->timeline.fragments));
    return (!is_video || track->rates.frame_rate != NULL) && (!is_fragmented || track->timeline.fragments != NULL);
}

static void strip(struct mpe_track_state *track, const struct mpe_mem *mem)
{
    mpe_mem_free(mem, track->rates.frame_rate);
    mpe_mem_free(mem, track->timeline.fragments);
}

/* A track for a unit that no track is of. NULL: none can be had. */
static struct mpe_session_track *add(struct mpe_turn *turn)
{
    struct mpe_tracks *const tracks = &turn->session->tracks;
    const int64_t max = turn->session->tools.limits->max_tracks;
    if (tracks->count >= max) {
        mpe_turn_fail(turn, MPE_REASON_INTERNAL_LIMIT, "tracks of a session", (int64_t)tracks->count + 1, max);
        return NULL;
    }
    if (!reserve(tracks, turn->session->tools.mem)) {
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "a track", sizeof(*tracks->items), 0);
        return NULL;
    }
    struct mpe_session_track *const track = &tracks->items[tracks->count];
    mpe_track_init(&track->observed, tracks->count, turn->unit);
    if (!equip(&track->observed, turn->session)) {
        strip(&track->observed, turn->session->tools.mem);
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "the measures of a track", sizeof(struct mpe_frame_rate), 0);
        return NULL;
    }
    tracks->count++;
    mpe_track_declare(&track->observed, &turn->session->observation.declared);
    return track;
}

bool mpe_tracks_begin(struct mpe_turn *turn)
{
    if (turn->unit->media == MPE_MEDIA_NONE)
        return true;
    struct mpe_session_track *const retired = find_retired(&turn->session->tracks, turn->unit);
    turn->track = retired != NULL ? reuse(retired, turn->unit) : add(turn);
    return turn->track != NULL;
}

/* It is sent no more: it leaves the channel's qualities and sums. */
static void retire(struct mpe_session *session, struct mpe_session_track *track)
{
    mpe_track_retire(&track->observed);
    mpe_share_release(session, track);
}

/* A stream is published again: its time is not bound by what it was before. */
static void restart(struct mpe_session *session, struct mpe_session_track *track)
{
    (void)session;
    mpe_track_restart(&track->observed);
}

static void for_each_of(struct mpe_session *session, uint32_t stream_id,
                        void (*act)(struct mpe_session *, struct mpe_session_track *))
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (session->tracks.items[i].observed.facts.stream_id == stream_id)
            act(session, &session->tracks.items[i]);
    }
}

void mpe_tracks_take(struct mpe_turn *turn)
{
    if (turn->unit->kind == MPE_UNIT_PUBLISH)
        for_each_of(turn->session, turn->unit->stream_id, restart);
    else if (turn->unit->kind == MPE_UNIT_UNPUBLISH)
        for_each_of(turn->session, turn->unit->stream_id, retire);
    else if (turn->unit->kind == MPE_UNIT_TRACK_GONE)
        retire(turn->session, turn->track);
}

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    for (uint16_t i = 0; i < tracks->count; i++) {
        mpe_headers_forget(&tracks->items[i], mem);
        strip(&tracks->items[i].observed, mem);
    }
    mpe_mem_free(mem, tracks->items);
}
