#include "wire/av_tag.h"

#include "codes/codec.h"
#include "mpe.h"
#include "wire/av_codec.h"
#include "wire/fault.h"

/*
 * Legacy video (FLV 10.1, E.4.3)              Legacy audio (E.4.2)
 *
 *    7   4 3   0                                 7   4 3 2 1 0
 *   +-----+-----+---- AVC and HEVC only ----+   +-----+---+-+-+-- AAC only --+
 *   |frame|codec| AVC packet  | composition |   |sound|   | | | AAC packet   |
 *   |type |id   | type u8     | time s24    |   |form.|   | | | type u8      |
 *   +-----+-----+-------------+-------------+   +-----+---+-+-+--------------+
 *
 * Enhanced RTMP v2, video when bit 7 is set, audio when the sound format is 9:
 *
 *    7 6   4 3      0   while packet type is ModEx               once
 *   +-+-----+--------+ +------------+------+------+--------+   +--------+
 *   |1|frame| packet | | size-1 u8  | data | type | packet |   | FourCC |  ...
 *   | |type | type   | | FF: u16    | size | 4 b  | type   |   |        |
 *   +-+-----+--------+ +------------+------+------+--------+   +--------+
 *
 * When packet type is Multitrack, in place of the FourCC:
 *
 *   +------------+--------+--------+   for each track
 *   | multitrack | packet | FourCC |   +---------------------+----------+-------------+------+
 *   | type 4 b   | type   | not in |   | FourCC              | track id | size u24    | data |
 *   |            |        | type 2 |   | only in type 2      | u8       | not in one  |      |
 *   +------------+--------+--------+   +---------------------+----------+-------------+------+
 *
 * Data of CodedFrames begins with a composition time s24 for AVC, HEVC and VVC.
 */
