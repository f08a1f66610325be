/*
 * The database of a spool, for spool.c alone: opened and closed here, and its statements run. What fails leaves its
 * reason for spool_error.
 */
#ifndef SERVER_SPOOL_DATABASE_H
#define SERVER_SPOOL_DATABASE_H

#include <sqlite3.h>

#include "spool.h"

enum spool_statement {
    SQL_ADD,
    SQL_CHANNEL_ADD,
    SQL_CHANNEL_DUE,
    SQL_CHANNEL_TAKE,
    SQL_EVENTS_OF,
    SQL_REMOVE,
    SQL_COUNT_TRY,
    SQL_RELEASE,
    SQL_RELEASE_ALL,
    SQL_NEXT_DUE,
    SQL_STATEMENTS
};

struct spool {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_STATEMENTS];
    uint64_t most_bytes;
    uint64_t bytes; /* about what the rows take on the disk */
    uint64_t count;
    bool is_sure; /* a change waits until the disk has it */
    char error[SPOOL_ERROR_BYTES];
};

/* What a status of SQLite means. */
enum spool_result spool_result_of(struct spool *spool, int status);

/* The statement, made at its first use. NULL: spool_error says why not. */
sqlite3_stmt *spool_statement(struct spool *spool, enum spool_statement which);

/* Runs one that is prepared (NULL: it could not be), or by its name with these values. */
enum spool_result spool_run(struct spool *spool, sqlite3_stmt *prepared);
enum spool_result spool_run_seq(struct spool *spool, enum spool_statement which, int64_t seq);
enum spool_result spool_run_channel(struct spool *spool, enum spool_statement which, const char *channel);
enum spool_result spool_run_due(struct spool *spool, enum spool_statement which, const char *channel, int64_t due_ms);
enum spool_result spool_execute(struct spool *spool, const char *text);

/* The first number of the first row; -1: there is none. */
int64_t spool_number_of(struct spool *spool, const char *text);

/* Bytes on the disk, about, of a row with texts of so many. */
uint64_t spool_cost(uint64_t channel, uint64_t json);

/* Sets bytes and count to what the rows come to. */
void spool_count_rows(struct spool *spool);

#endif
