/* Hash tables of rules by the shape of their pattern: exact, or a beginning of so many bytes. */
#include "channel_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "siphash.h"
#include "stream_key.h"

#define KEY_BYTES (2 * STREAM_KEY_BYTES + 8)
#define WHOLE     STREAM_KEY_BYTES /* a length that says: all of it, exactly */

/* The same for all tables of the process, as uthash hands no context to its hash. */
static uint64_t hash_key[2];

static int differ(const void *one, const void *other, size_t length)
{
    const unsigned char *const a = one;
    const unsigned char *const b = other;
    unsigned difference = 0;
    for (size_t i = 0; i < length; i++) {
        difference |= a[i] ^ b[i];
    }
    return difference != 0;
}

#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)siphash(hash_key, key, length))
#define HASH_KEYCMP(a, b, length)        differ(a, b, length)
#include "hash.h"

struct shape {
    size_t app_length; /* WHOLE, or of the beginning; 0: any */
    size_t name_length;
};

struct row {
    void *channel;
    UT_hash_handle hh;
    size_t length;
    char key[];
};

struct channel_table {
    struct row *rows;
    size_t shape_count;
    struct shape shapes[CHANNEL_TABLE_SHAPES]; /* what says most comes first */
};

struct channel_table *channel_table_new(void)
{
    if (hash_key[0] == 0 && hash_key[1] == 0 && getrandom(hash_key, sizeof(hash_key), 0) != sizeof(hash_key)) {
        return NULL;
    }
    return calloc(1, sizeof(struct channel_table));
}

void channel_table_free(struct channel_table *table)
{
    struct row *row;
    struct row *next;
    if (table == NULL) {
        return;
    }
    HASH_ITER(hh, table->rows, row, next)
    {
        HASH_DEL(table->rows, row);
        free(row);
    }
    free(table);
}

/* ----------------------------------------------------------------- the key */

/* Both lengths stand in it, so that a beginning is no exact name. */
struct lookup_key {
    size_t length;
    char bytes[KEY_BYTES];
};

static void put(struct lookup_key *key, const void *bytes, size_t length)
{
    memcpy(key->bytes + key->length, bytes, length);
    key->length += length;
}

static size_t part_of(const struct stream_key *text, size_t length)
{
    return length == WHOLE ? text->length : length;
}

static void make_key(struct lookup_key *key, const struct shape *shape, const struct stream_key *app,
                     const struct stream_key *name)
{
    const uint16_t lengths[2] = {(uint16_t)shape->app_length, (uint16_t)shape->name_length};
    key->length = 0;
    put(key, lengths, sizeof(lengths));
    put(key, app->text, part_of(app, shape->app_length));
    put(key, "", 1);
    put(key, name->text, part_of(name, shape->name_length));
}

static struct row *find_row(const struct channel_table *table, const struct lookup_key *key)
{
    struct row *row = NULL;
    HASH_FIND(hh, table->rows, key->bytes, key->length, row);
    return row;
}

/* --------------------------------------------------------------- the shapes */

static bool says_more(const struct shape *one, const struct shape *other)
{
    return one->app_length != other->app_length ? one->app_length > other->app_length
                                                : one->name_length > other->name_length;
}

/* false: there are as many as there may be. */
static bool know_shape(struct channel_table *table, const struct shape *shape)
{
    size_t at = 0;
    while (at < table->shape_count && says_more(&table->shapes[at], shape)) {
        at++;
    }
    if (at < table->shape_count && !says_more(shape, &table->shapes[at])) {
        return true;
    }
    if (table->shape_count == CHANNEL_TABLE_SHAPES) {
        return false;
    }
    memmove(&table->shapes[at + 1], &table->shapes[at], (table->shape_count - at) * sizeof(*shape));
    table->shapes[at] = *shape;
    table->shape_count++;
    return true;
}

static enum channel_table_result read_pattern(const char *pattern, struct stream_key *key, size_t *length)
{
    const char *const star = pattern != NULL ? strchr(pattern, '*') : NULL;
    if (pattern == NULL || (star == pattern && star[1] == '\0')) {
        key->length = 0;
        *length = 0;
        return CHANNEL_ADDED;
    }
    if (star != NULL && star[1] != '\0') {
        return CHANNEL_BAD_PATTERN;
    }
    if (!stream_key_make(key, pattern)) {
        return CHANNEL_TOO_LONG;
    }
    key->length -= star != NULL;
    *length = star != NULL ? key->length : WHOLE;
    return CHANNEL_ADDED;
}

/* ------------------------------------------------------------------ public */

static enum channel_table_result add_row(struct channel_table *table, const struct lookup_key *key, void *channel)
{
    bool added = true;
    struct row *const row = malloc(sizeof(*row) + key->length);
    if (row == NULL) {
        return CHANNEL_NO_MEMORY;
    }
    memset(row, 0, sizeof(*row));
    row->channel = channel;
    row->length = key->length;
    memcpy(row->key, key->bytes, key->length);
    HASH_ADD_KEYPTR(hh, table->rows, row->key, row->length, row);
    if (!added) {
        free(row);
    }
    return added ? CHANNEL_ADDED : CHANNEL_NO_MEMORY;
}

enum channel_table_result channel_table_add(struct channel_table *table, const char *app, const char *stream_name,
                                            void **channel)
{
    struct stream_key app_key;
    struct stream_key name_key;
    struct lookup_key key;
    struct shape shape;
    enum channel_table_result result = read_pattern(app, &app_key, &shape.app_length);
    if (result == CHANNEL_ADDED) {
        result = read_pattern(stream_name, &name_key, &shape.name_length);
    }
    if (result != CHANNEL_ADDED) {
        return result;
    }
    make_key(&key, &shape, &app_key, &name_key);
    const struct row *const there = find_row(table, &key);
    if (there != NULL) {
        *channel = there->channel;
        return CHANNEL_IS_THERE;
    }
    return know_shape(table, &shape) ? add_row(table, &key, *channel) : CHANNEL_TOO_MANY_SHAPES;
}

static bool fits(const struct stream_key *key, size_t length)
{
    return length == WHOLE || length <= key->length;
}

void *channel_table_find(const struct channel_table *table, const char *app, const char *stream_name)
{
    struct stream_key app_key;
    struct stream_key name_key;
    struct lookup_key key;
    if (!stream_key_make(&app_key, app) || !stream_key_make(&name_key, stream_name)) {
        return NULL;
    }
    for (size_t i = 0; i < table->shape_count; i++) {
        const struct shape *const shape = &table->shapes[i];
        if (fits(&app_key, shape->app_length) && fits(&name_key, shape->name_length)) {
            make_key(&key, shape, &app_key, &name_key);
            const struct row *const row = find_row(table, &key);
            if (row != NULL) {
                return row->channel;
            }
        }
    }
    return NULL;
}

size_t channel_table_count(const struct channel_table *table)
{
    return HASH_COUNT(table->rows);
}
