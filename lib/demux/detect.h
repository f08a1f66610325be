/* What a stream begins with: a protocol of ours, or a foreign one that is to be named. */
#ifndef MPE_DEMUX_DETECT_H
#define MPE_DEMUX_DETECT_H

#include <stdint.h>

/* So many first bytes are looked at, and one further on: see detect.c. */
#define MPE_DETECT_BYTES 16

enum mpe_detected {
    MPE_DETECTED_MORE = 0, /* fewer bytes than it takes */
    MPE_DETECTED_OURS,     /* or an encrypted form of it */
    MPE_DETECTED_FOREIGN,  /* named by what; no stream of the expected protocol begins so */
    MPE_DETECTED_NONE
};

struct mpe_detection {
    enum mpe_detected result;
    int32_t protocol; /* OURS: enum mpe_protocol */
    const char *what; /* FOREIGN: a fixed text, with the remedy */
};

/* The first bytes of a stream. */
struct mpe_beginning {
    const uint8_t *bytes; /* the first MPE_DETECT_BYTES, or as many as came */
    uint32_t count;       /* of all that came, at least 1 */
    uint8_t last;         /* the last one that came */
};

/*
 * Decides at the first byte that decides; to be asked byte by byte. expected: enum mpe_protocol; where it is given,
 * NONE means that its reader is to judge.
 */
struct mpe_detection mpe_detect(int32_t expected, const struct mpe_beginning *beginning);

#endif
