/*
 * What the stream and the http module have in common: the directives, the channels, a session under watch, and where
 * its notifications go. Everything here belongs to one worker process: channels are made when the configuration is read
 * and are copied by the fork, so each worker adds up its own sessions.
 */
#ifndef NGX_MPE_H
#define NGX_MPE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>

#include <mpe/health.h>
#include <mpe/mpe.h>

#include "common/server/peer.h"

#define NGX_MPE_ID_BYTES       64
#define NGX_MPE_EVIDENCE_BYTES 512

/* ---------------------------------------------------------------- channels */

typedef struct ngx_mpe_shared_channel_s ngx_mpe_shared_channel_t; /* ngx_mpe_zone.h */

typedef struct {
    ngx_str_node_t node; /* by its name */
    mpe_channel *handle;
    ngx_queue_t queue;                /* of those in use */
    ngx_uint_t users;                 /* sessions of this worker */
    ngx_mpe_shared_channel_t *shared; /* what all workers know of it; NULL: each is alone */
    uint64_t written_revision;        /* of the handle, when its share was written */
    ngx_msec_t written_msec;
    ngx_uint_t read_revision; /* of shared, when the shares of the others were read */
} ngx_mpe_channel_t;

/* Configuration of stream{} or http{}. */
typedef struct {
    ngx_rbtree_t channels; /* of ngx_mpe_channel_t */
    ngx_rbtree_node_t sentinel;
    mpe_channel *lobby;   /* of sessions whose channel is not known yet; NULL: every channel is given by its name */
    ngx_queue_t used;     /* channels that sessions of this worker are on */
    ngx_shm_zone_t *zone; /* NULL: each worker is alone */
    ngx_mpe_shared_channel_t *shared_lobby; /* where the lobby stands in it */
    ngx_uint_t has_status;                  /* mpe_status asks for it */
} ngx_mpe_main_conf_t;

void *ngx_mpe_create_main_conf(ngx_conf_t *cf);

/* "mpe_channel NAME { ... }"; conf is the ngx_mpe_main_conf_t. */
char *ngx_mpe_channel_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* "mpe_zone SIZE;", conf is the ngx_mpe_main_conf_t. */
char *ngx_mpe_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* NULL: there is none of that name. */
ngx_mpe_channel_t *ngx_mpe_channel_find(ngx_mpe_main_conf_t *main_conf, ngx_str_t *name);

/* NGX_OK: main_conf has a lobby. NGX_ERROR: no memory. */
ngx_int_t ngx_mpe_channel_lobby(ngx_conf_t *cf, ngx_mpe_main_conf_t *main_conf);

/* -------------------------------------------------- a server or a location */

enum {
    NGX_MPE_CLOSE = 1, /* a finding ends the connection or request */
    NGX_MPE_LOG        /* a finding is reported, the bytes pass */
};

typedef struct {
    ngx_flag_t enable;
    ngx_uint_t action;
    ngx_mpe_main_conf_t *main;
    ngx_str_t channel_name;     /* as it is written */
    void *channel_value;        /* its variables, as stream or http compiles them; NULL: it is a name */
    ngx_mpe_channel_t *channel; /* of that name */
    ngx_array_t *notify;        /* of ngx_mpe_notify_t; NULL: none */
    ngx_uint_t most_reports;    /* of one address a minute, while none of its sessions is admitted; 0: no limit */
} ngx_mpe_conf_t;

void *ngx_mpe_create_conf(ngx_conf_t *cf);
char *ngx_mpe_merge_conf(ngx_conf_t *cf, ngx_mpe_main_conf_t *main_conf, ngx_mpe_conf_t *parent, ngx_mpe_conf_t *child);

/* Of "mpe_channel NAME;": NULL, or what is wrong. */
char *ngx_mpe_check_channel(const ngx_mpe_conf_t *conf, const ngx_str_t *name);

