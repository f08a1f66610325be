/* What an operator sees: the metrics and the JSON of a snapshot, with hostile names and with 10,000 sessions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>
#include <mpe/health.h>

#include "common/server/admin_json.h"
#include "common/server/admin_options.h"
#include "common/server/metrics.h"

#define MANY 10000

static struct snapshot *make(size_t channels, size_t sessions)
{
    struct snapshot *const snapshot = snapshot_new(channels, 1, sessions);
    ck_assert_ptr_nonnull(snapshot);
    snapshot->program = "mpe-test";
    snapshot->channel_count = channels;
    for (size_t i = 0; i < channels; i++) {
        struct snapshot_channel *const channel = &snapshot->channels[i];
        snprintf(channel->name, sizeof(channel->name), "channel-%zu", i);
        channel->is_on = true;
        channel->sums.measured_bps = 8000000;
        channel->sums.max_bitrate_bps = 20000000;
        channel->limits.height_px = 1080;
        channel->received_bytes[MPE_PROTOCOL_RTMP] = 1 + i;
    }
    for (size_t i = 0; i < sessions; i++) {
        struct snapshot_session *const session = snapshot_add_session(snapshot);
        snprintf(session->id, sizeof(session->id), "guard-%zu", i);
        session->channel = (unsigned)(i % channels);
        session->protocol = MPE_PROTOCOL_RTMP;
        session->state = MPE_STATE_ADMITTED;
        session->condition_count = 1;
        session->conditions[0].kind = MPE_CONDITION_STARVED;
        snapshot->channels[session->channel].sessions[MPE_PROTOCOL_RTMP][MPE_STATE_ADMITTED]++;
    }
    return snapshot;
}

static unsigned count(const char *text, const char *what)
{
    unsigned found = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what)) {
        found++;
    }
    return found;
}

START_TEST(hostile_names_are_escaped)
{
    struct snapshot *const snapshot = make(1, 1);
    size_t length = 0;
    snprintf(snapshot->channels[0].name, sizeof(snapshot->channels[0].name), "a\"} 1\nb\\<script>");
    char *const text = metrics_text(snapshot, &length);
    ck_assert_ptr_nonnull(
        strstr(text, "{channel=\"a\\\"} 1\\nb\\\\<script>\",protocol=\"rtmp\",state=\"admitted\"} 1\n"));
    char *const json = admin_json_event(snapshot);
    json_t *const object = json_loads(json, 0, NULL);
    ck_assert_ptr_nonnull(object);
    const json_t *const session = json_array_get(json_object_get(object, "sessions"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(session, "channel")), "a\"} 1\nb\\<script>");
    json_decref(object);
    free(json);
    free(text);
    snapshot_release(snapshot);
}
END_TEST

START_TEST(a_snapshot_lives_as_long_as_its_holders)
{
    struct snapshot *const snapshot = make(1, 1);
    struct snapshot *const held = snapshot_hold(snapshot);
    snapshot_release(snapshot);
    ck_assert_str_eq(held->sessions[0].id, "guard-0");
    snapshot_release(held);
}
END_TEST

/* What it costs is measured by "make bench PARTS=service". */
START_TEST(ten_thousand_sessions_are_all_there_and_conditions_bounded)
{
    struct snapshot *const snapshot = make(MANY, MANY);
    size_t length = 0;
    char *const text = metrics_text(snapshot, &length);
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_uint_eq(count(text, "\nmpe_sessions{"), MANY);
    ck_assert_uint_eq(count(text, "\nmpe_condition{"), 1000);
    ck_assert_ptr_nonnull(strstr(text, "\nmpe_conditions_left_out 9000\n"));
    free(text);
    snapshot_release(snapshot);
}
END_TEST

START_TEST(only_this_machine_without_a_token)
{
    static const struct {
        const char *address;
        int result;
    } all[] = {{"127.0.0.1:9090", 0}, {"127.1.2.3:0", 0},  {"[::1]:9090", 0},  {"0.0.0.0:9090", -1},
               {"[::]:9090", -1},     {"192.0.2.1:1", -1}, {"localhost:1", -1}, {"9090", -1}};
    char why[ADMIN_WHY_BYTES];
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct admin_options options = {.is_on = false};
        ck_assert_int_eq(admin_options_read(&options, all[i].address, NULL, why), all[i].result);
        ck_assert(options.is_on == (all[i].result == 0));
    }
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("admin");
    TCase *const all = tcase_create("admin");
    tcase_add_test(all, hostile_names_are_escaped);
    tcase_add_test(all, a_snapshot_lives_as_long_as_its_holders);
    tcase_add_test(all, ten_thousand_sessions_are_all_there_and_conditions_bounded);
    tcase_add_test(all, only_this_machine_without_a_token);
    suite_add_tcase(suite, all);
    return suite;
}
