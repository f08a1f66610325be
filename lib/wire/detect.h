/* What protocol a stream begins with. */
#ifndef MPE_WIRE_DETECT_H
#define MPE_WIRE_DETECT_H

#include <stdint.h>

/* So many bytes always decide. */
#define MPE_DETECT_BYTES 8

enum mpe_detected {
    MPE_DETECTED_MORE = 0, /* fewer bytes than it takes */
    MPE_DETECTED_RTMP,     /* or its encrypted forms */
    MPE_DETECTED_FLV,
    MPE_DETECTED_FMP4,
    MPE_DETECTED_NONE
};

/* Decides at the first byte that decides: more bytes give the same answer. */
enum mpe_detected mpe_detect(const uint8_t *bytes, uint32_t len);

#endif
