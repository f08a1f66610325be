/* Reads --events and the options beside it into the settings of delivery. */
#include "delivery_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <mpe/mpe.h>

#include "memory_bound.h"
#include "server_options.h"
#include "standard_streams.h"
#include "webhook.h"

/* --------------------------------------------------------------- the place */

/* What follows "http:" or "https:" at the beginning; NULL: neither is there. */
static const char *behind_scheme(const char *text)
{
    bool is_http = strncasecmp(text, "http:", 5) == 0;
    return is_http || strncasecmp(text, "https:", 6) == 0 ? text + (is_http ? 5 : 6) : NULL;
}

/* What is wrong with a file name; never the text. NULL: nothing. */
static const char *file_fault(const char *text)
{
    if (behind_scheme(text) != NULL) {
        return "a URL begins with http:// or https://; write both slashes, or ./NAME for a file of this name";
    }
    if (*text == '\0' || strstr(text, "://") != NULL) {
        return "give a file name, - for standard output, or a URL that begins with http:// or https://";
    }
    if (strcmp(text, "-") == 0 && !standard_output_is_there()) {
        return "- is standard output, which is closed or cannot be written to; open it, or give a file name";
    }
    return NULL;
}

const char *delivery_place_fault(const char *text, bool *is_url)
{
    const char *const behind = behind_scheme(text);
    *is_url = behind != NULL && strncmp(behind, "//", 2) == 0;
    return *is_url ? webhook_url_fault(text) : file_fault(text);
}

static enum options_result add_sink(struct delivery_settings *settings, const struct command_line *line,
                                    const char *text)
{
    bool is_url = false;
    const char *const fault = delivery_place_fault(text, &is_url);
    if (fault != NULL) {
        return command_line_wrong(line, "--events: %s", fault);
    }
    if (settings->sink_count == DELIVERY_SINKS) {
        return command_line_wrong(line, "--events was given more than %d times; leave some out", DELIVERY_SINKS);
    }
    struct delivery_sink *const sink = &settings->sinks[settings->sink_count++];
    *(is_url ? &sink->url : &sink->file) = text;
    return OPTIONS_RUN;
}

/* ------------------------------------------------------- what belongs to it */

static enum options_result read_handshake(struct delivery_sink *sink, const struct command_line *line, const char *text)
{
    sink->no_handshake = strcmp(text, "off") == 0;
    return sink->no_handshake || strcmp(text, "on") == 0
               ? OPTIONS_RUN
               : command_line_wrong(line, "--handshake %.40s: give on or off", text);
}

static enum options_result read_batch(struct delivery_sink *sink, const struct command_line *line, const char *text)
{
    sink->batch_events = delivery_count_read(text, DELIVERY_MOST_EVENTS);
    return sink->batch_events > 0 ? OPTIONS_RUN
                                  : command_line_wrong(line, "--batch %.40s: give a whole number from 1 to %u", text,
                                                       DELIVERY_MOST_EVENTS);
}

/* An option of the URL before it. */
static enum options_result apply_to_sink(struct delivery_settings *settings, const struct command_line *line,
                                         const struct given_option *given, const char *name)
{
    struct delivery_sink *const sink = settings->sink_count > 0 ? &settings->sinks[settings->sink_count - 1] : NULL;
    if (sink == NULL || sink->url == NULL) {
        return command_line_wrong(line, "%s belongs to a URL; write it after --events URL", name);
    }
    switch (given->id) {
    case SERVER_HEADERS:
        sink->headers_file = given->value;
        return OPTIONS_RUN;
    case SERVER_SIGN_WITH:
        sink->key_file = given->value;
        return OPTIONS_RUN;
    case SERVER_SUBSCRIPTION:
        sink->subscription_name = given->value;
        return OPTIONS_RUN;
    case SERVER_HANDSHAKE:
        return read_handshake(sink, line, given->value);
    default:
        return read_batch(sink, line, given->value);
    }
}

/* --------------------------------------------------------- what is of all */

