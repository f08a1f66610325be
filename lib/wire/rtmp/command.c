/* Reads the commands of a client that matter here. */
#include "wire/rtmp/command.h"

#include <stddef.h>

#include "wire/amf0.h"

/* A command is AMF0 values: name, transaction id, command object (or null), arguments. */

static enum mpe_command_kind kind_of(struct mpe_span name)
{
    static const struct {
        const char *name;
        enum mpe_command_kind kind;
    } rows[] = {
        {"connect", MPE_COMMAND_CONNECT},          {"createStream", MPE_COMMAND_CREATE_STREAM},
        {"publish", MPE_COMMAND_PUBLISH},          {"FCUnpublish", MPE_COMMAND_FC_UNPUBLISH},
        {"closeStream", MPE_COMMAND_CLOSE_STREAM}, {"deleteStream", MPE_COMMAND_DELETE_STREAM},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (mpe_amf0_text_is(name, rows[i].name))
            return rows[i].kind;
    }
    return MPE_COMMAND_OTHER;
}

/* AMF3 commands (type 17) carry AMF0 after a format byte of 0; no command name begins with a number's marker. */
static struct mpe_span without_format_byte(struct mpe_span body)
{
    if (body.len > 1 && body.bytes[0] == 0)
        return (struct mpe_span){body.bytes + 1, body.len - 1};
    return body;
}

/* 0: the number is not a whole one of 32 bits. */
static uint32_t whole_number(const struct mpe_amf0_token *token)
{
    const bool fits = token->type == MPE_AMF0_NUMBER && token->number >= 0 && token->number <= UINT32_MAX;
    return fits ? (uint32_t)token->number : 0;
}

static void read_connect_property(const struct mpe_amf0_token *token, struct mpe_command *command)
{
    if (token->type == MPE_AMF0_NUMBER && mpe_amf0_text_is_nocase(token->key, "capsEx"))
        command->caps_ex = whole_number(token);
    if (token->type != MPE_AMF0_STRING)
        return;
    if (command->name.len == 0 && mpe_amf0_text_is_nocase(token->key, "app"))
        command->name = token->text;
    else if (command->url.len == 0 && mpe_amf0_text_is_nocase(token->key, "tcUrl"))
        command->url = token->text;
}

/*
 * app, tcUrl and capsEx of the first object, wherever it stands: encoders get transaction ids and argument lists wrong.
 * The spelling of the keys varies in case.
 */
static bool read_connect(struct mpe_amf0 *amf, struct mpe_command *command)
{
    struct mpe_amf0_token token;
    bool more = true;
    while (more && mpe_amf0_next(amf, &token)) {
        more = token.type != MPE_AMF0_END || token.depth != 0;
        if (token.depth == 1)
            read_connect_property(&token, command);
    }
    return command->name.len != 0 || amf->status != MPE_AMF0_BROKEN;
}

/* The next value of the command itself. false: none. */
static bool next_argument(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    while (mpe_amf0_next(amf, token)) {
        if (token->depth == 0)
            return true;
    }
    return false;
}

/* publish(false) closes. Of two nulls one is the command object, the other a name that is not there. */
static bool read_stream_name(struct mpe_amf0 *amf, struct mpe_command *command)
{
    struct mpe_amf0_token token;
    unsigned nulls = 0;
    while (nulls < 2 && next_argument(amf, &token)) {
        nulls += token.type == MPE_AMF0_NULL;
        if (token.type == MPE_AMF0_BOOLEAN)
            command->kind = MPE_COMMAND_CLOSE_STREAM;
        if (token.type == MPE_AMF0_STRING)
            command->name = token.text;
        if (token.type == MPE_AMF0_BOOLEAN || token.type == MPE_AMF0_STRING)
            return true;
    }
    return amf->status != MPE_AMF0_BROKEN;
}

static bool read_stream_id(struct mpe_amf0 *amf, struct mpe_command *command)
{
    struct mpe_amf0_token token;
    while (next_argument(amf, &token)) {
        if (token.type != MPE_AMF0_NUMBER)
            continue;
        if (token.number >= 0 && token.number <= UINT32_MAX)
            command->stream_id = (uint32_t)token.number;
        return true;
    }
    return amf->status != MPE_AMF0_BROKEN;
}

static bool read_arguments(struct mpe_amf0 *amf, struct mpe_command *command)
{
    struct mpe_amf0_token transaction_id;
    if (mpe_amf0_next(amf, &transaction_id)) /* no verdict depends on it, only a reply */
        command->transaction = whole_number(&transaction_id);
    switch (command->kind) {
    case MPE_COMMAND_CONNECT:
        return read_connect(amf, command);
    case MPE_COMMAND_PUBLISH:
    case MPE_COMMAND_FC_UNPUBLISH:
        return read_stream_name(amf, command);
    case MPE_COMMAND_DELETE_STREAM:
        return read_stream_id(amf, command);
    case MPE_COMMAND_CREATE_STREAM:
    case MPE_COMMAND_CLOSE_STREAM:
    case MPE_COMMAND_OTHER:
    case MPE_COMMAND_BROKEN:
        break;
    }
    return true;
}

struct mpe_command mpe_command_read(struct mpe_span body)
{
    struct mpe_command command = {.kind = MPE_COMMAND_OTHER};
    struct mpe_amf0 amf;
    struct mpe_amf0_token name;
    mpe_amf0_begin(&amf, without_format_byte(body));

    if (!mpe_amf0_next(&amf, &name) || name.type != MPE_AMF0_STRING) {
        if (amf.status != MPE_AMF0_FOREIGN)
            command.kind = MPE_COMMAND_BROKEN;
        return command;
    }
    command.kind = kind_of(name.text);
    if (!read_arguments(&amf, &command))
        command.kind = MPE_COMMAND_BROKEN;
    return command;
}
