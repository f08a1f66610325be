/* The settings of a fleet: URLs of its servers, and its key. */
#include "fleet_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "header_file.h"

#define LEAST_KEY_BYTES 32
#define HEX_DIGITS      (2 * FLEET_KEY_BYTES)
#define MOST_DATABASE   65535
#define REDIS_PORT      "6379"
#define SENTINEL_PORT   "26379"
#define HERE            "localhost"
#define URL_BYTES       1024
#define UNIX_PATH_BYTES 108 /* of sockaddr_un */
#define SERVER_FORMS                                                                                                   \
    "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], unix:///PATH of a socket, or "                                  \
    "sentinel://[[USER]:PASSWORD@]HOST[:PORT]/MASTER[/DATABASE]"

/* ------------------------------------------------------------------ a server */

/* The part of a URL, decoded; "" where it has none. false: it does not fit. */
static bool copy_part(CURLU *url, CURLUPart part, char *text, size_t size)
{
    char *value = NULL;
    const CURLUcode result = curl_url_get(url, part, &value, CURLU_URLDECODE);
    const bool fits = value == NULL || strlen(value) < size;
    snprintf(text, size, "%s", result == CURLUE_OK && fits ? value : "");
    if (value != NULL) {
        OPENSSL_cleanse(value, strlen(value));
    }
    curl_free(value);
    return fits;
}

/* "" is 0. */
static bool read_database(const char *text, unsigned *database)
{
    const size_t digits = strspn(text, "0123456789");
    const long number = *text == '\0' ? 0 : digits > 0 && digits <= 5 && text[digits] == '\0' ? atol(text) : -1;
    *database = number >= 0 ? (unsigned)number : 0;
    return number >= 0 && number <= MOST_DATABASE;
}

