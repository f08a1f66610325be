/* What a session is made of: one of each layer. Only lib/session sees this. */
#ifndef MPE_SESSION_SESSION_H
#define MPE_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/channel.h"
#include "classify/standing.h"
#include "demux/wire.h"
#include "mpe.h"
#include "notify/ring.h"
#include "observe/observe.h"
#include "observe/volume.h"
#include "reply/requests.h"
#include "session/tracks.h"
#include "wire/tools.h"

struct mpe_health; /* session/health.h */

struct mpe_late_binding;

/* Who opened it, as the host says: one that says nothing costs nothing. */
struct mpe_caller {
    struct mpe_peer peer;
    bool has_id;
    char id[]; /* the session id, where it has one */
};

struct mpe_session {
    /* What each feed looks at stands together: to fetch it from memory costs more than what is done with it. */
    struct mpe_wire_tools tools; /* memory of the channel that it was opened on; limits as they were, see policy */
    struct mpe_wire wire;
    struct mpe_health *health; /* NULL: nobody asked for notices or conditions */
    struct mpe_tracks tracks;
    int64_t now_us;     /* largest seen */
    size_t taken_bytes; /* of the last feed */
    bool stopped;       /* bytes are not looked at any more */
    bool is_named;      /* nor before mpe_session_bind: the session has named a channel */
    bool finished;
    bool has_bytes;      /* the first byte was fed */
    bool adds_up;        /* its rates are part of the channel's sum */
    bool is_connected;   /* RTMP's connect came */
    bool is_published;   /* and its publish */
    uint8_t state;       /* enum mpe_session_state */
    bool is_loss_untold; /* a record got lost for want of memory */
    bool has_left;       /* its qualities, rates and id are out of the channel */
    bool has_joined;     /* its id is in */
    int16_t ending;      /* enum mpe_code: how it ended well; 0: not yet, or badly */
    struct mpe_volume volume;
    struct mpe_observation observation;
    struct mpe_part part; /* of it in the channel's sums; this far, what each feed looks at */

    mpe_channel *channel;
    struct mpe_requests requests;
    struct mpe_standing standing;  /* faults of no track */
    struct mpe_findings *findings; /* NULL: there never were any */
    int64_t headers_us;            /* when all new headers so far are paid for, see session/headers.c */
    struct mpe_late_binding *late; /* NULL: it was opened on a channel that is no lobby */
    uint64_t serial;
    struct mpe_caller *caller; /* each of these three may be NULL */
    char *ingest_url;          /* redacted */
    char *stream_name;         /* only where stream names are no secret, without query */
};

/* The peer that the host named. */
static inline struct mpe_peer mpe_session_peer(const struct mpe_session *session)
{
    return session->caller != NULL ? session->caller->peer : (struct mpe_peer){.known = false};
}

/* The session id that the host gave; NULL: none. */
static inline const char *mpe_session_id(const struct mpe_session *session)
{
    return session->caller != NULL && session->caller->has_id ? session->caller->id : NULL;
}

/* What the channel asked for when the session was opened, or bound to it. */
static inline const struct mpe_policy *mpe_session_policy(const struct mpe_session *session)
{
    return mpe_policy_of(session->tools.limits);
}

#endif
