/* Reads the tag headers of Enhanced RTMP. */
#include "codes/codec.h"
#include "mpe.h"
#include "wire/av_tag_state.h"

/*
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
#define MOD_EX_TIMESTAMP_OFFSET_NANO 0
#define MAX_TIMESTAMP_OFFSET_NANO    999999u

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
    const uint8_t *const head = take_head(tag, in, width);
    if (head == NULL)
        return MORE;
    if (width == 1 && head[0] == 255)
        return go(tag, STATE_MOD_EX_LONG_SIZE);
    tag->mod_ex_bytes = 1u + (width == 1 ? head[0] : mpe_load_be16(head));
    if (tag->mod_ex_bytes >= tag->left_bytes) /* the byte with its type follows */
        return malformed(tag, unit, "ModEx data is longer than its Enhanced RTMP message");
    return go(tag, STATE_MOD_EX_DATA);
}

/* The type comes after the data: keep the 3 bytes that the one known type has. */
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

/* Room for the ids of its sub-tracks, of which none came yet. false: no memory. */
static bool forget_tracks(struct mpe_av_tag *tag, const struct mpe_mem *mem)
{
    if (tag->seen == NULL)
        tag->seen = mpe_mem_new(mem, sizeof(*tag->seen));
    if (tag->seen != NULL)
        *tag->seen = (struct mpe_seen_tracks){0};
    return tag->seen != NULL;
}

static enum outcome multitrack(struct mpe_av_tag *tag, const struct mpe_mem *mem, struct mpe_cursor *in,
                               struct mpe_unit *unit)
{
    if (ends_before(tag, 1))
        return too_short(tag, unit);
    const uint8_t *const head = take_head(tag, in, 1);
    if (head == NULL)
        return MORE;
    if (!forget_tracks(tag, mem)) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "a multitrack message", sizeof(*tag->seen), 0);
        return UNIT;
    }
    tag->multitrack = head[0] >> 4;
    tag->packet_type = head[0] & 15;
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
    const uint8_t *const head = take_head(tag, in, 4);
    if (head == NULL)
        return MORE;
    tag->fourcc = mpe_load_be32(head);
    tag->codec = (uint8_t)mpe_codec_by_fourcc(tag->fourcc);
    return go(tag, tag->multitrack == NO_MULTITRACK ? STATE_NAME_TRACK : STATE_TRACK_ID);
}

/* Notes the track id. true: a sub-track before it in this message had it, too. */
static bool is_seen_again(struct mpe_av_tag *tag)
{
    uint32_t *const word = &tag->seen->ids[tag->track_id / 32];
    const uint32_t bit = (uint32_t)1 << tag->track_id % 32;
    const bool seen = (*word & bit) != 0;
    *word |= bit;
    return seen;
}

static enum outcome track_id(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 1))
        return too_short(tag, unit);
    const uint8_t *const head = take_head(tag, in, 1);
    if (head == NULL)
        return MORE;
    tag->track_id = head[0];
    if (is_seen_again(tag)) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_DUPLICATE_ENTRY, "a track id twice in a multitrack message", 0, 0);
        return UNIT;
    }
    return go(tag, STATE_NAME_TRACK);
}

static enum outcome track_size(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 3))
        return too_short(tag, unit);
    const uint8_t *const head = take_head(tag, in, 3);
    if (head == NULL)
        return MORE;
    const uint32_t size = mpe_load_be24(head);
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

static enum outcome composition_time(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (ends_before(tag, 3))
        return too_short(tag, unit);
    const uint8_t *const head = take_head(tag, in, 3);
    if (head == NULL)
        return MORE;
    tag->composition_offset_ms = mpe_load_be24_signed(head);
    return go(tag, STATE_PACKET);
}

enum outcome mpe_av_tag_run_enhanced(struct mpe_av_tag *tag, const struct mpe_mem *mem, struct mpe_cursor *in,
                                     struct mpe_unit *unit)
{
    switch ((enum state)tag->state) {
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
        return multitrack(tag, mem, in, unit);
    case STATE_FOURCC:
        return read_fourcc(tag, in, unit);
    case STATE_TRACK_ID:
        return track_id(tag, in, unit);
    case STATE_TRACK_SIZE:
        return track_size(tag, in, unit);
    case STATE_TRACK_DATA:
        return track_data(tag);
    case STATE_COMPOSITION_TIME:
        return composition_time(tag, in, unit);
    default: /* av_tag.c's */
        return MORE;
    }
}
