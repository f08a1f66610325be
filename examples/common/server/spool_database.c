/* Opens the database of a spool with SQLite, looks for damage, and runs its statements. */
#include "spool_database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_BYTES     256 /* of a row, besides its texts: numbers, the index, what a page has left */
#define PAGE_BYTES    4096
#define LEAST_OF_PAGE 3500 /* a longer row has pages of its own */

static const char *const sql[SQL_STATEMENTS] = {
    [SQL_ADD] = "INSERT INTO event (channel, json, tries, born_ms) VALUES (?1, ?2, ?3, ?4)",
    [SQL_CHANNEL_ADD] = "INSERT OR IGNORE INTO temp.channel (name, due_ms, taken) VALUES (?1, ?2, 0)",
    [SQL_CHANNEL_DUE] = "SELECT name FROM temp.channel WHERE taken = 0 AND due_ms <= ?1 ORDER BY due_ms, rowid LIMIT 1",
    [SQL_CHANNEL_TAKE] = "UPDATE temp.channel SET taken = 1 WHERE name = ?1",
    [SQL_EVENTS_OF] = "SELECT seq, json, tries, born_ms FROM event WHERE channel = ?1 ORDER BY seq LIMIT ?2",
    [SQL_REMOVE] = "DELETE FROM event WHERE seq = ?1",
    [SQL_COUNT_TRY] = "UPDATE event SET tries = tries + 1 WHERE seq = ?1",
    [SQL_RELEASE] = "UPDATE temp.channel SET taken = 0, due_ms = ?2 WHERE name = ?1",
    [SQL_RELEASE_ALL] = "UPDATE temp.channel SET due_ms = ?1 WHERE taken = 0 AND due_ms > ?1",
    [SQL_NEXT_DUE] = "SELECT due_ms FROM temp.channel WHERE taken = 0 ORDER BY due_ms LIMIT 1",
};

uint64_t spool_cost(uint64_t channel, uint64_t json)
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

enum spool_result spool_result_of(struct spool *spool, int status)
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

sqlite3_stmt *spool_statement(struct spool *spool, enum spool_statement which)
{
    sqlite3_stmt **const place = &spool->statements[which];
    if (*place == NULL) {
        sqlite3_prepare_v3(spool->database, sql[which], -1, SQLITE_PREPARE_PERSISTENT, place, NULL);
    }
    return *place;
}

enum spool_result spool_run(struct spool *spool, sqlite3_stmt *prepared)
{
    if (prepared == NULL) {
        return spool_result_of(spool, sqlite3_extended_errcode(spool->database));
    }
    const enum spool_result result = spool_result_of(spool, sqlite3_step(prepared));
    sqlite3_reset(prepared);
    return result;
}

enum spool_result spool_run_seq(struct spool *spool, enum spool_statement which, int64_t seq)
{
    sqlite3_stmt *const prepared = spool_statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_int64(prepared, 1, seq);
    }
    return spool_run(spool, prepared);
}

enum spool_result spool_run_channel(struct spool *spool, enum spool_statement which, const char *channel)
{
    sqlite3_stmt *const prepared = spool_statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_text(prepared, 1, channel, -1, SQLITE_STATIC);
    }
    return spool_run(spool, prepared);
}

enum spool_result spool_run_due(struct spool *spool, enum spool_statement which, const char *channel, int64_t due_ms)
{
    sqlite3_stmt *const prepared = spool_statement(spool, which);
    if (prepared != NULL) {
        sqlite3_bind_int64(prepared, 2, due_ms);
    }
    return spool_run_channel(spool, which, channel);
}

enum spool_result spool_execute(struct spool *spool, const char *text)
{
    return spool_result_of(spool, sqlite3_exec(spool->database, text, NULL, NULL, NULL));
}

int64_t spool_number_of(struct spool *spool, const char *text)
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
    const enum spool_result result = spool_result_of(spool, status);
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
    enum spool_result result = spool_execute(spool, begin);
    result = result == SPOOL_OK ? look_through(spool) : result;
    return result == SPOOL_OK ? spool_execute(spool, tables) : result;
}

void spool_count_rows(struct spool *spool)
{
    char text[256];
    snprintf(text, sizeof(text),
             "SELECT coalesce(sum(CASE WHEN b < %d THEN b ELSE (b / %d + 2) * %d END), 0) FROM "
             "(SELECT 2 * length(CAST(channel AS BLOB)) + length(CAST(json AS BLOB)) + %d AS b FROM event)",
             LEAST_OF_PAGE, PAGE_BYTES, PAGE_BYTES, ROW_BYTES);
    spool->bytes = (uint64_t)spool_number_of(spool, text);
    spool->count = (uint64_t)spool_number_of(spool, "SELECT count(*) FROM event");
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
    spool_count_rows(*spool);
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
    for (unsigned i = 0; i < SQL_STATEMENTS; i++) {
        sqlite3_finalize(spool->statements[i]);
    }
    sqlite3_close(spool->database);
    free(spool);
}
