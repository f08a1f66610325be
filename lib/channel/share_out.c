/* Writes what a channel's sessions here contribute to it, for the other edges of its fleet. */
#include <string.h>

#include <utlist.h>

#include "base/clock.h"
#include "channel/fleet.h"
#include "channel/parts.h"
#include "channel/quality.h"
#include "channel/share_format.h"
#include "channel/state.h"
#include "channel/sums.h"

/* A share as far as it was made up. */
struct draft {
    mpe_channel *channel;
    int64_t now_us;
    struct mpe_share_head head;
    struct mpe_share_out out;
};

/* ---- who came when ---- */

/* Later than all that are known, whatever the clocks of other edges say. */
static int64_t next_arrival_us(struct mpe_fleet *fleet, int64_t fleet_us)
{
    const int64_t after_us = fleet->came_us < MPE_MOST_NOW_US ? fleet->came_us + 1 : MPE_MOST_NOW_US;
    fleet->came_us = fleet_us > after_us ? fleet_us : after_us;
    return fleet->came_us;
}

static void arrive(mpe_channel *channel, struct mpe_part *part, int64_t fleet_us)
{
    struct mpe_shared *const shared = part->shared;
    if (shared->rank.came_us != MPE_RANK_NOT_SHARED && shared->quality_came_us != MPE_RANK_NOT_SHARED)
        return;
    const int64_t came_us = next_arrival_us(channel->fleet, fleet_us);
    if (shared->rank.came_us == MPE_RANK_NOT_SHARED)
        mpe_parts_rank(&channel->registry, part, came_us);
    if (shared->quality_came_us == MPE_RANK_NOT_SHARED)
        shared->quality_came_us = came_us;
}

/* All that came since the last share have a place in the fleet's order from now on. */
static void arrive_all(mpe_channel *channel, int64_t fleet_us)
{
    struct mpe_part *part, *next;
    struct mpe_member *member, *next_member;
    DL_FOREACH_SAFE(channel->registry.parts, part, next)
    {
        if (!part->is_remote && part->shared != NULL)
            arrive(channel, part, fleet_us);
    }
    HASH_ITER(hh, channel->registry.members, member, next_member)
    {
        if (member->came_us == MPE_RANK_NOT_SHARED)
            member->came_us = next_arrival_us(channel->fleet, fleet_us);
    }
    mpe_sums_judge(&channel->registry);
}

/* ---- sessions ---- */

static int64_t bounded_bps(int64_t bps)
{
    return bps > MPE_SHARE_MOST_BPS ? MPE_SHARE_MOST_BPS : bps;
}

static void add_to_rest(struct mpe_share_head *head, const struct mpe_entry *entry)
{
    head->rest.measured_bps = bounded_bps(head->rest.measured_bps + entry->measured_bps);
    head->rest.declared_bps = bounded_bps(head->rest.declared_bps + entry->declared_bps);
}

static struct mpe_share_track track_of(const struct mpe_entry *entry)
{
    struct mpe_share_track track;
    memset(&track, 0, sizeof(track));
    track.rates.measured_bps = bounded_bps(entry->measured_bps);
    track.rates.declared_bps = bounded_bps(entry->declared_bps);
    if (entry->quality != NULL)
        track.key = entry->quality->key;
    return track;
}

static bool is_empty(const struct mpe_entry *entry)
{
    return entry->quality == NULL && entry->measured_bps == 0 && entry->declared_bps == 0;
}

/* Tracks that do not fit are part of the rest. */
static void describe_tracks(struct draft *draft, const struct mpe_part *part, struct mpe_share_session *session)
{
    for (uint16_t i = 0; i < part->entry_count; i++) {
        const struct mpe_entry *const entry = &part->entries[i];
        if (is_empty(entry))
            continue;
        if (session->track_count == MPE_SHARE_MAX_TRACKS)
            add_to_rest(&draft->head, entry);
        else
            session->tracks[session->track_count++] = track_of(entry);
    }
}

