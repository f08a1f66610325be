/* A finding as the JSON object that an encoder gets for its request: null where it holds nothing. */
#include "reply/http.h"

#include <string.h>

#include "codes/codes.h"
#include "notify/json.h"

static void put_int_if(struct mpe_json *json, uint32_t present, const char *key, int64_t value)
{
    if (present != 0)
        mpe_json_int(json, key, value);
    else
        mpe_json_null(json, key);
}

static void put_milliseconds_if(struct mpe_json *json, uint32_t present, const char *key, int64_t value_us)
{
    if (present != 0)
        mpe_json_milliseconds(json, key, value_us);
    else
        mpe_json_null(json, key);
}

/* A text of the error, which the host may have written: it need not end. */
static void put_text(struct mpe_json *json, const char *key, const char *text, size_t size)
{
    char bounded[sizeof(((mpe_error *)NULL)->message) + 1] = "";
    memcpy(bounded, text, size);
    if (bounded[0] != '\0')
        mpe_json_text(json, key, bounded);
    else
        mpe_json_null(json, key);
}

static void put_error(struct mpe_json *json, const mpe_error *error)
{
    const uint32_t flags = error->flags;
    mpe_json_open(json, NULL);
    mpe_json_text(json, "code", mpe_code_name(error->code));
    mpe_json_text(json, "event", mpe_event_name(error->event));
    put_int_if(json, error->track >= 0, "track", error->track);
    put_int_if(json, flags & MPE_ERROR_HAS_VALUE, "value", error->value);
    put_int_if(json, flags & MPE_ERROR_HAS_LIMIT, "limit", error->limit);
    put_text(json, "unit", error->unit, sizeof(error->unit));
    put_int_if(json, flags & MPE_ERROR_HAS_OFFSET, "offset", (int64_t)error->offset_bytes);
    put_milliseconds_if(json, flags & MPE_ERROR_HAS_MEDIA_TIME, "media_ms", error->media_us);
    put_text(json, "message", error->message, sizeof(error->message));
    mpe_json_text(json, "reason", mpe_reason_name(error->reason));
    mpe_json_text(json, "remedy", mpe_remedy_of(error->code, error->reason));
    mpe_json_close(json);
}

mpe_status mpe_http_body(const mpe_error *error, char *buffer, size_t size, size_t *needed)
{
    struct mpe_json json = mpe_json_begin(buffer, size);
    put_error(&json, error);
    if (needed != NULL)
        *needed = json.len + 1;
    return mpe_json_end(&json) ? MPE_OK : MPE_BUFFER_TOO_SMALL;
}
