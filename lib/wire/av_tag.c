/* Reads the bodies of audio and video messages. */
#include "wire/av_tag.h"

#include "codes/codec.h"
#include "mpe.h"
#include "wire/av_codec.h"
#include "wire/av_tag_state.h"
#include "wire/fault.h"
#include "wire/key_frames.h"

/*
 * Legacy video (FLV 10.1, E.4.3)              Legacy audio (E.4.2)
 *
 *    7   4 3   0                                 7   4 3 2 1 0
 *   +-----+-----+---- AVC and HEVC only ----+   +-----+---+-+-+-- AAC only --+
 *   |frame|codec| AVC packet  | composition |   |sound|   | | | AAC packet   |
 *   |type |id   | type u8     | time s24    |   |form.|   | | | type u8      |
 *   +-----+-----+-------------+-------------+   +-----+---+-+-+--------------+
 */
static void fill(struct mpe_av_tag *tag, struct mpe_unit *unit, enum mpe_unit_kind kind)
{
    tag->has_reported |= kind != MPE_UNIT_TRACK;
    unit->kind = (uint8_t)kind;
    unit->media = tag->media;
    unit->key_frame = false;
    unit->codec = tag->codec;
    unit->fourcc = tag->fourcc;
    unit->stream_id = tag->stream_id;
    unit->track_id = tag->track_id;
}

static void fill_frame(struct mpe_av_tag *tag, struct mpe_unit *unit, enum mpe_unit_kind kind)
{
    fill(tag, unit, kind);
    unit->key_frame = is_key_frame(tag->frame_type);
    unit->dts = tag->timestamp_ms;
    unit->dts_nano = tag->timestamp_nano;
    unit->composition_offset = tag->composition_offset_ms;
    unit->duration = 0;
    unit->clock = MPE_CLOCK_RTMP;
    unit->size_bytes = tag->frame_bytes;
    unit->tail_bytes = 0;
    unit->is_complete = unit->begins_fragment = false;
    unit->late = 0;
}

/* ------------------------------------------------------------------ legacy */

/* By the first byte. */
static void name_legacy_codec(struct mpe_av_tag *tag, uint8_t first)
{
    const struct mpe_av_codec *const codec = mpe_av_codec_of(tag->media, first);
    tag->frame_type = tag->media == MPE_MEDIA_VIDEO ? first >> 4 : 0;
    tag->codec = codec->codec;
    tag->legacy_header_bytes = codec->header_bytes;
    tag->fourcc = mpe_av_codec_fourcc(tag->media, first);
    tag->is_avc_id = tag->codec == MPE_CODEC_AVC;
    if (tag->is_avc_id && tag->known_fourcc == mpe_codec_row(MPE_CODEC_HEVC)->fourcc) {
        tag->codec = MPE_CODEC_HEVC; /* as its last record said */
        tag->fourcc = tag->known_fourcc;
    }
}

static enum packet legacy_packet(uint8_t media, uint8_t packet_type)
{
    switch (packet_type) {
    case TYPE_SEQUENCE_START:
        return PACKET_HEADER;
    case TYPE_CODED_FRAMES:
        return PACKET_FRAME;
    case TYPE_SEQUENCE_END:
        return media == MPE_MEDIA_VIDEO ? PACKET_END_OF_SEQUENCE : PACKET_OTHER;
    default:
        return PACKET_OTHER;
    }
}

/* ------------------------------------------------------------------ packets */

static enum outcome begin_frame(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_unit *unit)
{
    tag->frame_bytes = track_left(tag);
    fill_frame(tag, unit, MPE_UNIT_FRAME);
    tag->ticket = 0;
    go(tag, STATE_FRAME);
    if (mpe_key_frames_want(unit) && tools->key_frames != NULL) {
        tag->ticket = mpe_key_frames_begin(tools->key_frames, unit);
        tag->is_quiet = false;
    }
    return UNIT;
}

static enum outcome begin_header(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_unit *unit)
{
    const int64_t max = tools->limits->max_header_bytes;
    const uint32_t size = track_left(tag);
    if (size == 0) /* describes nothing: as if it had not come */
        return go(tag, STATE_SKIP);
    if (size > max) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of a sequence header", size, max);
        return UNIT;
    }
    return go(tag, STATE_HEADER);
}

/* The tag header is complete, what follows is the packet's data. */
static enum outcome packet(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_unit *unit)
{
    switch ((enum packet)tag->packet) {
    case PACKET_FRAME:
        return begin_frame(tag, tools, unit);
    case PACKET_HEADER:
        return begin_header(tag, tools, unit);
    case PACKET_END_OF_SEQUENCE:
        fill(tag, unit, MPE_UNIT_TRACK_END);
        go(tag, STATE_SKIP);
        return UNIT;
    case PACKET_OTHER:
        break;
    }
    return go(tag, STATE_SKIP);
}

/* ------------------------------------------------------------- tag headers */

/*
 * A body that ends inside its tag header is skipped: encoders send such stubs, servers drop them, and nothing after
 * them is in doubt. An end of sequence needs no more than its packet type.
 */
