/*
 * The other ends of mpe-guard's connections, for guard.sh. A port is written to PORTFILE once it listens.
 *
 *   tcp_peer tap PORTFILE PORT C2S S2C        passes one connection on to 127.0.0.1:PORT, records both directions
 *   tcp_peer serve PORTFILE REPLY RECORD      takes one connection, sends the file REPLY, records what it gets
 *   tcp_peer send PORT FILE RECORD SLICE      sends FILE in pieces of SLICE bytes, then its end; records the answer
 *   tcp_peer flood PORT COUNT                 opens COUNT connections, says a byte on each, closes them
 *   tcp_peer count PORT COUNT                 opens COUNT connections; prints how many are still open after 300 ms
 *   tcp_peer wait PORT                        opens a connection, says a byte, waits until it is closed
 *   tcp_peer stall PORTFILE                   takes one connection and reads nothing from it
 *   tcp_peer hoard PORT COUNT                 opens COUNT connections, each with 2 MiB of commands that do not end, and
 *                                             keeps them for 3 s; prints how many are still open then
 *   tcp_peer drip PORT FILE                   sends FILE, then a byte each half a second until it is closed; prints for
 *                                             how many seconds that went, and records what came in FILE.answer
 *   tcp_peer http PORTFILE RECORD FAILURES    takes POSTs; the first FAILURES get status 503, the others 200
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_S 60

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int listen_there(const char *port_file)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);
    char name[4096];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        give_up("listen");
    }
    snprintf(name, sizeof(name), "%s.new", port_file);
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        give_up(name);
    }
    fprintf(file, "%d\n", ntohs(address.sin_port));
    fclose(file);
    rename(name, port_file); /* who waits for the file finds the whole number in it */
    return fd;
}

static int accept_one(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        give_up("accept");
    }
    return fd;
}

static int connect_to(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        give_up("connect");
    }
    return fd;
}

static FILE *open_file(const char *name, const char *mode)
{
    FILE *file = fopen(name, mode);
    if (file == NULL) {
        give_up(name);
    }
    return file;
}

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* Moves what there is from a socket to a file and, unless it is -1, to another socket. 0: the end. */
static ssize_t move(int from, int to, FILE *record)
{
    char bytes[65536];
    ssize_t length = recv(from, bytes, sizeof(bytes), 0);
    if (length > 0) {
        fwrite(bytes, 1, (size_t)length, record);
        fflush(record);
        if (to >= 0) {
            send_all(to, bytes, (size_t)length);
        }
    }
    return length;
}

static void tap(const char *port_file, int port, const char *c2s, const char *s2c)
{
    FILE *records[2] = {open_file(c2s, "wb"), open_file(s2c, "wb")};
    int client = accept_one(listen_there(port_file));
    int server = connect_to(port);
    struct pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    while (both[0].fd >= 0 || both[1].fd >= 0) {
        poll(both, 2, -1);
        for (int i = 0; i < 2; i++) {
            int other = i == 0 ? server : client;
            if (both[i].fd >= 0 && both[i].revents != 0 && move(both[i].fd, other, records[i]) <= 0) {
                shutdown(other, SHUT_WR);
                both[i].fd = -1;
            }
        }
    }
}

