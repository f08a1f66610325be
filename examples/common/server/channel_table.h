/*
 * Which channel an app and a stream name belong to. Both are given exactly, or as the beginning that they must have and
 * a "*" for the rest. A lookup takes the same time however many channels there are, and tells nothing by its time about
 * keys that are nearly right: the hash is keyed, and keys are compared as a whole.
 */
#ifndef SERVER_CHANNEL_TABLE_H
#define SERVER_CHANNEL_TABLE_H

#include <stddef.h>

#define CHANNEL_TABLE_SHAPES 64 /* combinations of lengths of beginnings; each is one lookup more */

enum channel_table_result {
    CHANNEL_ADDED,
    CHANNEL_IS_THERE, /* another has the same app and stream name */
    CHANNEL_TOO_LONG,
    CHANNEL_BAD_PATTERN, /* a "*" that is not at the end */
    CHANNEL_TOO_MANY_SHAPES,
    CHANNEL_NO_MEMORY
};

struct channel_table;

/* NULL: no memory, or no randomness. */
struct channel_table *channel_table_new(void);
void channel_table_free(struct channel_table *table);

/*
 * app and stream_name are patterns; NULL is any. The channel is what a lookup returns, and stays the caller's; where
 * CHANNEL_IS_THERE, it is the one that is there.
 */
enum channel_table_result channel_table_add(struct channel_table *table, const char *app, const char *stream_name,
                                            void **channel);

/* The channel, or NULL. Of several the one that says most: exact before a beginning, a longer before a shorter one. */
void *channel_table_find(const struct channel_table *table, const char *app, const char *stream_name);

size_t channel_table_count(const struct channel_table *table);

#endif