static enum outcome legacy_header(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_cursor *in,
                                  struct mpe_unit *unit)
{
    const uint32_t whole = tag->legacy_header_bytes;
    const bool is_stub = ends_before(tag, whole);
    const uint32_t bytes = is_stub ? tag->head_len + track_left(tag) : whole;
    const uint8_t *const head = take_head(tag, in, bytes);
    if (head == NULL)
        return MORE;
    tag->packet = (uint8_t)(bytes != 0 ? legacy_packet(tag->media, head[0]) : PACKET_FRAME);
    if (is_stub && tag->packet != PACKET_END_OF_SEQUENCE)
        return go(tag, STATE_SKIP);
    if (bytes == 4)
        tag->composition_offset_ms = mpe_load_be24_signed(head + 1);
    return packet(tag, tools, unit);
}

/* Sub-tracks of a multitrack message other than 0 are news each time: nobody remembers them. */
static bool is_news(const struct mpe_av_tag *tag)
{
    return tag->known_fourcc == 0 || tag->fourcc != tag->known_fourcc || tag->track_id != 0;
}

static bool is_printable(uint32_t fourcc)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const uint8_t byte = (uint8_t)(fourcc >> shift);
        if (byte < 0x20 || byte > 0x7E)
            return false;
    }
    return true;
}

/* Whether a specification defines the codec id, or it is a FourCC that one may define yet. */
static bool is_codec(const struct mpe_av_tag *tag)
{
    return tag->codec != MPE_CODEC_OTHER || (tag->is_enhanced && is_printable(tag->fourcc));
}

/* A frame that needs frames before it, or of a type that encoders do not send. */
static bool is_within_group(const struct mpe_av_tag *tag)
{
    const bool has_frames =
        !tag->is_enhanced || tag->packet_type == TYPE_CODED_FRAMES || tag->packet_type == TYPE_CODED_FRAMES_X;
    return tag->media == MPE_MEDIA_VIDEO && has_frames && tag->frame_type != FRAME_KEY;
}

/*
 * Once codecs are known, what no encoder would turn to is no codec: the reader has lost its place, most often among the
 * chunks of RTMP. NULL: nothing is wrong.
 */
static const char *why_not(const struct mpe_av_tag *tag)
{
    if (tag->is_settled && !is_codec(tag))
        return MPE_OUT_OF_STEP("no specification defines this codec");
    const bool has_changed = tag->known_fourcc != 0 && tag->fourcc != tag->known_fourcc && tag->track_id == 0;
    if (has_changed && is_within_group(tag))
        return MPE_OUT_OF_STEP("the video codec changes without a key frame");
    return NULL;
}

static enum outcome name_track(struct mpe_av_tag *tag, struct mpe_unit *unit)
{
    const char *const what = why_not(tag);
    if (what != NULL)
        return malformed(tag, unit, what);
    const bool has_size = tag->multitrack == MANY_TRACKS || tag->multitrack == MANY_TRACKS_MANY_CODECS;
    go(tag, !tag->is_enhanced ? STATE_LEGACY_HEADER : has_size ? STATE_TRACK_SIZE : STATE_TRACK_DATA);
    if (!is_news(tag))
        return GO_ON;
    fill(tag, unit, MPE_UNIT_TRACK);
    return UNIT;
}

static enum outcome first_byte(struct mpe_av_tag *tag, struct mpe_cursor *in)
{
    if (tag->left_bytes == 0 || in->at == in->end)
        return MORE;
    const uint8_t first = *in->at;
    const bool is_video = tag->media == MPE_MEDIA_VIDEO;
    skip(tag, in, 1);
    tag->is_enhanced = is_video ? (first & 0x80) != 0 : first >> 4 == SOUND_FORMAT_EXTENDED;
    if (tag->is_enhanced) {
        tag->frame_type = is_video ? first >> 4 & 7 : 0;
        tag->packet_type = first & 15;
        return go(tag, STATE_AFTER_PACKET_TYPE);
    }
    name_legacy_codec(tag, first);
    return go(tag, tag->frame_type == FRAME_COMMAND ? STATE_SKIP : STATE_NAME_TRACK);
}

/* -------------------------------------------------------------------- data */

/* Codec id 7 is that of AVC, but encoders send HEVC under it: the record decides. true: the track has another name. */
static bool is_renamed(struct mpe_av_tag *tag, const struct mpe_gather *gather)
{
    if (!tag->is_avc_id)
        return false;
    const bool is_hevc = mpe_av_is_hevc_record((struct mpe_span){gather->bytes, gather->len_bytes});
    const uint8_t codec = is_hevc ? MPE_CODEC_HEVC : MPE_CODEC_AVC;
    if (codec == tag->codec)
        return false;
    tag->codec = codec;
    tag->fourcc = mpe_codec_row(codec)->fourcc;
    return true;
}

