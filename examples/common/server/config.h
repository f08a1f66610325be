/* The configuration file of a service, as it stands there: texts, whose meaning is looked at by who uses them. */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_WHY_BYTES 700

/* Parameters of mpe_params(7), each at its index of mpe_param_at; NULL: not given. */
#define CONFIG_PARAMS 128
struct config_set {
    char *values[CONFIG_PARAMS];
    char *video_codecs;
    char *audio_codecs;
};

/* What is done about a code or a condition, each at its index of config_code_at: refuse, report or ignore. */
#define CONFIG_CODES 96
struct config_actions {
    char *values[CONFIG_CODES];
};

/* NULL stands for what is not given, here and below. */
struct config_trust {
    char **from; /* networks */
    unsigned from_count;
};

struct config_listener {
    char *address;
    struct config_trust *proxy_protocol;
};

struct config_upstream {
    char *address;
    char *proxy_protocol; /* none, v1, v2 or srs */
};

struct config_event {
    char *file;
    char *url;
    char *schema;
    char *headers_file;
    char *sign_with;
    char *subscription;
    char *batch;
    char *handshake;
};

struct config_spool {
    char *path;
    char *max_bytes;
};

struct config_retry {
    char *attempts;
    char *within;
    char *pauses;
};

struct config_authorize {
    char *url;
    char *timeout;
    char *otherwise; /* refuse or accept */
};

/* What a service answers. */
struct config_answer {
    char *channel;
    struct config_set *set;
};

struct config_limits {
    char *connections;
    char *connections_per_address;
    char *handshakes_per_second;
    char *handshakes_per_address;
    char *publish_within;
    char *refusals_per_minute;
    char *memory;
};

/* The processes that are one service. */
struct config_fleet {
    char *redis; /* URLs */
    char *key_file;
};

struct config_log {
    char *format;
    char *level;
    char *addresses; /* masked or shown; else as in notifications */
};

struct config_admin {
    char *address;
    char *token_file;
};

struct config_channel {
    char *include; /* a pattern of files, each a list of channels: nothing else stands beside it */
    char *name;
    char *app;
    char *stream_name;
    char *shared;
    char *kind;
    char *profile;    /* of examples/profiles, or a file's path */
    char *conditions; /* off or report */
    char *notices;    /* true or false */
    char **allow;
    unsigned allow_count;
    struct config_set *set;
    struct config_actions *actions;
    char *topic;
    char *subject;
    struct config_upstream *upstream; /* where its encoders go instead */
};

struct config_file {
    struct config_listener *listeners;
    unsigned listeners_count;
    struct config_upstream *upstream;
    char *players; /* pass or refuse */
    char *drain;   /* seconds */
    char *removed; /* stop or stay: encoders whose channel is gone */
    struct config_authorize *authorize;
    struct config_event *events;
    unsigned events_count;
    struct config_spool *spool;
    struct config_retry *retry;
    struct config_limits *limits;
    struct config_log *log;
    struct config_fleet *fleet;
    char *admin;                         /* an address and port ... */
    char *admin_token_file;              /* ... and the token's file, or: */
    struct config_admin *admin_settings; /* both under admin */
    struct config_channel *defaults;
    struct config_channel *channels;
    unsigned channels_count;
};

/* Channels of one file: of the file itself, or of one that it includes. */
struct config_part {
    struct config_part *next;
    char *file;
    struct config_channel *channels;
    unsigned count;
};

struct config {
    char *file;
    struct config_file *top;
    bool has_admin_settings;   /* of top: admin_settings, not admin, may be there */
    struct config_part *parts; /* the file's own first */
};

/* The codes and then the conditions of the library; 0: there are no more. Its name. */
int32_t config_code_at(int32_t index);
const char *config_code_name(int32_t code);

/* Loads it with all that it includes. 0, or -1: why has file, line, and what is expected; never a secret. */
int config_load(struct config *config, const char *file, char why[CONFIG_WHY_BYTES]);
void config_free(struct config *config);

/* An object of JSON. NULL: it is none, or out of memory; members that are not known are skipped. */
struct config_answer *config_answer_parse(const char *text, size_t length);
void config_answer_free(struct config_answer *answer);

/*
 * Writes "FILE:LINE: " and a sentence to why; returns -1. path leads to a value: "limits/memory",
 * "listeners/0/address"; where it is not there, the line is that of the nearest that is.
 */
__attribute__((format(printf, 4, 5))) int config_wrong(char why[CONFIG_WHY_BYTES], const char *file, const char *path,
                                                       const char *format, ...);

/* The same for a setting of a channel, by its index; "" is the channel itself. */
__attribute__((format(printf, 6, 7))) int config_channel_wrong(char why[CONFIG_WHY_BYTES], const struct config *config,
                                                               const struct config_part *part, unsigned index,
                                                               const char *setting, const char *format, ...);

#endif
