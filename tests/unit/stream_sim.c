/* Simulated encoders: FLV, RTMP and fragmented MP4 with right headers and zeros for payload. */
#include "stream_sim.h"

#include <check.h>
#include <math.h>

#define CHUNK_BYTES 0xFFFFFF
#define FRAGMENT_MS 1000.0

static const uint8_t zeros[65536];

/* ftyp, and moov with one AVC track of 1280x720 and 90000 ticks a second. */
static const char init_segment[] =
    "000000146674797069736d6c0000020069736d6c0000026c6d6f6f760000006c6d7668640000000000000000000000000000"
    "03e8000000000001000001000000000000000000000000010000000000000000000000000000000100000000000000000000"
    "0000000040000000000000000000000000000000000000000000000000000000ffffffff000001d07472616b0000005c746b"
    "6864000000070000000000000000000000010000000000000000000000000000000000000000000000000001000000000000"
    "000000000000000000010000000000000000000000000000400000000500000002d000000000016c6d6469610000002c6d64"
    "6864010000000000000000000000000000000000000000015f90ffffffffffffffff55c400000000002168646c7200000000"
    "000000007669646500000000000000000000000000000001176d696e6600000014766d686400000001000000000000000000"
    "00002464696e660000001c6472656600000000000000010000000c75726c2000000001000000d77374626c0000008b737473"
    "6400000000000000010000007b61766331000000000000000100000000000000000000000000000000050002d00048000000"
    "48000000000000000100000000000000000000000000000000000000000000000000000000000000000018ffff0000002561"
    "76634301640028ffe1000a67640028acb402802dc801000468ce3880fdf8f800000000107374747300000000000000000000"
    "0010737473630000000000000000000000107374636f0000000000000000000000147374737a000000000000000000000000"
    "000000286d7665780000002074726578000000000000000100000001000000000000000001010000";

double roll(struct dice *dice, double least, double most)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    const uint64_t bits = (dice->state * UINT64_C(2685821657736338717)) >> 11;
    return least + (most - least) * (double)bits / 9007199254740992.0;
}

static void feed(struct sim *sim, const void *bytes, size_t len)
{
    ck_assert_int_eq(mpe_session_feed(sim->session, bytes, len, sim->now_us), MPE_OK);
}

static void feed_made(struct sim *sim)
{
    feed(sim, sim->bytes.bytes, sim->bytes.len);
    sim->bytes.len = 0;
}

static void feed_zeros(struct sim *sim, size_t count)
{
    for (; count > sizeof(zeros); count -= sizeof(zeros))
        feed(sim, zeros, sizeof(zeros));
    feed(sim, zeros, count);
}

static void put_message(struct sim *sim, struct rtmp_out *rtmp, uint8_t type, const void *body, size_t len)
{
    if (sim->carrier == SIM_FLV)
        flv_tag(&sim->bytes, type, 0, body, len);
    else
        rtmp_message(rtmp, 0, type == TAG_AUDIO ? 4 : 6, 0, type, 1, body, len);
}

static void put_headers(struct sim *sim, bool has_audio)
{
    struct rtmp_out rtmp = {0};
    struct out metadata = {0};
    if (sim->carrier == SIM_FMP4) {
        out_hex(&sim->bytes, init_segment);
        return;
    }
    if (sim->carrier == SIM_FLV) {
        flv_begin(&sim->bytes);
    } else {
        rtmp = rtmp_begin(&sim->bytes);
        rtmp_connect(&rtmp, "live", "rtmp://127.0.0.1/live");
        rtmp_publish(&rtmp, "stream");
        rtmp_set_chunk_size(&rtmp, CHUNK_BYTES);
    }
    amf_metadata(&metadata, 5000, 128);
    put_message(sim, &rtmp, TAG_DATA, metadata.bytes, metadata.len);
    put_message(sim, &rtmp, TAG_VIDEO, avc_720p.bytes, avc_720p.len);
    if (has_audio)
        put_message(sim, &rtmp, TAG_AUDIO, aac_stereo_48k.bytes, aac_stereo_48k.len);
    out_free(&metadata);
}

static void open_session(struct sim *sim, bool has_audio)
{
    static const int32_t protocols[] = {MPE_PROTOCOL_FLV, MPE_PROTOCOL_RTMP, MPE_PROTOCOL_FMP4};
    ck_assert_int_eq(mpe_session_new(&sim->session, sim->channel, protocols[sim->carrier], NULL, NULL, 0), MPE_OK);
    put_headers(sim, has_audio);
    feed_made(sim);
}

struct sim sim_begin(enum sim_carrier carrier, bool has_audio)
{
    struct sim sim = {.carrier = carrier};
    ck_assert_int_eq(mpe_channel_new(&sim.channel, MPE_ENCODING, NULL), MPE_OK);
    open_session(&sim, has_audio);
    return sim;
}

