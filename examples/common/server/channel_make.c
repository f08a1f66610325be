/* A channel of libmpe, made of what a configuration says of it and of all. */
#include "channel_make.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/channel_options.h"
#include "common/profile.h"
#include "server_options.h"

#define OPTION_WHY_BYTES 400

int channel_wrong(const struct channel_place *place, const char *setting, const char *sentence)
{
    const struct config *const config = place->config;
    const char *const text = strncmp(sentence, "--", 2) == 0 ? sentence + 2 : sentence;
    char path[128];
    if (place->part != NULL) {
        return config_channel_wrong(place->why, config, place->part, place->index, setting, "%s", text);
    }
    snprintf(path, sizeof(path), "defaults/%s", setting);
    return config_wrong(place->why, config->file, path, "%s", text);
}

static int apply_codecs(mpe_channel *channel, const struct config_set *set, const struct channel_place *place)
{
    const struct {
        int32_t which;
        const char *name;
        const char *codecs;
        const char *example;
    } texts[] = {{MPE_TEXT_VIDEO_CODECS, "video_codecs", set->video_codecs, "avc1 hvc1"},
                 {MPE_TEXT_AUDIO_CODECS, "audio_codecs", set->audio_codecs, "mp4a .mp3"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char path[32];
        char why[160];
        if (texts[i].codecs != NULL && mpe_channel_set_text(channel, texts[i].which, texts[i].codecs) != MPE_OK) {
            snprintf(path, sizeof(path), "set/%s", texts[i].name);
            snprintf(why, sizeof(why), "%s: give names as of the sample entries of MP4, separated by blanks, as in %s",
                     texts[i].name, texts[i].example);
            return channel_wrong(place, path, why);
        }
    }
    return 0;
}

static int apply_set(mpe_channel *channel, const struct config_set *set, const struct channel_place *place)
{
    for (int32_t i = 0; set != NULL && i < mpe_param_count() && i < CONFIG_PARAMS; i++) {
        char option[200];
        char path[96];
        char why[OPTION_WHY_BYTES];
        const char *const name = mpe_param_name(mpe_param_at(i));
        if (set->values[i] == NULL) {
            continue;
        }
        snprintf(option, sizeof(option), "%s=%.100s", name, set->values[i]);
        if (channel_option_set(channel, option, why, sizeof(why)) != 0) {
            snprintf(path, sizeof(path), "set/%s", name);
            return channel_wrong(place, path, why);
        }
    }
    return set == NULL || apply_codecs(channel, set, place) == 0 ? 0 : -1;
}

static int apply_action(mpe_channel *channel, int32_t code, const char *text, const struct channel_place *place)
{
    static const char *const actions[] = {
        [MPE_ACTION_REFUSE] = "refuse", [MPE_ACTION_REPORT] = "report", [MPE_ACTION_IGNORE] = "ignore"};
    char path[96];
    char why[160];
    for (int32_t action = MPE_ACTION_REFUSE; action <= MPE_ACTION_IGNORE; action++) {
        if (strcmp(actions[action], text) == 0 && mpe_channel_set_action(channel, code, action) == MPE_OK) {
            return 0;
        }
    }
    snprintf(path, sizeof(path), "actions/%s", config_code_name(code));
    snprintf(why, sizeof(why), "%s: give refuse, report or ignore, of a code that allows it", config_code_name(code));
    return channel_wrong(place, path, why);
}

static int apply_actions(mpe_channel *channel, const struct config_actions *actions, const struct channel_place *place)
{
    for (int32_t i = 0; actions != NULL && config_code_at(i) != 0; i++) {
        if (actions->values[i] != NULL && apply_action(channel, config_code_at(i), actions->values[i], place) != 0) {
            return -1;
        }
    }
    return 0;
}

static int apply_allow(mpe_channel *channel, const struct config_channel *settings, const struct channel_place *place)
{
    for (unsigned i = 0; i < settings->allow_count; i++) {
        char path[32];
        char why[OPTION_WHY_BYTES];
        if (channel_option_allow(channel, settings->allow[i], why, sizeof(why)) != 0) {
            snprintf(path, sizeof(path), "allow/%u", i);
            return channel_wrong(place, path, why);
        }
    }
    return 0;
}

static int apply_text(mpe_channel *channel, int32_t which, const char *name, const char *text,
                      const struct channel_place *place)
{
    char why[OPTION_WHY_BYTES];
    if (text == NULL || channel_option_text(channel, which, name, text, why, sizeof(why)) == 0) {
        return 0;
    }
    return channel_wrong(place, name, why);
}

static int apply_profile(mpe_channel *channel, const char *profile, const struct channel_place *place)
{
    char why[OPTION_WHY_BYTES];
    return profile == NULL || profile_apply(profile, channel, why, sizeof(why)) == 0
               ? 0
               : channel_wrong(place, "profile", why);
}

/* off or report; true or false. */
static int apply_switch(mpe_channel *channel, int32_t param, const char *const words[3], const char *text,
                        const struct channel_place *place)
{
    char why[80];
    if (text == NULL) {
        return 0;
    }
    for (int value = 0; value < 2; value++) {
        if (strcmp(text, words[value + 1]) == 0) {
            return mpe_channel_set(channel, param, value) == MPE_OK ? 0 : -1;
        }
    }
    snprintf(why, sizeof(why), "%s: give %s or %s", words[0], words[1], words[2]);
    return channel_wrong(place, words[0], why);
}

/* Parameters and actions, those that say most last. */
static int apply_limits(mpe_channel *channel, const struct config_channel *settings, const char *profile,
                        const struct channel_place *place)
{
    static const char *const conditions[] = {"conditions", "off", "report"};
    static const char *const notices[] = {"notices", "false", "true"};
    return apply_profile(channel, profile, place) != 0 ||
                   apply_switch(channel, MPE_PARAM_CONDITIONS, conditions, settings->conditions, place) != 0 ||
                   apply_switch(channel, MPE_PARAM_NOTICES, notices, settings->notices, place) != 0 ||
                   apply_set(channel, settings->set, place) != 0 ||
                   apply_actions(channel, settings->actions, place) != 0
               ? -1
               : 0;
}

/* The kind that counts: of the channel or its profile, else of the defaults or theirs, else encoding. 0, or -1, why. */
static int kind_of(const struct config_channel *settings, int32_t *kind, const struct channel_place *place)
{
    char why[OPTION_WHY_BYTES];
    *kind = *kind == 0 ? MPE_ENCODING : *kind;
    if (settings->profile != NULL && profile_kind(settings->profile, kind, why, sizeof(why)) != 0) {
        return channel_wrong(place, "profile", why);
    }
    if (settings->kind == NULL || channel_option_kind(settings->kind, kind) == 0) {
        return 0;
    }
    return channel_wrong(place, "kind", "kind: give encoding, pass-through-basic or pass-through-standard");
}

/* What the settings of a channel, or of the defaults, are. */
static const struct config_channel *settings_of(const struct channel_place *place)
{
    static const struct config_channel none;
    const struct config_channel *const defaults = place->config->top->defaults;
    return place->part != NULL ? &place->part->channels[place->index] : defaults != NULL ? defaults : &none;
}

static int apply_topic(mpe_channel *channel, const struct config_channel *settings, const struct channel_place *place)
{
    return apply_text(channel, MPE_TEXT_TOPIC, "topic", settings->topic, place) != 0 ||
                   apply_text(channel, MPE_TEXT_SUBJECT, "subject", settings->subject, place) != 0
               ? -1
               : 0;
}

/* The subject is "liveEvent/NAME", unless the channel has one. rule NULL: only the defaults. */
static int apply_texts(mpe_channel *channel, const struct channel_place *of_defaults, const struct channel_place *place)
{
    char subject[CHANNEL_MOST_NAME_BYTES + 16];
    if (apply_topic(channel, settings_of(of_defaults), of_defaults) != 0) {
        return -1;
    }
    if (place->part == NULL) {
        return 0;
    }
    snprintf(subject, sizeof(subject), "liveEvent/%s", settings_of(place)->name);
    return mpe_channel_set_text(channel, MPE_TEXT_SUBJECT, subject) != MPE_OK
               ? -1
               : apply_topic(channel, settings_of(place), place);
}

/* Of the channel, else of the defaults. */
static int apply_allow_list(mpe_channel *channel, const struct channel_place *of_defaults,
                            const struct channel_place *place)
{
    const struct config_channel *const own = settings_of(place);
    return own->allow_count > 0 ? apply_allow(channel, own, place)
                                : apply_allow(channel, settings_of(of_defaults), of_defaults);
}

static int apply_own(mpe_channel *channel, const struct channel_place *of_defaults, const struct channel_place *place)
{
    const struct config_channel *const settings = settings_of(place);
    if (apply_allow_list(channel, of_defaults, place) != 0 ||
        apply_limits(channel, settings, settings->profile, place) != 0) {
        return -1;
    }
    const char *const fault = server_params_fault(channel);
    return fault != NULL ? channel_wrong(place, "set", fault) : 0;
}

/* 0, or -1 and why. */
static int find_kind(int32_t *kind, const struct channel_place *of_defaults, const struct channel_place *place)
{
    *kind = 0;
    return kind_of(settings_of(of_defaults), kind, of_defaults) != 0 ||
                   (place->part != NULL && kind_of(settings_of(place), kind, place) != 0)
               ? -1
               : 0;
}

static struct channel_place defaults_beside(const struct channel_place *place)
{
    return (struct channel_place){.config = place->config, .why = place->why};
}

mpe_channel *channel_make(const struct channel_place *place, const mpe_allocator *allocator)
{
    const struct channel_place of_defaults = defaults_beside(place);
    const struct config_channel *const defaults = settings_of(&of_defaults);
    mpe_channel *channel = NULL;
    int32_t kind;
    if (find_kind(&kind, &of_defaults, place) != 0) {
        return NULL;
    }
    if (mpe_channel_new(&channel, kind, allocator) != MPE_OK) {
        snprintf(place->why, CONFIG_WHY_BYTES, "out of memory");
        return NULL;
    }
    /* A channel's own profile takes the place of that of the defaults. */
    const bool has_profile = place->part != NULL && settings_of(place)->profile != NULL;
    if (apply_limits(channel, defaults, has_profile ? NULL : defaults->profile, &of_defaults) != 0 ||
        apply_texts(channel, &of_defaults, place) != 0 ||
        (place->part != NULL && apply_own(channel, &of_defaults, place) != 0)) {
        mpe_channel_free(channel);
        return NULL;
    }
    return channel;
}

int channel_change_texts(mpe_channel *channel, const struct channel_place *place)
{
    const struct channel_place of_defaults = defaults_beside(place);
    mpe_channel_disallow(channel, NULL);
    mpe_channel_set_text(channel, MPE_TEXT_TOPIC, NULL);
    return apply_allow_list(channel, &of_defaults, place) != 0 || apply_texts(channel, &of_defaults, place) != 0 ? -1
                                                                                                                 : 0;
}
