/* Which server of the fleet is used, and when it is given up. */
#include "fleet_link.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_wire.h"

#define DIAL_MS        3000 /* to look up, to connect and to log in */
#define SETTLED_MS     5000 /* a server that lasts so long is of use */
#define ANSWER_MS      3000 /* a server that does not answer for so long is of no use */
#define LOOK_MS        250
#define FIRST_PAUSE_MS 100
#define MOST_PAUSE_MS  5000
#define CLOSING_MS     500
#define NAME_BYTES     300
#define REASON_BYTES   200

/* Subscribed as long as there is a connection: hiredis 0.14 ends the program where the last subscription ends and
 * another one begins. */
#define KEPT_CHANNEL "mpe:fleet"

enum phase { RESTING, LOOKING_UP, ASKING_SENTINEL, DIALING, UP, CLOSING };

struct fleet_link {
    const struct fleet_settings *settings;
    uv_loop_t *loop;
    struct fleet_link_user user;
    enum phase phase;
    unsigned next;                     /* of the servers */
    const struct fleet_server *server; /* that is tried, or used */
    char name[NAME_BYTES];             /* of it, for the log */
    uv_timer_t timer;
    uv_getaddrinfo_t lookup;
    bool is_looking_up; /* an answer will come, however late */
    bool is_gone;       /* the timer is closed; waits for that answer */
    unsigned pause_ms;
    bool has_settled;
    bool down_is_said; /* since it had settled */
    uint64_t up_ms;    /* since when it is up */
    unsigned asked;    /* that were not answered */
    uint64_t heard_ms; /* when the last answer came, or the first question was asked after it */
    struct fleet_wire asking;
    struct fleet_wire hearing;
    struct fleet_wire sentinel;
};

static void begin(struct fleet_link *link);

/* ------------------------------------------------------------------- the end */

