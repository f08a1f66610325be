/* The log: lines on standard error, which nobody waits for, and what was lost on the way out. */
#ifndef SERVER_LOG_OUT_H
#define SERVER_LOG_OUT_H

#include <stdarg.h>
#include <sys/socket.h>

#include "journal.h"
#include "line_out.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/* What of an encoder's address the log has. */
enum log_addresses {
    LOG_ADDRESSES_AS_NOTIFIED, /* as the notifications of its channel */
    LOG_ADDRESSES_MASKED,      /* its network: a /24 of IPv4, a /48 of IPv6 */
    LOG_ADDRESSES_SHOWN
};

struct log_options {
    enum log_level level; /* what is less is not written */
    bool is_json;         /* an object a line, else text */
    enum log_addresses addresses;
};

struct log_out {
    const char *program; /* begins each line */
    struct log_options options;
    bool has_journal; /* text begins with its priority, as the journal reads it ... */
    int journal;      /* ... unless its own socket takes it; -1: there is none */
    struct line_out lines;
    unsigned long lost; /* of its own lines, since that was said */
};

void log_open(struct log_out *log, uv_loop_t *loop, const char *program, size_t most_bytes,
              const struct log_options *options);

/* "error", "warning" or "info"; "text" or "json"; "masked" or "shown". false: none of them. */
bool log_level_read(const char *text, enum log_level *level);
bool log_format_read(const char *text, bool *is_json);
bool log_addresses_read(const char *text, enum log_addresses *addresses);

/* fields: of a line that is an object, or goes to the journal; text has all of it in its sentence. NULL: left out. */
void log_write(struct log_out *log, enum log_level level, const struct journal_field *fields, size_t count,
               const char *sentence);
__attribute__((format(printf, 3, 4))) void log_say_at(struct log_out *log, enum log_level level, const char *format,
                                                      ...);

/* At the level of information. */

__attribute__((format(printf, 2, 3))) void log_say(struct log_out *log, const char *format, ...);
void log_say_list(struct log_out *log, const char *format, va_list arguments);

/* Why an address cannot be listened at (errno), and what to do. */
void log_cannot_listen(struct log_out *log, const struct sockaddr *address, int error);

void log_close(struct log_out *log);

/* Counts what is lost, and says so at once, then now and then while it goes on, and at the end. */
struct loss {
    struct log_out *log;
    uv_loop_t *loop;
    const char *what; /* "notifications were not ..." */
    unsigned long count;
    unsigned long said;
    uint64_t said_ms;
};
void loss_count(struct loss *loss, const char *why);
void loss_close(struct loss *loss);

#endif
