/* Keeps notifications in order, gives out those that are due, and copies what a damaged spool still has. */
#include "spool.h"

#include <stdlib.h>
#include <string.h>

#include "spool_database.h"

#define STEP_ROWS  16
#define MOST_JUMPS 2000u /* over damage */

void spool_event_free(struct spool_event *event)
{
    free(event->channel);
    free(event->json);
    memset(event, 0, sizeof(*event));
}

/* ------------------------------------------------------------------- changes */

enum spool_result spool_begin(struct spool *spool, bool sure)
{
    enum spool_result result = SPOOL_OK;
    if (spool->is_sure != sure) {
        result = spool_execute(spool, sure ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        spool->is_sure = sure;
    }
    return result == SPOOL_OK ? spool_execute(spool, "BEGIN IMMEDIATE") : result;
}

enum spool_result spool_commit(struct spool *spool)
{
    return spool_execute(spool, "COMMIT");
}

void spool_roll_back(struct spool *spool)
{
    if (sqlite3_get_autocommit(spool->database) == 0) {
        spool_execute(spool, "ROLLBACK");
    }
    spool_count_rows(spool);
}

enum spool_result spool_add(struct spool *spool, const struct spool_event *event)
{
    const uint64_t cost = spool_cost(strlen(event->channel), strlen(event->json));
    sqlite3_stmt *const add = spool_statement(spool, SQL_ADD);
    if (spool->bytes + cost > spool->most_bytes) {
        return SPOOL_FULL;
    }
    if (add != NULL) {
        sqlite3_bind_text(add, 1, event->channel, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 2, event->json, -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 3, event->tries);
        sqlite3_bind_int64(add, 4, event->born_ms);
    }
    enum spool_result result = spool_run(spool, add);
    result = result == SPOOL_OK ? spool_run_due(spool, SQL_CHANNEL_ADD, event->channel, 0) : result;
    if (result == SPOOL_OK) {
        spool->bytes += cost;
        spool->count++;
    }
    return result;
}

enum spool_result spool_remove(struct spool *spool, const struct spool_event *event)
{
    const enum spool_result result = spool_run_seq(spool, SQL_REMOVE, event->seq);
    if (result == SPOOL_OK) {
        spool->bytes -= spool_cost(strlen(event->channel), strlen(event->json));
        spool->count--;
    }
    return result;
}

enum spool_result spool_count_try(struct spool *spool, const struct spool_event *event)
{
    return spool_run_seq(spool, SQL_COUNT_TRY, event->seq);
}

enum spool_result spool_release(struct spool *spool, const char *channel, int64_t due_ms)
{
    return spool_run_due(spool, SQL_RELEASE, channel, due_ms);
}

enum spool_result spool_release_all(struct spool *spool, int64_t now_ms)
{
    return spool_run_seq(spool, SQL_RELEASE_ALL, now_ms);
}

/* -------------------------------------------------------------------- a batch */

static char *text_of(sqlite3_stmt *row, int column)
{
    const char *const text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? strdup(text) : NULL;
}

/* The next channel that is due, now taken; NULL: none, or *result says why. */
static char *take_channel(struct spool *spool, int64_t now_ms, enum spool_result *result)
{
    sqlite3_stmt *const due = spool_statement(spool, SQL_CHANNEL_DUE);
    char *name = NULL;
    if (due == NULL) {
        *result = spool_result_of(spool, sqlite3_extended_errcode(spool->database));
        return NULL;
    }
    sqlite3_bind_int64(due, 1, now_ms);
    const int status = sqlite3_step(due);
    *result = spool_result_of(spool, status);
    name = status == SQLITE_ROW ? text_of(due, 0) : NULL;
    sqlite3_reset(due);
    if (name != NULL) {
        *result = spool_run_channel(spool, SQL_CHANNEL_TAKE, name);
    }
    return name;
}

static bool read_event(sqlite3_stmt *row, const char *channel, struct spool_event *event)
{
    *event = (struct spool_event){.seq = sqlite3_column_int64(row, 0),
                                  .channel = strdup(channel),
                                  .json = text_of(row, 1),
                                  .tries = (unsigned)sqlite3_column_int(row, 2),
                                  .born_ms = sqlite3_column_int64(row, 3)};
    if (event->channel == NULL || event->json == NULL) {
        spool_event_free(event);
        return false;
    }
    return true;
}

/* Those of a channel, as far as the batch has room. */
static enum spool_result take_of_channel(struct spool *spool, const struct spool_batch *batch, const char *channel,
                                         struct spool_event *events, size_t *count, size_t *bytes)
{
    sqlite3_stmt *const of = spool_statement(spool, SQL_EVENTS_OF);
    int status = SQLITE_DONE;
    if (of == NULL) {
        return spool_result_of(spool, sqlite3_extended_errcode(spool->database));
    }
    sqlite3_bind_text(of, 1, channel, -1, SQLITE_STATIC);
    sqlite3_bind_int64(of, 2, (int64_t)(batch->most_events - *count));
    while (*count < batch->most_events && (status = sqlite3_step(of)) == SQLITE_ROW) {
        struct spool_event *const event = &events[*count];
        if (!read_event(of, channel, event)) {
            status = SQLITE_NOMEM;
            break;
        }
        if (*count > 0 && *bytes + strlen(event->json) > batch->most_bytes) {
            *bytes = batch->most_bytes;
            spool_event_free(event);
            status = SQLITE_DONE;
            break;
        }
        *bytes += strlen(event->json) + 1;
        (*count)++;
    }
    const enum spool_result result = spool_result_of(spool, status);
    sqlite3_reset(of);
    return result;
}

/* A channel of which nothing waits is forgotten, one for which there was no room is due still. */
static enum spool_result let_go(struct spool *spool, const char *channel, int64_t now_ms)
{
    sqlite3_stmt *gone = NULL;
    sqlite3_prepare_v2(spool->database,
                       "DELETE FROM temp.channel WHERE name = ?1 AND NOT EXISTS "
                       "(SELECT 1 FROM event WHERE channel = ?1)",
                       -1, &gone, NULL);
    if (gone != NULL) {
        sqlite3_bind_text(gone, 1, channel, -1, SQLITE_STATIC);
    }
    const enum spool_result result = spool_run(spool, gone);
    sqlite3_finalize(gone);
    return result == SPOOL_OK ? spool_release(spool, channel, now_ms) : result;
}

enum spool_result spool_take(struct spool *spool, const struct spool_batch *batch, int64_t now_ms,
                             struct spool_event *events, size_t *count)
{
    enum spool_result result = SPOOL_OK;
    size_t bytes = 0;
    *count = 0;
    while (result == SPOOL_OK && *count < batch->most_events && (*count == 0 || bytes < batch->most_bytes)) {
        const size_t before = *count;
        char *const channel = take_channel(spool, now_ms, &result);
        if (channel == NULL) {
            break;
        }
        result = take_of_channel(spool, batch, channel, events, count, &bytes);
        if (*count == before && result == SPOOL_OK) {
            result = let_go(spool, channel, now_ms);
        }
        free(channel);
    }
    return result;
}

int64_t spool_next_ms(struct spool *spool)
{
    sqlite3_stmt *const next = spool_statement(spool, SQL_NEXT_DUE);
    int64_t due_ms = INT64_MAX;
    if (next != NULL && sqlite3_step(next) == SQLITE_ROW) {
        due_ms = sqlite3_column_int64(next, 0);
    }
    sqlite3_reset(next);
    return due_ms;
}

/* ---------------------------------------------------------------- a rescue */

/* Copies rows after *seq until there is no other (true) or one cannot be read. */
static bool copy_rows(struct spool *to, sqlite3_stmt *rows, int64_t *seq, uint64_t *copied, uint64_t *lost)
{
    int status;
    sqlite3_bind_int64(rows, 1, *seq);
    while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *const channel = (const char *)sqlite3_column_text(rows, 1);
        const char *const json = (const char *)sqlite3_column_text(rows, 2);
        const struct spool_event event = {.channel = (char *)(uintptr_t)channel,
                                          .json = (char *)(uintptr_t)json,
                                          .tries = (unsigned)sqlite3_column_int(rows, 3),
                                          .born_ms = sqlite3_column_int64(rows, 4)};
        *seq = sqlite3_column_int64(rows, 0);
        const bool is_copied = channel != NULL && json != NULL && spool_add(to, &event) == SPOOL_OK;
        *copied += is_copied ? 1 : 0;
        *lost += is_copied ? 0 : 1;
    }
    sqlite3_reset(rows);
    return status == SQLITE_DONE;
}

