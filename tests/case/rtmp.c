/* Commands that open a stream, and RTMP's own messages. */
#include "builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amf.h"

enum { HANDSHAKE_BLOCK = 1536, MESSAGE_COMMAND = 20, MESSAGE_COMMAND_AMF3 = 17 };

static void flv_header(struct builder *builder)
{
    struct line *line = &builder->line;
    struct buffer header = {0};
    int64_t length = line_number(line, "length", 9);

    builder_sender(builder)->carrier = CARRIER_FLV;
    buffer_bytes(&header, "FLV", 3);
    buffer_byte(&header, (unsigned)line_number(line, "version", 1));
    buffer_byte(&header, (unsigned)line_number(line, "flags", 5));
    buffer_be(&header, (uint64_t)length, 4);
    buffer_fill(&header, 0, length > 9 ? (size_t)length - 9 : 0);
    buffer_be(&header, 0, 4);
    builder_put(builder, header.at, header.len);
    buffer_free(&header);
}

/* C0 version(8); C1 time(32) client version(32) 1528 bytes; C2 1536 bytes. */
static void put_handshake(struct builder *builder, int64_t version, int64_t client)
{
    struct test_case *test = builder->test;
    struct buffer out = {0};
    uint64_t start;

    builder_sender(builder)->carrier = CARRIER_RTMP;
    buffer_byte(&out, (unsigned)version);
    buffer_be(&out, 0, 4);
    buffer_be(&out, (uint64_t)client, 4);
    for (unsigned i = 8; i < 2 * HANDSHAKE_BLOCK; i++)
        buffer_byte(&out, i * 167 >> 3 & 0xff);
    start = case_total_bytes(test);
    builder_put(builder, out.at, out.len);
    test->skim = append(test->skim, &test->skim_count, sizeof(*test->skim));
    test->skim[test->skim_count - 1][0] = start;
    test->skim[test->skim_count - 1][1] = start + out.len;
    buffer_free(&out);
}

static void handshake(struct builder *builder)
{
    int64_t version = line_number(&builder->line, "version", 3);

    put_handshake(builder, version, line_number(&builder->line, "client", 0));
}

static void number_message(struct builder *builder, uint8_t type, int64_t number, int extra)
{
    struct message message = message_new(type, 0);

    message_options(builder, &message);
    buffer_be(&message.body, (uint64_t)number, 4);
    if (extra >= 0)
        buffer_byte(&message.body, (unsigned)extra);
    carry(builder, &message);
}

static int64_t need_number(struct builder *builder)
{
    const char *text = line_need(&builder->line, "a number");
    int64_t number = 0;

    if (text && !text_to_number(text, &number))
        line_error(&builder->line, "%s is not a number", text);
    return number;
}

static void chunk_size(struct builder *builder)
{
    number_message(builder, 1, need_number(builder), -1);
}

static void abort_message(struct builder *builder)
{
    number_message(builder, 2, need_number(builder), -1);
}

static void acknowledge(struct builder *builder)
{
    number_message(builder, 3, need_number(builder), -1);
}

static void window_size(struct builder *builder)
{
    number_message(builder, 5, need_number(builder), -1);
}

static void peer_bandwidth(struct builder *builder)
{
    number_message(builder, 6, need_number(builder), 2);
}

/* User Control, event 7: the answer to a ping. */
static void ping_response(struct builder *builder)
{
    struct message message = message_new(4, 0);

    message_options(builder, &message);
    buffer_be(&message.body, 7, 2);
    buffer_be(&message.body, (uint64_t)need_number(builder), 4);
    carry(builder, &message);
}

static void continuation_time(struct builder *builder)
{
    const char *text = line_need(&builder->line, "same, absolute or none");
    struct sender *sender = builder_sender(builder);

    if (text && strcmp(text, "same") == 0)
        sender->continuation = CONTINUATION_SAME;
    else if (text && strcmp(text, "absolute") == 0)
        sender->continuation = CONTINUATION_ABSOLUTE;
    else if (text && strcmp(text, "none") == 0)
        sender->continuation = CONTINUATION_NONE;
    else
        line_error(&builder->line, "same, absolute or none");
}

static struct message command_message(struct builder *builder, uint32_t csid, uint32_t msid)
{
    bool amf3 = line_flag(&builder->line, "amf3");
    struct message message = message_new(amf3 ? MESSAGE_COMMAND_AMF3 : MESSAGE_COMMAND, 0);

    message.csid = csid;
    message.msid = msid;
    message.timestamp = builder_timestamp(builder, message.type, 0);
    message_options(builder, &message);
    if (amf3)
        buffer_byte(&message.body, 0);
    return message;
}

/* command NAME TRANSACTION VALUES... */
static void command(struct builder *builder)
{
    const char *name = line_need(&builder->line, "a command");
    int64_t transaction = need_number(builder);
    struct message message = command_message(builder, 3, 0);

    amf_string(&message.body, name ? name : "");
    amf_number(&message.body, (double)transaction);
    amf_words(&message.body, &builder->line);
    carry(builder, &message);
}

static void put_property(struct buffer *out, const char *key, const char *text)
{
    if (!text)
        return;
    amf_key(out, key);
    amf_string(out, text);
}

