/* Makes the body and the headers of a POST in the schema of its sink, and signs it. */
#include "event_post.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <mpe/mpe.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#define HEADER_BYTES    4096
#define SIGNATURE_BYTES 64 /* base64 of 32 bytes */
#define ID_BYTES        128
#define DIGITS          15 /* of a number in data: 29.97 stays 29.97 */

/* ------------------------------------------------------------------- headers */

int event_post_header(struct curl_slist **list, const char *name, const char *value)
{
    char text[HEADER_BYTES];
    const int length = snprintf(text, sizeof(text), "%s: %s", name, value);
    for (int i = 0; i < length && text[i] != '\0'; i++) {
        text[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ? '?' : text[i];
    }
    struct curl_slist *const longer = curl_slist_append(*list, text);
    *list = longer != NULL ? longer : *list;
    return longer != NULL ? 0 : -1;
}

/* As the HTTP binding of CloudEvents asks for: what is not printable ASCII, and " and %, as %XX. */
static int encoded_header(struct curl_slist **list, const char *attribute, const char *value)
{
    char name[64];
    char text[HEADER_BYTES - sizeof(name) - 4];
    size_t length = 0;
    for (; *value != '\0' && length + 4 < sizeof(text); value++) {
        const unsigned char byte = (unsigned char)*value;
        const bool is_plain = byte > ' ' && byte < 0x7F && byte != '"' && byte != '%';
        length += (size_t)snprintf(text + length, 4, is_plain ? "%c" : "%%%02X", byte);
    }
    text[length] = '\0';
    snprintf(name, sizeof(name), "ce-%s", attribute);
    return event_post_header(list, name, text);
}

static int own_headers(struct curl_slist **list, const struct curl_slist *own)
{
    for (; own != NULL; own = own->next) {
        struct curl_slist *const longer = curl_slist_append(*list, own->data);
        if (longer == NULL) {
            return -1;
        }
        *list = longer;
    }
    return 0;
}

/* The headers of Event Grid's own deliveries. */
static int grid_headers(struct curl_slist **list, const struct event_sender *sender, const char *type,
                        const char *data_version, unsigned tries)
{
    char count[16];
    snprintf(count, sizeof(count), "%u", tries);
    return event_post_header(list, "aeg-event-type", type) != 0 ||
                   event_post_header(list, "aeg-subscription-name", sender->subscription_name) != 0 ||
                   event_post_header(list, "aeg-data-version", data_version) != 0 ||
                   event_post_header(list, "aeg-metadata-version", "1") != 0 ||
                   event_post_header(list, "aeg-delivery-count", count) != 0
               ? -1
               : 0;
}

/* ----------------------------------------------------------------- signature */

/* The id of the POST: that of the event, or of several a digest of theirs. */
static void id_of(const struct spool_event *events, size_t count, char id[ID_BYTES])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    id[0] = '\0';
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; i < count; i++) {
        json_t *const event = json_loads(events[i].json, 0, NULL);
        const char *const text = json_string_value(json_object_get(event, "id"));
        EVP_DigestUpdate(context, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 0);
        snprintf(id, ID_BYTES, "%s", text != NULL ? text : "");
        json_decref(event);
    }
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (size_t i = 0; count > 1 && i < 16; i++) {
        snprintf(id + 2 * i, 3, "%02x", digest[i]);
    }
}

/* Standard Webhooks: HMAC-SHA256 of "ID.SECONDS.BODY", in base64. */
static int sign(struct event_post *post, const struct signing_key *key, const char *id, int64_t unix_s)
{
    char seconds[24];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    char signature[3 + SIGNATURE_BYTES] = "v1,";
    snprintf(seconds, sizeof(seconds), "%" PRId64, unix_s);
    const size_t head = strlen(id) + strlen(seconds) + 2;
    char *const text = malloc(head + post->length + 1);
    if (text == NULL) {
        return -1;
    }
    snprintf(text, head + 1, "%s.%s.", id, seconds);
    memcpy(text + head, post->body, post->length);
    HMAC(EVP_sha256(), key->bytes, (int)key->length, (unsigned char *)text, head + post->length, digest,
         &digest_length);
    free(text);
    EVP_EncodeBlock((unsigned char *)signature + 3, digest, (int)digest_length);
    return event_post_header(&post->headers, "webhook-id", id) != 0 ||
                   event_post_header(&post->headers, "webhook-timestamp", seconds) != 0 ||
                   event_post_header(&post->headers, "webhook-signature", signature) != 0
               ? -1
               : 0;
}

/* ---------------------------------------------------------------------- body */

static int array_body(struct event_post *post, const struct spool_event *events, size_t count)
{
    size_t size = 3;
    for (size_t i = 0; i < count; i++) {
        size += strlen(events[i].json) + 1;
    }
    char *end = post->body = malloc(size);
    if (post->body == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        *end++ = i == 0 ? '[' : ',';
        end = stpcpy(end, events[i].json);
    }
    stpcpy(end, "]");
    return 0;
}