enum state {
    STATE_FIRST_BYTE,
    STATE_AVC_PACKET_TYPE,
    STATE_AAC_PACKET_TYPE,
    STATE_MOD_EX_SIZE,
    STATE_MOD_EX_LONG_SIZE,
    STATE_MOD_EX_DATA,
    STATE_MOD_EX_TYPE,
    STATE_AFTER_PACKET_TYPE,
    STATE_MULTITRACK,
    STATE_FOURCC,
    STATE_TRACK_ID,
    STATE_TRACK_SIZE,
    STATE_NAME_TRACK,
    STATE_TRACK_NAMED,
    STATE_TRACK_DATA,
    STATE_COMPOSITION_TIME,
    STATE_PACKET,
    STATE_HEADER,
    STATE_FRAME,
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

/* Enhanced RTMP v2: VideoPacketType; audio shares 0, 1, 2 and 7. */
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

#define SOUND_FORMAT_EXTENDED        9
#define MOD_EX_TIMESTAMP_OFFSET_NANO 0
#define MAX_TIMESTAMP_OFFSET_NANO    999999u

static enum outcome go(struct mpe_av_tag *tag, enum state state)
{
    tag->state = (uint8_t)state;
    tag->is_quiet = state == STATE_FRAME || state == STATE_SKIP;
    tag->head_len = 0;
    return GO_ON;
}

static enum outcome malformed(struct mpe_av_tag *tag, struct mpe_unit *unit, const char *what)
{
    go(tag, STATE_SKIP);
    mpe_unit_set_malformed(unit, what);
    return UNIT;
}

/* Bytes of the current track's data, or of the tag header where no track has begun. */
static uint32_t track_left(const struct mpe_av_tag *tag)
{
    return tag->left_bytes - tag->after_bytes;
}

static uint32_t available(const struct mpe_av_tag *tag, const struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    return left < track_left(tag) ? (uint32_t)left : track_left(tag);
}

static void skip(struct mpe_av_tag *tag, struct mpe_cursor *in, uint32_t count)
{
    in->at += count;
    tag->left_bytes -= count;
}

/* Whether the body is too short for the count bytes that its tag header needs next. */
static bool ends_before(const struct mpe_av_tag *tag, uint32_t count)
{
    return tag->head_len + track_left(tag) < count;
}

/* Whether head holds count bytes now. */
static bool head_has(struct mpe_av_tag *tag, struct mpe_cursor *in, uint32_t count)
{
    while (tag->head_len < count && available(tag, in) != 0) {
        tag->head[tag->head_len++] = *in->at;
        skip(tag, in, 1);
    }
    return tag->head_len == count;
}

static enum outcome too_short(struct mpe_av_tag *tag, struct mpe_unit *unit)
{
    return malformed(tag, unit, "an Enhanced RTMP message ends inside its tag header");
}

static void fill(const struct mpe_av_tag *tag, struct mpe_unit *unit, enum mpe_unit_kind kind)
{
    *unit = (struct mpe_unit){.kind = (uint8_t)kind,
                              .media = tag->media,
                              .codec = tag->codec,
                              .fourcc = tag->fourcc,
                              .stream_id = tag->stream_id,
                              .track_id = tag->track_id};
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

/* ---------------------------------------------------------------- Enhanced */

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

static bool is_multitrack(const struct mpe_av_tag *tag)
{
    return tag->packet_type == (tag->media == MPE_MEDIA_VIDEO ? TYPE_VIDEO_MULTITRACK : TYPE_AUDIO_MULTITRACK);
}

static enum outcome after_packet_type(struct mpe_av_tag *tag)
{
    if (tag->packet_type == TYPE_MOD_EX)
        return go(tag, STATE_MOD_EX_SIZE);
    if (tag->frame_type == FRAME_COMMAND && tag->packet_type != TYPE_METADATA)
        return go(tag, STATE_SKIP);
    if (is_multitrack(tag))
        return go(tag, STATE_MULTITRACK);
    return go(tag, STATE_FOURCC);
}

static enum outcome mod_ex_size(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit, uint32_t width)
{
    if (ends_before(tag, width))
        return too_short(tag, unit);
    if (!head_has(tag, in, width))
        return MORE;
    if (width == 1 && tag->head[0] == 255)
        return go(tag, STATE_MOD_EX_LONG_SIZE);
    tag->mod_ex_bytes = 1u + (width == 1 ? tag->head[0] : mpe_load_be16(tag->head));
    if (tag->mod_ex_bytes >= tag->left_bytes) /* the byte with its type follows */
        return malformed(tag, unit, "ModEx data is longer than its Enhanced RTMP message");
    return go(tag, STATE_MOD_EX_DATA);
}

/* The type comes behind the data: keep the 3 bytes that the one known type has. */
static enum outcome mod_ex_data(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    while (tag->mod_ex_bytes != 0 && available(tag, in) != 0) {
        if (tag->head_len < 3)
            tag->head[tag->head_len++] = *in->at;
        tag->mod_ex_bytes--;
        skip(tag, in, 1);
    }
    if (tag->mod_ex_bytes != 0)
        return MORE;
    tag->state = STATE_MOD_EX_TYPE; /* and head stays */
    return GO_ON;
}

static enum outcome mod_ex_type(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    if (available(tag, in) == 0)
        return MORE;
    const uint8_t byte = *in->at;
    skip(tag, in, 1);
    const uint32_t nano = tag->head_len == 3 ? mpe_load_be24(tag->head) : 0;
    if (byte >> 4 == MOD_EX_TIMESTAMP_OFFSET_NANO && nano <= MAX_TIMESTAMP_OFFSET_NANO)
        tag->timestamp_nano = nano;
    tag->packet_type = byte & 15;
    return go(tag, STATE_AFTER_PACKET_TYPE);
}

static enum outcome multitrack(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 1))
        return too_short(tag, unit);
    if (!head_has(tag, in, 1))
        return MORE;
    tag->multitrack = tag->head[0] >> 4;
    tag->packet_type = tag->head[0] & 15;
    if (is_multitrack(tag) || tag->packet_type == TYPE_MOD_EX)
        return malformed(tag, unit, "a multitrack message holds another multitrack or ModEx header");
    if (tag->multitrack > MANY_TRACKS_MANY_CODECS) /* reserved: nothing is known of its layout */
        return go(tag, STATE_SKIP);
    return go(tag, STATE_FOURCC);
}

