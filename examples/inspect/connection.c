/* The TCP connections of a capture, and the ingests in them. */
#define _GNU_SOURCE /* memmem */

#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "capture_out.h"
#include "complain.h"
#include "words.h"

/* Ingests that are plotted at a time: 60 KiB each. */
#define MAX_SERIES 1000

/* Handshake and commands come within them. */
#define COMMANDS_BYTES 32768

void connections_begin(struct connections *connections, const struct options *options, struct capture_out *out)
{
    *connections = (struct connections){.options = options, .out = out};
    connections->budget.max_bytes = TCP_HELD_TOTAL_BYTES;
}

static void fail(struct connections *connections)
{
    if (connections->status == 0)
        connections->status = complain("not enough memory for the connections of this capture");
}

/* ------------------------------------------------------------------------------------------------------------ ingests
 */

static void name_ends(const struct connection *connection, struct ingest_report *report)
{
    const bool is_a = connection->client <= 0;
    endpoint_text(is_a ? &connection->key.a : &connection->key.b, report->client);
    endpoint_text(is_a ? &connection->key.b : &connection->key.a, report->server);
}

static void report_ingest(struct connections *connections, const struct connection *connection,
                          struct ingest_report *report)
{
    const struct ingest *const ingest = connection->ingest;
    report->number = ++connections->ingests;
    report->connection = connection;
    report->ingest = ingest;
    report->is_http = connection->role == ROLE_HTTP;
    report->post = connection->posts;
    report->time_us = connections->now_us;
    name_ends(connection, report);
    connections->judged += ingest != NULL;
    connections->with_findings += ingest != NULL && ingest->findings.count > 0;
    if (connections->status == 0)
        connections->status = capture_out_ingest(connections->out, report);
}

static void forget_ingest(struct connections *connections, struct connection *connection)
{
    if (connection->ingest != NULL && connection->ingest->series != NULL)
        connections->series--;
    ingest_free(connection->ingest);
    connection->ingest = NULL;
}

/* Ends the ingest that is under way, if there is one. */
static void end_ingest(struct connections *connections, struct connection *connection, struct ingest_report *report)
{
    struct ingest *const ingest = connection->ingest;
    mpe_status status = MPE_OK;
    if (ingest == NULL)
        return;
    if (report->end == END_CLOSED)
        status = ingest_finish(ingest, connections->now_us);
    else if (report->end == END_CAPTURE)
        status = ingest_pass(ingest, connections->now_us);
    if (status != MPE_OK)
        report->end = END_NO_MEMORY;
    report_ingest(connections, connection, report);
    forget_ingest(connections, connection);
}

static void end_ingest_as(struct connections *connections, struct connection *connection, enum ingest_end end)
{
    struct ingest_report report = {.end = end};
    end_ingest(connections, connection, &report);
}

/* Each ingest is of a channel of its own, or all are of one. 0 or EXIT_UNUSABLE. */
static int choose_channel(struct connections *connections, mpe_channel **channel)
{
    int status = 0;
    *channel = connections->shared;
    if (*channel == NULL)
        status = options_channel(connections->options, true, channel);
    if (status == 0 && connections->options->one_channel)
        connections->shared = *channel;
    return status;
}

static void open_ingest(struct connections *connections, struct connection *connection, int32_t protocol,
                        const char *path)
{
    const bool has_series = connections->options->report_path != NULL && connections->series < MAX_SERIES;
    struct ingest_report names;
    mpe_channel *channel = NULL;
    name_ends(connection, &names);
    if (choose_channel(connections, &channel) == 0)
        connection->ingest = ingest_open(channel, protocol, names.client, path, has_series, connections->now_us);
    if (connections->shared == NULL)
        mpe_channel_free(channel); /* its session keeps what it needs */
    connections->series += connection->ingest != NULL && has_series;
    if (connection->ingest == NULL)
        fail(connections);
    else
        connection->ingest->has_heartbeats = connections->options->json && connections->options->notices;
}

static void feed(struct connections *connections, struct connection *connection, const uint8_t *data, size_t len)
{
    if (connection->ingest != NULL && len > 0 &&
        ingest_feed(connection->ingest, data, len, connections->now_us) != MPE_OK)
        end_ingest_as(connections, connection, END_NO_MEMORY);
}

/* --------------------------------------------------------------------------------------------------------------- HTTP
 */

static bool is_smooth_path(const char *path)
{
    return strstr(path, ".isml") != NULL;
}

