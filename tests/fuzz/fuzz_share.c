/*
 * Shares: what other edges of a fleet say, authentic however wrong it is, between what the sessions here do.
 *
 *     a program of steps, each a byte and what it takes:
 *     0 share of an edge: edge 1, length 2, body (after the head's first 20 bytes, which the target writes)
 *     1 bytes as they are: length 2, bytes          2 time: 10 ms times 1
 *     3 a quality: part 1, width 1                  4 a rate: part 1, rate 1
 *     5 a name: part 1, name 1                      6 a session leaves: part 1
 *     7 the share of this edge goes to another      8 an edge is gone: edge 1
 *     9 a session is heard: part 1                  10 a session looks: part 1
 */
#include <string.h>

#include "channel/channel.h"
#include "channel/share_format.h"
#include "fuzz.h"
#include "memory.h"
#include "share.h"

enum { PARTS = 4, OWN_EDGE = 200, OTHER_EDGE = 201, LEASE_US = 10000000, MAX_STEPS = 400 };

static const uint8_t key[MPE_FLEET_KEY_BYTES] = "fuzz";
static const char channel_name[] = "channel";

struct stage {
    mpe_channel *channel;
    mpe_channel *other; /* takes the shares of the first */
    struct mpe_digester digester;
    struct mpe_part parts[PARTS];
    int64_t now_us;
    int64_t number;
};

static uint8_t bytes[MPE_SHARE_MAX_BYTES + MPE_DIGEST_BYTES];

static mpe_channel *new_channel(struct memory *memory, uint64_t edge)
{
    const mpe_allocator allocator = memory_allocator(memory);
    mpe_channel *channel = NULL;
    PROMISE(mpe_channel_new(&channel, MPE_ENCODING, &allocator) == MPE_OK, "a channel");
    PROMISE(mpe_channel_fleet(channel, key, sizeof(key), channel_name, edge) == MPE_OK, "a fleet");
    return channel;
}

static void check_sums(const mpe_channel *channel)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    mpe_edge_sums edge = {.struct_size = sizeof(edge)};
    int32_t active = 0;
    PROMISE(mpe_channel_totals(channel, &sums) == MPE_OK, "totals");
    PROMISE(sums.video_qualities >= 0 && sums.audio_qualities >= 0, "%d %d", sums.video_qualities,
            sums.audio_qualities);
    PROMISE(sums.measured_bps >= 0 && sums.declared_bps >= 0, "%lld", (long long)sums.measured_bps);
    PROMISE(sums.remote_measured_bps >= 0 && sums.remote_measured_bps <= sums.measured_bps, "%lld of %lld",
            (long long)sums.remote_measured_bps, (long long)sums.measured_bps);
    for (int32_t i = 0; i < sums.edges; i++) {
        PROMISE(mpe_channel_edge(channel, i, &edge) == MPE_OK, "edge %d of %d", i, sums.edges);
        active += edge.active_sessions;
    }
    PROMISE(mpe_channel_edge(channel, sums.edges, &edge) == MPE_BAD_INDEX, "an edge too many");
    PROMISE(active == sums.remote_sessions, "%d of %d sessions", active, sums.remote_sessions);
}

static bool is_status_of_remote(mpe_status status)
{
    return status == MPE_OK || status == MPE_STALE || status == MPE_BAD_SHARE || status == MPE_BAD_EDGE;
}

static void put_be64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* One that is authentic: of an edge, newer than its last. */
static void take_share(struct stage *stage, struct input *input)
{
    static const uint8_t magic[4] = {MPE_SHARE_MAGIC >> 24, MPE_SHARE_MAGIC >> 16 & 255, MPE_SHARE_MAGIC >> 8 & 255,
                                     MPE_SHARE_MAGIC & 255};
    const uint8_t edge = input_byte(input);
    size_t len = input_be(input, 2);
    const uint8_t *const body = input_bytes(input, &len);
    if (len > MPE_SHARE_MAX_BYTES - 20 - MPE_DIGEST_BYTES)
        return;
    memcpy(bytes, magic, sizeof(magic));
    put_be64(bytes + 4, edge);
    put_be64(bytes + 12, (uint64_t)(stage->now_us + stage->number++ % 8));
    memcpy(bytes + 20, body, len);
    const struct mpe_digest end = mpe_digest_of(&stage->digester, MPE_DIGEST_SHARE, (struct mpe_span){bytes, 20 + len});
    memcpy(bytes + 20 + len, end.bytes, sizeof(end.bytes));
    const mpe_status status =
        mpe_channel_remote(stage->channel, bytes, 20 + len + MPE_DIGEST_BYTES, stage->now_us, LEASE_US, stage->now_us);
    PROMISE(is_status_of_remote(status), "%d", status);
}