/* connect app= [tcUrl=] [tcurl-key=] [as=ecma-array] [transaction=] [more properties] */
static void put_connect(struct builder *builder, struct message *message, const char *app)
{
    struct line *line = &builder->line;
    const char *url = line_option(line, "tcUrl");
    const char *url_key = line_option(line, "tcurl-key");
    const char *as = line_option(line, "as");
    char usual_url[600];

    snprintf(usual_url, sizeof(usual_url), "rtmp://127.0.0.1:1935/%s", app);
    amf_string(&message->body, "connect");
    amf_number(&message->body, line_decimal(line, "transaction", 1));
    if (as && strcmp(as, "ecma-array") == 0)
        amf_array_begin(&message->body, 4);
    else
        amf_object_begin(&message->body);
    put_property(&message->body, "app", app);
    put_property(&message->body, "type", "nonprivate");
    put_property(&message->body, "flashVer", "FMLE/3.0 (compatible; Lavf59.27.100)");
    put_property(&message->body, url_key ? url_key : "tcUrl", url ? url : usual_url);
}

static void connect_command(struct builder *builder)
{
    struct line *line = &builder->line;
    const char *app = line_option(line, "app");
    struct message message = command_message(builder, 3, 0);

    put_connect(builder, &message, app ? app : "");
    amf_words(&message.body, line);
    amf_end(&message.body);
    carry(builder, &message);
}

static void put_command(struct builder *builder, const char *name, double transaction, const char *text,
                        const char *type)
{
    struct message message = message_new(MESSAGE_COMMAND, 0);

    message.csid = type ? 8 : 3;
    message.msid = type ? 1 : 0;
    amf_string(&message.body, name);
    amf_number(&message.body, transaction);
    amf_null(&message.body);
    if (text)
        amf_string(&message.body, text);
    if (type)
        amf_string(&message.body, type);
    carry(builder, &message);
}

/* publish name=... [type=live] [transaction=5]; without name there is null in its place. */
static void publish(struct builder *builder)
{
    struct line *line = &builder->line;
    const char *name = line_option(line, "name");
    const char *type = line_option(line, "type");
    struct message message = command_message(builder, 8, 1);

    amf_string(&message.body, "publish");
    amf_number(&message.body, line_decimal(line, "transaction", 5));
    amf_null(&message.body);
    if (name)
        amf_string(&message.body, name);
    else
        amf_null(&message.body);
    amf_string(&message.body, type ? type : "live");
    carry(builder, &message);
}

static void put_chunk_size(struct builder *builder, uint32_t size)
{
    struct message message = message_new(1, 0);

    message.csid = 2;
    buffer_be(&message.body, size, 4);
    carry(builder, &message);
}

/* rtmp-open app= name= [style=ffmpeg|obs|flash]: everything up to publish, in the order of that client. */
static void rtmp_open(struct builder *builder)
{
    struct line *line = &builder->line;
    const char *app = line_option(line, "app");
    const char *name = line_option(line, "name");
    const char *style = line_option(line, "style");
    bool obs = style && strcmp(style, "obs") == 0;
    bool flash = style && strcmp(style, "flash") == 0;
    struct message connect = message_new(MESSAGE_COMMAND, 0);

    if (style && !obs && !flash && strcmp(style, "ffmpeg") != 0)
        line_error(line, "style: ffmpeg, obs or flash");
    app = app ? app : "live";
    name = name ? name : "stream";
    put_handshake(builder, 3, obs ? 0 : 0x09007c02);
    if (obs)
        put_chunk_size(builder, 4096);
    connect.csid = 3;
    put_connect(builder, &connect, app);
    amf_end(&connect.body);
    carry(builder, &connect);
    if (flash)
        put_command(builder, "createStream", 2, NULL, NULL);
    put_command(builder, "releaseStream", 2, name, NULL);
    put_command(builder, "FCPublish", 3, name, NULL);
    if (!flash)
        put_command(builder, "createStream", 4, NULL, NULL);
    put_command(builder, "publish", 5, name, "live");
}

/* message type= ts= ... : bytes */
static void any_message(struct builder *builder)
{
    struct line *line = &builder->line;
    struct message message = message_new((uint8_t)line_number(line, "type", 9), 0);
    struct word *colon = line_next(line);

    message.timestamp = builder_timestamp(builder, message.type, 0);
    message_options(builder, &message);
    if (!colon || strcmp(colon->value, ":") != 0)
        line_error(line, "\" : \" must stand before the body");
    builder_raw(builder, &message.body);
    carry(builder, &message);
}

command_function *find_rtmp_command(const char *name)
{
    static const struct {
        const char *name;
        command_function *run;
    } commands[] = {
        {"flv-header", flv_header},
        {"handshake", handshake},
        {"rtmp-open", rtmp_open},
        {"connect", connect_command},
        {"command", command},
        {"publish", publish},
        {"chunk-size", chunk_size},
        {"abort", abort_message},
        {"acknowledge", acknowledge},
        {"window-size", window_size},
        {"peer-bandwidth", peer_bandwidth},
        {"ping-response", ping_response},
        {"continuation-time", continuation_time},
        {"message", any_message},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    return NULL;
}
