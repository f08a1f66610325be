/* Shows a header, and nothing but a header, to FFmpeg's demuxer and parser, in memory. */
#ifndef MPE_PROBE_PROBE_H
#define MPE_PROBE_PROBE_H

#include <stdint.h>

#include "base/bytes.h"
#include "probe/streams.h"

enum mpe_probe_result {
    MPE_PROBE_OK = 0,
    MPE_PROBE_MALFORMED = 1, /* FFmpeg cannot read the header */
    MPE_PROBE_UNKNOWN = 2,   /* a codec that is not probed: stream is all zero */
    MPE_PROBE_NO_MEMORY = 3
};

/*
 * Probes the sequence header of one RTMP/FLV track.
 *
 * codec   enum mpe_codec
 * header  AVCDecoderConfigurationRecord, HEVCDecoderConfigurationRecord, AV1CodecConfigurationRecord or
 *         AudioSpecificConfig, without the tag header
 * stream  filled on MPE_PROBE_OK, zeroed otherwise
 *
 * Uses FFmpeg's allocator; everything is freed before it returns. Thread-safe.
 */
enum mpe_probe_result mpe_probe_sequence_header(int32_t codec, struct mpe_span header, struct mpe_stream *stream);

/* "libavformat 59.27.100 libavcodec 59.37.100": what runs, static. */
const char *mpe_probe_versions(void);

#endif
