/* Loads a configuration file and those it includes with libcyaml; each mistake is said with file and line. */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_place.h"
#include "config_schema.h"

#define KEY_BYTES   64
#define NAMES_BYTES 300
#define MOST_BYTES  (256u << 20) /* of a file */

/* ------------------------------------------------------------------- faults */

static int wrong_at(char why[CONFIG_WHY_BYTES], const char *file, unsigned line, const char *format, va_list arguments)
{
    const int length = snprintf(why, CONFIG_WHY_BYTES, "%.200s:%u: ", file, line);
    vsnprintf(why + length, CONFIG_WHY_BYTES - (size_t)length, format, arguments);
    return -1;
}

int config_wrong(char why[CONFIG_WHY_BYTES], const char *file, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wrong_at(why, file, config_line_of(file, path), format, arguments);
    va_end(arguments);
    return -1;
}

int config_channel_wrong(char why[CONFIG_WHY_BYTES], const struct config *config, const struct config_part *part,
                         unsigned index, const char *setting, const char *format, ...)
{
    char path[128];
    va_list arguments;
    snprintf(path, sizeof(path), "%s%u/%s", part == config->parts ? "channels/" : "", index, setting);
    va_start(arguments, format);
    wrong_at(why, part->file, config_line_of(part->file, path), format, arguments);
    va_end(arguments);
    return -1;
}

/* --------------------------------------------------------- what libcyaml says */

/* It says first what is wrong, then where, from the inside outwards. */
struct said {
    char sentence[256];
    char key[KEY_BYTES];    /* of "Unexpected key", where it looks like one */
    char parent[KEY_BYTES]; /* of the innermost mapping with a name */
    unsigned line;
    bool in_field; /* the innermost is the value of a key, not a mapping whose key is wrong */
};

static void note_place(struct said *said, const char *line)
{
    const char *const at = strstr(line, "(line: ");
    const char *const field = strstr(line, "in mapping field '");
    if (at != NULL && said->line == 0) {
        said->line = (unsigned)strtoul(at + 7, NULL, 10);
        said->in_field = field != NULL;
    }
    if (field != NULL && said->parent[0] == '\0') {
        const char *const name = field + strlen("in mapping field '");
        snprintf(said->parent, sizeof(said->parent), "%.*s", (int)strcspn(name, "'"), name);
    }
}

static void note(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct said *const said = context;
    char line[256];
    (void)level;
    vsnprintf(line, sizeof(line), format, arguments);
    line[strcspn(line, "\n")] = '\0';
    const char *const text = strncmp(line, "Load: ", 6) == 0 ? line + 6 : line;
    if (said->sentence[0] == '\0') {
        snprintf(said->sentence, sizeof(said->sentence), "%s", text);
    } else {
        note_place(said, text);
    }
}

/* A key that is no word may be a secret in the wrong place. */
static bool take_key(struct said *said)
{
    static const char begin[] = "Unexpected key: ";
    const char *const key = said->sentence + strlen(begin);
    if (strncmp(said->sentence, begin, strlen(begin)) != 0) {
        return false;
    }
    const bool is_word = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == strlen(key);
    snprintf(said->key, sizeof(said->key), "%.*s", KEY_BYTES - 1, is_word && strlen(key) < KEY_BYTES ? key : "");
    return true;
}

static int say_key(char why[CONFIG_WHY_BYTES], const char *file, const struct said *said)
{
    char names[NAMES_BYTES];
    const unsigned line = said->key[0] != '\0' ? config_line_of_key(file, said->key, said->line) : said->line;
    config_schema_names(said->parent, names, sizeof(names));
    if (strcmp(said->parent, "set") == 0) {
        snprintf(names, sizeof(names), "those of mpe_params(7)");
    } else if (strcmp(said->parent, "actions") == 0) {
        snprintf(names, sizeof(names), "those of mpe_codes(7), and the conditions of mpe_conditions(7)");
    }
    snprintf(why, CONFIG_WHY_BYTES, "%.200s:%u: there is no setting%s%s here; settings are: %s", file, line,
             said->key[0] != '\0' ? " " : "", said->key, names);
    return -1;
}

