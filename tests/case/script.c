/* Commands about the channel, the sessions, the clock, blocks and raw bytes. */
#include "builder.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "health.h"
#include "names.h"

static const struct name kinds[] = {{"encoding", MPE_ENCODING},
                                    {"pass-through-basic", MPE_PASS_THROUGH_BASIC},
                                    {"pass-through-standard", MPE_PASS_THROUGH_STANDARD},
                                    {"open", MPE_OPEN},
                                    {NULL, 0}};

static const struct name actions[] = {
    {"refuse", MPE_ACTION_REFUSE}, {"report", MPE_ACTION_REPORT}, {"ignore", MPE_ACTION_IGNORE}, {NULL, 0}};

static bool find_name(const struct name *names, const char *text, int32_t *value)
{
    while (text && names->text && strcmp(names->text, text) != 0)
        names++;
    if (text && names->text)
        *value = (int32_t)names->value;
    return text && names->text;
}

static bool before_sessions(struct builder *builder)
{
    if (builder->test->input_count > 0)
        line_error(&builder->line, "the channel must be described before its first session");
    return builder->test->input_count == 0;
}

static void set_kind(struct builder *builder)
{
    const char *name = line_need(&builder->line, "a kind");

    if (!find_name(kinds, name, &builder->test->kind))
        line_error(&builder->line, "not a kind of channel");
}

/* While sessions run. */
static void change_param(struct builder *builder, const struct setting *setting)
{
    builder_sender(builder);
    struct action *const action = builder_action(builder, ACTION_SET);
    action->param = setting->param;
    action->value = setting->value;
}

/* set NAME VALUE: of the channel, or a change of it once there is a session */
static void set_param(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *name = line_need(&builder->line, "a parameter");
    const char *text = line_need(&builder->line, "a value");
    struct setting setting = {0};

    if (!name || !text)
        return;
    setting.param = mpe_param_by_name(name);
    if (setting.param == 0)
        line_error(&builder->line, "no parameter %s", name);
    if (!text_to_number(text, &setting.value))
        line_error(&builder->line, "%s is not a number", text);
    if (test->input_count > 0) {
        change_param(builder, &setting);
        return;
    }
    test->settings = append(test->settings, &test->setting_count, sizeof(*test->settings));
    test->settings[test->setting_count - 1] = setting;
}

/* action CODE|CONDITION refuse|report|ignore */
static void set_action(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *code = line_need(&builder->line, "a code");
    const char *name = line_need(&builder->line, "an action");
    struct code_action set = {0};

    if (!before_sessions(builder) || !code || !name)
        return;
    if ((set.code = mpe_code_by_name(code)) == 0 && (set.code = mpe_condition_by_name(code)) == 0)
        line_error(&builder->line, "no code or condition %s", code);
    if (!find_name(actions, name, &set.action))
        line_error(&builder->line, "%s is not an action", name);
    test->code_actions = append(test->code_actions, &test->code_action_count, sizeof(*test->code_actions));
    test->code_actions[test->code_action_count - 1] = set;
}

static void set_text(struct builder *builder, int32_t which)
{
    struct test_case *test = builder->test;
    const char *text = line_need(&builder->line, "a text");

    if (!before_sessions(builder) || !text)
        return;
    test->texts = append(test->texts, &test->text_count, sizeof(*test->texts));
    test->texts[test->text_count - 1] = (struct channel_text){.which = which, .text = copy_text(text)};
}

static void set_app(struct builder *builder)
{
    set_text(builder, MPE_TEXT_APP);
}

static void set_stream_name(struct builder *builder)
{
    set_text(builder, MPE_TEXT_STREAM_NAME);
}

static void set_video_codecs(struct builder *builder)
{
    set_text(builder, MPE_TEXT_VIDEO_CODECS);
}

static void set_audio_codecs(struct builder *builder)
{
    set_text(builder, MPE_TEXT_AUDIO_CODECS);
}

static void set_min_video_bitrates(struct builder *builder)
{
    set_text(builder, MPE_TEXT_MIN_VIDEO_BITRATES);
}

static void add_allow(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *entry = line_need(&builder->line, "an entry or none");

    if (!before_sessions(builder) || !entry)
        return;
    test->allow = append(test->allow, &test->allow_count, sizeof(*test->allow));
    test->allow[test->allow_count - 1] = strcmp(entry, "none") == 0 ? NULL : copy_text(entry);
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = by && strcmp(by, "none") != 0 ? copy_text(by) : NULL;
}

static void set_peer(struct builder *builder)
{
    replace(&builder->peer, line_need(&builder->line, "an address"));
}

static void set_session_id(struct builder *builder)
{
    replace(&builder->id, line_need(&builder->line, "an id"));
}

static void set_protocol_to(struct builder *builder, const char *name)
{
    if (!find_name(protocols, name, &builder->protocol))
        line_error(&builder->line, "not a protocol");
}

