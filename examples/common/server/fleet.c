/* A fleet: its channels by name, its server, and when they are looked at. */
#include "fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_member.h"

#define TICK_MS 50 /* one channel reports no more often */

struct fleet {
    struct fleet_common common; /* the first: members lead to it */
    struct fleet_program program;
    struct log_out *log;
    struct fleet_member *members; /* hash by key */
    uv_timer_t tick;
    int64_t asked_us; /* for the time */
    unsigned handles; /* that are not closed yet */
    char prefix[FLEET_PREFIX_BYTES];
};

/* ---------------------------------------------------------------- who is in it */

static struct fleet_member *find_member(const struct fleet *fleet, const char *news_name)
{
    struct fleet_member *member = NULL;
    const size_t length = strcspn(news_name, "}");
    if (news_name[length] == '}' && length + 1 < FLEET_KEY_TEXT_BYTES) {
        HASH_FIND(hh, fleet->members, news_name, length + 1, member);
    }
    return member;
}

static void on_tick(uv_timer_t *timer)
{
    struct fleet *const fleet = timer->data;
    const int64_t now_us = fleet_now_us();
    fleet_holds(&fleet->common);
    for (struct fleet_member *member = fleet->members; member != NULL; member = member->hh.next) {
        fleet_member_look(member, now_us);
    }
    if (fleet->common.has_heard && fleet->program.changed != NULL) {
        fleet->program.changed(fleet->program.user);
    }
    fleet->common.has_heard = false;
}

/* false: it is in the fleet already, or there is no memory. */
static bool add(struct fleet *fleet, struct fleet_member *member)
{
    struct fleet_member *there = NULL;
    bool added = true;
    HASH_FIND_STR(fleet->members, member->key, there);
    if (there == NULL) {
        HASH_ADD_STR(fleet->members, key, member);
    }
    return there == NULL && added;
}

static struct fleet_member *join(struct fleet *fleet, mpe_channel *channel, const char *name, const char *stream_name)
{
    struct fleet_member *const member = fleet_member_new(&fleet->common, channel, name, stream_name);
    if (member != NULL && !add(fleet, member)) {
        fleet_member_leave(member);
        return NULL;
    }
    return member;
}

struct fleet_member *fleet_join(struct fleet *fleet, mpe_channel *channel, const char *name, const char *stream_name)
{
    struct fleet_member *const member = fleet != NULL ? join(fleet, channel, name, stream_name) : NULL;
    if (member == NULL && fleet != NULL) {
        log_say_at(
            fleet->log, LOG_LEVEL_WARNING,
            "channel %s is not one of the fleet: there is no memory, or encoders from before it changed are on it",
            name);
    }
    if (member != NULL && !uv_is_active((uv_handle_t *)&fleet->tick)) {
        uv_timer_start(&fleet->tick, on_tick, TICK_MS, TICK_MS);
    }
    return member;
}

void fleet_leave(struct fleet_member *member)
{
    if (member == NULL) {
        return;
    }
    struct fleet *const fleet = (struct fleet *)member->common;
    HASH_DEL(fleet->members, member);
    if (fleet->members == NULL) {
        uv_timer_stop(&fleet->tick);
    }
    fleet_member_leave(member);
}

/* ------------------------------------------------------------------- the server */

static void on_time(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet *const fleet = user;
    const redisReply *const reply = answer;
    (void)context;
    if (reply == NULL) {
        return;
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING) {
        fleet_link_fail(fleet->common.link,
                        reply->type == REDIS_REPLY_ERROR ? reply->str : "it does not know the time");
        return;
    }
    fleet_link_answered(fleet->common.link);
    fleet_clock_learn(&fleet->common.clock,
                      strtoll(reply->element[0]->str, NULL, 10) * 1000000 + strtoll(reply->element[1]->str, NULL, 10),
                      fleet->asked_us, fleet_now_us());
    fleet->common.knows_time = true;
}

static void on_news(void *user, const char *channel, const char *bytes, size_t length)
{
    struct fleet_member *const member = find_member(user, channel);
    if (member != NULL) {
        fleet_member_hear(member, bytes, length);
    }
}

