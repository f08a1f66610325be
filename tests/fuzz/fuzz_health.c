/*
 * What a session says of its health, of a stream that nobody would send: nonsense in SEI and in declared rates, clocks
 * that stand still or jump, tracks that come and go, two pushes of one name. See notice_promises.h.
 *
 * The input: 1 byte of enum setup bits; then one byte for each step: low 3 bits what, bit 3 which session, bits 4-7
 * more, followed by what the step needs.
 */
#include <math.h>
#include <string.h>

#include "../case/amf.h"
#include "../case/headers.h"
#include "fuzz.h"
#include "memory.h"
#include "notice_promises.h"

enum { SESSIONS = 2, MAX_STEPS = 600, MAX_MESSAGES = 800, MOST_BLOCKS = 400, CHUNK_BYTES = 0x7fffff };

enum setup { SETUP_RTMP = 1, SETUP_HEVC = 2, SETUP_STRICT = 4, SETUP_LATE_CLOCK = 8, SETUP_ENCODING = 16 };

enum { MESSAGE_CHUNK_SIZE = 1, MESSAGE_AUDIO = 8, MESSAGE_VIDEO = 9, MESSAGE_DATA = 18, MESSAGE_COMMAND = 20 };

struct pushed {
    mpe_session *session;
    struct notices_seen seen;
    int64_t now_us; /* largest that it was told */
    uint32_t ms;    /* of its last frame */
};

struct stage {
    struct input input;
    struct memory memory;
    mpe_channel *channel;
    struct pushed pushes[SESSIONS];
    unsigned setup;
    int64_t now_us;
    unsigned messages;
};

/* ---- what it says ---- */

static void look(struct stage *stage, struct pushed *push)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    int64_t due_us;

    if (stage->now_us > push->now_us)
        push->now_us = stage->now_us;
    for (int i = 0; mpe_session_poll_notice(push->session, &notice) == MPE_EVENT; i++) {
        PROMISE(i < 64, "polling notices does not end");
        check_notice(&push->seen, push->session, &notice, push->now_us);
        notice.struct_size = sizeof(notice);
    }
    due_us = mpe_session_deadline(push->session);
    PROMISE(due_us > push->now_us, "due at %lld, it is %lld", (long long)due_us, (long long)push->now_us);
    PROMISE(stage->memory.blocks <= MOST_BLOCKS, "%zu blocks", stage->memory.blocks);
}

static void feed(struct stage *stage, struct pushed *push, struct buffer *bytes)
{
    const mpe_status status = mpe_session_feed(push->session, bytes->at, bytes->len, stage->now_us);

    PROMISE(status == MPE_OK, "%d", (int)status);
    buffer_free(bytes);
    look(stage, push);
}

/* ---- messages ---- */

/* A chunk of format 0, which holds all of it; or a tag. */
static void send(struct stage *stage, struct pushed *push, unsigned type, struct buffer *body)
{
    const bool is_rtmp = (stage->setup & SETUP_RTMP) != 0;
    struct buffer out = {0};

    if (is_rtmp) {
        const uint32_t field = push->ms < 0xffffff ? push->ms : 0xffffff;
        buffer_byte(&out, type == MESSAGE_CHUNK_SIZE ? 2 : 4);
        buffer_be(&out, field, 3);
        buffer_be(&out, body->len, 3);
        buffer_byte(&out, type);
        buffer_le32(&out, type == MESSAGE_CHUNK_SIZE ? 0 : 1);
        if (field == 0xffffff)
            buffer_be(&out, push->ms, 4);
    } else {
        buffer_byte(&out, type);
        buffer_be(&out, body->len, 3);
        buffer_be(&out, push->ms, 3);
        buffer_byte(&out, push->ms >> 24);
        buffer_be(&out, 0, 3);
    }
    buffer_bytes(&out, body->at, body->len);
    if (!is_rtmp)
        buffer_be(&out, 11 + body->len, 4);
    buffer_free(body);
    stage->messages++;
    feed(stage, push, &out);
}

