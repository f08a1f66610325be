/* Lines of the log, to the journal of systemd with their fields. */
#include "journal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datagram.h"

#define MESSAGE_BYTES 4096

struct message {
    size_t length;
    char bytes[MESSAGE_BYTES];
};

bool journal_has_stream(void)
{
    const char *const stream = getenv("JOURNAL_STREAM");
    struct stat status;
    uintmax_t device = 0;
    uintmax_t inode = 0;
    return stream != NULL && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

int journal_open(const char *socket)
{
    return datagram_connect(socket);
}

static void put(struct message *message, const void *bytes, size_t length)
{
    if (length <= sizeof(message->bytes) - message->length) {
        memcpy(message->bytes + message->length, bytes, length);
        message->length += length;
    }
}

/*
 * NAME=value\n; a value of several lines, which would begin another field:
 *
 *     NAME \n | length, 64 bits little-endian | value | \n
 */
static void put_field(struct message *message, const char *name, const char *value)
{
    const size_t length = strlen(value);
    const bool has_lines = memchr(value, '\n', length) != NULL;
    if (strlen(name) + length + 10 > sizeof(message->bytes) - message->length) {
        return;
    }
    put(message, name, strlen(name));
    put(message, has_lines ? "\n" : "=", 1);
    for (int i = 0; has_lines && i < 8; i++) {
        const unsigned char byte = (unsigned char)((uint64_t)length >> (8 * i));
        put(message, &byte, 1);
    }
    put(message, value, length);
    put(message, "\n", 1);
}

static void put_own_field(struct message *message, const struct journal_field *field)
{
    char name[64];
    snprintf(name, sizeof(name), "MPE_%.50s", field->name);
    for (char *letter = name; *letter != '\0'; letter++) {
        *letter = (char)toupper((unsigned char)*letter);
    }
    put_field(message, name, field->value);
}

bool journal_send(int journal, const char *program, int priority, const char *sentence,
                  const struct journal_field *fields, size_t count)
{
    struct message message = {.length = 0};
    char digit[4];
    snprintf(digit, sizeof(digit), "%d", priority & 7);
    put_field(&message, "MESSAGE", sentence);
    put_field(&message, "PRIORITY", digit);
    put_field(&message, "SYSLOG_IDENTIFIER", program);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].value != NULL) {
            put_own_field(&message, &fields[i]);
        }
    }
    return datagram_send(journal, message.bytes, message.length);
}
