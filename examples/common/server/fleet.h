/*
 * The channels of this process as parts of a fleet: what each has is said to the others, and what the others have is
 * given to libmpe (mpe/share.h), through a server that speaks the protocol of Redis. While that is away, each process
 * judges by what it has itself; nobody is dropped for it. A fleet may be NULL in all calls: there is none.
 */
#ifndef SERVER_FLEET_H
#define SERVER_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/mpe.h>
#include <uv.h>

#include "fleet_settings.h"
#include "log_out.h"
#include "memory_bound.h"

#define FLEET_PREFIX_BYTES 16

struct fleet;
struct fleet_member;

struct fleet_program {
    /* Other processes have said something: deadlines of sessions may be earlier now. At most 20 times a second. NULL:
     * they are looked at often enough. */
    void (*changed)(void *user);
    void *user;
    struct memory_bound *memory; /* of the channels: what the others have is held by no session. Or NULL */
};

/* *out is NULL where no server is set. settings and log must stay until the loop has ended. 0, or -1: no memory. */
int fleet_open(struct fleet **out, const struct fleet_settings *settings, const struct fleet_program *program,
               struct log_out *log, uv_loop_t *loop);

/*
 * A channel that no session is on yet; while there are some, it is one of the fleet, where all channels of the same
 * name, stream name ("": none) and kind are one. Microseconds of uv_hrtime are the clock of its sessions. NULL: there
 * is no fleet, or no memory for it (the log has that).
 */
struct fleet_member *fleet_join(struct fleet *fleet, mpe_channel *channel, const char *name, const char *stream_name);

/* Before the channel is freed. member NULL is allowed. */
void fleet_leave(struct fleet_member *member);

/* What ids of sessions begin with, to be like no other's in the fleet: digits and a "-", or "". */
const char *fleet_id_prefix(const struct fleet *fleet);

/* What an operator may see. */
struct fleet_view {
    bool is_there;     /* there is a fleet */
    bool is_up;        /* the server answers */
    uint64_t number;   /* this process */
    char edge[17];     /* the same as text */
    int64_t stale_ms;  /* since the last answer, or the start */
    unsigned channels; /* that sessions are on */
    uint64_t reports;  /* that were answered */
    uint64_t shares;   /* of others, that were news */
    uint64_t refused;  /* of others, that were damaged, or too many */
};
void fleet_look(const struct fleet *fleet, struct fleet_view *view);

/* All channels have left or leave now. Frees it when the loop has closed its handles. */
void fleet_close(struct fleet *fleet);

#endif
