/* Takes the share of another edge: its sessions become parts of the channel's sums. */
#include <string.h>

#include <utlist.h>

#include "base/clock.h"
#include "channel/fleet.h"
#include "channel/hash.h"
#include "channel/parts.h"
#include "channel/share_format.h"
#include "channel/state.h"
#include "channel/sums.h"

#define LEAST_LEASE_US 1000000
#define MOST_LEASE_US  3600000000

/* What no session has: of the rates that no session of the share has, either. */
#define REST_SERIAL 0

/* A share that is authentic. */
struct arrival {
    struct mpe_share_head head;
    struct mpe_cursor ids; /* and the sessions after them */
    int64_t now_us;
    int64_t written_us; /* these two on the caller's clock */
    int64_t expires_us;
};

/* ---- looked through before anything is done ---- */

static bool is_whole(const struct arrival *arrival)
{
    struct mpe_cursor in = arrival->ids;
    struct mpe_digest digest;
    struct mpe_share_session session;
    uint64_t serial = REST_SERIAL;
    int64_t came_us;
    if (arrival->head.id_count > MPE_SHARE_MAX_SESSIONS || arrival->head.session_count > MPE_SHARE_MAX_SESSIONS)
        return false;
    for (uint16_t i = 0; i < arrival->head.id_count; i++) {
        if (!mpe_share_read_id(&in, &digest, &came_us))
            return false;
    }
    for (uint16_t i = 0; i < arrival->head.session_count; i++) {
        if (!mpe_share_read_session(&in, &session) || session.serial <= serial)
            return false;
        serial = session.serial;
    }
    return mpe_cursor_left(&in) == 0;
}

/* ---- sessions ---- */

void mpe_remote_free(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote *remote)
{
    mpe_parts_remove(&channel->registry, &remote->part);
    mpe_compared_hide(channel, &remote->compared);
    DL_DELETE(edge->remotes, remote);
    mpe_mem_free(&channel->mem, remote);
}

/* Before next, the one with the next larger serial, or at the end. NULL: no memory. */
static struct mpe_remote *add_remote(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote *next)
{
    struct mpe_remote *const remote = mpe_mem_new(&channel->mem, sizeof(*remote));
    if (remote == NULL)
        return NULL;
    remote->part.is_remote = true;
    remote->part.shared = &remote->shared;
    remote->shared.part = &remote->part;
    DL_PREPEND_ELEM(edge->remotes, next, remote);
    return remote;
}

static void note_came(struct mpe_fleet *fleet, int64_t came_us)
{
    if (came_us > fleet->came_us)
        fleet->came_us = came_us;
}

static void set_rank(mpe_channel *channel, const struct mpe_edge *edge, struct mpe_remote *remote,
                     const struct mpe_share_session *session)
{
    struct mpe_shared *const shared = &remote->shared;
    shared->rank.edge = edge->number;
    shared->rank.serial = session->serial;
    shared->quality_came_us = session->quality_came_us;
    if (shared->rank.came_us != session->came_us)
        mpe_parts_rank(&channel->registry, &remote->part, session->came_us);
    note_came(channel->fleet, session->came_us);
    note_came(channel->fleet, session->quality_came_us);
}

/* One that its edge does not call silent is heard as long as the share counts. */
static void hear(struct mpe_part *part, const struct mpe_share_session *session, const struct arrival *arrival,
                 bool is_silent)
{
    const int64_t heard_us = arrival->written_us - session->silent_us;
    mpe_part_hear(part, heard_us);
    mpe_part_expect(part, is_silent ? session->apart_us : arrival->expires_us - heard_us);
}

static bool set_tracks(struct mpe_registry *registry, struct mpe_part *part, const struct mpe_share_session *session)
{
    static const struct mpe_entry none;
    for (uint8_t i = 0; i < session->track_count; i++) {
        const struct mpe_share_track *const track = &session->tracks[i];
        if (!mpe_parts_put(registry, part, i, track->key.media != MPE_MEDIA_NONE ? &track->key : NULL, &track->rates))
            return false;
    }
    for (uint16_t i = session->track_count; i < part->entry_count; i++)
        mpe_parts_put(registry, part, i, NULL, &none);
    return true;
}

static void show(mpe_channel *channel, struct mpe_remote *remote, const struct mpe_share_session *session)
{
    if ((session->flags & MPE_SHARE_IS_SHOWN) != 0)
        mpe_compared_show(channel, &remote->compared, &remote->part, &session->shown);
    else
        mpe_compared_hide(channel, &remote->compared);
}