static int say_fault(char why[CONFIG_WHY_BYTES], const char *file, struct said *said, cyaml_err_t error)
{
    if (take_key(said)) {
        return say_key(why, file, said);
    }
    const char *wanted = "";
    if (strstr(said->sentence, "Expecting STRING") != NULL) {
        wanted = "; write one text or number after the colon";
    } else if (strstr(said->sentence, "Expecting SEQUENCE") != NULL) {
        wanted = "; write a list, as in [a, b], or lines that begin with a dash";
    } else if (strstr(said->sentence, "Expecting MAPPING") != NULL) {
        wanted = "; write settings, as in { address: 127.0.0.1:1935 }";
    }
    const bool is_yaml = error != CYAML_ERR_LIBYAML_PARSER;
    const unsigned line = is_yaml ? said->line : config_line_of_syntax(file);
    const char *const parent = is_yaml ? said->parent : "";
    snprintf(why, CONFIG_WHY_BYTES, "%.200s:%u: %s%s%s%s%s", file, line > 0 ? line : 1, parent,
             *parent != '\0' ? ": " : "", said->sentence[0] != '\0' ? said->sentence : cyaml_strerror(error), wanted,
             is_yaml ? "" : "; this is no YAML");
    return -1;
}

/* -------------------------------------------------------------------- loading */

static cyaml_config_t loader_of(struct said *said)
{
    return (cyaml_config_t){.log_fn = note,
                            .log_ctx = said,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_NO_ALIAS};
}

static int check_file(const char *file, char why[CONFIG_WHY_BYTES])
{
    struct stat status;
    FILE *const stream = fopen(file, "r");
    if (stream == NULL || fstat(fileno(stream), &status) != 0) {
        snprintf(why, CONFIG_WHY_BYTES, "%.200s: %s", file, strerror(errno));
        return -1;
    }
    fclose(stream);
    if (!S_ISREG(status.st_mode) || status.st_size > MOST_BYTES) {
        snprintf(why, CONFIG_WHY_BYTES, "%.200s: this is no file of less than 256 MiB", file);
        return -1;
    }
    return 0;
}

static cyaml_err_t load_file(const char *file, const cyaml_schema_value_t *schema, void **data, unsigned *count,
                             struct said *said)
{
    const cyaml_config_t loader = loader_of(said);
    *said = (struct said){.line = 0};
    return cyaml_load_file(file, &loader, schema, data, count);
}

static int end_load(const char *file, const void *data, struct said *said, cyaml_err_t error,
                    char why[CONFIG_WHY_BYTES])
{
    if (error == CYAML_OK && data != NULL) {
        return 0;
    }
    if (error == CYAML_OK) {
        snprintf(why, CONFIG_WHY_BYTES, "%.200s:1: the file is empty; mpe-guard(1) has an example", file);
        return -1;
    }
    return say_fault(why, file, said, error);
}

/* Below admin stands an address, or settings. */
static int load_top(struct config *config, char why[CONFIG_WHY_BYTES])
{
    struct said said;
    void **const top = (void **)&config->top;
    if (check_file(config->file, why) != 0) {
        return -1;
    }
    cyaml_err_t error = load_file(config->file, config_schema_file(false), top, NULL, &said);
    if (strcmp(said.parent, "admin") == 0 && strstr(said.sentence, "got event: MAPPING") != NULL) {
        config->has_admin_settings = true;
        error = load_file(config->file, config_schema_file(true), top, NULL, &said);
    }
    return end_load(config->file, config->top, &said, error, why);
}

