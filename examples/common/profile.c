/* Reads profiles. */
#include "profile.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpe/health.h>

#include "channel_options.h"

/* Beside the folder that the program is installed in. */
#define INSTALLED "../share/libmpe/profiles"

#define LINE_BYTES 1200
#define WHY_BYTES  400

/* What is done with the lines of a profile. */
struct reading {
    mpe_channel *channel; /* NULL: only the kind is looked for */
    int32_t *kind;        /* NULL: it is known */
    char path[PATH_MAX];
    unsigned line;
    char *why;
    size_t why_size;
};

static int fail(const struct reading *reading, const char *what)
{
    snprintf(reading->why, reading->why_size, "%.200s:%u: %.180s", reading->path, reading->line, what);
    return -1;
}

/* ---- lines ---- */

/* Cuts blanks off both ends. */
static char *trim(char *text)
{
    char *end = text + strlen(text);
    while (isspace((unsigned char)*text)) {
        text++;
    }
    while (end > text && isspace((unsigned char)end[-1])) {
        *--end = '\0';
    }
    return text;
}

static int set_kind(const struct reading *reading, const char *value)
{
    int32_t kind;
    if (channel_option_kind(value, &kind) != 0) {
        return fail(reading, "kind is encoding, pass-through-basic, pass-through-standard or open");
    }
    if (reading->kind != NULL) {
        *reading->kind = kind;
    }
    return 0;
}

/* The settings that are texts, and what one is to look like. */
static const struct text {
    const char *name;
    int32_t which;
    const char *form;
} texts[] = {
    {"video_codecs", MPE_TEXT_VIDEO_CODECS, "the names of codecs, such as avc1 hvc1, separated by blanks"},
    {"audio_codecs", MPE_TEXT_AUDIO_CODECS, "the names of codecs, such as mp4a Opus, separated by blanks"},
    {"min_video_bitrates", MPE_TEXT_MIN_VIDEO_BITRATES,
     "lowest bitrates in bit/s, such as 1080p60:4000000 720p:2000000, separated by blanks"},
};

static int set_text(const struct reading *reading, const struct text *text, const char *value)
{
    char why[WHY_BYTES];
    if (mpe_channel_set_text(reading->channel, text->which, value) == MPE_OK) {
        return 0;
    }
    snprintf(why, sizeof(why), "%s takes %s", text->name, text->form);
    return fail(reading, why);
}

static int set_action(const struct reading *reading, int32_t action, char *names)
{
    char why[WHY_BYTES];
    char *rest = names;
    for (const char *name = strtok_r(names, " \t", &rest); name != NULL; name = strtok_r(NULL, " \t", &rest)) {
        int32_t number = mpe_code_by_name(name);
        if (number == 0) {
            number = mpe_condition_by_name(name);
        }
        if (number == 0 || mpe_channel_set_action(reading->channel, number, action) != MPE_OK) {
            snprintf(why, sizeof(why), "%.60s is no code or condition that this can be done about", name);
            return fail(reading, why);
        }
    }
    return 0;
}

static int set_param(const struct reading *reading, const char *name, const char *value)
{
    char assignment[LINE_BYTES];
    char why[WHY_BYTES];
    snprintf(assignment, sizeof(assignment), "%.80s=%.80s", name, value);
    if (channel_option_set(reading->channel, assignment, why, sizeof(why)) == 0) {
        return 0;
    }
    return fail(reading, strncmp(why, "--set ", 6) == 0 ? why + 6 : why);
}

static int set(const struct reading *reading, const char *name, char *value)
{
    static const struct {
        const char *name;
        int32_t action;
    } actions[] = {{"refuse", MPE_ACTION_REFUSE}, {"report", MPE_ACTION_REPORT}, {"ignore", MPE_ACTION_IGNORE}};
    if (strcmp(name, "kind") == 0) {
        return set_kind(reading, value);
    }
    if (reading->channel == NULL) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(name, actions[i].name) == 0) {
            return set_action(reading, actions[i].action, value);
        }
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            return set_text(reading, &texts[i], value);
        }
    }
    return set_param(reading, name, value);
}

static int take_line(const struct reading *reading, char *line)
{
    line[strcspn(line, "#")] = '\0';
    char *const text = trim(line);
    char *const equals = strchr(text, '=');
    if (*text == '\0') {
        return 0;
    }
    if (equals == NULL || equals == text || *trim(equals + 1) == '\0') {
        return fail(reading, "write \"name = value\", as in max_width_px = 1920");
    }
    *equals = '\0';
    return set(reading, trim(text), trim(equals + 1));
}

/* ---- files ---- */

static int read_lines(struct reading *reading, FILE *file)
{
    char line[LINE_BYTES];
    int result = 0;
    while (result == 0 && fgets(line, sizeof(line), file) != NULL) {
        reading->line++;
        const bool is_cut = strchr(line, '\n') == NULL && strlen(line) + 1 == sizeof(line);
        result = is_cut ? fail(reading, "the line is longer than 1199 bytes") : take_line(reading, line);
    }
    if (result == 0 && ferror(file)) {
        result = fail(reading, strerror(errno));
    }
    return result;
}

/* The folder of the running program, with its last slash; "" where nothing says which that is. */
static void find_program(char *folder, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *const slash = strrchr(folder, '/');
    if (slash != NULL) {
        slash[1] = '\0';
    }
}

static void find_profile(const char *name, char *path, size_t size)
{
    char program[PATH_MAX];
    const char *const folder = getenv("MPE_PROFILE_DIR");
    if (strchr(name, '/') != NULL) {
        snprintf(path, size, "%s", name);
    } else if (folder != NULL && *folder != '\0') {
        snprintf(path, size, "%s/%s", folder, name);
    } else {
        find_program(program, sizeof(program));
        snprintf(path, size, "%.3900s" INSTALLED "/%.100s", program, name);
    }
}

static int read_profile(const char *name, struct reading *reading)
{
    find_profile(name, reading->path, sizeof(reading->path));
    FILE *const file = fopen(reading->path, "r");
    if (file == NULL) {
        snprintf(reading->why, reading->why_size,
                 "--profile %.80s: %.200s: %s; write ./%.40s for a file of this folder", name, reading->path,
                 strerror(errno), name);
        return -1;
    }
    const int result = read_lines(reading, file);
    fclose(file);
    return result;
}

int profile_kind(const char *name, int32_t *kind, char *why, size_t why_size)
{
    struct reading reading = {.kind = kind, .why = why, .why_size = why_size};
    return read_profile(name, &reading);
}

int profile_apply(const char *name, mpe_channel *channel, char *why, size_t why_size)
{
    struct reading reading = {.channel = channel, .why = why, .why_size = why_size};
    return read_profile(name, &reading);
}
