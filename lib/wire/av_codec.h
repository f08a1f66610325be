/* Codec ids of legacy FLV tags. */
#ifndef MPE_WIRE_AV_CODEC_H
#define MPE_WIRE_AV_CODEC_H

#include <stdint.h>

/* enum mpe_codec of a 4-bit CodecID or SoundFormat; MPE_CODEC_OTHER where the specification names none. */
uint8_t mpe_av_codec_of_video_id(uint8_t codec_id);
uint8_t mpe_av_codec_of_sound_format(uint8_t sound_format);

/* The FourCC of a codec; of one that has none, a printable stand-in made of its id: "vid0" to "vidF", "aud0" ... */
uint32_t mpe_av_codec_fourcc(uint8_t codec, uint8_t media, uint8_t id);

#endif
