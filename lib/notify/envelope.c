/* Event Grid's schema and that of CloudEvents 1.0 (JSON event format). */
#include "notify/envelope.h"

#include <stdbool.h>

/* Where no topic is set: CloudEvents needs a source that is a URI reference and not empty. */
static const char default_source[] = "urn:libmpe";

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static void put_data(struct mpe_json *json, const struct mpe_data *data)
{
    mpe_json_open(json, "data");
    data->write(json, data->of);
    mpe_json_close(json);
}

static void event_grid(struct mpe_json *json, const struct mpe_envelope *envelope, const struct mpe_data *data,
                       const char *time, const char *id)
{
    mpe_json_text(json, "topic", envelope->topic);
    mpe_json_text(json, "subject", envelope->subject);
    mpe_json_text(json, "eventType", envelope->type);
    mpe_json_text(json, "eventTime", time);
    mpe_json_text(json, "id", id);
    put_data(json, data);
    mpe_json_text(json, "dataVersion", "1.0");
    mpe_json_text(json, "metadataVersion", "1");
}

static void cloud_event(struct mpe_json *json, const struct mpe_envelope *envelope, const struct mpe_data *data,
                        const char *time, const char *id)
{
    mpe_json_text(json, "specversion", "1.0");
    mpe_json_text(json, "type", envelope->type);
    mpe_json_text(json, "source", is_empty(envelope->topic) ? default_source : envelope->topic);
    if (!is_empty(envelope->subject)) /* may be left out, may not be empty */
        mpe_json_text(json, "subject", envelope->subject);
    mpe_json_text(json, "id", id);
    mpe_json_text(json, "time", time);
    mpe_json_text(json, "datacontenttype", "application/json");
    put_data(json, data);
}

mpe_status mpe_envelope_json(const struct mpe_envelope *envelope, const struct mpe_data *data, int32_t schema,
                             char *buffer, size_t size, size_t *needed)
{
    char time[MPE_TIME_TEXT_BYTES];
    char id[MPE_ID_TEXT_BYTES];
    struct mpe_json json = mpe_json_begin(buffer, size);
    if (schema != MPE_SCHEMA_EVENT_GRID && schema != MPE_SCHEMA_CLOUD_EVENTS)
        return MPE_BAD_SCHEMA;
    mpe_time_text(envelope->unix_us, time);
    mpe_id_end(envelope->id, id);
    mpe_json_open(&json, NULL);
    if (schema == MPE_SCHEMA_EVENT_GRID)
        event_grid(&json, envelope, data, time, id);
    else
        cloud_event(&json, envelope, data, time, id);
    mpe_json_close(&json);
    if (needed != NULL)
        *needed = json.len + 1;
    return mpe_json_end(&json) ? MPE_OK : MPE_BUFFER_TOO_SMALL;
}