static void describe(struct draft *draft, const struct mpe_shared *shared, struct mpe_share_session *session)
{
    const struct mpe_part *const part = shared->part;
    session->flags = 0;
    session->track_count = 0;
    session->serial = shared->rank.serial;
    session->came_us = shared->rank.came_us;
    session->quality_came_us = shared->quality_came_us;
    session->silent_us = draft->now_us - mpe_part_heard_us(part);
    session->apart_us = mpe_part_apart_us(part);
    if (part->name != NULL && part->name->hh.keylen == MPE_DIGEST_BYTES) {
        session->flags |= MPE_SHARE_HAS_NAME;
        memcpy(session->name.bytes, part->name->text, MPE_DIGEST_BYTES);
    }
    if (part->compared != NULL) {
        session->flags |= MPE_SHARE_IS_SHOWN;
        session->shown = part->compared->shown;
        session->shown.declared_bps = bounded_bps(session->shown.declared_bps);
    }
    describe_tracks(draft, part, session);
}

static bool fits(const struct draft *draft, const struct mpe_share_session *session)
{
    return draft->head.session_count < MPE_SHARE_MAX_SESSIONS &&
           draft->out.len + mpe_share_session_bytes(session) + MPE_DIGEST_BYTES <= MPE_SHARE_MAX_BYTES;
}

static void put_session(struct draft *draft, const struct mpe_share_session *session)
{
    if (fits(draft, session)) {
        mpe_share_put_session(&draft->out, session);
        draft->head.session_count++;
        return;
    }
    for (uint8_t i = 0; i < session->track_count; i++)
        add_to_rest(&draft->head, &session->tracks[i].rates);
}

static void put_ids(struct draft *draft)
{
    const struct mpe_member *member, *next;
    HASH_ITER(hh, draft->channel->registry.members, member, next)
    {
        if (member->hh.keylen != MPE_DIGEST_BYTES || draft->head.id_count == MPE_SHARE_MAX_SESSIONS)
            continue;
        mpe_share_put_id(&draft->out, member->id, member->came_us);
        draft->head.id_count++;
    }
}

/* With room for nothing it says how long the share is. */
static size_t write_share(mpe_channel *channel, int64_t now_us, void *buffer, size_t size)
{
    struct draft draft = {.channel = channel, .now_us = now_us, .out = {.bytes = buffer, .size = size}};
    const struct mpe_shared *shared;
    struct mpe_share_session session;
    draft.head.edge = channel->fleet->number;
    draft.head.number = channel->fleet->written;
    draft.head.sessions = channel->sessions;
    draft.out.len = MPE_SHARE_HEAD_BYTES;
    put_ids(&draft);
    DL_FOREACH(channel->fleet->locals, shared)
    {
        if (!shared->part->is_in)
            continue;
        describe(&draft, shared, &session);
        put_session(&draft, &session);
    }
    mpe_share_close(&draft.out, &channel->fleet->digester, &draft.head);
    return draft.out.len;
}

/* From here on it is what the others know. */
static void note_shared(mpe_channel *channel, int64_t now_us, int64_t fleet_us)
{
    struct mpe_fleet *const fleet = channel->fleet;
    struct mpe_shared *shared;
    fleet->written = fleet_us > fleet->written ? fleet_us : fleet->written + 1;
    fleet->shared_bps = mpe_fleet_local_bps(channel);
    DL_FOREACH(fleet->locals, shared)
    {
        shared->was_silent = shared->part->is_in && mpe_fleet_is_silent(channel, shared->part, now_us);
    }
}

static mpe_status share(mpe_channel *channel, int64_t now_us, int64_t fleet_us, void *buffer, size_t size,
                        size_t *written)
{
    if (channel->fleet == NULL)
        return MPE_BAD_STATE;
    mpe_fleet_pass_time(channel, now_us);
    *written = write_share(channel, now_us, NULL, 0);
    if (*written > size)
        return MPE_BUFFER_TOO_SMALL;
    arrive_all(channel, fleet_us);
    note_shared(channel, now_us, fleet_us);
    write_share(channel, now_us, buffer, size);
    return MPE_OK;
}

mpe_status mpe_channel_share(mpe_channel *channel, int64_t now_us, int64_t fleet_us, void *buffer, size_t size,
                             size_t *written)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (written == NULL || (buffer == NULL && size > 0))
        return MPE_BAD_OUTPUT;
    pthread_mutex_lock(&channel->mutex);
    const mpe_status status = share(channel, mpe_sane_us(now_us), mpe_sane_us(fleet_us), buffer, size, written);
    pthread_mutex_unlock(&channel->mutex);
    return status;
}
