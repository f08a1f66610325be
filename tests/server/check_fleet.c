/* The parts of a fleet that need no server: its settings, its clock, what an answer may be, what an operator sees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <jansson.h>

#include "common/server/admin_json.h"
#include "common/server/fleet_clock.h"
#include "common/server/fleet_script.h"
#include "common/server/fleet_settings.h"
#include "common/server/metrics.h"

Suite *mpe_suite(void);

static const char hex_key[] = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100\n";
static char file[64];

static void write_key(const char *text, size_t length, mode_t mode)
{
    snprintf(file, sizeof(file), "/tmp/mpe-fleet-XXXXXX");
    const int descriptor = mkstemp(file);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, length), (ssize_t)length);
    ck_assert_int_eq(fchmod(descriptor, mode), 0);
    close(descriptor);
}

static void make_key(void)
{
    write_key(hex_key, sizeof(hex_key) - 1, 0640);
}

static void remove_key(void)
{
    unlink(file);
}

static int read_them(struct fleet_settings *settings, const char *urls, const char *key_file, char *why)
{
    enum fleet_setting of = FLEET_SETTING_URLS;
    memset(settings, 0, sizeof(*settings));
    why[0] = '\0';
    return fleet_settings_read(settings, urls, key_file, &of, why);
}

static const struct fleet_server *read_one(struct fleet_settings *settings, const char *url)
{
    char why[FLEET_WHY_BYTES];
    ck_assert_msg(read_them(settings, url, file, why) == 0, "%s: %s", url, why);
    ck_assert_uint_eq(settings->server_count, 1);
    return &settings->servers[0];
}

/* ---------------------------------------------------------------- the servers */

