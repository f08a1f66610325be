/* Shares as bytes: what is none, what does not fit, where there is no memory, and threads. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_edges.h"

Suite *mpe_suite(void);

START_TEST(what_is_not_authentic_is_refused_whole)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    name(0, 0, "cam");
    share_at(0, 0);
    for (size_t i = 0; i < len; i++) {
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            bytes[i] ^= (uint8_t)bit;
            ck_assert_int_eq(take_at(1, 0), MPE_BAD_SHARE);
            bytes[i] ^= (uint8_t)bit;
        }
    }
    for (size_t cut = 0; cut < len; cut++)
        ck_assert_int_eq(mpe_channel_remote(channels[1], bytes, cut, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    ck_assert_int_eq(mpe_channel_remote(channels[1], bytes, len + 1, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    ck_assert_int_eq(sums(1).edges, 0);
    ck_assert_int_eq(take_at(1, 0), MPE_OK);
    ck_assert_int_eq(take_at(1, 0), MPE_STALE);
    ck_assert_int_eq(take_at(0, 0), MPE_BAD_EDGE);
    end_fleet();
}
END_TEST

START_TEST(a_share_of_another_channel_or_fleet_is_none)
{
    static const uint8_t other_key[MPE_FLEET_KEY_BYTES] = "another";
    mpe_channel *other;
    begin_fleet(MPE_ENCODING);
    share_at(0, 0);
    ck_assert_int_eq(mpe_channel_new(&other, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(other, fleet_key, sizeof(fleet_key), "studio-b", 9), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote(other, bytes, len, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    mpe_channel_free(other);
    ck_assert_int_eq(mpe_channel_new(&other, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(other, other_key, sizeof(other_key), "studio", 9), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote(other, bytes, len, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    mpe_channel_free(other);
    end_fleet();
}
END_TEST

START_TEST(an_old_share_of_an_edge_is_no_news)
{
    static uint8_t old[MPE_SHARE_MAX_BYTES];
    begin_fleet(MPE_ENCODING);
    share_at(0, 0);
    const size_t old_len = len;
    memcpy(old, bytes, len);
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    ck_assert_int_eq(mpe_channel_remote(channels[1], old, old_len, FLEET_US, LEASE_US, 0), MPE_STALE);
    ck_assert_int_eq(sums(1).video_qualities, 1);
    end_fleet();
}
END_TEST

START_TEST(more_sessions_than_fit_add_up_all_the_same)
{
    enum { MANY = MPE_SHARE_MAX_SESSIONS + 44 };
    static struct mpe_part many[MANY];
    begin_fleet(MPE_OPEN);
    for (int i = 0; i < MANY; i++) {
        const struct mpe_entry rates = {.measured_bps = 1000};
        ck_assert(mpe_channel_rates(channels[0], &many[i], 0, &rates, 0, &totals));
    }
    tell(0, 1, 0);
    ck_assert_int_eq(sums(1).measured_bps, 1000 * MANY);
    ck_assert_int_eq(sums(1).remote_sessions, MPE_SHARE_MAX_SESSIONS + 1);
    for (int i = 0; i < MANY; i++)
        mpe_channel_part_leave(channels[0], &many[i]);
    tell(0, 1, 1);
    ck_assert_int_eq(sums(1).measured_bps, 0);
    end_fleet();
}
END_TEST

START_TEST(wrong_arguments_are_said)
{
    mpe_channel *alone;
    mpe_session *session;
    ck_assert_int_eq(mpe_channel_new(&alone, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(NULL, fleet_key, sizeof(fleet_key), "a", 1), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_fleet(alone, NULL, sizeof(fleet_key), "a", 1), MPE_BAD_KEY);
    ck_assert_int_eq(mpe_channel_fleet(alone, fleet_key, 31, "a", 1), MPE_BAD_KEY);
    ck_assert_int_eq(mpe_channel_fleet(alone, fleet_key, sizeof(fleet_key), "", 1), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_channel_fleet(alone, fleet_key, sizeof(fleet_key), NULL, 1), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_channel_fleet(alone, fleet_key, sizeof(fleet_key), "a", 0), MPE_BAD_EDGE);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, bytes, sizeof(bytes), &len), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_remote(alone, bytes, 1, 0, LEASE_US, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_remote_gone(alone, 1, 0), MPE_BAD_STATE);
    ck_assert_uint_eq(mpe_channel_share_revision(alone, 0), 0);
    ck_assert_uint_eq(mpe_channel_share_revision(NULL, 0), 0);
    ck_assert_int_eq(mpe_channel_share(NULL, 0, 0, bytes, sizeof(bytes), &len), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, bytes, sizeof(bytes), NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, NULL, 1, &len), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_remote(NULL, bytes, 1, 0, LEASE_US, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_remote(alone, NULL, 1, 0, LEASE_US, 0), MPE_BAD_DATA);
    ck_assert_int_eq(mpe_channel_remote(alone, bytes, 1, 0, 0, 0), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_remote_gone(NULL, 1, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_session_new(&session, alone, MPE_PROTOCOL_FLV, NULL, NULL, 0), MPE_OK);
    mpe_session_free(session);
    ck_assert_int_eq(mpe_channel_fleet(alone, fleet_key, sizeof(fleet_key), "a", 1), MPE_BAD_STATE);
    mpe_channel_free(alone);
}
END_TEST

START_TEST(what_does_not_fit_is_not_written)
{
    size_t needed = 0;
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, NULL, 0, &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, bytes, needed - 1, &len), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, bytes, needed, &len), MPE_OK);
    ck_assert_uint_eq(len, needed);
    ck_assert_int_eq(take_at(1, 0), MPE_OK);
    end_fleet();
}
END_TEST

START_TEST(a_channel_knows_so_many_edges)
{
    begin_fleet(MPE_ENCODING);
    for (uint64_t i = 0; i <= MPE_FLEET_MAX_EDGES; i++) {
        mpe_channel *edge;
        ck_assert_int_eq(mpe_channel_new(&edge, MPE_ENCODING, NULL), MPE_OK);
        ck_assert_int_eq(mpe_channel_fleet(edge, fleet_key, sizeof(fleet_key), "studio", 100 + i), MPE_OK);
        ck_assert_int_eq(mpe_channel_share(edge, 0, FLEET_US, bytes, sizeof(bytes), &len), MPE_OK);
        ck_assert_int_eq(take_at(0, 0), i < MPE_FLEET_MAX_EDGES ? MPE_OK : MPE_TOO_MANY_EDGES);
        mpe_channel_free(edge);
    }
    ck_assert_int_eq(sums(0).edges, MPE_FLEET_MAX_EDGES);
    ck_assert_int_eq(mpe_channel_remote_gone(channels[0], 100, 0), MPE_OK);
    ck_assert_int_eq(take_at(0, 0), MPE_OK);
    end_fleet();
}
END_TEST

/* ---- threads ---- */

