/* Parts of the delivery of notifications: settings, the answers of receivers, POSTs, headers from files, the spool. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpe/mpe.h>

#include "common/server/delivery_settings.h"
#include "common/server/event_post.h"
#include "common/server/header_file.h"
#include "common/server/mailbox.h"
#include "common/server/receiver.h"
#include "common/server/spool.h"

Suite *mpe_suite(void);

static const char event_text[] = "{\"specversion\":\"1.0\",\"type\":\"T\",\"source\":\"/one\",\"subject\":\"s\","
                                 "\"id\":\"id-1\",\"datacontenttype\":\"application/json\",\"data\":{\"a\":29.97}}";

/* ---------------------------------------------------------------- settings */

START_TEST(uri_references_are_distinguished_from_other_texts)
{
    static const char *const good[] = {"/live/one",
                                       "urn:libmpe",
                                       "https://[2001:db8::1]:80/a?b#c",
                                       "one",
                                       "a%20b",
                                       "?q",
                                       "//host/path",
                                       "#f",
                                       "./a:b",
                                       "a/b:c",
                                       "mailto:a@b.com",
                                       "http://user@host:1/",
                                       "+.-/"};
    static const char *const bad[] = {"",     "a b",    "a%2",    "a%zz", ":a",          "1a:b", "a#b#c",
                                      "a[b]", "a\"b",   "//[::1", "ä",    "http://[g]/", "a<b>", "a\\b",
                                      "a\nb", "//[]/a", "a|b",    "%",    "{a}",         "a^b",  "http://a/[1]"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_msg(delivery_is_uri_reference(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!delivery_is_uri_reference(bad[i]), "%s", bad[i]);
    }
}
END_TEST

START_TEST(durations_are_read)
{
    struct delivery_retries retries;
    int64_t ms = 0;
    ck_assert(delivery_duration_read("500ms", &ms) && ms == 500);
    ck_assert(delivery_duration_read("24h", &ms) && ms == 86400000);
    static const char *const bad[] = {"", "10", "s", "0s", "1d", "10s,", "169h", "99999999999s", "-1s", "1 s"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!delivery_duration_read(bad[i], &ms), "%s", bad[i]);
    }
    ck_assert(delivery_pauses_read("10s,1m", &retries) && retries.pause_count == 2 && retries.pauses_ms[1] == 60000);
    ck_assert(!delivery_pauses_read("10s,", &retries));
    ck_assert(!delivery_pauses_read("1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s", &retries));
}
END_TEST

/* ---------------------------------------------------------------- receivers */

START_TEST(answers_mean_what_event_grid_says)
{
    ck_assert_int_eq(receiver_judge(CURLE_OK, 204), RECEIVER_TOOK_IT);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 302), RECEIVER_REFUSED);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 404), RECEIVER_REFUSED);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 401), RECEIVER_UNAUTHORIZED);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 408), RECEIVER_TRY_AGAIN);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 429), RECEIVER_TRY_AGAIN);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 503), RECEIVER_TRY_AGAIN);
    ck_assert_int_eq(receiver_judge(CURLE_COULDNT_CONNECT, 0), RECEIVER_TRY_AGAIN);
    ck_assert_int_eq(receiver_judge(CURLE_OK, 410), RECEIVER_GONE);
}
END_TEST

START_TEST(pauses_are_those_of_event_grid)
{
    const struct delivery_retries none = {0};
    const struct delivery_retries own = {.pauses_ms = {5, 7}, .pause_count = 2};
    ck_assert_int_eq(receiver_pause_ms(&none, 1), 10000);
    ck_assert_int_eq(receiver_pause_ms(&none, 3), 60000);
    ck_assert_int_eq(receiver_pause_ms(&none, 10), 43200000);
    ck_assert_int_eq(receiver_pause_ms(&none, 1000), 43200000);
    ck_assert_int_eq(receiver_pause_ms(&own, 1), 5);
    ck_assert_int_eq(receiver_pause_ms(&own, 9), 7);
}
END_TEST

static bool allows(const char *line)
{
    struct receiver_handshake handshake = {.origin = "Host.example"};
    receiver_take_header(&handshake, line, strlen(line));
    return handshake.allows;
}

START_TEST(a_handshake_is_agreed_to_by_its_header_or_its_code)
{
    struct receiver_handshake handshake = {.code = "c0de"};
    ck_assert(allows("webhook-allowed-origin:*\r\n"));
    ck_assert(allows("WebHook-Allowed-Origin:  host.example \r\n"));
    ck_assert(!allows("WebHook-Allowed-Origin: other.example\r\n"));
    ck_assert(!allows("WebHook-Allowed-Origins: *\r\n"));
    ck_assert(!allows("WebHook-Allowed-Origin"));
    receiver_take_header(&handshake, "WebHook-Allowed-Rate: 120\r\n", 27);
    ck_assert_int_eq(handshake.per_minute, 120);
    receiver_take_body(&handshake, "{\"validationResponse\":", 22);
    ck_assert(!receiver_has_code(&handshake));
    receiver_take_body(&handshake, "\"c0de\"}", 7);
    ck_assert(receiver_has_code(&handshake));
    for (int i = 0; i < 100; i++) {
        receiver_take_body(&handshake, event_text, sizeof(event_text));
    }
    char much[1000] = "";
    for (int i = 0; i < 100; i++) {
        receiver_take_body(&handshake, much, sizeof(much));
    }
    ck_assert_uint_eq(handshake.length, RECEIVER_ANSWER_BYTES);
    receiver_forget(&handshake);
}
END_TEST

