/* What must hold of each notice that a session says, and of one after the other. */
#include "notice_promises.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#define HOLD_US 10000000

/* Times of the caller that are farther from 0 count as this. */
#define MOST_US (INT64_C(1) << 60)

static void check_json(const mpe_session *session, const mpe_notice *notice, int32_t schema)
{
    size_t needed = 0, again = 0;
    json_error_t why;
    json_t *json;
    char *text;

    PROMISE(mpe_notice_json(session, notice, schema, notice->now_us, NULL, 0, &needed) == MPE_BUFFER_TOO_SMALL, "%zu",
            needed);
    PROMISE(needed < 8192, "%zu bytes", needed);
    text = malloc(needed);
    PROMISE(mpe_notice_json(session, notice, schema, notice->now_us, text, needed, &again) == MPE_OK, "%zu", needed);
    PROMISE(again == needed && strlen(text) + 1 == needed, "%zu bytes, then %zu", needed, again);
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why); /* refuses what is no UTF-8 */
    PROMISE(json_is_object(json), "%s: %s", why.text, text);
    json_decref(json);
    free(text);
}

static void check_fields(const mpe_notice *notice, int64_t now_us)
{
    PROMISE(notice->struct_size == sizeof(*notice), "%u", notice->struct_size);
    PROMISE(mpe_reason_name(notice->kind)[0] != '\0', "%d", notice->kind);
    PROMISE(memchr(notice->message, 0, sizeof(notice->message)) != NULL && notice->message[0] != '\0', "no sentence");
    PROMISE(memchr(notice->unit, 0, sizeof(notice->unit)) != NULL, "no end of the unit");
    const int64_t latest_us = now_us > -MOST_US ? now_us : -MOST_US;

    PROMISE(notice->now_us <= latest_us, "%lld, it is %lld", (long long)notice->now_us, (long long)now_us);
    PROMISE(notice->drift_s >= -1, "%d", notice->drift_s);
}

/* What holds of all but latencies, which are the host's. */
static void check_numbers(const mpe_notice *notice)
{
    if (notice->kind == MPE_NOTICE_ARCHIVE_HEARTBEAT)
        return;
    PROMISE((notice->flags & MPE_NOTICE_HAS_VALUE) == 0 || notice->value >= 0, "%s", notice->message);
    PROMISE((notice->flags & MPE_NOTICE_HAS_LIMIT) == 0 || notice->limit >= 0, "%s", notice->message);
}

static void put_bit(uint64_t *bits, uint64_t bit, bool is_on)
{
    *bits = is_on ? *bits | bit : *bits & ~bit;
}

/* It is set, becomes an error, is cleared, and set again. */
static void check_order(struct notices_seen *seen, const mpe_notice *notice, int place, uint64_t bit)
{
    const bool is_cleared = notice->state == MPE_NOTICE_CLEARED;
    const bool is_error = !is_cleared && notice->severity == MPE_SEVERITY_ERROR;
    const bool was_set = (seen->is_set[place] & bit) != 0, was_error = (seen->is_error[place] & bit) != 0;

    if ((seen->is_lost[place] & bit) == 0) {
        PROMISE(!is_cleared || was_set, "it was not set: %s", notice->message);
        PROMISE(is_cleared || !was_set || (is_error && !was_error), "it was set: %s", notice->message);
    }
    put_bit(&seen->is_set[place], bit, !is_cleared);
    put_bit(&seen->is_error[place], bit, is_error);
    put_bit(&seen->is_lost[place], bit, false);
}

/* At most one change in 10 s. */
static void check_change(struct notices_seen *seen, const mpe_notice *notice)
{
    const int place = notice->track + 1, condition = notice->kind - FIRST_CONDITION;
    const uint64_t bit = UINT64_C(1) << condition;
    int64_t *const changed_us = &seen->changed_us[place][condition];
    const uint64_t since_us = (uint64_t)notice->now_us - (uint64_t)*changed_us;

    PROMISE((seen->has_changed[place] & bit) == 0 || since_us >= HOLD_US, "after %llu us: %s",
            (unsigned long long)since_us, notice->message);
    *changed_us = notice->now_us;
    put_bit(&seen->has_changed[place], bit, true);
    check_order(seen, notice, place, bit);
}

void check_notice(struct notices_seen *seen, const mpe_session *session, const mpe_notice *notice, int64_t now_us)
{
    check_fields(notice, now_us);
    check_numbers(notice);
    check_json(session, notice, MPE_SCHEMA_EVENT_GRID);
    check_json(session, notice, MPE_SCHEMA_CLOUD_EVENTS);
    if (notice->lost > 0)
        memset(seen->is_lost, 0xff, sizeof(seen->is_lost));
    if (mpe_condition_name(notice->kind)[0] == '\0') {
        PROMISE(notice->state == MPE_NOTICE_HAPPENED && notice->severity == 0, "%s", notice->message);
        return;
    }
    PROMISE(notice->state == MPE_NOTICE_SET || notice->state == MPE_NOTICE_CLEARED, "%d", notice->state);
    PROMISE(notice->severity >= MPE_SEVERITY_SUGGESTION && notice->severity <= MPE_SEVERITY_ERROR, "%d",
            notice->severity);
    if (notice->track < NOTICE_TRACKS)
        check_change(seen, notice);
}
