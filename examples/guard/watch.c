/* Copies sessions into the snapshot of --admin, and ends the one that is asked for. */
#include "watch.h"

#include <string.h>

#include "connection.h"

static bool is_shown(const struct connection *connection)
{
    return connection->session != NULL && !connection->judged && connection->phase != PHASE_CLOSED;
}

static bool list(void *user, struct admin *admin, bool from_first, unsigned most)
{
    struct guard *const guard = user;
    const int64_t now_us = guard_now_us();
    struct connection *one = from_first ? guard->connections : guard->to_show;
    for (; one != NULL && most > 0; one = one->next, most--) {
        const struct admin_view view = {.id = one->id,
                                        .channel_name = one->channel != NULL ? one->channel->name : NULL,
                                        .channel = connection_channel(one),
                                        .session = one->session,
                                        .peer = one->peer,
                                        .received_bytes = one->received_bytes,
                                        .opened_us = one->opened_us,
                                        .now_us = now_us};
        if (is_shown(one)) {
            admin_show(admin, &view);
        }
    }
    guard->to_show = one;
    return one != NULL;
}

static void kick(void *user, const char *id)
{
    const struct guard *const guard = user;
    struct connection *found = guard->connections;
    while (found != NULL && strcmp(found->id, id) != 0) {
        found = found->next;
    }
    if (found == NULL || !is_shown(found)) {
        return;
    }
    connection_refuse(found, MPI_REST_API_CHANNEL_RESET);
}

int guard_watch(struct guard *guard)
{
    const struct server_options *const options = &guard->options->server;
    const struct admin_program program = {.name = options->notify.program,
                                          .list = list,
                                          .kick = kick,
                                          .user = guard,
                                          .notify = &guard->notify,
                                          .turned = &guard->turned,
                                          .fleet = guard->fleet,
                                          .shares_port = guard->options->drain_s > 0,
                                          .has_channels = options->channels != NULL};
    return admin_open(&guard->admin, &options->admin, &program, &guard->log, guard->loop);
}
