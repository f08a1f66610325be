/* Conditions of a stream. */
#include "conditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4

static mpe_status make_room(struct conditions *conditions)
{
    if (conditions->kept < conditions->capacity)
        return MPE_OK;
    const uint32_t capacity = conditions->capacity == 0 ? FIRST_CAPACITY : 2 * conditions->capacity;
    mpe_notice *const items = realloc(conditions->items, capacity * sizeof(*items));
    if (items == NULL)
        return MPE_NO_MEMORY;
    conditions->items = items;
    conditions->capacity = capacity;
    return MPE_OK;
}

mpe_status conditions_keep(struct conditions *conditions, const mpe_notice *notice)
{
    conditions->count++;
    if (conditions->kept == CONDITIONS_MAX)
        return MPE_OK;
    const mpe_status status = make_room(conditions);
    if (status == MPE_OK)
        conditions->items[conditions->kept++] = *notice;
    return status;
}

static bool is_of_one(const mpe_notice *one, const mpe_notice *other)
{
    return one->kind == other->kind && one->track == other->track;
}

/* The first of the same condition from index on, set or cleared. kept: there is none. */
static uint32_t find(const struct conditions *conditions, uint32_t index, const mpe_notice *of)
{
    while (index < conditions->kept && !is_of_one(&conditions->items[index], of))
        index++;
    return index;
}

bool conditions_is_first(const struct conditions *conditions, uint32_t index)
{
    const mpe_notice *const notice = &conditions->items[index];
    return notice->state == MPE_NOTICE_SET && find(conditions, 0, notice) == index;
}

uint32_t conditions_next(const struct conditions *conditions, uint32_t index)
{
    const mpe_notice *const of = &conditions->items[index];
    do
        index = find(conditions, index + 1, of);
    while (index < conditions->kept && conditions->items[index].state != MPE_NOTICE_SET);
    return index;
}

void conditions_end(const struct conditions *conditions, uint32_t index, int64_t began_us, char *text, size_t size)
{
    const uint32_t end = find(conditions, index + 1, &conditions->items[index]);
    if (end < conditions->kept)
        snprintf(text, size, " to %.3f s", (double)(conditions->items[end].now_us - began_us) / 1e6);
    else
        snprintf(text, size, "%s", conditions->count > conditions->kept ? "" : " to the end");
}

/* Whether the condition was set before, for whatever track. */
static bool is_named(const struct conditions *conditions, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (conditions->items[i].kind == conditions->items[index].kind && conditions->items[i].state == MPE_NOTICE_SET)
            return true;
    return false;
}

void conditions_names(const struct conditions *conditions, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < conditions->kept && used < size; i++) {
        if (conditions->items[i].state == MPE_NOTICE_SET && !is_named(conditions, i))
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     mpe_condition_name(conditions->items[i].kind));
    }
}

const char *conditions_severity(const mpe_notice *notice)
{
    static const char *const severities[] = {"", "suggestion", "warning", "error"};
    return severities[notice->severity & 3];
}

static void print(const struct conditions *conditions, uint32_t index, int64_t began_us)
{
    const mpe_notice *const notice = &conditions->items[index];
    char end[40];
    conditions_end(conditions, index, began_us, end, sizeof(end));
    printf("%s   %s   from %.3f s%s", mpe_condition_name(notice->kind), conditions_severity(notice),
           (double)(notice->now_us - began_us) / 1e6, end);
    if (notice->track >= 0)
        printf("   track %d", (int)notice->track);
    printf("\n    %s\n\n", notice->message);
}

void conditions_print(const struct conditions *conditions, int64_t began_us)
{
    for (uint32_t i = 0; i < conditions->kept; i++)
        if (conditions->items[i].state == MPE_NOTICE_SET)
            print(conditions, i, began_us);
    if (conditions->count > conditions->kept)
        printf("%llu changes more are not shown\n\n", (unsigned long long)(conditions->count - conditions->kept));
    fflush(stdout);
}

void conditions_free(struct conditions *conditions)
{
    free(conditions->items);
    *conditions = (struct conditions){0};
}
