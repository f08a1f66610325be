/*
 * What the loop keeps for its snapshots from one to the next: of each channel its counters, of each session what stands
 * on it and its last five minutes, and the last refusals. Only the loop's thread uses it.
 */
#ifndef SERVER_ADMIN_RECORD_H
#define SERVER_ADMIN_RECORD_H

#include <mpe/health.h>

#include "snapshot.h"

#define ADMIN_MOST_CHANNELS 20000 /* beyond these, all others are one */
#define ADMIN_MOST_ENDINGS  50000

struct channel_record;
struct session_record;
struct ending_record;

struct admin_records {
    struct channel_record *channels; /* hash by name */
    size_t channel_count;
    struct session_record *sessions; /* hash by id */
    size_t session_count;
    struct ending_record *endings; /* hash by what they are */
    size_t ending_count;
    unsigned refusal_count;
    struct snapshot_refusal refusals[SNAPSHOT_REFUSALS]; /* the newest first */
    uint64_t round;                                      /* one a snapshot */
};

/* A session as the program knows it. */
struct admin_view {
    const char *id;
    const char *channel_name;
    const mpe_channel *channel;
    mpe_session *session; /* is given the wall clock */
    const char *peer;     /* as peer_text writes it */
    uint64_t received_bytes;
    int64_t opened_us;
    int64_t now_us;
    int64_t at_ms; /* the same, since 1970 */
};

/* An empty snapshot with what is known of channels; NULL: no memory. */
struct snapshot *admin_records_begin(struct admin_records *records, int64_t at_ms);

/* A session that is there; without memory it is left out. */
void admin_records_add(struct admin_records *records, struct snapshot *snapshot, const struct admin_view *view);

/* All sessions were added: those that were not are forgotten; counters and refusals are copied. */
void admin_records_end(struct admin_records *records, struct snapshot *snapshot);

/* A session was refused or ended. */
struct admin_ending {
    const char *channel_name;
    const char *masked; /* its address */
    int32_t protocol;
    const struct peer_history *history;
    const mpe_error *error;
    int64_t at_ms;
};
void admin_records_ending(struct admin_records *records, const struct admin_ending *ending);

/* A condition was set or cleared. */
void admin_records_notice(struct admin_records *records, const char *id, const mpe_notice *notice, int64_t at_ms);

void admin_records_free(struct admin_records *records);

#endif
