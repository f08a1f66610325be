/*
 * Counts the work that hostile streams make of their bytes. usage: linear
 *
 * What hostile streams make libmpe do, in steps: its library is built with -fsanitize-coverage=trace-pc, so that each
 * basic block that it enters calls __sanitizer_cov_trace_pc, here. The same input gives the same number on every run
 * and machine of one compiler. Copies that the C library makes are counted by the bytes of the blocks they go to.
 *
 * For each stream: the steps for a stream, and for one twice as long, whole and cut into single bytes. Twice the bytes
 * may take no more than twice the steps and a bit, and no byte more than MOST_STEPS of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mpe.h"
#include "unit/hostile.h"

/* A byte of chunk header meets every chunk stream there may be (64), one of a data message a few states. */
#define MOST_STEPS 400
#define SIZE_BYTES (512u << 10)
/* Where sums of small things (headers, first blocks) are not yet nothing. */
#define MOST_GROWTH_PERCENT 215

static uint64_t steps;
static uint64_t allocated_bytes;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

static void *allocate(void *user, size_t size_bytes)
{
    (void)user;
    allocated_bytes += size_bytes;
    return malloc(size_bytes);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

struct cost {
    uint64_t bytes;
    uint64_t steps;
    uint64_t allocated_bytes;
};

static struct cost cost_of(const struct hostile *hostile, size_t bytes, size_t piece_bytes)
{
    static const mpe_allocator counting = {sizeof(mpe_allocator), allocate, release, NULL, NULL};
    struct out out = {0};
    mpe_channel *channel;
    mpe_session *session;
    size_t piece;

    hostile->make(&out, bytes);
    if (mpe_channel_new(&channel, MPE_ENCODING, &counting) != MPE_OK ||
        mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1) != MPE_OK ||
        mpe_session_new(&session, channel, hostile->protocol, NULL, NULL, 0) != MPE_OK)
        exit(2);
    steps = allocated_bytes = 0;
    for (size_t at = 0; at < out.len; at += piece) {
        piece = out.len - at < piece_bytes ? out.len - at : piece_bytes;
        mpe_session_feed(session, out.bytes + at, piece, 0);
    }
    const struct cost cost = {out.len, steps, allocated_bytes};
    mpe_session_free(session);
    mpe_channel_free(channel);
    out_free(&out);
    return cost;
}

/* 100 times what b is of a, for the same number of bytes. */
static uint64_t growth_percent(uint64_t a, uint64_t b, const struct cost *small, const struct cost *large)
{
    if (a == 0 || large->bytes < small->bytes * 3 / 2) /* a stream that has its end */
        return 0;
    return b * 200 * small->bytes / (a * large->bytes);
}

static int is_linear(const struct hostile *hostile, size_t piece_bytes)
{
    const struct cost small = cost_of(hostile, SIZE_BYTES, piece_bytes);
    const struct cost large = cost_of(hostile, 2 * SIZE_BYTES, piece_bytes);
    const uint64_t per_byte = large.steps / large.bytes;
    const uint64_t copied = large.allocated_bytes / large.bytes;
    const uint64_t growth = growth_percent(small.steps, large.steps, &small, &large);
    const int ok = per_byte + copied <= MOST_STEPS && growth <= MOST_GROWTH_PERCENT &&
                   growth_percent(small.allocated_bytes, large.allocated_bytes, &small, &large) <= MOST_GROWTH_PERCENT;

    printf("%-6s %-34s %-12s %4llu steps and %3llu bytes of blocks for a byte, %3llu %% for twice the bytes\n",
           ok ? "ok" : "FAILED", hostile->name, piece_bytes == 1 ? "byte by byte" : "whole",
           (unsigned long long)per_byte, (unsigned long long)copied, (unsigned long long)growth);
    return ok;
}

int main(void)
{
    int passed = 0;
    int failed = 0;

    for (int i = 0; i < hostile_count; i++) {
        for (int whole = 0; whole < 2; whole++) {
            if (is_linear(&hostile_streams[i], whole ? SIZE_MAX : 1))
                passed++;
            else
                failed++;
        }
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
