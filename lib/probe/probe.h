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

/*
 * Probes one track of a fragmented MP4.
 *
 * init      ftyp and moov, or moov alone
 * track_id  as in its tkhd
 * codec     enum mpe_codec, as its sample entry names it: AVC, HEVC and AAC are judged by their decoder configuration,
 *           the rest, and an AVC or HEVC that sends its parameter sets with the pictures, by the sample entry
 * stream    filled on MPE_PROBE_OK, zeroed otherwise
 *
 * MPE_PROBE_MALFORMED: also when the track is not there. Otherwise as mpe_probe_sequence_header.
 */
enum mpe_probe_result mpe_probe_init_segment(struct mpe_span init, uint32_t track_id, int32_t codec,
                                             struct mpe_stream *stream);

/* "libavformat 59.27.100 libavcodec 59.37.100": what the library was built with, static. */
const char *mpe_probe_versions(void);

#endif
