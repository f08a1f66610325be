/* The upstream server of the programs that are compared: a process that takes what comes and discards it. */
#define _GNU_SOURCE /* memmem */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "rtmp_mux.h"

struct taken {
    int connection;
    uint64_t bytes;
    bool is_watched;
};

static void take_connection(int poll, int listener)
{
    struct taken *const taken = calloc(1, sizeof(*taken));
    need(taken != NULL, "no memory for the server");
    taken->connection = accept(listener, NULL, NULL);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = taken};
    need(epoll_ctl(poll, EPOLL_CTL_ADD, taken->connection, &event) == 0, "the server has no connection");
}

static void note_arrival(struct arrivals *arrivals, const struct taken *taken)
{
    const size_t count = arrivals->count;
    if (count == ARRIVALS)
        return;
    arrivals->at[count] = (struct arrival){taken->bytes, clock_ns()};
    arrivals->count = count + 1;
}

/* _result of a command: what it gives is a number, or nothing. */
static void put_result(struct rtmp_mux *mux, double transaction, double given)
{
    struct rtmp_mux amf = {0};
    amf_string(&amf, "_result");
    amf_number(&amf, transaction);
    rtmp_put_u8(&amf, 5);
    if (given > 0)
        amf_number(&amf, given);
    else
        rtmp_put_u8(&amf, 5);
    rtmp_message(mux, 3, 20, 0, 0, amf.bytes, amf.len);
    free(amf.bytes);
}

/* S0, S1 and S2, then what the commands of rtmp_open_publish ask for: a proxy gives up a server that says nothing. */
static void answer_all(int connection)
{
    static const unsigned char handshake[1 + 2 * 1536] = {3};
    struct rtmp_mux mux = {.chunk_size = 128};
    rtmp_put(&mux, handshake, sizeof(handshake));
    put_result(&mux, 1, 0);
    put_result(&mux, 4, 1);
    need(send_bytes(connection, (struct bytes){mux.bytes, mux.len}), "the server cannot answer");
    free(mux.bytes);
}

static void read_connection(struct taken *taken, struct arrivals *arrivals)
{
    static char discarded[1 << 18];
    const ssize_t len = read(taken->connection, discarded, sizeof(discarded));
    if (len <= 0) {
        close(taken->connection);
        free(taken);
        return;
    }
    if (taken->bytes == 0)
        answer_all(taken->connection);
    /* its name stands in its first bytes, which come together */
    if (taken->bytes < 8192 && memmem(discarded, (size_t)len, "watched", 7) != NULL)
        taken->is_watched = true;
    taken->bytes += (uint64_t)len;
    if (taken->is_watched)
        note_arrival(arrivals, taken);
}

static void serve(int listener, struct arrivals *arrivals)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    const int poll = epoll_create1(0);
    need(epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) == 0, "the server has no epoll");
    for (;;) {
        struct epoll_event ready[256];
        const int count = epoll_wait(poll, ready, 256, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr == NULL)
                take_connection(poll, listener);
            else
                read_connection(ready[i].data.ptr, arrivals);
        }
    }
}

struct server start_server(void)
{
    struct server server = {.port = free_port()};
    struct sockaddr_in address = loopback(server.port);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    server.arrivals = mmap(NULL, sizeof(*server.arrivals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    need(server.arrivals != MAP_FAILED && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
             listen(listener, 4096) == 0,
         "the server cannot listen");
    server.pid = fork();
    need(server.pid >= 0, "no process for the server");
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the bench cannot go on */
        serve(listener, server.arrivals);
    }
    close(listener);
    return server;
}

void stop_server(const struct server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    munmap(server->arrivals, sizeof(*server->arrivals));
}