static struct config_part *add_part(struct config *config, const char *file)
{
    struct config_part **end = &config->parts;
    struct config_part *const part = calloc(1, sizeof(*part));
    char *const name = part != NULL ? strdup(file) : NULL;
    if (name == NULL) {
        free(part);
        return NULL;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    part->file = name;
    *end = part;
    return part;
}

static int load_part(struct config *config, const char *file, char why[CONFIG_WHY_BYTES])
{
    struct config_part *const part = add_part(config, file);
    if (part == NULL) {
        snprintf(why, CONFIG_WHY_BYTES, "%.200s: out of memory", file);
        return -1;
    }
    struct said said;
    if (check_file(file, why) != 0) {
        return -1;
    }
    const cyaml_err_t error = load_file(file, config_schema_channels(), (void **)&part->channels, &part->count, &said);
    return end_load(file, part->channels, &said, error, why);
}

/* A name without a slash before it is looked for beside the file that includes it. */
static void beside(const char *file, const char *name, char *path, size_t size)
{
    const char *const slash = name[0] == '/' ? NULL : strrchr(file, '/');
    snprintf(path, size, "%.*s%s", slash != NULL ? (int)(slash + 1 - file) : 0, file, name);
}

static int include(struct config *config, unsigned index, char why[CONFIG_WHY_BYTES])
{
    char pattern[4096];
    glob_t found;
    int result = 0;
    beside(config->file, config->top->channels[index].include, pattern, sizeof(pattern));
    const int status = glob(pattern, 0, NULL, &found);
    if (status != 0 && status != GLOB_NOMATCH) {
        return config_channel_wrong(why, config, config->parts, index, "include", "include: %s cannot be read",
                                    pattern);
    }
    if (status == GLOB_NOMATCH && strpbrk(pattern, "*?[") == NULL) {
        return config_channel_wrong(why, config, config->parts, index, "include", "include: there is no file %s",
                                    pattern);
    }
    for (size_t i = 0; status == 0 && i < found.gl_pathc && result == 0; i++) {
        result = load_part(config, found.gl_pathv[i], why);
    }
    if (status == 0) {
        globfree(&found);
    }
    return result;
}

int config_load(struct config *config, const char *file, char why[CONFIG_WHY_BYTES])
{
    memset(config, 0, sizeof(*config));
    config->file = strdup(file);
    struct config_part *const own = config->file != NULL ? add_part(config, file) : NULL;
    if (own == NULL) {
        snprintf(why, CONFIG_WHY_BYTES, "%.200s: out of memory", file);
        return -1;
    }
    int result = load_top(config, why);
    if (result == 0) {
        own->channels = config->top->channels;
        own->count = config->top->channels_count;
    }
    for (unsigned i = 0; result == 0 && i < own->count; i++) {
        result = own->channels[i].include != NULL ? include(config, i, why) : 0;
    }
    return result;
}

static void free_part(struct config_part *part, bool is_own)
{
    struct said said = {.line = 0};
    const cyaml_config_t loader = loader_of(&said);
    if (!is_own && part->channels != NULL) {
        cyaml_free(&loader, config_schema_channels(), part->channels, part->count);
    }
    free(part->file);
    free(part);
}

void config_free(struct config *config)
{
    struct said said = {.line = 0};
    const cyaml_config_t loader = loader_of(&said);
    const struct config_part *const own = config->parts;
    for (struct config_part *part = config->parts, *next; part != NULL; part = next) {
        next = part->next;
        free_part(part, part == own);
    }
    if (config->top != NULL) {
        cyaml_free(&loader, config_schema_file(config->has_admin_settings), config->top, 0);
    }
    free(config->file);
    memset(config, 0, sizeof(*config));
}

/* ------------------------------------------------------- the answer of a service */

struct config_answer *config_answer_parse(const char *text, size_t length)
{
    struct said said = {.line = 0};
    cyaml_config_t loader = loader_of(&said);
    struct config_answer *answer = NULL;
    loader.flags |= CYAML_CFG_IGNORE_UNKNOWN_KEYS;
    const cyaml_err_t error =
        cyaml_load_data((const uint8_t *)text, length, &loader, config_schema_answer(), (void **)&answer, NULL);
    return error == CYAML_OK ? answer : NULL;
}

void config_answer_free(struct config_answer *answer)
{
    struct said said = {.line = 0};
    const cyaml_config_t loader = loader_of(&said);
    if (answer != NULL) {
        cyaml_free(&loader, config_schema_answer(), answer, 0);
    }
}
