/* One row for each protocol. */
#include "session/protocol.h"

#include <stddef.h>

#include "mpe.h"

static const struct row {
    size_t idle_timeout; /* offset in struct mpe_limits */
    int32_t ending;
} rows[] = {
    /* A peer that has sent too little to be known has the time that one of RTMP has. */
    [MPE_PROTOCOL_AUTO] = {offsetof(struct mpe_limits, rtmp_idle_timeout_us), MPE_S_OK},
    [MPE_PROTOCOL_RTMP] = {offsetof(struct mpe_limits, rtmp_idle_timeout_us), MPE_CLIENT_TERMINATED_SESSION},
    [MPE_PROTOCOL_FLV] = {offsetof(struct mpe_limits, flv_idle_timeout_us), MPI_STREAM_HIT_EOF},
    [MPE_PROTOCOL_FMP4] = {offsetof(struct mpe_limits, fmp4_idle_timeout_us), MPE_CLIENT_DISCONNECTED},
};

bool mpe_protocol_is_known(int32_t protocol)
{
    return protocol >= MPE_PROTOCOL_AUTO && protocol < (int32_t)(sizeof(rows) / sizeof(rows[0]));
}

int64_t mpe_protocol_idle_timeout_us(int32_t protocol, const struct mpe_limits *limits)
{
    if (limits->media_clock)
        return 0;
    return *(const int64_t *)(const void *)((const char *)limits + rows[protocol].idle_timeout);
}

int32_t mpe_protocol_ending(int32_t protocol)
{
    return rows[protocol].ending;
}
