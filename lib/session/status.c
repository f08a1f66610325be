/* One sentence per status, for the people who call the library. */
#include "mpe.h"

const char *mpe_status_text(mpe_status status)
{
    switch (status) {
    case MPE_OK:
        return "no error";
    case MPE_EVENT:
        return "an output was filled";
    case MPE_NAMED:
        return "the session has named its channel: call mpe_session_bind or mpe_session_refuse, then feed the rest";
    case MPE_STALE:
        return "the share is no news: it is not newer than what is known of its edge, or its lease is over";
    case MPE_NO_MEMORY:
        return "out of memory";
    case MPE_BAD_CHANNEL:
        return "argument channel is NULL";
    case MPE_BAD_SESSION:
        return "argument session is NULL";
    case MPE_BAD_OUTPUT:
        return "an output pointer is NULL";
    case MPE_BAD_STRUCT_SIZE:
        return "struct_size is smaller than any version of the struct: set it to sizeof the struct";
    case MPE_BAD_DATA:
        return "argument data is NULL while len is not 0";
    case MPE_BAD_KIND:
        return "argument kind is not an mpe_channel_kind";
    case MPE_BAD_PROTOCOL:
        return "argument protocol is not an mpe_protocol";
    case MPE_BAD_PARAM:
        return "there is no such parameter, text or allocator function";
    case MPE_BAD_VALUE:
        return "the value lies outside the bounds of the parameter, or is no action for this code";
    case MPE_BAD_TEXT:
        return "the text is NULL or empty where one is needed, or too long";
    case MPE_BAD_ADDRESS:
        return "the entry is not an address, a CIDR or an address(mask)";
    case MPE_BAD_INDEX:
        return "there is no entry of that index";
    case MPE_BAD_CODE:
        return "argument code is not one that this call takes";
    case MPE_BAD_SCHEMA:
        return "argument schema is not an mpe_schema";
    case MPE_BAD_STATE:
        return "the call comes too late or too early: bytes were fed, the session is finished, or it waits to be bound";
    case MPE_BUFFER_TOO_SMALL:
        return "the text does not fit into the buffer";
    case MPE_BAD_ERROR:
        return "argument error was not filled by this library";
    case MPE_BAD_ANSWERED:
        return "argument answered is not an mpe_answered";
    case MPE_BAD_CHUNK_SIZE:
        return "argument chunk_size_bytes is above 2147483647, the most that an RTMP chunk can have";
    case MPE_NOT_SUPPORTED:
        return "the encoder did not announce that it understands this message";
    case MPE_BAD_KEY:
        return "argument key is NULL or not 32 bytes long";
    case MPE_BAD_EDGE:
        return "the number of the edge is 0, or the share is one of this edge itself";
    case MPE_BAD_SHARE:
        return "the bytes are no share of this channel and fleet, or they are damaged";
    case MPE_TOO_MANY_EDGES:
        return "the channel knows as many other edges as it can";
    default:
        return "unknown status";
    }
}
