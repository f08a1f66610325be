#include "wire/av_tag.h"

#include "codes/codec.h"
#include "mpe.h"
#include "wire/av_codec.h"
#include "wire/av_tag_state.h"
#include "wire/fault.h"

/*
 * Legacy video (FLV 10.1, E.4.3)              Legacy audio (E.4.2)
 *
 *    7   4 3   0                                 7   4 3 2 1 0
 *   +-----+-----+---- AVC and HEVC only ----+   +-----+---+-+-+-- AAC only --+
 *   |frame|codec| AVC packet  | composition |   |sound|   | | | AAC packet   |
 *   |type |id   | type u8     | time s24    |   |form.|   | | | type u8      |
 *   +-----+-----+-------------+-------------+   +-----+---+-+-+--------------+
 */
#define SOUND_FORMAT_EXTENDED 9

static void fill(const struct mpe_av_tag *tag, struct mpe_unit *unit, enum mpe_unit_kind kind)
{
    mpe_unit_clear(unit);
    unit->kind = (uint8_t)kind;
    unit->media = tag->media;
    unit->codec = tag->codec;
    unit->fourcc = tag->fourcc;
    unit->stream_id = tag->stream_id;
    unit->track_id = tag->track_id;
}

static void fill_frame(const struct mpe_av_tag *tag, struct mpe_unit *unit, enum mpe_unit_kind kind)
{
    fill(tag, unit, kind);
    unit->key_frame = tag->frame_type == FRAME_KEY || tag->frame_type == FRAME_GENERATED_KEY;
    unit->timestamp_ms = tag->timestamp_ms;
    unit->timestamp_nano = tag->timestamp_nano;
    unit->composition_offset_ms = tag->composition_offset_ms;
    unit->size_bytes = tag->frame_bytes;
}

static int32_t load_si24(const uint8_t *bytes)
{
    const int32_t value = (int32_t)mpe_load_be24(bytes);
    return value >= 0x800000 ? value - 0x1000000 : value;
}

/* ------------------------------------------------------------------ legacy */

static enum outcome legacy_video(struct mpe_av_tag *tag, uint8_t first)
{
    tag->frame_type = first >> 4;
    tag->codec = mpe_av_codec_of_video_id(first);
    tag->fourcc = mpe_av_codec_fourcc(tag->codec, MPE_MEDIA_VIDEO, first);
    if (tag->frame_type == FRAME_COMMAND)
        return go(tag, STATE_SKIP);
    return go(tag, STATE_NAME_TRACK);
}

static enum outcome legacy_audio(struct mpe_av_tag *tag, uint8_t first)
{
    tag->codec = mpe_av_codec_of_sound_format(first >> 4);
    tag->fourcc = mpe_av_codec_fourcc(tag->codec, MPE_MEDIA_AUDIO, first >> 4);
    return go(tag, STATE_NAME_TRACK);
}

static enum outcome after_legacy_track(struct mpe_av_tag *tag)
{
    switch (tag->codec) { /* the codecs that a legacy id can name and that have more of a header */
    case MPE_CODEC_AVC:
    case MPE_CODEC_HEVC:
        return go(tag, STATE_AVC_PACKET_TYPE);
    case MPE_CODEC_AAC:
        return go(tag, STATE_AAC_PACKET_TYPE);
    default:
        tag->packet = PACKET_FRAME;
        return go(tag, STATE_PACKET);
    }
}

/*
 * A legacy body that ends inside its tag header is passed over: encoders send such stubs, servers drop them, and
 * nothing after them is in doubt.
 */
static enum outcome avc_packet_type(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    static const uint8_t packets[] = {PACKET_HEADER, PACKET_FRAME, PACKET_END_OF_SEQUENCE};
    if (ends_before(tag, 1))
        return go(tag, STATE_SKIP);
    if (!head_has(tag, in, 1))
        return MORE;
    tag->packet = tag->head[0] < sizeof packets ? packets[tag->head[0]] : PACKET_OTHER;
    if (tag->packet == PACKET_END_OF_SEQUENCE)
        return go(tag, STATE_PACKET);
    return go(tag, STATE_COMPOSITION_TIME);
}

