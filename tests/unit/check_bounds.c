/*
 * What hostile peers make a session hold. The library's own blocks are counted by its allocator, those of FFmpeg and
 * expat by a malloc in place of the C library's. tests/trust/linear.sh has the other half: what they make it do.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "../trust/malloc_trap.h"
#include "hostile.h"
#include "mpe.h"

Suite *mpe_suite(void);

/* mpe.h, "Memory": with the default limits. */
#define SESSION_MOST_BYTES (5 << 20)
/* FFmpeg's and expat's, while a header or a manifest is read. */
#define OTHERS_MOST_BYTES (1 << 20)

/* 60 messages of 64 KiB; where a sanitizer or valgrind makes it slow, more than any one buffer holds. */
static size_t stream_bytes(void)
{
    return trap_works() ? 4u << 20 : 1u << 18;
}

static struct {
    int64_t bytes;
    int64_t peak_bytes;
} held;

/* In front of each block, aligned as malloc's. */
union head {
    size_t size_bytes;
    max_align_t aligned;
};

static void *count_allocate(void *user, size_t size_bytes)
{
    const int was_armed = trap.is_armed;
    union head *head;

    (void)user;
    trap.is_armed = 0;
    head = malloc(sizeof(*head) + size_bytes);
    trap.is_armed = was_armed;
    if (head == NULL)
        return NULL;
    head->size_bytes = size_bytes;
    held.bytes += (int64_t)size_bytes;
    if (held.bytes > held.peak_bytes)
        held.peak_bytes = held.bytes;
    return head + 1;
}

static void count_release(void *user, void *block)
{
    union head *const head = (union head *)block - 1;

    (void)user;
    if (block == NULL)
        return;
    held.bytes -= (int64_t)head->size_bytes;
    free(head);
}

static mpe_channel *make_channel(void)
{
    static const mpe_allocator counting = {sizeof(mpe_allocator), count_allocate, count_release, NULL, NULL};
    mpe_channel *channel = NULL;

    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &counting), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_PUBLISH_STREAM_NAME, 1), MPE_OK);
    return channel;
}

/* Findings wait until the end, as at a host that does not ask. */
static int32_t last_reason(mpe_session *session)
{
    mpe_error error = {.struct_size = sizeof(error)};
    int32_t reason = 0;

    while (mpe_session_poll_error(session, &error) == MPE_EVENT)
        if (error.code == MPE_UNKNOWN_ERROR)
            reason = error.reason;
    return reason;
}

static void feed(mpe_session *session, const struct out *out)
{
    size_t piece;

    for (size_t at = 0; at < out->len; at += piece) {
        piece = out->len - at < 1461 ? out->len - at : 1461;
        trap.is_armed = 1;
        const mpe_status status = mpe_session_feed(session, out->bytes + at, piece, 0);
        trap.is_armed = 0;
        ck_assert_int_eq(status, MPE_OK);
    }
}

START_TEST(memory_of_a_session)
{
    const struct hostile *hostile = &hostile_streams[_i];
    struct out out = {0};
    mpe_channel *channel = make_channel();
    mpe_session *session = NULL;

    hostile->make(&out, stream_bytes());
    held.peak_bytes = held.bytes;
    const int64_t before = held.bytes;
    trap_arm(0);
    trap_disarm();
    ck_assert_int_eq(mpe_session_new(&session, channel, hostile->protocol, "192.0.2.1", "a", 0), MPE_OK);
    feed(session, &out);
    const int64_t peak = held.peak_bytes - before;
    printf("%-34s %8lld bytes, FFmpeg and expat %7lld\n", hostile->name, (long long)peak, (long long)trap.peak_bytes);
    ck_assert_int_le(peak, SESSION_MOST_BYTES);
    ck_assert_int_le(trap.peak_bytes, OTHERS_MOST_BYTES);
    ck_assert_int_eq(last_reason(session), hostile->reason);
    mpe_session_free(session);
    ck_assert_int_eq(held.bytes, before);
    mpe_channel_free(channel);
    ck_assert_int_eq(held.bytes, 0);
    out_free(&out);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("bounds");
    TCase *tests = tcase_create("bounds");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, memory_of_a_session, 0, hostile_count);
    suite_add_tcase(suite, tests);
    return suite;
}