/* Its owner should say at once whether it is heard: who came here waits for that. */
static void ask_namesakes(mpe_channel *channel, const struct mpe_part *part)
{
    for (int i = 0; part->name != NULL && i < MPE_NAMESAKES && part->name->parts[i] != NULL; i++) {
        if (!part->name->parts[i]->is_remote)
            mpe_fleet_touch(channel);
    }
}

/* false: no memory. */
static bool set_session(mpe_channel *channel, const struct mpe_edge *edge, struct mpe_remote *remote,
                        const struct mpe_share_session *session, const struct arrival *arrival)
{
    struct mpe_registry *const registry = &channel->registry;
    struct mpe_part *const part = &remote->part;
    const bool is_silent = session->silent_us - session->apart_us >= registry->limits->takeover_us;
    const bool was_taken_over = (mpe_part_signals(part) & MPE_PART_OUT) != 0;
    const bool has_name = (session->flags & MPE_SHARE_HAS_NAME) != 0;
    const struct mpe_span name = {session->name.bytes, has_name ? sizeof(session->name.bytes) : 0};
    if (was_taken_over && is_silent)
        return true;
    const bool is_new = !part->is_in;
    if (!mpe_parts_put_name(registry, part, name))
        return false;
    set_rank(channel, edge, remote, session);
    if (!mpe_parts_enter(registry, part, session->track_count, is_silent, arrival->now_us))
        return false;
    hear(part, session, arrival, is_silent);
    show(channel, remote, session);
    if (is_new)
        ask_namesakes(channel, part);
    return set_tracks(registry, part, session);
}

/* Those before this serial that the share does not have any more. The next one. */
static struct mpe_remote *drop_until(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote *at,
                                     const uint64_t *serial)
{
    while (at != NULL && (serial == NULL || at->shared.rank.serial < *serial)) {
        struct mpe_remote *const next = at->next;
        mpe_remote_free(channel, edge, at);
        at = next;
    }
    return at;
}

static bool merge(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote **at,
                  const struct mpe_share_session *session, const struct arrival *arrival)
{
    *at = drop_until(channel, edge, *at, &session->serial);
    struct mpe_remote *remote = *at;
    if (remote != NULL && remote->shared.rank.serial == session->serial)
        *at = remote->next;
    else
        remote = add_remote(channel, edge, remote);
    return remote != NULL && set_session(channel, edge, remote, session, arrival);
}

/* Rates of sessions that did not fit: of one that came first, and has no quality. */
static bool merge_rest(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote **at,
                       const struct arrival *arrival)
{
    struct mpe_share_session session = {
        .track_count = 1, .serial = REST_SERIAL, .came_us = -MPE_MOST_NOW_US, .quality_came_us = -MPE_MOST_NOW_US};
    session.tracks[0].rates = arrival->head.rest;
    if (arrival->head.rest.measured_bps == 0 && arrival->head.rest.declared_bps == 0)
        return true;
    return merge(channel, edge, at, &session, arrival);
}

/* ---- session ids ---- */

static bool reserve_ids(mpe_channel *channel, struct mpe_edge *edge, uint16_t count)
{
    const size_t size = sizeof(*edge->ids);
    if (count <= edge->id_room)
        return true;
    struct mpe_remote_id *const ids = mpe_mem_grow(&channel->mem, edge->ids, edge->id_room * size, count * size);
    if (ids == NULL)
        return false;
    edge->ids = ids;
    edge->id_room = count;
    return true;
}

/* Of two sessions of one id the one that came last learns it here. */
static void look_for_duplicate(mpe_channel *channel, const struct mpe_edge *edge, const struct mpe_remote_id *id)
{
    const struct mpe_member *const member =
        mpe_registry_member(&channel->registry, (struct mpe_span){id->digest.bytes, sizeof(id->digest.bytes)});
    const struct mpe_rank remote = {id->came_us, edge->number, 0};
    if (member == NULL || member->part == NULL)
        return;
    const struct mpe_rank local = {member->came_us, channel->fleet->number, 0};
    if (mpe_rank_is_later(&local, &remote))
        mpe_part_signal(member->part, MPE_PART_DUPLICATE);
}

static bool set_ids(mpe_channel *channel, struct mpe_edge *edge, struct mpe_cursor *in, uint16_t count)
{
    if (!reserve_ids(channel, edge, count))
        return false;
    edge->id_count = count;
    for (uint16_t i = 0; i < count; i++) {
        struct mpe_remote_id *const id = &edge->ids[i];
        if (!mpe_share_read_id(in, &id->digest, &id->came_us))
            return false;
        note_came(channel->fleet, id->came_us);
        look_for_duplicate(channel, edge, id);
    }
    return true;
}

