/* Commands for headers, coded frames and metadata. */
#include "builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amf.h"
#include "headers.h"

enum { MESSAGE_AUDIO = 8, MESSAGE_VIDEO = 9, MESSAGE_DATA_AMF3 = 15, MESSAGE_DATA = 18 };
enum { USUAL_FRAME_BYTES = 20 };

/* Low nibble of the first byte of an Enhanced RTMP video or audio message. */
enum {
    PACKET_START = 0,
    PACKET_FRAMES = 1,
    PACKET_END = 2,
    PACKET_FRAMES_X = 3,
    PACKET_METADATA = 4,
    PACKET_MODEX = 7
};
enum { VIDEO_MULTITRACK = 6, AUDIO_MULTITRACK = 5 };

uint32_t builder_timestamp(struct builder *builder, uint8_t type, uint32_t standard)
{
    const char *text = line_option(&builder->line, "ts");
    const struct sender *sender = builder_sender(builder);
    int64_t number = standard;

    if (text && strcmp(text, "end") == 0)
        return (uint32_t)(sender->run_end_ms + 0.5);
    if (text && !text_to_number(text, &number))
        line_error(&builder->line, "ts=%s is not a time", text);
    if (text && text[0] == '+')
        number += sender->last_ms[type == MESSAGE_AUDIO];
    return (uint32_t)number;
}

static uint32_t frame_timestamp(struct builder *builder, uint8_t type)
{
    struct sender *sender = builder_sender(builder);
    uint32_t *last = &sender->last_ms[type == MESSAGE_AUDIO];

    *last = builder_timestamp(builder, type, *last);
    return *last;
}

/*
 * NAL length(32), NAL header(8), slice header, filler that no start code can be in. A key frame's slice header is one
 * that a decoder reads (first macroblock 0, I slice, frame 0), so that ffprobe tells the picture size of what was
 * built.
 */
void write_slice(struct buffer *body, bool key, size_t size)
{
    static const uint8_t key_start[] = {0x65, 0x88, 0x84};
    static const uint8_t inter_start[] = {0x41, 0x9a, 0x24};

    if (size >= 7) {
        buffer_be(body, size - 4, 4);
        buffer_bytes(body, key ? key_start : inter_start, 3);
        size -= 7;
    }
    for (size_t i = 0; i < size; i++)
        buffer_byte(body, 0x80 | (i * 31 & 0x7f));
}

void write_video_frame(struct buffer *body, bool key, int32_t composition_ms, size_t size)
{
    buffer_byte(body, key ? 0x17 : 0x27);
    buffer_byte(body, 1);
    buffer_be(body, (uint32_t)composition_ms & 0xffffff, 3);
    write_slice(body, key, size);
}

void write_audio_frame(struct buffer *body, size_t size)
{
    buffer_be(body, 0xaf01, 2);
    buffer_fill(body, 0x21, size);
}

/* "1280x720", or width= and height=. */
static void read_size(struct builder *builder, struct picture_shape *shape, const char *text)
{
    int64_t width, height;
    char *x = text ? strchr(text, 'x') : NULL;

    if (!x) {
        line_error(&builder->line, "a picture size such as 1280x720 is missing");
        return;
    }
    width = strtol(text, NULL, 10);
    height = strtol(x + 1, NULL, 10);
    shape->width = (int)width;
    shape->height = (int)height;
}

static void put_avc_record(struct builder *builder, struct buffer *body, const char *size)
{
    struct line *line = &builder->line;
    struct picture_shape shape = {0};
    const char *coded = line_option(line, "coded");

    if (coded) {
        read_size(builder, &shape, coded);
        shape.coded_width = shape.width;
        shape.coded_height = shape.height;
    }
    read_size(builder, &shape, size);
    shape.bit_depth = (int)line_number(line, "bit-depth", 8);
    shape.profile = (int)line_number(line, "profile", shape.bit_depth > 8 ? 110 : 100);
    shape.declared_fps = (int)line_number(line, "declared-fps", 0);
    shape.level = (int)line_number(line, "level", 0);
    shape.chroma = (int)line_number(line, "chroma", 0);
    shape.interlaced = (int)line_number(line, "interlaced", 0);
    write_avc_header(body, &shape);
}

/* video-header 1280x720 [coded=WxH] [profile=] [bit-depth=] [declared-fps=] [level=] [chroma=] [interlaced=] [ts=0] */
static void video_header(struct builder *builder)
{
    struct message message = message_new(MESSAGE_VIDEO, builder_timestamp(builder, MESSAGE_VIDEO, 0));

    message_options(builder, &message);
    buffer_be(&message.body, 0x1700000000, 5);
    put_avc_record(builder, &message.body, line_need(&builder->line, "a picture size"));
    carry(builder, &message);
}

static void put_aac_config(struct builder *builder, struct buffer *body)
{
    struct line *line = &builder->line;
    struct aac_shape shape = {0};

    shape.object_type = (int)line_number(line, "object-type", 2);
    shape.sample_rate = (int)line_number(line, "rate", 44100);
    shape.channels = (int)line_number(line, "channels", 2);
    shape.backward_sbr = line_flag(line, "backward-sbr");
    write_aac_header(body, &shape);
}

