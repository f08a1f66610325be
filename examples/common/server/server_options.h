/* The options that every program that waits for encoders has. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mpe/mpe.h>

#include "address.h"
#include "admin_options.h"
#include "authorize.h"
#include "channels.h"
#include "command_line.h"
#include "delivery_settings.h"
#include "fleet_settings.h"
#include "log_out.h"
#include "memory_bound.h"

enum server_option {
    SERVER_LISTEN,
    SERVER_KIND,
    SERVER_APP,
    SERVER_ALLOW,
    SERVER_PROFILE,
    SERVER_SET,
    SERVER_NOTICES,
    SERVER_EVENTS,
    SERVER_HEADERS,
    SERVER_SIGN_WITH,
    SERVER_SUBSCRIPTION,
    SERVER_BATCH,
    SERVER_HANDSHAKE,
    SERVER_SCHEMA,
    SERVER_RETRY_ATTEMPTS,
    SERVER_RETRY_WITHIN,
    SERVER_RETRY_PAUSES,
    SERVER_SPOOL,
    SERVER_SPOOL_BYTES,
    SERVER_TOPIC,
    SERVER_SUBJECT,
    SERVER_MAX_CONNECTIONS,
    SERVER_MAX_PER_ADDRESS,
    SERVER_HANDSHAKES,
    SERVER_HANDSHAKES_EACH,
    SERVER_MAX_MEMORY,
    SERVER_REFUSALS_PER_MINUTE,
    SERVER_ADMIN,
    SERVER_ADMIN_TOKEN,
    SERVER_FLEET,
    SERVER_FLEET_KEY,
    SERVER_QUIET,
    SERVER_LOG_FORMAT,
    SERVER_LOG_LEVEL,
    SERVER_OPTIONS,
    SERVER_CONFIG,
    SERVER_CHECK,
    SERVER_HELP,
    SERVER_VERSION,
    SERVER_OPTION_COUNT /* a program's own options begin here */
};

#define SERVER_LISTENERS 16

struct listener_options {
    struct sockaddr_storage address;
    bool takes_proxy;                /* each connection begins with a header of the PROXY protocol ... */
    struct address_network *trusted; /* ... and comes from one of these */
    unsigned trusted_count;
};

struct server_options {
    struct listener_options listeners[SERVER_LISTENERS];
    unsigned listener_count;
    bool quiet;
    unsigned max_connections;
    unsigned max_per_address;        /* connections */
    unsigned handshakes_per_second;  /* 0: no bound */
    unsigned handshakes_per_address; /* ... of one address */
    unsigned refusals_per_minute;    /* of one address, that are notified; 0: all */
    struct memory_bound memory;      /* of the sessions of channel */
    struct log_options log;
    struct admin_options admin;
    struct fleet_settings fleet;
    struct delivery_settings notify;
    struct authorize_target authorize;
    const char *app;           /* of the one channel; NULL: any */
    mpe_channel *channel;      /* set up; with channels their lobby */
    struct channels *channels; /* of --config, or NULL: one channel for all */
    const char *config_file;
    char *texts; /* of the file of --options, or NULL */
};

struct server_program {
    const char *name;
    const char *usage; /* its own lines, and what it is for */
    const char *port;  /* of examples: "1935" */
    struct option_rows rows;

    /* Reads the options of its own, when all others were understood; own is as given to server_options_read. */
    enum options_result (*understand)(void *own, const struct server_options *options, const struct command_line *line);
};

/* Reads the command line. Texts stay in argv. On OPTIONS_RUN options->channel is there, to be freed with the rest. */
enum options_result server_options_read(struct server_options *options, const struct server_program *program, void *own,
                                        int argc, char **argv);

/* What is wrong with the parameters of a channel for a server that waits for encoders; NULL: nothing. */
const char *server_params_fault(const mpe_channel *channel);

/* Sets a text of the channel (enum mpe_text) from an option; text NULL: it was not given. */
enum options_result server_option_text(const struct server_options *options, const struct command_line *line,
                                       int32_t which, const char *name, const char *text);

/* How many connections one address has of so many, where nothing is said. */
unsigned server_share_of_an_address(unsigned connections);

/*
 * Raises the limit of open files for max_connections and others besides. Where it stays too low, fewer connections are
 * allowed, which standard error is told: one over the limit is closed and counted, one that gets no descriptor hangs.
 */
void server_allow_files(struct server_options *options, unsigned files_a_connection, unsigned others);

/* Frees what server_options_read made. */
void server_options_free(struct server_options *options);

#endif
