/*
 * What a channel knows as one of a fleet: the sessions of other edges as parts of its sums, and what of its own
 * sessions the others know. All of it under the channel's mutex.
 */
#ifndef MPE_CHANNEL_FLEET_H
#define MPE_CHANNEL_FLEET_H

#include "channel/channel.h"
#include "channel/compare.h"
#include "channel/digest.h"
#include "channel/hash.h"
#include "channel/rank.h"

/* A session in the sums of a fleet's channel. */
struct mpe_shared {
    struct mpe_shared *prev; /* of the sessions here */
    struct mpe_shared *next;
    struct mpe_part *part;
    struct mpe_rank rank;
    int64_t quality_came_us; /* as rank.came_us: when it brought its last quality */
    bool was_silent;         /* others may take its place: as of the last share, or look at it */
};

/* A session of another edge. */
struct mpe_remote {
    struct mpe_remote *prev; /* of its edge, by serial */
    struct mpe_remote *next;
    struct mpe_part part;
    struct mpe_shared shared;
    struct mpe_compared compared;
};

/* A session id in use on another edge. */
struct mpe_remote_id {
    struct mpe_digest digest;
    int64_t came_us;
};

struct mpe_edge {
    uint64_t number;
    int64_t written;    /* the number of its share: only larger ones are news */
    int64_t written_us; /* these two on the caller's clock */
    int64_t expires_us;
    int32_t sessions;
    struct mpe_remote *remotes;
    struct mpe_remote_id *ids;
    uint16_t id_count;
    uint16_t id_room;
    UT_hash_handle hh;
};

struct mpe_fleet {
    struct mpe_digester digester;
    uint64_t number; /* of this edge */
    uint64_t sessions_made;
    struct mpe_shared *locals;
    struct mpe_edge *edges;
    int64_t next_expiry_us;
    int64_t came_us; /* the latest that a session came, anywhere */
    int64_t written; /* the number of the last share */
    uint64_t revision;
    int64_t shared_bps; /* the sum of the last share */
    int64_t looked_us;  /* caller's time when silence was looked for last */
};

/* The part is one of a fleet: it has a place in what others know. false: no memory. Nothing without a fleet. */
bool mpe_fleet_admit(mpe_channel *channel, struct mpe_part *part);

/* It leaves. */
void mpe_fleet_dismiss(mpe_channel *channel, struct mpe_part *part);

/* What names this in the registry: itself, or, in a fleet, its digest, which is kept in digest. */
struct mpe_span mpe_fleet_name(const mpe_channel *channel, enum mpe_digest_kind kind, struct mpe_span name,
                               struct mpe_digest *digest);
struct mpe_quality_key mpe_fleet_quality(const mpe_channel *channel, const struct mpe_quality_key *key);

/* Another edge has a session of this id. */
bool mpe_fleet_has_id(const mpe_channel *channel, struct mpe_span id);

/* What others should hear of has changed. Nothing without a fleet. */
void mpe_fleet_touch(mpe_channel *channel);

/* A rate has. */
void mpe_fleet_touch_rates(mpe_channel *channel);

/* Edges whose leases are over go, each at its time. Nothing without a fleet. */
void mpe_fleet_pass_time(mpe_channel *channel, int64_t now_us);

/* All that is known of an edge is forgotten. The sums are to be judged after that, by mpe_fleet_settle. */
void mpe_fleet_forget(mpe_channel *channel, struct mpe_edge *edge);

void mpe_remote_free(mpe_channel *channel, struct mpe_edge *edge, struct mpe_remote *remote);

/* Edges have changed: adds up what is known of them, and judges. */
void mpe_fleet_settle(mpe_channel *channel, int64_t now_us);

/* The sum of the rates of the sessions here, redundant pushes each. */
int64_t mpe_fleet_local_bps(const mpe_channel *channel);

/* Is it silent for so long that another may take its place? */
bool mpe_fleet_is_silent(const mpe_channel *channel, const struct mpe_part *part, int64_t now_us);

/* channel may have no fleet. */
void mpe_fleet_free(mpe_channel *channel);

#endif