static void audio_header(struct builder *builder)
{
    struct message message = message_new(MESSAGE_AUDIO, builder_timestamp(builder, MESSAGE_AUDIO, 0));

    message_options(builder, &message);
    buffer_be(&message.body, 0xaf00, 2);
    put_aac_config(builder, &message.body);
    carry(builder, &message);
}

static bool is_key(struct builder *builder)
{
    struct word *word = line_next(&builder->line);

    if (!word || (strcmp(word->value, "key") != 0 && strcmp(word->value, "inter") != 0))
        line_error(&builder->line, "key or inter");
    return word && strcmp(word->value, "key") == 0;
}

/* video-frame key|inter [ts=] [cts=] [size=] [session-report=] [rendition-report=] */
static void video_frame(struct builder *builder)
{
    struct line *line = &builder->line;
    bool key = is_key(builder);
    struct message message = message_new(MESSAGE_VIDEO, frame_timestamp(builder, MESSAGE_VIDEO));

    message_options(builder, &message);
    write_video_frame(&message.body, key, (int32_t)line_number(line, "cts", 0),
                      (size_t)line_number(line, "size", USUAL_FRAME_BYTES));
    put_reports(builder, &message.body);
    carry(builder, &message);
}

static void audio_frame(struct builder *builder)
{
    struct message message = message_new(MESSAGE_AUDIO, frame_timestamp(builder, MESSAGE_AUDIO));

    message_options(builder, &message);
    write_audio_frame(&message.body, (size_t)line_number(&builder->line, "size", USUAL_FRAME_BYTES));
    carry(builder, &message);
}

/* AVC end of sequence. */
static void video_end(struct builder *builder)
{
    struct message message = message_new(MESSAGE_VIDEO, builder_timestamp(builder, MESSAGE_VIDEO, 0));

    message_options(builder, &message);
    buffer_be(&message.body, 0x1702000000, 5);
    carry(builder, &message);
}

/* What an "ex-video" or "ex-audio" line says. */
struct enhanced {
    bool video;
    int packet;
    const char *fourcc;
    bool key;
    int32_t composition_ms;
    size_t size;
    int64_t nano;
    int64_t track;
    const char *tracks; /* "0,1": ManyTracks */
    const char *picture;
};

