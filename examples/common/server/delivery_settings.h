/* Where notifications go and how, as the command line or a configuration file fills it. */
#ifndef SERVER_DELIVERY_SETTINGS_H
#define SERVER_DELIVERY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DELIVERY_SINKS         16
#define DELIVERY_PAUSES        16
#define DELIVERY_MOST_ATTEMPTS 1000
#define DELIVERY_MOST_EVENTS   5000u      /* of a batch, as in Event Grid */
#define DELIVERY_WHY_BYTES     512        /* a sentence of what is wrong */
#define DELIVERY_SPOOL_BYTES   (64 << 20) /* where nothing is said */
#define DELIVERY_LEAST_SPOOL   (1 << 20)

/* One place. Texts stay the caller's; NULL, 0 and false stand for what is not given. Exactly one of file and url. */
struct delivery_sink {
    const char *file; /* a line each; "-": standard output */
    const char *url;  /* POSTs; may hold a secret */
    int32_t schema;   /* enum mpe_schema */
    bool is_binary;   /* of CloudEvents: attributes in headers, the data alone in the body */

    /* Of a URL. */
    const char *headers_file;      /* "Name: value" lines, for secrets */
    const char *key_file;          /* of the signature */
    const char *subscription_name; /* default: the program's name */
    unsigned batch_events;         /* in one POST, at most; 0: one */
    bool no_handshake;             /* the receiver is not asked whether it wants notifications */
};

/* How long it is tried; the defaults are those of Event Grid. */
struct delivery_retries {
    unsigned attempts;                  /* 0: 30 */
    int64_t within_ms;                  /* from the event on; 0: 24 hours */
    int64_t pauses_ms[DELIVERY_PAUSES]; /* the last one repeats */
    unsigned pause_count;               /* 0: 10 s, 30 s, 1, 5, 10, 30 minutes, 1, 3, 6, 12 hours */
};

struct delivery_spool {
    const char *folder;  /* a file for each URL in it; NULL: what waits is kept in memory */
    uint64_t most_bytes; /* of each file; 0: DELIVERY_SPOOL_BYTES */
};

struct delivery_settings {
    const char *program; /* names the sender, and begins the lines of the log */
    struct delivery_sink sinks[DELIVERY_SINKS];
    unsigned sink_count;
    struct delivery_retries retries;
    struct delivery_spool spool;
    size_t most_bytes; /* that wait in memory, for each sink */
    struct delivery_text *kept;
};

/* A copy of the text that is freed with the settings; NULL: out of memory. */
const char *delivery_settings_keep(struct delivery_settings *settings, const char *text);
void delivery_settings_free(struct delivery_settings *settings);

/* event-grid, cloud-events or cloud-events-binary. false: none of them. */
bool delivery_schema_read(const char *text, struct delivery_sink *sink);

/* "500ms", "10s", "5m", "12h"; more than nothing and no more than 7 days. false: none of these. */
bool delivery_duration_read(const char *text, int64_t *ms);

/* Durations with commas between. false: none, or more than DELIVERY_PAUSES. */
bool delivery_pauses_read(const char *text, struct delivery_retries *retries);

/* A whole number from 1 to most; 0: it is none. */
unsigned delivery_count_read(const char *text, unsigned most);

/* The sink has what belongs together, and its files can be read: 0; or -1 and a sentence without a secret. */
int delivery_sink_check(const struct delivery_sink *sink, char why[DELIVERY_WHY_BYTES]);

/* Some sink takes CloudEvents, whose source, the topic, is a URI reference. */
bool delivery_wants_uri(const struct delivery_settings *settings);

/* A URI reference by RFC 3986, and not empty. */
bool delivery_is_uri_reference(const char *text);

/* There is a file with a name: it may be moved away, and opened again. */
bool delivery_has_file(const struct delivery_settings *settings);

#endif
