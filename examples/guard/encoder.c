/* Takes bytes from the encoder up to the next command, feeds them to libmpe, and passes them on. */
#include "encoder.h"

#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "opening.h"
#include "player.h"
#include "publish.h"
#include "verdict.h"

#define HALF_CLOSED_US  5000000     /* the encoder has ended, the server not yet */
#define MOST_UNFINISHED 16384u      /* of a message before publish that waits for its end */
#define LEAVING_BYTES   (16u << 20) /* what is refused sends no more than this */

static bool is_named(const struct rtmp_command *command, const char *name)
{
    return strcmp(command->name, name) == 0;
}

/* ------------------------------------------------------------ what it says */

static void replace_text(char **place, const char *text)
{
    free(*place);
    *place = text[0] != '\0' ? strdup(text) : NULL;
}

/* The last connect before publish counts; after it there may be no other one. */
static void note_connect(struct connection *connection, const struct rtmp_command *command)
{
    if (connection->stream_name != NULL) {
        guard_log(connection->guard, "%s: it connects again after it has published", connection->id);
        connection_end(connection, 0);
        return;
    }
    connection->has_connected = true;
    connection->connect_transaction = command->transaction;
    replace_text(&connection->app, command->text);
    replace_text(&connection->tc_url, command->tc_url);
    replace_text(&connection->flash_ver, command->flash_ver);
}

/* Up to the end of the next command, or all. The name of command is "" where none ended. */
static size_t next_part(struct connection *connection, const unsigned char *data, size_t length,
                        struct rtmp_command *command)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    while (seen == RTMP_SAW_MESSAGE) {
        used += rtmp_reader_take(&connection->from_client, data + used, length - used, &seen, command);
        if (seen == RTMP_SAW_MESSAGE && connection->is_player) {
            player_check(connection);
        }
    }
    if (seen != RTMP_SAW_COMMAND) {
        command->name[0] = '\0';
    }
    return used;
}

/* ------------------------------------------------------------- judging it */

static mpe_status feed(struct connection *connection, const unsigned char *data, size_t length)
{
    connection_holds(connection);
    const mpe_status status = mpe_session_feed(connection->session, data, length, guard_now_us());
    if (!connection->was_admitted) {
        connection->was_admitted = mpe_session_state(connection->session) == MPE_STATE_ADMITTED;
    }
    return status;
}

/* An encoder that waits for a server is not one that went silent; to a whole C0 and C1 there must be an answer. */
static void await_answer(struct connection *connection)
{
    bool is_asked = connection->received_bytes > RTMP_HANDSHAKE_PART;
    if (is_asked && connection->from_server.position == 0 && connection->silent_us == INT64_MAX) {
        connection->silent_us = guard_now_us() + connection->guard->stall_us;
    }
}

static void pass_to_server(struct connection *connection, const unsigned char *data, size_t length)
{
    await_answer(connection);
    int status = side_send(&connection->server, data, length);
    if (status != 0) {
        connection_server_broke(connection, status);
    } else if (side_is_full(&connection->server)) {
        connection->stalled_us = guard_now_us() + connection->guard->stall_us;
        side_pause(&connection->client);
    }
}

static void answer_here(struct connection *connection, const unsigned char *part, size_t length,
                        const struct rtmp_command *command)
{
    sink_bytes(&connection->sink, part, length);
    if (command->name[0] != '\0' && connection->phase == PHASE_PASSING) {
        sink_command(&connection->sink, command);
    }
}

/* With publish or play it is known which server it is for, or that it is for none. */
static void pass_opening(struct connection *connection, const unsigned char *part, size_t length,
                         const struct rtmp_command *command)
{
    const bool is_last = is_named(command, "publish") || is_named(command, "play") || is_named(command, "play2");
    const struct upstream_target *const target = is_last ? upstream_of(connection, command->text) : NULL;
    if (!opening_keep(connection, part, length, command)) {
        guard_log(connection->guard, "%s: it says too much before it publishes", connection->id);
        connection_end(connection, 0);
    } else if (target != NULL) {
        opening_connect(connection, target);
    } else {
        if (is_last) {
            opening_free(connection->opening);
            connection->opening = NULL;
        }
        answer_here(connection, part, length, command);
    }
}

void encoder_pass(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command)
{
    if (connection->opening != NULL) {
        pass_opening(connection, part, length, command);
    } else if (connection->local) {
        answer_here(connection, part, length, command);
    } else {
        pass_to_server(connection, part, length);
    }
}

static void obey_command(struct connection *connection, const struct rtmp_command *command)
{
    if (is_named(command, "connect")) {
        note_connect(connection, command);
    } else if (is_named(command, "play") || is_named(command, "play2")) {
        player_play(connection, command);
    }
}

/*
 * Nothing passes before it was judged: the server never sees the bytes that were refused. In the lobby a publish is
 * judged by the channel that it names, which publish.c finds.
 */
static void judge_part(struct connection *connection, const unsigned char *part, size_t length,
                       const struct rtmp_command *command)
{
    const bool is_publish = is_named(command, "publish");
    mpe_error error;
    obey_command(connection, command);
    if (connection->phase != PHASE_PASSING) {
        return;
    }
    if (connection->is_player) {
        player_pass(connection, part, length, command);
        return;
    }
    const bool is_named_now = feed(connection, part, length) == MPE_NAMED;
    if (verdict_take(connection, &error)) {
        verdict_refuse(connection, &error);
    } else if (connection->has_choice &&
               (is_publish != is_named_now || (is_publish && !binding_agrees(connection, command)))) {
        guard_log(connection->guard, "%s: what it publishes cannot be read", connection->id);
        connection_end(connection, 0);
    } else if (is_publish) {
        publish_take(connection, part, length, command);
    } else {
        encoder_pass(connection, part, length, command);
    }
}

