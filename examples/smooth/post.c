#include "post.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "answer.h"
#include "headers.h"
#include "path.h"

#define LEAVING_US    1000000     /* the encoder reads the answer and closes; ffmpeg reads none, and is reset */
#define LEAVING_BYTES (16u << 20) /* ... and sends no more than this meanwhile */
#define URL_BYTES     2048        /* of mpe_session_url */
#define HOST_BYTES    256
#define FIRST_PAID_US 15000000 /* that a body may take to begin ... */
#define LEAST_RATE    32       /* ... and then each second of it takes so many bytes */
#define TOO_SLOW      "The body came too slowly, and is taken for dead; push at the rate of the media."
#define NO_MEMORY     "Too much memory is in use; try again later."
#define CUT_SHORT     "The body ended before its header was complete; push ftyp and moov first, then fragments."

/* ---------------------------------------------------------------- reports */

mpe_channel *post_channel(const struct post *post)
{
    return post->channel != NULL ? post->channel->handle : post->server->options->channel;
}

static void report(struct post *post, const mpe_error *error)
{
    struct server *const server = post->server;
    const int64_t now_us = server_now_us();
    const struct peer_history history = {.id = post->id,
                                         .channel = post->channel != NULL ? post->channel->name : NULL,
                                         .peer = post->peer,
                                         .prefix = post->from,
                                         .was_admitted = post->was_admitted,
                                         .received_bytes = post->received_bytes,
                                         .now_us = now_us,
                                         .lasted_us = now_us - post->opened_us};
    reports_send(&server->reports, post_channel(post), post->session, &history, error);
}

/* A header without a track that is judged, as of subtitles, admits its session at once. */
static void note_header(struct post *post)
{
    mpe_track track = {.struct_size = sizeof track};
    post->was_admitted = post->was_admitted || mpe_session_state(post->session) == MPE_STATE_ADMITTED;
    post->header_came = post->header_came || post->was_admitted;
    for (int32_t i = 0; !post->header_came && mpe_session_track(post->session, i, &track) == MPE_OK; i++) {
        post->header_came = track.header_seen != 0;
    }
}

static void forget_session(struct post *post)
{
    mpe_session_free(post->session);
    post->session = NULL;
}

/* Takes the session's finding, if there is one: reports it, ends the session, and says what to answer. */
static bool take_finding(struct post *post, struct answer *answer)
{
    mpe_error error = {.struct_size = sizeof error};
    if (post->session == NULL) {
        return false;
    }
    reports_notices(&post->server->reports, post->session, post->id);
    if (mpe_session_poll_error(post->session, &error) != MPE_EVENT) {
        return false;
    }
    report(post, &error);
    reports_notices(&post->server->reports, post->session, post->id);
    *answer = answer_to(post->session, &error);
    forget_session(post);
    return true;
}

