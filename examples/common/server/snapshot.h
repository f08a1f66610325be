/*
 * What an operator may see of a server, at one moment: plain data, without a secret. The loop makes one a second; from
 * then on nobody changes it, so that any thread may read it as long as it holds it.
 */
#ifndef SERVER_SNAPSHOT_H
#define SERVER_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpe/health.h>

#include "delivery_settings.h"
#include "fleet.h"
#include "peer.h"
#include "turned_why.h"

#define SNAPSHOT_TRACKS     6  /* of a session; further ones are not shown */
#define SNAPSHOT_CONDITIONS 8  /* that stand on a session */
#define SNAPSHOT_SAMPLES    60 /* of a session's last five minutes */
#define SNAPSHOT_SAMPLE_US  5000000
#define SNAPSHOT_REFUSALS   50
#define SNAPSHOT_NAME_BYTES 128
#define SNAPSHOT_ID_BYTES   32
#define SNAPSHOT_PROTOCOLS  4  /* by enum mpe_protocol */
#define SNAPSHOT_STATES     5  /* by enum mpe_session_state */
#define SNAPSHOT_EDGES      64 /* of a channel; further ones are counted */

struct snapshot_track {
    mpe_track seen;
    int64_t key_frame_interval_us; /* the mean; 0: not known yet */
};

struct snapshot_condition {
    int32_t kind; /* enum mpe_condition */
    int32_t severity;
    int32_t track;  /* -1: the session as a whole */
    uint32_t flags; /* enum mpe_notice_flag */
    int64_t value;
    int64_t limit;
    int64_t since_ms; /* since 1970 */
    char unit[16];
};

/* The oldest sample first. */
struct snapshot_history {
    unsigned count;
    uint32_t kbps[SNAPSHOT_SAMPLES]; /* received from the encoder */
    uint32_t mfps[SNAPSHOT_SAMPLES]; /* of the first video track */
};

struct snapshot_session {
    char id[SNAPSHOT_ID_BYTES];
    char peer[PEER_BYTES]; /* masked as in notifications */
    unsigned channel;      /* index */
    int32_t protocol;
    int32_t state;
    int64_t since_ms; /* since 1970 */
    uint64_t received_bytes;
    int64_t lead_us;             /* what its media gained on the clock since it was first seen */
    int64_t encode_to_ingest_us; /* as in mpe_health_snapshot */
    unsigned track_count;
    struct snapshot_track tracks[SNAPSHOT_TRACKS];
    unsigned condition_count;
    struct snapshot_condition conditions[SNAPSHOT_CONDITIONS];
    struct snapshot_history history;
};

/* Values of the parameters that a session or its channel is measured against; 0: no limit. */
struct snapshot_limits {
    int64_t width_px;
    int64_t height_px;
    int64_t frame_rate_mfps;
    int64_t bit_depth;
    int64_t key_frame_interval_us;
    int64_t lead_us;
};

struct snapshot_channel {
    char name[SNAPSHOT_NAME_BYTES]; /* its public one */
    bool is_on;                     /* somebody is on it: sums and limits hold something */
    bool has_conditions;            /* it was asked for conditions */
    mpe_channel_sums sums;
    unsigned edges;       /* other processes of the fleet that have sessions of it ... */
    unsigned edges_shown; /* ... and as many are shown, ... */
    size_t first_edge;    /* ... from this one on */
    struct snapshot_limits limits;
    uint64_t received_bytes[SNAPSHOT_PROTOCOLS]; /* since the start */
    unsigned sessions[SNAPSHOT_PROTOCOLS][SNAPSHOT_STATES];
    unsigned timed;              /* sessions whose encode_to_ingest_us is measured ... */
    int64_t encode_to_ingest_us; /* ... and the longest of them */
};

/* What another process of the fleet has of a channel. */
struct snapshot_edge {
    uint64_t number;
    int32_t sessions;
    int64_t measured_bps;
    int64_t declared_bps;
    int64_t age_us; /* of what it said last */
};

struct snapshot_ending {
    unsigned channel;
    int32_t event;
    int32_t code;
    int32_t reason;
    uint64_t count;
};

struct snapshot_refusal {
    int64_t at_ms;
    unsigned channel;
    int32_t event;
    int32_t code;
    int32_t reason;
    char id[SNAPSHOT_ID_BYTES];
    char peer[PEER_BYTES];
    char message[sizeof(((mpe_error *)0)->message)]; /* what the encoder got */
};

struct snapshot_sink {
    uint64_t sent;
    uint64_t lost;
};

struct snapshot {
    atomic_uint holders;
    const char *program;
    uint64_t serial;
    int64_t at_ms;   /* since 1970 */
    int64_t made_us; /* on the clock of uv_hrtime */
    bool is_stopping;
    size_t configured; /* channels of the configuration; 0: one by the command line */
    size_t channel_count;
    struct snapshot_channel *channels;
    size_t session_count;
    size_t session_space;
    struct snapshot_session *sessions;
    struct fleet_view fleet;
    size_t edge_count;
    size_t edge_space;
    struct snapshot_edge *edges;
    size_t ending_count;
    struct snapshot_ending *endings;
    unsigned refusal_count; /* the newest first */
    struct snapshot_refusal refusals[SNAPSHOT_REFUSALS];
    unsigned sink_count;
    struct snapshot_sink sinks[DELIVERY_SINKS];
    uint64_t turned_away[TURNED_WHYS];
};

/* Room for so many; one holder. NULL: no memory. */
struct snapshot *snapshot_new(size_t channels, size_t endings, size_t sessions);

/* One session more, all zero; NULL: no memory. */
struct snapshot_session *snapshot_add_session(struct snapshot *snapshot);

/* Counts a session, whose channel is set, in its channel. */
void snapshot_count_session(struct snapshot *snapshot, const struct snapshot_session *session);

/* One edge more, as with a session. */
struct snapshot_edge *snapshot_add_edge(struct snapshot *snapshot);

struct snapshot *snapshot_hold(struct snapshot *snapshot);

/* Frees it after its last holder. NULL is allowed. */
void snapshot_release(struct snapshot *snapshot);

#endif
