/* The statements of SQLite that keep, order and give out notifications. */
#include "spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define ROW_BYTES     256 /* of a row, besides its texts: numbers, the index, what a page has left */
#define PAGE_BYTES    4096
#define LEAST_OF_PAGE 3500 /* a longer row has pages of its own */
#define STEP_ROWS     16
#define MOST_JUMPS    2000u /* over damage */

enum statement {
    ADD,
    CHANNEL_ADD,
    CHANNEL_DUE,
    CHANNEL_TAKE,
    EVENTS_OF,
    REMOVE,
    COUNT_TRY,
    RELEASE,
    RELEASE_ALL,
    NEXT_DUE,
    STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [ADD] = "INSERT INTO event (channel, json, tries, born_ms) VALUES (?1, ?2, ?3, ?4)",
    [CHANNEL_ADD] = "INSERT OR IGNORE INTO temp.channel (name, due_ms, taken) VALUES (?1, ?2, 0)",
    [CHANNEL_DUE] = "SELECT name FROM temp.channel WHERE taken = 0 AND due_ms <= ?1 ORDER BY due_ms, rowid LIMIT 1",
    [CHANNEL_TAKE] = "UPDATE temp.channel SET taken = 1 WHERE name = ?1",
    [EVENTS_OF] = "SELECT seq, json, tries, born_ms FROM event WHERE channel = ?1 ORDER BY seq LIMIT ?2",
    [REMOVE] = "DELETE FROM event WHERE seq = ?1",
    [COUNT_TRY] = "UPDATE event SET tries = tries + 1 WHERE seq = ?1",
    [RELEASE] = "UPDATE temp.channel SET taken = 0, due_ms = ?2 WHERE name = ?1",
    [RELEASE_ALL] = "UPDATE temp.channel SET due_ms = ?1 WHERE taken = 0 AND due_ms > ?1",
    [NEXT_DUE] = "SELECT due_ms FROM temp.channel WHERE taken = 0 ORDER BY due_ms LIMIT 1",
};

struct spool {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENTS];
    uint64_t most_bytes;
    uint64_t bytes; /* about what the rows take on the disk */
    uint64_t count;
    bool is_sure; /* a change waits until the disk has it */
    char error[SPOOL_ERROR_BYTES];
};

void spool_event_free(struct spool_event *event)
{
    free(event->channel);
    free(event->json);
    memset(event, 0, sizeof(*event));
}

static uint64_t cost_of(uint64_t channel, uint64_t json)
{
    const uint64_t bytes = 2 * channel + json + ROW_BYTES;
    return bytes < LEAST_OF_PAGE ? bytes : (bytes / PAGE_BYTES + 2) * PAGE_BYTES;
}

static enum spool_result meaning_of(int status)
{
    switch (status & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return SPOOL_OK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a table or a column is not as it must be */
        return SPOOL_DAMAGED;
    default:
        return SPOOL_FAILED;
    }
}

/* Keeps the reason of a failure. */
static enum spool_result result_of(struct spool *spool, int status)
{
    const enum spool_result result = meaning_of(status);
    if (result != SPOOL_OK) {
        snprintf(spool->error, sizeof(spool->error), "%s", sqlite3_errmsg(spool->database));
    }
    return result;
}

const char *spool_error(const struct spool *spool)
{
    return spool->error;
}

uint64_t spool_count(const struct spool *spool)
{
    return spool->count;
}

/* --------------------------------------------------------------- statements */

/* The statement, made at its first use. NULL: spool_error says why not. */
static sqlite3_stmt *statement(struct spool *spool, enum statement which)
{
    sqlite3_stmt **const place = &spool->statements[which];
    if (*place == NULL) {
        sqlite3_prepare_v3(spool->database, sql[which], -1, SQLITE_PREPARE_PERSISTENT, place, NULL);
    }
    return *place;
}

static enum spool_result run(struct spool *spool, sqlite3_stmt *prepared)
{
    if (prepared == NULL) {
        return result_of(spool, sqlite3_extended_errcode(spool->database));
    }
    const enum spool_result result = result_of(spool, sqlite3_step(prepared));
    sqlite3_reset(prepared);
    return result;
}

static enum spool_result run_seq(struct spool *spool, enum statement which, int64_t seq)
{
    sqlite3_stmt *const prepared = statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_int64(prepared, 1, seq);
    }
    return run(spool, prepared);
}

static enum spool_result run_channel(struct spool *spool, enum statement which, const char *channel)
{
    sqlite3_stmt *const prepared = statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_text(prepared, 1, channel, -1, SQLITE_STATIC);
    }
    return run(spool, prepared);
}

