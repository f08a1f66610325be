/* Holds a publish until its channel is known, and the service that is asked has answered. */
#include "publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "encoder.h"
#include "rtmp_reply.h"
#include "verdict.h"

#define LONGEST_NEW_NAME 800u /* with its query: the message is one of 1 KiB */

/* What waits for an answer. */
struct pending_publish {
    struct authorize_request *request;
    struct rtmp_command publish;
    size_t length;
    unsigned char part[]; /* that ends with the publish */
};

size_t publish_bytes(const struct connection *connection)
{
    return connection->pending != NULL ? sizeof(*connection->pending) + connection->pending->length : 0;
}

void publish_give_up(struct connection *connection)
{
    if (connection->pending != NULL) {
        authorize_cancel(connection->pending->request);
        free(connection->pending);
        connection->pending = NULL;
    }
}

static const char *app_of(const struct connection *connection)
{
    return connection->app != NULL ? connection->app : "";
}

static void end_for(struct connection *connection, const char *why)
{
    guard_log(connection->guard, "%s: %s", connection->id, why);
    connection_end(connection, 0);
}

/* Another publish of the same connection must be of the channel that it came to, and nobody is asked about it. */
static bool may_publish_again(const struct connection *connection, const char *stream_name)
{
    const struct channel *const channel = connection->channel;
    if (channel == NULL || strcmp(stream_name, connection->stream_name) == 0) {
        return true;
    }
    return connection->guard->options->server.authorize.url == NULL &&
           channels_know(channel->of, channel->name, app_of(connection), stream_name);
}

static void publish_again(struct connection *connection, const unsigned char *part, size_t length,
                          const struct rtmp_command *command)
{
    if (!may_publish_again(connection, command->text)) {
        end_for(connection, "it publishes to another channel, too");
        return;
    }
    connection->publishes_more = connection->publishes_more || strcmp(command->text, connection->stream_name) != 0;
    if (connection->channel != NULL) {
        connection_holds(connection);
        mpe_session_bind(connection->session, connection->channel->handle, guard_now_us());
    }
    encoder_pass(connection, part, length, command);
}

/* --------------------------------------------------------- under another name */

/* The chunk stream of a message that begins here; 0: one that takes more than a byte. */
static uint32_t short_chunk_stream(const unsigned char *message)
{
    return (*message & 0x3F) >= 2 ? *message & 0x3Fu : 0;
}

/* The server gets a publish of its own making; the encoder's, which must be whole and alone, not. */
static void pass_renamed(struct connection *connection, const unsigned char *part, size_t length,
                         const struct rtmp_command *command, const char *name)
{
    const size_t message = rtmp_reader_message_bytes(&connection->from_client);
    const char *const query = strchr(command->text, '?');
    char whole[LONGEST_NEW_NAME];
    const int written = snprintf(whole, sizeof(whole), "%s%s", name, query != NULL ? query : "");
    const uint32_t chunk_stream = message > 0 && message <= length ? short_chunk_stream(part + length - message) : 0;
    struct reply reply;
    if (chunk_stream == 0 || written >= (int)sizeof(whole)) {
        end_for(connection, "its publish came in pieces, and cannot be renamed");
        return;
    }
    if (length > message) {
        encoder_pass(connection, part, length - message, &(struct rtmp_command){.name = ""});
    }
    if (connection->phase == PHASE_PASSING) {
        reply_start(&reply, connection->from_client.chunk_size);
        reply_publish(&reply, chunk_stream, command, whole);
        encoder_pass(connection, reply.bytes, reply.length, command);
    }
}

/* Its channel is known: what that says of it, and what its last try said. */
static void judge_named(struct connection *connection, const unsigned char *part, size_t length,
                        const struct rtmp_command *command, const char *new_name)
{
    mpe_error error;
    if (verdict_take(connection, &error) || verdict_recall(connection, &error)) {
        verdict_refuse(connection, &error);
    } else if (new_name[0] != '\0' && upstream_of(connection, command->text) != NULL) {
        pass_renamed(connection, part, length, command, new_name);
    } else {
        encoder_pass(connection, part, length, command);
    }
}