/* What comes after a publish that waits, or before there is a server, waits too. */
static void wait_behind(struct connection *connection, const unsigned char *data, size_t length)
{
    if (length > 0 && !connection_hold(connection, data, length)) {
        connection_close(connection);
        return;
    }
    connection->received_bytes -= length;
}

/* ------------------------------------------------------------ whole commands */

/* Nothing of a publish may pass before it is decided: what is not a whole message yet waits for the rest of it. */
static bool waits_for_rest(const struct connection *connection, size_t length, const struct rtmp_command *command)
{
    const struct rtmp_reader *const reader = &connection->from_client;
    return command->name[0] == '\0' && connection->stream_name == NULL && !connection->is_player && !reader->lost &&
           reader->handshake_left == 0 && !rtmp_reader_between(reader) &&
           connection->unfinished_bytes + length <= MOST_UNFINISHED;
}

static bool keep_unfinished(struct connection *connection, const unsigned char *part, size_t length)
{
    unsigned char *const more = realloc(connection->unfinished, connection->unfinished_bytes + length);
    if (more == NULL) {
        return false;
    }
    memcpy(more + connection->unfinished_bytes, part, length);
    connection->unfinished = more;
    connection->unfinished_bytes += length;
    return true;
}

static void judge_finished(struct connection *connection, const struct rtmp_command *command)
{
    unsigned char *const part = connection->unfinished;
    const size_t length = connection->unfinished_bytes;
    connection->unfinished = NULL;
    connection->unfinished_bytes = 0;
    judge_part(connection, part, length, command);
    free(part);
}

static void take_part(struct connection *connection, const unsigned char *part, size_t length,
                      const struct rtmp_command *command)
{
    const bool waits = waits_for_rest(connection, length, command);
    if (!waits && connection->unfinished == NULL) {
        judge_part(connection, part, length, command);
    } else if (!keep_unfinished(connection, part, length)) {
        connection_close(connection);
    } else if (!waits) {
        judge_finished(connection, command);
    }
}

static void judge_and_pass(struct connection *connection, const unsigned char *data, size_t length)
{
    size_t used = 0;
    struct rtmp_command command;
    while (used < length && connection->phase == PHASE_PASSING) {
        const size_t part = next_part(connection, data + used, length - used, &command);
        if (connection->phase == PHASE_PASSING) {
            take_part(connection, data + used, part, &command);
        }
        used += part;
    }
    if (connection->phase == PHASE_ASKING || connection->phase == PHASE_CONNECTING) {
        wait_behind(connection, data + used, length - used);
    }
}

/* --------------------------------------------------------- after the verdict */

static void discard(struct connection *connection, size_t length)
{
    connection->discarded_bytes += length;
    if (connection->discarded_bytes > LEAVING_BYTES) {
        connection_close(connection);
    }
}

/* Read on up to the end of one message, for which the encoder must be given its time. */
static void let_write(struct connection *connection, const unsigned char *data, size_t length)
{
    struct rtmp_reader *const reader = &connection->from_client;
    enum rtmp_seen seen = RTMP_SAW_NOTHING;
    struct rtmp_command command;
    if (!connection->has_written) {
        connection_writes_on(connection);
        rtmp_reader_take(reader, data, length, &seen, &command);
        connection->has_written = seen != RTMP_SAW_NOTHING || reader->lost;
    }
    discard(connection, length);
}

/* A session that is over takes what its encoder asks for, still, up to its publish: that is what a refusal answers. */
static void await_question(struct connection *connection, const unsigned char *data, size_t length)
{
    size_t used = 0;
    struct rtmp_command command;
    feed(connection, data, length);
    sink_bytes(&connection->sink, data, length);
    while (used < length && connection->phase == PHASE_REFUSING) {
        used += next_part(connection, data + used, length - used, &command);
    }
    verdict_try_to_tell(connection);
}

void encoder_bytes(struct connection *connection, const unsigned char *data, size_t length)
{
    if (connection->phase == PHASE_ANNOUNCED) {
        connection_announced(connection, data, length);
        return;
    }
    connection->received_bytes += length;
    switch (connection->phase) {
    case PHASE_PASSING:
        judge_and_pass(connection, data, length);
        break;
    case PHASE_ASKING:
    case PHASE_CONNECTING:
        wait_behind(connection, data, length);
        break;
    case PHASE_REFUSING:
        if (connection->answer_connect) {
            await_question(connection, data, length);
        }
        discard(connection, length);
        break;
    case PHASE_LEAVING:
        let_write(connection, data, length);
        break;
    case PHASE_ANNOUNCED:
    case PHASE_CLOSED:
        break;
    }
}

static void end_passing(struct connection *connection)
{
    mpe_error error;
    if (verdict_end_session(connection, connection_ending_code(connection), &error)) {
        verdict_refuse(connection, &error);
    } else if (connection->local || connection->server.ended || side_shut(&connection->server) != 0) {
        connection_close(connection);
    } else {
        connection->limit_us = guard_now_us() + HALF_CLOSED_US;
    }
}

void encoder_eof(struct connection *connection)
{
    if (connection->phase == PHASE_LEAVING) {
        if (connection->client.gone) {
            connection_close(connection);
        }
    } else if (connection->phase == PHASE_PASSING) {
        end_passing(connection);
    } else if (connection->answer_connect || connection->phase == PHASE_ANNOUNCED ||
               connection->phase == PHASE_ASKING) {
        connection_end(connection, connection_ending_code(connection));
    }
}
