/* What the servers bound: connections and reports of an address, memory. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <string.h>

#include "common/server/address.h"
#include "common/server/address_count.h"
#include "common/server/address_rate.h"
#include "common/server/memory_bound.h"

Suite *mpe_suite(void);

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    struct sockaddr_in *const v4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *const v6 = (struct sockaddr_in6 *)&address;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        address.ss_family = AF_INET;
    } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        address.ss_family = AF_INET6;
    }
    return address;
}

static struct address_prefix prefix_of(const char *text)
{
    const struct sockaddr_storage address = address_of(text);
    return address_prefix_of((const struct sockaddr *)&address);
}

static bool are_one(const char *one, const char *other)
{
    const struct address_prefix a = prefix_of(one);
    const struct address_prefix b = prefix_of(other);
    return memcmp(&a, &b, sizeof(a)) == 0;
}

START_TEST(a_64_of_ipv6_is_one_and_each_address_of_ipv4_is_one)
{
    ck_assert(are_one("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
    ck_assert(!are_one("2001:db8:1:2::1", "2001:db8:1:3::1"));
    ck_assert(!are_one("192.0.2.1", "192.0.2.2"));
    ck_assert(are_one("192.0.2.1", "::ffff:192.0.2.1"));
    ck_assert(!are_one("192.0.2.1", "c000:201::"));
    ck_assert(!are_one("0.0.0.0", "nothing"));
}
END_TEST

static bool is_in(const char *address_text, const char *network_text)
{
    struct address_network network;
    const struct sockaddr_storage address = address_of(address_text);
    ck_assert_msg(address_network_read(&network, network_text), "%s", network_text);
    return address_is_in((const struct sockaddr *)&address, &network);
}

START_TEST(networks_hold_what_their_bits_say)
{
    ck_assert(is_in("192.0.2.77", "192.0.2.0/24"));
    ck_assert(is_in("192.0.2.77", "192.0.2.1/24"));
    ck_assert(!is_in("192.0.3.77", "192.0.2.0/24"));
    ck_assert(is_in("192.0.3.77", "192.0.2.0/23"));
    ck_assert(is_in("192.0.2.7", "192.0.2.7"));
    ck_assert(!is_in("192.0.2.6", "192.0.2.7"));
    ck_assert(is_in("203.0.113.1", "0.0.0.0/0"));
    ck_assert(!is_in("2001:db8::1", "0.0.0.0/0"));
    ck_assert(is_in("::ffff:192.0.2.7", "192.0.2.0/24"));
    ck_assert(is_in("2001:db8:ffff::1", "2001:db8::/32"));
    ck_assert(!is_in("2001:db9::1", "2001:db8::/32"));
    ck_assert(is_in("2001:db8::1", "::/0"));
    ck_assert(!is_in("nothing", "::/0"));
}
END_TEST

START_TEST(what_is_no_network_is_none)
{
    static const char *const wrong[] = {
        "",          "192.0.2",      "192.0.2.0/33", "192.0.2.0/",     "::/129", "192.0.2.0/x", "192.0.2.0/8 ",
        "a.example", "192.0.2.0/-1", "/8",           "2001:db8::/32/1"};
    struct address_network network;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_msg(!address_network_read(&network, wrong[i]), "%s", wrong[i]);
    }
}
END_TEST

START_TEST(an_address_has_no_more_connections_than_it_may)
{
    struct address_counts counts = {.most = 2};
    const struct address_prefix one = prefix_of("192.0.2.1");
    const struct address_prefix other = prefix_of("192.0.2.2");
    ck_assert(address_count_add(&counts, &one));
    ck_assert(address_count_has_room(&counts, &one));
    ck_assert(address_count_add(&counts, &one));
    ck_assert(!address_count_has_room(&counts, &one));
    ck_assert(!address_count_add(&counts, &one));
    ck_assert(address_count_add(&counts, &other));
    address_count_remove(&counts, &one);
    ck_assert(address_count_add(&counts, &one));
    ck_assert(!address_count_add(&counts, &one));
    address_count_remove(&counts, &one);
    address_count_remove(&counts, &one);
    address_count_remove(&counts, &one); /* was not there */
    address_count_remove(&counts, &other);
    ck_assert_ptr_null(counts.all);
    ck_assert(address_count_add(&counts, &one));
    address_counts_free(&counts);
}
END_TEST

static unsigned taken(struct address_rate *limit, const struct address_prefix *prefix, unsigned times, int64_t now_us,
                      uint64_t *left_out)
{
    unsigned count = 0;
    uint64_t some;
    *left_out = 0;
    for (unsigned i = 0; i < times; i++) {
        count += address_rate_take(limit, prefix, now_us, &some);
        *left_out += some;
    }
    return count;
}