/* -------------------------------------------------------------------- POSTs */

static const char *header_of(const struct event_post *post, const char *name)
{
    for (const struct curl_slist *one = post->headers; one != NULL; one = one->next) {
        if (strncmp(one->data, name, strlen(name)) == 0) {
            return one->data + strlen(name) + 2;
        }
    }
    return "";
}

/* Checked with: printf ... | openssl dgst -sha256 -hmac KEY -binary | base64 */
START_TEST(a_post_is_signed_as_standard_webhooks_says)
{
    const struct delivery_sink sink = {.schema = MPE_SCHEMA_CLOUD_EVENTS, .is_binary = true};
    const struct signing_key key = {.bytes = "0123456789abcdef", .length = 16};
    const struct event_sender sender = {.sink = &sink, .subscription_name = "x", .key = &key};
    const struct spool_event event = {.json = (char *)(uintptr_t)event_text};
    struct event_post post;
    ck_assert_int_eq(event_post_make(&post, &sender, &event, 1, 1700000000), 0);
    ck_assert_str_eq(post.body, "{\"a\":29.97}");
    ck_assert_str_eq(header_of(&post, "ce-source"), "/one");
    ck_assert_str_eq(header_of(&post, "ce-datacontenttype"), "");
    ck_assert_str_eq(header_of(&post, "webhook-id"), "id-1");
    ck_assert_str_eq(header_of(&post, "webhook-timestamp"), "1700000000");
    ck_assert_str_eq(header_of(&post, "webhook-signature"), "v1,QrlxkmVxIJTgTDM6dCilVumNM+1Yb4QdUmZvsp8vm14=");
    event_post_free(&post);
}
END_TEST

START_TEST(what_a_header_cannot_hold_does_not_get_into_it)
{
    struct event_post post = {0};
    ck_assert_int_eq(event_post_header(&post.headers, "a", "b\r\nc: d"), 0);
    ck_assert_str_eq(header_of(&post, "a"), "b??c: d");
    event_post_free(&post);
}
END_TEST

static const char *read_headers(const char *text, struct curl_slist **list)
{
    static char why[400];
    char file[] = "/tmp/mpe-headers-XXXXXX";
    const int descriptor = mkstemp(file);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    const int result = header_file_read(file, list, why, sizeof(why));
    unlink(file);
    return result == 0 ? NULL : strrchr(why, ':') + 2;
}

START_TEST(headers_come_from_a_file)
{
    struct curl_slist *list = NULL;
    ck_assert_ptr_null(read_headers("# a\r\n\r\nA: b\r\naeg-sas-key: x \n", &list));
    ck_assert_str_eq(list->data, "A: b");
    ck_assert_str_eq(list->next->data, "aeg-sas-key: x");
    ck_assert(header_list_has(list, "AEG-SAS-KEY") && !header_list_has(list, "aeg"));
    header_list_free(list);
    ck_assert_ptr_nonnull(read_headers("A b\n", &list));
    ck_assert_ptr_nonnull(read_headers("A:\n", &list));
    ck_assert_ptr_nonnull(read_headers(": b\n", &list));
    ck_assert_ptr_nonnull(read_headers("A: b\001\n", &list));
    ck_assert_ptr_nonnull(read_headers("Content-Length: 1\n", &list));
    ck_assert_ptr_nonnull(read_headers("ce-id: 1\n", &list));
    ck_assert_ptr_null(list);
}
END_TEST

/* -------------------------------------------------------------------- spool */

static struct spool *spool_of(uint64_t most_bytes)
{
    struct spool *spool;
    char why[SPOOL_ERROR_BYTES];
    ck_assert_int_eq(spool_open(&spool, NULL, most_bytes, why), SPOOL_OK);
    return spool;
}

static enum spool_result add(struct spool *spool, const char *channel, const char *json)
{
    const struct spool_event event = {.channel = (char *)(uintptr_t)channel, .json = (char *)(uintptr_t)json};
    return spool_add(spool, &event);
}

/* The texts of what is taken, one after the other. */
static const char *take(struct spool *spool, size_t most, int64_t now_ms, bool done)
{
    static char text[200];
    struct spool_event events[10];
    size_t count = 0;
    const struct spool_batch batch = {most, 1000};
    text[0] = '\0';
    ck_assert_int_eq(spool_take(spool, &batch, now_ms, events, &count), SPOOL_OK);
    for (size_t i = 0; i < count; i++) {
        strcat(text, events[i].json);
        if (done) {
            ck_assert_int_eq(spool_remove(spool, &events[i]), SPOOL_OK);
            ck_assert_int_eq(spool_release(spool, events[i].channel, now_ms), SPOOL_OK);
        }
        spool_event_free(&events[i]);
    }
    return text;
}

