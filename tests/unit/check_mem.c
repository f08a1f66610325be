/* The caller's allocator: zeroed blocks, growing, and memory that runs out. */
#include <check.h>
#include <string.h>

#include "base/mem.h"

static void *refuse(void *user, size_t size_bytes)
{
    (void)user;
    (void)size_bytes;
    return NULL;
}

static void count_release(void *user, void *block)
{
    (void)block;
    ++*(int *)user;
}

START_TEST(new_blocks_are_zeroed)
{
    const struct mpe_mem mem = mpe_mem_default();
    uint8_t *const block = mpe_mem_new(&mem, 100);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(block[i], 0);
    mpe_mem_free(&mem, block);
}
END_TEST

START_TEST(a_grown_block_keeps_its_bytes_and_zeroes_the_rest)
{
    const struct mpe_mem mem = mpe_mem_default();
    uint8_t *block = mpe_mem_new(&mem, 2);
    memcpy(block, "ab", 2);
    block = mpe_mem_grow(&mem, block, 2, 4);
    ck_assert_mem_eq(block, "ab\0\0", 4);
    mpe_mem_free(&mem, block);
}
END_TEST

START_TEST(a_block_can_grow_from_nothing)
{
    const struct mpe_mem mem = mpe_mem_default();
    uint8_t *const block = mpe_mem_grow(&mem, NULL, 0, 3);
    ck_assert_mem_eq(block, "\0\0\0", 3);
    mpe_mem_free(&mem, block);
}
END_TEST

START_TEST(without_memory_the_old_block_stays)
{
    int released = 0;
    const struct mpe_mem mem = {refuse, count_release, &released, NULL};
    uint8_t block[2] = {1, 2};
    ck_assert_ptr_null(mpe_mem_new(&mem, 1));
    ck_assert_ptr_null(mpe_mem_grow(&mem, block, 2, 4));
    ck_assert_int_eq(released, 0);
    mpe_mem_free(&mem, NULL);
    ck_assert_int_eq(released, 0);
    mpe_mem_free(&mem, block);
    ck_assert_int_eq(released, 1);
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("mem");
    TCase *const tcase = tcase_create("mem");
    tcase_add_test(tcase, new_blocks_are_zeroed);
    tcase_add_test(tcase, a_grown_block_keeps_its_bytes_and_zeroes_the_rest);
    tcase_add_test(tcase, a_block_can_grow_from_nothing);
    tcase_add_test(tcase, without_memory_the_old_block_stays);
    suite_add_tcase(suite, tcase);
    return suite;
}
