#include "probe/flv_prefix.h"

#include <string.h>

#include "codes/codec.h"

enum { TAG_HEADER_BYTES = 11, TAG_AUDIO = 8, TAG_VIDEO = 9 };

static void store_be24(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 16);
    out[1] = (uint8_t)(value >> 8);
    out[2] = (uint8_t)value;
}

void mpe_flv_prefix_make(struct mpe_flv_prefix *prefix, int32_t codec, size_t header_bytes)
{
    static const uint8_t file_header[] = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};
    static const uint8_t avc_header[] = {0x17, 0, 0, 0, 0}; /* key frame, AVC; sequence header; composition time 0 */
    static const uint8_t aac_header[] = {0xaf, 0};          /* AAC; sequence header */
    const uint8_t *tag_body = codec == MPE_CODEC_AVC ? avc_header : aac_header;
    size_t tag_body_bytes = codec == MPE_CODEC_AVC ? sizeof avc_header : sizeof aac_header;
    uint8_t *tag = prefix->before + sizeof file_header;

    memset(prefix, 0, sizeof *prefix);
    memcpy(prefix->before, file_header, sizeof file_header);
    tag[0] = codec == MPE_CODEC_AVC ? TAG_VIDEO : TAG_AUDIO;
    store_be24(tag + 1, tag_body_bytes + header_bytes);
    memcpy(tag + TAG_HEADER_BYTES, tag_body, tag_body_bytes);
    prefix->before_bytes = sizeof file_header + TAG_HEADER_BYTES + tag_body_bytes;
    store_be24(prefix->after + 1, TAG_HEADER_BYTES + tag_body_bytes + header_bytes);
}