START_TEST(a_channel_waits_for_its_first_and_the_others_do_not)
{
    struct spool *const spool = spool_of(1 << 20);
    add(spool, "a", "1");
    add(spool, "a", "2");
    add(spool, "b", "3");
    ck_assert_str_eq(take(spool, 1, 10, false), "1");
    ck_assert_str_eq(take(spool, 5, 10, true), "3");
    ck_assert_str_eq(take(spool, 5, 10, false), "");
    ck_assert_int_eq(spool_release(spool, "a", 20), SPOOL_OK);
    ck_assert_str_eq(take(spool, 5, 19, false), "");
    ck_assert_int_eq(spool_next_ms(spool), 20);
    ck_assert_str_eq(take(spool, 5, 20, true), "12");
    ck_assert_uint_eq(spool_count(spool), 0);
    ck_assert_str_eq(take(spool, 5, 20, true), "");
    ck_assert_int_eq(spool_next_ms(spool), INT64_MAX);
    spool_close(spool);
}
END_TEST

START_TEST(a_batch_takes_of_several_channels_in_their_order)
{
    struct spool *const spool = spool_of(1 << 20);
    add(spool, "a", "1");
    add(spool, "b", "2");
    add(spool, "a", "3");
    add(spool, "b", "4");
    ck_assert_str_eq(take(spool, 3, 0, true), "132");
    ck_assert_str_eq(take(spool, 3, 0, true), "4");
    spool_close(spool);
}
END_TEST

START_TEST(a_full_spool_takes_no_more_and_a_change_is_undone_as_a_whole)
{
    struct spool *const spool = spool_of(3 * 300);
    ck_assert_int_eq(spool_begin(spool, true), SPOOL_OK);
    ck_assert_int_eq(add(spool, "a", "1"), SPOOL_OK);
    spool_roll_back(spool);
    ck_assert_uint_eq(spool_count(spool), 0);
    ck_assert_int_eq(add(spool, "a", "1"), SPOOL_OK);
    ck_assert_int_eq(add(spool, "a", "2"), SPOOL_OK);
    ck_assert_int_eq(add(spool, "a", "3"), SPOOL_OK);
    ck_assert_int_eq(add(spool, "a", "4"), SPOOL_FULL);
    ck_assert_str_eq(take(spool, 1, 0, true), "1");
    ck_assert_int_eq(add(spool, "a", "4"), SPOOL_OK);
    ck_assert_str_eq(take(spool, 9, 0, true), "234");
    spool_close(spool);
}
END_TEST

START_TEST(a_spool_is_copied_in_its_order)
{
    struct spool *const from = spool_of(1 << 20);
    struct spool *const to = spool_of(2 * 300);
    uint64_t copied;
    uint64_t lost;
    add(from, "a", "1");
    add(from, "b", "2");
    add(from, "a", "3");
    ck_assert_int_eq(spool_copy(to, from, &copied, &lost), SPOOL_OK);
    ck_assert_uint_eq(copied, 2);
    ck_assert_uint_eq(lost, 1);
    ck_assert_str_eq(take(to, 9, 0, true), "12");
    spool_close(from);
    spool_close(to);
}
END_TEST

START_TEST(a_mailbox_has_a_bound)
{
    struct mailbox box;
    ck_assert_int_eq(mailbox_open(&box, 3 * sizeof(struct mail)), 0);
    ck_assert_ptr_null(mailbox_put(&box, 7, "one"));
    ck_assert_ptr_null(mailbox_put(&box, 8, "two"));
    ck_assert_ptr_nonnull(mailbox_put(&box, 9, "three"));
    struct mail *const first = mailbox_take(&box);
    ck_assert_int_eq(first->count, 7);
    ck_assert_str_eq(first->next->text, "two");
    ck_assert_ptr_null(first->next->next);
    free(first->next);
    free(first);
    ck_assert_ptr_null(mailbox_take(&box));
    ck_assert_ptr_null(mailbox_put(&box, 9, "three"));
    mailbox_close(&box);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("delivery");
    TCase *const all = tcase_create("delivery");
    tcase_add_test(all, uri_references_are_distinguished_from_other_texts);
    tcase_add_test(all, durations_are_read);
    tcase_add_test(all, answers_mean_what_event_grid_says);
    tcase_add_test(all, pauses_are_those_of_event_grid);
    tcase_add_test(all, a_handshake_is_agreed_to_by_its_header_or_its_code);
    tcase_add_test(all, a_post_is_signed_as_standard_webhooks_says);
    tcase_add_test(all, what_a_header_cannot_hold_does_not_get_into_it);
    tcase_add_test(all, headers_come_from_a_file);
    tcase_add_test(all, a_channel_waits_for_its_first_and_the_others_do_not);
    tcase_add_test(all, a_batch_takes_of_several_channels_in_their_order);
    tcase_add_test(all, a_full_spool_takes_no_more_and_a_change_is_undone_as_a_whole);
    tcase_add_test(all, a_spool_is_copied_in_its_order);
    tcase_add_test(all, a_mailbox_has_a_bound);
    suite_add_tcase(suite, all);
    return suite;
}