static void on_up(void *user)
{
    struct fleet *const fleet = user;
    const char *command = "TIME";
    const size_t length = strlen(command);
    fleet->common.clock = (struct fleet_clock){0};
    fleet->common.knows_time = false;
    fleet->asked_us = fleet_now_us();
    fleet_link_ask(fleet->common.link, on_time, fleet, 1, &command, &length);
    for (struct fleet_member *member = fleet->members; member != NULL; member = member->hh.next) {
        fleet_member_begin(member);
    }
}

static void on_settled(void *user, const char *server)
{
    const struct fleet *const fleet = user;
    log_say(fleet->log, "one of the fleet of %s, as edge %s", server, fleet->common.edge_text);
}

static void on_down(void *user, const char *server, const char *why)
{
    const struct fleet *const fleet = user;
    log_say_at(
        fleet->log, LOG_LEVEL_WARNING,
        "the server of the fleet, %s, is away: %s; until it is back, channels are judged by what this process has "
        "itself",
        server, why);
}

/* ---------------------------------------------------------------- start and end */

const char *fleet_id_prefix(const struct fleet *fleet)
{
    return fleet != NULL ? fleet->prefix : "";
}

void fleet_look(const struct fleet *fleet, struct fleet_view *view)
{
    *view = (struct fleet_view){.is_there = fleet != NULL};
    if (fleet != NULL) {
        view->is_up = fleet_link_is_up(fleet->common.link);
        view->number = fleet->common.edge;
        view->stale_ms = (fleet_now_us() - fleet->common.answered_us) / 1000;
        view->channels = fleet->common.on;
        view->reports = fleet->common.reports;
        view->shares = fleet->common.shares;
        view->refused = fleet->common.refused.count;
        snprintf(view->edge, sizeof(view->edge), "%s", fleet->common.edge_text);
    }
}

static void free_if_closed(struct fleet *fleet)
{
    if (--fleet->handles == 0) {
        free(fleet);
    }
}

static void on_link_closed(void *user)
{
    free_if_closed(user);
}

static void on_tick_closed(uv_handle_t *handle)
{
    free_if_closed(handle->data);
}

static int name_edge(struct fleet *fleet)
{
    while (fleet->common.edge == 0) {
        if (uv_random(NULL, NULL, &fleet->common.edge, sizeof(fleet->common.edge), 0, NULL) != 0) {
            return -1;
        }
    }
    snprintf(fleet->common.edge_text, sizeof(fleet->common.edge_text), "%016" PRIx64, fleet->common.edge);
    snprintf(fleet->prefix, sizeof(fleet->prefix), "%.12s-", fleet->common.edge_text);
    return 0;
}

static struct fleet *make_fleet(const struct fleet_settings *settings, const struct fleet_program *program,
                                struct log_out *log, uv_loop_t *loop)
{
    struct fleet *const fleet = calloc(1, sizeof(*fleet));
    if (fleet == NULL || name_edge(fleet) != 0) {
        free(fleet);
        return NULL;
    }
    fleet->common.key = settings->key;
    fleet->program = *program;
    fleet->common.memory = program->memory;
    fleet->log = log;
    fleet->common.script_is_known = true;
    fleet->common.answered_us = fleet_now_us();
    fleet->common.refused = (struct loss){.log = log, .loop = loop, .what = "shares of the fleet were not taken"};
    fleet_script_hash(fleet->common.script_hash);
    return fleet;
}

int fleet_open(struct fleet **out, const struct fleet_settings *settings, const struct fleet_program *program,
               struct log_out *log, uv_loop_t *loop)
{
    *out = NULL;
    if (settings->server_count == 0) {
        return 0;
    }
    struct fleet *const fleet = make_fleet(settings, program, log, loop);
    if (fleet == NULL) {
        return -1;
    }
    const struct fleet_link_user user = {
        .up = on_up, .settled = on_settled, .down = on_down, .heard = on_news, .closed = on_link_closed, .user = fleet};
    fleet->common.link = fleet_link_open(settings, loop, &user);
    if (fleet->common.link == NULL) {
        free(fleet);
        return -1;
    }
    uv_timer_init(loop, &fleet->tick);
    fleet->tick.data = fleet;
    fleet->handles = 2;
    *out = fleet;
    return 0;
}

void fleet_close(struct fleet *fleet)
{
    if (fleet == NULL) {
        return;
    }
    while (fleet->members != NULL) {
        fleet_leave(fleet->members);
    }
    loss_close(&fleet->common.refused);
    uv_close((uv_handle_t *)&fleet->tick, on_tick_closed);
    fleet_link_close(fleet->common.link);
}
