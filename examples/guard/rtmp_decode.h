/* What an RTMP command says, as far as the guard has to know it. */
#ifndef GUARD_RTMP_DECODE_H
#define GUARD_RTMP_DECODE_H

#include "rtmp_commands.h"

/* Fills all of command but its stream_id. false: it is no command that has a name of the usual length. */
bool rtmp_decode_command(const unsigned char *bytes, size_t length, bool is_amf3, struct rtmp_command *command);

#endif