static enum outcome aac_packet_type(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    static const uint8_t packets[] = {PACKET_HEADER, PACKET_FRAME};
    if (ends_before(tag, 1))
        return go(tag, STATE_SKIP);
    if (!head_has(tag, in, 1))
        return MORE;
    tag->packet = tag->head[0] < sizeof packets ? packets[tag->head[0]] : PACKET_OTHER;
    return go(tag, STATE_PACKET);
}

/* ------------------------------------------------------------------ shared */

static enum outcome first_byte(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    if (tag->left_bytes == 0 || !head_has(tag, in, 1))
        return MORE;
    const uint8_t first = tag->head[0];
    const bool is_video = tag->media == MPE_MEDIA_VIDEO;
    tag->is_enhanced = is_video ? (first & 0x80) != 0 : first >> 4 == SOUND_FORMAT_EXTENDED;
    if (!tag->is_enhanced)
        return is_video ? legacy_video(tag, first) : legacy_audio(tag, first);
    tag->frame_type = is_video ? first >> 4 & 7 : 0;
    tag->packet_type = first & 15;
    return go(tag, STATE_AFTER_PACKET_TYPE);
}

/* Sub-tracks of a multitrack message other than 0 are news each time: nobody remembers them. */
static enum outcome name_track(struct mpe_av_tag *tag, struct mpe_unit *unit)
{
    if (tag->fourcc == tag->known_fourcc && tag->track_id == 0)
        return go(tag, STATE_TRACK_NAMED);
    fill(tag, unit, MPE_UNIT_TRACK);
    go(tag, STATE_TRACK_NAMED);
    return UNIT;
}

static enum outcome track_named(struct mpe_av_tag *tag)
{
    if (!tag->is_enhanced)
        return after_legacy_track(tag);
    const bool has_size = tag->multitrack == MANY_TRACKS || tag->multitrack == MANY_TRACKS_MANY_CODECS;
    return go(tag, has_size ? STATE_TRACK_SIZE : STATE_TRACK_DATA);
}

static enum outcome composition_time(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 3))
        return tag->is_enhanced ? too_short(tag, unit) : go(tag, STATE_SKIP);
    if (!head_has(tag, in, 3))
        return MORE;
    tag->composition_offset_ms = load_si24(tag->head);
    return go(tag, STATE_PACKET);
}

static enum outcome begin_header(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools, struct mpe_unit *unit)
{
    const uint32_t size = track_left(tag);
    if (size == 0) /* describes nothing: as if it had not come */
        return go(tag, STATE_SKIP);
    if (size > tools->max_header_bytes) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of a sequence header", size,
                           tools->max_header_bytes);
        return UNIT;
    }
    return go(tag, STATE_HEADER);
}

/* The tag header is complete, what follows is the packet's data. */
static enum outcome packet(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools, struct mpe_unit *unit)
{
    switch ((enum packet)tag->packet) {
    case PACKET_HEADER:
        return begin_header(tag, tools, unit);
    case PACKET_FRAME:
        tag->frame_bytes = track_left(tag);
        fill_frame(tag, unit, MPE_UNIT_FRAME);
        go(tag, STATE_FRAME);
        return UNIT;
    case PACKET_END_OF_SEQUENCE:
        fill(tag, unit, MPE_UNIT_TRACK_END);
        go(tag, STATE_SKIP);
        return UNIT;
    case PACKET_OTHER:
        break;
    }
    return go(tag, STATE_SKIP);
}

static enum outcome header(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools, struct mpe_cursor *in,
                           struct mpe_unit *unit)
{
    const uint8_t *const before = in->at;
    const uint32_t size = tools->gather->len_bytes + track_left(tag);
    const enum mpe_gather_result result = mpe_gather_take(tools->gather, tools->mem, in, size);
    tag->left_bytes -= (uint32_t)(in->at - before);
    if (result == MPE_GATHER_MORE)
        return MORE;
    if (result == MPE_GATHER_NO_MEMORY) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "a sequence header", size, 0);
        return UNIT;
    }
    fill(tag, unit, MPE_UNIT_HEADER);
    unit->data = (struct mpe_span){tools->gather->bytes, tools->gather->len_bytes};
    go(tag, STATE_NEXT_TRACK);
    return UNIT;
}