static void put_video_head(const struct stage *stage, struct buffer *body, bool is_key, bool is_header, int32_t cts)
{
    if ((stage->setup & SETUP_HEVC) != 0) { /* Enhanced RTMP: ex, frame type, packet type, FourCC */
        buffer_byte(body, (is_key ? 0x90u : 0xa0u) | (is_header ? 0 : 1));
        buffer_bytes(body, "hvc1", 4);
        if (!is_header)
            buffer_be(body, (uint32_t)cts & 0xffffff, 3);
        return;
    }
    buffer_byte(body, is_key ? 0x17 : 0x27);
    buffer_byte(body, is_header ? 0 : 1);
    buffer_be(body, (uint32_t)cts & 0xffffff, 3);
}

static void put_nal(struct buffer *body, const struct buffer *nal)
{
    buffer_be(body, nal->len, 4);
    buffer_bytes(body, nal->at, nal->len);
}

/* User data, unregistered, of a kind that the library knows, or not; its length may be a lie. */
static void put_sei(struct stage *stage, struct buffer *body)
{
    static const uint8_t kinds[][16] = {
        {0},
        {0x0a, 0xec, 0xff, 0xe7, 0x52, 0x72, 0x4e, 0x2f, 0xa6, 0x2f, 0xd1, 0x9c, 0xd6, 0x1a, 0x93, 0xb5},
        {0xca, 0x60, 0xe7, 0x1c, 0x6a, 0x8b, 0x43, 0x88, 0xa3, 0x77, 0x15, 0x1d, 0xf7, 0xbf, 0x8a, 0xc2},
        {0xf1, 0xfb, 0xc1, 0xd5, 0x10, 0x1e, 0x4f, 0xb5, 0xa6, 0x1e, 0xb8, 0xce, 0x3c, 0x07, 0xb8, 0xc0}};
    const unsigned choice = input_byte(&stage->input);
    size_t len = input_byte(&stage->input) % 80;
    const uint8_t *const bytes = input_bytes(&stage->input, &len);
    struct buffer nal = {0};

    if ((stage->setup & SETUP_HEVC) != 0)
        buffer_be(&nal, 39 << 9 | 1, 2); /* prefix SEI */
    else
        buffer_byte(&nal, 6);
    buffer_byte(&nal, (choice & 128) != 0 ? choice & 127 : 5);
    buffer_byte(&nal, (unsigned)(16 + len) + ((choice & 64) != 0 ? choice & 63 : 0));
    buffer_bytes(&nal, kinds[choice & 3], 16);
    buffer_bytes(&nal, bytes, len);
    buffer_byte(&nal, 0x80);
    put_nal(body, &nal);
    buffer_free(&nal);
}

static void put_slice(const struct stage *stage, struct buffer *body, bool is_key, size_t size)
{
    struct buffer nal = {0};

    if ((stage->setup & SETUP_HEVC) != 0)
        buffer_be(&nal, (is_key ? 19u << 9 : 1u << 9) | 1, 2);
    else
        buffer_byte(&nal, is_key ? 0x65 : 0x41);
    buffer_fill(&nal, 0x88, size);
    put_nal(body, &nal);
    buffer_free(&nal);
}

static void send_video(struct stage *stage, struct pushed *push, bool is_key, bool has_sei, size_t size)
{
    struct buffer body = {0};
    const int32_t cts = (stage->setup & SETUP_STRICT) != 0 ? (int8_t)size : 0;

    put_video_head(stage, &body, is_key, false, cts);
    if (has_sei)
        put_sei(stage, &body);
    put_slice(stage, &body, is_key, size);
    send(stage, push, MESSAGE_VIDEO, &body);
}

static void send_audio(struct stage *stage, struct pushed *push, size_t size)
{
    struct buffer body = {0};

    buffer_be(&body, 0xaf01, 2);
    buffer_fill(&body, 0x21, size);
    send(stage, push, MESSAGE_AUDIO, &body);
}

