/* Frees cases, and adds up what they hold. */
#include "case.h"

#include <stdlib.h>

static void free_label(struct label *label)
{
    for (size_t i = 0; i < label->count; i++)
        free(label->places[i].spans);
    free(label->places);
    free(label->name);
}

static void free_input(struct input *input)
{
    free(input->name);
    free(input->peer);
    free(input->id);
    buffer_free(&input->bytes);
}

static void free_notices(struct expected_notices *notices)
{
    for (size_t i = 0; i < notices->count; i++) {
        free(notices->items[i].unit);
        free(notices->items[i].says);
        free(notices->items[i].text);
    }
    free(notices->items);
}

static void free_expectations(struct test_case *test)
{
    for (size_t i = 0; i < test->finding_count; i++) {
        free(test->findings[i].unit);
        free(test->findings[i].says);
        free(test->findings[i].text);
    }
    for (size_t i = 0; i < test->never_says_count; i++)
        free(test->never_says[i]);
    for (int list = 0; list < NOTICE_LISTS; list++)
        free_notices(&test->notices[list]);
    free(test->findings);
    free(test->facts);
    free(test->never_says);
}

void case_free(struct test_case *test)
{
    for (size_t i = 0; i < test->text_count; i++)
        free(test->texts[i].text);
    for (size_t i = 0; i < test->allow_count; i++)
        free(test->allow[i]);
    for (int i = 0; i < test->input_count; i++)
        free_input(&test->inputs[i]);
    for (size_t i = 0; i < test->action_count; i++)
        free(test->actions[i].text);
    for (size_t i = 0; i < test->label_count; i++)
        free_label(&test->labels[i]);
    free_expectations(test);
    free(test->settings);
    free(test->code_actions);
    free(test->texts);
    free(test->allow);
    free(test->inputs);
    free(test->actions);
    free(test->labels);
    free(test->skim);
    *test = (struct test_case){0};
}

uint64_t case_total_bytes(const struct test_case *test)
{
    uint64_t total = 0;

    for (size_t i = 0; i < test->action_count; i++)
        total += test->actions[i].len;
    return total;
}

uint64_t case_global_index(const struct test_case *test, int session, uint64_t offset)
{
    uint64_t before = 0;

    for (size_t i = 0; i < test->action_count; i++) {
        const struct action *action = &test->actions[i];

        if (action->session == session && offset >= action->from && offset < action->from + action->len)
            return before + offset - action->from;
        before += action->len;
    }
    return OFFSET_NONE;
}
