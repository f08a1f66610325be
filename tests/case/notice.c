/* Notices of a case: which changes of conditions, and which other notices, must come, in their order. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "compare.h"
#include "names.h"

static const struct name notice_states[] = {{"set", MPE_NOTICE_SET}, {"cleared", MPE_NOTICE_CLEARED}, {NULL, 0}};
static const struct name severities[] = {{"suggestion", MPE_SEVERITY_SUGGESTION},
                                         {"warning", MPE_SEVERITY_WARNING},
                                         {"error", MPE_SEVERITY_ERROR},
                                         {NULL, 0}};

static const struct key {
    const char *key;
    const struct name *names;
    int64_t factor;
    uint32_t flag; /* without it the field holds nothing */
} keys[NOTICE_FIELDS] = {[NOTICE_KIND] = {"kind", NULL, 1, 0},
                         [NOTICE_STATE] = {"state", notice_states, 1, 0},
                         [NOTICE_SEVERITY] = {"severity", severities, 1, 0},
                         [NOTICE_TRACK] = {"track", NULL, 1, 0},
                         [NOTICE_MEDIA] = {"media", medias, 1, 0},
                         [NOTICE_VALUE] = {"value", NULL, 1, MPE_NOTICE_HAS_VALUE},
                         [NOTICE_LIMIT] = {"limit", NULL, 1, MPE_NOTICE_HAS_LIMIT},
                         [NOTICE_MEDIA_US] = {"media_ms", NULL, 1000, MPE_NOTICE_HAS_MEDIA_TIME},
                         [NOTICE_NOW_US] = {"now_ms", NULL, 1000, 0},
                         [NOTICE_TIMESTAMP] = {"timestamp", NULL, 1, 0},
                         [NOTICE_DURATION] = {"duration", NULL, 1, 0},
                         [NOTICE_OTHER_TIMESTAMP] = {"other_timestamp", NULL, 1, 0},
                         [NOTICE_OTHER_DURATION] = {"other_duration", NULL, 1, 0},
                         [NOTICE_TIMESCALE] = {"timescale", NULL, 1, 0},
                         [NOTICE_OTHER_TIMESCALE] = {"other_timescale", NULL, 1, 0},
                         [NOTICE_OTHER_TRACK] = {"other_track", NULL, 1, 0},
                         [NOTICE_ARRIVAL_US] = {"arrival_ms", NULL, 1000, 0},
                         [NOTICE_DRIFT_S] = {"drift_s", NULL, 1, 0},
                         [NOTICE_OVERLAPS] = {"overlaps", NULL, 1, 0},
                         [NOTICE_DISCONTINUITIES] = {"discontinuities", NULL, 1, 0},
                         [NOTICE_NON_INCREASING] = {"non_increasing", NULL, 1, 0}};

static const char *const commands[NOTICE_LISTS] = {"expect-condition", "expect-notice"};

/* ---- reading ---- */

static char *copy(const char *text)
{
    return text ? copy_text(text) : NULL;
}

static void read_notice(struct builder *builder, struct expected_notice *expected, enum notice_list list, int32_t kind)
{
    const char *state = list == NOTICES_OF_CONDITIONS ? line_need(&builder->line, "set or cleared") : NULL;

    expected->line = builder->line.number;
    expected->text = copy(builder->lines[builder->at_line - 1]);
    expected->session = expected_session(builder);
    expected->fields[NOTICE_KIND] = (struct range){.set = true, .low = kind, .high = kind};
    if (state)
        expected->fields[NOTICE_STATE] = read_range(builder, state, notice_states, 1);
    for (int field = NOTICE_SEVERITY; field < NOTICE_FIELDS; field++) {
        const char *text = line_option(&builder->line, keys[field].key);

        if (text)
            expected->fields[field] = read_range(builder, text, keys[field].names, keys[field].factor);
    }
    expected->unit = copy(line_option(&builder->line, "unit"));
    expected->says = copy(line_option(&builder->line, "says"));
}

static void expect(struct builder *builder, enum notice_list list, const char *name, int32_t kind)
{
    struct expected_notices *notices = &builder->test->notices[list];

    builder->test->expects = true;
    notices->expects = true;
    builder_sender(builder);
    if (!name || strcmp(name, "nothing") == 0)
        return;
    if (kind == 0) {
        line_error(&builder->line, "there is no %s", name);
        return;
    }
    notices->items = append(notices->items, &notices->count, sizeof(*notices->items));
    read_notice(builder, &notices->items[notices->count - 1], list, kind);
}

/* expect-condition nothing | expect-condition NAME set|cleared field=value... */
void expect_condition(struct builder *builder)
{
    const char *name = line_need(&builder->line, "a condition, or nothing");

    expect(builder, NOTICES_OF_CONDITIONS, name, mpe_condition_by_name(name));
}

int32_t notice_by_name(const char *name)
{
    for (int32_t kind = MPE_NOTICE_ENCODER_CONNECTED; kind <= MPE_NOTICE_ENCODER_DISCONNECTED; kind++)
        if (name && strcmp(mpe_reason_name(kind), name) == 0)
            return kind;
    return 0;
}

/* expect-notice nothing | expect-notice KIND field=value... */
void expect_notice(struct builder *builder)
{
    const char *name = line_need(&builder->line, "a notice, or nothing");

    expect(builder, NOTICES_OF_EVENTS, name, notice_by_name(name));
}

/* ---- comparing ---- */

