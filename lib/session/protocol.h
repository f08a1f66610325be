/* What a session does by the protocol that its bytes turned out to be. */
#ifndef MPE_SESSION_PROTOCOL_H
#define MPE_SESSION_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"

/* Whether protocol is an enum mpe_protocol. */
bool mpe_protocol_is_known(int32_t protocol);

/* The idle limit; 0: none. */
int64_t mpe_protocol_idle_timeout_us(int32_t protocol, const struct mpe_limits *limits);

/* The code of an ending that is no fault. */
int32_t mpe_protocol_ending(int32_t protocol);

#endif
