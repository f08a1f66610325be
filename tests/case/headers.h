/* Sequence headers, written bit by bit: what an encoder would send, readable by any decoder. */
#ifndef CASE_HEADERS_H
#define CASE_HEADERS_H

#include <stdint.h>

#include "buffer.h"

struct picture_shape {
    int width; /* displayed */
    int height;
    int coded_width; /* 0: displayed, rounded up to 16; the rest is cropped at the right and the bottom */
    int coded_height;
    int profile; /* profile_idc */
    int bit_depth;
    int declared_fps; /* VUI timing, 0: none */
    int level;        /* 10 times that; 0: 4.0 */
    int chroma;       /* chroma_format_idc; 0: 4:2:0, which profiles below High have */
    int interlaced;   /* 1: the coded height is one of 32 */
};

/* AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3.1. */
void write_avc_header(struct buffer *out, const struct picture_shape *shape);

/* HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 8.3.3.1; profile and coded size are chosen by the others. */
void write_hevc_header(struct buffer *out, const struct picture_shape *shape);

/* Copies an RBSP into a NAL unit: 0x03 goes between 00 00 and 00..03, H.264 and H.265 section 7.4.1. */
void write_escaped(struct buffer *nal, const struct buffer *rbsp);

struct aac_shape {
    int object_type;
    int sample_rate; /* of the AAC-LC core where there is SBR */
    int channels;
    int backward_sbr; /* 1: AAC-LC first, SBR announced after it (sync extension 0x2b7) */
};

/* AudioSpecificConfig, ISO/IEC 14496-3 section 1.6.2.1. */
void write_aac_header(struct buffer *out, const struct aac_shape *shape);

#endif
