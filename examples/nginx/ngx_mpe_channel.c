/* "mpe_channel NAME { ... }": the lines are gathered, for kind decides what the others may be, then obeyed in order. */
#include "ngx_mpe.h"

#include "common/channel_options.h"

#define WHY_BYTES  400 /* of channel_options.h */
#define NAME_BYTES 100 /* what shows sums and sessions has no more room */

typedef struct {
    ngx_uint_t number; /* in the file, for errors */
    ngx_array_t words; /* of ngx_str_t */
} line_t;

typedef struct {
    ngx_str_t name;
    mpe_channel *channel;
    ngx_array_t lines; /* of line_t */
} block_t;

typedef struct word_s word_t;

struct word_s {
    const char *name;
    ngx_uint_t most_words; /* the word itself included */
    char *(*obey)(ngx_conf_t *cf, block_t *block, const word_t *word, const line_t *line);
    int32_t text; /* enum mpe_text */
};

/* ----------------------------------------------------------------- the words */

/* The text may be a secret. */
static char *obey_text(ngx_conf_t *cf, block_t *block, const word_t *word, const line_t *line)
{
    const ngx_str_t *value = line->words.elts;
    const char *text = (const char *)value[1].data;
    char why[WHY_BYTES] = "a text ends at a byte 0; write it again";
    if (ngx_strlen(text) != value[1].len ||
        channel_option_text(block->channel, word->text, word->name, text, why, sizeof(why)) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "mpe_channel \"%V\": %s", &block->name, why);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static char *obey_allow(ngx_conf_t *cf, block_t *block, const word_t *word, const line_t *line)
{
    const ngx_str_t *value = line->words.elts;
    (void)word;
    for (ngx_uint_t i = 1; i < line->words.nelts; i++) {
        const char *entry = ngx_strcmp(value[i].data, "none") == 0 ? NULL : (const char *)value[i].data;
        if (mpe_channel_allow(block->channel, entry) != MPE_OK) {
            ngx_conf_log_error(
                NGX_LOG_EMERG, cf, 0,
                "invalid address \"%V\" in \"allow\" of mpe_channel \"%V\", give an address or a network "
                "as in 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, or \"none\"",
                &value[i], &block->name);
            return NGX_CONF_ERROR;
        }
    }
    return NGX_CONF_OK;
}

static char *say_bounds(ngx_conf_t *cf, int32_t param, const ngx_str_t *value)
{
    int64_t min = 0;
    int64_t max = 0;
    mpe_param_bounds(param, MPE_ENCODING, &min, &max, NULL);
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" of \"set %s\", give a whole number from %L to %L (%s)", value,
                       mpe_param_name(param), min, max, mpe_param_unit(param));
    return NGX_CONF_ERROR;
}

static char *obey_set(ngx_conf_t *cf, block_t *block, const word_t *word, const line_t *line)
{
    const ngx_str_t *value = line->words.elts;
    char assignment[256];
    char why[WHY_BYTES];
    (void)word;
    if (line->words.nelts != 3) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"set\" of mpe_channel \"%V\" needs a name and a value, as in "
                           "\"set max_width_px 1280\"",
                           &block->name);
        return NGX_CONF_ERROR;
    }
    int32_t param = mpe_param_by_name((const char *)value[1].data);
    if (param == MPE_PARAM_MEDIA_CLOCK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"set media_clock\" is for files, and not for live connections");
        return NGX_CONF_ERROR;
    }
    if (param <= 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there is no parameter \"%V\" for \"set\", \"man 7 mpe_params\" lists "
                           "them all",
                           &value[1]);
        return NGX_CONF_ERROR;
    }
    ngx_snprintf((u_char *)assignment, sizeof(assignment), "%V=%V%Z", &value[1], &value[2]);
    assignment[sizeof(assignment) - 1] = '\0';
    if (channel_option_set(block->channel, assignment, why, sizeof(why)) != 0) {
        return say_bounds(cf, param, &value[2]);
    }
    return NGX_CONF_OK;
}

static const word_t words[] = {
    {"kind", 2, NULL, 0},
    {"app", 2, obey_text, MPE_TEXT_APP},
    {"stream_name", 2, obey_text, MPE_TEXT_STREAM_NAME},
    {"topic", 2, obey_text, MPE_TEXT_TOPIC},
    {"subject", 2, obey_text, MPE_TEXT_SUBJECT},
    {"allow", NGX_CONF_MAX_ARGS, obey_allow, 0},
    {"set", 3, obey_set, 0},
};

static const word_t *find_word(const ngx_str_t *name)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (ngx_strcmp(words[i].name, name->data) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- all of them */

void *ngx_mpe_create_main_conf(ngx_conf_t *cf)
{
    ngx_mpe_main_conf_t *main_conf = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_main_conf_t));
    if (main_conf != NULL) {
        ngx_rbtree_init(&main_conf->channels, &main_conf->sentinel, ngx_str_rbtree_insert_value);
        ngx_queue_init(&main_conf->used);
    }
    return main_conf;
}

static uint32_t hash_of(const ngx_str_t *name)
{
    return ngx_crc32_short(name->data, name->len);
}

ngx_mpe_channel_t *ngx_mpe_channel_find(ngx_mpe_main_conf_t *main_conf, ngx_str_t *name)
{
    return (ngx_mpe_channel_t *)ngx_str_rbtree_lookup(&main_conf->channels, name, hash_of(name));
}

/* ----------------------------------------------------------------- the block */

