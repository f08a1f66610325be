/* Follows the commands of an RTMP encoder from connect to publish. */
#include "reply/requests.h"

#define CAPS_EX_RECONNECT 1u /* Enhanced RTMP v2, capsEx of connect */

static void note_connect(struct mpe_requests *requests, const struct mpe_unit *unit)
{
    requests->connect_transaction = unit->transaction;
    requests->can_reconnect = (unit->caps_ex & CAPS_EX_RECONNECT) != 0;
    if (requests->latest == MPE_ASKED_NOTHING)
        requests->latest = MPE_ASKED_CONNECT;
}

/* Once something is published, the streams that are asked for besides it change nothing. */
static void note_command(struct mpe_requests *requests, const struct mpe_unit *unit)
{
    if (unit->creates_stream)
        requests->create_transaction = unit->transaction;
    const uint8_t asked = unit->creates_stream ? MPE_ASKED_STREAM : MPE_ASKED_COMMAND;
    if (requests->latest != MPE_ASKED_NOTHING && requests->latest < asked)
        requests->latest = asked;
}

void mpe_requests_read(struct mpe_requests *requests, const struct mpe_unit *unit)
{
    if (unit->kind == MPE_UNIT_CONNECT)
        note_connect(requests, unit);
    else if (unit->kind == MPE_UNIT_COMMAND)
        note_command(requests, unit);
    else if (unit->kind == MPE_UNIT_PUBLISH) {
        requests->stream_id = unit->stream_id;
        requests->latest = MPE_ASKED_PUBLISH;
    }
}