/* The greatest number of a row, as far as it can be read. */
static int64_t last_row(struct spool *spool)
{
    const int64_t last = spool_number_of(spool, "SELECT seq FROM event ORDER BY seq DESC LIMIT 1");
    const int64_t given =
        last < 0 ? spool_number_of(spool, "SELECT seq FROM sqlite_sequence WHERE name = 'event'") : last;
    return given < 0 ? INT64_MAX : given;
}

enum spool_result spool_copy(struct spool *to, struct spool *from, uint64_t *copied, uint64_t *lost)
{
    sqlite3_stmt *rows = NULL;
    const int64_t last = last_row(from);
    int64_t seq = 0;
    int64_t step = 1;
    *copied = *lost = 0;
    if (sqlite3_prepare_v2(from->database,
                           "SELECT seq, channel, json, tries, born_ms FROM event WHERE seq > ?1 ORDER BY seq", -1,
                           &rows, NULL) != SQLITE_OK) {
        return spool_result_of(from, sqlite3_extended_errcode(from->database));
    }
    enum spool_result result = spool_begin(to, true);
    for (unsigned jumps = 0; result == SPOOL_OK && jumps < MOST_JUMPS; jumps++) {
        const int64_t before = seq;
        if (copy_rows(to, rows, &seq, copied, lost) || seq >= last) {
            break;
        }
        step = seq > before ? 1 : step < STEP_ROWS ? step * 2 : STEP_ROWS;
        *lost += (uint64_t)step;
        seq += step;
    }
    sqlite3_finalize(rows);
    return result == SPOOL_OK ? spool_commit(to) : result;
}