/* "/MASTER" or "/MASTER/DATABASE". */
static bool read_master(struct fleet_server *server, char *path)
{
    char *const name = path + (*path == '/');
    char *const slash = strchr(name, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    snprintf(server->master, sizeof(server->master), "%.*s", (int)sizeof(server->master) - 1, name);
    return name[0] != '\0' && strlen(name) < sizeof(server->master) &&
           read_database(slash != NULL ? slash + 1 : "", &server->database);
}

static bool read_path(struct fleet_server *server, char *path)
{
    if (server->kind == FLEET_SENTINEL) {
        return read_master(server, path);
    }
    if (server->kind == FLEET_TCP) {
        return read_database(path + (*path == '/'), &server->database);
    }
    snprintf(server->host, sizeof(server->host), "%.*s", (int)sizeof(server->host) - 1, path);
    return strlen(path) > 1 && strlen(path) < UNIX_PATH_BYTES;
}

static bool read_scheme(struct fleet_server *server, const char *scheme)
{
    static const char *const schemes[] = {[FLEET_TCP] = "redis", [FLEET_UNIX] = "unix", [FLEET_SENTINEL] = "sentinel"};
    for (int kind = FLEET_TCP; kind <= FLEET_SENTINEL; kind++) {
        if (strcmp(scheme, schemes[kind]) == 0) {
            server->kind = (enum fleet_server_kind)kind;
            return true;
        }
    }
    return false;
}

/* An IPv6 address has no brackets where it is looked up. */
static void unbracket(char *host)
{
    const size_t length = strlen(host);
    if (host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
}

static bool read_place(struct fleet_server *server, CURLU *url)
{
    const char *const usual = server->kind == FLEET_SENTINEL ? SENTINEL_PORT : REDIS_PORT;
    if (!copy_part(url, CURLUPART_HOST, server->host, sizeof(server->host)) ||
        !copy_part(url, CURLUPART_PORT, server->port, sizeof(server->port))) {
        return false;
    }
    if (server->kind == FLEET_UNIX) {
        return strcmp(server->host, HERE) == 0 && server->port[0] == '\0';
    }
    unbracket(server->host);
    if (server->port[0] == '\0') {
        snprintf(server->port, sizeof(server->port), "%s", usual);
    }
    return server->host[0] != '\0' && strcmp(server->port, "0") != 0;
}

static bool read_parts(struct fleet_server *server, CURLU *url)
{
    char scheme[16];
    char path[FLEET_TEXT_BYTES];
    char database[8];
    return copy_part(url, CURLUPART_SCHEME, scheme, sizeof(scheme)) && read_scheme(server, scheme) &&
           copy_part(url, CURLUPART_USER, server->user, sizeof(server->user)) &&
           copy_part(url, CURLUPART_PASSWORD, server->password, sizeof(server->password)) &&
           copy_part(url, CURLUPART_PATH, path, sizeof(path)) && read_place(server, url) && read_path(server, path) &&
           copy_part(url, CURLUPART_QUERY, database, sizeof(database)) && database[0] == '\0';
}

/* libcurl wants a host in every URL; that of a socket has none. */
static void name_host(char text[URL_BYTES])
{
    static const char scheme[] = "unix://";
    static const char host[] = HERE;
    const size_t begin = strlen(scheme);
    const size_t at = strncmp(text, scheme, begin) == 0 ? begin + strcspn(text + begin, "/") : strlen(text);
    if (text[at] == '/' && (at == begin || text[at - 1] == '@') && strlen(text) + strlen(host) < URL_BYTES) {
        memmove(text + at + strlen(host), text + at, strlen(text + at) + 1);
        memcpy(text + at, host, strlen(host));
    }
}

static bool read_server(struct fleet_server *server, char text[URL_BYTES])
{
    CURLU *const url = curl_url();
    name_host(text);
    const bool is_read = url != NULL && curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                         read_parts(server, url);
    curl_url_cleanup(url);
    return is_read;
}

/* ------------------------------------------------------------------- the list */

static int wrong_server(unsigned number, char *why)
{
    snprintf(why, FLEET_WHY_BYTES, "server %u of the list is none; write " SERVER_FORMS, number);
    return -1;
}

/* The next of the list, without blanks; false: it is too long to be one. */
static bool take_next(const char **list, char text[URL_BYTES])
{
    const char *const begin = *list + strspn(*list, " \t");
    size_t length = strcspn(begin, ",");
    *list = begin + length + (begin[length] == ',');
    while (length > 0 && (begin[length - 1] == ' ' || begin[length - 1] == '\t')) {
        length--;
    }
    snprintf(text, URL_BYTES, "%.*s", (int)(length < URL_BYTES ? length : 0), begin);
    return length < URL_BYTES;
}

static int read_servers(struct fleet_settings *settings, const char *urls, char *why)
{
    char text[URL_BYTES];
    const char *rest = urls;
    settings->servers = calloc(FLEET_SERVERS, sizeof(*settings->servers));
    if (settings->servers == NULL) {
        snprintf(why, FLEET_WHY_BYTES, "out of memory");
        return -1;
    }
    do {
        if (settings->server_count == FLEET_SERVERS) {
            snprintf(why, FLEET_WHY_BYTES, "give at most %d servers", FLEET_SERVERS);
            return -1;
        }
        const bool is_read = take_next(&rest, text) && read_server(&settings->servers[settings->server_count], text);
        OPENSSL_cleanse(text, sizeof(text));
        settings->server_count++;
        if (!is_read) {
            return wrong_server(settings->server_count, why);
        }
    } while (*rest != '\0');
    return 0;
}

/* -------------------------------------------------------------------- the key */

static int check_mode(const char *file, char *why)
{
    struct stat status;
    if (stat(file, &status) != 0) {
        snprintf(why, FLEET_WHY_BYTES, "%.200s: %s", file, strerror(errno));
        return -1;
    }
    if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        snprintf(why, FLEET_WHY_BYTES, "%.200s: others than its owner and its group may use it; run chmod 640 on it",
                 file);
        return -1;
    }
    return 0;
}

static int hex_digit(unsigned char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *const found = digit != '\0' ? strchr(digits, digit | 0x20) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

static bool decode_hex(const struct signing_key *from, unsigned char *key)
{
    if (from->length != HEX_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < FLEET_KEY_BYTES; i++) {
        const int high = hex_digit(from->bytes[2 * i]);
        const int low = hex_digit(from->bytes[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        key[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static int read_key(struct fleet_settings *settings, const char *file, char *why)
{
    struct signing_key from;
    if (check_mode(file, why) != 0 || signing_key_read(file, &from, why, FLEET_WHY_BYTES) != 0) {
        return -1;
    }
    const bool is_long_enough = from.length >= LEAST_KEY_BYTES;
    if (is_long_enough && !decode_hex(&from, settings->key)) {
        SHA256(from.bytes, from.length, settings->key);
    }
    OPENSSL_cleanse(&from, sizeof(from));
    if (!is_long_enough) {
        snprintf(why, FLEET_WHY_BYTES,
                 "%.200s: the key of a fleet has at least %d bytes; make one with: openssl rand -hex 32", file,
                 LEAST_KEY_BYTES);
    }
    return is_long_enough ? 0 : -1;
}

/* ------------------------------------------------------------------- all of it */

static int wrong(enum fleet_setting setting, const char *sentence, enum fleet_setting *of, char *why)
{
    *of = setting;
    snprintf(why, FLEET_WHY_BYTES, "%s", sentence);
    return -1;
}

static int read_all(struct fleet_settings *settings, const char *urls, const char *key_file, enum fleet_setting *of,
                    char *why)
{
    *of = FLEET_SETTING_URLS;
    if (read_servers(settings, urls, why) != 0) {
        return -1;
    }
    *of = FLEET_SETTING_KEY_FILE;
    return read_key(settings, key_file, why);
}

int fleet_settings_read(struct fleet_settings *settings, const char *urls, const char *key_file, enum fleet_setting *of,
                        char why[FLEET_WHY_BYTES])
{
    if (urls == NULL && key_file == NULL) {
        return 0;
    }
    if (urls == NULL) {
        return wrong(FLEET_SETTING_KEY_FILE, "a key is of no use without a server: write " SERVER_FORMS, of, why);
    }
    if (key_file == NULL) {
        return wrong(FLEET_SETTING_URLS,
                     "a fleet needs a key that all its processes have: a file, made with openssl rand -hex 32", of,
                     why);
    }
    if (read_all(settings, urls, key_file, of, why) != 0) {
        fleet_settings_free(settings);
        return -1;
    }
    return 0;
}

void fleet_settings_free(struct fleet_settings *settings)
{
    if (settings->servers != NULL) {
        OPENSSL_cleanse(settings->servers, FLEET_SERVERS * sizeof(*settings->servers));
    }
    free(settings->servers);
    OPENSSL_cleanse(settings, sizeof(*settings));
}