static void send_header(struct stage *stage, struct pushed *push, unsigned more)
{
    const struct picture_shape shape = {.width = more & 1 ? 640 : 1280,
                                        .height = more & 1 ? 352 : 720,
                                        .profile = more & 2 ? 77 : 100,
                                        .bit_depth = 8,
                                        .interlaced = (more & 4) != 0 && (more & 1) != 0};
    const struct aac_shape sound = {2, more & 1 ? 44100 : 48000, 1 + (more >> 1 & 1), 0};
    struct buffer body = {0};

    if (more & 8) {
        buffer_be(&body, 0xaf00, 2);
        write_aac_header(&body, &sound);
        send(stage, push, MESSAGE_AUDIO, &body);
        return;
    }
    put_video_head(stage, &body, true, true, 0);
    if ((stage->setup & SETUP_HEVC) != 0)
        write_hevc_header(&body, &shape);
    else
        write_avc_header(&body, &shape);
    send(stage, push, MESSAGE_VIDEO, &body);
}

static double read_rate(struct stage *stage)
{
    static const double rates[] = {2500, 0, -1, 1e300, -1e300, 1e-300, 0.5, 1e18};
    const unsigned choice = input_byte(&stage->input);
    uint64_t bits;
    double rate;

    if (choice < sizeof(rates) / sizeof(rates[0]))
        return rates[choice];
    if (choice < 12)
        return choice & 1 ? (double)NAN : choice & 2 ? (double)INFINITY : -(double)INFINITY;
    bits = input_be(&stage->input, 8);
    memcpy(&rate, &bits, sizeof(rate));
    return rate;
}

static void send_metadata(struct stage *stage, struct pushed *push)
{
    static const char *const keys[] = {"videodatarate", "audiodatarate", "framerate", "width", "height"};
    struct buffer body = {0};

    if ((stage->setup & SETUP_RTMP) != 0)
        amf_string(&body, "@setDataFrame");
    amf_string(&body, "onMetaData");
    amf_array_begin(&body, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        amf_key(&body, keys[i]);
        amf_number(&body, read_rate(stage));
    }
    amf_end(&body);
    send(stage, push, MESSAGE_DATA, &body);
}

static void send_publish(struct stage *stage, struct pushed *push)
{
    struct buffer body = {0};

    amf_string(&body, "publish");
    amf_number(&body, 5);
    amf_null(&body);
    amf_string(&body, "name");
    amf_string(&body, "live");
    send(stage, push, MESSAGE_COMMAND, &body);
}

/* ---- steps ---- */

static void open_push(struct stage *stage, struct pushed *push)
{
    const int32_t protocol = (stage->setup & SETUP_RTMP) != 0 ? MPE_PROTOCOL_RTMP : MPE_PROTOCOL_FLV;
    struct buffer out = {0}, size = {0};

    PROMISE(mpe_session_new(&push->session, stage->channel, protocol, NULL, NULL, stage->now_us) == MPE_OK, "open");
    push->now_us = stage->now_us;
    if (protocol == MPE_PROTOCOL_FLV) {
        buffer_bytes(&out, "FLV\1\5\0\0\0\11\0\0\0", 13);
        feed(stage, push, &out);
        return;
    }
    buffer_byte(&out, 3);
    buffer_fill(&out, 0, 2 * 1536);
    feed(stage, push, &out);
    buffer_be(&size, CHUNK_BYTES, 4);
    send(stage, push, MESSAGE_CHUNK_SIZE, &size);
    send_publish(stage, push);
}

/* Forward, back, and far. */
static void pass_time(struct stage *stage, unsigned more)
{
    static const int64_t units_us[4] = {1000, 40000, 1000000, 600000000};
    const int64_t step_us = (int8_t)input_byte(&stage->input) * units_us[more & 3];

    if (stage->now_us < INT64_MAX / 2)
        stage->now_us += step_us;
}

static void tick(struct stage *stage, struct pushed *push)
{
    const int64_t due_us = mpe_session_deadline(push->session);

    if (due_us != INT64_MAX && due_us > stage->now_us)
        stage->now_us = due_us;
    mpe_session_tick(push->session, stage->now_us);
    look(stage, push);
}

