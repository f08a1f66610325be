/* Which channel an app and a stream name belong to. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/server/channel_table.h"
#include "common/server/siphash.h"
#include "common/server/stream_key.h"

Suite *mpe_suite(void);

#define GUID    "5F2D0C7A-9B1E-4C3D-8E6F-7A8B9C0D1E2F"
#define NO_GUID "5f2d0c7a9b1e4c3d8e6f7a8b9c0d1e2f"

/* The vectors of the hash's authors: the key 00 01 .. 0f, the data 00 01 .. */
START_TEST(the_hash_is_siphash)
{
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    const unsigned char data[15] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    ck_assert_uint_eq(siphash(key, data, 0), UINT64_C(0x726fdb47dd0e0e31));
    ck_assert_uint_eq(siphash(key, data, 1), UINT64_C(0x74f839c593dc67fd));
    ck_assert_uint_eq(siphash(key, data, 8), UINT64_C(0x93f5f5799a932462));
    ck_assert_uint_eq(siphash(key, data, 15), UINT64_C(0xa129ca6149be45e5));
}
END_TEST

static void expect_key(const char *text, const char *wanted)
{
    struct stream_key key;
    ck_assert(stream_key_make(&key, text));
    ck_assert_str_eq(key.text, wanted);
    ck_assert_uint_eq(key.length, strlen(wanted));
}

START_TEST(keys_are_compared_in_one_form)
{
    struct stream_key key;
    char longest[STREAM_KEY_BYTES + 1];
    expect_key("live/key", "live/key");
    expect_key("/live//key/?token=1/2", "live/key");
    expect_key("live/_definst_", "live");
    expect_key("live/" GUID, "live/" NO_GUID);
    expect_key("live/" NO_GUID, "live/" NO_GUID);
    expect_key("Live", "Live");
    expect_key("?a", "");
    expect_key("", "");
    memset(longest, 'a', sizeof(longest));
    longest[STREAM_KEY_BYTES] = '\0';
    ck_assert(!stream_key_make(&key, longest));
    longest[STREAM_KEY_BYTES - 1] = '\0';
    ck_assert(stream_key_make(&key, longest));
}
END_TEST

static void add(struct channel_table *table, const char *app, const char *name, const char *channel)
{
    void *pointer = (void *)(uintptr_t)channel;
    ck_assert_int_eq(channel_table_add(table, app, name, &pointer), CHANNEL_ADDED);
}

static void expect_channel(const struct channel_table *table, const char *app, const char *name, const char *wanted)
{
    const char *const found = channel_table_find(table, app, name);
    if (wanted == NULL) {
        ck_assert_ptr_null(found);
    } else {
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found, wanted);
    }
}

START_TEST(what_says_most_is_found)
{
    struct channel_table *const table = channel_table_new();
    add(table, "live/" GUID, NULL, "guid");
    add(table, "live", "guest-*", "guests");
    add(table, "live", "guest-vip-*", "vips");
    add(table, "live", "guest-vip-1", "first");
    add(table, "event-*", "main", "event");
    add(table, "event-*", NULL, "other");
    expect_channel(table, "live/" NO_GUID, "any", "guid");
    expect_channel(table, "live/" NO_GUID "/", "any?x=y", "guid");
    expect_channel(table, "live", "guest-7", "guests");
    expect_channel(table, "live", "guest-", "guests");
    expect_channel(table, "live", "guest", NULL);
    expect_channel(table, "live", "guest-vip-1", "first");
    expect_channel(table, "live", "guest-vip-2", "vips");
    expect_channel(table, "Live", "guest-7", NULL);
    expect_channel(table, "event-12", "main", "event");
    expect_channel(table, "event-12", "side", "other");
    expect_channel(table, "live", "", NULL);
    expect_channel(table, "", "", NULL);
    ck_assert_uint_eq(channel_table_count(table), 6);
    add(table, NULL, "*", "any");
    expect_channel(table, "", "", "any");
    expect_channel(table, "live", "guest", "any");
    channel_table_free(table);
}
END_TEST

/* An app and a name together are one key: none of them may reach over to the other. */
START_TEST(app_and_name_are_not_mixed_up)
{
    struct channel_table *const table = channel_table_new();
    add(table, "a", "b/c", "one");
    add(table, "a/b", "c", "other");
    add(table, "x*", "y", "begin");
    expect_channel(table, "a", "b/c", "one");
    expect_channel(table, "a/b", "c", "other");
    expect_channel(table, "a/b/c", "", NULL);
    expect_channel(table, "x", "y", "begin");
    expect_channel(table, "xy", "", NULL);
    expect_channel(table, "x*", "y", "begin");
    channel_table_free(table);
}
END_TEST

START_TEST(what_cannot_be_added_is_said)
{
    struct channel_table *const table = channel_table_new();
    char longest[STREAM_KEY_BYTES + 1];
    void *channel = table;
    memset(longest, 'a', sizeof(longest));
    longest[STREAM_KEY_BYTES] = '\0';
    add(table, "live", "key", "first");
    ck_assert_int_eq(channel_table_add(table, "live/", "key", &channel), CHANNEL_IS_THERE);
    ck_assert_str_eq(channel, "first");
    ck_assert_int_eq(channel_table_add(table, "l*ve", "key", &channel), CHANNEL_BAD_PATTERN);
    ck_assert_int_eq(channel_table_add(table, "live", "**", &channel), CHANNEL_BAD_PATTERN);
    ck_assert_int_eq(channel_table_add(table, longest, "key", &channel), CHANNEL_TOO_LONG);
    for (int i = 0; i < CHANNEL_TABLE_SHAPES - 1; i++) {
        char pattern[STREAM_KEY_BYTES];
        snprintf(pattern, sizeof(pattern), "%.*s*", i + 1, longest);
        ck_assert_int_eq(channel_table_add(table, "live", pattern, &channel), CHANNEL_ADDED);
    }
    ck_assert_int_eq(channel_table_add(table, "li*", "key", &channel), CHANNEL_TOO_MANY_SHAPES);
    ck_assert_int_eq(channel_table_add(table, "live", "other", &channel), CHANNEL_ADDED);
    channel_table_free(table);
    channel_table_free(NULL);
}
END_TEST

START_TEST(a_hundred_thousand_are_found)
{
    enum { MANY = 100000 };
    struct channel_table *const table = channel_table_new();
    const clock_t begin = clock();
    char app[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(app, sizeof(app), "live/%032x", (unsigned)i * 2654435761u);
        void *channel = table;
        ck_assert_int_eq(channel_table_add(table, app, NULL, &channel), CHANNEL_ADDED);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(app, sizeof(app), "live/%032x", (unsigned)i * 2654435761u);
        ck_assert_ptr_eq(channel_table_find(table, app, "any"), table);
        snprintf(app, sizeof(app), "love/%032x", (unsigned)i);
        ck_assert_ptr_null(channel_table_find(table, app, "any"));
    }
    printf("100000 added and 200000 looked up in %.2f s\n", (double)(clock() - begin) / CLOCKS_PER_SEC);
    ck_assert_uint_eq(channel_table_count(table), MANY);
    channel_table_free(table);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("channels");
    TCase *const all = tcase_create("channels");
    tcase_add_test(all, the_hash_is_siphash);
    tcase_add_test(all, keys_are_compared_in_one_form);
    tcase_add_test(all, what_says_most_is_found);
    tcase_add_test(all, app_and_name_are_not_mixed_up);
    tcase_add_test(all, what_cannot_be_added_is_said);
    tcase_add_test(all, a_hundred_thousand_are_found);
    suite_add_tcase(suite, all);
    return suite;
}
