/* What a session is made of: one of each floor. Only lib/session sees this. */
#ifndef MPE_SESSION_SESSION_H
#define MPE_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "channel/channel.h"
#include "mpe.h"
#include "notify/ring.h"
#include "observe/observe.h"
#include "session/tracks.h"
#include "wire/wire.h"

struct mpe_session {
    mpe_channel *channel;
    const struct mpe_mem *mem;       /* the channel's */
    const struct mpe_limits *limits; /* the channel's */

    struct mpe_wire *wire;
    struct mpe_observation observation;
    struct mpe_tracks tracks;
    struct mpe_totals totals; /* of the channel, as of this session's last change */
    uint64_t reported;        /* bit n: reason n was reported for the session */

    struct mpe_finding ending; /* the first finding, or the good ending; code 0: the session goes on */
    struct mpe_findings *more; /* findings after the first; NULL: none */
    bool is_first_told;        /* the first finding was polled */
    bool is_finding_lost;      /* for want of memory, which was not told yet */

    bool stopped; /* bytes are not looked at any more */
    bool finished;
    bool has_bytes; /* the first byte was fed */
    int32_t state;  /* enum mpe_session_state */
    int64_t now_us; /* largest seen */

    struct mpe_peer peer;
    uint64_t serial;
    struct mpe_member *member; /* of its session id, or NULL */
    char *session_id;          /* each of these three may be NULL */
    char *ingest_url;          /* redacted */
    char *stream_name;         /* only where stream names are no secret, without query */
};

#endif