/* The beginning of a body, gathered until it is known what it is. */
static void sniff_body(struct connections *connections, struct connection *connection, const struct tcp_span *body)
{
    struct half *const half = &connection->halves[connection->client];
    const size_t room = SNIFF_BYTES - half->head_len;
    const size_t count = body->len < room ? body->len : room;
    memcpy(half->head + half->head_len, body->data, count);
    half->head_len = (uint8_t)(half->head_len + count);
    const int32_t detected = mpe_protocol_detect(half->head, half->head_len);
    const bool is_smooth = is_smooth_path(connection->http->path);
    const bool is_ingest = is_smooth || detected == MPE_PROTOCOL_FMP4 || detected == MPE_PROTOCOL_FLV;
    if (is_ingest) {
        connection->posts++;
        open_ingest(connections, connection, is_smooth ? MPE_PROTOCOL_FMP4 : detected, connection->http->path);
        feed(connections, connection, half->head, half->head_len);
        feed(connections, connection, body->data + count, body->len - count);
    } else if (half->head_len == SNIFF_BYTES) {
        connections->other_bodies++;
        connection->http->has_media = false;
    }
}

static void take_event(struct connections *connections, struct connection *connection, const struct http_event *event)
{
    struct half *const half = &connection->halves[connection->client];
    const struct tcp_span body = {event->data, event->len};
    switch (event->kind) {
    case HTTP_NONE:
        break;
    case HTTP_REQUEST:
        half->head_len = 0;
        break;
    case HTTP_BODY:
        if (connection->ingest != NULL)
            feed(connections, connection, event->data, event->len);
        else if (connection->http->has_media)
            sniff_body(connections, connection, &body);
        break;
    case HTTP_END:
        end_ingest_as(connections, connection, END_CLOSED);
        break;
    case HTTP_BROKEN:
        end_ingest_as(connections, connection, END_HTTP_BROKEN);
        connection->role = ROLE_OTHER;
        break;
    }
}

static void take_http(struct connections *connections, struct connection *connection, const uint8_t *data, size_t len)
{
    struct http_event event;
    do {
        const size_t taken = http_take(connection->http, data, len, &event);
        data += taken;
        len -= taken;
        take_event(connections, connection, &event);
    } while (event.kind != HTTP_NONE && event.kind != HTTP_BROKEN);
}

static void begin_http(struct connections *connections, struct connection *connection)
{
    connection->http = malloc(sizeof(*connection->http));
    if (connection->http == NULL) {
        fail(connections);
        return;
    }
    http_begin(connection->http);
    connection->role = ROLE_HTTP;
}

/* ------------------------------------------------------------------------------------------------------------ sniffing
 */

/* TLS record of a handshake, version 3.x (RFC 8446, 5.1). */
static bool is_tls(const struct half *half)
{
    return half->head_len >= 3 && half->head[0] == 22 && half->head[1] == 3;
}

static bool begins_with(const struct half *half, const char *text)
{
    const size_t len = strlen(text);
    return half->head_len >= len && memcmp(half->head, text, len) == 0;
}

static bool is_http(const struct half *half)
{
    static const char *const methods[] = {"POST ", "PUT ", "GET ", "HEAD ", "OPTIONS ", "DELETE "};
    bool is = false;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        is |= begins_with(half, methods[i]);
    return is;
}

static void drop_held(struct connection *connection)
{
    tcp_drop(&connection->halves[0].stream);
    tcp_drop(&connection->halves[1].stream);
}

static void become_other(struct connections *connections, struct connection *connection, const struct half *half)
{
    connection->role = ROLE_OTHER;
    connections->others++;
    connections->others_mid += connection->is_mid;
    connections->tls += half != NULL && is_tls(half);
    drop_held(connection);
}

/* Without a SYN the registered port says who is the server; -1: it does not. */
static int8_t client_by_port(const struct connection *connection)
{
    const bool is_a = connection->key.a.port == RTMP_PORT;
    const bool is_b = connection->key.b.port == RTMP_PORT;
    return is_a == is_b ? -1 : (int8_t)is_a;
}

/* An RTMP connection whose beginning was not captured: nothing in it can be read. */
static void report_mid(struct connections *connections, struct connection *connection)
{
    struct ingest_report report = {.end = END_MID};
    report_ingest(connections, connection, &report);
    connection->role = ROLE_OTHER;
}

/* What the client's first bytes say; which: the half that has them. */
static void decide(struct connections *connections, struct connection *connection, int which)
{
    const struct half *const half = &connection->halves[which];
    const int32_t detected = mpe_protocol_detect(half->head, half->head_len);
    if (detected != MPE_PROTOCOL_AUTO) {
        connection->client = (int8_t)which;
        connection->role = ROLE_STREAM;
        open_ingest(connections, connection, detected, NULL);
    } else if (is_http(half)) {
        connection->client = (int8_t)which;
        begin_http(connections, connection);
    } else if (half->head_len == SNIFF_BYTES || is_tls(half)) {
        if (connection->is_mid && client_by_port(connection) >= 0 && !is_tls(half))
            report_mid(connections, connection);
        else
            become_other(connections, connection, half);
    }
}

