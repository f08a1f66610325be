/* A finding as a JSON object. */
#include "finding_json.h"

#include <stdbool.h>

/* 15 digits show 33.367 as it is; the default of 17 makes it 33.366999999999997. */
#define MILLISECOND_DIGITS JSON_REAL_PRECISION(15)

static json_t *integer_if(uint32_t present, int64_t value)
{
    return present ? json_integer((json_int_t)value) : json_null();
}

static json_t *milliseconds_if(uint32_t present, int64_t value_us)
{
    return present ? json_real((double)value_us / 1000.0) : json_null();
}

static json_t *text_if(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

json_t *finding_object(const mpe_error *error)
{
    const uint32_t flags = error->flags;
    const struct {
        const char *key;
        json_t *value;
    } fields[] = {
        {"code", json_string(mpe_code_name(error->code))},
        {"event", json_string(mpe_event_name(error->event))},
        {"track", integer_if(error->track >= 0, error->track)},
        {"value", integer_if(flags & MPE_ERROR_HAS_VALUE, error->value)},
        {"limit", integer_if(flags & MPE_ERROR_HAS_LIMIT, error->limit)},
        {"unit", text_if(error->unit)},
        {"offset", integer_if(flags & MPE_ERROR_HAS_OFFSET, (int64_t)error->offset_bytes)},
        {"media_ms", milliseconds_if(flags & MPE_ERROR_HAS_MEDIA_TIME, error->media_us)},
        {"message", json_string(error->message)},
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

char *finding_line(json_t *object)
{
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT | MILLISECOND_DIGITS);
    json_decref(object);
    return line;
}
