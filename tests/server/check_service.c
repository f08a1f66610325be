/* What the service manager is told. */
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/server/service.h"

Suite *mpe_suite(void);

/* A socket without a file, whose name goes to the environment. */
static int listen_as_manager(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    const int length = snprintf(name, sizeof(name), "@mpe-test-%d", (int)getpid());
    memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
    const int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_eq(bind(manager, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return manager;
}

static void expect(int manager, const char *wanted)
{
    char text[256] = "";
    const ssize_t length = recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT);
    ck_assert_msg(length > 0, "nothing came instead of %s", wanted);
    ck_assert_msg(strncmp(text, wanted, strlen(wanted)) == 0, "%s instead of %s", text, wanted);
}

START_TEST(the_manager_is_notified)
{
    const int manager = listen_as_manager();
    struct service service;
    uv_loop_t loop;
    char interval[] = "20000";
    setenv("WATCHDOG_USEC", interval, 1);
    uv_loop_init(&loop);
    service_open(&service, &loop);
    service_ready(&service);
    expect(manager, "READY=1");
    service_reloading(&service);
    expect(manager, "RELOADING=1\nMONOTONIC_USEC=");
    service_stopping(&service);
    expect(manager, "STOPPING=1");
    uv_ref((uv_handle_t *)&service.watchdog);
    for (int i = 0; i < 3; i++) {
        uv_run(&loop, UV_RUN_ONCE);
        expect(manager, "WATCHDOG=1");
    }
    service_close(&service);
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
    close(manager);
}
END_TEST

START_TEST(without_a_manager_nothing_is_sent)
{
    static const char *const names[] = {NULL, "", "@", "relative", "/nowhere/socket"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct service service;
        uv_loop_t loop;
        unsetenv("NOTIFY_SOCKET");
        if (names[i] != NULL) {
            setenv("NOTIFY_SOCKET", names[i], 1);
        }
        uv_loop_init(&loop);
        service_open(&service, &loop);
        ck_assert_int_eq(service.socket, -1);
        service_ready(&service);
        service_close(&service);
        uv_run(&loop, UV_RUN_DEFAULT);
        ck_assert_int_eq(uv_loop_close(&loop), 0);
    }
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("service");
    TCase *const all = tcase_create("service");
    tcase_add_test(all, the_manager_is_notified);
    tcase_add_test(all, without_a_manager_nothing_is_sent);
    suite_add_tcase(suite, all);
    return suite;
}
