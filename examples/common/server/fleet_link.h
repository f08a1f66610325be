/*
 * The way of a process to the servers of its fleet: one of them at a time, two connections to it (one asks, one hears
 * what is published), tried again with growing pauses where it fails.
 */
#ifndef SERVER_FLEET_LINK_H
#define SERVER_FLEET_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <hiredis/async.h>
#include <uv.h>

#include "fleet_settings.h"

struct fleet_link;

struct fleet_link_user {
    void (*up)(void *user); /* nothing is subscribed yet */

    /* It has been up for some seconds. */
    void (*settled)(void *user, const char *server);

    /* After settled, and where the first try fails: once until it has settled again. What was asked gets a reply NULL
     * before, or soon. */
    void (*down)(void *user, const char *server, const char *why);

    /* Of a channel that was subscribed; bytes NULL: it is from now on. */
    void (*heard)(void *user, const char *channel, const char *bytes, size_t length);

    /* After fleet_link_close: the last call. */
    void (*closed)(void *user);
    void *user;
};

/* settings must stay. It keeps the loop running until it is closed. NULL: no memory. */
struct fleet_link *fleet_link_open(const struct fleet_settings *settings, uv_loop_t *loop,
                                   const struct fleet_link_user *user);

bool fleet_link_is_up(const struct fleet_link *link);

/* Asks for a command, while it is up; the callback comes once, with a reply NULL where there is none. false: not asked.
 */
bool fleet_link_ask(struct fleet_link *link, redisCallbackFn *callback, void *user, int count, const char **parts,
                    const size_t *lengths);

/* An answer came: to be called by each callback whose reply is good. */
void fleet_link_answered(struct fleet_link *link);

/* An answer says that this server is of no use. Another is tried. */
void fleet_link_fail(struct fleet_link *link, const char *why);

/* While it is up. */
void fleet_link_subscribe(struct fleet_link *link, const char *channel);
void fleet_link_unsubscribe(struct fleet_link *link, const char *channel);

/* What was asked may still be answered, for half a second; nothing is heard. Then it frees itself, after closed. */
void fleet_link_close(struct fleet_link *link);

#endif
