/* Opens the database of a sink, moves a damaged one away, and goes on in memory where the disk fails. */
#include "spool_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAL         "-wal"
#define COPY_BYTES  65536
#define SUFFIX_ROOM 32 /* .damaged-wal */

/* ------------------------------------------------------------------- files */

static int copy_bytes(int from, int to)
{
    static const size_t size = COPY_BYTES;
    char *const buffer = malloc(size);
    ssize_t length = -1;
    while (buffer != NULL && (length = read(from, buffer, size)) > 0) {
        if (write(to, buffer, (size_t)length) != length) {
            length = -1;
            break;
        }
    }
    free(buffer);
    return length == 0 ? 0 : -1;
}

static int copy_file(const char *from, const char *to)
{
    const int source = open(from, O_RDONLY | O_CLOEXEC);
    const int target = source >= 0 ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    const int result = target >= 0 ? copy_bytes(source, target) : -1;
    if (source >= 0) {
        close(source);
    }
    if (target >= 0) {
        close(target);
    }
    return result;
}

static void add_suffix(char path[PATH_MAX], const char *file, const char *suffix)
{
    snprintf(path, PATH_MAX, "%.*s%s", PATH_MAX - SUFFIX_ROOM, file, suffix);
}

/* The database and the changes that are still in its log. 0, or -1: the database itself stays where it is. */
static int move_away(const char *file, const char *damaged)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    add_suffix(from, file, WAL);
    add_suffix(to, damaged, WAL);
    unlink(to);
    rename(from, to);
    return rename(file, damaged);
}

/* ------------------------------------------------------------------- rescue */

static void copy_remains(struct spool *to, const char *file, uint64_t *copied)
{
    uint64_t lost = 0;
    struct spool *const from = spool_open_remains(file);
    if (from != NULL) {
        spool_copy(to, from, copied, &lost);
        spool_close(from);
    }
}

/* SQLite wants to write beside what it reads: the files are read in another place. */
static void copy_unwritable(struct spool *to, const char *file, uint64_t *copied)
{
    const char *const temporary = getenv("TMPDIR");
    char folder[PATH_MAX - SUFFIX_ROOM];
    char path[PATH_MAX];
    char log[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s/mpe-spool-XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(folder) == NULL) {
        return;
    }
    add_suffix(path, folder, "/spool");
    add_suffix(log, file, WAL);
    if (copy_file(file, path) == 0) {
        char to_log[PATH_MAX];
        add_suffix(to_log, path, WAL);
        copy_file(log, to_log);
        copy_remains(to, path, copied);
        unlink(to_log);
    }
    unlink(path);
    rmdir(folder);
}

static void into_memory(struct spool_place *place)
{
    char why[SPOOL_ERROR_BYTES];
    place->is_on_disk = false;
    spool_open(&place->spool, NULL, place->memory_bytes, why);
}

/* The file is set aside, and a new one has what could be read. */
static void mend(struct spool_place *place, const char *file, uint64_t most_bytes, const char *reason)
{
    char why[SPOOL_ERROR_BYTES];
    char damaged[PATH_MAX];
    uint64_t copied = 0;
    add_suffix(damaged, file, ".damaged");
    const bool is_moved = move_away(file, damaged) == 0;
    if (is_moved && spool_open(&place->spool, file, most_bytes, why) == SPOOL_OK) {
        place->is_on_disk = true;
    } else {
        into_memory(place);
    }
    if (place->spool != NULL && is_moved) {
        copy_remains(place->spool, damaged, &copied);
    } else if (place->spool != NULL) {
        copy_unwritable(place->spool, file, &copied);
    }
    snprintf(place->why, sizeof(place->why),
             "the spool is damaged (%s): %" PRIu64 " notifications could be read from it, what else it had is lost; it "
             "is kept as %.200s",
             reason, copied, is_moved ? damaged : file);
}

static void do_without(struct spool_place *place, const char *file, const char *reason)
{
    uint64_t copied = 0;
    into_memory(place);
    if (place->spool != NULL && access(file, F_OK) == 0) {
        copy_unwritable(place->spool, file, &copied);
    }
    snprintf(place->why, sizeof(place->why),
             "the spool %.200s cannot be used (%s): what waits is kept in memory and lost when the program ends; "
             "%" PRIu64 " notifications could be read from it, and may be sent again later, with the same ids",
             file, reason, copied);
}

void spool_place_open(struct spool_place *place, const struct delivery_spool *settings, const char *name)
{
    char file[PATH_MAX];
    char why[SPOOL_ERROR_BYTES];
    const uint64_t most_bytes = settings->most_bytes > 0 ? settings->most_bytes : DELIVERY_SPOOL_BYTES;
    place->spool = NULL;
    place->why[0] = '\0';
    if (settings->folder == NULL) {
        into_memory(place);
        return;
    }
    mkdir(settings->folder, 0700); /* what is wrong, the next line finds */
    snprintf(file, sizeof(file), "%.*s/%s.sqlite", PATH_MAX - 2 * SUFFIX_ROOM, settings->folder, name);
    const enum spool_result result = spool_open(&place->spool, file, most_bytes, why);
    place->is_on_disk = result == SPOOL_OK;
    if (result == SPOOL_DAMAGED) {
        mend(place, file, most_bytes, why);
    } else if (result != SPOOL_OK) {
        do_without(place, file, why);
    }
}

void spool_place_leave(struct spool_place *place)
{
    struct spool *const file = place->spool;
    uint64_t copied = 0;
    uint64_t lost = 0;
    char why[SPOOL_ERROR_BYTES];
    snprintf(why, sizeof(why), "%s", spool_error(file));
    spool_roll_back(file);
    into_memory(place);
    if (place->spool != NULL) {
        spool_copy(place->spool, file, &copied, &lost);
    }
    spool_close(file);
    snprintf(place->why, sizeof(place->why),
             "the spool can no longer be used (%s): what waits is kept in memory and lost when the program ends; "
             "%" PRIu64 " notifications go on from there, and may be sent again later, with the same ids",
             why, copied);
}