START_TEST(reports_of_an_address_are_bounded_and_those_left_out_counted)
{
    struct address_rate limit = {.most = 6, .within_us = 60000000};
    const struct address_prefix one = prefix_of("2001:db8::1");
    const struct address_prefix other = prefix_of("2001:db8:0:1::1");
    uint64_t left_out;
    ck_assert_uint_eq(taken(&limit, &one, 100, 5000000, &left_out), 6);
    ck_assert_uint_eq(left_out, 0);
    ck_assert_uint_eq(taken(&limit, &other, 3, 5000000, &left_out), 3);
    ck_assert_uint_eq(taken(&limit, &one, 1, 14999999, &left_out), 0);
    ck_assert_uint_eq(taken(&limit, &one, 5, 15000000, &left_out), 1);
    ck_assert_uint_eq(left_out, 95);
    ck_assert_uint_eq(taken(&limit, &one, 10, 200000000, &left_out), 6);
    ck_assert_uint_eq(left_out, 4);
    address_rate_free(&limit);
}
END_TEST

START_TEST(addresses_without_number_take_no_memory_without_bound)
{
    struct address_rate limit = {.most = 1, .within_us = 60000000};
    uint64_t left_out;
    for (unsigned i = 0; i < 3 * ADDRESS_RATE_SOURCES; i++) {
        struct address_prefix prefix = {{6}};
        memcpy(prefix.bytes + 1, &i, sizeof(i));
        ck_assert(address_rate_take(&limit, &prefix, 1000, &left_out));
        ck_assert(!address_rate_take(&limit, &prefix, 1000, &left_out));
    }
    address_rate_free(&limit);
}
END_TEST

START_TEST(zero_is_no_limit)
{
    struct address_rate limit = {.most = 0, .within_us = 60000000};
    const struct address_prefix one = prefix_of("192.0.2.1");
    uint64_t left_out;
    ck_assert_uint_eq(taken(&limit, &one, 1000, 1, &left_out), 1000);
    ck_assert_ptr_null(limit.sources);
}
END_TEST

START_TEST(memory_is_counted_for_all_and_for_its_holder)
{
    struct memory_bound bound = {.most_bytes = 1};
    const mpe_allocator allocator = memory_bound_allocator(&bound);
    int64_t held = 0;
    void *const nobodys = allocator.allocate(allocator.user, 1000);
    bound.holder = &held;
    void *const held_block = allocator.allocate(allocator.user, 5000);
    memset(held_block, 1, 5000);
    ck_assert_int_ge(held, 5000);
    ck_assert_int_lt(held, 5100);
    ck_assert_uint_ge(bound.used_bytes, (uint64_t)held + 1000);
    ck_assert_ptr_null(allocator.allocate(allocator.user, SIZE_MAX - 4));
    unsigned char *const grown = allocator.reallocate(allocator.user, held_block, 9000);
    ck_assert_int_ge(held, 9000);
    ck_assert_int_lt(held, 9100);
    ck_assert_uint_eq(grown[4999], 1);
    ck_assert_ptr_null(allocator.reallocate(allocator.user, grown, SIZE_MAX - 4));
    allocator.release(allocator.user, grown);
    ck_assert_int_eq(held, 0);
    bound.holder = NULL;
    allocator.release(allocator.user, nobodys);
    allocator.release(allocator.user, NULL);
    ck_assert_uint_eq(bound.used_bytes, 0);
}
END_TEST

START_TEST(sizes_are_read)
{
    static const char *const wrong[] = {"", "0", "M", "1T", "1MB", "-1", "1.5G", "9999999999999999", "2000000G"};
    uint64_t bytes;
    ck_assert(memory_bound_read("4096", &bytes) && bytes == 4096);
    ck_assert(memory_bound_read("3K", &bytes) && bytes == 3072);
    ck_assert(memory_bound_read("512M", &bytes) && bytes == UINT64_C(512) << 20);
    ck_assert(memory_bound_read("2G", &bytes) && bytes == UINT64_C(2) << 30);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_msg(!memory_bound_read(wrong[i], &bytes), "%s", wrong[i]);
    }
    ck_assert_uint_gt(memory_bound_default_bytes(), 0);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("bounds");
    TCase *const all = tcase_create("bounds");
    tcase_add_test(all, a_64_of_ipv6_is_one_and_each_address_of_ipv4_is_one);
    tcase_add_test(all, networks_hold_what_their_bits_say);
    tcase_add_test(all, what_is_no_network_is_none);
    tcase_add_test(all, an_address_has_no_more_connections_than_it_may);
    tcase_add_test(all, reports_of_an_address_are_bounded_and_those_left_out_counted);
    tcase_add_test(all, addresses_without_number_take_no_memory_without_bound);
    tcase_add_test(all, zero_is_no_limit);
    tcase_add_test(all, memory_is_counted_for_all_and_for_its_holder);
    tcase_add_test(all, sizes_are_read);
    suite_add_tcase(suite, all);
    return suite;
}
