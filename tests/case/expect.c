/* Commands that say what must come of the case. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "names.h"

static const struct label *find_label(const struct test_case *test, const char *name, size_t len)
{
    for (size_t i = 0; i < test->label_count; i++)
        if (strlen(test->labels[i].name) == len && strncmp(test->labels[i].name, name, len) == 0)
            return &test->labels[i];
    return NULL;
}

/* The stream offset of body byte index of a place; index -1: of its last one. */
static bool find_byte(const struct place *place, int64_t index, int64_t *offset)
{
    for (size_t i = place->count; i-- > 0;) {
        const struct span *span = &place->spans[i];
        int64_t in_span = index < 0 ? (int64_t)span->len - 1 : index - (int64_t)span->body;

        if (span->len == 0 || in_span < 0 || in_span >= (int64_t)span->len)
            continue;
        *offset = (int64_t)span->stream + in_span;
        return true;
    }
    return false;
}

/* "@label", "@label[4]", "@label#2[4]", each with +N or -N after it; or a number. */
static int64_t read_offset(struct builder *builder, const char *text)
{
    const struct label *label;
    int64_t offset = 0, message = -1, byte = -1;
    size_t len = strcspn(text + 1, "#[+-");
    char *at = (char *)text + 1 + len;

    if (text[0] != '@') {
        if (!text_to_number(text, &offset))
            line_error(&builder->line, "%s is not an offset", text);
        return offset;
    }
    label = find_label(builder->test, text + 1, len);
    if (*at == '#')
        message = strtoll(at + 1, &at, 10);
    if (*at == '[') {
        byte = strtoll(at + 1, &at, 10);
        at += *at == ']';
        message = message < 0 ? 0 : message;
    }
    if (label && message < 0)
        message = (int64_t)label->count - 1;
    if (!label || message >= (int64_t)label->count || !find_byte(&label->places[message], byte, &offset))
        line_error(&builder->line, "%s: no such byte", text);
    return offset + strtoll(at, NULL, 10);
}

static int64_t read_bound(struct builder *builder, const char *text, const struct name *names, int64_t factor)
{
    int64_t number = 0;

    for (; names && names->text; names++)
        if (strcmp(names->text, text) == 0)
            return names->value;
    if (text[0] == '@')
        return read_offset(builder, text);
    if (!text_to_number(text, &number))
        line_error(&builder->line, "%s: not understood", text);
    return number * factor;
}

/* "5", "5..7", "none" or a name. */
struct range read_range(struct builder *builder, const char *text, const struct name *names, int64_t factor)
{
    struct range range = {.set = true};
    const char *dots = strstr(text, "..");
    char low[64] = "";

    if (strcmp(text, "none") == 0 && !names) {
        range.none = true;
        return range;
    }
    snprintf(low, sizeof(low), "%.*s", dots ? (int)(dots - text) : (int)strlen(text), text);
    range.low = read_bound(builder, low, names, factor);
    range.high = dots ? read_bound(builder, dots + 2, names, factor) : range.low;
    return range;
}

static struct range read_reason(struct builder *builder, const char *text)
{
    enum { MAX_REASON = 1000 };

    for (int32_t reason = 1; reason < MAX_REASON; reason++)
        if (strcmp(mpe_reason_name(reason), text) == 0)
            return (struct range){.set = true, .low = reason, .high = reason};
    line_error(&builder->line, "no reason %s", text);
    return (struct range){0};
}

static struct range read_fourcc(const char *text)
{
    int64_t fourcc = 0;

    for (const char *at = text; *at; at++)
        fourcc = fourcc << 8 | (uint8_t)*at;
    return (struct range){.set = true, .low = fourcc, .high = fourcc};
}

int expected_session(struct builder *builder)
{
    const char *name = line_option(&builder->line, "session");

    if (!name)
        return builder->test->input_count == 1 ? 0 : builder->session;
    for (int i = 0; i < builder->test->input_count; i++)
        if (strcmp(builder->test->inputs[i].name, name) == 0)
            return i;
    line_error(&builder->line, "no session %s", name);
    return 0;
}

