/* What an encoder says before its server is known: answered here, kept, and said again to the server. */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

#include "encoder.h"
#include "rtmp_reply.h"
#include "verdict.h"

#define MOST_SAID    65536u /* before publish, in either direction; an encoder needs 2 kB */
#define MOST_STEPS   16u
#define S1_BYTES     (1u + RTMP_HANDSHAKE_PART) /* with S0 */
#define AMF0_NAME_AT 3u                         /* of a command: a marker, two bytes of length, its name */
#define LATER_NAME   'x'                        /* "xresult": a command that no encoder knows, and therefore skips */

/* A command whose answer the encoder has had from here, and that the server must answer before more is said. */
struct step {
    size_t end; /* in said */
    double transaction;
    double stream_id; /* that the encoder was given; 0: of connect */
};

struct said {
    unsigned char *bytes; /* after the handshake */
    size_t length;
};

struct opening {
    struct upstream_target target;
    struct said encoder;
    struct said server;
    uint32_t handshake_left; /* of the encoder */
    size_t told;             /* of the encoder's bytes, to the server */
    struct step steps[MOST_STEPS];
    unsigned step_count;
    unsigned answered;
    struct rtmp_reader reader; /* of the server */
};

struct opening *opening_new(void)
{
    struct opening *const opening = calloc(1, sizeof(*opening));
    if (opening != NULL) {
        opening->handshake_left = RTMP_HANDSHAKE_BYTES;
        rtmp_reader_start(&opening->reader);
    }
    return opening;
}

void opening_free(struct opening *opening)
{
    if (opening != NULL) {
        rtmp_reader_free(&opening->reader);
        free(opening->encoder.bytes);
        free(opening->server.bytes);
        free(opening);
    }
}

size_t opening_bytes(const struct opening *opening)
{
    return opening != NULL ? sizeof(*opening) + opening->encoder.length + opening->server.length : 0;
}

static bool append(struct said *said, const unsigned char *bytes, size_t length)
{
    unsigned char *const more =
        said->length + length <= MOST_SAID ? realloc(said->bytes, said->length + length + 1) : NULL;
    if (more == NULL) {
        return false;
    }
    memcpy(more + said->length, bytes, length);
    said->bytes = more;
    said->length += length;
    return true;
}

/* --------------------------------------------------------------- to be said */

static bool add_step(struct connection *connection, const struct rtmp_command *command)
{
    struct opening *const opening = connection->opening;
    const bool is_create = strcmp(command->name, "createStream") == 0;
    if (!is_create && strcmp(command->name, "connect") != 0) {
        return true;
    }
    if (opening->step_count == MOST_STEPS) {
        return false;
    }
    opening->steps[opening->step_count++] = (struct step){.end = opening->encoder.length,
                                                          .transaction = command->transaction,
                                                          .stream_id = is_create ? connection->sink.streams + 1 : 0};
    return true;
}

bool opening_keep(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command)
{
    struct opening *const opening = connection->opening;
    const size_t greeting = length < opening->handshake_left ? length : opening->handshake_left;
    opening->handshake_left -= (uint32_t)greeting;
    return append(&opening->encoder, part + greeting, length - greeting) && add_step(connection, command);
}

void opening_connect(struct connection *connection, const struct upstream_target *target)
{
    struct opening *const opening = connection->opening;
    opening->target = *target;
    connection->target = &opening->target;
    upstream_begin(connection);
}

/* ------------------------------------------------------------------- saying it */

static void give_up(struct connection *connection, const char *why)
{
    guard_log(connection->guard, "%s: %s", connection->id, why);
    connection_unreachable(connection);
}

static void say(struct connection *connection, const unsigned char *bytes, size_t length)
{
    if (connection->phase == PHASE_CONNECTING && side_send(&connection->server, bytes, length) != 0) {
        opening_server_closes(connection);
    }
}

void opening_connected(struct connection *connection)
{
    static const unsigned char hello[S1_BYTES] = {
        3}; /* C1 of zeros: no digest is promised, which C2 would have to keep */
    connection->limit_us = guard_now_us() + connection->guard->stall_us;
    side_read(&connection->server);
    say(connection, hello, sizeof(hello));
}

static void say_next(struct connection *connection)
{
    struct opening *const opening = connection->opening;
    const size_t end =
        opening->answered < opening->step_count ? opening->steps[opening->answered].end : opening->encoder.length;
    const size_t from = opening->told;
    opening->told = end;
    say(connection, opening->encoder.bytes + from, end - from);
}

/* ------------------------------------------------------------------ the answers */