static void set_protocol(struct builder *builder)
{
    set_protocol_to(builder, line_need(&builder->line, "a protocol"));
}

static int find_session(struct builder *builder, const char *name)
{
    for (int i = 0; name && i < builder->test->input_count; i++)
        if (strcmp(builder->test->inputs[i].name, name) == 0)
            return i;
    return -1;
}

/* The number of an edge, from 1, as an index; 0 with a complaint. */
static int edge_of(struct builder *builder, const char *text)
{
    int64_t number = 0;

    if (!text || !text_to_number(text, &number) || number < 1 || number > CASE_MAX_EDGES) {
        line_error(&builder->line, "an edge is a number from 1 to %d", CASE_MAX_EDGES);
        return 0;
    }
    if (number > builder->test->edge_count)
        builder->test->edge_count = (int)number;
    return (int)number - 1;
}

/* share [FROM TO]: one edge tells another, or each tells each, in their order. */
static void share(struct builder *builder)
{
    const struct word *from = line_next(&builder->line);
    const char *to = from ? line_need(&builder->line, "the edge that is told") : NULL;

    builder_sender(builder);
    struct action *const action = builder_action(builder, ACTION_SHARE);
    action->from_edge = from ? edge_of(builder, from->value) : -1;
    action->to_edge = from ? edge_of(builder, to) : -1;
}

/* session NAME [peer=] [id=] [protocol=] [edge=]: opens it, or goes back to it. */
static void enter_session(struct builder *builder)
{
    const char *name = line_need(&builder->line, "a name");
    const char *peer = line_option(&builder->line, "peer");
    const char *id = line_option(&builder->line, "id");
    const char *protocol = line_option(&builder->line, "protocol");
    const char *edge = line_option(&builder->line, "edge");
    int session = find_session(builder, name);

    if (edge)
        builder->edge = edge_of(builder, edge);
    if (peer)
        replace(&builder->peer, peer);
    if (id)
        replace(&builder->id, id);
    if (protocol)
        set_protocol_to(builder, protocol);
    if (!name)
        return;
    builder->session = session;
    if (session >= 0)
        return;
    builder_sender(builder);
    replace(&builder->test->inputs[builder->session].name, name);
}

/* url TEXT: mpe_session_url */
static void name_url(struct builder *builder)
{
    const char *url = line_need(&builder->line, "a URL");

    builder_sender(builder);
    if (url)
        builder_action(builder, ACTION_URL)->text = copy_text(url);
}

/* body [URL] [ended=complete|cut]: mpe_session_next_body */
static void begin_body(struct builder *builder)
{
    static const struct name ends[] = {{"complete", MPE_BODY_COMPLETE}, {"cut", MPE_BODY_CUT}, {NULL, 0}};
    const char *ended = line_option(&builder->line, "ended");
    const struct word *url = line_next(&builder->line);
    int32_t code = MPE_BODY_COMPLETE;
    struct action *action;

    builder_sender(builder)->adds_tracks = true;
    if (ended && !find_name(ends, ended, &code))
        line_error(&builder->line, "ended=complete or cut");
    action = builder_action(builder, ACTION_BODY);
    action->code = code;
    action->text = url ? copy_text(url->value) : NULL;
}

