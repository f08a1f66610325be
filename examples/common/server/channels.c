/* The channels of a service: rules, the channels of libmpe that somebody is on, and what a reload does to them. */
#include "channels.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "background.h"
#include "channel_copy.h"
#include "channel_make.h"
#include "channel_table.h"
#include "common/channel_options.h"
#include "fleet.h"
#include "server_options.h"
#include "stream_key.h"
#include "upstream_table.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct channel_rule {
    const struct config_channel *settings;
    bool is_one;           /* for all stream names */
    struct channel *first; /* that somebody is on */
    const struct upstream_target *upstream;
    const struct config_part *part;
    unsigned index;
};

struct instance {
    struct channel channel;
    struct fleet_member *member; /* or NULL */
    char stream_name[]; /* as it is compared; "" where the rule is one channel */
};

struct channels {
    struct config config;
    mpe_allocator allocator;
    mpe_channel *lobby;
    struct channel_table *table;
    struct channel_table *names;
    struct upstream_table upstreams;
    const struct upstream_target *default_upstream;
    bool has_upstreams; /* one of the rules has */
    struct channel_rule *rules;
    size_t rule_count;
    struct fleet *fleet; /* or NULL */
    size_t users; /* of all channels */
    bool is_released;
    bool is_retired;
};

/* rule NULL: the defaults. */
static struct channel_place place_of(const struct channels *channels, const struct channel_rule *rule, char *why)
{
    return (struct channel_place){.config = &channels->config,
                                  .part = rule != NULL ? rule->part : NULL,
                                  .index = rule != NULL ? rule->index : 0,
                                  .why = why};
}

/* ---------------------------------------------------------------- the servers */

/* upstream NULL: *target is left as it is. */
static int find_upstream(struct channels *channels, const struct config_upstream *upstream,
                         const struct upstream_target **target, const struct channel_place *place)
{
    const char *fault = NULL;
    char path[48];
    if (upstream == NULL) {
        return 0;
    }
    *target = upstream_table_find(&channels->upstreams, upstream, &fault);
    if (*target != NULL) {
        return 0;
    }
    snprintf(path, sizeof(path), "upstream/%.*s", (int)strcspn(fault, ":"), fault);
    return channel_wrong(place, path, fault);
}

/* That of the file, unless the defaults have one. */
static int find_default_upstream(struct channels *channels, char *why)
{
    const struct config *const config = &channels->config;
    const struct channel_place of_defaults = place_of(channels, NULL, why);
    const char *fault = NULL;
    char path[48];
    if (config->top->upstream != NULL) {
        channels->default_upstream = upstream_table_find(&channels->upstreams, config->top->upstream, &fault);
        if (channels->default_upstream == NULL) {
            snprintf(path, sizeof(path), "upstream/%.*s", (int)strcspn(fault, ":"), fault);
            return config_wrong(why, config->file, path, "%s", fault);
        }
    }
    const struct config_channel *const defaults = config->top->defaults;
    return find_upstream(channels, defaults != NULL ? defaults->upstream : NULL, &channels->default_upstream,
                         &of_defaults);
}

/* ------------------------------------------------------------------ the rules */

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

static bool ends_in_star(const char *text)
{
    return text != NULL && strchr(text, '*') != NULL;
}

static int check_texts(const struct config_channel *settings, const struct channel_place *place)
{
    if (!is_given(settings->name)) {
        return channel_wrong(place, "", "a channel has no name; give it one, as in name: studio-a");
    }
    if (strlen(settings->name) > CHANNEL_MOST_NAME_BYTES ||
        strspn(settings->name, NAME_LETTERS) != strlen(settings->name)) {
        return channel_wrong(place, "name", "name: give up to 64 letters, digits, dots, dashes and underscores");
    }
    if (!is_given(settings->app) && !is_given(settings->stream_name)) {
        return channel_wrong(place, "",
                             "a channel has neither app nor stream_name; give one of them, or \"*\" for any");
    }
    if (settings->shared != NULL && strcmp(settings->shared, "true") != 0 && strcmp(settings->shared, "false") != 0) {
        return channel_wrong(place, "shared", "shared: give true or false");
    }
    return 0;
}

