/* Turns the sections of a configuration file into the options of a server and its channels. */
#include "server_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_options.h"
#include "server_address.h"

#define MOST_COUNT 1000000

/* ----------------------------------------------------------------- listeners */

static int read_trusted(struct listener_options *listener, const struct config_trust *trust, const char *file,
                        unsigned index, char *why)
{
    char path[96];
    snprintf(path, sizeof(path), "listeners/%u/proxy_protocol", index);
    listener->takes_proxy = true;
    if (trust->from_count == 0) {
        return config_wrong(why, file, path,
                            "proxy_protocol: say who may name addresses, as in { from: [127.0.0.0/8, 192.0.2.7] }");
    }
    listener->trusted = calloc(trust->from_count, sizeof(*listener->trusted));
    for (unsigned i = 0; listener->trusted != NULL && i < trust->from_count; i++) {
        if (!address_network_read(&listener->trusted[i], trust->from[i])) {
            snprintf(path, sizeof(path), "listeners/%u/proxy_protocol/from/%u", index, i);
            return config_wrong(why, file, path,
                                "from: %.60s is no network; write one as 192.0.2.0/24 or 2001:db8::/32",
                                trust->from[i]);
        }
        listener->trusted_count++;
    }
    return listener->trusted != NULL ? 0 : config_wrong(why, file, path, "out of memory");
}

static int read_listener(struct server_options *options, const struct config_listener *given, const char *file,
                         char *why)
{
    const unsigned index = options->listener_count;
    struct listener_options *const listener = &options->listeners[index];
    char path[64];
    snprintf(path, sizeof(path), "listeners/%u/address", index);
    if (given->address == NULL || server_read_listen(given->address, &listener->address) != 0) {
        return config_wrong(why, file, path,
                            "address: give a numeric address and a port, as in 0.0.0.0:1935 or [::]:1935");
    }
    options->listener_count++;
    return given->proxy_protocol != NULL ? read_trusted(listener, given->proxy_protocol, file, index, why) : 0;
}

static int read_listeners(struct server_options *options, const struct config *config, char *why)
{
    const struct config_file *const top = config->top;
    if (top->listeners_count == 0) {
        return config_wrong(why, config->file, "",
                            "there are no listeners; write listeners: [{ address: 0.0.0.0:1935 }]");
    }
    if (top->listeners_count > SERVER_LISTENERS) {
        return config_wrong(why, config->file, "listeners", "listeners: give at most %d", SERVER_LISTENERS);
    }
    for (unsigned i = 0; i < top->listeners_count; i++) {
        if (read_listener(options, &top->listeners[i], config->file, why) != 0) {
            return -1;
        }
    }
    return 0;
}

/* -------------------------------------------------------------------- limits */

static int read_count(const struct config *config, const char *name, const char *text, unsigned least, unsigned *value,
                      char *why)
{
    char path[64];
    if (text == NULL) {
        return 0;
    }
    const size_t digits = strspn(text, "0123456789");
    const long number = digits > 0 && digits <= 7 && text[digits] == '\0' ? strtol(text, NULL, 10) : -1;
    if (number < (long)least || number > MOST_COUNT) {
        snprintf(path, sizeof(path), "limits/%s", name);
        return config_wrong(why, config->file, path, "%s: give a whole number from %u to %d", name, least, MOST_COUNT);
    }
    *value = (unsigned)number;
    return 0;
}

static int read_limits(struct server_options *options, const struct config *config, char *why)
{
    const struct config_limits *const limits = config->top->limits;
    if (limits == NULL) {
        return 0;
    }
    if (read_count(config, "connections", limits->connections, 1, &options->max_connections, why) != 0) {
        return -1;
    }
    options->max_per_address = server_share_of_an_address(options->max_connections);
    if (read_count(config, "connections_per_address", limits->connections_per_address, 1, &options->max_per_address,
                   why) != 0 ||
        read_count(config, "refusals_per_minute", limits->refusals_per_minute, 0, &options->refusals_per_minute, why) !=
            0) {
        return -1;
    }
    if (read_count(config, "handshakes_per_second", limits->handshakes_per_second, 0, &options->handshakes_per_second,
                   why) != 0 ||
        read_count(config, "handshakes_per_address", limits->handshakes_per_address, 0,
                   &options->handshakes_per_address, why) != 0) {
        return -1;
    }
    if (limits->memory != NULL && !memory_bound_read(limits->memory, &options->memory.most_bytes)) {
        return config_wrong(why, config->file, "limits/memory", "memory: give a number of bytes, as in 512M or 2G");
    }
    return 0;
}

