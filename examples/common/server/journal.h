/*
 * The journal of systemd by its native protocol, so that lines have fields that can be asked for
 * (journalctl MPE_CODE=...): a datagram a line, of "NAME=value" and a newline each.
 */
#ifndef SERVER_JOURNAL_H
#define SERVER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Standard error leads there: JOURNAL_STREAM names the device and inode that it is. */
bool journal_has_stream(void);

/* JOURNAL_SOCKET, or another one. The descriptor, or -1: it is not there. */
int journal_open(const char *socket);

struct journal_field {
    const char *name; /* letters, digits and underscores; MPE_ is put before it */
    const char *value;
};

/* priority as of syslog(3). false: it was not taken, now. */
bool journal_send(int journal, const char *program, int priority, const char *sentence,
                  const struct journal_field *fields, size_t count);

#endif
