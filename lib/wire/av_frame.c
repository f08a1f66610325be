/* The fast path for the tag header of a frame. */
#include "wire/av_frame.h"

#include "base/bytes.h"
#include "codes/codec.h"
#include "wire/av_codec.h"
#include "wire/av_tag_state.h"

/* Whether a tag that begins so has neither Enhanced RTMP's header nor a command in it. */
static bool is_plain(uint8_t media, uint8_t first)
{
    if (media == MPE_MEDIA_VIDEO)
        return (first & 0x80) == 0 && first >> 4 != FRAME_COMMAND;
    return first >> 4 != SOUND_FORMAT_EXTENDED;
}

uint32_t mpe_av_frame_read(uint8_t media, uint32_t known_fourcc, const uint8_t *body, uint32_t body_bytes,
                           struct mpe_unit *unit)
{
    const struct mpe_av_codec *const codec = mpe_av_codec_of(media, body[0]);
    const uint32_t header_bytes = 1u + codec->header_bytes;
    if (known_fourcc == 0 || mpe_codec_row(codec->codec)->fourcc != known_fourcc || !is_plain(media, body[0]) ||
        body_bytes < header_bytes)
        return 0;
    if (header_bytes > 1 && body[1] != TYPE_CODED_FRAMES)
        return 0;
    unit->kind = MPE_UNIT_FRAME;
    unit->media = media;
    unit->codec = codec->codec;
    unit->key_frame = media == MPE_MEDIA_VIDEO && is_key_frame(body[0] >> 4);
    unit->fourcc = known_fourcc;
    unit->track_id = 0;
    unit->dts_nano = 0;
    unit->composition_offset = header_bytes == MPE_AV_FRAME_HEADER_BYTES ? mpe_load_be24_signed(body + 2) : 0;
    unit->duration = 0;
    unit->clock = MPE_CLOCK_RTMP;
    unit->size_bytes = body_bytes - header_bytes;
    unit->is_complete = true;
    unit->begins_fragment = false;
    unit->late = 0;
    return header_bytes;
}