START_TEST(urls_are_read)
{
    static const struct {
        const char *url;
        struct fleet_server server;
    } cases[] = {
        {"redis://redis.example.net", {.kind = FLEET_TCP, .host = "redis.example.net", .port = "6379"}},
        {"redis://127.0.0.1:6380/2", {.kind = FLEET_TCP, .host = "127.0.0.1", .port = "6380", .database = 2}},
        {"redis://[::1]:6380", {.kind = FLEET_TCP, .host = "::1", .port = "6380"}},
        {"redis://:p%40ss%2C@h/0", {.kind = FLEET_TCP, .host = "h", .port = "6379", .password = "p@ss,"}},
        {"redis://edge:pass@h", {.kind = FLEET_TCP, .host = "h", .port = "6379", .user = "edge", .password = "pass"}},
        {"unix:///run/redis/redis.sock", {.kind = FLEET_UNIX, .host = "/run/redis/redis.sock"}},
        {"unix://:pass@/run/redis.sock", {.kind = FLEET_UNIX, .host = "/run/redis.sock", .password = "pass"}},
        {"sentinel://s1/main", {.kind = FLEET_SENTINEL, .host = "s1", .port = "26379", .master = "main"}},
        {"sentinel://:p@s1:5000/main/3",
         {.kind = FLEET_SENTINEL, .host = "s1", .port = "5000", .password = "p", .master = "main", .database = 3}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet_settings settings;
        const struct fleet_server *const wanted = &cases[i].server;
        const struct fleet_server *const server = read_one(&settings, cases[i].url);
        ck_assert_int_eq(server->kind, wanted->kind);
        ck_assert_str_eq(server->host, wanted->host);
        if (wanted->kind != FLEET_UNIX) {
            ck_assert_str_eq(server->port, wanted->port);
        }
        ck_assert_str_eq(server->user, wanted->user);
        ck_assert_str_eq(server->password, wanted->password);
        ck_assert_str_eq(server->master, wanted->master);
        ck_assert_uint_eq(server->database, wanted->database);
        fleet_settings_free(&settings);
    }
}
END_TEST

START_TEST(several_are_kept_in_order)
{
    struct fleet_settings settings;
    char why[FLEET_WHY_BYTES];
    ck_assert_int_eq(read_them(&settings, "redis://a , redis://b:1,unix:///c", file, why), 0);
    ck_assert_uint_eq(settings.server_count, 3);
    ck_assert_str_eq(settings.servers[1].host, "b");
    ck_assert_str_eq(settings.servers[2].host, "/c");
    fleet_settings_free(&settings);
}
END_TEST

START_TEST(what_is_no_server_is_said_without_its_secret)
{
    static const char *const cases[][2] = {
        {"", "server 1 of the list is none; write redis://"},
        {"127.0.0.1:6379", "server 1 of the list is none"},
        {"http://s3cr3t@h", "server 1"},
        {"redis://:s3cr3t@", "server 1"},
        {"redis://:s3cr3t@h:0", "server 1"},
        {"redis://:s3cr3t@h:70000", "server 1"},
        {"redis://:s3cr3t@h/x", "server 1"},
        {"redis://:s3cr3t@h/70000", "server 1"},
        {"redis://h/0?s3cr3t=1", "server 1"},
        {"redis://h,", "server 2"},
        {"redis://h,sentinel://h", "server 2"},
        {"redis://h,unix://", "server 2"},
        {"redis://h,unix:///", "server 2"},
        {"unix://run/redis.sock", "server 1"},
        {"redis://1,redis://2,redis://3,redis://4,redis://5,redis://6,redis://7,redis://8,redis://9", "give at most 8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet_settings settings;
        char why[FLEET_WHY_BYTES];
        const int status = read_them(&settings, cases[i][0], file, why);
        const bool is_trailing_comma = strcmp(cases[i][0], "redis://h,") == 0;
        ck_assert_msg(status == -1 || is_trailing_comma, "taken: %s", cases[i][0]);
        if (status == -1) {
            ck_assert_msg(strncmp(why, cases[i][1], strlen(cases[i][1])) == 0, "%s gets: %s", cases[i][0], why);
            ck_assert_ptr_null(strstr(why, "s3cr3t"));
        }
        fleet_settings_free(&settings);
    }
}
END_TEST

START_TEST(one_without_the_other_is_wrong)
{
    struct fleet_settings settings;
    char why[FLEET_WHY_BYTES];
    ck_assert_int_eq(read_them(&settings, NULL, NULL, why), 0);
    ck_assert_uint_eq(settings.server_count, 0);
    ck_assert_int_eq(read_them(&settings, "redis://h", NULL, why), -1);
    ck_assert_ptr_nonnull(strstr(why, "needs a key"));
    ck_assert_int_eq(read_them(&settings, NULL, file, why), -1);
    ck_assert_ptr_nonnull(strstr(why, "without a server"));
    ck_assert_uint_eq(settings.server_count, 0);
}
END_TEST

/* -------------------------------------------------------------------- the key */

static void read_key(const char *text, size_t length, mode_t mode, int status, const char *wanted, unsigned char *key)
{
    struct fleet_settings settings;
    char why[FLEET_WHY_BYTES];
    unlink(file);
    write_key(text, length, mode);
    ck_assert_int_eq(read_them(&settings, "redis://h", file, why), status);
    ck_assert_msg(strstr(why, wanted) != NULL, "gets: %s\nnot: %s", why, wanted);
    if (key != NULL) {
        memcpy(key, settings.key, FLEET_KEY_BYTES);
    }
    fleet_settings_free(&settings);
}

START_TEST(keys)
{
    static const char text[] = "a sentence of more than 32 bytes is a key, too";
    static const unsigned char digest[] = {0x20, 0x3d, 0x1d, 0xcf, 0xa3, 0x85};
    unsigned char key[FLEET_KEY_BYTES];
    read_key(hex_key, sizeof(hex_key) - 1, 0600, 0, "", key);
    ck_assert_mem_eq(key, "\x00\x11\x22\x33", 4);
    ck_assert_mem_eq(key + 16, "\xff\xee\xdd\xcc", 4);
    read_key(text, sizeof(text) - 1, 0400, 0, "", key);
    ck_assert_mem_eq(key, digest, sizeof(digest));
    read_key(text, 31, 0600, -1, "at least 32 bytes", NULL);
    read_key(text, 0, 0600, -1, "at least", NULL);
    read_key(hex_key, sizeof(hex_key) - 1, 0644, -1, "others than its owner and its group", NULL);
    read_key(hex_key, sizeof(hex_key) - 1, 0660, -1, "chmod 640", NULL);
    unlink(file);
    struct fleet_settings settings;
    char why[FLEET_WHY_BYTES];
    ck_assert_int_eq(read_them(&settings, "redis://h", file, why), -1);
    ck_assert_ptr_nonnull(strstr(why, "No such file"));
}
END_TEST

/* ------------------------------------------------------------------ the clock */

START_TEST(the_quickest_answer_says_the_time_best)
{
    struct fleet_clock clock = {0};
    fleet_clock_learn(&clock, 5000000, 1000, 3000);
    ck_assert_int_eq(fleet_clock_us(&clock, 2000), 5000000);
    fleet_clock_learn(&clock, 5100000, 100000, 190000); /* it waited on one of the ways */
    ck_assert_int_eq(fleet_clock_us(&clock, 2000), 5000000);
    fleet_clock_learn(&clock, 5200100, 201900, 202100);
    ck_assert_int_eq(fleet_clock_us(&clock, 202000), 5200100);
    for (int i = 0; i < 100; i++) { /* now all of them take longer: the clock is not left alone for ever */
        fleet_clock_learn(&clock, 6000000, 1000000, 1002000);
    }
    ck_assert_int_eq(fleet_clock_us(&clock, 1001000), 6000000);
}
END_TEST

/* ----------------------------------------------------------------- the answer */

static redisReply text_reply(char *text)
{
    return (redisReply){.type = REDIS_REPLY_STRING, .str = text, .len = strlen(text)};
}

static bool is_answer(char *there, char *since)
{
    struct fleet_answer answer;
    redisReply parts[] = {text_reply(there), text_reply(since), {.type = REDIS_REPLY_NIL}, text_reply("share")};
    redisReply *list[] = {&parts[0], &parts[1], &parts[2], &parts[3]};
    const redisReply reply = {.type = REDIS_REPLY_ARRAY, .elements = 4, .element = list};
    size_t bytes = 7;
    if (!fleet_script_read(&reply, &answer)) {
        return false;
    }
    ck_assert_uint_eq(answer.share_count, 2);
    ck_assert_ptr_null(fleet_script_share(&answer, 0, &bytes));
    ck_assert_uint_eq(bytes, 0);
    ck_assert_str_eq(fleet_script_share(&answer, 1, &bytes), "share");
    ck_assert_uint_eq(bytes, 5);
    return true;
}

START_TEST(an_answer_has_its_form)
{
    struct fleet_answer answer;
    redisReply time = text_reply("1");
    redisReply *one[] = {&time};
    redisReply number = {.type = REDIS_REPLY_INTEGER, .integer = 3};
    redisReply *two[] = {&number, &number};
    const redisReply replies[] = {{.type = REDIS_REPLY_NIL},
                                  {.type = REDIS_REPLY_ERROR, .str = "ERR x", .len = 5},
                                  {.type = REDIS_REPLY_ARRAY, .elements = 0},
                                  {.type = REDIS_REPLY_ARRAY, .elements = 1, .element = one},
                                  {.type = REDIS_REPLY_ARRAY, .elements = 2, .element = two}};
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        ck_assert(!fleet_script_read(&replies[i], &answer));
        ck_assert(!fleet_script_is_unknown(&replies[i]));
    }
    ck_assert(is_answer("1795806765506017", "1795806765506016"));
    ck_assert(!is_answer("1795806765506017", ""));
    ck_assert(!is_answer("1795806765506017", "17958067655060161795806765506017"));
    ck_assert(!is_answer("now", "0"));
    const redisReply unknown = {.type = REDIS_REPLY_ERROR, .str = "NOSCRIPT No matching script.", .len = 28};
    ck_assert(fleet_script_is_unknown(&unknown));
}
END_TEST

/* ------------------------------------------------------------------ what is seen */

static struct snapshot *make_snapshot(void)
{
    struct snapshot *const snapshot = snapshot_new(1, 0, 0);
    struct snapshot_channel *const channel = &snapshot->channels[0];
    snapshot->program = "mpe-test";
    snapshot->channel_count = 1;
    snapshot->fleet = (struct fleet_view){.is_there = true,
                                          .is_up = true,
                                          .number = 42,
                                          .edge = "000000000000002a",
                                          .stale_ms = 1250,
                                          .channels = 1,
                                          .refused = 3};
    snprintf(channel->name, sizeof(channel->name), "studio-a");
    channel->is_on = true;
    channel->sums.measured_bps = 15000000; /* of all of them */
    channel->sums.remote_measured_bps = 11000000;
    channel->edges = 1;
    channel->edges_shown = 1;
    *snapshot_add_edge(snapshot) =
        (struct snapshot_edge){.number = 255, .sessions = 2, .measured_bps = 11000000, .age_us = 1500000};
    return snapshot;
}

START_TEST(an_operator_sees_each_edge)
{
    struct snapshot *const snapshot = make_snapshot();
    size_t length = 0;
    char *const metrics = metrics_text(snapshot, &length);
    ck_assert_ptr_nonnull(strstr(metrics, "\nmpe_fleet_up 1\n"));
    ck_assert_ptr_nonnull(strstr(metrics, "\nmpe_fleet_stale_seconds 1.250\n"));
    ck_assert_ptr_nonnull(strstr(metrics, "\nmpe_fleet_shares_refused_total 3\n"));
    ck_assert_ptr_nonnull(strstr(metrics, "\nmpe_channel_edges{channel=\"studio-a\"} 1\n"));
    char *const text = admin_json_channels(snapshot);
    json_t *const object = json_loads(text, 0, NULL);
    const json_t *const channel = json_array_get(json_object_get(object, "channels"), 0);
    const json_t *const here = json_array_get(json_object_get(channel, "edges"), 0);
    const json_t *const edge = json_array_get(json_object_get(channel, "edges"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(here, "edge")), "000000000000002a");
    ck_assert(json_is_true(json_object_get(here, "here")));
    ck_assert_int_eq(json_integer_value(json_object_get(here, "bitrate_bps")), 4000000);
    ck_assert(json_is_false(json_object_get(edge, "here")));
    ck_assert_str_eq(json_string_value(json_object_get(edge, "edge")), "00000000000000ff");
    ck_assert_int_eq(json_integer_value(json_object_get(edge, "bitrate_bps")), 11000000);
    ck_assert_int_eq(json_integer_value(json_object_get(edge, "age_ms")), 1500);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(object, "fleet"), "edge")), "000000000000002a");
    json_decref(object);
    free(text);
    free(metrics);
    snapshot_release(snapshot);
}
END_TEST