/* ---- edges ---- */

static struct mpe_edge *find_edge(const struct mpe_fleet *fleet, uint64_t number)
{
    struct mpe_edge *edge = NULL;
    HASH_FIND(hh, fleet->edges, &number, sizeof(number), edge);
    return edge;
}

/* NULL: no memory. */
static struct mpe_edge *add_edge(mpe_channel *channel, uint64_t number)
{
    struct mpe_registry *const registry = &channel->registry;
    struct mpe_edge *const edge = mpe_mem_new(&registry->mem, sizeof(*edge));
    bool added = true;
    if (edge == NULL)
        return NULL;
    edge->number = number;
    HASH_ADD(hh, channel->fleet->edges, number, sizeof(edge->number), edge);
    if (added)
        return edge;
    mpe_mem_free(&registry->mem, edge);
    return NULL;
}

/* false: no memory. */
static bool set_edge(mpe_channel *channel, struct mpe_edge *edge, const struct arrival *arrival)
{
    struct mpe_cursor in = arrival->ids;
    struct mpe_remote *at = edge->remotes;
    struct mpe_share_session session;
    edge->written = arrival->head.number;
    edge->written_us = arrival->written_us;
    edge->expires_us = arrival->expires_us;
    edge->sessions = arrival->head.sessions;
    bool is_set = set_ids(channel, edge, &in, arrival->head.id_count) && merge_rest(channel, edge, &at, arrival);
    for (uint16_t i = 0; is_set && i < arrival->head.session_count; i++)
        is_set = mpe_share_read_session(&in, &session) && merge(channel, edge, &at, &session, arrival);
    if (is_set)
        drop_until(channel, edge, at, NULL);
    return is_set;
}

static mpe_status take(mpe_channel *channel, const struct arrival *arrival)
{
    struct mpe_fleet *const fleet = channel->fleet;
    struct mpe_edge *edge = find_edge(fleet, arrival->head.edge);
    if (edge == NULL && HASH_COUNT(fleet->edges) >= MPE_FLEET_MAX_EDGES)
        return MPE_TOO_MANY_EDGES;
    mpe_sums_add_excess(&channel->registry, arrival->now_us);
    edge = edge != NULL ? edge : add_edge(channel, arrival->head.edge);
    const bool is_set = edge != NULL && set_edge(channel, edge, arrival);
    if (!is_set && edge != NULL)
        mpe_fleet_forget(channel, edge);
    mpe_fleet_settle(channel, arrival->now_us);
    return is_set ? MPE_OK : MPE_NO_MEMORY;
}

static bool is_news(const struct mpe_fleet *fleet, const struct arrival *arrival)
{
    const struct mpe_edge *const edge = find_edge(fleet, arrival->head.edge);
    return arrival->expires_us > arrival->now_us && (edge == NULL || arrival->head.number > edge->written);
}

static mpe_status take_share(mpe_channel *channel, struct mpe_span share, int64_t fleet_us, int64_t lease_us,
                             int64_t now_us)
{
    struct arrival arrival = {.now_us = now_us};
    if (channel->fleet == NULL)
        return MPE_BAD_STATE;
    mpe_fleet_pass_time(channel, now_us);
    if (!mpe_share_open(&channel->fleet->digester, share, &arrival.head, &arrival.ids) || !is_whole(&arrival))
        return MPE_BAD_SHARE;
    if (arrival.head.edge == channel->fleet->number)
        return MPE_BAD_EDGE;
    const int64_t age_us = fleet_us > arrival.head.number ? fleet_us - arrival.head.number : 0;
    arrival.written_us = now_us - age_us;
    arrival.expires_us = arrival.written_us + lease_us;
    return is_news(channel->fleet, &arrival) ? take(channel, &arrival) : MPE_STALE;
}

mpe_status mpe_channel_remote(mpe_channel *channel, const void *share, size_t size, int64_t fleet_us, int64_t lease_us,
                              int64_t now_us)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (share == NULL)
        return MPE_BAD_DATA;
    if (lease_us < LEAST_LEASE_US || lease_us > MOST_LEASE_US)
        return MPE_BAD_VALUE;
    pthread_mutex_lock(&channel->mutex);
    const mpe_status status =
        take_share(channel, (struct mpe_span){share, size}, mpe_sane_us(fleet_us), lease_us, mpe_sane_us(now_us));
    pthread_mutex_unlock(&channel->mutex);
    return status;
}
