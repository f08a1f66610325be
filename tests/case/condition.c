/* Conditions of a case: which changes must come, in their order. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "compare.h"
#include "names.h"

static const struct name condition_states[] = {{"set", MPE_NOTICE_SET}, {"cleared", MPE_NOTICE_CLEARED}, {NULL, 0}};
static const struct name severities[] = {{"suggestion", MPE_SEVERITY_SUGGESTION},
                                         {"warning", MPE_SEVERITY_WARNING},
                                         {"error", MPE_SEVERITY_ERROR},
                                         {NULL, 0}};

static const struct key {
    const char *key;
    const struct name *names;
    int64_t factor;
    uint32_t flag; /* without it the field holds nothing */
} keys[CONDITION_FIELDS] = {[CONDITION_KIND] = {"condition", NULL, 1, 0},
                            [CONDITION_STATE] = {"state", condition_states, 1, 0},
                            [CONDITION_SEVERITY] = {"severity", severities, 1, 0},
                            [CONDITION_TRACK] = {"track", NULL, 1, 0},
                            [CONDITION_MEDIA] = {"media", medias, 1, 0},
                            [CONDITION_VALUE] = {"value", NULL, 1, MPE_NOTICE_HAS_VALUE},
                            [CONDITION_LIMIT] = {"limit", NULL, 1, MPE_NOTICE_HAS_LIMIT},
                            [CONDITION_MEDIA_US] = {"media_ms", NULL, 1000, MPE_NOTICE_HAS_MEDIA_TIME},
                            [CONDITION_NOW_US] = {"now_ms", NULL, 1000, 0}};

/* ---- reading ---- */

static char *copy(const char *text)
{
    return text ? copy_text(text) : NULL;
}

static void read_condition(struct builder *builder, struct expected_condition *expected, int32_t kind)
{
    const char *state = line_need(&builder->line, "set or cleared");

    expected->line = builder->line.number;
    expected->text = copy(builder->lines[builder->at_line - 1]);
    expected->session = expected_session(builder);
    expected->fields[CONDITION_KIND] = (struct range){.set = true, .low = kind, .high = kind};
    if (state)
        expected->fields[CONDITION_STATE] = read_range(builder, state, condition_states, 1);
    for (int field = CONDITION_SEVERITY; field < CONDITION_FIELDS; field++) {
        const char *text = line_option(&builder->line, keys[field].key);

        if (text)
            expected->fields[field] = read_range(builder, text, keys[field].names, keys[field].factor);
    }
    expected->unit = copy(line_option(&builder->line, "unit"));
    expected->says = copy(line_option(&builder->line, "says"));
}

/* expect-condition nothing | expect-condition NAME set|cleared field=value... */
void expect_condition(struct builder *builder)
{
    struct test_case *test = builder->test;
    const char *name = line_need(&builder->line, "a condition, or nothing");
    int32_t kind = mpe_condition_by_name(name);

    test->expects = true;
    builder_sender(builder);
    if (!name || strcmp(name, "nothing") == 0)
        return;
    if (kind == 0) {
        line_error(&builder->line, "no condition %s", name);
        return;
    }
    test->conditions = append(test->conditions, &test->condition_count, sizeof(*test->conditions));
    read_condition(builder, &test->conditions[test->condition_count - 1], kind);
}

/* ---- comparing ---- */

static int64_t value_of(const mpe_notice *notice, int field)
{
    const int64_t values[CONDITION_FIELDS] = {
        [CONDITION_KIND] = notice->kind,         [CONDITION_STATE] = notice->state,
        [CONDITION_SEVERITY] = notice->severity, [CONDITION_TRACK] = notice->track,
        [CONDITION_MEDIA] = notice->media,       [CONDITION_VALUE] = notice->value,
        [CONDITION_LIMIT] = notice->limit,       [CONDITION_MEDIA_US] = notice->media_us,
        [CONDITION_NOW_US] = notice->now_us};

    return values[field];
}

static bool fits(const struct range *range, const mpe_notice *notice, int field)
{
    const int64_t value = value_of(notice, field);
    bool holds = keys[field].flag == 0 || (notice->flags & keys[field].flag) != 0;

    if (field == CONDITION_TRACK)
        holds = notice->track >= 0;
    if (!range->set || (range->none && !holds))
        return true;
    return !range->none && holds && value >= range->low && value <= range->high;
}

void print_condition(const struct test_case *test, const struct condition *condition, FILE *out)
{
    const mpe_notice *notice = &condition->notice;

    fprintf(out, "%s %s severity=%s", mpe_condition_name(notice->kind), name_of(condition_states, notice->state),
            name_of(severities, notice->severity));
    if (notice->track >= 0)
        fprintf(out, " track=%d media=%s", (int)notice->track, name_of(medias, notice->media));
    if (notice->flags & MPE_NOTICE_HAS_VALUE)
        fprintf(out, " value=%" PRId64, notice->value);
    if (notice->flags & MPE_NOTICE_HAS_LIMIT)
        fprintf(out, " limit=%" PRId64, notice->limit);
    if (notice->flags & MPE_NOTICE_HAS_MEDIA_TIME)
        fprintf(out, " media_ms=%g", (double)notice->media_us / 1000);
    fprintf(out, " now_ms=%g", (double)notice->now_us / 1000);
    if (test->input_count > 1)
        fprintf(out, " session=%s", test->inputs[condition->session].name);
    fprintf(out, " unit=%s\n    %s\n", notice->unit, notice->message);
}

static bool compare_one(const struct test_case *test, const struct expected_condition *expected,
                        const struct condition *got, FILE *out)
{
    bool equal = expected->session == got->session;

    for (int field = 0; field < CONDITION_FIELDS; field++)
        equal &= fits(&expected->fields[field], &got->notice, field);
    equal &= !expected->unit || strcmp(expected->unit, got->notice.unit) == 0;
    equal &= !expected->says || strstr(got->notice.message, expected->says);
    if (equal)
        return true;
    fprintf(out, "  line %d: expected %s\n    got      ", expected->line, expected->text);
    print_condition(test, got, out);
    return false;
}

bool compare_conditions(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    bool equal = true;

    for (size_t i = 0; i < test->condition_count || i < outcome->condition_count; i++) {
        if (i < test->condition_count && i < outcome->condition_count) {
            equal &= compare_one(test, &test->conditions[i], &outcome->conditions[i], out);
            continue;
        }
        equal = false;
        if (i < test->condition_count) {
            fprintf(out, "  line %d: did not come: %s\n", test->conditions[i].line, test->conditions[i].text);
        } else {
            fputs("  nobody expects: ", out);
            print_condition(test, &outcome->conditions[i], out);
        }
    }
    return equal;
}
