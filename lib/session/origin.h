/* Where the notifications of a session say that they come from. */
#ifndef MPE_SESSION_ORIGIN_H
#define MPE_SESSION_ORIGIN_H

#include "channel/address.h"
#include "notify/notify.h"
#include "session/session.h"

/* address: memory for the encoder's; the origin points into it and into the session. */
struct mpe_origin mpe_origin_of(const struct mpe_session *session, char address[MPE_ADDRESS_TEXT_BYTES]);

#endif
