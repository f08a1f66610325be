/* Pushes: their sessions, what is kept of them between two requests, and which one a request belongs to. */
#include "push.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REFUSED_US 10000000 /* what comes without a header gets the same answer */

/* ------------------------------------------------------------------- the list */

static void link_push(struct push *push)
{
    struct server *const server = push->server;
    push->next = server->pushes;
    if (push->next != NULL) {
        push->next->previous = push;
    }
    server->pushes = push;
    server->options->memory.used_bytes += push->held_bytes;
}

static void unlink_push(struct push *push)
{
    if (push->previous != NULL) {
        push->previous->next = push->next;
    } else {
        push->server->pushes = push->next;
    }
    if (push->next != NULL) {
        push->next->previous = push->previous;
    }
    if (push->server->to_show == push) {
        push->server->to_show = push->next;
    }
    push->server->options->memory.used_bytes -= push->held_bytes;
}

struct push *push_new(struct server *server, const struct sockaddr *from, const char *path)
{
    struct push *const push = calloc(1, sizeof(*push));
    if (push == NULL) {
        return NULL;
    }
    push->path = strdup(path);
    if (push->path == NULL || !path_track_make(&push->track, path)) {
        free(push->path);
        free(push);
        return NULL;
    }
    push->server = server;
    push->opened_us = server_now_us();
    push->held_bytes = sizeof(*push) + 2 * strlen(path) + 3;
    push->is_busy = true;
    snprintf(push->id, sizeof(push->id), "smooth-%s%" PRIu64, fleet_id_prefix(server->fleet), ++server->serial);
    if (from != NULL) {
        push->from = address_prefix_of(from);
        peer_text(from, push->peer, sizeof(push->peer));
    }
    link_push(push);
    return push;
}

static void forget_session(struct push *push)
{
    mpe_session_free(push->session);
    push->session = NULL;
}

void push_free(struct push *push)
{
    forget_session(push);
    if (push->channel != NULL) {
        channels_leave(push->channel);
    }
    unlink_push(push);
    answer_free(&push->answer);
    path_track_free(&push->track);
    free(push->path);
    free(push);
}

/* ---------------------------------------------------------------- the session */

mpe_channel *push_channel(const struct push *push)
{
    return push->channel != NULL ? push->channel->handle : push->server->options->channel;
}

static void report(struct push *push, const mpe_error *error)
{
    struct server *const server = push->server;
    const int64_t now_us = server_now_us();
    const struct peer_history history = {.id = push->id,
                                         .channel = push->channel != NULL ? push->channel->name : NULL,
                                         .peer = push->peer,
                                         .prefix = push->from,
                                         .was_admitted = push->was_admitted,
                                         .received_bytes = push->received_bytes,
                                         .now_us = now_us,
                                         .lasted_us = now_us - push->opened_us};
    reports_send(&server->reports, push_channel(push), push->session, &history, error);
}

/* A header without a track that is judged, as of subtitles, admits its session at once. */
static void note_header(struct push *push)
{
    mpe_track track = {.struct_size = sizeof(track)};
    push->was_admitted = push->was_admitted || mpe_session_state(push->session) == MPE_STATE_ADMITTED;
    push->header_came = push->header_came || push->was_admitted;
    for (int32_t i = 0; !push->header_came && mpe_session_track(push->session, i, &track) == MPE_OK; i++) {
        push->header_came = track.header_seen != 0;
    }
}

void push_feed(struct push *push, const void *data, size_t length, int64_t now_us)
{
    push->received_bytes += length;
    mpe_session_feed(push->session, data, length, now_us);
    note_header(push);
}

/* Polled until nothing waits: what was only reported ends nothing. */
static bool poll_ending(struct push *push, mpe_error *error)
{
    while (mpe_session_poll_error(push->session, error) == MPE_EVENT) {
        report(push, error);
        if ((error->flags & MPE_ERROR_REPORTED) == 0) {
            return true;
        }
    }
    return false;
}

bool push_take_finding(struct push *push, struct answer *answer)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (push->session == NULL) {
        return false;
    }
    reports_notices(&push->server->reports, push->session, push->id);
    if (!poll_ending(push, &error)) {
        return false;
    }
    reports_notices(&push->server->reports, push->session, push->id);
    *answer = answer_to(push->session, &error);
    answer_free(&push->answer);
    push->answer = answer_copy(answer);
    forget_session(push);
    return true;
}

bool push_end(struct push *push, int32_t code, struct answer *answer)
{
    mpe_error error = {.struct_size = sizeof(error)};
    bool is_answered = false;
    if (push->session == NULL) {
        return false;
    }
    mpe_session_finish(push->session, code, server_now_us());
    if (push_take_finding(push, answer)) {
        return true;
    }
    if (mpe_session_ending(push->session, &error) == MPE_EVENT) {
        /* A POST without a body asks whether it may come, and is no encoder that disconnected. */
        if (push->received_bytes > 0) {
            report(push, &error);
        }
        if (code != 0) {
            *answer = answer_to(push->session, &error);
            is_answered = true;
        }
    }
    forget_session(push);
    return is_answered;
}

bool push_refuse(struct push *push, int32_t code, struct answer *answer)
{
    if (push->session == NULL) {
        return false;
    }
    mpe_session_refuse(push->session, code, server_now_us());
    return push_take_finding(push, answer);
}

bool push_is_known(const struct push *push, const struct channels *channels)
{
    char app[PATH_NAME_BYTES];
    char stream_name[PATH_NAME_BYTES];
    path_names(push->path, app, stream_name, sizeof(app));
    return channels_know(channels, push->channel->name, app, stream_name);
}