/* Frames as far apart on the wire, and on the clock, as the input says. */
static void run(struct stage *stage, struct pushed *push, unsigned more)
{
    const unsigned count = input_byte(&stage->input), key_every = 1 + input_byte(&stage->input) % 90;
    const int step_ms = input_byte(&stage->input), clock_ms = input_byte(&stage->input);

    for (unsigned i = 0; i < count && stage->messages < MAX_MESSAGES; i++) {
        push->ms += (uint32_t)step_ms;
        stage->now_us += clock_ms * 1000;
        if (more & 1)
            send_audio(stage, push, 10);
        if ((more & 2) == 0)
            send_video(stage, push, i % key_every == 0, false, 1 + more * 16);
    }
}

static void step(struct stage *stage)
{
    const unsigned what = input_byte(&stage->input), more = what >> 4;
    struct pushed *const push = &stage->pushes[what >> 3 & 1];

    if (push->session == NULL)
        open_push(stage, push);
    switch (what & 7) {
    case 0:
    case 1:
        push->ms += (uint32_t)(int32_t)(int8_t)input_byte(&stage->input) * (more & 8 ? 1000 : 1);
        send_video(stage, push, (what & 1) != 0, (what & 1) != 0, 1 + more);
        break;
    case 2:
        push->ms += input_byte(&stage->input);
        send_audio(stage, push, 1 + more);
        break;
    case 3:
        send_header(stage, push, more);
        break;
    case 4:
        send_metadata(stage, push);
        break;
    case 5:
        pass_time(stage, more);
        break;
    case 6:
        tick(stage, push);
        break;
    default:
        run(stage, push, more);
        break;
    }
}

static void make_channel(struct stage *stage)
{
    static const struct {
        int32_t param;
        int64_t value;
    } strict[] = {{MPE_PARAM_MAX_B_FRAMES, 0},           {MPE_PARAM_MIN_VIDEO_BITRATE_BPS, 20000},
                  {MPE_PARAM_MIN_FRAME_RATE_MFPS, 20000}, {MPE_PARAM_PROGRESSIVE_ONLY, 1},
                  {MPE_PARAM_MIN_WIDTH_PX, 1000},         {MPE_PARAM_MAX_AVC_PROFILE, 77},
                  {MPE_PARAM_VIDEO_REQUIRED, 1},          {MPE_PARAM_AUDIO_REQUIRED, 1},
                  {MPE_PARAM_MIN_SAMPLE_RATE_HZ, 48000},  {MPE_PARAM_MIN_CHANNELS, 2}};
    mpe_allocator allocator = memory_allocator(&stage->memory);

    stage->setup = input_byte(&stage->input);
    stage->now_us = (stage->setup & SETUP_LATE_CLOCK) != 0 ? 1700000000000000 : 0;
    PROMISE(mpe_channel_new(&stage->channel, (stage->setup & SETUP_ENCODING) != 0 ? MPE_ENCODING : MPE_OPEN,
                            &allocator) == MPE_OK,
            "channel");
    mpe_channel_set(stage->channel, MPE_PARAM_NOTICES, 1);
    mpe_channel_set(stage->channel, MPE_PARAM_CONDITIONS, 1);
    mpe_channel_set(stage->channel, MPE_PARAM_REPORT_ALL, 1);
    mpe_channel_set(stage->channel, MPE_PARAM_RTMP_IDLE_TIMEOUT_US, 0);
    for (size_t i = 0; (stage->setup & SETUP_STRICT) != 0 && i < sizeof(strict) / sizeof(strict[0]); i++)
        PROMISE(mpe_channel_set(stage->channel, strict[i].param, strict[i].value) == MPE_OK, "%zu", i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stage stage = {.input = {data, data + size}};

    make_channel(&stage);
    for (int i = 0; i < MAX_STEPS && input_left(&stage.input) > 0 && stage.messages < MAX_MESSAGES; i++)
        step(&stage);
    for (int i = 0; i < SESSIONS; i++)
        mpe_session_free(stage.pushes[i].session);
    mpe_channel_free(stage.channel);
    PROMISE(stage.memory.blocks == 0, "%zu blocks", stage.memory.blocks);
    return 0;
}
