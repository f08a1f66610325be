/*
 * What waits for delivery: an SQLite database on a disk or in memory. Notifications of one channel leave in the order
 * in which they came; channels do not wait for each other. Of one thread.
 */
#ifndef SERVER_SPOOL_H
#define SERVER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

struct spool_event {
    int64_t seq;   /* of the spool; 0: none yet */
    char *channel; /* whose order it keeps */
    char *json;
    unsigned tries;  /* that have failed */
    int64_t born_ms; /* since 1970 */
};

void spool_event_free(struct spool_event *event);

enum spool_result {
    SPOOL_OK,
    SPOOL_FULL,    /* the bound is reached; nothing was added */
    SPOOL_DAMAGED, /* the file is no spool, or no longer */
    SPOOL_FAILED   /* it cannot be opened, read or written: spool_error */
};

#define SPOOL_ERROR_BYTES 160

/*
 * Opens the file, which is made where it is not there, or memory where file is NULL. Only of one process. What is in it
 * is due at once. Not SPOOL_OK: *spool is NULL, why has the reason.
 */
enum spool_result spool_open(struct spool **spool, const char *file, uint64_t most_bytes, char why[SPOOL_ERROR_BYTES]);
void spool_close(struct spool *spool);

/*
 * Changes between these become one on the disk. sure: they survive a loss of power. What is only removed, and is there
 * again after it, is sent again with the same id.
 */
enum spool_result spool_begin(struct spool *spool, bool sure);
enum spool_result spool_commit(struct spool *spool);
void spool_roll_back(struct spool *spool);

/* After all others of its channel. With tries and born_ms as they are. */
enum spool_result spool_add(struct spool *spool, const struct spool_event *event);

/* Bounds of one batch. */
struct spool_batch {
    size_t most_events;
    size_t most_bytes; /* one that alone is longer goes alone */
};

/*
 * What is due at now_ms, on any clock that does not go back, oldest channel first; their channels are taken until
 * spool_release. *count is how many, 0: none. To be freed with spool_event_free.
 */
enum spool_result spool_take(struct spool *spool, const struct spool_batch *batch, int64_t now_ms,
                             struct spool_event *events, size_t *count);

/* It has been delivered, or given up. */
enum spool_result spool_remove(struct spool *spool, const struct spool_event *event);

/* It was tried once more. */
enum spool_result spool_count_try(struct spool *spool, const struct spool_event *event);

/* The channel is free again, and due at due_ms. */
enum spool_result spool_release(struct spool *spool, const char *channel, int64_t due_ms);

/* All that wait for a further try are due at now_ms. */
enum spool_result spool_release_all(struct spool *spool, int64_t now_ms);

/* When the next channel that is free is due; INT64_MAX: there is none. */
int64_t spool_next_ms(struct spool *spool);

uint64_t spool_count(const struct spool *spool);

/* Of the last call that failed. It stays until the next that fails. */
const char *spool_error(const struct spool *spool);

/*
 * Copies all that can be read out of one spool, in its order, jumping over what is damaged. *lost is how many
 * could not be read or did not fit, as far as that is known.
 */
enum spool_result spool_copy(struct spool *to, struct spool *from, uint64_t *copied, uint64_t *lost);

/* Opens a file only to copy from it, whatever its state. NULL: nothing can be read. */
struct spool *spool_open_remains(const char *file);

#endif
