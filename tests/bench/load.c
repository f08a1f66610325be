/* Encoders that push at once to one port, over as many connections, by one thread. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rtmp_mux.h"

#define MOST_AT_ONCE 262144

struct push {
    int connection;
    struct bytes opening;
    size_t sent;
    bool has_ended; /* all is sent, and the other side knows */
};

struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    need(bind(listener, (struct sockaddr *)&address, size) == 0 &&
             getsockname(listener, (struct sockaddr *)&address, &size) == 0,
         "no port to listen on");
    close(listener);
    return ntohs(address.sin_port);
}

int connect_to(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    const int at_once = 1; /* what is sent does not wait for an acknowledgement, up to 40 ms, of what was sent before */
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; i < 2000; i++) {
        const int connection = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connection, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
            return connection;
        }
        close(connection);
        nanosleep(&moment, NULL);
    }
    need(false, "a program under test does not listen");
    return -1;
}

bool send_bytes(int connection, struct bytes bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        const ssize_t sent = send(connection, bytes.data + done, bytes.len - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
}

struct bytes opening_of(const char *stream_name)
{
    struct rtmp_mux mux = {0};
    rtmp_open_publish(&mux, 4096, stream_name);
    return (struct bytes){mux.bytes, mux.len};
}

struct bytes messages_of(struct bytes flv, size_t len)
{
    struct rtmp_mux mux = {.chunk_size = 4096};
    struct flv_tag tag;
    size_t offset = 13;
    while (mux.len < len && flv_next_tag(flv.data, flv.len, &offset, &tag))
        rtmp_tag(&mux, &tag);
    return (struct bytes){mux.bytes, mux.len};
}

static void open_push(struct push *push, size_t index, const struct load *load, int poll)
{
    char name[32];
    struct epoll_event event = {.events = load->bps == 0 ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = push};
    snprintf(name, sizeof(name), "encoder-%zu", index);
    push->opening = opening_of(name);
    push->connection = connect_to(load->port);
    fcntl(push->connection, F_SETFL, O_NONBLOCK);
    need(epoll_ctl(poll, EPOLL_CTL_ADD, push->connection, &event) == 0, "no epoll");
}

/* The piece that comes next, up to as much as may be sent by now. */
static struct bytes next_piece(const struct push *push, struct bytes messages, size_t due)
{
    const bool is_opening = push->sent < push->opening.len;
    const struct bytes from = is_opening ? push->opening : messages;
    const size_t done = is_opening ? push->sent : push->sent - push->opening.len;
    const size_t whole = is_opening || due > from.len ? from.len : due;
    const size_t left = whole > done ? whole - done : 0;
    return (struct bytes){from.data + done, left < MOST_AT_ONCE ? left : MOST_AT_ONCE};
}

/* due: of the messages, by now. */
static void send_more(struct push *push, struct bytes messages, size_t due, int poll)
{
    struct bytes piece = next_piece(push, messages, due);
    while (piece.len > 0) {
        const ssize_t sent = send(push->connection, piece.data, piece.len, MSG_NOSIGNAL);
        need(sent > 0 || errno == EAGAIN, "a program under test closed a push");
        if (sent <= 0)
            return;
        push->sent += (size_t)sent;
        piece = next_piece(push, messages, due);
    }
    if (push->sent == push->opening.len + messages.len && !push->has_ended) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = push};
        shutdown(push->connection, SHUT_WR);
        epoll_ctl(poll, EPOLL_CTL_MOD, push->connection, &event);
        push->has_ended = true;
    }
}

/* What comes back is discarded. false: the other side has closed. */
static bool discard_answer(const struct push *push)
{
    char discarded[4096];
    const ssize_t len = recv(push->connection, discarded, sizeof(discarded), 0);
    if (len > 0 || (len < 0 && errno == EAGAIN))
        return true;
    need(push->has_ended, "a program under test closed a push");
    return false;
}

static void close_push(struct push *push)
{
    close(push->connection);
    free_bytes(push->opening);
    push->connection = -1;
}

/* What is ready within wait_ms. How many have closed. */
static size_t serve_ready(const struct load *load, int poll, int wait_ms)
{
    struct epoll_event ready[256];
    const int count = epoll_wait(poll, ready, 256, wait_ms);
    size_t closed = 0;
    for (int i = 0; i < count; i++) {
        struct push *const push = ready[i].data.ptr;
        if ((ready[i].events & EPOLLOUT) != 0)
            send_more(push, load->messages, SIZE_MAX, poll);
        if ((ready[i].events & ~(uint32_t)EPOLLOUT) != 0 && !discard_answer(push)) {
            close_push(push);
            closed++;
        }
    }
    return closed;
}

/* Each sends what its pace allows; spread over a piece's time, as encoders do not wait for each other. */
static size_t send_pieces(const struct load *load, struct push *pushes, int poll, int64_t begun_ns)
{
    size_t closed = 0;
    for (size_t i = 0; i < load->pushes; i++) {
        const int64_t passed_ns = clock_ns() - begun_ns;
        const size_t due = (size_t)((double)passed_ns / 8e9 * (double)load->bps);
        if (pushes[i].connection >= 0 && !pushes[i].has_ended)
            send_more(&pushes[i], load->messages, due, poll);
        if (i % (load->pushes / load->piece_ms + 1) == 0)
            closed += serve_ready(load, poll, 1);
    }
    return closed;
}

double run_load(const struct load *load)
{
    struct push *const pushes = calloc(load->pushes, sizeof(*pushes));
    const int poll = epoll_create1(0);
    const int64_t begun_ns = clock_ns();
    need(pushes != NULL && poll >= 0, "no memory for the encoders");
    for (size_t i = 0; i < load->pushes; i++)
        open_push(&pushes[i], i, load, poll);
    const int64_t opened_ns = clock_ns();
    for (size_t closed = 0; closed < load->pushes;)
        closed += load->bps == 0 ? serve_ready(load, poll, 100) : send_pieces(load, pushes, poll, opened_ns);
    close(poll);
    free(pushes);
    return (double)(clock_ns() - begun_ns) / 1e9;
}
