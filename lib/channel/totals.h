/* What a channel adds up over its sessions, as one session sees it at one moment. */
#ifndef MPE_CHANNEL_TOTALS_H
#define MPE_CHANNEL_TOTALS_H

#include <stdint.h>

struct mpe_totals {
    int64_t video_qualities;
    int64_t audio_qualities;
    int32_t new_quality;  /* enum mpe_media: this step added a quality of it that the channel did not have; 0: none */
    int64_t measured_bps; /* sum over all tracks of all sessions */
    int64_t declared_bps;
};

#endif
