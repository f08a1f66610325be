/* Reads the events of a configuration file into the settings of delivery. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpe/mpe.h>

#include "delivery_options.h"
#include "memory_bound.h"

/* Where a mistake stands. */
struct place {
    const struct config *config;
    char *why;
    char path[64];
};

static int wrong(struct place *place, const char *name, const char *sentence)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", place->path, name);
    return config_wrong(place->why, place->config->file, path, "%s: %s", name, sentence);
}

/* A copy that lives as long as the settings. 0, or -1: out of memory. */
static int keep_text(struct delivery_settings *settings, const char *text, const char **kept, struct place *place)
{
    if (text == NULL) {
        return 0;
    }
    *kept = delivery_settings_keep(settings, text);
    return *kept != NULL ? 0 : config_wrong(place->why, place->config->file, place->path, "out of memory");
}

/* ------------------------------------------------------------------- events */

static int read_place(const struct config_event *event, struct place *place)
{
    const char *const name = event->url != NULL ? "url" : "file";
    const char *const text = event->url != NULL ? event->url : event->file;
    bool is_url = false;
    if (text == NULL || (event->url != NULL && event->file != NULL)) {
        return config_wrong(place->why, place->config->file, place->path, "events: give each a file or a url");
    }
    const char *const fault = delivery_place_fault(text, &is_url);
    if (fault != NULL || is_url != (event->url != NULL)) {
        return wrong(place, name, fault != NULL ? fault : "a URL stands under url, a file under file");
    }
    return 0;
}

static int read_words(struct delivery_sink *sink, const struct config_event *event, struct place *place)
{
    if (!delivery_schema_read(event->schema != NULL ? event->schema : "event-grid", sink)) {
        return wrong(place, "schema", "give event-grid, cloud-events or cloud-events-binary");
    }
    if (event->batch != NULL && (sink->batch_events = delivery_count_read(event->batch, DELIVERY_MOST_EVENTS)) == 0) {
        return wrong(place, "batch", "give a whole number from 1 to 5000");
    }
    if (event->handshake != NULL) {
        sink->no_handshake = strcmp(event->handshake, "off") == 0;
        if (!sink->no_handshake && strcmp(event->handshake, "on") != 0) {
            return wrong(place, "handshake", "give on or off");
        }
    }
    return 0;
}

static int read_event(struct delivery_settings *settings, const struct config_event *event, struct place *place)
{
    char fault[DELIVERY_WHY_BYTES];
    struct delivery_sink *const sink = &settings->sinks[settings->sink_count];
    if (read_place(event, place) != 0 || read_words(sink, event, place) != 0 ||
        keep_text(settings, event->file, &sink->file, place) != 0 ||
        keep_text(settings, event->url, &sink->url, place) != 0 ||
        keep_text(settings, event->headers_file, &sink->headers_file, place) != 0 ||
        keep_text(settings, event->sign_with, &sink->key_file, place) != 0 ||
        keep_text(settings, event->subscription, &sink->subscription_name, place) != 0) {
        return -1;
    }
    if (delivery_sink_check(sink, fault) != 0) {
        return config_wrong(place->why, place->config->file, place->path, "events: %s", fault);
    }
    settings->sink_count++;
    return 0;
}

/* ---------------------------------------------------------- retry and spool */

static int read_retry(struct delivery_retries *retries, const struct config_retry *given, struct place *place)
{
    if (given->attempts != NULL &&
        (retries->attempts = delivery_count_read(given->attempts, DELIVERY_MOST_ATTEMPTS)) == 0) {
        return wrong(place, "attempts", "give a whole number from 1 to 1000");
    }
    if (given->within != NULL && !delivery_duration_read(given->within, &retries->within_ms)) {
        return wrong(place, "within", "give a duration, as in 90s, 30m or 24h");
    }
    if (given->pauses != NULL && !delivery_pauses_read(given->pauses, retries)) {
        return wrong(place, "pauses", "give up to 16 durations, as in 10s,30s,1m,1h");
    }
    return 0;
}

static int read_spool(struct delivery_settings *settings, const struct config_spool *given, struct place *place)
{
    if (given->path == NULL || given->path[0] == '\0') {
        return wrong(place, "path", "give the name of a folder");
    }
    if (given->max_bytes != NULL && (!memory_bound_read(given->max_bytes, &settings->spool.most_bytes) ||
                                     settings->spool.most_bytes < DELIVERY_LEAST_SPOOL)) {
        return wrong(place, "max_bytes", "give a number of bytes from 1M on, as in 64M or 1G");
    }
    return keep_text(settings, given->path, &settings->spool.folder, place);
}

int delivery_config_read(struct delivery_settings *settings, const struct config *config, char why[CONFIG_WHY_BYTES])
{
    const struct config_file *const top = config->top;
    struct place place = {.config = config, .why = why, .path = "events"};
    if (top->events_count > DELIVERY_SINKS) {
        return config_wrong(why, config->file, place.path, "events: give at most %d", DELIVERY_SINKS);
    }
    for (unsigned i = 0; i < top->events_count; i++) {
        snprintf(place.path, sizeof(place.path), "events/%u", i);
        if (read_event(settings, &top->events[i], &place) != 0) {
            return -1;
        }
    }
    snprintf(place.path, sizeof(place.path), "retry");
    if (top->retry != NULL && read_retry(&settings->retries, top->retry, &place) != 0) {
        return -1;
    }
    snprintf(place.path, sizeof(place.path), "spool");
    if (top->spool != NULL && read_spool(settings, top->spool, &place) != 0) {
        return -1;
    }
    return delivery_wants_uri(settings) ? delivery_config_check_topics(config, why) : 0;
}

/* ------------------------------------------------------------------- topics */

static bool is_wrong_topic(const char *topic)
{
    return topic != NULL && topic[0] != '\0' && !delivery_is_uri_reference(topic);
}

int delivery_config_check_topics(const struct config *config, char why[CONFIG_WHY_BYTES])
{
    static const char sentence[] = "topic: it is the source of CloudEvents, which is a URI reference; write it as in "
                                   "/live/one or urn:example:one";
    const struct config_channel *const defaults = config->top->defaults;
    if (defaults != NULL && is_wrong_topic(defaults->topic)) {
        return config_wrong(why, config->file, "defaults/topic", "%s", sentence);
    }
    for (const struct config_part *part = config->parts; part != NULL; part = part->next) {
        for (unsigned i = 0; i < part->count; i++) {
            if (is_wrong_topic(part->channels[i].topic)) {
                return config_channel_wrong(why, config, part, i, "topic", "%s", sentence);
            }
        }
    }
    return 0;
}