/* "mpe_action ...;", "mpe_refusals_per_minute ...;", "mpe_notify ...;"; conf is the ngx_mpe_conf_t. */
char *ngx_mpe_set_action(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_mpe_set_most_reports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_mpe_set_notify(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * The rows of ngx_command_t that stream and http have in common. main: where channels are defined, stream{} or http{};
 * inside: what is within, server{} and location{}; set_channel: "mpe_channel NAME;", whose variables each compiles.
 */
/* clang-format off */
#define NGX_MPE_DIRECTIVES(main, inside, main_offset, inside_offset, set_channel)                                      \
    {ngx_string("mpe"), (main) | (inside) | NGX_CONF_FLAG, ngx_conf_set_flag_slot, inside_offset,                      \
     offsetof(ngx_mpe_conf_t, enable), NULL},                                                                          \
    {ngx_string("mpe_channel"), (main) | NGX_CONF_BLOCK | NGX_CONF_TAKE1, ngx_mpe_channel_block, main_offset, 0, NULL},\
    {ngx_string("mpe_channel"), (inside) | NGX_CONF_TAKE1, set_channel, inside_offset, 0, NULL},                       \
    {ngx_string("mpe_zone"), (main) | NGX_CONF_TAKE1, ngx_mpe_set_zone, main_offset, 0, NULL},                         \
    {ngx_string("mpe_action"), (main) | (inside) | NGX_CONF_TAKE1, ngx_mpe_set_action, inside_offset, 0, NULL},        \
    {ngx_string("mpe_refusals_per_minute"), (main) | (inside) | NGX_CONF_TAKE1, ngx_mpe_set_most_reports,              \
     inside_offset, 0, NULL},                                                                                          \
    {ngx_string("mpe_notify"), (main) | (inside) | NGX_CONF_TAKE12, ngx_mpe_set_notify, inside_offset, 0, NULL}
/* clang-format on */

/* Space for a handler of a phase, before those that are there. NULL: no memory. */
void *ngx_mpe_push_first(ngx_array_t *handlers);

/* ----------------------------------------------------------- notifications */

typedef struct ngx_mpe_post_s ngx_mpe_post_t;

typedef struct {
    int32_t schema; /* enum mpe_schema */
    ngx_open_file_t *file;
    ngx_mpe_post_t *post; /* one of both */
} ngx_mpe_notify_t;

/* To all places of the configuration: a finding or an ending, and a notice. */
void ngx_mpe_notify(const ngx_array_t *notify, const mpe_session *session, const mpe_error *error, ngx_log_t *log);
void ngx_mpe_notify_notice(const ngx_array_t *notify, const mpe_session *session, const mpe_notice *notice,
                           ngx_log_t *log);

/* url: "http://...", resolved now. NULL: the error was written. */
ngx_mpe_post_t *ngx_mpe_post_create(ngx_conf_t *cf, ngx_str_t *url, int32_t schema);

/* Queues one JSON text for a POST; a full queue drops it, and the log says how many it has dropped. */
void ngx_mpe_post_send(ngx_mpe_post_t *post, const char *json);

/* The worker ends: says how many were dropped, with those that still wait. */
void ngx_mpe_post_exit(ngx_cycle_t *cycle);

/* ----------------------------------------------------- a session under watch */

typedef struct ngx_mpe_watch_s ngx_mpe_watch_t;

/* What an encoder says that it publishes, without queries: may be secrets. */
typedef struct {
    ngx_str_t app;
    ngx_str_t stream;
    ngx_str_t host; /* of tcUrl or of the URL, in lower case, without its port; len 0: none, or one that is no host */
} ngx_mpe_names_t;

struct ngx_mpe_watch_s {
    ngx_queue_t queue; /* of those that the worker has */
    const ngx_mpe_conf_t *conf;
    ngx_log_t *log;
    ngx_pool_t *pool;        /* of the connection or request */
    const ngx_str_t *client; /* set where the log's handler would add a request line, whose path is a secret */
    /* The value of conf->channel_value, once the names are known. NGX_OK or NGX_ERROR. */
    ngx_int_t (*channel_name)(ngx_mpe_watch_t *watch, ngx_str_t *name);
    ngx_mpe_channel_t *channel; /* NULL: not known yet, it is in the lobby */
    ngx_mpe_names_t *names;     /* NULL: not known yet, or nobody needs them */
    mpe_session *session;       /* NULL: over, and nothing to be answered */
    mpe_error error;            /* the first finding, or the ending; filled where decided */
    int32_t state;              /* enum mpe_session_state, once session is NULL */
    struct address_prefix prefix;
    uint64_t received_bytes;
    uint64_t counted_bytes; /* of these, in the zone */
    ngx_msec_t opened_msec;
    char peer[PEER_BYTES];    /* "" where it is no address of IP */
    unsigned header_came : 1; /* a header was read, and was good */
    unsigned was_admitted : 1;
    unsigned decided : 1;
    unsigned found : 1;       /* it was a finding */
    unsigned refused : 1;     /* ... and the connection or request must end */
    unsigned asked_early : 1; /* a variable of names was asked for before they were known */
    char id[NGX_MPE_ID_BYTES];
};

/*
 * Opens a session for a peer, with id, pool and channel_name of the watch. NGX_OK, NGX_ERROR (the log says why). A
 * finding may be there at once: look at refused. Must be followed by ngx_mpe_watch_close.
 */
ngx_int_t ngx_mpe_watch_open(ngx_mpe_watch_t *watch, const ngx_mpe_conf_t *conf, int32_t protocol,
                             ngx_connection_t *connection);

/*
 * Each reports what was found, and returns refused. Bytes of an encoder refused are fed on until it has the reply
 * why: the session learns from them what the answer is to.
 */
unsigned ngx_mpe_watch_url(ngx_mpe_watch_t *watch, const char *url);
unsigned ngx_mpe_watch_feed(ngx_mpe_watch_t *watch, const u_char *data, size_t len);
unsigned ngx_mpe_watch_tick(ngx_mpe_watch_t *watch);

/* code as for mpe_session_finish; reports the finding or the ending. */
unsigned ngx_mpe_watch_finish(ngx_mpe_watch_t *watch, int32_t code);

/* Milliseconds until ngx_mpe_watch_tick is due; NGX_TIMER_INFINITE: never. */
ngx_msec_t ngx_mpe_watch_delay(const ngx_mpe_watch_t *watch);

void ngx_mpe_watch_close(ngx_mpe_watch_t *watch);

/* The worker ends without closing its connections: ends the sessions as maintenance. */
void ngx_mpe_watch_exit(ngx_cycle_t *cycle);

/* The channel of libmpe that it is judged by: the lobby where it has none yet. */
mpe_channel *ngx_mpe_watch_channel(const ngx_mpe_watch_t *watch);

/* The clock of all sessions. */
int64_t ngx_mpe_now_us(void);

/* All of this worker and module. */
ngx_queue_t *ngx_mpe_watches(void);

/* -------------------------------------------------------------- ngx_mpe_bind.c */

/* The session has named what it publishes: it goes on as one of that channel, or is refused. */
void ngx_mpe_bind(ngx_mpe_watch_t *watch);

/* It has not, and never will: it is refused. */
void ngx_mpe_bind_fail(ngx_mpe_watch_t *watch);

/* What a session of a lobby has named. NULL: no memory. */
ngx_mpe_names_t *ngx_mpe_names_read(const mpe_session *session, ngx_pool_t *pool);

/* ------------------------------------------------------------ ngx_mpe_worker.c */

/* A worker begins and ends. main_conf may be NULL; world is "stream" or "http". */
ngx_int_t ngx_mpe_worker_start(ngx_cycle_t *cycle, ngx_mpe_main_conf_t *main_conf, const char *world);
void ngx_mpe_worker_exit(ngx_cycle_t *cycle);

/* ------------------------------------------------------------ ngx_mpe_report.c */

/* A line of the log and the notifications; bounded for the address of a session that was never admitted. */
void ngx_mpe_report(ngx_mpe_watch_t *watch, const mpe_error *error, ngx_uint_t level);

/* All notices that wait. */
void ngx_mpe_report_notices(ngx_mpe_watch_t *watch);

/* Writes the evidence, without NUL; returns its end. NGX_MPE_EVIDENCE_BYTES are enough. */
u_char *ngx_mpe_evidence(const mpe_error *error, u_char *buffer, u_char *last);

/* ------------------------------------------------------------ ngx_mpe_values.c */

enum {
    NGX_MPE_CODE = 0,
    NGX_MPE_EVIDENCE,
    NGX_MPE_STATE,
    NGX_MPE_CHANNEL,
    NGX_MPE_APP, /* and the two below: may be secrets */
    NGX_MPE_STREAM,
    NGX_MPE_HOST,
    NGX_MPE_VALUES
};

extern const ngx_str_t ngx_mpe_value_names[NGX_MPE_VALUES]; /* "mpe_code" ... */

/* Their values; len 0: none. Of static memory or of that of the watch. NGX_OK or NGX_ERROR. */
ngx_int_t ngx_mpe_value(ngx_mpe_watch_t *watch, uintptr_t which, ngx_str_t *text);
ngx_str_t ngx_mpe_value_of_names(const ngx_mpe_names_t *names, uintptr_t which);

/* Makes a variable of it; of a text of length 0 one that is not found. */
void ngx_mpe_set_variable(ngx_variable_value_t *v, const ngx_str_t *text);

#endif