static int64_t seconds(struct builder *builder)
{
    const char *text = line_need(&builder->line, "a time in seconds");
    double value = 0;

    if (text && !text_to_decimal(text, &value))
        line_error(&builder->line, "%s is not a time", text);
    return (int64_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
}

static void set_clock(struct builder *builder)
{
    builder->now_us = seconds(builder);
}

static void advance_clock(struct builder *builder)
{
    builder->now_us += seconds(builder);
}

static void tick(struct builder *builder)
{
    builder_sender(builder);
    builder_action(builder, ACTION_TICK);
}

static void finish(struct builder *builder)
{
    struct word *code = line_next(&builder->line);
    struct action *action;

    builder_sender(builder);
    action = builder_action(builder, ACTION_FINISH);
    if (code && (action->code = mpe_code_by_name(code->value)) == 0)
        line_error(&builder->line, "no code %s", code->value);
}

/* latency MS | none: mpe_session_latency */
static void latency(struct builder *builder)
{
    const char *text = line_need(&builder->line, "milliseconds, or none");
    int64_t value = -1;

    if (text && strcmp(text, "none") != 0 && !text_to_number(text, &value))
        line_error(&builder->line, "%s is not a number", text);
    builder_sender(builder);
    builder_action(builder, ACTION_LATENCY)->value = value;
}

/* refuse CODE: mpe_session_refuse */
static void refuse(struct builder *builder)
{
    const char *code = line_need(&builder->line, "a code");
    const int32_t number = code ? mpe_code_by_name(code) : 0;

    builder_sender(builder);
    if (number == 0)
        line_error(&builder->line, "no code %s", code ? code : "");
    builder_action(builder, ACTION_REFUSE)->code = number;
}

static void set_memory(struct builder *builder)
{
    const char *what = line_need(&builder->line, "exhausted or available");
    struct action *action;

    if (!what)
        return;
    builder_sender(builder);
    action = builder_action(builder, ACTION_MEMORY);
    action->exhausted = strcmp(what, "exhausted") == 0;
    if (!action->exhausted && strcmp(what, "available") != 0)
        line_error(&builder->line, "exhausted or available");
}

struct block *builder_push_block(struct builder *builder, enum block_kind kind)
{
    struct block *block = &builder->blocks[builder->block_count];

    if (builder->block_count == MAX_BLOCKS - 1)
        line_error(&builder->line, "too many blocks in each other");
    else
        builder->block_count++;
    *block = (struct block){.kind = kind, .first_line = builder->at_line, .aggregate = {.label = -1}};
    return block;
}

static void begin_repeat(struct builder *builder)
{
    const char *text = line_need(&builder->line, "a count");
    struct block *block = builder_push_block(builder, BLOCK_REPEAT);

    if (!text || !text_to_number(text, &block->turns) || block->turns < 1)
        line_error(&builder->line, "a count of at least 1 is needed");
}

static void begin_interleave(struct builder *builder)
{
    builder_push_block(builder, BLOCK_INTERLEAVE);
}

static void begin_aggregate(struct builder *builder)
{
    struct block *block = builder_push_block(builder, BLOCK_AGGREGATE);

    block->aggregate = message_new(22, builder_timestamp(builder, 22, 0));
    message_options(builder, &block->aggregate);
}

static void end_block(struct builder *builder)
{
    struct block *block = &builder->blocks[builder->block_count - 1];

    if (builder->block_count == 0) {
        line_error(&builder->line, "no block is open");
        return;
    }
    if (block->kind == BLOCK_REPEAT && ++block->turn < block->turns) {
        builder->at_line = block->first_line;
        return;
    }
    if (block->kind == BLOCK_BOXES)
        end_boxes(builder, block);
    builder->block_count--;
    if (block->kind == BLOCK_INTERLEAVE)
        carry_queue(builder);
    if (block->kind == BLOCK_AGGREGATE) {
        struct message aggregate = block->aggregate;

        carry(builder, &aggregate);
    }
}

/* "00ff12": all hex digits, an even number of them. */
static bool put_hex(struct buffer *out, const char *text)
{
    size_t len = strlen(text);

    if (len % 2 != 0 || strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        char pair[3] = {text[i], text[i + 1], '\0'};

        buffer_byte(out, (unsigned)strtoul(pair, NULL, 16));
    }
    return true;
}

/* "100x00": a count and a byte. */
static bool put_repeated(struct buffer *out, const char *text)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);

    if (end == text || *end != 'x' || !isxdigit((unsigned char)end[1]) || strlen(end) != 3)
        return false;
    buffer_fill(out, (unsigned)strtoul(end + 1, NULL, 16), count);
    return true;
}

void builder_raw(struct builder *builder, struct buffer *out)
{
    struct word *word;

    while ((word = line_next(&builder->line))) {
        if (word->quoted)
            buffer_bytes(out, word->value, strlen(word->value));
        else if (!put_hex(out, word->value) && !put_repeated(out, word->value))
            line_error(&builder->line, "%s: hex digits, \"text\" or COUNTxBYTE", word->value);
    }
}

static void put_bytes(struct builder *builder)
{
    struct message where = message_new(0, 0);

    builder_raw(builder, &where.body);
    builder_begin_place(builder, &where);
    builder_add_span(builder, where.label, where.place, 0, builder_put(builder, where.body.at, where.body.len),
                     where.body.len);
    buffer_free(&where.body);
}

command_function *find_script_command(const char *name)
{
    static const struct {
        const char *name;
        command_function *run;
    } commands[] = {
        {"kind", set_kind},
        {"set", set_param},
        {"action", set_action},
        {"app", set_app},
        {"stream-name", set_stream_name},
        {"video-codecs", set_video_codecs},
        {"audio-codecs", set_audio_codecs},
        {"min-video-bitrates", set_min_video_bitrates},
        {"allow", add_allow},
        {"peer", set_peer},
        {"session-id", set_session_id},
        {"protocol", set_protocol},
        {"session", enter_session},
        {"url", name_url},
        {"body", begin_body},
        {"at", set_clock},
        {"wait", advance_clock},
        {"share", share},
        {"tick", tick},
        {"finish", finish},
        {"refuse", refuse},
        {"latency", latency},
        {"memory", set_memory},
        {"repeat", begin_repeat},
        {"interleave", begin_interleave},
        {"aggregate", begin_aggregate},
        {"end", end_block},
        {"bytes", put_bytes},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    return NULL;
}
