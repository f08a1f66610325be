/* The parameters: defaults per kind as the design gives them, bounds that hold them, names both ways. */
#include <check.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "limits/limits.h"
#include "mpe.h"

START_TEST(defaults_of_each_kind)
{
    struct mpe_limits limits;
    ck_assert_int_eq(mpe_limits_of_kind(&limits, MPE_ENCODING), 1);
    ck_assert_int_eq(limits.max_width_px, 1920);
    ck_assert_int_eq(limits.max_height_px, 1088);
    ck_assert_int_eq(limits.max_frame_rate_mfps, 30000);
    ck_assert_int_eq(limits.max_bitrate_bps, 20000000);
    ck_assert_int_eq(limits.max_video_qualities, 1);
    ck_assert_int_eq(limits.max_audio_qualities, 1);

    ck_assert_int_eq(mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_BASIC), 1);
    ck_assert_int_eq(limits.max_width_px, 4096);
    ck_assert_int_eq(limits.max_height_px, 2160);
    ck_assert_int_eq(limits.max_frame_rate_mfps, 0);
    ck_assert_int_eq(limits.max_bitrate_bps, 5000000);
    ck_assert_int_eq(limits.max_video_qualities, 12);

    ck_assert_int_eq(mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_STANDARD), 1);
    ck_assert_int_eq(limits.max_bitrate_bps, 60000000);
    ck_assert_int_eq(limits.rtmp_idle_timeout_us, 20000000);
    ck_assert_int_eq(limits.flv_idle_timeout_us, 0);
}
END_TEST

START_TEST(no_kind_leaves_the_limits_alone)
{
    struct mpe_limits limits;
    memset(&limits, 0x5a, sizeof(limits));
    struct mpe_limits before = limits;
    ck_assert_int_eq(mpe_limits_of_kind(&limits, 0), 0);
    ck_assert_int_eq(mpe_limits_of_kind(&limits, 5), 0);
    ck_assert_int_eq(mpe_limits_of_kind(&limits, INT32_MIN), 0);
    ck_assert_mem_eq(&limits, &before, sizeof(limits));
}
END_TEST

START_TEST(every_parameter_has_its_own_field)
{
    struct mpe_limits limits;
    memset(&limits, 0, sizeof(limits));
    ck_assert_uint_eq((size_t)mpe_param_count() * sizeof(int64_t), offsetof(struct mpe_limits, actions));
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        int64_t *field = mpe_limits_field(&limits, mpe_param_at(i));
        ck_assert_ptr_nonnull(field);
        ck_assert_int_eq(*field, 0);
        *field = 1;
    }
    ck_assert_ptr_eq(mpe_limits_field(&limits, MPE_PARAM_MAX_LEAD_US), &limits.max_lead_us);
    ck_assert_ptr_null(mpe_limits_field(&limits, 0));
    ck_assert_ptr_null(mpe_limits_field(&limits, 10000));
}
END_TEST

START_TEST(defaults_lie_within_the_bounds)
{
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        for (int32_t kind = MPE_ENCODING; kind <= MPE_OPEN; kind++) {
            int64_t min = 0, max = 0, standard = 0;
            ck_assert_int_eq(mpe_param_bounds(mpe_param_at(i), kind, &min, &max, &standard), MPE_OK);
            ck_assert_int_le(min, standard);
            ck_assert_int_le(standard, max);
        }
    }
}
END_TEST

START_TEST(names_lead_back_to_their_parameter)
{
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        int32_t param = mpe_param_at(i);
        ck_assert_int_eq(mpe_param_by_name(mpe_param_name(param)), param);
        ck_assert_uint_gt(strlen(mpe_param_unit(param)), 0);
        ck_assert_uint_gt(strlen(mpe_param_text(param)), 0);
    }
    ck_assert_str_eq(mpe_param_name(MPE_PARAM_MAX_WIDTH_PX), "max_width_px");
    ck_assert_str_eq(mpe_param_unit(MPE_PARAM_MAX_BITRATE_BPS), "bit/s");
}
END_TEST

START_TEST(what_is_no_parameter_gives_nothing)
{
    static const int32_t not_params[] = {INT32_MIN, -1, 0, 10000, INT32_MAX};
    for (size_t i = 0; i < sizeof(not_params) / sizeof(not_params[0]); i++) {
        ck_assert_str_eq(mpe_param_name(not_params[i]), "");
        ck_assert_str_eq(mpe_param_unit(not_params[i]), "");
        ck_assert_str_eq(mpe_param_text(not_params[i]), "");
        ck_assert_int_eq(mpe_param_bounds(not_params[i], MPE_ENCODING, NULL, NULL, NULL), MPE_BAD_PARAM);
    }
    ck_assert_int_eq(mpe_param_bounds(MPE_PARAM_MAX_WIDTH_PX, 0, NULL, NULL, NULL), MPE_BAD_KIND);
    ck_assert_int_eq(mpe_param_bounds(MPE_PARAM_MAX_WIDTH_PX, MPE_ENCODING, NULL, NULL, NULL), MPE_OK);
    ck_assert_int_eq(mpe_param_at(-1), 0);
    ck_assert_int_eq(mpe_param_at(mpe_param_count()), 0);
    ck_assert_int_eq(mpe_param_by_name(NULL), 0);
    ck_assert_int_eq(mpe_param_by_name("max_width"), 0);
}
END_TEST

Suite *mpe_suite(void);
Suite *mpe_suite(void)
{
    Suite *suite = suite_create("limits");
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, defaults_of_each_kind);
    tcase_add_test(tables, no_kind_leaves_the_limits_alone);
    tcase_add_test(tables, every_parameter_has_its_own_field);
    tcase_add_test(tables, defaults_lie_within_the_bounds);
    tcase_add_test(tables, names_lead_back_to_their_parameter);
    tcase_add_test(tables, what_is_no_parameter_gives_nothing);
    suite_add_tcase(suite, tables);
    return suite;
}