static char *gather_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    block_t *block = cf->handler_conf;
    ngx_str_t *value = cf->args->elts;
    const word_t *word = find_word(&value[0]);
    (void)dummy;
    (void)conf;
    if (word == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown \"%V\" in mpe_channel \"%V\", it must be kind, app, stream_name, allow, set, topic "
                           "or subject",
                           &value[0], &block->name);
        return NGX_CONF_ERROR;
    }
    if (cf->args->nelts < 2 || cf->args->nelts > word->most_words) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid number of arguments of \"%V\" in mpe_channel \"%V\"",
                           &value[0], &block->name);
        return NGX_CONF_ERROR;
    }
    line_t *line = ngx_array_push(&block->lines);
    if (line == NULL || ngx_array_init(&line->words, cf->temp_pool, cf->args->nelts, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    line->number = cf->conf_file->line;
    ngx_str_t *copy = ngx_array_push_n(&line->words, cf->args->nelts);
    if (copy == NULL) {
        return NGX_CONF_ERROR;
    }
    ngx_memcpy(copy, value, cf->args->nelts * sizeof(ngx_str_t));
    return NGX_CONF_OK;
}

/* 0: the error was written. */
static int32_t kind_of(ngx_conf_t *cf, const block_t *block)
{
    const line_t *line = block->lines.elts;
    int32_t kind = 0;
    for (ngx_uint_t i = 0; i < block->lines.nelts; i++) {
        const ngx_str_t *value = line[i].words.elts;
        if (ngx_strcmp(value[0].data, "kind") != 0) {
            continue;
        }
        cf->conf_file->line = line[i].number;
        if (kind != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"kind\" is duplicate in mpe_channel \"%V\"", &block->name);
            return 0;
        }
        if (channel_option_kind((const char *)value[1].data, &kind) != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid kind \"%V\" of mpe_channel \"%V\", it must be encoding, pass-through-basic or "
                               "pass-through-standard",
                               &value[1], &block->name);
            return 0;
        }
    }
    if (kind == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "mpe_channel \"%V\" has no kind, add \"kind encoding;\", \"kind pass-through-basic;\" or "
                           "\"kind pass-through-standard;\"",
                           &block->name);
    }
    return kind;
}

static void free_channel(void *data)
{
    mpe_channel_free(data);
}

/* Freed with the configuration. NULL: no memory. */
static mpe_channel *new_channel(ngx_conf_t *cf, int32_t kind)
{
    mpe_channel *channel = NULL;
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == NULL || mpe_channel_new(&channel, kind, NULL) != MPE_OK) {
        return NULL;
    }
    cleanup->handler = free_channel;
    cleanup->data = channel;
    return channel;
}

static char *make_channel(ngx_conf_t *cf, block_t *block)
{
    ngx_uint_t end = cf->conf_file->line;
    int32_t kind = kind_of(cf, block);
    block->channel = kind != 0 ? new_channel(cf, kind) : NULL;
    if (block->channel == NULL) {
        return NGX_CONF_ERROR;
    }
    const line_t *line = block->lines.elts;
    for (ngx_uint_t i = 0; i < block->lines.nelts; i++) {
        const ngx_str_t *value = line[i].words.elts;
        const word_t *word = find_word(&value[0]);
        cf->conf_file->line = line[i].number;
        if (word->obey != NULL && word->obey(cf, block, word, &line[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }
    cf->conf_file->line = end;
    return NGX_CONF_OK;
}

static char *parse_lines(ngx_conf_t *cf, block_t *block)
{
    ngx_conf_t save = *cf;
    if (ngx_array_init(&block->lines, cf->temp_pool, 8, sizeof(line_t)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    cf->handler = gather_line;
    cf->handler_conf = (void *)block;
    char *result = ngx_conf_parse(cf, NULL);
    *cf = save;
    return result;
}

char *ngx_mpe_channel_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_main_conf_t *main_conf = conf;
    const ngx_str_t *value = cf->args->elts;
    block_t block = {.name = value[1]};
    (void)cmd;
    if (block.name.len == 0) {
        return "needs a name, as in \"mpe_channel studio { kind encoding; }\"";
    }
    if (block.name.len > NAME_BYTES) {
        return "has a name of more than 100 bytes";
    }
    if (ngx_mpe_channel_find(main_conf, &block.name) != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "mpe_channel \"%V\" is defined twice", &block.name);
        return NGX_CONF_ERROR;
    }
    if (parse_lines(cf, &block) != NGX_CONF_OK || make_channel(cf, &block) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }
    ngx_mpe_channel_t *channel = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_channel_t));
    if (channel == NULL) {
        return NGX_CONF_ERROR;
    }
    channel->handle = block.channel;
    channel->node.str = block.name;
    channel->node.node.key = hash_of(&block.name);
    ngx_rbtree_insert(&main_conf->channels, &channel->node.node);
    return NGX_CONF_OK;
}

/* ------------------------------------------------------------------- the lobby */

ngx_int_t ngx_mpe_channel_lobby(ngx_conf_t *cf, ngx_mpe_main_conf_t *main_conf)
{
    if (main_conf->lobby != NULL) {
        return NGX_OK;
    }
    main_conf->lobby = new_channel(cf, MPE_ENCODING);
    if (main_conf->lobby == NULL || mpe_channel_set(main_conf->lobby, MPE_PARAM_BIND_LATE, 1) != MPE_OK) {
        return NGX_ERROR;
    }
    return NGX_OK;
}
