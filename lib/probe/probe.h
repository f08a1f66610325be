/* Shows a header, and nothing but a header, to FFmpeg's parser, in memory. */
#ifndef MPE_PROBE_PROBE_H
#define MPE_PROBE_PROBE_H

#include <stdint.h>

#include "base/bytes.h"
#include "probe/streams.h"
#include "wire/unit.h"

enum mpe_probe_result {
    MPE_PROBE_OK = 0,
    MPE_PROBE_MALFORMED = 1, /* the header cannot be read */
    MPE_PROBE_UNKNOWN = 2,   /* a codec that this FFmpeg was built without */
    MPE_PROBE_NO_MEMORY = 3
};

/*
 * Probes what describes one track: the sequence header of RTMP and FLV, or a sample entry of fragmented MP4.
 *
 * codec   enum mpe_codec: AVC, HEVC and AAC are judged by their decoder configuration; the rest, and those that have
 *         none or whose parameter sets come with the pictures, by facts
 * config  AVCDecoderConfigurationRecord, HEVCDecoderConfigurationRecord or AudioSpecificConfig; of other codecs not
 *         looked at. bytes NULL: there is none, while one of no bytes is cut short. Not FFmpeg's to see: it is shown an
 *         SPS or AudioSpecificConfig that was read here before, in boxes that are written here
 * facts   what the sample entry says beside it; all 0: nothing
 * stream  filled on MPE_PROBE_OK, zeroed otherwise
 *
 * Uses FFmpeg's allocator; everything is freed before it returns. However large config is, less than 256 KiB are
 * allocated, and the time is bounded by its length. No thread, no decoder, no process-wide state, and nothing on
 * FFmpeg's log at the levels that a host sees. Thread-safe.
 */
enum mpe_probe_result mpe_probe_header(int32_t codec, struct mpe_span config, const struct mpe_sample_facts *facts,
                                       struct mpe_stream *stream);

/* "libavformat 59.27.100 libavcodec 59.37.100": what the library was built with, static. */
const char *mpe_probe_versions(void);

#endif
