/* Commands of a client: the few that matter, decoded from AMF0. */
#ifndef MPE_WIRE_RTMP_COMMAND_H
#define MPE_WIRE_RTMP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum mpe_command_kind {
    MPE_COMMAND_OTHER, /* releaseStream, FCPublish, _checkbw, play, a name in AMF3, ... */
    MPE_COMMAND_CONNECT,
    MPE_COMMAND_CREATE_STREAM,
    MPE_COMMAND_PUBLISH,
    MPE_COMMAND_FC_UNPUBLISH,
    MPE_COMMAND_CLOSE_STREAM, /* publish(false), too */
    MPE_COMMAND_DELETE_STREAM,
    MPE_COMMAND_BROKEN /* its AMF cannot be read up to what matters */
};

struct mpe_command {
    enum mpe_command_kind kind;
    struct mpe_span name; /* connect: app; publish, FCUnpublish: stream name; empty where the client gave none */
    struct mpe_span url;  /* connect: tcUrl */
    uint32_t stream_id;   /* deleteStream */
    uint32_t transaction; /* 0: none, or not a whole number of 32 bits */
    uint32_t caps_ex;     /* connect of Enhanced RTMP: its capsEx; 0: not announced */
};

/* Reads the body of a command message, types 20 and 17, of at least 1 byte. The spans point into body. */
struct mpe_command mpe_command_read(struct mpe_span body);

#endif