/* ----------------------------------------------------------- between two requests */

void push_keep(struct push *push, enum mpe_body_end ended)
{
    const int64_t now_us = server_now_us();
    push->is_busy = false;
    push->ended = ended;
    push->kept_until_us = now_us + (push->session != NULL ? push->server->silent_us : REFUSED_US);
}

bool push_has_room(const struct push *push)
{
    const struct server_options *const options = push->server->options;
    unsigned all = 0;
    unsigned of_address = 0;
    for (const struct push *other = push->server->pushes; other != NULL; other = other->next) {
        all++;
        of_address += memcmp(&other->from, &push->from, sizeof(push->from)) == 0;
    }
    return all <= options->max_connections && of_address <= options->max_per_address;
}

static bool is_of_channel(const struct push *push, const struct channel *channel)
{
    return push->channel == NULL || channel == NULL ? push->channel == channel
                                                    : strcmp(push->channel->name, channel->name) == 0;
}

/* Kept, of the same encoder, and in the same folder. */
static bool is_beside(const struct push *push, const struct push *request)
{
    return !push->is_busy && memcmp(&push->from, &request->from, sizeof(push->from)) == 0 &&
           is_of_channel(push, request->channel) && strcmp(push->track.folder, request->track.folder) == 0;
}

/* Of the same name; a session comes before the memory of one. */
static struct push *find_same(const struct push *request)
{
    struct push *same = NULL;
    for (struct push *push = request->server->pushes; push != NULL; push = push->next) {
        if (is_beside(push, request) && strcasecmp(push->track.name, request->track.name) == 0 &&
            (same == NULL || same->session == NULL)) {
            same = push;
        }
    }
    return same;
}

/* By the end of its name, or because it is the only one there. */
static struct push *find_like(const struct push *request)
{
    struct push *best = NULL;
    struct push *first = NULL;
    size_t best_fit = 0;
    unsigned count = 0;
    for (struct push *push = request->server->pushes; push != NULL; push = push->next) {
        if (push == request || strcmp(push->track.folder, request->track.folder) != 0 || !is_beside(push, request)) {
            continue;
        }
        const size_t fit = path_track_fits(&push->track, request->track.name);
        first = first == NULL ? push : first;
        count++;
        if (fit > best_fit) {
            best = push;
            best_fit = fit;
        }
    }
    return best != NULL || count != 1 ? best : first;
}

/* Another request of the same track is under way: this one is of another encoder, or comes in disorder. */
static bool is_parallel(const struct push *request)
{
    for (const struct push *push = request->server->pushes; push != NULL; push = push->next) {
        if (push != request && push->is_busy && memcmp(&push->from, &request->from, sizeof(push->from)) == 0 &&
            strcmp(push->track.folder, request->track.folder) == 0 &&
            strcasecmp(push->track.name, request->track.name) == 0) {
            return true;
        }
    }
    return false;
}

struct push *push_find(const struct push *request, enum boxes_begin begin)
{
    struct push *const same = begin != BOXES_OTHER ? find_same(request) : NULL;
    if (same != NULL || begin != BOXES_SEGMENT || is_parallel(request)) {
        return same;
    }
    return find_like(request);
}

/* --------------------------------------------------------------------- the end */

static void end_and_free(struct push *push, int32_t code)
{
    struct answer answer = {0, 0, NULL};
    push_end(push, code, &answer);
    answer_free(&answer);
    push_free(push);
}

/* The folder ends all that is in it, a name only its own. */
static bool is_deleted(const struct push *push, const struct push *request)
{
    const char *const folder = request->track.folder;
    if (push->is_busy || memcmp(&push->from, &request->from, sizeof(push->from)) != 0 ||
        !is_of_channel(push, request->channel)) {
        return false;
    }
    if (*request->track.name != '\0' || *folder == '\0' || folder[strlen(folder) - 1] != '/') {
        return is_beside(push, request) && strcasecmp(push->track.name, request->track.name) == 0;
    }
    return strncmp(push->track.folder, folder, strlen(folder)) == 0;
}

bool push_delete(const struct push *request)
{
    bool is_any = false;
    struct push *next;
    for (struct push *push = request->server->pushes; push != NULL; push = next) {
        next = push->next;
        if (push != request && is_deleted(push, request)) {
            end_and_free(push, 0);
            is_any = true;
        }
    }
    return is_any;
}

static void check_time(struct push *push, int64_t now_us)
{
    struct answer answer;
    if (now_us >= push->kept_until_us) {
        end_and_free(push, 0);
    } else if (push->session != NULL && mpe_session_deadline(push->session) <= now_us) {
        mpe_session_tick(push->session, now_us);
        if (push_take_finding(push, &answer)) {
            answer_free(&answer);
            push_keep(push, MPE_BODY_COMPLETE);
        }
    }
}

void pushes_look(struct server *server, int64_t now_us)
{
    struct push *next;
    for (struct push *push = server->pushes; push != NULL; push = next) {
        next = push->next;
        if (!push->is_busy) {
            check_time(push, now_us);
        }
    }
}

void pushes_stop(struct server *server)
{
    struct push *next;
    for (struct push *push = server->pushes; push != NULL; push = next) {
        next = push->next;
        if (!push->is_busy) {
            end_and_free(push, MPI_SYSTEM_MAINTENANCE);
        }
    }
}

void pushes_free(struct server *server)
{
    while (server->pushes != NULL) {
        push_free(server->pushes);
    }
}