/* Ends the session: code 0, the encoder did; otherwise what the host says. True: there is something to answer. */
static bool end_session(struct post *post, int32_t code, struct answer *answer)
{
    mpe_error error = {.struct_size = sizeof error};
    bool to_be_told = false;
    if (post->session == NULL) {
        return false;
    }
    mpe_session_finish(post->session, code, server_now_us());
    if (take_finding(post, answer)) {
        return true;
    }
    if (mpe_session_ending(post->session, &error) == MPE_EVENT) {
        /* A POST without a body asks whether it may come, and is no encoder that disconnected. */
        if (post->received_bytes > 0) {
            report(post, &error);
        }
        if (code != 0) {
            *answer = answer_to(post->session, &error);
            to_be_told = true;
        }
    }
    forget_session(post);
    return to_be_told;
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

static struct post *new_post(struct server *server, struct MHD_Connection *connection)
{
    struct post *post = calloc(1, sizeof *post);
    if (post == NULL) {
        return NULL;
    }
    /* Since libmicrohttpd 1.0 an answer lasts until the next question. */
    post->socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const union MHD_ConnectionInfo *peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    post->server = server;
    post->connection = connection;
    post->opened_us = server_now_us();
    post->paid_until_us = post->opened_us + FIRST_PAID_US;
    snprintf(post->id, sizeof post->id, "smooth-%" PRIu64, ++server->serial);
    if (peer != NULL && peer->client_addr != NULL) {
        post->from = address_prefix_of(peer->client_addr);
        peer_text(peer->client_addr, post->peer, sizeof post->peer);
    }
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

/* The host of a target in absolute form counts, not that of the header. */
static mpe_status tell_url(struct post *post, const char *target)
{
    const char *host = MHD_lookup_connection_value(post->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    const char *authority = authority_in(target);
    const char *path = authority != NULL ? authority + strcspn(authority, "/") : target;
    char named[HOST_BYTES + 1];
    char url[URL_BYTES + HOST_BYTES];
    if (authority != NULL) {
        snprintf(named, sizeof named, "%.*s", (int)(path - authority), authority);
        host = named;
        path = *path != '\0' ? path : "/";
    }
    int length = host_is_sound(host) ? snprintf(url, sizeof url, "http://%s%s", host, path) : 0;
    return mpe_session_url(post->session, length > 0 && length < URL_BYTES ? url : path);
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
static mpe_channel *choose_channel(struct post *post, const char *target)
{
    char app[URL_BYTES];
    char stream_name[URL_BYTES];
    struct channels *const channels = post->server->options->channels;
    const char *const authority = authority_in(target);
    if (channels == NULL) {
        return post->server->options->channel;
    }
    path_names(authority != NULL ? authority + strcspn(authority, "/") : target, app, stream_name, sizeof(app));
    post->channel = channels_enter(channels, app, stream_name);
    return post->channel != NULL ? post->channel->handle : channels_lobby(channels);
}

/* What has named no channel and is still in the lobby is refused there. false: it is longer than a URL can be. */
static bool name_target(struct post *post, const char *path)
{
    const mpe_status status = tell_url(post, path);
    if (status == MPE_NAMED) {
        return mpe_session_refuse(post->session, MPE_RTMP_APPID_AUTH_FAILURE, post->opened_us) == MPE_OK;
    }
    return status == MPE_OK;
}

static enum MHD_Result begin(struct post *post, const char *path)
{
    struct server *server = post->server;
    struct answer answer = {0, 0, NULL};
    const char *const fault = headers_fault(post->connection);
    if (fault != NULL) {
        leave_plainly(post, MHD_HTTP_BAD_REQUEST, fault);
        return MHD_YES;
    }
    const char *const excess = find_excess(server);
    if (excess != NULL) {
        return refuse_plainly(post, MHD_HTTP_SERVICE_UNAVAILABLE, excess);
    }
    if (names_events(path)) {
        return refuse_plainly(post, MHD_HTTP_NOT_FOUND, "Events() is not taken; push to Streams(name).");
    }
    mpe_status status = mpe_session_new(&post->session, choose_channel(post, path), MPE_PROTOCOL_FMP4,
                                        post->peer[0] != '\0' ? post->peer : NULL, post->id, post->opened_us);
    if (status != MPE_OK) {
        return refuse_plainly(post, MHD_HTTP_SERVICE_UNAVAILABLE, mpe_status_text(status));
    }
    if (!name_target(post, path)) {
        forget_session(post);
        return refuse_plainly(post, MHD_HTTP_URI_TOO_LONG, "The path is longer than an ingest URL can be.");
    }
    if (!take_finding(post, &answer)) {
        return MHD_YES;
    }
    enum MHD_Result result = refuse(post, &answer);
    answer_free(&answer);
    return result;
}

struct post *post_open(struct server *server, struct MHD_Connection *connection, const char *path,
                       enum MHD_Result *result)
{
    struct post *post = new_post(server, connection);
    *result = post != NULL ? begin(post, path) : MHD_NO;
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

enum MHD_Result post_bytes(struct post *post, const char *data, size_t length)
{
    struct answer answer;
    if (post->phase != PHASE_TAKING) {
        return discard(post, length);
    }
    const int64_t now_us = server_now_us();
    post->received_bytes += length;
    pay(post, length, now_us);
    mpe_session_feed(post->session, data, length, now_us);
    note_header(post);
    if (take_finding(post, &answer)) {
        leave(post, &answer);
        answer_free(&answer);
    }
    return MHD_YES;
}

/* An end inside the header is no finding, but nothing can be played of it: status 412, as where there is no header. */
enum MHD_Result post_end(struct post *post)
{
    struct answer answer = {MHD_HTTP_OK, 0, NULL};
    if (post->phase != PHASE_TAKING) {
        return MHD_NO; /* was answered: close it */
    }
    const bool is_cut_short = post->received_bytes > 0 && !post->header_came;
    if (!end_session(post, 0, &answer) && is_cut_short) {
        answer = answer_plain(MHD_HTTP_PRECONDITION_FAILED, CUT_SHORT);
        server_log(post->server, "%s: status %u: %s", post->id, answer.status, CUT_SHORT);
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
    end_session(post, 0, &answer);
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
    } else if (post->phase == PHASE_TAKING && mpe_session_deadline(post->session) <= now_us) {
        mpe_session_tick(post->session, now_us);
        if (take_finding(post, &answer)) {
            leave(post, &answer);
            answer_free(&answer);
        }
    }
}

/* ----------------------------------------------------------------- the end */

void post_stop(struct post *post)
{
    struct answer answer;
    if (post->phase == PHASE_TAKING && end_session(post, MPI_SYSTEM_MAINTENANCE, &answer)) {
        leave(post, &answer);
        answer_free(&answer);
    }
}

void post_kick(struct post *post)
{
    struct answer answer;
    if (post->phase != PHASE_TAKING || post->session == NULL) {
        return;
    }
    mpe_session_refuse(post->session, MPE_INGEST_ENCODER_CONNECTION_DENIED, server_now_us());
    if (take_finding(post, &answer)) {
        leave(post, &answer);
        answer_free(&answer);
    }
}

void post_close(struct post *post, enum MHD_RequestTerminationCode how)
{
    struct answer answer = {0, 0, NULL};
    if (how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED && post->phase == PHASE_TAKING) {
        server_log(post->server, "%s: the connection was silent for too long, and is taken for dead", post->id);
    }
    end_session(post, how == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN ? MPI_SYSTEM_MAINTENANCE : 0, &answer);
    answer_free(&answer);
    if (post->channel != NULL) {
        channels_leave(post->channel);
    }
    unlink_post(post);
    free(post);
}
