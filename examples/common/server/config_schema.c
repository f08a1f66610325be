/* The tables for libcyaml: which keys there are, of which type, in which struct. */
#include "config_schema.h"

#include <stdio.h>
#include <string.h>

#include <mpe/health.h>
#include <mpe/mpe.h>

#include "config.h"

#define MAY                                (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define TEXT(key, type, member)            CYAML_FIELD_STRING_PTR(key, MAY, type, member, 0, CYAML_UNLIMITED)
#define MAPPING(key, type, member, fields) CYAML_FIELD_MAPPING_PTR(key, MAY, type, member, fields)
#define LIST(key, type, member, entry)     CYAML_FIELD_SEQUENCE(key, MAY, type, member, entry, 0, CYAML_UNLIMITED)

static const cyaml_schema_value_t text_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

/* Filled with the names of the library's parameters, which say themselves what there is, and two texts. */
static cyaml_schema_field_t set_fields[CONFIG_PARAMS + 3];

/* The same of its codes and conditions. */
static cyaml_schema_field_t action_fields[CONFIG_CODES + 1];

static const cyaml_schema_field_t trust_fields[] = {LIST("from", struct config_trust, from, &text_entry),
                                                    CYAML_FIELD_END};

static const cyaml_schema_field_t listener_fields[] = {
    TEXT("address", struct config_listener, address),
    MAPPING("proxy_protocol", struct config_listener, proxy_protocol, trust_fields), CYAML_FIELD_END};

static const cyaml_schema_field_t upstream_fields[] = {TEXT("address", struct config_upstream, address),
                                                       TEXT("proxy_protocol", struct config_upstream, proxy_protocol),
                                                       CYAML_FIELD_END};

static const cyaml_schema_field_t event_fields[] = {TEXT("file", struct config_event, file),
                                                    TEXT("url", struct config_event, url),
                                                    TEXT("schema", struct config_event, schema),
                                                    TEXT("headers_file", struct config_event, headers_file),
                                                    TEXT("sign_with", struct config_event, sign_with),
                                                    TEXT("subscription", struct config_event, subscription),
                                                    TEXT("batch", struct config_event, batch),
                                                    TEXT("handshake", struct config_event, handshake),
                                                    CYAML_FIELD_END};

static const cyaml_schema_field_t spool_fields[] = {TEXT("path", struct config_spool, path),
                                                    TEXT("max_bytes", struct config_spool, max_bytes), CYAML_FIELD_END};

static const cyaml_schema_field_t retry_fields[] = {TEXT("attempts", struct config_retry, attempts),
                                                    TEXT("within", struct config_retry, within),
                                                    TEXT("pauses", struct config_retry, pauses), CYAML_FIELD_END};

static const cyaml_schema_field_t limit_fields[] = {
    TEXT("connections", struct config_limits, connections),
    TEXT("connections_per_address", struct config_limits, connections_per_address),
    TEXT("handshakes_per_second", struct config_limits, handshakes_per_second),
    TEXT("handshakes_per_address", struct config_limits, handshakes_per_address),
    TEXT("publish_within", struct config_limits, publish_within),
    TEXT("refusals_per_minute", struct config_limits, refusals_per_minute),
    TEXT("memory", struct config_limits, memory),
    CYAML_FIELD_END};

static const cyaml_schema_field_t log_fields[] = {TEXT("format", struct config_log, format),
                                                  TEXT("level", struct config_log, level),
                                                  TEXT("addresses", struct config_log, addresses), CYAML_FIELD_END};

static const cyaml_schema_field_t fleet_fields[] = {TEXT("redis", struct config_fleet, redis),
                                                    TEXT("key_file", struct config_fleet, key_file), CYAML_FIELD_END};

static const cyaml_schema_field_t admin_fields[] = {TEXT("address", struct config_admin, address),
                                                    TEXT("token_file", struct config_admin, token_file),
                                                    CYAML_FIELD_END};

static const cyaml_schema_field_t channel_fields[] = {
    TEXT("include", struct config_channel, include),
    TEXT("name", struct config_channel, name),
    TEXT("app", struct config_channel, app),
    TEXT("stream_name", struct config_channel, stream_name),
    TEXT("shared", struct config_channel, shared),
    TEXT("kind", struct config_channel, kind),
    TEXT("profile", struct config_channel, profile),
    TEXT("conditions", struct config_channel, conditions),
    TEXT("notices", struct config_channel, notices),
    LIST("allow", struct config_channel, allow, &text_entry),
    MAPPING("set", struct config_channel, set, set_fields),
    MAPPING("actions", struct config_channel, actions, action_fields),
    TEXT("topic", struct config_channel, topic),
    TEXT("subject", struct config_channel, subject),
    MAPPING("upstream", struct config_channel, upstream, upstream_fields),
    CYAML_FIELD_END};

static const cyaml_schema_field_t authorize_fields[] = {
    TEXT("url", struct config_authorize, url), TEXT("timeout", struct config_authorize, timeout),
    TEXT("otherwise", struct config_authorize, otherwise), CYAML_FIELD_END};

static const cyaml_schema_field_t answer_fields[] = {TEXT("channel", struct config_answer, channel),
                                                     MAPPING("set", struct config_answer, set, set_fields),
                                                     CYAML_FIELD_END};

