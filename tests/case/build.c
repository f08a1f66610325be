/* Reads a case file and runs its lines. */
#include "builder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"

void *append(void *array, size_t *count, size_t size)
{
    char *grown = grow(array, (*count + 1) * size);

    memset(grown + *count * size, 0, size);
    ++*count;
    return grown;
}

struct action *builder_action(struct builder *builder, enum action_kind kind)
{
    struct test_case *test = builder->test;
    struct action *action;

    test->actions = append(test->actions, &test->action_count, sizeof(*test->actions));
    action = &test->actions[test->action_count - 1];
    action->kind = kind;
    action->session = builder->session;
    action->now_us = builder->now_us;
    return action;
}

static void open_session(struct builder *builder, const char *name)
{
    struct test_case *test = builder->test;
    size_t count = (size_t)test->input_count;
    struct sender *sender;
    struct input *input;

    test->inputs = append(test->inputs, &count, sizeof(*test->inputs));
    count--;
    builder->senders = append(builder->senders, &count, sizeof(*builder->senders));
    builder->session = test->input_count;
    input = &test->inputs[test->input_count];
    input->name = copy_text(name);
    input->peer = builder->peer ? copy_text(builder->peer) : NULL;
    input->id = builder->id ? copy_text(builder->id) : NULL;
    input->protocol = builder->protocol;
    input->edge = builder->edge;
    sender = &builder->senders[test->input_count++];
    sender->chunk_size = 128;
    builder_action(builder, ACTION_OPEN);
}

struct sender *builder_sender(struct builder *builder)
{
    if (builder->session < 0)
        open_session(builder, "main");
    return &builder->senders[builder->session];
}

uint64_t builder_put(struct builder *builder, const void *bytes, size_t len)
{
    struct test_case *test = builder->test;
    struct action *last;
    struct buffer *out;

    builder_sender(builder);
    out = &test->inputs[builder->session].bytes;
    last = &test->actions[test->action_count - 1];
    if (last->kind != ACTION_FEED || last->session != builder->session || last->now_us != builder->now_us) {
        last = builder_action(builder, ACTION_FEED);
        last->from = out->len;
    }
    last->len += len;
    buffer_bytes(out, bytes, len);
    return out->len - len;
}

void builder_begin_place(struct builder *builder, struct message *message)
{
    struct label *label;

    builder_sender(builder);
    message->label = builder->label;
    if (builder->label < 0)
        return;
    label = &builder->test->labels[builder->label];
    label->session = builder->session;
    label->places = append(label->places, &label->count, sizeof(*label->places));
    message->place = label->count - 1;
}

void builder_add_span(struct builder *builder, int label, size_t place_index, uint64_t body, uint64_t stream,
                      uint64_t len)
{
    struct place *place;

    if (label < 0)
        return;
    place = &builder->test->labels[label].places[place_index];
    place->spans = append(place->spans, &place->count, sizeof(*place->spans));
    place->spans[place->count - 1] = (struct span){.body = body, .stream = stream, .len = len};
}

static void begin_label(struct builder *builder)
{
    struct test_case *test = builder->test;

    builder->label = -1;
    if (!builder->line.label)
        return;
    test->labels = append(test->labels, &test->label_count, sizeof(*test->labels));
    builder->label = (int)test->label_count - 1;
    test->labels[builder->label].name = copy_text(builder->line.label);
}

static command_function *find_command(const char *name)
{
    command_function *command = find_script_command(name);

    if (!command)
        command = find_media_command(name);
    if (!command)
        command = find_rtmp_command(name);
    if (!command)
        command = find_box_command(name);
    return command ? command : find_expect_command(name);
}

static bool run_line(struct builder *builder)
{
    struct line *line = &builder->line;
    int64_t turn = 0;
    struct word *name;
    command_function *command;

    for (int i = 0; i < builder->block_count; i++)
        if (builder->blocks[i].kind == BLOCK_REPEAT)
            turn = builder->blocks[i].turn;
    line_split(line, (int)builder->at_line + 1, builder->lines[builder->at_line], turn);
    builder->at_line++;
    name = line_next(line);
    if (name && !line->error[0]) {
        begin_label(builder);
        command = find_command(name->value);
        if (command)
            command(builder);
        else
            line_error(line, "unknown command %s", name->value);
        line_finish(line);
    }
    if (!line->error[0])
        return true;
    snprintf(builder->test->error, sizeof(builder->test->error), "line %d: %s", line->number, line->error);
    return false;
}

static void split_lines(struct builder *builder, char *text)
{
    while (text && *text) {
        builder->lines = append(builder->lines, &builder->line_count, sizeof(*builder->lines));
        builder->lines[builder->line_count - 1] = text;
        text = strchr(text, '\n');
        if (text)
            *text++ = '\0';
    }
}

static char *read_text(struct test_case *test, const char *path)
{
    struct buffer text = {0};
    FILE *file = fopen(path, "rb");
    char block[4096];
    size_t len;

    if (!file) {
        snprintf(test->error, sizeof(test->error), "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    while ((len = fread(block, 1, sizeof(block), file)) > 0)
        buffer_bytes(&text, block, len);
    fclose(file);
    buffer_byte(&text, 0);
    return (char *)text.at;
}

static void check_form(struct builder *builder)
{
    struct test_case *test = builder->test;

    if (test->error[0])
        return;
    if (builder->block_count > 0)
        snprintf(test->error, sizeof(test->error), "a block has no end");
    else if (!test->expects)
        snprintf(test->error, sizeof(test->error), "nothing is expected: write \"expect nothing\"");
    else if (test->kind == 0)
        snprintf(test->error, sizeof(test->error), "kind is missing");
}

bool case_read(struct test_case *test, const char *path)
{
    struct builder *builder = grow(NULL, sizeof(*builder));
    char *text;

    *test = (struct test_case){.path = path};
    memset(builder, 0, sizeof(*builder));
    builder->test = test;
    builder->session = -1;
    text = read_text(test, path);
    split_lines(builder, text);
    while (builder->at_line < builder->line_count && run_line(builder))
        ;
    if (builder->session < 0 && !test->error[0])
        builder_sender(builder);
    check_form(builder);
    free(text);
    free(builder->lines);
    free(builder->senders);
    free(builder->queue);
    free(builder->peer);
    free(builder->id);
    free(builder);
    return !test->error[0];
}
