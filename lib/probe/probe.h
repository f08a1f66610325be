/* Shows a header, and nothing but a header, to FFmpeg's parser, in memory. */
#ifndef MPE_PROBE_PROBE_H
#define MPE_PROBE_PROBE_H

#include <stdint.h>

#include "base/bytes.h"
#include "probe/streams.h"

enum mpe_probe_result {
    MPE_PROBE_OK = 0,
    MPE_PROBE_MALFORMED = 1, /* the header cannot be read */
    MPE_PROBE_UNKNOWN = 2,   /* a codec that is not probed, or one that this FFmpeg was built without */
    MPE_PROBE_NO_MEMORY = 3
};

/*
 * Probes the sequence header of one RTMP/FLV track.
 *
 * codec   enum mpe_codec; MPE_CODEC_AVC and MPE_CODEC_AAC are probed, the others give MPE_PROBE_UNKNOWN
 * header  AVCDecoderConfigurationRecord or AudioSpecificConfig, without the tag header
 * stream  filled on MPE_PROBE_OK, zeroed otherwise
 *
 * Uses FFmpeg's allocator; everything is freed before it returns. No thread, no decoder, no process-wide state, and
 * nothing on FFmpeg's log at the levels that a host sees. Thread-safe.
 */
enum mpe_probe_result mpe_probe_sequence_header(int32_t codec, struct mpe_span header, struct mpe_stream *stream);

/* "libavformat 59.27.100 libavcodec 59.37.100": what the library was built with, static. */
const char *mpe_probe_versions(void);

#endif