/* S1 goes back as C2 as it comes; S2 is an echo of zeros. Returns how many bytes are of the handshake. */
static size_t shake_hands(struct connection *connection, const unsigned char *data, size_t length)
{
    struct rtmp_reader *const reader = &connection->opening->reader;
    const size_t greeting = length < reader->handshake_left ? length : reader->handshake_left;
    const size_t at = (size_t)reader->position;
    const size_t from = at < 1 ? 1 - at : 0;
    const size_t to = at + greeting < S1_BYTES ? greeting : at < S1_BYTES ? S1_BYTES - at : 0;
    enum rtmp_seen seen = RTMP_SAW_NOTHING;
    struct rtmp_command command;
    rtmp_reader_take(reader, data, greeting, &seen, &command);
    if (from < to) {
        say(connection, data + from, to - from);
    }
    if (greeting > 0 && reader->handshake_left == 0) {
        say_next(connection);
    }
    return greeting;
}

/* An answer that the encoder has had already: its header counts for those that follow, its name must not. */
static void disguise(struct opening *opening)
{
    const struct rtmp_reader *const reader = &opening->reader;
    const size_t is_amf3 = reader->last_type == RTMP_COMMAND_AMF3;
    const uint64_t at = reader->payload_at - RTMP_HANDSHAKE_BYTES + is_amf3 + AMF0_NAME_AT;
    if (rtmp_reader_message_bytes(reader) > 0 && at < opening->server.length) {
        opening->server.bytes[at] = LATER_NAME;
    }
}

static bool is_of(const struct rtmp_command *command, const struct step *step)
{
    return command->transaction >= step->transaction && command->transaction <= step->transaction;
}

static void refuse(struct connection *connection)
{
    if (connection->is_player) {
        connection_leave(connection);
        return;
    }
    verdict_refused_by_server(connection, false);
    verdict_refuse(connection, &connection->refusal);
}

static void take_answer(struct connection *connection, const struct rtmp_command *command)
{
    struct opening *const opening = connection->opening;
    const bool is_error = strcmp(command->name, "_error") == 0;
    const struct step *const step = opening->answered < opening->step_count ? &opening->steps[opening->answered] : NULL;
    if (!is_error && strcmp(command->name, "_result") != 0) {
        return;
    }
    disguise(opening);
    if (step == NULL || !is_of(command, step)) {
        return;
    }
    if (is_error) {
        guard_log(connection->guard, "%s: the server refused it: %.100s", connection->id, command->text);
        refuse(connection);
    } else if (step->stream_id > 0 && (command->number < step->stream_id || command->number > step->stream_id)) {
        give_up(connection, "the server counts its message streams in a way of its own");
    } else {
        opening->answered++;
        say_next(connection);
    }
}

/*
 * What the server has said so far goes to the encoder, for its chunk headers count for those that follow. It begins at
 * the chunk size that every connection begins with; the encoder has heard of another one.
 */
static void join(struct connection *connection)
{
    struct opening *const opening = connection->opening;
    struct reply reply;
    reply_start(&reply, connection->from_server.chunk_size);
    reply_chunk_size(&reply, RTMP_DEFAULT_CHUNK_SIZE);
    connection->local = false;
    connection->opening = NULL;
    connection->target = NULL;
    connection_to_client(connection, reply.bytes, reply.length, false);
    if (connection->phase == PHASE_CONNECTING) {
        connection_to_client(connection, opening->server.bytes, opening->server.length, false);
    }
    opening_free(opening);
    if (connection->phase == PHASE_CONNECTING) {
        connection_joined(connection);
    }
}

static bool is_complete(const struct opening *opening)
{
    return opening->answered == opening->step_count && opening->told == opening->encoder.length &&
           rtmp_reader_between(&opening->reader);
}

/* Up to the end of the next message, or all. */
static size_t take_message(struct connection *connection, const unsigned char *data, size_t length)
{
    struct opening *const opening = connection->opening;
    enum rtmp_seen seen = RTMP_SAW_NOTHING;
    struct rtmp_command command;
    const size_t used = rtmp_reader_take(&opening->reader, data, length, &seen, &command);
    if (!append(&opening->server, data, used) || opening->reader.lost) {
        give_up(connection, "the server's answers cannot be read");
    } else if (seen == RTMP_SAW_COMMAND) {
        take_answer(connection, &command);
    }
    return used;
}

void opening_answer(struct connection *connection, const unsigned char *data, size_t length)
{
    size_t used = shake_hands(connection, data, length);
    while (used < length && connection->phase == PHASE_CONNECTING && !is_complete(connection->opening)) {
        used += take_message(connection, data + used, length - used);
    }
    if (connection->phase != PHASE_CONNECTING || !is_complete(connection->opening)) {
        return;
    }
    join(connection);
    if (used < length && connection->phase == PHASE_PASSING) {
        connection_bytes(&connection->server, data + used, length - used);
    }
}

void opening_server_closes(struct connection *connection)
{
    guard_log(connection->guard, "%s: the server closed the connection", connection->id);
    if (connection->opening->reader.handshake_left > 0) {
        connection_unreachable(connection);
    } else {
        refuse(connection);
    }
}