static const cyaml_schema_value_t listener = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_listener, listener_fields)};
static const cyaml_schema_value_t event = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_event, event_fields)};
static const cyaml_schema_value_t channel = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_channel, channel_fields)};

/* All but admin, which has two forms. */
#define FILE_FIELDS                                                                                                    \
    LIST("listeners", struct config_file, listeners, &listener),                                                       \
        MAPPING("upstream", struct config_file, upstream, upstream_fields),                                            \
        TEXT("players", struct config_file, players), TEXT("drain", struct config_file, drain),                        \
        TEXT("removed", struct config_file, removed),                                                                  \
        MAPPING("authorize", struct config_file, authorize, authorize_fields),                                         \
        LIST("events", struct config_file, events, &event), MAPPING("spool", struct config_file, spool, spool_fields), \
        MAPPING("retry", struct config_file, retry, retry_fields),                                                     \
        MAPPING("limits", struct config_file, limits, limit_fields),                                                   \
        MAPPING("log", struct config_file, log, log_fields),                                                           \
        MAPPING("fleet", struct config_file, fleet, fleet_fields),                                                     \
        TEXT("admin_token_file", struct config_file, admin_token_file),                                                \
        MAPPING("defaults", struct config_file, defaults, channel_fields),                                             \
        LIST("channels", struct config_file, channels, &channel)

static const cyaml_schema_field_t file_fields[] = {FILE_FIELDS, TEXT("admin", struct config_file, admin),
                                                   CYAML_FIELD_END};
static const cyaml_schema_field_t file_fields_of_admin[] = {
    FILE_FIELDS, MAPPING("admin", struct config_file, admin_settings, admin_fields), CYAML_FIELD_END};

static const cyaml_schema_value_t file = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_file, file_fields)};
static const cyaml_schema_value_t file_of_admin = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_file, file_fields_of_admin)};
static const cyaml_schema_value_t channels = {
    CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct config_channel, &channel, 0, CYAML_UNLIMITED)};

static const cyaml_schema_value_t answer = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_answer, answer_fields)};

static void fill_set_fields(void)
{
    const int32_t count = mpe_param_count() < CONFIG_PARAMS ? mpe_param_count() : CONFIG_PARAMS;
    for (int32_t i = 0; i < count && set_fields[i].key == NULL; i++) {
        const cyaml_schema_field_t one = TEXT(mpe_param_name(mpe_param_at(i)), struct config_set, values[0]);
        set_fields[i] = one;
        set_fields[i].data_offset = (uint32_t)((size_t)i * sizeof(char *));
    }
    if (set_fields[count].key == NULL) {
        const cyaml_schema_field_t texts[] = {TEXT("video_codecs", struct config_set, video_codecs),
                                              TEXT("audio_codecs", struct config_set, audio_codecs)};
        memcpy(&set_fields[count], texts, sizeof(texts));
    }
}

int32_t config_code_at(int32_t index)
{
    const int32_t codes = mpe_code_count();
    return index >= CONFIG_CODES ? 0 : index < codes ? mpe_code_at(index) : mpe_condition_at(index - codes);
}

const char *config_code_name(int32_t code)
{
    const char *const name = mpe_code_name(code);
    return mpe_code_by_name(name) == code ? name : mpe_condition_name(code);
}

static void fill_action_fields(void)
{
    for (int32_t i = 0; config_code_at(i) != 0 && action_fields[i].key == NULL; i++) {
        const cyaml_schema_field_t one = TEXT(config_code_name(config_code_at(i)), struct config_actions, values[0]);
        action_fields[i] = one;
        action_fields[i].data_offset = (uint32_t)((size_t)i * sizeof(char *));
    }
}

const cyaml_schema_value_t *config_schema_file(bool has_admin_settings)
{
    fill_set_fields();
    fill_action_fields();
    return has_admin_settings ? &file_of_admin : &file;
}

const cyaml_schema_value_t *config_schema_channels(void)
{
    fill_set_fields();
    fill_action_fields();
    return &channels;
}

const cyaml_schema_value_t *config_schema_answer(void)
{
    fill_set_fields();
    return &answer;
}

static const cyaml_schema_field_t *fields_under(const char *under)
{
    static const struct {
        const char *key;
        const cyaml_schema_field_t *fields;
    } all[] = {{"", file_fields},
               {"listeners", listener_fields},
               {"proxy_protocol", trust_fields},
               {"upstream", upstream_fields},
               {"events", event_fields},
               {"spool", spool_fields},
               {"retry", retry_fields},
               {"authorize", authorize_fields},
               {"limits", limit_fields},
               {"log", log_fields},
               {"admin", admin_fields},
               {"fleet", fleet_fields},
               {"defaults", channel_fields},
               {"channels", channel_fields}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(all[i].key, under) == 0) {
            return all[i].fields;
        }
    }
    return NULL;
}

void config_schema_names(const char *under, char *names, size_t size)
{
    size_t length = 0;
    names[0] = '\0';
    for (const cyaml_schema_field_t *field = fields_under(under); field != NULL && field->key != NULL; field++) {
        const int more = snprintf(names + length, size - length, "%s%s", length > 0 ? ", " : "", field->key);
        length += more > 0 && (size_t)more < size - length ? (size_t)more : 0;
    }
}
