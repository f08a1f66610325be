/* The tables of codes and reasons: pinned, complete, unambiguous, and never a NULL. */
#include <check.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codes.h"
#include "mpe.h"

static const int32_t not_codes[] = {INT32_MIN, -1, 0, 100, 114, 999, INT32_MAX};

START_TEST(every_code_has_its_texts)
{
    ck_assert_int_eq(mpe_code_count(), 23);
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        int32_t code = mpe_code_at(i);
        ck_assert_int_gt(code, 0);
        ck_assert_int_eq(mpe_code_rank(code), i);
        ck_assert_int_eq(mpe_code_by_name(mpe_code_name(code)), code);
        ck_assert_uint_gt(strlen(mpe_code_title(code)), 0);
        ck_assert_uint_gt(strlen(mpe_code_cause(code)), 0);
        ck_assert_uint_gt(strlen(mpe_code_remedy(code)), 0);
    }
}
END_TEST

START_TEST(numbers_and_names_are_pinned)
{
    ck_assert_int_eq(MPE_INGEST_ENCODER_CONNECTION_DENIED, 101);
    ck_assert_int_eq(MPE_UNKNOWN_ERROR, 301);
    ck_assert_int_eq(MPE_REASON_ENDED, 99);
    ck_assert_str_eq(mpe_code_name(MPE_INGEST_FRAMERATE_EXCEEDED), "MPE_INGEST_FRAMERATE_EXCEEDED");
    ck_assert_str_eq(mpe_code_name(MPE_S_OK), "S_OK");
    ck_assert_int_eq(mpe_code_by_name("S_OK"), MPE_S_OK);
    ck_assert_str_eq(mpe_reason_name(MPE_REASON_FRAME_RATE), "FRAME_RATE");
}
END_TEST

START_TEST(a_reason_has_the_remedy_of_its_code_or_its_own)
{
    const char *const remedy = mpe_code_remedy(MPE_UNKNOWN_ERROR);
    ck_assert_str_eq(mpe_reason_remedy(MPE_REASON_MALFORMED_INPUT), remedy);
    ck_assert_str_ne(mpe_reason_remedy(MPE_REASON_OUT_OF_MEMORY), remedy);
    ck_assert_ptr_nonnull(strstr(mpe_reason_remedy(MPE_REASON_OUT_OF_MEMORY), "more memory"));
}
END_TEST

/* The order of the design's table: the first ten rejections, the three disconnections, the unknown, then the rest. */
START_TEST(rows_stand_in_the_order_of_reporting)
{
    ck_assert_int_eq(mpe_code_rank(MPE_INGEST_ENCODER_CONNECTION_DENIED), 0);
    ck_assert_int_lt(mpe_code_rank(MPE_RTMP_APPID_AUTH_FAILURE), mpe_code_rank(MPE_INGEST_CODEC_NOT_SUPPORTED));
    ck_assert_int_lt(mpe_code_rank(MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID), mpe_code_rank(MPE_RTMP_SESSION_IDLE_TIMEOUT));
    ck_assert_int_lt(mpe_code_rank(MPE_CAPACITY_LIMIT_REACHED), mpe_code_rank(MPE_UNKNOWN_ERROR));
    ck_assert_int_lt(mpe_code_rank(MPE_UNKNOWN_ERROR), mpe_code_rank(MPE_BAD_URL_SYNTAX));
}
END_TEST