/*
 * RTMP: a client that plays is no ingest. Its command ("play" as AMF0 string, then the transaction) comes first, is
 * short, and in a segment of its own or nearly so.
 */
static bool is_player(const struct connection *connection, const struct tcp_span *span)
{
    static const char play[] = "\x02\x00\x04play";
    const struct ingest *const ingest = connection->ingest;
    return ingest != NULL && ingest->bytes < COMMANDS_BYTES && words_frames(ingest->session) == 0 &&
           memmem(span->data, span->len, play, sizeof(play) - 1) != NULL;
}

static void become_player(struct connections *connections, struct connection *connection)
{
    forget_ingest(connections, connection);
    drop_held(connection);
    connection->role = ROLE_OTHER;
    connections->players++;
}

static void take_stream(struct connections *connections, struct connection *connection, const struct tcp_span *span)
{
    if (is_player(connection, span))
        become_player(connections, connection);
    else
        feed(connections, connection, span->data, span->len);
}

static void take_bytes(struct connections *connections, struct connection *connection, const struct tcp_span *span)
{
    if (connection->role == ROLE_STREAM)
        take_stream(connections, connection, span);
    else if (connection->role == ROLE_HTTP)
        take_http(connections, connection, span->data, span->len);
}

/* Gathers the first bytes; once they are decided on, they and the others are taken. */
static void sniff(struct connections *connections, struct connection *connection, int which,
                  const struct tcp_span *span)
{
    struct half *const half = &connection->halves[which];
    uint8_t head[SNIFF_BYTES];
    const size_t room = SNIFF_BYTES - half->head_len;
    const size_t count = span->len < room ? span->len : room;
    memcpy(half->head + half->head_len, span->data, count);
    half->head_len = (uint8_t)(half->head_len + count);
    decide(connections, connection, which);
    if (connection->role == ROLE_UNKNOWN || connection->role == ROLE_OTHER)
        return;
    const struct tcp_span first = {head, half->head_len};
    const struct tcp_span rest = {span->data + count, span->len - count};
    memcpy(head, half->head, half->head_len); /* the body of a POST is sniffed into it, too */
    half->head_len = 0;
    take_bytes(connections, connection, &first);
    if (rest.len > 0)
        take_bytes(connections, connection, &rest);
}

static void take_span(struct connections *connections, struct connection *connection, int which,
                      const struct tcp_span *span)
{
    if (connection->role == ROLE_UNKNOWN)
        sniff(connections, connection, which, span);
    else
        take_bytes(connections, connection, span);
}

/* ----------------------------------------------------------------------------------------------------------- the ends
 */

static void end_at_hole(struct connections *connections, struct connection *connection, const struct half *half)
{
    struct ingest_report report = {.end = END_HOLE};
    report.hole_offset = half->stream.next_offset;
    report.hole_bytes = tcp_missing(&half->stream);
    report.hole_time_us = half->stream.held != NULL ? half->stream.gap_since_us : connections->now_us;
    end_ingest(connections, connection, &report);
    if (connection->role == ROLE_UNKNOWN && client_by_port(connection) >= 0)
        report_ingest(connections, connection, &report);
    else if (connection->role == ROLE_UNKNOWN)
        become_other(connections, connection, half);
    connection->role = ROLE_OTHER;
    drop_held(connection);
}

/*
 * Nothing more comes: what waits for a segment waits in vain. The connection stays known, so that what is sent of it
 * once more is not taken for another one.
 */
static void end_connection(struct connections *connections, struct connection *connection, enum ingest_end end)
{
    const struct half *const half = connection->client >= 0 ? &connection->halves[connection->client] : NULL;
    if (half != NULL && connection->role != ROLE_OTHER && tcp_missing(&half->stream) > 0)
        end_at_hole(connections, connection, half);
    end_ingest_as(connections, connection, end);
    if (connection->role == ROLE_UNKNOWN || (connection->role == ROLE_HTTP && connection->posts == 0))
        become_other(connections, connection, NULL);
    connection->role = ROLE_OTHER;
    drop_held(connection);
    free(connection->http);
    connection->http = NULL;
}

static void remove_connection(struct connections *connections, struct connection *connection, enum ingest_end end)
{
    end_connection(connections, connection, end);
    HASH_DEL(connections->table, connection);
    free(connection);
}

/* -------------------------------------------------------------------------------------------------------- the segments
 */

static struct connection *look_up(struct connections *connections, const struct segment *segment, int *which)
{
    struct connection probe;
    struct connection *found = NULL;
    *which = memcmp(&segment->from, &segment->to, sizeof(segment->from)) > 0;
    probe.key.a = *which == 0 ? segment->from : segment->to;
    probe.key.b = *which == 0 ? segment->to : segment->from;
    HASH_FIND(hh, connections->table, &probe.key, sizeof(probe.key), found);
    return found;
}

