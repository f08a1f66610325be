/* Reads schemas, durations, counts and URI references, and checks a sink when its settings are complete. */
#include "delivery_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpe/mpe.h>

#include "header_file.h"

#define MOST_DURATION_MS 604800000 /* 7 days */

bool delivery_schema_read(const char *text, struct delivery_sink *sink)
{
    sink->is_binary = strcmp(text, "cloud-events-binary") == 0;
    if (sink->is_binary || strcmp(text, "cloud-events") == 0) {
        sink->schema = MPE_SCHEMA_CLOUD_EVENTS;
        return true;
    }
    sink->schema = MPE_SCHEMA_EVENT_GRID;
    return strcmp(text, "event-grid") == 0;
}

struct delivery_text {
    struct delivery_text *next;
    char text[];
};

const char *delivery_settings_keep(struct delivery_settings *settings, const char *text)
{
    const size_t size = strlen(text) + 1;
    struct delivery_text *const kept = malloc(sizeof(*kept) + size);
    if (kept == NULL) {
        return NULL;
    }
    memcpy(kept->text, text, size);
    kept->next = settings->kept;
    settings->kept = kept;
    return kept->text;
}

void delivery_settings_free(struct delivery_settings *settings)
{
    for (struct delivery_text *kept = settings->kept, *next; kept != NULL; kept = next) {
        next = kept->next;
        free(kept);
    }
    settings->kept = NULL;
    settings->sink_count = 0;
}

/* ------------------------------------------------------------- durations */

/* Reads one, up to a comma or the end. NULL: it is none. */
static const char *read_duration(const char *text, int64_t *ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    const size_t digits = strspn(text, "0123456789");
    const size_t letters = strcspn(text + digits, ",");
    const int64_t number = digits > 0 && digits <= 9 ? strtol(text, NULL, 10) : 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strlen(units[i].name) == letters && strncmp(text + digits, units[i].name, letters) == 0) {
            *ms = number * units[i].ms;
            return *ms > 0 && *ms <= MOST_DURATION_MS ? text + digits + letters : NULL;
        }
    }
    return NULL;
}

bool delivery_duration_read(const char *text, int64_t *ms)
{
    const char *const end = read_duration(text, ms);
    return end != NULL && *end == '\0';
}

bool delivery_pauses_read(const char *text, struct delivery_retries *retries)
{
    retries->pause_count = 0;
    while (text != NULL && retries->pause_count < DELIVERY_PAUSES) {
        text = read_duration(text, &retries->pauses_ms[retries->pause_count]);
        if (text == NULL) {
            break;
        }
        retries->pause_count++;
        if (*text == '\0') {
            return true;
        }
        text++;
    }
    return false;
}

unsigned delivery_count_read(const char *text, unsigned most)
{
    const size_t digits = strspn(text, "0123456789");
    const long number = digits > 0 && digits <= 7 && text[digits] == '\0' ? strtol(text, NULL, 10) : 0;
    return number >= 1 && number <= (long)most ? (unsigned)number : 0;
}

/* ----------------------------------------------------------------- sinks */

static int say(char why[DELIVERY_WHY_BYTES], const char *text)
{
    snprintf(why, DELIVERY_WHY_BYTES, "%s", text);
    return -1;
}

/* Both files are read once, so that a mistake is found at the start. */
static int check_files(const struct delivery_sink *sink, char why[DELIVERY_WHY_BYTES])
{
    struct curl_slist *list = NULL;
    struct signing_key key;
    if (sink->headers_file != NULL && header_file_read(sink->headers_file, &list, why, DELIVERY_WHY_BYTES) != 0) {
        return -1;
    }
    header_list_free(list);
    const int result = sink->key_file != NULL ? signing_key_read(sink->key_file, &key, why, DELIVERY_WHY_BYTES) : 0;
    memset(&key, 0, sizeof(key));
    return result;
}

int delivery_sink_check(const struct delivery_sink *sink, char why[DELIVERY_WHY_BYTES])
{
    if (sink->url == NULL && (sink->headers_file != NULL || sink->key_file != NULL || sink->batch_events > 0 ||
                              sink->subscription_name != NULL || sink->no_handshake)) {
        return say(why, "headers, a key, a batch, a subscription and a handshake are of a URL, not of a file");
    }
    if (sink->url == NULL && sink->is_binary) {
        return say(why, "cloud-events-binary has headers, which a file has not; give cloud-events");
    }
    if (sink->is_binary && sink->batch_events > 1) {
        return say(why, "cloud-events-binary has one event in a POST; give cloud-events, or no batch");
    }
    if (sink->batch_events > DELIVERY_MOST_EVENTS) {
        return say(why, "a batch has at most 5000 events");
    }
    return check_files(sink, why);
}

bool delivery_wants_uri(const struct delivery_settings *settings)
{
    for (unsigned i = 0; i < settings->sink_count; i++) {
        if (settings->sinks[i].schema == MPE_SCHEMA_CLOUD_EVENTS) {
            return true;
        }
    }
    return false;
}

bool delivery_has_file(const struct delivery_settings *settings)
{
    for (unsigned i = 0; i < settings->sink_count; i++) {
        const char *const file = settings->sinks[i].file;
        if (file != NULL && strcmp(file, "-") != 0) {
            return true;
        }
    }
    return false;
}

/* --------------------------------------------------------- URI references */

#define ALPHA  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT  "0123456789"
#define HEX    DIGIT "abcdefABCDEF"
#define PATH   ALPHA DIGIT "-._~!$&'()*+,;=:@/" /* pchar of RFC 3986, and the slash */
#define SCHEME ALPHA DIGIT "+-."

/* How much of the text is of these characters and of %XX. */
static size_t span(const char *text, const char *characters)
{
    size_t length = 0;
    while (text[length] != '\0') {
        const bool is_escape = text[length] == '%' && text[length + 1] != '\0' && strspn(text + length + 1, HEX) >= 2;
        if (!is_escape && strchr(characters, text[length]) == NULL) {
            break;
        }
        length += is_escape ? 3 : 1;
    }
    return length;
}

/* After the scheme; NULL: there is a colon, but no scheme before it. */
static const char *skip_scheme(const char *text)
{
    const size_t colon = strcspn(text, ":/?#");
    if (text[colon] != ':') {
        return text;
    }
    return strchr(ALPHA, text[0]) != NULL && strspn(text, SCHEME) == colon ? text + colon + 1 : NULL;
}

/* Brackets stand in an authority only, around an address. */
static const char *skip_authority(const char *text)
{
    if (strncmp(text, "//", 2) != 0) {
        return text;
    }
    text += 2;
    text += text[span(text, ALPHA DIGIT "-._~!$&'()*+,;=:@")] == '[' ? span(text, ALPHA DIGIT "-._~!$&'()*+,;=:@") : 0;
    if (*text == '[') {
        const size_t address = strspn(text + 1, HEX ":.");
        return address > 0 && text[1 + address] == ']' ? text + address + 2 : NULL;
    }
    return text;
}

bool delivery_is_uri_reference(const char *text)
{
    const char *rest = *text != '\0' && *text != ':' ? skip_scheme(text) : NULL;
    rest = rest != NULL ? skip_authority(rest) : NULL;
    if (rest == NULL) {
        return false;
    }
    rest += span(rest, PATH);
    if (*rest == '?') {
        rest += 1 + span(rest + 1, PATH "?");
    }
    if (*rest == '#') {
        rest += 1 + span(rest + 1, PATH "?");
    }
    return *rest == '\0';
}
