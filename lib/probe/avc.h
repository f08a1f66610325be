/* AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1, made ready for FFmpeg. */
#ifndef MPE_PROBE_AVC_H
#define MPE_PROBE_AVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What an SPS holds before its VUI fits: its bulk are 480 scaling factors, coded in up to 15 bits each. */
#define MPE_AVC_SPS_MAX_BYTES 2048

/*
 * The start of a picture, for FFmpeg's parser: the first SPS of the record without its VUI, a PPS of our own and the
 * header of an IDR slice that refers to it, each after a start code. That is all the size depends on, and nothing on
 * which FFmpeg would write complaints to the host's log.
 */
struct mpe_avc {
    uint8_t picture[MPE_AVC_SPS_MAX_BYTES * 3 / 2 + 128];
    size_t picture_len;
    size_t sps_bytes; /* of the SPS, which lies after the first start code */
    int16_t profile;
    int16_t level;
    uint8_t chroma_format_idc;
    bool is_interlaced;      /* frame_mbs_only_flag is 0 */
    bool has_two_depths;     /* of luma and chroma: such an SPS is none for FFmpeg */
    int32_t bit_depth;       /* the larger; the parser has no pixel format for more than 10 bits */
    int32_t frame_rate_mfps; /* by the VUI, 0: not said; FFmpeg's figure counts fields or frames by its version */
};

#define MPE_AVC_START_CODE_BYTES 4

/* Of a record that has an SPS. false: it is cut short, or cannot be right; avc is undefined then. */
bool mpe_avc_read(struct mpe_span record, struct mpe_avc *avc);

/* Whether the fields that each record has are there. false: cut short, or of another version. */
bool mpe_avc_is_record(struct mpe_span record);

/* Whether such a record holds an SPS at all: with none, they come with the pictures. */
bool mpe_avc_has_sps(struct mpe_span record);

/*
 * The bit depth that a record says after its parameter sets, where its profile has it; 0: it does not say. For records
 * without parameter sets, which come with the pictures then.
 */
int32_t mpe_avc_record_bit_depth(struct mpe_span record);

#endif
