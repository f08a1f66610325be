/* A finding as the JSON object that an encoder gets for its request: null where it holds nothing. */
#include "reply/http.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "notify/text.h"

/* 15 digits show 33.367 as it is; the default of 17 makes it 33.366999999999997. */
#define MILLISECOND_DIGITS JSON_REAL_PRECISION(15)
#define FORMAT             (JSON_COMPACT | MILLISECOND_DIGITS)

static json_t *integer_if(uint32_t present, int64_t value)
{
    return present != 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *milliseconds_if(uint32_t present, int64_t value_us)
{
    return present != 0 ? json_real((double)value_us / 1000.0) : json_null();
}

/* A text of the error, which the host may have written: bounded, and made UTF-8. */
static json_t *text_of(const char *text, size_t size)
{
    char bounded[sizeof(((mpe_error *)NULL)->message) + 1] = "";
    char clean[3 * sizeof(bounded)];
    struct mpe_text_out out = mpe_text_begin(clean, sizeof(clean));
    memcpy(bounded, text, size);
    mpe_text_utf8(&out, bounded);
    return clean[0] != '\0' ? json_string(clean) : json_null();
}

static const char *remedy_of(const mpe_error *error)
{
    return error->reason == MPE_REASON_ENDED ? mpe_code_remedy(error->code) : mpe_reason_remedy(error->reason);
}

/* NULL: no memory. */
static json_t *object_of(const mpe_error *error)
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
        {"unit", text_of(error->unit, sizeof(error->unit))},
        {"offset", integer_if(flags & MPE_ERROR_HAS_OFFSET, (int64_t)error->offset_bytes)},
        {"media_ms", milliseconds_if(flags & MPE_ERROR_HAS_MEDIA_TIME, error->media_us)},
        {"message", text_of(error->message, sizeof(error->message))},
        {"reason", json_string(mpe_reason_name(error->reason))},
        {"remedy", json_string(remedy_of(error))},
    };
    json_t *object = json_object();
    bool is_complete = true;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        is_complete = json_object_set_new(object, fields[i].key, fields[i].value) == 0 && is_complete;
    if (is_complete)
        return object;
    json_decref(object);
    return NULL;
}

static mpe_status write_object(const json_t *object, char *buffer, size_t size, size_t *needed)
{
    const size_t len = json_dumpb(object, NULL, 0, FORMAT);
    if (len == 0)
        return MPE_NO_MEMORY;
    if (needed != NULL)
        *needed = len + 1;
    if (size > 0)
        buffer[0] = '\0';
    if (len >= size)
        return MPE_BUFFER_TOO_SMALL;
    if (json_dumpb(object, buffer, size, FORMAT) != len)
        return MPE_NO_MEMORY;
    buffer[len] = '\0';
    return MPE_OK;
}

mpe_status mpe_http_body(const mpe_error *error, char *buffer, size_t size, size_t *needed)
{
    json_t *const object = object_of(error);
    if (object == NULL)
        return MPE_NO_MEMORY;
    const mpe_status status = write_object(object, buffer, size, needed);
    json_decref(object);
    return status;
}
