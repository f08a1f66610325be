/* A finding before it is put into words: numbers and fixed texts only. */
#ifndef MPE_CLASSIFY_FINDING_H
#define MPE_CLASSIFY_FINDING_H

#include <stdint.h>

struct mpe_finding {
    int32_t code;
    int32_t reason;
    int32_t event; /* enum mpe_event of mpe.h */
    int32_t track; /* index of the track in the session, -1: none */
    uint8_t media;
    uint8_t codec;
    uint8_t flags; /* enum mpe_error_flag of mpe.h */
    uint32_t fourcc;
    int32_t width_px;
    int32_t height_px;
    int64_t value;
    int64_t limit;
    uint64_t offset_bytes;
    int64_t media_us;
    int64_t now_us;
    const char *what; /* static, or NULL */
};

#endif