/* -------------------------------------------------------------- the service */

/* The channel that the answer says, or else the one of the table. */
static struct channel *find_channel(struct connection *connection, const struct authorize_answer *answer)
{
    struct channels *const channels = connection->guard->options->server.channels;
    const char *const name = answer->name[0] != '\0' ? answer->name : connection->stream_name;
    if (answer->channel == NULL) {
        connection->is_assigned = answer->name[0] != '\0';
        return channels_enter(channels, app_of(connection), name);
    }
    connection->is_assigned = true;
    return channels_enter_named(channels, answer->channel, name);
}

/* false: it is refused, for which the session has a finding; or there is no memory. */
static bool apply_answer(struct connection *connection, const struct authorize_answer *answer)
{
    char why[400];
    struct channel *const channel = find_channel(connection, answer);
    if (answer->fault != NULL) {
        guard_log(connection->guard, "%s: the service of authorize has no answer: %s", connection->id, answer->fault);
    }
    if (channel != NULL && answer->is_accepted && answer->set != NULL &&
        channel_override(channel, answer->set, why, sizeof(why)) != 0) {
        guard_log(connection->guard, "%s: the service of authorize sets what cannot be set: %s", connection->id, why);
        binding_to(connection, channel);
        return binding_to(connection, NULL);
    }
    if (!binding_to(connection, channel)) {
        return false;
    }
    return answer->is_accepted || channel == NULL || binding_to(connection, NULL);
}

static void go_on(struct connection *connection)
{
    if (connection->phase == PHASE_PASSING) {
        side_read(&connection->client);
        connection_give_held(connection);
    }
    connection_schedule(connection);
}

static void on_answer(void *user, const struct authorize_answer *answer)
{
    struct connection *const connection = user;
    struct pending_publish *const pending = connection->pending;
    connection->pending = NULL;
    connection->phase = PHASE_PASSING;
    if (apply_answer(connection, answer)) {
        judge_named(connection, pending->part, pending->length, &pending->publish, answer->name);
    } else {
        end_for(connection, "there is no memory for it");
    }
    free(pending);
    go_on(connection);
}

static bool ask(struct connection *connection, const unsigned char *part, size_t length,
                const struct rtmp_command *command)
{
    char address[PEER_BYTES];
    const struct authorize_question question = {
        .app = app_of(connection),
        .name = connection->stream_name,
        .address = address,
        .tc_url = connection->tc_url != NULL ? connection->tc_url : "",
        .flash_ver = connection->flash_ver != NULL ? connection->flash_ver : "",
        .client_id = connection->id,
    };
    struct pending_publish *const pending = malloc(sizeof(*pending) + length);
    if (pending == NULL) {
        return false;
    }
    peer_host(connection->peer, address, sizeof(address));
    memcpy(pending->part, part, length);
    pending->length = length;
    pending->publish = *command;
    pending->request = authorize_ask(&connection->guard->authorizer, &question, on_answer, connection);
    if (pending->request == NULL) {
        free(pending);
        return false;
    }
    connection->pending = pending;
    connection->phase = PHASE_ASKING;
    side_pause(&connection->client);
    return true;
}

/* --------------------------------------------------------------- the publish */

static bool enter(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command)
{
    const struct server_options *const options = &connection->guard->options->server;
    if (options->authorize.url != NULL) {
        return ask(connection, part, length, command);
    }
    if (options->channels != NULL &&
        !binding_to(connection, channels_enter(options->channels, app_of(connection), connection->stream_name))) {
        return false;
    }
    judge_named(connection, part, length, command, "");
    return true;
}

void publish_take(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command)
{
    if (connection->stream_name != NULL) {
        publish_again(connection, part, length, command);
        return;
    }
    connection->stream_name = strdup(command->text);
    connection->publish_transaction = command->transaction;
    connection->limit_us = INT64_MAX;
    if (connection->stream_name == NULL || !enter(connection, part, length, command)) {
        end_for(connection, "there is no memory for it");
    }
}