static int read_log(struct server_options *options, const struct config *config, char *why)
{
    const struct config_log *const log = config->top->log;
    if (log != NULL && log->format != NULL && !log_format_read(log->format, &options->log.is_json)) {
        return config_wrong(why, config->file, "log/format", "format: give text or json");
    }
    if (log != NULL && log->level != NULL && !log_level_read(log->level, &options->log.level)) {
        return config_wrong(why, config->file, "log/level", "level: give error, warning or info");
    }
    if (log != NULL && log->addresses != NULL && !log_addresses_read(log->addresses, &options->log.addresses)) {
        return config_wrong(why, config->file, "log/addresses", "addresses: give masked or shown");
    }
    return 0;
}

static int read_authorize(struct server_options *options, const struct config *config, char *why)
{
    const struct config_authorize *const settings = config->top->authorize;
    const char *const fault = settings != NULL ? authorize_read(&options->authorize, settings) : NULL;
    char path[64];
    if (fault == NULL) {
        return 0;
    }
    snprintf(path, sizeof(path), "authorize/%.*s", (int)strcspn(fault, ":"), fault);
    return config_wrong(why, config->file, path, "%s", fault);
}

static int read_admin(struct server_options *options, const struct config *config, char *why)
{
    char sentence[ADMIN_WHY_BYTES];
    const struct config_file *const top = config->top;
    const struct config_admin *const settings = top->admin_settings;
    const char *const address = settings != NULL ? settings->address : top->admin;
    const char *const token_file =
        settings != NULL && settings->token_file != NULL ? settings->token_file : top->admin_token_file;
    return admin_options_read(&options->admin, address, token_file, sentence) == 0
               ? 0
               : config_wrong(why, config->file,
                              top->admin_token_file != NULL && address == NULL ? "admin_token_file" : "admin",
                              "admin: %s", sentence);
}

static int read_fleet(struct server_options *options, const struct config *config, char *why)
{
    char sentence[FLEET_WHY_BYTES];
    enum fleet_setting of = FLEET_SETTING_URLS;
    const struct config_fleet *const fleet = config->top->fleet;
    if (fleet == NULL ||
        fleet_settings_read(&options->fleet, fleet->redis, fleet->key_file, &of, sentence) == 0) {
        return 0;
    }
    return of == FLEET_SETTING_URLS ? config_wrong(why, config->file, "fleet/redis", "redis: %s", sentence)
                                    : config_wrong(why, config->file, "fleet/key_file", "key_file: %s", sentence);
}

/* ---------------------------------------------------------------- everything */

static struct channels *read_channels(const char *file, char *why)
{
    struct config config;
    if (config_load(&config, file, why) != 0) {
        config_free(&config);
        return NULL;
    }
    return channels_new(&config, why);
}

static int open_channels(struct server_options *options, struct channels *channels, char *why)
{
    const mpe_allocator allocator = memory_bound_allocator(&options->memory);
    options->memory.holder = NULL;
    return channels_open(channels, &allocator, why);
}

int server_config_read(struct server_options *options, char why[CONFIG_WHY_BYTES])
{
    options->channels = read_channels(options->config_file, why);
    if (options->channels == NULL || open_channels(options, options->channels, why) != 0) {
        return -1;
    }
    const struct config *const config = channels_config(options->channels);
    options->channel = channels_lobby(options->channels);
    return read_listeners(options, config, why) != 0 || delivery_config_read(&options->notify, config, why) != 0 ||
                   read_limits(options, config, why) != 0 || read_log(options, config, why) != 0 ||
                   read_authorize(options, config, why) != 0 || read_admin(options, config, why) != 0 ||
                   read_fleet(options, config, why) != 0
               ? -1
               : 0;
}

struct channels *server_config_load(const char *file, bool wants_uri, char why[CONFIG_WHY_BYTES])
{
    struct channels *const channels = read_channels(file, why);
    if (channels != NULL && wants_uri && delivery_config_check_topics(channels_config(channels), why) != 0) {
        channels_release(channels);
        return NULL;
    }
    return channels;
}

int server_config_change(struct server_options *options, struct channels *channels, char why[CONFIG_WHY_BYTES])
{
    if (open_channels(options, channels, why) != 0) {
        channels_release(channels);
        return -1;
    }
    channels_take_over(channels, options->channels);
    channels_retire(options->channels);
    options->channels = channels;
    options->channel = channels_lobby(channels);
    return 0;
}
