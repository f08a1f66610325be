/*
 * The channels of a service, by app and stream name. A channel of libmpe is there while somebody is on it: what nobody
 * uses costs its line of the configuration, and no more.
 */
#ifndef SERVER_CHANNELS_H
#define SERVER_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpe/mpe.h>

#include "config.h"
#include "upstream_target.h"

struct channels;
struct channel_rule;
struct fleet;

/* One live event, and who is on it. */
struct channel {
    mpe_channel *handle;
    const char *name; /* of the configuration: stands in logs instead of the key */
    struct channel_rule *rule;
    struct channels *of;
    unsigned users;
    struct channel *next; /* of all of the same rule */
};

/*
 * Of a configuration that was loaded, which it takes over; every channel is tried, every server looked up: on any
 * thread. NULL: why has file, line and what is expected, and the configuration is freed.
 */
struct channels *channels_new(struct config *config, char why[CONFIG_WHY_BYTES]);

/*
 * Makes the lobby; before all that follow, which belong to the thread of the loop. The allocator is copied, for all
 * channels that somebody comes to. 0, or -1: no memory, why has a sentence.
 */
int channels_open(struct channels *channels, const mpe_allocator *allocator, char why[CONFIG_WHY_BYTES]);

/*
 * What was there before this configuration: a channel that it has, too, by its name, keeps its sessions and its sums,
 * and has the limits that it says now. One of another kind is a new one for who comes later.
 */
void channels_take_over(struct channels *channels, struct channels *before);

/* Those that somebody comes to are one with those of other processes from now on, and after each channels_take_over. */
void channels_set_fleet(struct channels *channels, struct fleet *fleet);

/* Frees them as soon as nobody is on one of them any more. NULL is allowed. */
void channels_release(struct channels *channels);

/* The same, by a thread of its own: to free a large configuration takes long. */
void channels_retire(struct channels *channels);

size_t channels_count(const struct channels *channels);

/* A lobby with the defaults of the file and nobody's allow list: for who has not said yet where it belongs. */
mpe_channel *channels_lobby(const struct channels *channels);

const struct config *channels_config(const struct channels *channels);

/* These names belong to the channel of this name. */
bool channels_know(const struct channels *channels, const char *name, const char *app, const char *stream_name);

/* Encoders whose channel is gone are to be ended; else they stay until they end. */
bool channels_end_removed(const struct channels *channels);

/* There is a channel of this name. */
bool channels_have(const struct channels *channels, const char *name);

/* Enters the channel of these names; NULL: there is none, or no memory. Each is left once. */
struct channel *channels_enter(struct channels *channels, const char *app, const char *stream_name);
void channels_leave(struct channel *channel);

/* The channel of this name, whatever its app and stream name are; NULL: there is none, or no memory. */
struct channel *channels_enter_named(struct channels *channels, const char *name, const char *stream_name);

/* The server of its own that a channel has, or that of these names; NULL: it has none. */
const struct upstream_target *channels_upstream(const struct channel *channel);
const struct upstream_target *channels_upstream_of(const struct channels *channels, const char *app,
                                                   const char *stream_name);

/* The server of all channels that have none of their own; NULL: there is none. */
const struct upstream_target *channels_default_upstream(const struct channels *channels);

/* There is one of all, or one of the channels has one of its own. */
bool channels_have_upstreams(const struct channels *channels);

/* Parameters for who comes later, from a service. 0, or -1: why has a sentence; some may have been set. */
int channel_override(const struct channel *channel, const struct config_set *set, char *why, size_t why_size);

#endif