static enum options_result read_retries(struct delivery_retries *retries, const struct command_line *line)
{
    const char *const attempts = command_line_last(line, SERVER_RETRY_ATTEMPTS);
    const char *const within = command_line_last(line, SERVER_RETRY_WITHIN);
    const char *const pauses = command_line_last(line, SERVER_RETRY_PAUSES);
    if (attempts != NULL && (retries->attempts = delivery_count_read(attempts, DELIVERY_MOST_ATTEMPTS)) == 0) {
        return command_line_wrong(line, "--retry-attempts %.40s: give a whole number from 1 to %d", attempts,
                                  DELIVERY_MOST_ATTEMPTS);
    }
    if (within != NULL && !delivery_duration_read(within, &retries->within_ms)) {
        return command_line_wrong(line, "--retry-within %.40s: give a duration, as in 90s, 30m or 24h", within);
    }
    if (pauses != NULL && !delivery_pauses_read(pauses, retries)) {
        return command_line_wrong(line, "--retry-pauses %.80s: give up to %d durations, as in 10s,30s,1m,1h", pauses,
                                  DELIVERY_PAUSES);
    }
    return OPTIONS_RUN;
}

static enum options_result read_spool(struct delivery_spool *spool, const struct command_line *line)
{
    const char *const bytes = command_line_last(line, SERVER_SPOOL_BYTES);
    spool->folder = command_line_last(line, SERVER_SPOOL);
    if (spool->folder != NULL && *spool->folder == '\0') {
        return command_line_wrong(line, "--spool: give the name of a folder");
    }
    if (bytes != NULL && spool->folder == NULL) {
        return command_line_wrong(line, "--spool-bytes bounds a spool; give its folder with --spool");
    }
    if (bytes != NULL && (!memory_bound_read(bytes, &spool->most_bytes) || spool->most_bytes < DELIVERY_LEAST_SPOOL)) {
        return command_line_wrong(line, "--spool-bytes %.40s: give a number of bytes from 1M on, as in 64M or 1G",
                                  bytes);
    }
    return OPTIONS_RUN;
}

static enum options_result read_schema(struct delivery_settings *settings, const struct command_line *line)
{
    const char *const text = command_line_last(line, SERVER_SCHEMA);
    struct delivery_sink schema = {.schema = MPE_SCHEMA_EVENT_GRID};
    if (text != NULL && !delivery_schema_read(text, &schema)) {
        return command_line_wrong(line, "--schema %.40s: give event-grid, cloud-events or cloud-events-binary", text);
    }
    for (unsigned i = 0; i < settings->sink_count; i++) {
        settings->sinks[i].schema = schema.schema;
        settings->sinks[i].is_binary = schema.is_binary && settings->sinks[i].url != NULL;
    }
    return OPTIONS_RUN;
}

static enum options_result check_settings(const struct delivery_settings *settings, const struct command_line *line)
{
    char why[DELIVERY_WHY_BYTES];
    const char *const topic = command_line_last(line, SERVER_TOPIC);
    for (unsigned i = 0; i < settings->sink_count; i++) {
        if (delivery_sink_check(&settings->sinks[i], why) != 0) {
            return command_line_wrong(line, "--events: %s", why);
        }
    }
    if (topic != NULL && *topic != '\0' && delivery_wants_uri(settings) && !delivery_is_uri_reference(topic)) {
        return command_line_wrong(line,
                                  "--topic is the source of CloudEvents, which is a URI reference; write it as in "
                                  "/live/one or urn:example:one, with %%XX for what a URI cannot hold");
    }
    return OPTIONS_RUN;
}

/* The name of an option that belongs to a URL; NULL: it is another. */
static const char *name_of(int id)
{
    switch (id) {
    case SERVER_HEADERS:
        return "--headers-file";
    case SERVER_SIGN_WITH:
        return "--sign-with";
    case SERVER_SUBSCRIPTION:
        return "--subscription";
    case SERVER_HANDSHAKE:
        return "--handshake";
    case SERVER_BATCH:
        return "--batch";
    default:
        return NULL;
    }
}

enum options_result delivery_options_read(struct delivery_settings *settings, const struct command_line *line)
{
    enum options_result result = OPTIONS_RUN;
    for (int i = 0; i < line->count && result == OPTIONS_RUN; i++) {
        const struct given_option *const given = &line->given[i];
        const char *const name = name_of(given->id);
        if (given->id == SERVER_EVENTS) {
            result = add_sink(settings, line, given->value);
        } else if (name != NULL) {
            result = apply_to_sink(settings, line, given, name);
        }
    }
    result = result == OPTIONS_RUN ? read_schema(settings, line) : result;
    result = result == OPTIONS_RUN ? read_retries(&settings->retries, line) : result;
    result = result == OPTIONS_RUN ? read_spool(&settings->spool, line) : result;
    return result == OPTIONS_RUN ? check_settings(settings, line) : result;
}