static int64_t value_of(const mpe_notice *notice, int field)
{
    const int64_t values[NOTICE_FIELDS] = {[NOTICE_KIND] = notice->kind,
                                           [NOTICE_STATE] = notice->state,
                                           [NOTICE_SEVERITY] = notice->severity,
                                           [NOTICE_TRACK] = notice->track,
                                           [NOTICE_MEDIA] = notice->media,
                                           [NOTICE_VALUE] = notice->value,
                                           [NOTICE_LIMIT] = notice->limit,
                                           [NOTICE_MEDIA_US] = notice->media_us,
                                           [NOTICE_NOW_US] = notice->now_us,
                                           [NOTICE_TIMESTAMP] = notice->timestamp,
                                           [NOTICE_DURATION] = notice->duration,
                                           [NOTICE_OTHER_TIMESTAMP] = notice->other_timestamp,
                                           [NOTICE_OTHER_DURATION] = notice->other_duration,
                                           [NOTICE_TIMESCALE] = notice->timescale,
                                           [NOTICE_OTHER_TIMESCALE] = notice->other_timescale,
                                           [NOTICE_OTHER_TRACK] = notice->other_track,
                                           [NOTICE_ARRIVAL_US] = notice->arrival_us,
                                           [NOTICE_DRIFT_S] = notice->drift_s,
                                           [NOTICE_OVERLAPS] = notice->overlaps,
                                           [NOTICE_DISCONTINUITIES] = notice->discontinuities,
                                           [NOTICE_NON_INCREASING] = notice->non_increasing};

    return values[field];
}

static bool holds(const mpe_notice *notice, int field)
{
    if (field == NOTICE_TRACK)
        return notice->track >= 0;
    if (field == NOTICE_OTHER_TRACK)
        return notice->other_track >= 0;
    if (field == NOTICE_ARRIVAL_US)
        return notice->arrival_us != INT64_MIN;
    if (field == NOTICE_DRIFT_S)
        return notice->drift_s >= 0;
    return keys[field].flag == 0 || (notice->flags & keys[field].flag) != 0;
}

static bool fits(const struct range *range, const mpe_notice *notice, int field)
{
    const int64_t value = value_of(notice, field);

    if (!range->set || (range->none && !holds(notice, field)))
        return true;
    return !range->none && holds(notice, field) && value >= range->low && value <= range->high;
}

/* Fields that hold something. Of what happened the rest stands in ticks, and is 0 where there is none. */
static void print_fields(const mpe_notice *notice, int from, int to, FILE *out)
{
    for (int field = from; field < to; field++) {
        const int64_t value = value_of(notice, field);

        if (!holds(notice, field) || (value == 0 && field >= NOTICE_TIMESTAMP))
            continue;
        if (keys[field].names)
            fprintf(out, " %s=%s", keys[field].key, name_of(keys[field].names, value));
        else if (keys[field].factor > 1)
            fprintf(out, " %s=%g", keys[field].key, (double)value / (double)keys[field].factor);
        else
            fprintf(out, " %s=%" PRId64, keys[field].key, value);
    }
}

static void print_notice(const struct test_case *test, const struct said_notice *said, FILE *out)
{
    const mpe_notice *notice = &said->notice;
    const bool is_condition = notice->state != MPE_NOTICE_HAPPENED;

    fputs(mpe_reason_name(notice->kind), out);
    if (is_condition)
        fprintf(out, " %s severity=%s", name_of(notice_states, notice->state), name_of(severities, notice->severity));
    print_fields(notice, NOTICE_TRACK, notice->track >= 0 ? NOTICE_VALUE : NOTICE_TRACK, out);
    print_fields(notice, NOTICE_VALUE, is_condition ? NOTICE_TIMESTAMP : NOTICE_FIELDS, out);
    if (test->input_count > 1)
        fprintf(out, " session=%s", test->inputs[said->session].name);
    fprintf(out, " unit=%s\n    %s\n", notice->unit, notice->message);
}

void print_notices(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    for (int list = 0; list < NOTICE_LISTS; list++) {
        for (size_t i = 0; i < outcome->notices[list].count; i++) {
            fprintf(out, "%s ", commands[list]);
            print_notice(test, &outcome->notices[list].items[i], out);
        }
    }
}

static bool compare_one(const struct test_case *test, const struct expected_notice *expected,
                        const struct said_notice *got, FILE *out)
{
    bool equal = expected->session == got->session;

    for (int field = 0; field < NOTICE_FIELDS; field++)
        equal &= fits(&expected->fields[field], &got->notice, field);
    equal &= !expected->unit || strcmp(expected->unit, got->notice.unit) == 0;
    equal &= !expected->says || strstr(got->notice.message, expected->says);
    if (equal)
        return true;
    fprintf(out, "  line %d: expected %s\n    got      ", expected->line, expected->text);
    print_notice(test, got, out);
    return false;
}

static bool compare_list(const struct test_case *test, const struct expected_notices *expected,
                         const struct said_notices *said, FILE *out)
{
    bool equal = true;

    for (size_t i = 0; i < expected->count || i < said->count; i++) {
        if (i < expected->count && i < said->count) {
            equal &= compare_one(test, &expected->items[i], &said->items[i], out);
            continue;
        }
        equal = false;
        if (i < expected->count) {
            fprintf(out, "  line %d: did not come: %s\n", expected->items[i].line, expected->items[i].text);
        } else {
            fputs("  nobody expects: ", out);
            print_notice(test, &said->items[i], out);
        }
    }
    return equal;
}

bool compare_notices(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    const struct expected_notices *happened = &test->notices[NOTICES_OF_EVENTS];
    bool equal = compare_list(test, &test->notices[NOTICES_OF_CONDITIONS], &outcome->notices[NOTICES_OF_CONDITIONS],
                              out);

    return (!happened->expects || compare_list(test, happened, &outcome->notices[NOTICES_OF_EVENTS], out)) && equal;
}