START_TEST(nothing_is_seen_of_no_fleet)
{
    struct snapshot *const snapshot = make_snapshot();
    size_t length = 0;
    snapshot->fleet = (struct fleet_view){.is_there = false};
    char *const metrics = metrics_text(snapshot, &length);
    ck_assert_ptr_null(strstr(metrics, "fleet"));
    char *const text = admin_json_channels(snapshot);
    ck_assert_ptr_nonnull(strstr(text, "\"fleet\":null"));
    ck_assert_ptr_null(strstr(text, "edge"));
    free(text);
    free(metrics);
    snapshot_release(snapshot);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("fleet");
    TCase *const all = tcase_create("fleet");
    tcase_add_checked_fixture(all, make_key, remove_key);
    tcase_add_test(all, urls_are_read);
    tcase_add_test(all, several_are_kept_in_order);
    tcase_add_test(all, what_is_no_server_is_said_without_its_secret);
    tcase_add_test(all, one_without_the_other_is_wrong);
    tcase_add_test(all, keys);
    tcase_add_test(all, the_quickest_answer_says_the_time_best);
    tcase_add_test(all, an_answer_has_its_form);
    tcase_add_test(all, an_operator_sees_each_edge);
    tcase_add_test(all, nothing_is_seen_of_no_fleet);
    suite_add_tcase(suite, all);
    return suite;
}