static void take_bytes(struct stage *stage, struct input *input)
{
    size_t len = input_be(input, 2);
    const uint8_t *const body = input_bytes(input, &len);
    const mpe_status status =
        mpe_channel_remote(stage->channel, len > 0 ? body : bytes, len, stage->now_us, LEASE_US, stage->now_us);
    PROMISE(status == MPE_BAD_SHARE, "%d", status);
}

static void share_own(struct stage *stage)
{
    size_t needed = 0, len = 0;
    mpe_status status = mpe_channel_share(stage->channel, stage->now_us, stage->now_us, NULL, 0, &needed);
    PROMISE(status == MPE_BUFFER_TOO_SMALL, "%d", status);
    status = mpe_channel_share(stage->channel, stage->now_us, stage->now_us, bytes, MPE_SHARE_MAX_BYTES, &len);
    PROMISE(status == MPE_OK && len == needed, "%d, %zu of %zu bytes", status, len, needed);
    status = mpe_channel_remote(stage->other, bytes, len, stage->now_us, LEASE_US, stage->now_us);
    PROMISE(status == MPE_OK, "its own share: %d", status);
    check_sums(stage->other);
}

static void do_local(struct stage *stage, uint8_t step, struct input *input)
{
    struct mpe_part *const part = &stage->parts[input_byte(input) % PARTS];
    struct mpe_quality_key quality;
    struct mpe_totals totals;
    struct mpe_entry rates = {0};
    bool is_new;
    memset(&quality, 0, sizeof(quality));
    switch (step) {
    case 3:
        quality.media = MPE_MEDIA_VIDEO;
        quality.width_px = input_byte(input) % 4;
        mpe_channel_hold(stage->channel, part, 0, &quality, stage->now_us, &is_new, &totals);
        break;
    case 4:
        rates.measured_bps = rates.declared_bps = INT64_C(200000) * input_byte(input);
        mpe_channel_rates(stage->channel, part, 0, &rates, stage->now_us, &totals);
        break;
    case 5:
        quality.width_px = 'a' + input_byte(input) % 3;
        mpe_channel_name(stage->channel, part, (struct mpe_span){(const uint8_t *)&quality.width_px, 1});
        break;
    case 6:
        mpe_channel_part_leave(stage->channel, part);
        break;
    case 9:
        mpe_part_hear(part, stage->now_us);
        break;
    default:
        mpe_channel_pass_time(stage->channel, part, stage->now_us, &totals);
        mpe_channel_due_us(stage->channel, part);
        break;
    }
}

static void run_step(struct stage *stage, struct input *input)
{
    const uint8_t step = input_byte(input) % 11;
    if (step == 0)
        take_share(stage, input);
    else if (step == 1)
        take_bytes(stage, input);
    else if (step == 2)
        stage->now_us += INT64_C(10000) * input_byte(input);
    else if (step == 7)
        share_own(stage);
    else if (step == 8)
        mpe_channel_remote_gone(stage->channel, input_byte(input), stage->now_us);
    else
        do_local(stage, step, input);
    mpe_channel_share_revision(stage->channel, stage->now_us);
    check_sums(stage->channel);
}

static void check_end(struct stage *stage)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    for (int i = 0; i < PARTS; i++)
        mpe_channel_part_leave(stage->channel, &stage->parts[i]);
    stage->now_us += 2 * LEASE_US;
    mpe_channel_share_revision(stage->channel, stage->now_us);
    mpe_channel_totals(stage->channel, &sums);
    PROMISE(sums.edges == 0 && sums.video_qualities == 0 && sums.audio_qualities == 0, "%d edges", sums.edges);
    PROMISE(sums.measured_bps == 0 && sums.declared_bps == 0, "%lld left", (long long)sums.measured_bps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {0};
    struct stage stage = {.now_us = 0};
    struct input input = {data, data + size};
    stage.channel = new_channel(&memory, OWN_EDGE);
    stage.other = new_channel(&memory, OTHER_EDGE);
    PROMISE(mpe_digester_begin(&stage.digester, key,
                               (struct mpe_span){(const uint8_t *)channel_name, sizeof(channel_name) - 1}),
            "a key");
    for (int i = 0; i < MAX_STEPS && input_left(&input) > 0; i++)
        run_step(&stage, &input);
    check_end(&stage);
    mpe_channel_free(stage.channel);
    mpe_channel_free(stage.other);
    mpe_digester_end(&stage.digester);
    PROMISE(memory.blocks == 0, "%zu blocks out", memory.blocks);
    return 0;
}