static enum outcome frame(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    skip(tag, in, available(tag, in));
    if (track_left(tag) != 0)
        return MORE;
    fill_frame(tag, unit, MPE_UNIT_FRAME_END);
    tag->is_over = tag->left_bytes == 0;
    go(tag, STATE_NEXT_TRACK);
    return UNIT;
}

static enum outcome skip_track(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    skip(tag, in, available(tag, in));
    return track_left(tag) != 0 ? MORE : go(tag, STATE_NEXT_TRACK);
}

/* Behind a plain track nothing is left; behind a sub-track the next one may be. */
static enum outcome next_track(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools)
{
    mpe_gather_reset(tools->gather, tools->mem);
    tag->is_over = tag->left_bytes == 0;
    if (tag->is_over)
        return MORE;
    tag->after_bytes = 0;
    tag->composition_offset_ms = 0;
    return go(tag, tag->multitrack == MANY_TRACKS_MANY_CODECS ? STATE_FOURCC : STATE_TRACK_ID);
}

static enum outcome run(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools, struct mpe_cursor *in,
                        struct mpe_unit *unit)
{
    switch ((enum state)tag->state) {
    case STATE_FIRST_BYTE:
        return first_byte(tag, in);
    case STATE_AVC_PACKET_TYPE:
        return avc_packet_type(tag, in);
    case STATE_AAC_PACKET_TYPE:
        return aac_packet_type(tag, in);
    case STATE_MOD_EX_SIZE:
    case STATE_MOD_EX_LONG_SIZE:
    case STATE_MOD_EX_DATA:
    case STATE_MOD_EX_TYPE:
    case STATE_AFTER_PACKET_TYPE:
    case STATE_MULTITRACK:
    case STATE_FOURCC:
    case STATE_TRACK_ID:
    case STATE_TRACK_SIZE:
    case STATE_TRACK_DATA:
        return mpe_av_tag_run_enhanced(tag, in, unit);
    case STATE_NAME_TRACK:
        return name_track(tag, unit);
    case STATE_TRACK_NAMED:
        return track_named(tag);
    case STATE_COMPOSITION_TIME:
        return composition_time(tag, in, unit);
    case STATE_PACKET:
        return packet(tag, tools, unit);
    case STATE_HEADER:
        return header(tag, tools, in, unit);
    case STATE_FRAME:
        return frame(tag, in, unit);
    case STATE_SKIP:
        return skip_track(tag, in);
    case STATE_NEXT_TRACK:
        return next_track(tag, tools);
    }
    return MORE;
}

void mpe_av_tag_begin(struct mpe_av_tag *tag, uint8_t media, uint32_t stream_id, uint32_t timestamp_ms,
                      uint32_t body_bytes)
{
    tag->left_bytes = body_bytes;
    tag->after_bytes = tag->frame_bytes = tag->mod_ex_bytes = 0;
    tag->fourcc = tag->known_fourcc = 0;
    tag->stream_id = stream_id;
    tag->timestamp_ms = timestamp_ms;
    tag->timestamp_nano = 0;
    tag->composition_offset_ms = 0;
    tag->track_id = tag->codec = tag->frame_type = tag->packet_type = tag->packet = 0;
    tag->media = media;
    tag->multitrack = NO_MULTITRACK;
    tag->is_enhanced = false;
    tag->is_over = body_bytes == 0;
    go(tag, STATE_FIRST_BYTE);
}

bool mpe_av_tag_step(struct mpe_av_tag *tag, const struct mpe_av_tag_tools *tools, struct mpe_cursor *in,
                     struct mpe_unit *unit)
{
    enum outcome outcome;
    do
        outcome = run(tag, tools, in, unit);
    while (outcome == GO_ON);
    return outcome == UNIT;
}