static int say_added(const struct channel_place *place, enum channel_table_result result,
                     const struct channel_rule *there)
{
    char sentence[200];
    switch (result) {
    case CHANNEL_IS_THERE:
        snprintf(sentence, sizeof(sentence), "channel %s has the app and stream_name of channel %s; change one of them",
                 place->part->channels[place->index].name, there->settings->name);
        return channel_wrong(place, "", sentence);
    case CHANNEL_TOO_LONG:
        return channel_wrong(place, "", "app and stream_name have less than 1024 bytes");
    case CHANNEL_BAD_PATTERN:
        return channel_wrong(place, "", "app and stream_name take one \"*\", at their end, for any rest");
    case CHANNEL_TOO_MANY_SHAPES:
        return channel_wrong(place, "",
                             "the patterns of app and stream_name have more than 64 different lengths; use fewer");
    case CHANNEL_NO_MEMORY:
        return channel_wrong(place, "", "out of memory");
    case CHANNEL_ADDED:
        break;
    }
    return 0;
}

static int add_rule(struct channels *channels, struct channel_rule *rule, char *why)
{
    const struct channel_place place = place_of(channels, rule, why);
    const struct config_channel *const settings = rule->settings;
    void *there = rule;
    if (check_texts(settings, &place) != 0) {
        return -1;
    }
    if (channel_table_add(channels->names, settings->name, "", &there) == CHANNEL_IS_THERE) {
        return channel_wrong(&place, "name", "name: another channel has this name; give each its own");
    }
    const enum channel_table_result result =
        channel_table_add(channels->table, settings->app, settings->stream_name, &there);
    if (result != CHANNEL_ADDED) {
        return say_added(&place, result, there);
    }
    const bool is_pattern = ends_in_star(settings->app) || ends_in_star(settings->stream_name);
    rule->is_one = !is_pattern || (settings->shared != NULL && strcmp(settings->shared, "true") == 0);
    mpe_channel *const tried = channel_make(&place, NULL);
    mpe_channel_free(tried);
    channels->has_upstreams = channels->has_upstreams || settings->upstream != NULL;
    return tried != NULL ? find_upstream(channels, settings->upstream, &rule->upstream, &place) : -1;
}

static size_t count_rules(const struct config *config)
{
    size_t count = 0;
    for (const struct config_part *part = config->parts; part != NULL; part = part->next) {
        for (unsigned i = 0; i < part->count; i++) {
            count += part->channels[i].include == NULL;
        }
    }
    return count;
}

