/* For tests that simulate encoders: random numbers by seed, and frames of any size sent in any container, cheaply. */
#ifndef TESTS_UNIT_STREAM_SIM_H
#define TESTS_UNIT_STREAM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "mpe.h"
#include "stream_out.h"

/* xorshift64*: the same numbers everywhere. */
struct dice {
    uint64_t state; /* not 0 */
};

double roll(struct dice *dice, double least, double most);

/* A frame as an encoder makes it. */
struct sim_frame {
    double dts_ms;
    double arrival_ms;   /* on the caller's clock */
    int composition_ms;  /* of video */
    uint32_t size_bytes; /* without headers */
    bool is_audio, is_key;
};

enum sim_carrier { SIM_FLV, SIM_RTMP, SIM_FMP4, SIM_CARRIERS };

/* A session of a channel of its own. Payloads are zeros, from one buffer; sizes and headers are right. */
struct sim {
    enum sim_carrier carrier;
    mpe_channel *channel;
    mpe_session *session;
    struct out bytes;
    struct out samples; /* of the fragment that is being made, with its sizes and times */
    double fragment_ms; /* where it begins */
    double length_ms;   /* of fragments, 1 s where it is not set */
    double last_ms;     /* of the last frame */
    uint32_t fragment_bytes;
    int fragment_frames;
    int64_t now_us;
};

/* On an encoding channel. */
struct sim sim_begin(enum sim_carrier carrier, bool has_audio);

/* On a pass-through channel that reports all, and asks for notices and conditions. */
struct sim sim_begin_watched(enum sim_carrier carrier, bool has_audio, const mpe_allocator *allocator);

/* Sends a frame, in fragmented MP4 with the fragment that it begins or completes. */
void sim_send(struct sim *sim, const struct sim_frame *frame);

/* What was found first; MPE_OK: nothing. */
mpe_status sim_finding(const struct sim *sim, mpe_error *error);
void sim_end(struct sim *sim);

#endif
