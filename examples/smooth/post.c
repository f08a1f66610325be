/* Requests: their answers, their bodies, and whose bodies these are. */
#include "post.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "answer.h"
#include "common/server/request_headers.h"
#include "push.h"

#define LEAVING_US    1000000     /* the encoder reads the answer and closes; ffmpeg reads none, and is reset */
#define LEAVING_BYTES (16u << 20) /* ... and sends no more than this meanwhile */
#define URL_BYTES     2048        /* of mpe_session_url */
#define HOST_BYTES    256
#define FIRST_PAID_US 15000000 /* that a body may take to begin ... */
#define LEAST_RATE    32       /* ... and then each second of it takes so many bytes */
#define TOO_SLOW      "The body came too slowly, and is taken for dead; push at the rate of the media."
#define NO_MEMORY     "Too much memory is in use; try again later."
#define TOO_MANY      "Too many tracks are being pushed; try again later."
#define MANIFEST_BYTES (4u << 20)
#define CUT_SHORT     "The body ended before its header was complete; push ftyp and moov first, then fragments."

/* The request has no part in it any more. */
static void drop_push(struct post *post)
{
    if (post->push != NULL) {
        push_free(post->push);
        post->push = NULL;
    }
}

static void keep_push(struct post *post, enum mpe_body_end ended)
{
    push_keep(post->push, ended);
    post->push = NULL;
}

/* After a finding: what still comes of a track whose header was seen gets the same answer. */
static void keep_answer(struct post *post)
{
    const bool has_begun = boxes_begin(post->head) == BOXES_HEADER || post->push->bodies > 1;
    if (post->head_length == sizeof(post->head) && has_begun && push_has_room(post->push)) {
        keep_push(post, MPE_BODY_COMPLETE);
    } else {
        drop_push(post);
    }
}

static bool take_finding(struct post *post, struct answer *answer)
{
    if (!push_take_finding(post->push, answer)) {
        return false;
    }
    keep_answer(post);
    return true;
}

/* The track is over. */
static bool end_push(struct post *post, int32_t code, struct answer *answer)
{
    const bool is_answered = push_end(post->push, code, answer);
    if (is_answered && code == 0) {
        keep_answer(post);
    }
    drop_push(post);
    return is_answered;
}

/* ----------------------------------------------------------------- answers */

static void leave(struct post *post, const struct answer *answer)
{
    answer_now(post->socket, answer);
    post->phase = PHASE_LEAVING;
    post->leave_us = server_now_us() + LEAVING_US;
}

/*
 * Before the body: an encoder that waits for "100 Continue" sends none, and libmicrohttpd can answer; of another the
 * first bytes may be here already, and a socket closed over them would be reset before the answer is read.
 */