static int add_part(struct channels *channels, const struct config_part *part, char *why)
{
    for (unsigned i = 0; i < part->count; i++) {
        struct channel_rule *const rule = &channels->rules[channels->rule_count];
        const struct config_channel *const settings = &part->channels[i];
        *rule = (struct channel_rule){.settings = settings, .part = part, .index = i};
        if (settings->include != NULL && part != channels->config.parts) {
            return config_channel_wrong(why, &channels->config, part, i, "include",
                                        "include: a file that is included includes no other");
        }
        if (settings->include == NULL) {
            channels->rule_count++;
            if (add_rule(channels, rule, why) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int check_removed(const struct config *config, char *why)
{
    const char *const removed = config->top->removed;
    if (removed == NULL || strcmp(removed, "stop") == 0 || strcmp(removed, "stay") == 0) {
        return 0;
    }
    return config_wrong(why, config->file, "removed", "removed: give stop or stay");
}

static int fill(struct channels *channels, char *why)
{
    const struct channel_place of_defaults = place_of(channels, NULL, why);
    if (check_removed(&channels->config, why) != 0 || find_default_upstream(channels, why) != 0) {
        return -1;
    }
    channels->table = channel_table_new();
    channels->names = channel_table_new();
    channels->rules = calloc(count_rules(&channels->config) + 1, sizeof(*channels->rules));
    if (channels->table == NULL || channels->names == NULL || channels->rules == NULL) {
        snprintf(why, CONFIG_WHY_BYTES, "out of memory");
        return -1;
    }
    mpe_channel *const tried = channel_make(&of_defaults, NULL);
    mpe_channel_free(tried);
    if (tried == NULL) {
        return -1;
    }
    for (const struct config_part *part = channels->config.parts; part != NULL; part = part->next) {
        if (add_part(channels, part, why) != 0) {
            return -1;
        }
    }
    return 0;
}

static void free_tables(struct channels *channels)
{
    channel_table_free(channels->table);
    channel_table_free(channels->names);
    upstream_table_free(&channels->upstreams);
    free(channels->rules);
    config_free(&channels->config);
    free(channels);
}

static void *free_in_background(void *channels)
{
    free_tables(channels);
    return NULL;
}

/* Nobody is on them. */
static void end_channels(struct channels *channels)
{
    mpe_channel_free(channels->lobby);
    if (!channels->is_retired || !background_start(free_in_background, channels)) {
        free_tables(channels);
    }
}

struct channels *channels_new(struct config *config, char why[CONFIG_WHY_BYTES])
{
    struct channels *channels = calloc(1, sizeof(*channels));
    if (channels == NULL) {
        config_free(config);
        snprintf(why, CONFIG_WHY_BYTES, "out of memory");
        return NULL;
    }
    channels->config = *config;
    if (fill(channels, why) != 0) {
        free_tables(channels);
        channels = NULL;
    }
    return channels;
}

int channels_open(struct channels *channels, const mpe_allocator *allocator, char why[CONFIG_WHY_BYTES])
{
    const struct channel_place of_defaults = place_of(channels, NULL, why);
    snprintf(why, CONFIG_WHY_BYTES, "out of memory");
    channels->allocator = *allocator;
    channels->lobby = channel_make(&of_defaults, allocator);
    return channels->lobby != NULL && mpe_channel_set(channels->lobby, MPE_PARAM_BIND_LATE, 1) == MPE_OK ? 0 : -1;
}

void channels_release(struct channels *channels)
{
    if (channels != NULL) {
        channels->is_released = true;
        if (channels->users == 0) {
            end_channels(channels);
        }
    }
}

void channels_retire(struct channels *channels)
{
    channels->is_retired = true;
    channels_release(channels);
}

size_t channels_count(const struct channels *channels)
{
    return channels->rule_count;
}

mpe_channel *channels_lobby(const struct channels *channels)
{
    return channels->lobby;
}

const struct config *channels_config(const struct channels *channels)
{
    return &channels->config;
}

bool channels_know(const struct channels *channels, const char *name, const char *app, const char *stream_name)
{
    const struct channel_rule *const rule = channel_table_find(channels->table, app, stream_name);
    return rule != NULL && strcmp(rule->settings->name, name) == 0;
}

bool channels_end_removed(const struct channels *channels)
{
    const char *const removed = channels->config.top->removed;
    return removed == NULL || strcmp(removed, "stop") == 0;
}

bool channels_have(const struct channels *channels, const char *name)
{
    return channel_table_find(channels->names, name, "") != NULL;
}

/* ------------------------------------------------------------ who is on them */

static struct channel *find_instance(const struct channel_rule *rule, const char *stream_name)
{
    struct channel *channel = rule->first;
    while (channel != NULL && strcmp(((struct instance *)channel)->stream_name, stream_name) != 0) {
        channel = channel->next;
    }
    return channel;
}

static struct channel *add_instance(struct channels *channels, struct channel_rule *rule, const char *stream_name)
{
    char why[CONFIG_WHY_BYTES];
    const size_t length = strlen(stream_name) + 1;
    struct instance *const instance = calloc(1, sizeof(*instance) + length);
    const struct channel_place place = place_of(channels, rule, why);
    mpe_channel *const handle = instance != NULL ? channel_make(&place, &channels->allocator) : NULL;
    if (handle == NULL) {
        free(instance);
        return NULL;
    }
    memcpy(instance->stream_name, stream_name, length);
    instance->channel = (struct channel){
        .handle = handle, .name = rule->settings->name, .rule = rule, .of = channels, .next = rule->first};
    instance->member = fleet_join(channels->fleet, handle, rule->settings->name, stream_name);
    rule->first = &instance->channel;
    return rule->first;
}

static struct channel *enter(struct channels *channels, struct channel_rule *rule, const char *stream_name)
{
    struct stream_key name;
    if (rule == NULL || !stream_key_make(&name, stream_name)) {
        return NULL;
    }
    const char *const own_name = rule->is_one ? "" : name.text;
    struct channel *channel = find_instance(rule, own_name);
    if (channel == NULL) {
        channel = add_instance(channels, rule, own_name);
    }
    if (channel != NULL) {
        channel->users++;
        channels->users++;
    }
    return channel;
}

struct channel *channels_enter(struct channels *channels, const char *app, const char *stream_name)
{
    return enter(channels, channel_table_find(channels->table, app, stream_name), stream_name);
}

struct channel *channels_enter_named(struct channels *channels, const char *name, const char *stream_name)
{
    return enter(channels, channel_table_find(channels->names, name, ""), stream_name);
}

const struct upstream_target *channels_upstream(const struct channel *channel)
{
    return channel->rule->upstream;
}

const struct upstream_target *channels_upstream_of(const struct channels *channels, const char *app,
                                                   const char *stream_name)
{
    const struct channel_rule *const rule = channel_table_find(channels->table, app, stream_name);
    return rule != NULL ? rule->upstream : NULL;
}

const struct upstream_target *channels_default_upstream(const struct channels *channels)
{
    return channels->default_upstream;
}

bool channels_have_upstreams(const struct channels *channels)
{
    return channels->has_upstreams || channels->default_upstream != NULL;
}

/* ---------------------------------------------------------------------- reload */

/* Gives a channel that somebody is on what the rule says now. */
static bool change_channel(mpe_channel *channel, const struct channels *channels, const struct channel_rule *rule)
{
    char why[CONFIG_WHY_BYTES];
    const struct channel_place place = place_of(channels, rule, why);
    mpe_channel *const wanted = channel_make(&place, &channels->allocator);
    const bool is_same_kind = wanted != NULL && channel_copy(channel, wanted);
    mpe_channel_free(wanted);
    if (!is_same_kind) {
        return false;
    }
    return channel_change_texts(channel, &place) == 0;
}

/* Moves those of a rule that can go on under the new one; the others stay where they are until nobody is on them. */
static void take_over_rule(struct channels *channels, struct channel_rule *rule, struct channel_rule *before)
{
    struct channel **place = &before->first;
    while (*place != NULL) {
        struct channel *const channel = *place;
        if (!change_channel(channel->handle, channels, rule)) {
            place = &channel->next;
            continue;
        }
        *place = channel->next;
        channel->of->users -= channel->users;
        channels->users += channel->users;
        channel->of = channels;
        channel->rule = rule;
        channel->name = rule->settings->name;
        channel->next = rule->first;
        rule->first = channel;
    }
}

void channels_set_fleet(struct channels *channels, struct fleet *fleet)
{
    channels->fleet = fleet;
}

void channels_take_over(struct channels *channels, struct channels *before)
{
    channels->fleet = before->fleet;
    for (size_t i = 0; i < before->rule_count; i++) {
        struct channel_rule *const old = &before->rules[i];
        struct channel_rule *const rule =
            old->first != NULL ? channel_table_find(channels->names, old->settings->name, "") : NULL;
        if (rule != NULL && rule->is_one == old->is_one) {
            take_over_rule(channels, rule, old);
        }
    }
}

/* ------------------------------------------------------------------ the service */

int channel_override(const struct channel *channel, const struct config_set *set, char *why, size_t why_size)
{
    for (int32_t i = 0; i < mpe_param_count() && i < CONFIG_PARAMS; i++) {
        char option[200];
        if (set->values[i] != NULL) {
            snprintf(option, sizeof(option), "%s=%.100s", mpe_param_name(mpe_param_at(i)), set->values[i]);
            if (channel_option_set(channel->handle, option, why, why_size) != 0) {
                return -1;
            }
        }
    }
    const char *const fault = server_params_fault(channel->handle);
    snprintf(why, why_size, "%s", fault != NULL ? fault : "");
    return fault != NULL ? -1 : 0;
}

void channels_leave(struct channel *channel)
{
    struct channels *const channels = channel->of;
    struct channel **place = &channel->rule->first;
    channel->users--;
    channels->users--;
    if (channel->users == 0) {
        while (*place != channel) {
            place = &(*place)->next;
        }
        *place = channel->next;
        fleet_leave(((struct instance *)channel)->member);
        mpe_channel_free(channel->handle);
        free(channel);
    }
    if (channels->is_released && channels->users == 0) {
        end_channels(channels);
    }
}