static enum outcome read_fourcc(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 4))
        return too_short(tag, unit);
    if (!head_has(tag, in, 4))
        return MORE;
    tag->fourcc = mpe_load_be32(tag->head);
    tag->codec = (uint8_t)mpe_codec_by_fourcc(tag->fourcc);
    return go(tag, tag->multitrack == NO_MULTITRACK ? STATE_NAME_TRACK : STATE_TRACK_ID);
}

static enum outcome track_id(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 1))
        return too_short(tag, unit);
    if (!head_has(tag, in, 1))
        return MORE;
    tag->track_id = tag->head[0];
    return go(tag, STATE_NAME_TRACK);
}

static enum outcome track_size(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 3))
        return too_short(tag, unit);
    if (!head_has(tag, in, 3))
        return MORE;
    const uint32_t size = mpe_load_be24(tag->head);
    if (size > tag->left_bytes)
        return malformed(tag, unit, "a sub-track is longer than its multitrack message");
    tag->after_bytes = tag->left_bytes - size;
    return go(tag, STATE_TRACK_DATA);
}

static enum packet enhanced_packet(const struct mpe_av_tag *tag)
{
    const bool is_video = tag->media == MPE_MEDIA_VIDEO;
    switch (tag->packet_type) {
    case TYPE_SEQUENCE_START:
        return PACKET_HEADER;
    case TYPE_CODED_FRAMES:
        return PACKET_FRAME;
    case TYPE_SEQUENCE_END:
        return PACKET_END_OF_SEQUENCE;
    case TYPE_CODED_FRAMES_X:
        return is_video ? PACKET_FRAME : PACKET_OTHER;
    case TYPE_MPEG2TS_SEQUENCE_START:
        return is_video ? PACKET_HEADER : PACKET_OTHER;
    default: /* video metadata, audio channel layout, and types yet to come */
        return PACKET_OTHER;
    }
}

static bool has_composition_time(const struct mpe_av_tag *tag)
{
    return tag->packet_type == TYPE_CODED_FRAMES &&
           (tag->codec == MPE_CODEC_AVC || tag->codec == MPE_CODEC_HEVC || tag->codec == MPE_CODEC_VVC);
}

/* The extent of an Enhanced track's data is known. */
static enum outcome track_data(struct mpe_av_tag *tag)
{
    tag->packet = (uint8_t)enhanced_packet(tag);
    return go(tag, has_composition_time(tag) ? STATE_COMPOSITION_TIME : STATE_PACKET);
}

/* ------------------------------------------------------------------ shared */

static enum outcome name_track(struct mpe_av_tag *tag, struct mpe_unit *unit)
{
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
    if (tag->left_bytes == 0)
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
        return mod_ex_size(tag, in, unit, 1);
    case STATE_MOD_EX_LONG_SIZE:
        return mod_ex_size(tag, in, unit, 2);
    case STATE_MOD_EX_DATA:
        return mod_ex_data(tag, in);
    case STATE_MOD_EX_TYPE:
        return mod_ex_type(tag, in);
    case STATE_AFTER_PACKET_TYPE:
        return after_packet_type(tag);
    case STATE_MULTITRACK:
        return multitrack(tag, in, unit);
    case STATE_FOURCC:
        return read_fourcc(tag, in, unit);
    case STATE_TRACK_ID:
        return track_id(tag, in, unit);
    case STATE_TRACK_SIZE:
        return track_size(tag, in, unit);
    case STATE_NAME_TRACK:
        return name_track(tag, unit);
    case STATE_TRACK_NAMED:
        return track_named(tag);
    case STATE_TRACK_DATA:
        return track_data(tag);
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
    *tag = (struct mpe_av_tag){.left_bytes = body_bytes,
                               .stream_id = stream_id,
                               .timestamp_ms = timestamp_ms,
                               .media = media,
                               .multitrack = NO_MULTITRACK,
                               .state = STATE_FIRST_BYTE};
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
