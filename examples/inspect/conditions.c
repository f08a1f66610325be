/* Conditions of a stream. */
#include "conditions.h"

#include <stdio.h>
#include <stdlib.h>

#include "../common/finding_json.h"
#include "../common/notice_json.h"
#include "complain.h"

#define FIRST_CAPACITY 16

static int keep(struct conditions *conditions, const mpe_notice *notice)
{
    if (conditions->count == conditions->capacity) {
        const size_t capacity = conditions->capacity == 0 ? FIRST_CAPACITY : 2 * conditions->capacity;
        struct condition *const items = realloc(conditions->items, capacity * sizeof(*items));
        if (items == NULL)
            return complain("not enough memory for the conditions");
        conditions->items = items;
        conditions->capacity = capacity;
    }
    conditions->items[conditions->count++] = (struct condition){*notice, INT64_MIN};
    return 0;
}

/* The condition of that track that was set last and stands. NULL: none. */
static struct condition *standing(const struct conditions *conditions, const mpe_notice *notice)
{
    for (size_t i = conditions->count; i > 0; i--) {
        struct condition *const one = &conditions->items[i - 1];
        if (one->set.kind == notice->kind && one->set.track == notice->track && one->cleared_us == INT64_MIN)
            return one;
    }
    return NULL;
}

static int note(struct conditions *conditions, const mpe_notice *notice)
{
    struct condition *const before = standing(conditions, notice);
    if (before != NULL)
        before->cleared_us = notice->now_us; /* or it became another severity */
    return notice->state == MPE_NOTICE_SET ? keep(conditions, notice) : 0;
}

static int print_json(const mpe_notice *notice)
{
    char *const line = finding_line(notice_object(notice));
    int status = 0;
    if (line == NULL)
        status = complain("not enough memory to write a notice");
    else if (puts(line) < 0 || fflush(stdout) != 0)
        status = complain("cannot write to standard output");
    free(line);
    return status;
}

static int take(struct conditions *conditions, const mpe_notice *notice, struct timeline *timeline)
{
    const bool is_condition = notice->state != MPE_NOTICE_HAPPENED;
    if (conditions->as_json) {
        const bool is_wanted = is_condition ? conditions->wants_conditions : conditions->wants_notices;
        return is_wanted ? print_json(notice) : 0;
    }
    if (notice->kind == MPE_NOTICE_TRACK_DISCONTINUITY)
        timeline_gap(timeline, notice->track);
    return is_condition ? note(conditions, notice) : 0;
}

int conditions_take(struct conditions *conditions, mpe_session *session, struct timeline *timeline)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    int status = 0;
    while (status == 0 && mpe_session_poll_notice(session, &notice) == MPE_EVENT)
        status = take(conditions, &notice, timeline);
    return status;
}

void conditions_print(const struct conditions *conditions)
{
    static const char *const severities[] = {"", "suggestion", "warning", "error"};
    for (size_t i = 0; i < conditions->count; i++) {
        const struct condition *const one = &conditions->items[i];
        printf("%s   %s   from %.3f s", mpe_condition_name(one->set.kind), severities[one->set.severity & 3],
               (double)one->set.now_us / 1e6);
        if (one->cleared_us == INT64_MIN)
            printf(" to the end");
        else
            printf(" to %.3f s", (double)one->cleared_us / 1e6);
        if (one->set.track >= 0)
            printf("   track %d", (int)one->set.track);
        printf("\n    %s\n\n", one->set.message);
    }
    fflush(stdout);
}

void conditions_free(struct conditions *conditions)
{
    free(conditions->items);
    *conditions = (struct conditions){0};
}
