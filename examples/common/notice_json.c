/* Notices as JSON. */
#include "notice_json.h"

#include <stdbool.h>

static const char *state_name(int32_t state)
{
    return state == MPE_NOTICE_SET ? "set" : state == MPE_NOTICE_CLEARED ? "cleared" : "happened";
}

static json_t *severity_of(const mpe_notice *notice)
{
    static const char *const names[] = {"", "suggestion", "warning", "error"};
    const bool is_known = notice->severity > 0 && notice->severity <= MPE_SEVERITY_ERROR;
    return is_known ? json_string(names[notice->severity]) : json_null();
}

static json_t *integer_if(uint32_t present, int64_t value)
{
    return present ? json_integer((json_int_t)value) : json_null();
}

static json_t *milliseconds_if(uint32_t present, int64_t value_us)
{
    return present ? json_real((double)value_us / 1000.0) : json_null();
}

json_t *notice_object(const mpe_notice *notice)
{
    const bool is_condition = notice->state != MPE_NOTICE_HAPPENED;
    const struct {
        const char *key;
        json_t *value;
    } fields[] = {
        {"type", json_string(is_condition ? "condition" : "notice")},
        {"name", json_string(is_condition ? mpe_condition_name(notice->kind) : mpe_reason_name(notice->kind))},
        {"state", json_string(state_name(notice->state))},
        {"severity", severity_of(notice)},
        {"track", integer_if(notice->track >= 0, notice->track)},
        {"value", integer_if(notice->flags & MPE_NOTICE_HAS_VALUE, notice->value)},
        {"limit", integer_if(notice->flags & MPE_NOTICE_HAS_LIMIT, notice->limit)},
        {"unit", notice->unit[0] != '\0' ? json_string(notice->unit) : json_null()},
        {"media_ms", milliseconds_if(notice->flags & MPE_NOTICE_HAS_MEDIA_TIME, notice->media_us)},
        {"now_ms", milliseconds_if(1, notice->now_us)},
        {"message", json_string(notice->message)},
    };
    json_t *object = json_object();
    bool complete = true;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        complete = json_object_set_new(object, fields[i].key, fields[i].value) == 0 && complete;
    if (complete)
        return object;
    json_decref(object);
    return NULL;
}
