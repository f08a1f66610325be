/* The configuration file: what is right is understood, what is wrong gets one sentence with file and line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/server/channels.h"
#include "common/server/config.h"
#include "common/server/memory_bound.h"

Suite *mpe_suite(void);

static char folder[64];
static struct memory_bound memory;

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/mpe-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *const file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static struct channels *load(const char *file, char why[CONFIG_WHY_BYTES])
{
    struct config config;
    const mpe_allocator allocator = memory_bound_allocator(&memory);
    if (config_load(&config, file, why) != 0) {
        config_free(&config);
        return NULL;
    }
    struct channels *const channels = channels_new(&config, why);
    if (channels != NULL) {
        ck_assert_int_eq(channels_open(channels, &allocator, why), 0);
    }
    return channels;
}

/* "" where nothing is wrong; else what stands after "FILE:". */
static void expect_wrong(const char *text, const char *wanted)
{
    char why[CONFIG_WHY_BYTES] = "";
    const char *const file = write_file("main.yaml", text);
    struct channels *const channels = load(file, why);
    const char *const said = strncmp(why, file, strlen(file)) == 0 ? why + strlen(file) : why;
    ck_assert_msg(channels == NULL, "taken: %s", text);
    ck_assert_msg(strncmp(said, wanted, strlen(wanted)) == 0, "%s\ngets: %s\nnot: %s", text, said, wanted);
    ck_assert_msg(strchr(why, '\n') == NULL, "more than a sentence: %s", why);
    ck_assert_msg(strstr(why, "s3cr3t") == NULL, "a secret: %s", why);
    ck_assert_uint_eq(memory.used_bytes, 0);
}

START_TEST(what_is_wrong_is_said_with_its_line)
{
    static const char *const cases[][2] = {
        {"", ":1: the file is empty"},
        {"channels:\n  - name: a\n    app: x: y\n", ":3: libyaml: "},
        {"channels:\n  - name: a\n    app: s3cr3t\n    alow: [a]\n", ":4: there is no setting alow here; settings are: "
                                                                     "include, name, app, stream_name"},
        {"chanels: []\n", ":1: there is no setting chanels here; settings are: listeners, upstream"},
        {"listeners:\n  - adress: 1\n", ":2: there is no setting adress here; settings are: address, proxy_protocol"},
        {"channels: 3\n", ":1: channels: Expecting SEQUENCE, got event: SCALAR; write a list"},
        {"channels:\n  - name: [a]\n", ":2: name: Expecting STRING, got event: SEQUENCE_START; write one text"},
        {"channels:\n  - name: a\n    set: 3\n", ":3: set: Expecting MAPPING, got event: SCALAR; write settings"},
        {"channels:\n  - app: s3cr3t\n", ":2: a channel has no name"},
        {"channels:\n  - name: a b\n    app: x\n", ":2: name: give up to 64 letters"},
        {"channels:\n  - name: a\n", ":2: a channel has neither app nor stream_name"},
        {"channels:\n  - name: a\n    app: x\n    kind: encodin\n", ":4: kind: give encoding, pass-through-basic"},
        {"channels:\n  - name: a\n    app: x\n    shared: perhaps\n", ":4: shared: give true or false"},
        {"channels:\n  - name: a\n    app: x\n    allow:\n      - 10.0.0.0/8\n      - 10.0.0.0/33\n",
         ":6: allow 10.0.0.0/33: give an address or a network"},
        {"channels:\n  - name: a\n    app: x\n    set:\n      max_width_px: 1\n      max_height_px: 65537\n",
         ":6: set max_height_px=65537: give a whole number from 0 to 65536"},
        {"channels:\n  - name: a\n    app: x\n    set:\n      max_width: 1\n",
         ":5: there is no setting max_width here; settings are: those of mpe_params(7)"},
        {"channels:\n  - name: a\n    app: x\n    set: { report_all: 1 }\n", ":4: set report_all=1 is for files"},
        {"channels:\n  - name: a\n    app: \"s3cr3t*x\"\n", ":2: app and stream_name take one \"*\", at their end"},
        {"channels:\n  - name: a\n    app: s3cr3t\n  - name: b\n    app: /s3cr3t/\n",
         ":4: channel b has the app and stream_name of channel a"},
        {"channels:\n  - name: a\n    app: x\n  - name: a\n    app: y\n", ":4: name: another channel has this name"},
        {"channels:\n  - name: a\n    app: x\n    subject: \"a\\tb\"\n", ":4: subject takes UTF-8 without control"},
        {"defaults:\n  set: { max_width_px: wide }\nchannels: []\n", ":2: set max_width_px=wide: give a whole number"},
        {"defaults: { kind: x }\nchannels: []\n", ":1: kind: give encoding"},
        {"channels:\n  - include: nowhere.yaml\n", ":2: include: there is no file "},
        {"channels: &a [*a]\n", ":1: "},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_wrong(cases[i][0], cases[i][1]);
    }
}
END_TEST

START_TEST(a_file_that_is_not_there)
{
    char why[CONFIG_WHY_BYTES] = "";
    ck_assert_ptr_null(load("/nowhere/mpe.yaml", why));
    ck_assert_str_eq(why, "/nowhere/mpe.yaml: No such file or directory");
    ck_assert_ptr_null(load("/tmp", why));
    ck_assert_ptr_nonnull(strstr(why, "this is no file"));
}
END_TEST

static int64_t width_of(const struct channel *channel)
{
    int64_t value = -1;
    mpe_channel_get(channel->handle, MPE_PARAM_MAX_WIDTH_PX, &value);
    return value;
}

