/* One sentence per status, for the people who call the library. */
#include <stddef.h>

#include "mpe.h"

static const struct {
    mpe_status status;
    const char *text;
} rows[] = {
    {MPE_OK, "no error"},
    {MPE_EVENT, "an output was filled"},
    {MPE_NAMED, "the session has named its channel: call mpe_session_bind or mpe_session_refuse, then feed the rest"},
    {MPE_STALE, "the share is no news: it is not newer than what is known of its edge, or its lease is over"},
    {MPE_NO_MEMORY, "out of memory"},
    {MPE_BAD_CHANNEL, "argument channel is NULL"},
    {MPE_BAD_SESSION, "argument session is NULL"},
    {MPE_BAD_OUTPUT, "an output pointer is NULL"},
    {MPE_BAD_STRUCT_SIZE, "struct_size is smaller than any version of the struct: set it to sizeof the struct"},
    {MPE_BAD_DATA, "argument data is NULL while len is not 0"},
    {MPE_BAD_KIND, "argument kind is not an mpe_channel_kind"},
    {MPE_BAD_PROTOCOL, "argument protocol is not an mpe_protocol"},
    {MPE_BAD_PARAM, "there is no such parameter, text or allocator function"},
    {MPE_BAD_VALUE, "the value lies outside the bounds of the parameter, or is no action for this code"},
    {MPE_BAD_TEXT, "the text is NULL or empty where one is needed, or too long"},
    {MPE_BAD_ADDRESS, "the entry is not an address, a CIDR or an address(mask)"},
    {MPE_BAD_INDEX, "there is no entry of that index"},
    {MPE_BAD_CODE, "argument code is not one that this call takes"},
    {MPE_BAD_SCHEMA, "argument schema is not an mpe_schema"},
    {MPE_BAD_STATE,
     "the call comes too late or too early: bytes were fed, the session is finished, or it waits to be bound"},
    {MPE_BUFFER_TOO_SMALL, "the text does not fit into the buffer"},
    {MPE_BAD_ERROR, "argument error was not filled by this library"},
    {MPE_BAD_ANSWERED, "argument answered is not an mpe_answered"},
    {MPE_BAD_CHUNK_SIZE, "argument chunk_size_bytes is above 2147483647, the most that an RTMP chunk can have"},
    {MPE_NOT_SUPPORTED, "the encoder did not announce that it understands this message"},
    {MPE_BAD_KEY, "argument key is NULL or not 32 bytes long"},
    {MPE_BAD_EDGE, "the number of the edge is 0, or the share is one of this edge itself"},
    {MPE_BAD_SHARE, "the bytes are no share of this channel and fleet, or they are damaged"},
    {MPE_TOO_MANY_EDGES, "the channel knows as many other edges as it can"},
};

const char *mpe_status_text(mpe_status status)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status)
            return rows[i].text;
    }
    return "unknown status";
}
