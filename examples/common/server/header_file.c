/* Reads files of HTTP headers and of signing keys, line by line. */
#include "header_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define FILE_BYTES    16384
#define LEAST_KEY     16
#define KEY_PREFIX    "whsec_"
#define TOKEN_SYMBOLS "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The whole file, or -1 and why. A file that is longer is wrong, too. */
static long read_file(const char *file, char *text, size_t size, char *why, size_t why_bytes)
{
    FILE *const stream = fopen(file, "re");
    if (stream == NULL) {
        snprintf(why, why_bytes, "%.200s: %s", file, strerror(errno));
        return -1;
    }
    errno = 0;
    const size_t length = fread(text, 1, size, stream);
    const int error = ferror(stream) != 0 ? errno : 0;
    fclose(stream);
    if (error != 0 || length == size) {
        snprintf(why, why_bytes, "%.200s: %s", file, error != 0 ? strerror(error) : "the file is too long");
        return -1;
    }
    text[length] = '\0';
    return (long)length;
}

/* -------------------------------------------------------------- headers */

/* What the delivery itself says; a second one would contradict it. */
static bool is_ours(const char *name, size_t length)
{
    static const char *const ours[] = {"content-type",
                                       "content-length",
                                       "host",
                                       "transfer-encoding",
                                       "expect",
                                       "aeg-event-type",
                                       "webhook-id",
                                       "webhook-timestamp",
                                       "connection",
                                       "webhook-signature",
                                       "aeg-delivery-count"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (strlen(ours[i]) == length && strncasecmp(ours[i], name, length) == 0) {
            return true;
        }
    }
    return length > 3 && strncasecmp(name, "ce-", 3) == 0;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

/* NULL: nothing is wrong with this line. */
static const char *line_fault(const char *line)
{
    const size_t name = strspn(line, TOKEN_SYMBOLS);
    if (name == 0 || line[name] != ':') {
        return "write a header as Name: value";
    }
    if (line[name + 1 + strspn(line + name + 1, " \t")] == '\0') {
        return "the header has no value";
    }
    if (has_control(line)) {
        return "the value has a control character";
    }
    return is_ours(line, name) ? "this header is set by the delivery itself; leave it out" : NULL;
}

static int take_line(const char *line, struct curl_slist **list, const char **fault)
{
    if (line[0] == '\0' || line[0] == '#') {
        return 0;
    }
    *fault = line_fault(line);
    if (*fault != NULL) {
        return -1;
    }
    struct curl_slist *const longer = curl_slist_append(*list, line);
    *fault = "out of memory";
    *list = longer != NULL ? longer : *list;
    return longer != NULL ? 0 : -1;
}

static char *end_line(char *line)
{
    char *const next = line + strcspn(line, "\n");
    char *const behind = *next == '\n' ? next + 1 : next;
    char *end = next;
    while (end > line && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    *next = '\0';
    *end = '\0';
    return behind;
}

int header_file_read(const char *file, struct curl_slist **list, char *why, size_t why_bytes)
{
    char text[FILE_BYTES + 1];
    const char *fault = NULL;
    unsigned number = 0;
    *list = NULL;
    if (read_file(file, text, FILE_BYTES, why, why_bytes) < 0) {
        return -1;
    }
    for (char *line = text, *next; *line != '\0' && fault == NULL; line = next) {
        next = end_line(line);
        number++;
        if (take_line(line, list, &fault) != 0) {
            snprintf(why, why_bytes, "%.200s:%u: %s", file, number, fault);
            break;
        }
        fault = NULL;
    }
    OPENSSL_cleanse(text, sizeof(text));
    if (fault != NULL) {
        header_list_free(*list);
        *list = NULL;
    }
    return fault != NULL ? -1 : 0;
}

bool header_list_has(const struct curl_slist *list, const char *name)
{
    const size_t length = strlen(name);
    while (list != NULL && !(strncasecmp(list->data, name, length) == 0 && list->data[length] == ':')) {
        list = list->next;
    }
    return list != NULL;
}

bool header_lists_equal(const struct curl_slist *one, const struct curl_slist *other)
{
    while (one != NULL && other != NULL && strcmp(one->data, other->data) == 0) {
        one = one->next;
        other = other->next;
    }
    return one == NULL && other == NULL;
}

void header_list_free(struct curl_slist *list)
{
    for (struct curl_slist *one = list; one != NULL; one = one->next) {
        OPENSSL_cleanse(one->data, strlen(one->data));
    }
    curl_slist_free_all(list);
}

/* ------------------------------------------------------------------ key */

/* The bytes that base64 stands for, in place; -1: it is none. */
static long decode(const char *text, unsigned char *bytes, size_t length)
{
    const size_t padding = length > 0 && text[length - 1] == '=' ? (length > 1 && text[length - 2] == '=' ? 2 : 1) : 0;
    if (length == 0 || length % 4 != 0) {
        return -1;
    }
    const int decoded = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
    return decoded < 0 ? -1 : decoded - (long)padding;
}

int signing_key_read(const char *file, struct signing_key *key, char *why, size_t why_bytes)
{
    char text[KEY_MOST_BYTES + 1];
    long length = read_file(file, text, KEY_MOST_BYTES, why, why_bytes);
    key->length = 0;
    if (length < 0) {
        return -1;
    }
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
        length--;
    }
    const size_t prefix = strlen(KEY_PREFIX);
    if ((size_t)length >= prefix && strncmp(text, KEY_PREFIX, prefix) == 0) {
        length = decode(text + prefix, key->bytes, (size_t)length - prefix);
    } else {
        memcpy(key->bytes, text, (size_t)length);
    }
    OPENSSL_cleanse(text, sizeof(text));
    if (length < LEAST_KEY) {
        snprintf(why, why_bytes, "%.200s: a key has at least %d bytes; make one with: openssl rand -base64 32", file,
                 LEAST_KEY);
        return -1;
    }
    key->length = (size_t)length;
    return 0;
}
