/* What an encoder has asked for, as far as a reply to it must know. */
#ifndef MPE_REPLY_REQUESTS_H
#define MPE_REPLY_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "reply.h"
#include "wire/unit.h"

/* A zeroed one has seen nothing. */
struct mpe_requests {
    uint32_t connect_transaction;
    uint32_t create_transaction; /* of the last createStream */
    uint32_t stream_id;          /* message stream of the last publish */
    uint8_t latest;              /* enum mpe_asked */
    bool can_reconnect;          /* capsEx of connect says so */
};

/* Notes what a unit without media asks for, if it does. */
void mpe_requests_read(struct mpe_requests *requests, const struct mpe_unit *unit);

/* The same of any unit. */
static inline void mpe_requests_note(struct mpe_requests *requests, const struct mpe_unit *unit)
{
    if (unit->media == MPE_MEDIA_NONE)
        mpe_requests_read(requests, unit);
}

#endif
