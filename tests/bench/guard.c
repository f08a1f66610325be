/* What mpe-guard spends on 1 GB, with libmpe and without: an encoder here, a server that discards behind it. */
#define _DEFAULT_SOURCE /* wait4 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "rtmp_mux.h"

#define CARRIED_BYTES 1000000000
#define TURNS         15 /* a turn is a second; CPU time of single ones differs by a tenth */

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* A listener on a port that was free; *port: which. */
static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    need(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0 &&
             getsockname(listener, (struct sockaddr *)&address, &size) == 0,
         "no port to listen on");
    *port = ntohs(address.sin_port);
    return listener;
}

/* The server: takes one connection and discards it. Ends with the connection. */
static pid_t start_server(uint16_t *port)
{
    static char discarded[1 << 18];
    const int listener = listen_anywhere(port);
    const pid_t pid = fork();
    need(pid >= 0, "no process");
    if (pid == 0) {
        const int connection = accept(listener, NULL, NULL);
        while (connection >= 0 && read(connection, discarded, sizeof(discarded)) > 0)
            continue;
        _exit(0);
    }
    close(listener);
    return pid;
}

static pid_t start_guard(const char *program, uint16_t port, uint16_t upstream_port)
{
    char listen_on[40], upstream[40];
    const pid_t pid = fork();
    need(pid >= 0, "no process");
    if (pid != 0)
        return pid;
    snprintf(listen_on, sizeof(listen_on), "127.0.0.1:%u", (unsigned)port);
    snprintf(upstream, sizeof(upstream), "127.0.0.1:%u", (unsigned)upstream_port);
    /* a minute of media in a moment is no fault here */
    execl(program, program, "--quiet", "--listen", listen_on, "--upstream", upstream, "--set", "max_lead_us=0",
          (char *)NULL);
    perror(program);
    _exit(127);
}

static int connect_to(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    const struct timespec moment = {.tv_nsec = 20000000};
    for (int i = 0; i < 250; i++) {
        const int connection = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connection, (const struct sockaddr *)&address, sizeof(address)) == 0)
            return connection;
        close(connection);
        nanosleep(&moment, NULL);
    }
    need(false, "mpe-guard does not listen");
    return -1;
}

static void send_bytes(int connection, const unsigned char *data, size_t len)
{
    while (len > 0) {
        const ssize_t sent = write(connection, data, len);
        need(sent > 0, "mpe-guard closed the connection");
        data += sent;
        len -= (size_t)sent;
    }
}

/* Publishes the media again and again, its time going on. */
static void publish(int connection, struct bytes flv)
{
    size_t sent = 0;
    uint32_t start_ms = 0;
    for (bool first = true; sent < CARRIED_BYTES; first = false) {
        struct rtmp_mux mux = {.chunk_size = 4096};
        struct flv_tag tag;
        size_t offset = 13;
        uint32_t end_ms = 0;
        if (first)
            rtmp_open_publish(&mux, 4096);
        while (flv_next_tag(flv.data, flv.len, &offset, &tag)) {
            end_ms = tag.timestamp_ms > end_ms ? tag.timestamp_ms : end_ms;
            tag.timestamp_ms += start_ms;
            rtmp_tag(&mux, &tag);
        }
        start_ms += end_ms + 33;
        send_bytes(connection, mux.bytes, mux.len);
        sent += mux.len;
        free(mux.bytes);
    }
}

/* CPU seconds that the program spent, and the kernel for it. */
static double carry(const char *program, struct bytes flv)
{
    uint16_t port = 0, server_port = 0;
    struct rusage usage;
    const pid_t server = start_server(&server_port);
    close(listen_anywhere(&port));
    const pid_t guard = start_guard(program, port, server_port);
    const int connection = connect_to(port);
    publish(connection, flv);
    close(connection);
    need(waitpid(server, NULL, 0) == server, "no server to wait for");
    kill(guard, SIGTERM);
    need(wait4(guard, NULL, 0, &usage) == guard, "no mpe-guard to wait for");
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void bench_guard(const char *with, const char *without, struct bytes flv)
{
    double ratios[TURNS], seconds[TURNS];
    signal(SIGPIPE, SIG_IGN);
    heading("mpe-guard");
    for (size_t i = 0; i < TURNS; i++) {
        const double before = carry(without, flv);
        seconds[i] = carry(with, flv);
        ratios[i] = seconds[i] * 2 / (before + carry(without, flv));
    }
    row("mpe-guard carries 1 GB, CPU time", median(seconds, TURNS), "s", NO_GOAL, 0);
    row("mpe-guard carries 1 GB, CPU time against the same without libmpe", median(ratios, TURNS), "times", AT_MOST,
        1.05);
}