static const char whole[] = "defaults: { kind: pass-through-basic, set: { max_width_px: 640 } }\n"
                            "channels:\n"
                            "  - name: studio-a\n"
                            "    app: live/5f2d0c7a9b1e4c3d8e6f7a8b9c0d1e2f\n"
                            "    kind: encoding\n"
                            "    allow: [192.0.2.0/24, \"2001:db8::/32\"]\n"
                            "    set: { max_width_px: 1280 }\n"
                            "  - { name: guests, app: live, stream_name: \"guest-*\" }\n"
                            "  - { name: all, app: \"open*\", shared: true }\n"
                            "  - include: more-*.yaml\n";

START_TEST(channels_are_entered_and_left)
{
    char why[CONFIG_WHY_BYTES] = "";
    write_file("more-1.yaml", "- { name: m1, app: more/1 }\n- { name: m2, app: more/2 }\n");
    write_file("more-2.yaml", "- { name: m3, app: more/3 }\n");
    struct channels *const channels = load(write_file("main.yaml", whole), why);
    ck_assert_msg(channels != NULL, "%s", why);
    ck_assert_uint_eq(channels_count(channels), 6);

    struct channel *const studio = channels_enter(channels, "live/5F2D0C7A-9B1E-4C3D-8E6F-7A8B9C0D1E2F", "any?x");
    ck_assert_str_eq(studio->name, "studio-a");
    ck_assert_int_eq(width_of(studio), 1280);
    ck_assert_ptr_eq(channels_enter(channels, "live/5f2d0c7a9b1e4c3d8e6f7a8b9c0d1e2f", "other"), studio);

    struct channel *const guest = channels_enter(channels, "live", "guest-1");
    struct channel *const other = channels_enter(channels, "live", "guest-2");
    ck_assert_str_eq(guest->name, "guests");
    ck_assert_int_eq(width_of(guest), 640);
    ck_assert_ptr_ne(guest, other);
    ck_assert_ptr_eq(channels_enter(channels, "live", "guest-1?token=1"), guest);

    struct channel *const shared = channels_enter(channels, "open-1", "a");
    ck_assert_ptr_eq(channels_enter(channels, "open-2", "b"), shared);

    struct channel *const included = channels_enter(channels, "more/3", "");
    ck_assert_str_eq(included->name, "m3");
    ck_assert_ptr_null(channels_enter(channels, "live", "gest-1"));
    ck_assert_ptr_null(channels_enter(channels, "", ""));

    channels_release(channels); /* who is on a channel stays */
    struct channel *const all[] = {studio, studio, guest, guest, other, shared, shared};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        channels_leave(all[i]);
    }
    ck_assert_uint_gt(memory.used_bytes, 0);
    channels_leave(included);
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

START_TEST(a_fault_in_a_file_that_is_included_has_its_name_and_line)
{
    char why[CONFIG_WHY_BYTES] = "";
    char wanted[128];
    write_file("more-1.yaml", "- { name: m1, app: more/1 }\n- name: m2\n  app: more/2\n  kind: x\n");
    ck_assert_ptr_null(load(write_file("main.yaml", whole), why));
    snprintf(wanted, sizeof(wanted), "%s/more-1.yaml:4: kind: ", folder);
    ck_assert_msg(strncmp(why, wanted, strlen(wanted)) == 0, "%s", why);
}
END_TEST

START_TEST(a_channel_that_nobody_is_on_takes_no_session_memory)
{
    char why[CONFIG_WHY_BYTES] = "";
    struct channels *const channels = load(write_file("main.yaml", "channels: [{ name: a, app: x }]\n"), why);
    const uint64_t idle = memory.used_bytes;
    struct channel *const channel = channels_enter(channels, "x", "");
    ck_assert_uint_gt(memory.used_bytes, idle);
    channels_leave(channel);
    ck_assert_uint_eq(memory.used_bytes, idle);
    channels_release(channels);
}
END_TEST

START_TEST(a_hundred_thousand_load_in_seconds)
{
    const int many = getenv("TEST_SLOW") != NULL ? 5000 : 100000; /* a sanitizer or valgrind runs it */
    char why[CONFIG_WHY_BYTES] = "";
    char path[128];
    snprintf(path, sizeof(path), "%s/many.yaml", folder);
    FILE *const file = fopen(path, "w");
    fputs("channels:\n", file);
    for (int i = 0; i < many; i++) {
        fprintf(
            file,
            "  - name: studio-%d\n    app: live/%032x\n    allow: [192.0.2.0/24]\n    set: { max_width_px: 1280 }\n", i,
            (unsigned)i);
    }
    fclose(file);
    const clock_t begin = clock();
    struct channels *const channels = load(path, why);
    const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    ck_assert_msg(channels != NULL, "%s", why);
    ck_assert_uint_eq(channels_count(channels), many);
    printf("%d channels load in %.2f s of CPU time\n", many, seconds);
    ck_assert_double_lt(seconds, 10);
    channels_release(channels);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("config");
    TCase *const all = tcase_create("config");
    tcase_set_timeout(all, 60); /* of a busy machine: what is asserted is the time of the processor */
    tcase_add_checked_fixture(all, make_folder, remove_folder);
    tcase_add_test(all, what_is_wrong_is_said_with_its_line);
    tcase_add_test(all, a_file_that_is_not_there);
    tcase_add_test(all, channels_are_entered_and_left);
    tcase_add_test(all, a_fault_in_a_file_that_is_included_has_its_name_and_line);
    tcase_add_test(all, a_channel_that_nobody_is_on_takes_no_session_memory);
    tcase_add_test(all, a_hundred_thousand_load_in_seconds);
    suite_add_tcase(suite, all);
    return suite;
}