/* Sends a file in slices and records what comes back, at the same time, until both have ended. */
static void exchange(int fd, const char *file_name, const char *record_name, size_t slice)
{
    FILE *file = open_file(file_name, "rb");
    FILE *record = open_file(record_name, "wb");
    char bytes[65536];
    int sending = 1;
    for (;;) {
        struct pollfd one = {fd, (short)(POLLIN | (sending ? POLLOUT : 0)), 0};
        poll(&one, 1, -1);
        if ((one.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && move(fd, -1, record) <= 0) {
            return;
        }
        if (sending && (one.revents & POLLOUT) != 0) {
            size_t length = fread(bytes, 1, slice < sizeof(bytes) ? slice : sizeof(bytes), file);
            send_all(fd, bytes, length);
            if (length == 0) {
                shutdown(fd, SHUT_WR);
                sending = 0;
            }
        }
    }
}

static void serve(const char *port_file, const char *reply, const char *record_name)
{
    FILE *file = open_file(reply, "rb");
    FILE *record = open_file(record_name, "wb");
    char bytes[65536];
    size_t length;
    int fd = accept_one(listen_there(port_file));
    while ((length = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        send_all(fd, bytes, length);
    }
    while (move(fd, -1, record) > 0) {
    }
}

static void flood(int port, int count)
{
    for (int i = 0; i < count; i++) {
        int fd = connect_to(port);
        send_all(fd, "\x03", 1);
        close(fd);
    }
}

static void count_open(int port, int count)
{
    struct pollfd *all = calloc((size_t)count, sizeof(*all));
    const struct timespec moment = {0, 300000000};
    char byte;
    int open = 0;
    for (int i = 0; i < count; i++) {
        all[i].fd = connect_to(port);
    }
    nanosleep(&moment, NULL);
    for (int i = 0; i < count; i++) {
        open += recv(all[i].fd, &byte, 1, MSG_DONTWAIT) < 0; /* would block: nothing came, no end either */
    }
    printf("%d\n", open);
    free(all);
}

static void wait_for_end(int port)
{
    char byte;
    int fd = connect_to(port);
    send_all(fd, "\x03", 1);
    while (recv(fd, &byte, 1, 0) > 0) {
    }
}

/* A handshake, and on each of 32 chunk streams all but the last byte of a command of 64 KiB. */
static void send_unfinished_commands(int fd)
{
    static char handshake[1 + 2 * 1536] = {3};
    static const char chunk_size[] = {2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, (char)0xFF, (char)0xFF};
    static char command[12 + 65535] = {0, 0, 0, 0, 1, 0, 0, 20};
    send_all(fd, handshake, sizeof(handshake));
    send_all(fd, chunk_size, sizeof(chunk_size));
    for (int stream = 3; stream < 35; stream++) {
        command[0] = (char)stream;
        send_all(fd, command, sizeof(command));
    }
}

static void hoard(int port, int count)
{
    struct pollfd *all = calloc((size_t)count, sizeof(*all));
    const struct timespec while_held = {3, 0};
    char bytes[4096];
    int open = 0;
    for (int i = 0; i < count; i++) {
        all[i].fd = connect_to(port);
        send_unfinished_commands(all[i].fd);
    }
    nanosleep(&while_held, NULL);
    for (int i = 0; i < count; i++) {
        ssize_t length;
        do {
            length = recv(all[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        } while (length > 0);
        open += length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    printf("%d\n", open);
    free(all);
}

static void drip(int port, const char *file_name)
{
    const time_t begin = time(NULL);
    char name[4096];
    char bytes[65536];
    FILE *file = open_file(file_name, "rb");
    int fd = connect_to(port);
    send_all(fd, bytes, fread(bytes, 1, sizeof(bytes), file));
    snprintf(name, sizeof(name), "%s.answer", file_name);
    FILE *record = open_file(name, "wb");
    struct pollfd one = {fd, POLLIN, 0};
    while (poll(&one, 1, 500) == 0 || move(fd, -1, record) > 0) {
        send_all(fd, "a", 1);
    }
    printf("%d\n", (int)(time(NULL) - begin));
}

static void stall(const char *port_file)
{
    accept_one(listen_there(port_file));
    pause();
}

/* Reads one request: head, and a body of Content-Length. */
static size_t read_request(int fd, char *request, size_t size)
{
    size_t have = 0;
    size_t need = size;
    while (have < need) {
        ssize_t length = recv(fd, request + have, size - 1 - have, 0);
        if (length <= 0) {
            break;
        }
        have += (size_t)length;
        request[have] = '\0';
        const char *body = strstr(request, "\r\n\r\n");
        const char *field = strstr(request, "Content-Length: ");
        if (body != NULL && field != NULL) {
            need = (size_t)(body + 4 - request) + strtoul(field + 16, NULL, 10);
        }
    }
    return have;
}

static void http(const char *port_file, const char *record_name, int failures)
{
    static char request[65536];
    int listener = listen_there(port_file);
    for (;;) {
        int fd = accept_one(listener);
        size_t length = read_request(fd, request, sizeof(request));
        FILE *record = open_file(record_name, "ab");
        fwrite(request, 1, length, record);
        fputs("\n", record);
        fclose(record);
        const char *answer = failures-- > 0 ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                            : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        send_all(fd, answer, strlen(answer));
        close(fd);
    }
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    signal(SIGPIPE, SIG_IGN);
    alarm(LONGEST_S);
    if (strcmp(verb, "tap") == 0 && argc == 6) {
        tap(argv[2], atoi(argv[3]), argv[4], argv[5]);
    } else if (strcmp(verb, "serve") == 0 && argc == 5) {
        serve(argv[2], argv[3], argv[4]);
    } else if (strcmp(verb, "send") == 0 && argc == 6) {
        exchange(connect_to(atoi(argv[2])), argv[3], argv[4], (size_t)atoi(argv[5]));
    } else if (strcmp(verb, "flood") == 0 && argc == 4) {
        flood(atoi(argv[2]), atoi(argv[3]));
    } else if (strcmp(verb, "count") == 0 && argc == 4) {
        count_open(atoi(argv[2]), atoi(argv[3]));
    } else if (strcmp(verb, "wait") == 0 && argc == 3) {
        wait_for_end(atoi(argv[2]));
    } else if (strcmp(verb, "hoard") == 0 && argc == 4) {
        hoard(atoi(argv[2]), atoi(argv[3]));
    } else if (strcmp(verb, "drip") == 0 && argc == 4) {
        drip(atoi(argv[2]), argv[3]);
    } else if (strcmp(verb, "stall") == 0 && argc == 3) {
        stall(argv[2]);
    } else if (strcmp(verb, "http") == 0 && argc == 5) {
        http(argv[2], argv[3], atoi(argv[4]));
    } else {
        fputs("tcp_peer: read the head of tcp_peer.c\n", stderr);
        return 2;
    }
    return 0;
}