static int packet_by_name(const struct enhanced *enhanced, const char *name)
{
    static const char *const video[] = {"start", "frames", "end", "frames-x", "metadata", "mpeg2ts-start"};
    static const char *const audio[] = {"start", "frames", "end", "", "multichannel"};
    const char *const *names = enhanced->video ? video : audio;

    for (int i = 0; i < (enhanced->video ? 6 : 5); i++)
        if (name && strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static void put_fourcc(struct builder *builder, struct buffer *body, const char *fourcc)
{
    if (strlen(fourcc) != 4)
        line_error(&builder->line, "fourcc=%s has not four characters", fourcc);
    buffer_bytes(body, fourcc, strlen(fourcc));
}

static bool has_composition(const struct enhanced *enhanced)
{
    const char *fourcc = enhanced->fourcc;

    return enhanced->video && enhanced->packet == PACKET_FRAMES &&
           (strcmp(fourcc, "avc1") == 0 || strcmp(fourcc, "hvc1") == 0 || strcmp(fourcc, "vvc1") == 0);
}

/* What follows the FourCC (and the track id). */
static void put_enhanced_data(struct builder *builder, const struct enhanced *enhanced, struct buffer *body)
{
    bool frames = enhanced->packet == PACKET_FRAMES || (enhanced->video && enhanced->packet == PACKET_FRAMES_X);

    if (has_composition(enhanced))
        buffer_be(body, (uint32_t)enhanced->composition_ms & 0xffffff, 3);
    if (enhanced->packet == PACKET_START && strcmp(enhanced->fourcc, "avc1") == 0)
        put_avc_record(builder, body, enhanced->picture ? enhanced->picture : "1280x720");
    else if (enhanced->packet == PACKET_START && strcmp(enhanced->fourcc, "mp4a") == 0)
        put_aac_config(builder, body);
    else if (frames && enhanced->video)
        write_slice(body, enhanced->key, enhanced->size);
    else if (frames || enhanced->packet == PACKET_START)
        buffer_fill(body, 0x21, enhanced->size);
    else if (enhanced->video && enhanced->packet == PACKET_METADATA)
        amf_string(body, "colorInfo");
}

/* Tracks one after another: id(8) size(24) data. */
static void put_many_tracks(struct builder *builder, const struct enhanced *enhanced, struct buffer *body)
{
    struct buffer data = {0};

    put_enhanced_data(builder, enhanced, &data);
    for (const char *at = enhanced->tracks; *at; at += strcspn(at, ","), at += *at == ',') {
        buffer_byte(body, (unsigned)strtoul(at, NULL, 10));
        buffer_be(body, data.len, 3);
        buffer_bytes(body, data.at, data.len);
    }
    buffer_free(&data);
}

/*
 * [ModEx: size-1(8) nanoseconds(24) type(4) packet(4)] [multitrack type(4) packet(4)] FourCC(32) [track id(8)]
 */
static void put_enhanced(struct builder *builder, const struct enhanced *enhanced, struct buffer *body)
{
    unsigned multitrack = enhanced->video ? VIDEO_MULTITRACK : AUDIO_MULTITRACK;
    bool many = enhanced->tracks != NULL, one = enhanced->track >= 0;
    unsigned packet = many || one ? multitrack : (unsigned)enhanced->packet;
    unsigned first = enhanced->video ? (enhanced->key ? 0x90 : 0xa0) : 0x90;

    buffer_byte(body, first | (enhanced->nano >= 0 ? (unsigned)PACKET_MODEX : packet));
    if (enhanced->nano >= 0) {
        buffer_byte(body, 2);
        buffer_be(body, (uint64_t)enhanced->nano, 3);
        buffer_byte(body, packet);
    }
    if (many || one)
        buffer_byte(body, (many ? 0x10 : 0) | (unsigned)enhanced->packet);
    put_fourcc(builder, body, enhanced->fourcc);
    if (one)
        buffer_byte(body, (unsigned)enhanced->track);
    if (many)
        put_many_tracks(builder, enhanced, body);
    else
        put_enhanced_data(builder, enhanced, body);
}

static void enhanced_message(struct builder *builder, bool video)
{
    struct line *line = &builder->line;
    uint8_t type = video ? MESSAGE_VIDEO : MESSAGE_AUDIO;
    struct enhanced enhanced = {.video = video};
    struct message message = message_new(type, 0);
    const char *fourcc = line_option(line, "fourcc");
    struct word *key;

    enhanced.packet = packet_by_name(&enhanced, line_need(line, "a packet"));
    if (enhanced.packet < 0)
        line_error(line, "not a packet of Enhanced RTMP");
    key = line_next(line);
    enhanced.key = key ? strcmp(key->value, "key") == 0 : enhanced.packet == PACKET_START;
    enhanced.fourcc = fourcc ? fourcc : video ? "avc1" : "mp4a";
    enhanced.composition_ms = (int32_t)line_number(line, "cts", 0);
    enhanced.size = (size_t)line_number(line, "size", USUAL_FRAME_BYTES);
    enhanced.nano = line_number(line, "nano", -1);
    enhanced.track = line_number(line, "track", -1);
    enhanced.tracks = line_option(line, "tracks");
    enhanced.picture = line_option(line, "picture");
    if (enhanced.packet == PACKET_FRAMES || (video && enhanced.packet == PACKET_FRAMES_X))
        message.timestamp = frame_timestamp(builder, type);
    else
        message.timestamp = builder_timestamp(builder, type, 0);
    message_options(builder, &message);
    put_enhanced(builder, &enhanced, &message.body);
    carry(builder, &message);
}

static void ex_video(struct builder *builder)
{
    enhanced_message(builder, true);
}

static void ex_audio(struct builder *builder)
{
    enhanced_message(builder, false);
}

static uint32_t unused_words(const struct line *line)
{
    uint32_t count = 0;

    for (int i = 0; i < line->count; i++)
        count += !line->words[i].used;
    return count;
}

/* metadata [style=@setDataFrame|setDataFrame|onMetaData] [as=object|ecma-array] [amf3=yes] [ts=0] properties */
static void metadata(struct builder *builder)
{
    struct line *line = &builder->line;
    bool rtmp = builder_sender(builder)->carrier == CARRIER_RTMP;
    const char *style = line_option(line, "style");
    const char *as = line_option(line, "as");
    bool amf3 = line_flag(line, "amf3");
    struct message message = message_new(amf3 ? MESSAGE_DATA_AMF3 : MESSAGE_DATA, builder_timestamp(builder, 18, 0));

    message_options(builder, &message);
    if (amf3)
        buffer_byte(&message.body, 0);
    style = style ? style : rtmp ? "@setDataFrame" : "onMetaData";
    if (strcmp(style, "onMetaData") != 0)
        amf_string(&message.body, style);
    amf_string(&message.body, "onMetaData");
    if (as && strcmp(as, "object") == 0)
        amf_object_begin(&message.body);
    else
        amf_array_begin(&message.body, unused_words(line));
    amf_words(&message.body, line);
    amf_end(&message.body);
    carry(builder, &message);
}

/* data VALUES...: a data message of AMF0 values. */
static void data(struct builder *builder)
{
    struct message message = message_new(MESSAGE_DATA, builder_timestamp(builder, MESSAGE_DATA, 0));

    message_options(builder, &message);
    amf_words(&message.body, &builder->line);
    carry(builder, &message);
}

command_function *find_media_command(const char *name)
{
    static const struct {
        const char *name;
        command_function *run;
    } commands[] = {
        {"video-header", video_header},
        {"video-frame", video_frame},
        {"video-end", video_end},
        {"audio-header", audio_header},
        {"audio-frame", audio_frame},
        {"ex-video", ex_video},
        {"ex-audio", ex_audio},
        {"metadata", metadata},
        {"data", data},
        {"run", run_media},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    return NULL;
}
