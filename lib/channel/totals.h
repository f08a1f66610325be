/* What a channel adds up over its sessions, as one session sees it at one moment. */
#ifndef MPE_CHANNEL_TOTALS_H
#define MPE_CHANNEL_TOTALS_H

#include <stdint.h>

struct mpe_totals {
    int32_t video_qualities;
    int32_t audio_qualities;
    int64_t measured_bps; /* sum over all tracks of all sessions */
    int64_t declared_bps;
};

#endif
