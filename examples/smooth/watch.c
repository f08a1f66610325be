/* Copies requests into the snapshot of --admin, and ends the one that is asked for. */
#include "watch.h"

#include <string.h>

#include "push.h"

static bool list(void *user, struct admin *admin, bool from_first, unsigned most)
{
    struct server *const server = user;
    const int64_t now_us = server_now_us();
    struct push *one = from_first ? server->pushes : server->to_show;
    for (; one != NULL && most > 0; one = one->next, most--) {
        const struct admin_view view = {.id = one->id,
                                        .channel_name = one->channel != NULL ? one->channel->name : NULL,
                                        .channel = push_channel(one),
                                        .session = one->session,
                                        .peer = one->peer,
                                        .received_bytes = one->received_bytes,
                                        .opened_us = one->opened_us,
                                        .now_us = now_us};
        if (one->session != NULL) {
            admin_show(admin, &view);
        }
    }
    server->to_show = one;
    return one != NULL;
}

static void kick(void *user, const char *id)
{
    const struct server *const server = user;
    struct push *found = server->pushes;
    while (found != NULL && strcmp(found->id, id) != 0) {
        found = found->next;
    }
    if (found != NULL) {
        server_refuse(server, found, MPI_REST_API_CHANNEL_RESET);
    }
}

int server_watch(struct server *server)
{
    const struct admin_program program = {.name = server->options->notify.program,
                                          .list = list,
                                          .kick = kick,
                                          .user = server,
                                          .notify = &server->notify,
                                          .turned = &server->turned,
                                          .fleet = server->fleet,
                                          .has_channels = server->options->channels != NULL};
    return admin_open(&server->admin, &server->options->admin, &program, &server->log, server->loop);
}
