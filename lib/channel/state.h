/* What a channel is made of. Only this folder sees it. */
#ifndef MPE_CHANNEL_STATE_H
#define MPE_CHANNEL_STATE_H

#include <pthread.h>

#include "channel/address.h"
#include "channel/channel.h"

struct mpe_fleet;

struct mpe_channel {
    struct mpe_mem mem;
    int32_t kind;
    pthread_mutex_t mutex; /* guards all that follows it */
    int64_t references;    /* the host's, and one per session */
    int32_t sessions;      /* that are open */
    uint64_t sessions_made;
    bool has_allow_list;
    size_t network_count;
    size_t network_capacity;
    struct mpe_network *networks;
    struct mpe_policy *policy; /* for sessions that come */
    struct mpe_registry registry;
    struct mpe_fleet *fleet;       /* NULL: it is in none */
    struct mpe_compared *compared; /* sessions that are shown to each other, see channel/compare.h */
};

#endif
