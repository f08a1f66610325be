/* The options that describe a channel, read into one. */
#include "channel_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 64

struct word {
    const char *text;
    int32_t value;
};

static const struct word kinds[] = {
    {"encoding", MPE_ENCODING},
    {"pass-through-basic", MPE_PASS_THROUGH_BASIC},
    {"pass-through-standard", MPE_PASS_THROUGH_STANDARD},
    {"open", MPE_OPEN},
};

static const struct word protocols[] = {
    {"auto", MPE_PROTOCOL_AUTO},
    {"rtmp", MPE_PROTOCOL_RTMP},
    {"flv", MPE_PROTOCOL_FLV},
    {"fmp4", MPE_PROTOCOL_FMP4},
};

static int look_up(const struct word *words, size_t count, const char *text, int32_t *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *value = words[i].value;
            return 0;
        }
    }
    return -1;
}

int channel_option_kind(const char *text, int32_t *kind)
{
    return look_up(kinds, sizeof(kinds) / sizeof(kinds[0]), text, kind);
}

int channel_option_protocol(const char *text, int32_t *protocol)
{
    return look_up(protocols, sizeof(protocols) / sizeof(protocols[0]), text, protocol);
}

/* Length of the longest run of bytes that both texts have in common: a mistyped or shortened name still shares one. */
static size_t common_run(const char *a, const char *b)
{
    size_t best = 0;
    for (const char *start = a; *start != '\0'; start++) {
        for (const char *other = b; *other != '\0'; other++) {
            size_t run = 0;
            while (start[run] != '\0' && start[run] == other[run]) {
                run++;
            }
            best = run > best ? run : best;
        }
    }
    return best;
}

static const char *nearest_param(const char *name)
{
    const char *nearest = "";
    size_t best = 3; /* four bytes in common, or it is no help */
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        const char *candidate = mpe_param_name(mpe_param_at(i));
        size_t run = common_run(name, candidate);
        if (run > best) {
            best = run;
            nearest = candidate;
        }
    }
    return nearest;
}

static int say_unknown(const char *name, char *why, size_t why_size)
{
    const char *nearest = nearest_param(name);
    if (*nearest != '\0') {
        snprintf(why, why_size, "--set knows no parameter \"%s\"; did you mean \"%s\"? --help lists them all", name,
                 nearest);
    } else {
        snprintf(why, why_size, "--set knows no parameter \"%s\"; --help lists them all", name);
    }
    return -1;
}

static int say_bounds(int32_t param, const char *value, char *why, size_t why_size)
{
    int64_t min = 0;
    int64_t max = 0;
    mpe_param_bounds(param, MPE_ENCODING, &min, &max, NULL);
    snprintf(why, why_size, "--set %s=%.40s: give a whole number from %" PRId64 " to %" PRId64 " (%s)",
             mpe_param_name(param), value, min, max, mpe_param_unit(param));
    return -1;
}

static int parse_number(const char *text, int64_t *value)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        return -1;
    }
    *value = number;
    return 0;
}

int channel_option_set(mpe_channel *channel, const char *name_equals_value, char *why, size_t why_size)
{
    const char *equals = strchr(name_equals_value, '=');
    size_t length = equals != NULL ? (size_t)(equals - name_equals_value) : 0;
    if (length == 0 || length >= NAME_SIZE) {
        snprintf(why, why_size, "--set %.80s: write NAME=VALUE, as in --set max_width_px=1280", name_equals_value);
        return -1;
    }
    char name[NAME_SIZE];
    memcpy(name, name_equals_value, length);
    name[length] = '\0';
    int32_t param = mpe_param_by_name(name);
    if (param <= 0) {
        return say_unknown(name, why, why_size);
    }
    int64_t value;
    if (parse_number(equals + 1, &value) != 0) {
        return say_bounds(param, equals + 1, why, why_size);
    }
    mpe_status status = mpe_channel_set(channel, param, value);
    if (status == MPE_BAD_VALUE) {
        return say_bounds(param, equals + 1, why, why_size);
    }
    if (status != MPE_OK) {
        snprintf(why, why_size, "--set %s: %s", name, mpe_status_text(status));
        return -1;
    }
    return 0;
}

int channel_option_allow(mpe_channel *channel, const char *entry, char *why, size_t why_size)
{
    mpe_status status = mpe_channel_allow(channel, entry);
    if (status == MPE_OK) {
        return 0;
    }
    if (status == MPE_BAD_ADDRESS) {
        snprintf(why, why_size,
                 "--allow %.80s: give an address or a network, as in 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32", entry);
    } else {
        snprintf(why, why_size, "--allow %.80s: %s", entry, mpe_status_text(status));
    }
    return -1;
}

/* Of the byte sequences that begin a character: how many bytes it has; 0: none does. */
static size_t character_bytes(const unsigned char *text)
{
    size_t more = *text < 0x80 ? 0 : *text >= 0xF0 ? 3 : *text >= 0xE0 ? 2 : 1;
    bool is_first = *text < 0x80 || (*text >= 0xC2 && *text <= 0xF4);
    for (size_t i = 1; i <= more; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool is_twice = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool is_none = (text[0] == 0xED && text[1] > 0x9F) || (text[0] == 0xF4 && text[1] > 0x8F);
    return is_first && !is_twice && !is_none ? more + 1 : 0;
}

/* UTF-8 without control characters. */
static bool text_is_sound(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t bytes = 1;
    while (*at != '\0' && bytes > 0) {
        bool is_control = *at < 0x20 || *at == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0);
        bytes = is_control ? 0 : character_bytes(at);
        at += bytes;
    }
    return bytes > 0;
}

int channel_option_text(mpe_channel *channel, int32_t which, const char *option, const char *text, char *why,
                        size_t why_size)
{
    if (*text == '\0') {
        snprintf(why, why_size, "%s is empty; give it a text, or leave it out", option);
        return -1;
    }
    mpe_status status = text_is_sound(text) ? mpe_channel_set_text(channel, which, text) : MPE_BAD_TEXT;
    if (status == MPE_OK) {
        return 0;
    }
    if (status == MPE_BAD_TEXT) {
        snprintf(why, why_size, "%s takes UTF-8 without control characters, at most 1023 bytes; write it again",
                 option);
    } else {
        snprintf(why, why_size, "%s: %s", option, mpe_status_text(status));
    }
    return -1;
}

static void print_param(FILE *out, int32_t param, int64_t value)
{
    int64_t min = 0;
    int64_t max = 0;
    mpe_param_bounds(param, MPE_ENCODING, &min, &max, NULL);
    fprintf(out, "  %s=%" PRId64 "  (%" PRId64 "..%" PRId64 " %s)\n      %s\n", mpe_param_name(param), value, min, max,
            mpe_param_unit(param), mpe_param_text(param));
}

void channel_options_print(FILE *out, int32_t kind)
{
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        int64_t standard = 0;
        mpe_param_bounds(mpe_param_at(i), kind, NULL, NULL, &standard);
        print_param(out, mpe_param_at(i), standard);
    }
}

void channel_options_print_of(FILE *out, const mpe_channel *channel)
{
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        int64_t value = 0;
        mpe_channel_get(channel, mpe_param_at(i), &value);
        print_param(out, mpe_param_at(i), value);
    }
}