struct sim sim_begin_watched(enum sim_carrier carrier, bool has_audio, const mpe_allocator *allocator)
{
    struct sim sim = {.carrier = carrier};
    ck_assert_int_eq(mpe_channel_new(&sim.channel, MPE_PASS_THROUGH_STANDARD, allocator), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(sim.channel, MPE_PARAM_CONDITIONS, 1), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(sim.channel, MPE_PARAM_NOTICES, 1), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(sim.channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    open_session(&sim, has_audio);
    return sim;
}

/* --------------------------------------------------------------- RTMP and FLV */

static void put_media_header(struct sim *sim, const struct sim_frame *frame)
{
    if (frame->is_audio) {
        out_be(&sim->bytes, 0xAF01, 2);
        return;
    }
    out_be(&sim->bytes, frame->is_key ? 0x1701 : 0x2701, 2);
    out_be(&sim->bytes, (uint32_t)frame->composition_ms & 0xFFFFFF, 3);
}

static void send_message(struct sim *sim, const struct sim_frame *frame)
{
    const uint32_t time_ms = (uint32_t)(int64_t)floor(frame->dts_ms);
    const uint32_t body_bytes = frame->size_bytes + (frame->is_audio ? 2 : 5);
    const uint8_t type = frame->is_audio ? TAG_AUDIO : TAG_VIDEO;
    if (sim->carrier == SIM_FLV) {
        out_be(&sim->bytes, type, 1);
        out_be(&sim->bytes, body_bytes, 3);
        out_be(&sim->bytes, time_ms & 0xFFFFFF, 3);
        out_be(&sim->bytes, time_ms >> 24, 1);
        out_be(&sim->bytes, 0, 3);
    } else {
        struct rtmp_out rtmp = {.out = &sim->bytes, .chunk_bytes = CHUNK_BYTES};
        rtmp_head(&rtmp, 0, frame->is_audio ? 4 : 6, time_ms, body_bytes, type, 1);
    }
    put_media_header(sim, frame);
    feed_made(sim);
    feed_zeros(sim, frame->size_bytes);
    if (sim->carrier == SIM_FLV) {
        out_be(&sim->bytes, body_bytes + 11, 4);
        feed_made(sim);
    }
}

/* ------------------------------------------------------------- fragmented MP4 */

static void put_box(struct out *out, uint64_t size, const char *type)
{
    out_be(out, size, 4);
    out_put(out, type, 4);
}

static void send_fragment(struct sim *sim)
{
    const uint64_t trun = 16 + sim->samples.len, traf = 8 + 16 + 20 + trun;
    const int64_t dts = llround(sim->fragment_ms * 90);
    put_box(&sim->bytes, 8 + traf, "moof");
    put_box(&sim->bytes, traf, "traf");
    put_box(&sim->bytes, 16, "tfhd");
    out_be(&sim->bytes, 0x020000, 4);
    out_be(&sim->bytes, 1, 4);
    put_box(&sim->bytes, 20, "tfdt");
    out_be(&sim->bytes, 0x01000000, 4);
    out_be(&sim->bytes, (uint64_t)dts, 8);
    put_box(&sim->bytes, trun, "trun");
    out_be(&sim->bytes, 0x000700, 4); /* durations, sizes, flags */
    out_be(&sim->bytes, (uint64_t)sim->fragment_frames, 4);
    out_put(&sim->bytes, sim->samples.bytes, sim->samples.len);
    put_box(&sim->bytes, 8 + sim->fragment_bytes, "mdat");
    feed_made(sim);
    feed_zeros(sim, sim->fragment_bytes);
    sim->samples.len = 0;
    sim->fragment_frames = 0;
    sim->fragment_bytes = 0;
}

/* The duration of the last sample is known with the next frame. */
static void end_sample(struct sim *sim, double last_ms, const struct sim_frame *next)
{
    uint8_t *const entry = sim->samples.bytes + sim->samples.len - 12;
    const uint32_t ticks = (uint32_t)(llround(next->dts_ms * 90) - llround(last_ms * 90));
    for (int i = 0; i < 4; i++)
        entry[i] = (uint8_t)(ticks >> (24 - 8 * i));
}

static void send_sample(struct sim *sim, const struct sim_frame *frame, double last_ms)
{
    if (sim->fragment_frames > 0)
        end_sample(sim, last_ms, frame);
    if (sim->fragment_frames > 0 &&
        frame->dts_ms - sim->fragment_ms >= (sim->length_ms != 0 ? sim->length_ms : FRAGMENT_MS))
        send_fragment(sim);
    if (sim->fragment_frames++ == 0)
        sim->fragment_ms = frame->dts_ms;
    sim->fragment_bytes += frame->size_bytes;
    out_be(&sim->samples, 0, 4);
    out_be(&sim->samples, frame->size_bytes, 4);
    out_be(&sim->samples, frame->is_key ? 0x02000000 : 0x01010000, 4);
}

void sim_send(struct sim *sim, const struct sim_frame *frame)
{
    const int64_t arrival_us = (int64_t)(frame->arrival_ms * 1000);
    if (arrival_us > sim->now_us)
        sim->now_us = arrival_us;
    if (sim->carrier != SIM_FMP4)
        send_message(sim, frame);
    else if (!frame->is_audio) {
        send_sample(sim, frame, sim->last_ms);
        sim->last_ms = frame->dts_ms;
    }
}

mpe_status sim_finding(const struct sim *sim, mpe_error *error)
{
    *error = (mpe_error){.struct_size = sizeof(*error)};
    return mpe_session_poll_error(sim->session, error);
}

void sim_end(struct sim *sim)
{
    mpe_session_free(sim->session);
    mpe_channel_free(sim->channel);
    out_free(&sim->bytes);
    out_free(&sim->samples);
}
