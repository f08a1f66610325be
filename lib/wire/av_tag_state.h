/* Private to av_tag.c and av_tag_enhanced.c: the states of a body and the steps they share. */
#ifndef MPE_WIRE_AV_TAG_STATE_H
#define MPE_WIRE_AV_TAG_STATE_H

#include "wire/av_tag.h"
#include "wire/fault.h"

/* Those from MOD_EX_SIZE to COMPOSITION_TIME are Enhanced RTMP's. */
enum state {
    STATE_FIRST_BYTE,
    STATE_NAME_TRACK,
    STATE_LEGACY_HEADER,
    STATE_MOD_EX_SIZE,
    STATE_MOD_EX_LONG_SIZE,
    STATE_MOD_EX_DATA,
    STATE_MOD_EX_TYPE,
    STATE_AFTER_PACKET_TYPE,
    STATE_MULTITRACK,
    STATE_FOURCC,
    STATE_TRACK_ID,
    STATE_TRACK_SIZE,
    STATE_TRACK_DATA,
    STATE_COMPOSITION_TIME,
    STATE_PACKET,
    STATE_HEADER,
    STATE_FRAME,
    STATE_KEY_FRAME, /* that was looked into */
    STATE_SKIP,
    STATE_NEXT_TRACK
};

/* What a state function came to. */
enum outcome {
    GO_ON, /* the state changed */
    MORE,  /* needs more bytes */
    UNIT   /* unit is filled */
};

enum packet { PACKET_OTHER, PACKET_HEADER, PACKET_FRAME, PACKET_END_OF_SEQUENCE };

/* Enhanced RTMP v2: VideoPacketType; audio shares 0, 1, 2 and 7, legacy AVC 0 to 2, legacy AAC 0 and 1. */
enum packet_type {
    TYPE_SEQUENCE_START = 0,
    TYPE_CODED_FRAMES = 1,
    TYPE_SEQUENCE_END = 2,
    TYPE_CODED_FRAMES_X = 3,
    TYPE_METADATA = 4,
    TYPE_MPEG2TS_SEQUENCE_START = 5,
    TYPE_VIDEO_MULTITRACK = 6,
    TYPE_AUDIO_MULTITRACK = 5,
    TYPE_MOD_EX = 7
};

enum multitrack { ONE_TRACK = 0, MANY_TRACKS = 1, MANY_TRACKS_MANY_CODECS = 2, NO_MULTITRACK = 255 };

enum frame_type { FRAME_KEY = 1, FRAME_GENERATED_KEY = 4, FRAME_COMMAND = 5 };

/* The sound format that stands for Enhanced RTMP's audio header. */
enum { SOUND_FORMAT_EXTENDED = 9 };

static inline bool is_key_frame(uint8_t frame_type)
{
    return frame_type == FRAME_KEY || frame_type == FRAME_GENERATED_KEY;
}

static inline enum outcome go(struct mpe_av_tag *tag, enum state state)
{
    tag->state = (uint8_t)state;
    tag->is_quiet = state == STATE_FRAME || state == STATE_SKIP;
    tag->held_bytes = 0;
    tag->head_len = 0;
    return GO_ON;
}

static inline enum outcome malformed(struct mpe_av_tag *tag, struct mpe_unit *unit, const char *what)
{
    go(tag, STATE_SKIP);
    mpe_unit_set_malformed(unit, what);
    return UNIT;
}

/* Bytes of the current track's data, or of the tag header where no track has begun. */
static inline uint32_t track_left(const struct mpe_av_tag *tag)
{
    return tag->left_bytes - tag->after_bytes;
}

static inline uint32_t available(const struct mpe_av_tag *tag, const struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    return left < track_left(tag) ? (uint32_t)left : track_left(tag);
}

static inline void skip(struct mpe_av_tag *tag, struct mpe_cursor *in, uint32_t count)
{
    in->at += count;
    tag->left_bytes -= count;
}

/* Whether the body is too short for the count bytes that its tag header needs next. */
static inline bool ends_before(const struct mpe_av_tag *tag, uint32_t count)
{
    return tag->head_len + track_left(tag) < count;
}

/* The next count bytes of the tag header, which the body has (see ends_before); NULL: they are not all here yet. */
static inline const uint8_t *take_head(struct mpe_av_tag *tag, struct mpe_cursor *in, uint32_t count)
{
    const uint8_t *const before = in->at;
    const uint8_t *const head = mpe_cursor_take(in, tag->head, &tag->head_len, count);
    tag->left_bytes -= (uint32_t)(in->at - before);
    return head;
}

static inline enum outcome too_short(struct mpe_av_tag *tag, struct mpe_unit *unit)
{
    return malformed(tag, unit, "an Enhanced RTMP message ends inside its tag header");
}

/* Runs one of Enhanced RTMP's states. */
enum outcome mpe_av_tag_run_enhanced(struct mpe_av_tag *tag, const struct mpe_mem *mem, struct mpe_cursor *in,
                                     struct mpe_unit *unit);

#endif