static enum outcome header(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_mem *mem,
                           struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const before = in->at;
    const uint32_t size = gather->len_bytes + track_left(tag);
    const enum mpe_gather_result result = mpe_gather_take(gather, mem, in, size);
    tag->left_bytes -= (uint32_t)(in->at - before);
    if (result == MPE_GATHER_MORE)
        return MORE;
    if (result == MPE_GATHER_NO_MEMORY) {
        go(tag, STATE_SKIP);
        mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "a sequence header", size, 0);
        return UNIT;
    }
    if (is_renamed(tag, gather)) {
        fill(tag, unit, MPE_UNIT_TRACK);
        return UNIT;
    }
    fill(tag, unit, MPE_UNIT_HEADER);
    unit->entry = (struct mpe_sample_facts){0};
    unit->entry_bps = 0;
    unit->data = (struct mpe_span){gather->bytes, gather->len_bytes};
    go(tag, STATE_NEXT_TRACK);
    return UNIT;
}

/* Shows what is here of a key frame to who looks into it, and says how much then comes that nobody looks at. */
static void look_into(struct mpe_av_tag *tag, struct mpe_key_frames *keys, struct mpe_cursor in)
{
    if (tag->is_quiet)
        mpe_key_frames_skip(keys, tag->ticket, mpe_av_tag_quiet_bytes(tag));
    in.end = in.at + available(tag, &in);
    mpe_key_frames_take(keys, tag->ticket, in);
    const uint32_t left = track_left(tag) - (uint32_t)mpe_cursor_left(&in);
    const uint32_t quiet = mpe_key_frames_quiet_bytes(keys, tag->ticket);
    tag->is_quiet = quiet != 0;
    tag->held_bytes = quiet < left ? left - quiet : 0;
    if (left == 0 || left < quiet) /* no NAL unit reaches past its frame */
        mpe_key_frames_end(keys, tag->ticket);
}

static enum outcome frame(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_cursor *in,
                          struct mpe_unit *unit)
{
    if (tag->ticket != 0)
        look_into(tag, tools->key_frames, *in);
    skip(tag, in, available(tag, in));
    if (track_left(tag) != 0)
        return MORE;
    fill_frame(tag, unit, MPE_UNIT_FRAME_END);
    tag->is_over = tag->left_bytes == 0 && tag->ticket == 0;
    go(tag, tag->ticket != 0 ? STATE_KEY_FRAME : STATE_NEXT_TRACK);
    return UNIT;
}

/* What a key frame was, after its end. */
static enum outcome key_frame(struct mpe_av_tag *tag, const struct mpe_wire_tools *tools, struct mpe_unit *unit)
{
    go(tag, STATE_NEXT_TRACK);
    return mpe_key_frames_poll(tools->key_frames, tag->ticket, unit) ? UNIT : GO_ON;
}

/* A body that gave no other unit is still a message that came. */
static enum outcome skip_track(struct mpe_av_tag *tag, struct mpe_cursor *in, struct mpe_unit *unit)
{
    skip(tag, in, available(tag, in));
    if (track_left(tag) != 0)
        return MORE;
    go(tag, STATE_NEXT_TRACK);
    if (tag->has_reported || tag->left_bytes != 0)
        return GO_ON;
    tag->has_reported = true;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
    return UNIT;
}

/* After a plain track nothing is left; after a sub-track the next one may be. */
static enum outcome next_track(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_mem *mem)
{
    mpe_gather_reset(gather, mem);
    tag->is_over = tag->left_bytes == 0;
    if (tag->is_over)
        return MORE;
    tag->after_bytes = 0;
    tag->composition_offset_ms = 0;
    return go(tag, tag->multitrack == MANY_TRACKS_MANY_CODECS ? STATE_FOURCC : STATE_TRACK_ID);
}

static enum outcome run(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_wire_tools *tools,
                        struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)tag->state) {
    case STATE_FIRST_BYTE:
        return first_byte(tag, in);
    case STATE_NAME_TRACK:
        return name_track(tag, unit);
    case STATE_LEGACY_HEADER:
        return legacy_header(tag, tools, in, unit);
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
    case STATE_COMPOSITION_TIME:
        return mpe_av_tag_run_enhanced(tag, tools->mem, in, unit);
    case STATE_PACKET:
        return packet(tag, tools, unit);
    case STATE_HEADER:
        return header(tag, gather, tools->mem, in, unit);
    case STATE_FRAME:
        return frame(tag, tools, in, unit);
    case STATE_KEY_FRAME:
        return key_frame(tag, tools, unit);
    case STATE_SKIP:
        return skip_track(tag, in, unit);
    case STATE_NEXT_TRACK:
        return next_track(tag, gather, tools->mem);
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
    tag->is_enhanced = tag->is_avc_id = tag->is_settled = false;
    tag->is_over = body_bytes == 0;
    tag->has_reported = false;
    go(tag, STATE_FIRST_BYTE);
}

void mpe_av_tag_free(struct mpe_av_tag *tag, const struct mpe_mem *mem)
{
    mpe_mem_free(mem, tag->seen);
    tag->seen = NULL;
}

void mpe_av_tag_skip(struct mpe_av_tag *tag)
{
    go(tag, STATE_SKIP);
}

bool mpe_av_tag_step(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_wire_tools *tools,
                     struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum outcome outcome;
    do
        outcome = run(tag, gather, tools, in, unit);
    while (outcome == GO_ON);
    return outcome == UNIT;
}