/* A session of an edge comes, is heard, and goes, over and over. */
static void *push(void *of)
{
    const int edge = of == channels[0] ? 0 : 1;
    for (int64_t i = 0; i < 300; i++) {
        struct mpe_totals seen;
        struct mpe_quality_key quality;
        const struct mpe_entry rates = {.measured_bps = 100000 * (i % 200)};
        bool is_new;
        memset(&quality, 0, sizeof(quality));
        quality.media = MPE_MEDIA_VIDEO;
        quality.width_px = (int32_t)(i % 3);
        mpe_channel_name(channels[edge], &parts[edge][0], (struct mpe_span){(const uint8_t *)"cam", 3});
        mpe_channel_hold(channels[edge], &parts[edge][0], 0, &quality, i, &is_new, &seen);
        mpe_part_hear(&parts[edge][0], i);
        mpe_channel_rates(channels[edge], &parts[edge][0], 0, &rates, i, &seen);
        if (mpe_part_signals(&parts[edge][0]) != 0)
            mpe_channel_pass_time(channels[edge], &parts[edge][0], i, &seen);
        if (i % 7 == 0)
            mpe_channel_part_leave(channels[edge], &parts[edge][0]);
    }
    return NULL;
}

START_TEST(sessions_and_shares_on_threads_of_their_own)
{
    pthread_t threads[2];
    begin_fleet(MPE_ENCODING);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, push, channels[i]), 0);
    for (int64_t i = 0; i < 300; i++) {
        tell(0, 1, i);
        tell(1, 0, i);
        mpe_channel_share_revision(channels[0], i);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    end_fleet();
}
END_TEST