static enum spool_result run_due(struct spool *spool, enum statement which, const char *channel, int64_t due_ms)
{
    sqlite3_stmt *const prepared = statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_int64(prepared, 2, due_ms);
    }
    return run_channel(spool, which, channel);
}

static enum spool_result execute(struct spool *spool, const char *text)
{
    return result_of(spool, sqlite3_exec(spool->database, text, NULL, NULL, NULL));
}

/* The first number of the first row; -1: there is none. */
static int64_t number_of(struct spool *spool, const char *text)
{
    sqlite3_stmt *prepared = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(spool->database, text, -1, &prepared, NULL) == SQLITE_OK &&
        sqlite3_step(prepared) == SQLITE_ROW) {
        number = sqlite3_column_int64(prepared, 0);
    }
    sqlite3_finalize(prepared);
    return number;
}

/* ------------------------------------------------------------ open and close */

/* What a crash leaves is never half a row; the look at the whole file finds what a bad disk or a hand has left. */
static enum spool_result look_through(struct spool *spool)
{
    sqlite3_stmt *prepared = NULL;
    int status = sqlite3_prepare_v2(spool->database, "PRAGMA quick_check(1)", -1, &prepared, NULL);
    if (status == SQLITE_OK && (status = sqlite3_step(prepared)) == SQLITE_ROW) {
        const char *const text = (const char *)sqlite3_column_text(prepared, 0);
        status = text != NULL && strcmp(text, "ok") == 0 ? SQLITE_OK : SQLITE_CORRUPT;
    }
    const enum spool_result result = result_of(spool, status);
    if (result == SPOOL_DAMAGED) {
        snprintf(spool->error, sizeof(spool->error), "%s", sqlite3_errstr(status));
    }
    sqlite3_finalize(prepared);
    return result;
}

static enum spool_result set_up_tables(struct spool *spool)
{
    /* Exclusive: no second process, and no file of shared memory. The last line writes: a disk that is full says so. */
    static const char begin[] = "PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA journal_mode = WAL;"
                                "PRAGMA synchronous = NORMAL;"
                                "PRAGMA wal_autocheckpoint = 128;"
                                "PRAGMA journal_size_limit = 524288;"
                                "PRAGMA temp_store = MEMORY;"
                                "PRAGMA secure_delete = OFF;";
    static const char tables[] =
        "CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL,"
        " json TEXT NOT NULL, tries INTEGER NOT NULL, born_ms INTEGER NOT NULL);"
        "CREATE INDEX IF NOT EXISTS event_of_channel ON event (channel, seq);"
        "CREATE TEMP TABLE channel (name TEXT PRIMARY KEY, due_ms INTEGER NOT NULL, taken INTEGER NOT NULL);"
        "CREATE INDEX temp.channel_due ON channel (taken, due_ms);"
        "INSERT INTO temp.channel SELECT channel, 0, 0 FROM event GROUP BY channel ORDER BY min(seq);"
        "PRAGMA user_version = 1;";
    enum spool_result result = execute(spool, begin);
    result = result == SPOOL_OK ? look_through(spool) : result;
    return result == SPOOL_OK ? execute(spool, tables) : result;
}

static void count_rows(struct spool *spool)
{
    char text[256];
    snprintf(text, sizeof(text),
             "SELECT coalesce(sum(CASE WHEN b < %d THEN b ELSE (b / %d + 2) * %d END), 0) FROM "
             "(SELECT 2 * length(CAST(channel AS BLOB)) + length(CAST(json AS BLOB)) + %d AS b FROM event)",
             LEAST_OF_PAGE, PAGE_BYTES, PAGE_BYTES, ROW_BYTES);
    spool->bytes = (uint64_t)number_of(spool, text);
    spool->count = (uint64_t)number_of(spool, "SELECT count(*) FROM event");
}