static enum MHD_Result refuse(struct post *post, const struct answer *answer)
{
    const char *expect = MHD_lookup_connection_value(post->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
    if (expect == NULL || strcasecmp(expect, "100-continue") != 0) {
        leave(post, answer);
        return MHD_YES;
    }
    post->phase = PHASE_ANSWERED;
    return answer_queue(post->connection, answer);
}

/* With a sentence alone, and the end of the connection: what follows may be no request. */
static void leave_plainly(struct post *post, unsigned status, const char *sentence)
{
    struct answer answer = answer_plain(status, sentence);
    server_log(post->server, "%s: status %u: %s", post->id, status, sentence);
    leave(post, &answer);
    answer_free(&answer);
}

static enum MHD_Result refuse_plainly(struct post *post, unsigned status, const char *sentence)
{
    struct answer answer = answer_plain(status, sentence);
    server_log(post->server, "%s: status %u: %s", post->id, status, sentence);
    enum MHD_Result result = refuse(post, &answer);
    answer_free(&answer);
    return result;
}

/* --------------------------------------------------------------- the start */

static void link_post(struct post *post)
{
    struct server *server = post->server;
    post->next = server->posts;
    if (post->next != NULL) {
        post->next->previous = post;
    }
    server->posts = post;
    server->post_count++;
}

static void unlink_post(struct post *post)
{
    struct server *server = post->server;
    if (post->previous != NULL) {
        post->previous->next = post->next;
    } else {
        server->posts = post->next;
    }
    if (post->next != NULL) {
        post->next->previous = post->previous;
    }
    server->post_count--;
}

static struct post *new_post(struct server *server, struct MHD_Connection *connection, const char *path)
{
    struct post *const post = calloc(1, sizeof(*post));
    const union MHD_ConnectionInfo *const peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct push *const push = post != NULL ? push_new(server, peer != NULL ? peer->client_addr : NULL, path) : NULL;
    if (push == NULL) {
        free(post);
        return NULL;
    }
    /* Since libmicrohttpd 1.0 an answer lasts until the next question. */
    post->socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    post->server = server;
    post->connection = connection;
    post->paid_until_us = push->opened_us + FIRST_PAID_US;
    post->push = push;
    memcpy(post->id, push->id, sizeof(post->id));
    link_post(post);
    return post;
}

/* The encoder says it; it goes into notifications. */
static bool host_is_sound(const char *host)
{
    size_t length = host != NULL ? strlen(host) : 0;
    return length > 0 && length < HOST_BYTES &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == length;
}

/* The authority of a target in absolute form ("http://HOST:PORT/PATH", RFC 9112 3.2.2), or NULL: it is a path. */
static const char *authority_in(const char *target)
{
    bool is_http = strncasecmp(target, "http://", 7) == 0;
    return is_http || strncasecmp(target, "https://", 8) == 0 ? target + (is_http ? 7 : 8) : NULL;
}

static const char *path_in(const char *target)
{
    const char *const authority = authority_in(target);
    const char *const path = authority != NULL ? authority + strcspn(authority, "/") : target;
    return *path != '\0' ? path : "/";
}

/* The host of a target in absolute form counts, not that of the header. NULL: no memory. */
static char *make_url(struct post *post, const char *target)
{
    const char *host = MHD_lookup_connection_value(post->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    const char *const authority = authority_in(target);
    const char *const path = path_in(target);
    char named[HOST_BYTES + 1];
    char url[URL_BYTES + HOST_BYTES];
    if (authority != NULL) {
        snprintf(named, sizeof(named), "%.*s", (int)strcspn(authority, "/"), authority);
        host = named;
    }
    const int length = host_is_sound(host) ? snprintf(url, sizeof(url), "http://%s%s", host, path) : 0;
    return strdup(length > 0 && length < URL_BYTES ? url : path);
}

/* "Events()" is of other servers' protocol, and must not be used here. */
static bool names_events(const char *path)
{
    for (; *path != '\0'; path++) {
        if (strncasecmp(path, "/events(", 8) == 0) {
            return true;
        }
    }
    return false;
}

/* Why a request is not looked at, or NULL. */
static const char *find_excess(const struct server *server)
{
    if (server->post_count > server->options->max_connections) {
        return "Too many POSTs are under way; try again later.";
    }
    const struct memory_bound *const memory = &server->options->memory;
    return memory->used_bytes > memory->most_bytes ? NO_MEMORY : NULL;
}

/* The channel that the path belongs to, where there are several; the lobby for a path of none. */
static mpe_channel *choose_channel(struct post *post, const char *path)
{
    char app[PATH_NAME_BYTES];
    char stream_name[PATH_NAME_BYTES];
    struct channels *const channels = post->server->options->channels;
    struct push *const push = post->push;
    if (channels == NULL) {
        return post->server->options->channel;
    }
    path_names(path, app, stream_name, sizeof(app));
    push->channel = channels_enter(channels, app, stream_name);
    return push->channel != NULL ? push->channel->handle : channels_lobby(channels);
}

/* What has named no channel and is still in the lobby is refused there. false: it is longer than a URL can be. */
static bool name_target(struct post *post)
{
    const mpe_status status = mpe_session_url(post->push->session, post->url);
    if (status == MPE_NAMED) {
        return mpe_session_refuse(post->push->session, MPE_RTMP_APPID_AUTH_FAILURE, post->push->opened_us) == MPE_OK;
    }
    return status == MPE_OK;
}

/* Why a request is refused before its path is judged; status 0: it is not. */
static unsigned find_fault(const struct post *post, const char *path, const char **sentence)
{
    *sentence = find_excess(post->server);
    if (*sentence != NULL) {
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    *sentence = "Events() is not taken; push to Streams(name).";
    return names_events(path) ? MHD_HTTP_NOT_FOUND : 0;
}

/* Its path, address and channel are judged with every request, whatever its body belongs to. */
static mpe_status open_session(struct post *post, const char *path)
{
    struct push *const push = post->push;
    return mpe_session_new(&push->session, choose_channel(post, path), MPE_PROTOCOL_FMP4,
                           push->peer[0] != '\0' ? push->peer : NULL, push->id, push->opened_us);
}

static enum MHD_Result begin(struct post *post, const char *target, const char *version)
{
    const char *const path = path_in(target);
    struct answer answer = {0, 0, NULL};
    const char *sentence = request_headers_fault(post->connection, version);
    if (sentence != NULL) {
        leave_plainly(post, MHD_HTTP_BAD_REQUEST, sentence);
        return MHD_YES;
    }
    const unsigned fault = find_fault(post, path, &sentence);
    if (fault != 0) {
        return refuse_plainly(post, fault, sentence);
    }
    post->url = make_url(post, target);
    const mpe_status status = post->url != NULL ? open_session(post, path) : MPE_NO_MEMORY;
    if (status != MPE_OK) {
        return refuse_plainly(post, MHD_HTTP_SERVICE_UNAVAILABLE, mpe_status_text(status));
    }
    if (!name_target(post)) {
        drop_push(post);
        return refuse_plainly(post, MHD_HTTP_URI_TOO_LONG, "The path is longer than an ingest URL can be.");
    }
    if (!take_finding(post, &answer)) {
        post->is_manifest = path_is_manifest(path);
        return MHD_YES;
    }
    enum MHD_Result result = refuse(post, &answer);
    answer_free(&answer);
    return result;
}

/* A file that is deleted is old; a track, its header or its folder is over. */
static enum MHD_Result delete_kept(struct post *post)
{
    struct answer answer = {MHD_HTTP_OK, 0, NULL};
    if (!post->push->track.is_segment && !post->is_manifest && !push_delete(post->push)) {
        answer = answer_plain(MHD_HTTP_NOT_FOUND, "Nothing is pushed there.");
    }
    drop_push(post);
    post->phase = PHASE_ANSWERED;
    const enum MHD_Result result = answer_queue(post->connection, &answer);
    answer_free(&answer);
    return result;
}

struct post *post_open(struct server *server, struct MHD_Connection *connection, const char *path, const char *version,
                       bool is_delete, enum MHD_Result *result)
{
    struct post *const post = new_post(server, connection, path_in(path));
    *result = post != NULL ? begin(post, path, version) : MHD_NO;
    if (is_delete && post != NULL && post->phase == PHASE_TAKING) {
        *result = delete_kept(post);
    }
    return post;
}

/* ---------------------------------------------------------------- the body */

static enum MHD_Result discard(struct post *post, size_t length)
{
    post->discarded_bytes += length;
    return post->discarded_bytes <= LEAVING_BYTES && server_now_us() < post->leave_us ? MHD_YES : MHD_NO;
}

/* Silence may last as long as the server lets it, however much came before. */
static void pay(struct post *post, size_t length, int64_t now_us)
{
    const int64_t most_us = now_us + post->server->silent_us;
    const int64_t bytes = length < LEAST_RATE * 3600 ? (int64_t)length : LEAST_RATE * 3600;
    const int64_t paid_us = post->paid_until_us + bytes * 1000000 / LEAST_RATE;
    post->paid_until_us = paid_us < most_us ? paid_us : most_us;
}

/* ... and what is under way goes on with this body. */
static void adopt(struct post *post, struct push *kept)
{
    drop_push(post);
    post->push = kept;
    kept->is_busy = true;
    memcpy(post->id, kept->id, sizeof(post->id));
    mpe_session_next_body(kept->session, post->url, kept->ended, server_now_us());
}

static void leave_with(struct post *post, struct answer *answer)
{
    leave(post, answer);
    answer_free(answer);
}

/* The first bytes say whose body it is. */
static void choose_push(struct post *post)
{
    const enum boxes_begin begins = boxes_begin(post->head);
    struct push *const kept = push_find(post->push, begins);
    if (kept == NULL && begins == BOXES_HEADER && !push_has_room(post->push)) {
        drop_push(post);
        leave_plainly(post, MHD_HTTP_SERVICE_UNAVAILABLE, TOO_MANY);
    } else if (kept != NULL && kept->session != NULL) {
        adopt(post, kept);
    } else if (kept != NULL && begins == BOXES_SEGMENT) {
        struct answer answer = answer_copy(&kept->answer);
        drop_push(post);
        leave_with(post, &answer);
    } else if (kept != NULL) {
        push_free(kept); /* a header begins a new push, which is judged from its start */
    }
    if (post->push != NULL) {
        post->push->bodies++;
    }
}

static void feed(struct post *post, const void *data, size_t length, int64_t now_us)
{
    struct answer answer;
    boxes_take(&post->boxes, data, length);
    push_feed(post->push, data, length, now_us);
    if (take_finding(post, &answer)) {
        leave_with(post, &answer);
    }
}

/* How many bytes were taken for the head of the body; with its last one, it is fed. */
static size_t take_head(struct post *post, const char *data, size_t length, int64_t now_us)
{
    const size_t wanted = sizeof(post->head) - post->head_length;
    const size_t taken = length < wanted ? length : wanted;
    memcpy(post->head + post->head_length, data, taken);
    post->head_length += taken;
    if (wanted > 0 && taken == wanted) {
        choose_push(post);
        if (post->phase == PHASE_TAKING) {
            feed(post, post->head, sizeof(post->head), now_us);
        }
    }
    return taken;
}

enum MHD_Result post_bytes(struct post *post, const char *data, size_t length)
{
    if (post->phase != PHASE_TAKING) {
        return discard(post, length);
    }
    const int64_t now_us = server_now_us();
    post->received_bytes += length;
    pay(post, length, now_us);
    if (post->is_manifest) {
        if (post->received_bytes > MANIFEST_BYTES) {
            drop_push(post);
            leave_plainly(post, MHD_HTTP_CONTENT_TOO_LARGE, "A manifest or playlist has at most 4 MiB.");
        }
        return MHD_YES;
    }
    const size_t taken = take_head(post, data, length, now_us);
    if (taken < length && post->phase == PHASE_TAKING) {
        feed(post, data + taken, length - taken, now_us);
    }
    return MHD_YES;
}

/*
 * A box of the end is what ends a track; without it more may come. An end inside the header is no finding, but nothing
 * can be played of it: status 412, as where there is no header.
 */
static void end_body(struct post *post, struct answer *answer)
{
    struct push *const push = post->push;
    if (post->head_length > 0 && post->head_length < sizeof(post->head)) {
        push_feed(push, post->head, post->head_length, server_now_us());
    }
    if (post->received_bytes > 0 && push->header_came && !post->boxes.has_mfra) {
        mpe_session_next_body(push->session, NULL, MPE_BODY_COMPLETE, server_now_us());
        if (!take_finding(post, answer)) {
            keep_push(post, MPE_BODY_COMPLETE);
        }
        return;
    }
    const bool is_cut_short = post->received_bytes > 0 && !push->header_came;
    if (!end_push(post, 0, answer) && is_cut_short) {
        *answer = answer_plain(MHD_HTTP_PRECONDITION_FAILED, CUT_SHORT);
        server_log(post->server, "%s: status %u: %s", post->id, answer->status, CUT_SHORT);
    }
}

enum MHD_Result post_end(struct post *post)
{
    struct answer answer = {MHD_HTTP_OK, 0, NULL};
    if (post->phase != PHASE_TAKING) {
        return MHD_NO; /* was answered: close it */
    }
    if (post->is_manifest) {
        drop_push(post);
    } else {
        end_body(post, &answer);
    }
    post->phase = PHASE_ANSWERED;
    enum MHD_Result result = answer_queue(post->connection, &answer);
    answer_free(&answer);
    return result;
}

/* ---------------------------------------------------------------- the time */

/* It is gone, as far as anybody can tell. */
static void give_up_slow(struct post *post)
{
    struct answer answer = {0, 0, NULL};
    end_push(post, 0, &answer);
    answer_free(&answer);
    leave_plainly(post, MHD_HTTP_REQUEST_TIMEOUT, TOO_SLOW);
}

void post_look(struct post *post, int64_t now_us)
{
    struct answer answer;
    if (post->phase == PHASE_LEAVING && now_us >= post->leave_us) {
        shutdown(post->socket, SHUT_RDWR); /* libmicrohttpd reads the end, and closes it */
    } else if (post->phase == PHASE_TAKING && now_us >= post->paid_until_us) {
        give_up_slow(post);
    } else if (post->phase == PHASE_TAKING && mpe_session_deadline(post->push->session) <= now_us) {
        mpe_session_tick(post->push->session, now_us);
        if (take_finding(post, &answer)) {
            leave_with(post, &answer);
        }
    }
}

/* ----------------------------------------------------------------- the end */

void post_stop(struct post *post)
{
    struct answer answer;
    if (post->phase == PHASE_TAKING && end_push(post, MPI_SYSTEM_MAINTENANCE, &answer)) {
        leave_with(post, &answer);
    }
}

void post_refuse(struct post *post, int32_t code)
{
    struct answer answer;
    if (post->phase == PHASE_TAKING && push_refuse(post->push, code, &answer)) {
        keep_answer(post);
        leave_with(post, &answer);
    }
}

void post_close(struct post *post, enum MHD_RequestTerminationCode how)
{
    struct answer answer = {0, 0, NULL};
    if (how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED && post->phase == PHASE_TAKING) {
        server_log(post->server, "%s: the connection was silent for too long, and is taken for dead", post->id);
    }
    if (post->push != NULL && how != MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN && post->push->bodies > 1 &&
        post->push->session != NULL) {
        keep_push(post, MPE_BODY_CUT); /* of many requests one broke off */
    } else if (post->push != NULL) {
        end_push(post, how == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN ? MPI_SYSTEM_MAINTENANCE : 0, &answer);
        answer_free(&answer);
    }
    unlink_post(post);
    free(post->url);
    free(post);
}