/* The oldest that is no ingest, of those that are looked at; else the oldest. */
static void make_room(struct connections *connections)
{
    struct connection *victim = connections->table;
    for (int i = 0; i < 64 && victim != NULL && victim->role != ROLE_OTHER; i++)
        victim = victim->hh.next;
    victim = victim != NULL ? victim : connections->table;
    connections->evicted += victim->role != ROLE_OTHER;
    remove_connection(connections, victim, END_ROOM);
}

static struct connection *add(struct connections *connections, const struct segment *segment, int which)
{
    if (HASH_COUNT(connections->table) >= CONNECTIONS_MAX)
        make_room(connections);
    struct connection *const connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        fail(connections);
        return NULL;
    }
    connection->key.a = which == 0 ? segment->from : segment->to;
    connection->key.b = which == 0 ? segment->to : segment->from;
    connection->is_mid = (segment->flags & TCP_SYN) == 0;
    connection->client = connection->is_mid ? client_by_port(connection) : -1;
    connection->began_us = segment->time_us;
    tcp_begin(&connection->halves[0].stream, &connections->budget);
    tcp_begin(&connection->halves[1].stream, &connections->budget);
    HASH_ADD(hh, connections->table, key, sizeof(connection->key), connection);
    return connection;
}

/* A SYN that begins this connection again: its ports serve again. */
static bool is_reused(const struct connection *connection, const struct segment *segment, int which)
{
    const struct tcp_stream *const stream = &connection->halves[which].stream;
    const uint32_t first = stream->next_seq - (uint32_t)stream->next_offset;
    return (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && stream->is_begun && segment->seq + 1 != first;
}

/* Who opens is the client; the answer to it says it, too, where the SYN was not captured. */
static void note_syn(struct connection *connection, const struct segment *segment, int which)
{
    struct tcp_stream *const stream = &connection->halves[which].stream;
    const bool is_answer = (segment->flags & TCP_ACK) != 0;
    if (connection->client < 0)
        connection->client = (int8_t)(is_answer ? !which : which);
    if (!stream->is_begun)
        tcp_begin_at(stream, segment->seq + 1);
}

static void take_data(struct connections *connections, struct connection *connection, int which,
                      const struct segment *segment)
{
    struct half *const half = &connection->halves[which];
    struct tcp_span span;
    switch (tcp_take(&half->stream, segment, &span)) {
    case TCP_IN_ORDER:
        take_span(connections, connection, which, &span);
        while (connection->role != ROLE_OTHER && half->stream.held != NULL && tcp_next(&half->stream, &span))
            take_span(connections, connection, which, &span);
        break;
    case TCP_FULL:
        end_at_hole(connections, connection, half);
        break;
    case TCP_NO_MEMORY:
        fail(connections);
        break;
    case TCP_HELD:
        if (segment->time_us - half->stream.gap_since_us > MAX_GAP_US)
            end_at_hole(connections, connection, half);
        break;
    case TCP_NOTHING:
        break;
    }
}

/* Both sides ended, the client did, or one of them reset. */
static bool is_over(struct connection *connection, const struct segment *segment, int which)
{
    if ((segment->flags & TCP_RST) != 0)
        return true;
    if ((segment->flags & TCP_FIN) != 0)
        connection->closed |= (uint8_t)(1 << which);
    const bool is_read = connection->client < 0 || connection->role == ROLE_OTHER ||
                         tcp_is_ended(&connection->halves[connection->client].stream);
    return connection->closed == 3 && is_read;
}

static bool is_from_client(const struct connection *connection, int which)
{
    return connection->client < 0 || connection->client == which;
}

void connections_take(struct connections *connections, const struct segment *segment)
{
    int which;
    struct segment part = *segment;
    struct connection *connection = look_up(connections, segment, &which);
    connections->now_us = segment->time_us > connections->now_us ? segment->time_us : connections->now_us;
    if (connection != NULL && is_reused(connection, segment, which)) {
        remove_connection(connections, connection, END_CLOSED);
        connection = NULL;
    }
    if (connection == NULL && (segment->flags & TCP_SYN) == 0 && segment->len == 0)
        return; /* nothing can be learned from it */
    if (connection == NULL && (connection = add(connections, segment, which)) == NULL)
        return;
    if ((segment->flags & TCP_SYN) != 0) {
        note_syn(connection, segment, which);
        part.seq++;
    }
    if (connection->role != ROLE_OTHER && is_from_client(connection, which))
        take_data(connections, connection, which, &part);
    if (is_over(connection, segment, which))
        end_connection(connections, connection, END_CLOSED);
}

void connections_end(struct connections *connections)
{
    struct connection *connection, *next;
    HASH_ITER(hh, connections->table, connection, next)
    remove_connection(connections, connection, END_CAPTURE);
    mpe_channel_free(connections->shared);
}