/* ---- no memory ---- */

static int64_t allocations_left;
static int64_t blocks;

static void *allocate(void *user, size_t size)
{
    (void)user;
    if (allocations_left-- <= 0)
        return NULL;
    blocks++;
    return malloc(size);
}

static void release(void *user, void *block)
{
    (void)user;
    blocks -= block != NULL;
    free(block);
}

/* Another edge tells of 3 sessions, and then of 2, with every allocation failing in turn. */
static mpe_status take_without(int64_t allocations, uint8_t shares[2][4096], const size_t lens[2])
{
    const mpe_allocator allocator = {.struct_size = sizeof(allocator), .allocate = allocate, .release = release};
    mpe_channel *channel;
    mpe_status status;
    allocations_left = INT64_MAX;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &allocator), MPE_OK);
    allocations_left = allocations;
    status = mpe_channel_fleet(channel, fleet_key, sizeof(fleet_key), "studio", 7);
    for (int i = 0; i < 2 && status == MPE_OK; i++) {
        mpe_channel_sums sums = {.struct_size = sizeof(sums)};
        status = mpe_channel_remote(channel, shares[i], lens[i], FLEET_US, LEASE_US, 0);
        mpe_channel_totals(channel, &sums);
        ck_assert_int_eq(sums.edges, status == MPE_OK ? 1 : 0);
        ck_assert_int_eq(sums.measured_bps, status == MPE_OK ? sums.remote_measured_bps : 0);
    }
    mpe_channel_free(channel);
    ck_assert_int_eq(blocks, 0);
    return status;
}

START_TEST(without_memory_an_edge_counts_for_nothing)
{
    static uint8_t shares[2][4096];
    size_t lens[2];
    bool is_taken;
    int64_t allocations = 0;
    begin_fleet(MPE_ENCODING);
    ck_assert(mpe_channel_join(channels[0], "one", &is_taken));
    for (int i = 0; i < 3; i++) {
        name(0, i, i == 0 ? "a" : "b");
        hold(0, i, 1280 + i, 0);
        rate(0, i, 1000, 0);
    }
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, shares[0], 4096, &lens[0]), MPE_OK);
    mpe_channel_leave(channels[0], "one");
    mpe_channel_part_leave(channels[0], &parts[0][1]);
    hold(0, 2, 640, 0);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, shares[1], 4096, &lens[1]), MPE_OK);
    end_fleet();
    while (take_without(allocations, shares, lens) == MPE_NO_MEMORY)
        allocations++;
    ck_assert_int_gt(allocations, 10);
    ck_assert_int_eq(take_without(allocations, shares, lens), MPE_OK);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("share_bytes");
    TCase *tcase = tcase_create("share_bytes");
    tcase_add_test(tcase, what_is_not_authentic_is_refused_whole);
    tcase_add_test(tcase, a_share_of_another_channel_or_fleet_is_none);
    tcase_add_test(tcase, an_old_share_of_an_edge_is_no_news);
    tcase_add_test(tcase, more_sessions_than_fit_add_up_all_the_same);
    tcase_add_test(tcase, wrong_arguments_are_said);
    tcase_add_test(tcase, what_does_not_fit_is_not_written);
    tcase_add_test(tcase, sessions_and_shares_on_threads_of_their_own);
    tcase_add_test(tcase, without_memory_an_edge_counts_for_nothing);
    tcase_add_test(tcase, a_channel_knows_so_many_edges);
    suite_add_tcase(suite, tcase);
    return suite;
}
