/* Lines for the journal of systemd. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/server/journal.h"

Suite *mpe_suite(void);

static int journal;
static int reader;
static char got[8192];

/* A socket without a file, in the place of the journal's. */
static void start(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    const int length = snprintf(name, sizeof(name), "@mpe-journal-%d", (int)getpid());
    memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
    reader = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_eq(bind(reader, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)),
                     0);
    journal = journal_open(name);
    ck_assert_int_ge(journal, 0);
}

static void stop(void)
{
    close(journal);
    close(reader);
}

static size_t receive(void)
{
    const ssize_t length = recv(reader, got, sizeof(got) - 1, MSG_DONTWAIT);
    ck_assert_int_gt(length, 0);
    got[length] = '\0';
    return (size_t)length;
}

START_TEST(a_line_has_fields)
{
    const struct journal_field fields[] = {{"code", "MPE_S_OK"}, {"channel", NULL}, {"session", "guard-1"}};
    ck_assert(journal_send(journal, "mpe-guard", 6, "all is well", fields, 3));
    receive();
    ck_assert_str_eq(got, "MESSAGE=all is well\nPRIORITY=6\nSYSLOG_IDENTIFIER=mpe-guard\nMPE_CODE=MPE_S_OK\n"
                          "MPE_SESSION=guard-1\n");
}
END_TEST

/* A line feed in a value begins no field of its own. */
START_TEST(a_value_of_several_lines)
{
    const struct journal_field field = {"session", "one\nPRIORITY=0"};
    static const char wanted[] = "MPE_SESSION\n\016\0\0\0\0\0\0\0one\nPRIORITY=0\n";
    ck_assert(journal_send(journal, "mpe-guard", 4, "text", &field, 1));
    const size_t length = receive();
    ck_assert_uint_ge(length, sizeof(wanted) - 1);
    ck_assert_mem_eq(got + length - (sizeof(wanted) - 1), wanted, sizeof(wanted) - 1);
}
END_TEST

START_TEST(what_is_too_long_is_left_out)
{
    static char value[5000];
    const struct journal_field fields[] = {{"long", value}, {"code", "MPE_S_OK"}};
    memset(value, 'x', sizeof(value) - 1);
    ck_assert(journal_send(journal, "mpe-guard", 4, "text", fields, 2));
    receive();
    ck_assert_ptr_null(strstr(got, "MPE_LONG"));
    ck_assert_ptr_nonnull(strstr(got, "MPE_CODE=MPE_S_OK\n"));
}
END_TEST

START_TEST(nobody_reads)
{
    int taken = 0;
    while (taken < 100000 && journal_send(journal, "mpe-guard", 4, "text", NULL, 0)) {
        taken++;
    }
    ck_assert_int_lt(taken, 100000);
    ck_assert_int_eq(journal_open("@mpe-nobody"), -1);
    ck_assert(!journal_send(-1, "mpe-guard", 4, "text", NULL, 0));
}
END_TEST

START_TEST(the_stream_is_standard_error)
{
    struct stat status;
    char stream[64];
    ck_assert_int_eq(fstat(STDERR_FILENO, &status), 0);
    unsetenv("JOURNAL_STREAM");
    ck_assert(!journal_has_stream());
    snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    ck_assert(journal_has_stream());
    setenv("JOURNAL_STREAM", "1:1", 1);
    ck_assert(!journal_has_stream());
    setenv("JOURNAL_STREAM", "x", 1);
    ck_assert(!journal_has_stream());
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("journal");
    TCase *const tests = tcase_create("journal");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, a_line_has_fields);
    tcase_add_test(tests, a_value_of_several_lines);
    tcase_add_test(tests, what_is_too_long_is_left_out);
    tcase_add_test(tests, nobody_reads);
    tcase_add_test(tests, the_stream_is_standard_error);
    suite_add_tcase(suite, tests);
    return suite;
}