static void read_fields(struct builder *builder, struct expected_finding *expected)
{
    static const struct {
        const char *key;
        enum expected_field field;
        const struct name *names;
        int64_t factor;
    } keys[] = {{"event", FIELD_EVENT, events, 1},        {"track", FIELD_TRACK, NULL, 1},
                {"media", FIELD_MEDIA, medias, 1},        {"value", FIELD_VALUE, NULL, 1},
                {"limit", FIELD_LIMIT, NULL, 1},          {"offset", FIELD_OFFSET, NULL, 1},
                {"media_ms", FIELD_MEDIA_US, NULL, 1000}, {"now_ms", FIELD_NOW_US, NULL, 1000},
                {"on", FIELD_ON, occasions, 1},           {"remote", FIELD_REMOTE, NULL, 1},
                {"edges", FIELD_EDGES, NULL, 1}};
    struct line *line = &builder->line;
    const char *text;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if ((text = line_option(line, keys[i].key)))
            expected->fields[keys[i].field] = read_range(builder, text, keys[i].names, keys[i].factor);
    if ((text = line_option(line, "reason")))
        expected->fields[FIELD_REASON] = read_reason(builder, text);
    if ((text = line_option(line, "fourcc")))
        expected->fields[FIELD_FOURCC] = read_fourcc(text);
    if ((text = line_option(line, "unit")))
        expected->unit = copy_text(text);
    if ((text = line_option(line, "says")))
        expected->says = copy_text(text);
}

static void builder_open(struct builder *builder)
{
    builder->test->expects = true;
    builder_sender(builder);
}

/* expect nothing | expect CODE field=value... */
static void expect_finding(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *code = line_need(&builder->line, "a code, or nothing");
    struct expected_finding *expected;
    int32_t number;

    builder_open(builder);
    if (!code || strcmp(code, "nothing") == 0)
        return;
    number = mpe_code_by_name(code);
    if (number == 0)
        line_error(&builder->line, "no code %s", code);
    test->findings = append(test->findings, &test->finding_count, sizeof(*test->findings));
    expected = &test->findings[test->finding_count - 1];
    expected->line = builder->line.number;
    expected->text = copy_text(builder->lines[builder->at_line - 1]);
    expected->fields[FIELD_CODE] = (struct range){.set = true, .low = number, .high = number};
    expected->session = expected_session(builder);
    read_fields(builder, expected);
}

static struct expected_fact *add_fact(struct builder *builder, int track)
{
    struct test_case *test = builder->test;
    struct expected_fact *fact;

    test->facts = append(test->facts, &test->fact_count, sizeof(*test->facts));
    fact = &test->facts[test->fact_count - 1];
    fact->line = builder->line.number;
    fact->track = track;
    fact->field = "";
    return fact;
}

static void expect_named(struct builder *builder, int what, const struct name *names)
{
    struct expected_fact *fact;
    const char *text = line_need(&builder->line, "a name");

    builder_open(builder);
    fact = add_fact(builder, what);
    fact->session = expected_session(builder);
    if (text)
        fact->range = read_range(builder, text, names, 1);
}

static void expect_state(struct builder *builder)
{
    expect_named(builder, EXPECT_STATE, states);
}

static void expect_protocol(struct builder *builder)
{
    expect_named(builder, EXPECT_PROTOCOL, protocols);
}

/* expect-ending CODE | none */
static void expect_ending(struct builder *builder)
{
    const char *code = line_need(&builder->line, "a code, or none");
    struct expected_fact *fact;

    builder_open(builder);
    fact = add_fact(builder, EXPECT_ENDING);
    fact->session = expected_session(builder);
    fact->range.set = true;
    if (code && strcmp(code, "none") != 0) {
        fact->range.low = fact->range.high = mpe_code_by_name(code);
        if (fact->range.low == 0)
            line_error(&builder->line, "no code %s", code);
    }
}

/* expect-track INDEX field=value... */
static void expect_track(struct builder *builder)
{
    const char *text = line_need(&builder->line, "the index of a track");
    int session = 0;
    int64_t index = 0;

    builder_open(builder);
    session = expected_session(builder);
    if (text && !text_to_number(text, &index))
        line_error(&builder->line, "%s is not an index", text);
    for (size_t i = 0; track_field_name(i); i++) {
        const char *field = track_field_name(i);
        const char *value = line_option(&builder->line, field);
        struct expected_fact *fact;

        if (!value)
            continue;
        fact = add_fact(builder, (int)index);
        fact->session = session;
        fact->field = field;
        if (strcmp(field, "fourcc") == 0)
            fact->range = read_fourcc(value);
        else
            fact->range = read_range(builder, value, strcmp(field, "media") == 0 ? medias : NULL, 1);
    }
}

static void never_says(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *text = line_need(&builder->line, "a text");

    test->never_says = append(test->never_says, &test->never_says_count, sizeof(*test->never_says));
    test->never_says[test->never_says_count - 1] = copy_text(text ? text : "");
}

command_function *find_expect_command(const char *name)
{
    static const struct {
        const char *name;
        command_function *run;
    } commands[] = {
        {"expect", expect_finding},
        {"expect-state", expect_state},
        {"expect-ending", expect_ending},
        {"expect-protocol", expect_protocol},
        {"expect-track", expect_track},
        {"never-says", never_says},
        {"expect-condition", expect_condition},
        {"expect-notice", expect_notice},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    return NULL;
}
