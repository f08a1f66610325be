/* What is remembered of refused encoders: for how long, of whom, and how many. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/server/refusal_memory.h"

#define SECOND 1000000

Suite *mpe_suite(void);

static struct refusal_memory memory;

static void open_memory(void)
{
    ck_assert_int_eq(refusal_memory_open(&memory), 0);
}

static void close_memory(void)
{
    refusal_memory_forget(&memory);
}

static struct refusal_key key_of(const char *channel, const char *stream_name, const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1)};
    ck_assert_int_eq(inet_pton(AF_INET, host, &address.sin_addr), 1);
    return refusal_key_of(&memory, channel, "live", stream_name, (const struct sockaddr *)&address);
}

static mpe_error error_of(int32_t code, int32_t reason)
{
    mpe_error error = {.struct_size = sizeof(error), .code = code, .event = MPE_EVENT_ENCODER_DISCONNECTED};
    error.reason = reason;
    snprintf(error.message, sizeof(error.message), "Measured 60 frames a second, the limit is 30.");
    return error;
}

static void note_at(int64_t now_us)
{
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    refusal_memory_note(&memory, &key, &error, now_us);
}

static bool knows(const struct refusal_key *key, int64_t now_us)
{
    mpe_error error;
    return refusal_memory_find(&memory, key, now_us, &error);
}

START_TEST(it_is_the_finding_as_it_was_with_a_count_and_a_time)
{
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    mpe_error error;
    note_at(0);
    ck_assert(refusal_memory_find(&memory, &key, 2500000, &error));
    ck_assert_int_eq(error.code, MPE_INGEST_FRAMERATE_EXCEEDED);
    ck_assert_int_eq(error.event, MPE_EVENT_CONNECTION_REJECTED);
    ck_assert_str_eq(error.message,
                     "Measured 60 frames a second, the limit is 30. (Known from your last try; refusal 2 "
                     "for it. Mend it and try again in 8 s.)");
    ck_assert(refusal_memory_find(&memory, &key, 2500000, &error));
    ck_assert_ptr_nonnull(strstr(error.message, "refusal 3 for it"));
}
END_TEST

START_TEST(a_long_sentence_is_cut_between_characters)
{
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    for (size_t i = 0; i + 2 < sizeof(error.message); i += 2) {
        memcpy(error.message + i, "\303\244", 3);
    }
    refusal_memory_note(&memory, &key, &error, 0);
    ck_assert(refusal_memory_find(&memory, &key, 1, &error));
    const char *const added = strstr(error.message, " (Known");
    ck_assert_ptr_nonnull(added);
    ck_assert_int_eq((added - error.message) % 2, 0);
    ck_assert_ptr_nonnull(strstr(added, "10 s.)"));
}
END_TEST

START_TEST(ten_seconds_then_twenty_then_thirty)
{
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    note_at(0);
    ck_assert(knows(&key, 10 * SECOND - 1));
    ck_assert(!knows(&key, 10 * SECOND));
    note_at(12 * SECOND);
    ck_assert(knows(&key, 32 * SECOND - 1));
    ck_assert(!knows(&key, 32 * SECOND));
    note_at(33 * SECOND);
    ck_assert(knows(&key, 63 * SECOND - 1));
    ck_assert(!knows(&key, 63 * SECOND));
    note_at(64 * SECOND);
    ck_assert(!knows(&key, 94 * SECOND));
    note_at(200 * SECOND); /* much later: no next try */
    ck_assert(!knows(&key, 210 * SECOND));
}
END_TEST

START_TEST(another_fact_begins_anew_and_what_is_none_is_forgotten)
{
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    const mpe_error other = error_of(MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_CODEC);
    const mpe_error sum = error_of(MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, 0);
    note_at(0);
    refusal_memory_note(&memory, &key, &other, 12 * SECOND);
    ck_assert(knows(&key, 22 * SECOND - 1));
    ck_assert(!knows(&key, 22 * SECOND));
    refusal_memory_note(&memory, &key, &sum, 23 * SECOND);
    ck_assert(!knows(&key, 23 * SECOND));
}
END_TEST

START_TEST(only_facts_of_the_encoder_are_remembered)
{
    static const int32_t facts[] = {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED,
                                    MPE_INGEST_FRAMERATE_EXCEEDED, MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED};
    const struct refusal_key key = key_of("a", "key", "192.0.2.1");
    int known = 0;
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        const mpe_error error = error_of(mpe_code_at(i), 0);
        refusal_memory_note(&memory, &key, &error, 0);
        known += knows(&key, 1);
    }
    ck_assert_int_eq(known, 4);
    for (size_t i = 0; i < 4; i++) {
        const mpe_error error = error_of(facts[i], 0);
        refusal_memory_note(&memory, &key, &error, 0);
        ck_assert(knows(&key, 1));
    }
}
END_TEST

START_TEST(nobody_else_is_refused)
{
    const struct refusal_key channel = key_of("b", "key", "192.0.2.1");
    const struct refusal_key name = key_of("a", "key2", "192.0.2.1");
    const struct refusal_key query = key_of("a", "key?token=1", "192.0.2.1");
    const struct refusal_key address = key_of("a", "key", "192.0.2.2");
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    const struct refusal_key unknown = refusal_key_of(&memory, "a", "live", "key", &nowhere);
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    note_at(0);
    refusal_memory_note(&memory, &unknown, &error, 0);
    ck_assert(!knows(&channel, 1));
    ck_assert(!knows(&name, 1));
    ck_assert(!knows(&query, 1));
    ck_assert(!knows(&address, 1));
    ck_assert(!knows(&unknown, 1));
}
END_TEST

START_TEST(it_is_bounded_and_can_be_forgotten)
{
    const mpe_error error = error_of(MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    const struct refusal_key first = key_of("a", "0", "192.0.2.1");
    struct refusal_key key = first;
    for (unsigned i = 0; i <= REFUSAL_MEMORY_MOST; i++) {
        char name[16];
        snprintf(name, sizeof(name), "%u", i);
        key = key_of("a", name, "192.0.2.1");
        refusal_memory_note(&memory, &key, &error, 0);
    }
    ck_assert(!knows(&first, 1));
    ck_assert(knows(&key, 1));
    refusal_memory_forget(&memory);
    ck_assert(!knows(&key, 1));
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("refusal_memory");
    TCase *const tests = tcase_create("refusal_memory");
    tcase_add_checked_fixture(tests, open_memory, close_memory);
    tcase_add_test(tests, it_is_the_finding_as_it_was_with_a_count_and_a_time);
    tcase_add_test(tests, a_long_sentence_is_cut_between_characters);
    tcase_add_test(tests, ten_seconds_then_twenty_then_thirty);
    tcase_add_test(tests, another_fact_begins_anew_and_what_is_none_is_forgotten);
    tcase_add_test(tests, only_facts_of_the_encoder_are_remembered);
    tcase_add_test(tests, nobody_else_is_refused);
    tcase_add_test(tests, it_is_bounded_and_can_be_forgotten);
    suite_add_tcase(suite, tests);
    return suite;
}