START_TEST(what_is_no_code_gives_nothing)
{
    for (size_t i = 0; i < sizeof(not_codes) / sizeof(not_codes[0]); i++) {
        ck_assert_str_eq(mpe_code_name(not_codes[i]), "");
        ck_assert_str_eq(mpe_code_title(not_codes[i]), "");
        ck_assert_str_eq(mpe_code_cause(not_codes[i]), "");
        ck_assert_str_eq(mpe_code_remedy(not_codes[i]), "");
        ck_assert_str_eq(mpe_reason_name(not_codes[i]), "");
        ck_assert_str_eq(mpe_reason_remedy(not_codes[i]), "");
        ck_assert_str_eq(mpe_event_name(not_codes[i]), "");
        ck_assert_ptr_null(mpe_code_row(not_codes[i]));
        ck_assert_ptr_null(mpe_reason_row(not_codes[i]));
        ck_assert_int_eq(mpe_code_rank(not_codes[i]), -1);
    }
    ck_assert_int_eq(mpe_code_at(-1), 0);
    ck_assert_int_eq(mpe_code_at(mpe_code_count()), 0);
    ck_assert_int_eq(mpe_code_by_name(NULL), 0);
    ck_assert_int_eq(mpe_code_by_name(""), 0);
    ck_assert_int_eq(mpe_code_by_name("MPE_INGEST"), 0);
}
END_TEST

START_TEST(every_reason_leads_to_a_code)
{
    int reasons = 0;
    for (int32_t reason = 0; reason < 1000; reason++) {
        const struct mpe_reason_row *row = mpe_reason_row(reason);
        if (!row)
            continue;
        reasons++;
        ck_assert_int_eq(row->reason, reason);
        ck_assert_int_eq(mpe_code_row(row->code) != NULL, reason < 600); /* what happened is the reason of no code */
        ck_assert_uint_gt(strlen(row->sentence), 0);
        ck_assert_uint_lt(strlen(row->unit), sizeof(((mpe_error *)NULL)->unit));
    }
    ck_assert_int_gt(reasons, 30);
}
END_TEST

/* A rejected code can be raised before admission, a disconnected one after, only the timestamps both. */
START_TEST(events_of_codes)
{
    ck_assert_uint_eq(mpe_code_class(MPE_INGEST_CODEC_NOT_SUPPORTED, true), MPE_CLASS_REJECT);
    ck_assert_uint_eq(mpe_code_class(MPE_RTMP_SESSION_IDLE_TIMEOUT, false), MPE_CLASS_DISCONNECT);
    ck_assert_uint_eq(mpe_code_class(MPE_S_OK, true), MPE_CLASS_ENDING);
    ck_assert_uint_eq(mpe_code_class(1, true), 0);
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        const int32_t code = mpe_code_at(i);
        const bool both = code == MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID || code == MPE_POLICY_CONDITION;
        ck_assert_int_eq(mpe_code_class(code, false) != mpe_code_class(code, true), both);
        ck_assert_int_ne(mpe_class_event(mpe_code_class(code, false)), 0);
    }
    ck_assert_int_eq(mpe_class_event(MPE_CLASS_REJECT), MPE_EVENT_CONNECTION_REJECTED);
    ck_assert_int_eq(mpe_class_event(MPE_CLASS_DISCONNECT), MPE_EVENT_ENCODER_DISCONNECTED);
    ck_assert_str_eq(mpe_event_name(MPE_EVENT_CONNECTION_REJECTED), "Microsoft.Media.LiveEventConnectionRejected");
    ck_assert_str_eq(mpe_event_name(MPE_EVENT_ENCODER_DISCONNECTED), "Microsoft.Media.LiveEventEncoderDisconnected");
}
END_TEST

Suite *mpe_suite(void);
Suite *mpe_suite(void)
{
    Suite *suite = suite_create("codes");
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, every_code_has_its_texts);
    tcase_add_test(tables, numbers_and_names_are_pinned);
    tcase_add_test(tables, a_reason_has_the_remedy_of_its_code_or_its_own);
    tcase_add_test(tables, rows_stand_in_the_order_of_reporting);
    tcase_add_test(tables, what_is_no_code_gives_nothing);
    tcase_add_test(tables, every_reason_leads_to_a_code);
    tcase_add_test(tables, events_of_codes);
    suite_add_tcase(suite, tables);
    return suite;
}