static void free_if_gone(struct fleet_link *link)
{
    if (link->is_gone && !link->is_looking_up) {
        link->user.closed(link->user.user);
        free(link);
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct fleet_link *const link = handle->data;
    link->is_gone = true;
    free_if_gone(link);
}

static void close_wires(struct fleet_link *link)
{
    fleet_wire_close(&link->sentinel);
    fleet_wire_close(&link->hearing);
    fleet_wire_close(&link->asking);
    link->asked = 0;
}

static void end(struct fleet_link *link)
{
    close_wires(link);
    if (!uv_is_closing((uv_handle_t *)&link->timer)) {
        uv_close((uv_handle_t *)&link->timer, on_timer_closed);
    }
}

static void on_closing_timer(uv_timer_t *timer)
{
    end(timer->data);
}

void fleet_link_close(struct fleet_link *link)
{
    const bool was_up = link->phase == UP;
    link->phase = CLOSING;
    fleet_wire_close(&link->hearing);
    if (was_up && link->asked > 0) {
        fleet_wire_finish(&link->asking);
        uv_timer_start(&link->timer, on_closing_timer, CLOSING_MS, 0);
    } else {
        end(link);
    }
}

/* ----------------------------------------------------------------- a failure */

static void on_pause_over(uv_timer_t *timer)
{
    begin(timer->data);
}

/* Between a half and all of it: a fleet does not come back all at once. */
static uint64_t jittered_ms(unsigned pause_ms)
{
    uint32_t random = 0;
    uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
    return pause_ms / 2 + random % (pause_ms / 2 + 1);
}

static void rest(struct fleet_link *link)
{
    link->phase = RESTING;
    link->next = (link->next + 1) % link->settings->server_count;
    uv_timer_start(&link->timer, on_pause_over, jittered_ms(link->pause_ms), 0);
    link->pause_ms = 2 * link->pause_ms < MOST_PAUSE_MS ? 2 * link->pause_ms : MOST_PAUSE_MS;
}

/* What a server says, as far as it is plain text: it goes to the log. */
static void copy_plain(char *text, size_t size, const char *from)
{
    size_t length = 0;
    for (; from[length] != '\0' && length + 1 < size; length++) {
        const bool is_plain = from[length] >= ' ' && from[length] <= '~';
        text[length] = (char)(is_plain ? from[length] : '?');
    }
    text[length] = '\0';
}

void fleet_link_fail(struct fleet_link *link, const char *why)
{
    char reason[REASON_BYTES];
    copy_plain(reason, sizeof(reason), why);
    if (link->phase == CLOSING) {
        end(link);
    } else if (link->phase != RESTING) {
        const bool is_said = link->down_is_said;
        link->down_is_said = true;
        rest(link);
        close_wires(link);
        if (!is_said) {
            link->user.down(link->user.user, link->name, reason);
        }
    }
}

static void on_broken(void *user, const char *why)
{
    fleet_link_fail(user, why);
}

static void on_late(uv_timer_t *timer)
{
    fleet_link_fail(timer->data, "it does not answer");
}

/* ------------------------------------------------------------------------ up */

static void settle(struct fleet_link *link)
{
    link->has_settled = true;
    link->down_is_said = false;
    link->pause_ms = FIRST_PAUSE_MS;
    link->user.settled(link->user.user, link->name);
}

static void on_look(uv_timer_t *timer)
{
    struct fleet_link *const link = timer->data;
    if (!link->has_settled && uv_now(link->loop) - link->up_ms > SETTLED_MS) {
        settle(link);
    }
    if (link->asked > 0 && uv_now(link->loop) - link->heard_ms > ANSWER_MS) {
        fleet_link_fail(link, "it does not answer");
    }
}

/* A message of pub/sub: ["message", channel, bytes], or ["subscribe", channel, how many]. */
static void on_message(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet_link *const link = user;
    const redisReply *const reply = answer;
    if (reply == NULL || link->hearing.context != context || link->phase != UP || reply->type != REDIS_REPLY_ARRAY ||
        reply->elements != 3 || reply->element[1]->type != REDIS_REPLY_STRING) {
        return;
    }
    const redisReply *const bytes = reply->element[2];
    const char *const channel = reply->element[1]->str;
    if (strcmp(reply->element[0]->str, "subscribe") == 0) {
        link->user.heard(link->user.user, channel, NULL, 0);
    } else if (bytes->type == REDIS_REPLY_STRING) {
        link->user.heard(link->user.user, channel, bytes->str, bytes->len);
    }
}

void fleet_link_subscribe(struct fleet_link *link, const char *channel)
{
    if (link->phase == UP) {
        redisAsyncCommand(link->hearing.context, on_message, link, "SUBSCRIBE %s", channel);
    }
}

void fleet_link_unsubscribe(struct fleet_link *link, const char *channel)
{
    if (link->phase == UP) {
        redisAsyncCommand(link->hearing.context, NULL, NULL, "UNSUBSCRIBE %s", channel);
    }
}

static void on_ready(void *user)
{
    struct fleet_link *const link = user;
    if (link->asking.is_ready && link->hearing.is_ready) {
        link->phase = UP;
        link->has_settled = false;
        link->up_ms = uv_now(link->loop);
        link->asked = 0;
        uv_timer_start(&link->timer, on_look, LOOK_MS, LOOK_MS);
        fleet_link_subscribe(link, KEPT_CHANNEL);
        link->user.up(link->user.user);
    }
}

bool fleet_link_is_up(const struct fleet_link *link)
{
    return link->phase == UP;
}

bool fleet_link_ask(struct fleet_link *link, redisCallbackFn *callback, void *user, int count, const char **parts,
                    const size_t *lengths)
{
    if (link->phase != UP ||
        redisAsyncCommandArgv(link->asking.context, callback, user, count, parts, lengths) != REDIS_OK) {
        return false;
    }
    if (link->asked++ == 0) {
        link->heard_ms = uv_now(link->loop);
    }
    return true;
}

void fleet_link_answered(struct fleet_link *link)
{
    link->asked -= link->asked > 0 ? 1 : 0;
    link->heard_ms = uv_now(link->loop);
}

/* ------------------------------------------------------------------- the dial */

static void dial(struct fleet_link *link, const char *address, const char *port)
{
    char why[FLEET_WHY_BYTES];
    link->phase = DIALING;
    if (fleet_wire_open(&link->asking, address, port, link->server, link->loop, why) != 0 ||
        fleet_wire_open(&link->hearing, address, port, link->server, link->loop, why) != 0) {
        fleet_link_fail(link, why);
    }
}

/* Of SENTINEL get-master-addr-by-name: an address and a port, or nil. */
static void on_master(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet_link *const link = user;
    const redisReply *const reply = answer;
    char address[FLEET_TEXT_BYTES];
    char port[FLEET_PORT_BYTES];
    if (reply == NULL || link->sentinel.context != context || link->phase != ASKING_SENTINEL) {
        return;
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING) {
        fleet_link_fail(link, "it knows no server of this name");
        return;
    }
    snprintf(address, sizeof(address), "%.*s", (int)sizeof(address) - 1, reply->element[0]->str);
    snprintf(port, sizeof(port), "%.7s", reply->element[1]->str);
    fleet_wire_close(&link->sentinel);
    dial(link, address, port);
}

static void on_sentinel_ready(void *user)
{
    struct fleet_link *const link = user;
    redisAsyncCommand(link->sentinel.context, on_master, link, "SENTINEL get-master-addr-by-name %s",
                      link->server->master);
}

static void dial_server(struct fleet_link *link, const char *address, const char *port)
{
    char why[FLEET_WHY_BYTES];
    if (link->server->kind != FLEET_SENTINEL) {
        dial(link, address, port);
        return;
    }
    link->phase = ASKING_SENTINEL;
    if (fleet_wire_open(&link->sentinel, address, port, NULL, link->loop, why) != 0) {
        fleet_link_fail(link, why);
    }
}

/* hiredis would wait for the name. */
static void on_looked_up(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
    struct fleet_link *const link = lookup->data;
    char address[NI_MAXHOST] = "";
    link->is_looking_up = false;
    if (status == 0) {
        getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
    }
    uv_freeaddrinfo(found);
    if (link->phase == LOOKING_UP && address[0] != '\0') {
        dial_server(link, address, link->server->port);
    } else if (link->phase == LOOKING_UP) {
        fleet_link_fail(link, status != 0 ? uv_strerror(status) : "its name has no address");
    }
    free_if_gone(link);
}

static void look_up(struct fleet_link *link)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    link->phase = LOOKING_UP;
    if (link->is_looking_up) {
        fleet_link_fail(link, "the name before it is still looked up");
        return;
    }
    const int status =
        uv_getaddrinfo(link->loop, &link->lookup, on_looked_up, link->server->host, link->server->port, &hints);
    link->is_looking_up = status == 0;
    if (status != 0) {
        fleet_link_fail(link, uv_strerror(status));
    }
}