static int content_type(struct event_post *post, const char *type)
{
    return event_post_header(&post->headers, "Content-Type", type);
}

/* Attributes in headers, the data alone in the body. */
static int binary(struct event_post *post, const struct spool_event *event)
{
    json_t *const parsed = json_loads(event->json, 0, NULL);
    int result = parsed != NULL ? content_type(post, "application/json") : -1;
    const char *name;
    json_t *value;
    json_object_foreach(parsed, name, value)
    {
        const bool is_attribute = json_is_string(value) && strcmp(name, "datacontenttype") != 0;
        if (is_attribute && encoded_header(&post->headers, name, json_string_value(value)) != 0) {
            result = -1;
        }
    }
    post->body = json_dumps(json_object_get(parsed, "data"), JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(parsed);
    return post->body != NULL ? result : -1;
}

static int structured(struct event_post *post, const struct spool_event *event)
{
    post->body = strdup(event->json);
    return post->body != NULL ? content_type(post, "application/cloudevents+json; charset=utf-8") : -1;
}

static int batch(struct event_post *post, const struct spool_event *events, size_t count)
{
    return array_body(post, events, count) == 0
               ? content_type(post, "application/cloudevents-batch+json; charset=utf-8")
               : -1;
}

static int grid(struct event_post *post, const struct event_sender *sender, const struct spool_event *events,
                size_t count)
{
    json_t *const first = json_loads(events[0].json, 0, NULL);
    const char *const version = json_string_value(json_object_get(first, "dataVersion"));
    int result = array_body(post, events, count);
    if (result == 0) {
        result = content_type(post, "application/json; charset=utf-8");
    }
    if (result == 0 && !header_list_has(sender->own_headers, "aeg-sas-key")) {
        result = grid_headers(&post->headers, sender, "Notification", version != NULL ? version : "", events[0].tries);
    }
    json_decref(first);
    return result;
}

static int finish(struct event_post *post, const struct event_sender *sender, const char *id, int64_t unix_s)
{
    post->length = strlen(post->body);
    if (own_headers(&post->headers, sender->own_headers) != 0) {
        return -1;
    }
    return sender->key->length > 0 ? sign(post, sender->key, id, unix_s) : 0;
}

int event_post_make(struct event_post *post, const struct event_sender *sender, const struct spool_event *events,
                    size_t count, int64_t unix_s)
{
    const struct delivery_sink *const sink = sender->sink;
    char id[ID_BYTES];
    int result;
    *post = (struct event_post){0};
    if (sink->schema == MPE_SCHEMA_EVENT_GRID) {
        result = grid(post, sender, events, count);
    } else if (sink->is_binary) {
        result = binary(post, events);
    } else {
        result = sink->batch_events > 1 ? batch(post, events, count) : structured(post, events);
    }
    if (result == 0) {
        id_of(events, count, id);
        result = finish(post, sender, id, unix_s);
    }
    if (result != 0) {
        event_post_free(post);
    }
    return result;
}

int event_post_validation(struct event_post *post, const struct event_sender *sender, const char *code, int64_t unix_s)
{
    char body[512];
    char moment[32] = "";
    struct tm utc;
    const time_t seconds = (time_t)unix_s;
    if (gmtime_r(&seconds, &utc) != NULL) {
        strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    snprintf(body, sizeof(body),
             "[{\"id\":\"%s\",\"topic\":\"\",\"subject\":\"\",\"data\":{\"validationCode\":\"%s\"},"
             "\"eventType\":\"Microsoft.EventGrid.SubscriptionValidationEvent\",\"eventTime\":\"%s\","
             "\"metadataVersion\":\"1\",\"dataVersion\":\"1\"}]",
             code, code, moment);
    *post = (struct event_post){.body = strdup(body)};
    if (post->body == NULL || content_type(post, "application/json; charset=utf-8") != 0 ||
        grid_headers(&post->headers, sender, "SubscriptionValidation", "1", 0) != 0 ||
        finish(post, sender, code, unix_s) != 0) {
        event_post_free(post);
        return -1;
    }
    return 0;
}

void event_post_free(struct event_post *post)
{
    free(post->body);
    header_list_free(post->headers);
    *post = (struct event_post){0};
}

/* ------------------------------------------------------------------- channel */

static const char *text_in(const json_t *event, const char *name, const char *other)
{
    const char *const text = json_string_value(json_object_get(event, name));
    const char *const instead = text == NULL ? json_string_value(json_object_get(event, other)) : NULL;
    return text != NULL ? text : instead != NULL ? instead : "";
}

char *event_channel(const char *json)
{
    json_t *const event = json_loads(json, 0, NULL);
    const char *const topic = text_in(event, "topic", "source");
    const char *const subject = text_in(event, "subject", "");
    const size_t size = strlen(topic) + strlen(subject) + 2;
    char *const channel = event != NULL ? malloc(size) : NULL;
    if (channel != NULL) {
        snprintf(channel, size, "%s\n%s", topic, subject);
    }
    json_decref(event);
    return channel;
}
