/* A record before it is put into words: what a rule says. Numbers and fixed texts only. */
#ifndef MPE_CLASSIFY_FINDING_H
#define MPE_CLASSIFY_FINDING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Records of every class are this type: what one does to its session follows from its class and the channel's action
 * for its number (session/verdict.c), and from nothing else.
 */
struct mpe_finding {
    int32_t code;
    int32_t reason;
    int32_t track;    /* index of the track in the session, -1: none */
    uint8_t class;    /* enum mpe_class of codes/codes.h */
    uint8_t fault;    /* which fault of the track, or of the session, it is: see classify/standing.h */
    bool is_cleared;  /* the fault is over, it was set before */
    bool is_fatal;    /* nothing can be read after it, whatever the channel does about it */
    uint8_t severity; /* enum mpe_severity of health.h, of a condition */
    bool is_by_host;  /* the host's own word: no action of the channel changes it */
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
    int64_t remote_value; /* of value, see MPE_ERROR_HAS_REMOTE */
    int64_t remote_age_us;
    int32_t edges;
    const char *what; /* static, or NULL */
};

#endif