static void begin(struct fleet_link *link)
{
    link->server = &link->settings->servers[link->next];
    const bool is_unix = link->server->kind == FLEET_UNIX;
    snprintf(link->name, sizeof(link->name), "%s%s%s", link->server->host, is_unix ? "" : ":", link->server->port);
    uv_timer_start(&link->timer, on_late, DIAL_MS, 0);
    if (is_unix) {
        dial(link, link->server->host, NULL);
    } else {
        look_up(link);
    }
}

struct fleet_link *fleet_link_open(const struct fleet_settings *settings, uv_loop_t *loop,
                                   const struct fleet_link_user *user)
{
    struct fleet_link *const link = calloc(1, sizeof(*link));
    if (link == NULL) {
        return NULL;
    }
    link->settings = settings;
    link->loop = loop;
    link->user = *user;
    link->pause_ms = FIRST_PAUSE_MS;
    link->asking = (struct fleet_wire){.on_ready = on_ready, .on_broken = on_broken, .user = link};
    link->hearing = link->asking;
    link->sentinel = (struct fleet_wire){.on_ready = on_sentinel_ready, .on_broken = on_broken, .user = link};
    uv_timer_init(loop, &link->timer);
    link->timer.data = link;
    link->lookup.data = link;
    begin(link);
    return link;
}
