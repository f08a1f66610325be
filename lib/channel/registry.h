/* What the sessions of a channel have in common: their ids, their qualities, and the sums of their rates. */
#ifndef MPE_CHANNEL_REGISTRY_H
#define MPE_CHANNEL_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "channel/hash.h"
#include "channel/part.h"
#include "limits/limits.h"
#include "observe/totals.h"

/* What makes a quality distinct. Compared as bytes: zero it before filling. */
struct mpe_quality_key {
    int32_t media; /* enum mpe_media */
    int32_t width_px;
    int32_t height_px;
    int32_t sample_rate_hz;
    int32_t channels;
    int32_t reserved;
    int64_t
        declared_bps; /* 0: not known (yet): then it may be any of the qualities that are the same but for the rate */
};

/* How far a track of fragmented MP4 was sent: what comes after a reconnect begins before that. */
struct mpe_sent {
    struct mpe_quality_key key;
    int64_t track_id;
    int64_t resent_us; /* where the last fragments began, that are sent again */
    int64_t end_us;    /* its latest sample */
};

/* Of as many tracks that is kept; the one that came first goes first. */
#define MPE_SENT_KEPT 32

/* What of the sums below is of other edges. */
struct mpe_remote_sums {
    int32_t edges;
    int32_t parts;           /* in the sums */
    int32_t video_qualities; /* that no session here has */
    int32_t audio_qualities;
    int64_t oldest_us; /* caller's time when the oldest of it was written */
    struct mpe_entry rates;
};

struct mpe_rendition; /* qualities that are the same but for their rates */
struct mpe_member;

struct mpe_registry {
    struct mpe_mem mem;
    const struct mpe_limits *limits; /* as the channel has them now */
    struct mpe_quality *qualities;
    struct mpe_rendition *renditions;
    struct mpe_member *members;
    struct mpe_stream_name *names;
    int32_t video_qualities;
    int32_t audio_qualities;

    struct mpe_part *parts; /* that are in the sums, the last one came last */
    int32_t part_count;
    struct mpe_part *last; /* the one that has the signal */
    struct mpe_entry sums; /* over all tracks */
    struct mpe_remote_sums remote;
    struct mpe_entry redundant; /* as much of it is there twice */
    int64_t excess_bits;        /* of the sum above its limit */
    int64_t excess_us;          /* caller's time up to which that was added up */
    bool has_time;

    struct mpe_sent sent[MPE_SENT_KEPT];
    uint64_t sent_count; /* of all tracks that ever had a place */
};

/* A session id that is taken, in a fleet by its digest. */
struct mpe_member {
    struct mpe_part *part; /* of the session that has it, once that has said so */
    int64_t came_us;       /* as of mpe_rank */
    UT_hash_handle hh;
    uint8_t id[];
};

/* Takes a session id. *taken: somebody has it already, and nothing was done. false without *taken: no memory. */
bool mpe_registry_join(struct mpe_registry *registry, struct mpe_span id, bool *taken);
struct mpe_member *mpe_registry_member(const struct mpe_registry *registry, struct mpe_span id);
void mpe_registry_leave(struct mpe_registry *registry, struct mpe_span id);

/*
 * Holds the quality of key, which is counted while somebody holds it. is_remote: for a session of another edge.
 * *is_new: there is one quality more than before. NULL: no memory.
 */
struct mpe_quality *mpe_registry_hold(struct mpe_registry *registry, const struct mpe_quality_key *key, bool is_remote,
                                      bool *is_new);
void mpe_registry_release(struct mpe_registry *registry, struct mpe_quality *quality, bool is_remote);

/* May these be two pushes of one encoder? One whose rate is not known may be any of the same size. */
bool mpe_quality_is_same(const struct mpe_quality *a, const struct mpe_quality *b);

/* In place of what is known of this key and track id. */
void mpe_registry_note_sent(struct mpe_registry *registry, const struct mpe_sent *sent);

/* NULL: nothing is known. */
struct mpe_sent *mpe_registry_find_sent(struct mpe_registry *registry, const struct mpe_quality_key *key,
                                        int64_t track_id);

#endif
