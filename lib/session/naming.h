/* Who a session is and where it wants to go: the texts of connect, publish and URL. */
#ifndef MPE_SESSION_NAMING_H
#define MPE_SESSION_NAMING_H

#include "session/turn.h"

/* Is the peer one that may connect. */
void mpe_naming_peer(struct mpe_turn *turn);

/* Compares what connect and publish name with what the channel expects, and keeps it for notifications. */
void mpe_naming_take(struct mpe_turn *turn);

/* The ingest URL is this, as the host knows: judged like RTMP's connect and publish. */
void mpe_naming_url(struct mpe_turn *turn, struct mpe_span url);

/* Whether RTMP has not named all yet. */
static inline bool mpe_naming_is_due(const struct mpe_session *session)
{
    return session->wire.protocol == MPE_PROTOCOL_RTMP && !(session->is_connected && session->is_published);
}

/*
 * An encoder that was refused before it asked for anything, as for its address, gets the reply to what it asks next:
 * its commands are read until it publishes, and nothing else of it.
 */
static inline bool mpe_naming_is_read(const struct mpe_session *session)
{
    const uint8_t protocol = session->wire.protocol;
    const bool is_rtmp = protocol == MPE_PROTOCOL_RTMP || protocol == MPE_PROTOCOL_AUTO;
    if (!session->stopped)
        return !session->is_named;
    return is_rtmp && session->requests.latest != MPE_ASKED_PUBLISH;
}

/* Media came before RTMP has named all. */
void mpe_naming_miss(struct mpe_turn *turn);

#endif