/* NULL: out of memory, or it cannot be opened; why has the reason. */
static struct spool *open_database(const char *file, int flags, char why[SPOOL_ERROR_BYTES], enum spool_result *result)
{
    struct spool *const spool = calloc(1, sizeof(*spool));
    *result = SPOOL_FAILED;
    snprintf(why, SPOOL_ERROR_BYTES, "out of memory");
    if (spool == NULL) {
        return NULL;
    }
    const int status = sqlite3_open_v2(file, &spool->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (status != SQLITE_OK) {
        *result = meaning_of(status);
        snprintf(why, SPOOL_ERROR_BYTES, "%s", sqlite3_errstr(status));
        spool_close(spool);
        return NULL;
    }
    *result = SPOOL_OK;
    return spool;
}

enum spool_result spool_open(struct spool **spool, const char *file, uint64_t most_bytes, char why[SPOOL_ERROR_BYTES])
{
    enum spool_result result;
    *spool = open_database(file != NULL ? file : ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, why, &result);
    if (*spool == NULL) {
        return result;
    }
    (*spool)->most_bytes = most_bytes;
    result = set_up_tables(*spool);
    if (result != SPOOL_OK) {
        const bool is_taken = (sqlite3_errcode((*spool)->database) & 0xFF) == SQLITE_BUSY;
        snprintf(why, SPOOL_ERROR_BYTES, "%s", is_taken ? "another process has it" : spool_error(*spool));
        spool_close(*spool);
        *spool = NULL;
        return result;
    }
    count_rows(*spool);
    return SPOOL_OK;
}

struct spool *spool_open_remains(const char *file)
{
    enum spool_result result;
    char why[SPOOL_ERROR_BYTES];
    return open_database(file, SQLITE_OPEN_READWRITE, why, &result);
}

void spool_close(struct spool *spool)
{
    if (spool == NULL) {
        return;
    }
    for (unsigned i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(spool->statements[i]);
    }
    sqlite3_close(spool->database);
    free(spool);
}

/* ------------------------------------------------------------------- changes */

enum spool_result spool_begin(struct spool *spool, bool sure)
{
    enum spool_result result = SPOOL_OK;
    if (spool->is_sure != sure) {
        result = execute(spool, sure ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        spool->is_sure = sure;
    }
    return result == SPOOL_OK ? execute(spool, "BEGIN IMMEDIATE") : result;
}

enum spool_result spool_commit(struct spool *spool)
{
    return execute(spool, "COMMIT");
}

void spool_roll_back(struct spool *spool)
{
    if (sqlite3_get_autocommit(spool->database) == 0) {
        execute(spool, "ROLLBACK");
    }
    count_rows(spool);
}

enum spool_result spool_add(struct spool *spool, const struct spool_event *event)
{
    const uint64_t cost = cost_of(strlen(event->channel), strlen(event->json));
    sqlite3_stmt *const add = statement(spool, ADD);
    if (spool->bytes + cost > spool->most_bytes) {
        return SPOOL_FULL;
    }
    if (add != NULL) {
        sqlite3_bind_text(add, 1, event->channel, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 2, event->json, -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 3, event->tries);
        sqlite3_bind_int64(add, 4, event->born_ms);
    }
    enum spool_result result = run(spool, add);
    result = result == SPOOL_OK ? run_due(spool, CHANNEL_ADD, event->channel, 0) : result;
    if (result == SPOOL_OK) {
        spool->bytes += cost;
        spool->count++;
    }
    return result;
}

enum spool_result spool_remove(struct spool *spool, const struct spool_event *event)
{
    const enum spool_result result = run_seq(spool, REMOVE, event->seq);
    if (result == SPOOL_OK) {
        spool->bytes -= cost_of(strlen(event->channel), strlen(event->json));
        spool->count--;
    }
    return result;
}

enum spool_result spool_count_try(struct spool *spool, const struct spool_event *event)
{
    return run_seq(spool, COUNT_TRY, event->seq);
}

enum spool_result spool_release(struct spool *spool, const char *channel, int64_t due_ms)
{
    return run_due(spool, RELEASE, channel, due_ms);
}

enum spool_result spool_release_all(struct spool *spool, int64_t now_ms)
{
    return run_seq(spool, RELEASE_ALL, now_ms);
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
    sqlite3_stmt *const due = statement(spool, CHANNEL_DUE);
    char *name = NULL;
    if (due == NULL) {
        *result = result_of(spool, sqlite3_extended_errcode(spool->database));
        return NULL;
    }
    sqlite3_bind_int64(due, 1, now_ms);
    const int status = sqlite3_step(due);
    *result = result_of(spool, status);
    name = status == SQLITE_ROW ? text_of(due, 0) : NULL;
    sqlite3_reset(due);
    if (name != NULL) {
        *result = run_channel(spool, CHANNEL_TAKE, name);
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
    sqlite3_stmt *const of = statement(spool, EVENTS_OF);
    int status = SQLITE_DONE;
    if (of == NULL) {
        return result_of(spool, sqlite3_extended_errcode(spool->database));
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
    const enum spool_result result = result_of(spool, status);
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
    const enum spool_result result = run(spool, gone);
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
    sqlite3_stmt *const next = statement(spool, NEXT_DUE);
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
    const int64_t last = number_of(spool, "SELECT seq FROM event ORDER BY seq DESC LIMIT 1");
    const int64_t given = last < 0 ? number_of(spool, "SELECT seq FROM sqlite_sequence WHERE name = 'event'") : last;
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
        return result_of(from, sqlite3_extended_errcode(from->database));
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
