/* Writes lines of the log as text, JSON or to the journal, and counts what is lost. */
#include "log_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "peer.h"

#define LINE_BYTES    1400
#define SAID_EVERY_MS 10000

static void on_lost(void *user, const char *why)
{
    struct log_out *log = user;
    (void)why;
    log->lost++;
}

void log_open(struct log_out *log, uv_loop_t *loop, const char *program, size_t most_bytes,
              const struct log_options *options)
{
    log->program = program;
    log->options = *options;
    log->has_journal = journal_has_stream();
    log->journal = log->has_journal && !options->is_json ? journal_open(JOURNAL_SOCKET) : -1;
    log->lost = 0;
    line_out_open(&log->lines, loop, STDERR_FILENO, most_bytes, on_lost, log);
}

static const char *const level_names[] = {"error", "warning", "info"};

bool log_level_read(const char *text, enum log_level *level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

bool log_format_read(const char *text, bool *is_json)
{
    *is_json = strcmp(text, "json") == 0;
    return *is_json || strcmp(text, "text") == 0;
}

bool log_addresses_read(const char *text, enum log_addresses *addresses)
{
    *addresses = strcmp(text, "masked") == 0 ? LOG_ADDRESSES_MASKED : LOG_ADDRESSES_SHOWN;
    return *addresses == LOG_ADDRESSES_MASKED || strcmp(text, "shown") == 0;
}

/* ------------------------------------------------------------------ one line */

static const int priorities[] = {3, 4, 6}; /* of syslog */

static void write_text(struct log_out *log, enum log_level level, const char *sentence)
{
    char line[LINE_BYTES];
    char priority[8] = "";
    if (log->has_journal) {
        snprintf(priority, sizeof(priority), "<%d>", priorities[level]);
    }
    snprintf(line, sizeof(line), "%s%s: %s", priority, log->program, sentence);
    line_out_send(&log->lines, line);
}

static json_t *time_value(void)
{
    char date[32];
    char text[48];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, sizeof(text), "%s.%03ldZ", date, now.tv_nsec / 1000000);
    return json_string(text);
}

static void write_json(struct log_out *log, enum log_level level, const struct journal_field *fields, size_t count,
                       const char *sentence)
{
    json_t *const object = json_object();
    json_object_set_new(object, "time", time_value());
    json_object_set_new(object, "level", json_string(level_names[level]));
    json_object_set_new(object, "program", json_string(log->program));
    for (size_t i = 0; i < count; i++) {
        if (fields[i].value != NULL) {
            json_object_set_new(object, fields[i].name, json_string(fields[i].value));
        }
    }
    json_object_set_new(object, "message", json_string(sentence));
    char *const line = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (line != NULL) {
        line_out_send(&log->lines, line);
    } else {
        log->lost++;
    }
    free(line);
}

static void write_line(struct log_out *log, enum log_level level, const struct journal_field *fields, size_t count,
                       const char *sentence)
{
    if (log->options.is_json) {
        write_json(log, level, fields, count, sentence);
    } else if (!journal_send(log->journal, log->program, priorities[level], sentence, fields, count)) {
        write_text(log, level, sentence);
    }
}

static void say_own_loss(struct log_out *log)
{
    char sentence[128];
    snprintf(sentence, sizeof(sentence), "%lu lines of this log were lost: they were not read", log->lost);
    log->lost = 0;
    write_line(log, LOG_LEVEL_WARNING, NULL, 0, sentence);
}

void log_write(struct log_out *log, enum log_level level, const struct journal_field *fields, size_t count,
               const char *sentence)
{
    if (level > log->options.level) {
        return;
    }
    if (log->lost > 0 && line_out_is_empty(&log->lines)) {
        say_own_loss(log);
    }
    write_line(log, level, fields, count, sentence);
}

static void say_list(struct log_out *log, enum log_level level, const char *format, va_list arguments)
{
    char sentence[LINE_BYTES];
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    log_write(log, level, NULL, 0, sentence);
}

void log_say_list(struct log_out *log, const char *format, va_list arguments)
{
    say_list(log, LOG_LEVEL_INFO, format, arguments);
}

void log_say(struct log_out *log, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_list(log, LOG_LEVEL_INFO, format, arguments);
    va_end(arguments);
}

void log_say_at(struct log_out *log, enum log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_list(log, level, format, arguments);
    va_end(arguments);
}

static const char *remedy_of(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "another process has this port (ss -ltnp shows which); end it, or take another port";
    case EACCES:
        return "a port below 1024 needs CAP_NET_BIND_SERVICE; grant it, or take a higher port";
    case EADDRNOTAVAIL:
        return "no interface of this machine has the address (ip address shows them); 0.0.0.0 or [::] means all";
    case EAFNOSUPPORT:
        return "this machine has no IPv6, or may not use it; give an IPv4 address";
    default:
        return "give another address or port to --listen";
    }
}

void log_cannot_listen(struct log_out *log, const struct sockaddr *address, int error)
{
    char text[PEER_BYTES];
    peer_text(address, text, sizeof(text));
    log_say_at(log, LOG_LEVEL_ERROR, "cannot listen on %s: %s: %s", text, strerror(error), remedy_of(error));
}

void log_close(struct log_out *log)
{
    line_out_close(&log->lines);
    if (log->journal >= 0) {
        close(log->journal);
    }
}

void loss_count(struct loss *loss, const char *why)
{
    uint64_t now_ms = uv_now(loss->loop);
    loss->count++;
    if (loss->said == 0 || now_ms - loss->said_ms >= SAID_EVERY_MS) {
        loss->said = loss->count;
        loss->said_ms = now_ms;
        log_say_at(loss->log, LOG_LEVEL_WARNING, "%lu %s: %s", loss->count, loss->what, why);
    }
}

void loss_close(struct loss *loss)
{
    if (loss->count > loss->said) {
        log_say_at(loss->log, LOG_LEVEL_WARNING, "%lu %s in all", loss->count, loss->what);
    }
}
