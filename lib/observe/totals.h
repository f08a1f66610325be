/* What a channel adds up over its sessions, and the limits of that, as one session sees it at one moment. */
#ifndef MPE_OBSERVE_TOTALS_H
#define MPE_OBSERVE_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

/* A sum may be above its limit by as much as the limit allows in so many seconds: the buffer of an encoder (VBV). */
#define MPE_EXCESS_S 2

/* What of it other edges of a fleet contribute; all 0: there are none. */
struct mpe_remote_totals {
    int32_t edges;
    int32_t video_qualities; /* that only they have */
    int32_t audio_qualities;
    int64_t measured_bps;
    int64_t declared_bps;
    int64_t oldest_us; /* caller's time when the oldest of it was written */
};

struct mpe_totals {
    int32_t video_qualities;
    int32_t audio_qualities;
    int32_t max_video_qualities; /* each 0: no limit */
    int32_t max_audio_qualities;
    int64_t measured_bps; /* sum over all tracks of all sessions */
    int64_t declared_bps;
    int64_t max_bitrate_bps;
    int64_t highest_bps; /* the same with the tolerance */
    int64_t excess_bits; /* of the measured sum above the limit, in the caller's time */
    bool trusts_declared;
    bool came_last; /* this session, of those that make up a sum that is too high */
    struct mpe_remote_totals remote;
};

#endif
