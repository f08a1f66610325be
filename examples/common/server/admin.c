/* The loop's side of --admin: a snapshot each second, and the sessions that it is asked to end. */
#include "admin.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin_http.h"
#include "peer.h"

#define EVERY_MS 1000
#define AT_ONCE  200 /* sessions: a millisecond or two, in which no media passes */
#define STEP_MS  1   /* then what has come is served */

struct admin {
    struct admin_program program;
    struct admin_http *http;
    struct admin_records records;
    struct snapshot *making; /* while the program lists its sessions; or NULL */
    uint64_t begun_ms;
    bool is_stopping;
    unsigned handles; /* that are not closed yet */
    uv_timer_t timer;
    uv_async_t asked; /* the thread wants sessions to end */
};

static int64_t wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Of sessions without a channel of their own: that of the command line, or none yet. */
static const char *public_name(const struct admin *admin, const char *name)
{
    return name != NULL ? name : admin->program.has_channels ? "(none)" : "default";
}

/* --------------------------------------------------------------- snapshots */

void admin_show(struct admin *admin, const struct admin_view *view)
{
    struct admin_view named = *view;
    named.at_ms = wall_clock_ms();
    named.channel_name = public_name(admin, view->channel_name);
    admin_records_add(&admin->records, admin->making, &named);
}

static void copy_sinks(const struct admin *admin, struct snapshot *snapshot)
{
    snapshot->sink_count = admin->program.notify->sink_count;
    for (unsigned i = 0; i < snapshot->sink_count; i++) {
        const struct notify_counts counts = notify_out_counts(admin->program.notify, i);
        snapshot->sinks[i] = (struct snapshot_sink){.sent = counts.sent, .lost = counts.lost};
    }
}

static void end_look(struct admin *admin)
{
    struct snapshot *const snapshot = admin->making;
    admin->making = NULL;
    snapshot->program = admin->program.name;
    snapshot->at_ms = wall_clock_ms();
    snapshot->made_us = (int64_t)(uv_hrtime() / 1000);
    snapshot->is_stopping = admin->is_stopping;
    fleet_look(admin->program.fleet, &snapshot->fleet);
    admin_records_end(&admin->records, snapshot);
    copy_sinks(admin, snapshot);
    for (int i = 0; i < TURNED_WHYS; i++) {
        snapshot->turned_away[i] = turned_away_counted(admin->program.turned, (enum turned_why)i);
    }
    admin_http_publish(admin->http, snapshot);
}

/* Up to so many sessions more. true: all were seen, or there is no memory: then the last snapshot stays. */
static bool look(struct admin *admin, unsigned most)
{
    const bool from_first = admin->making == NULL;
    if (from_first) {
        admin->begun_ms = uv_now(admin->timer.loop);
        admin->making = admin_records_begin(&admin->records, wall_clock_ms());
    }
    if (admin->making != NULL && admin->program.list(admin->program.user, admin, from_first, most)) {
        return false;
    }
    if (admin->making != NULL) {
        end_look(admin);
    }
    return true;
}

static void on_timer(uv_timer_t *timer)
{
    struct admin *const admin = timer->data;
    const bool is_done = look(admin, AT_ONCE);
    const uint64_t passed_ms = uv_now(timer->loop) - admin->begun_ms;
    const uint64_t rest_ms = passed_ms < EVERY_MS ? EVERY_MS - passed_ms : STEP_MS;
    uv_timer_start(timer, on_timer, is_done ? rest_ms : STEP_MS, 0);
}

static void on_asked(uv_async_t *async)
{
    struct admin *const admin = async->data;
    char id[SNAPSHOT_ID_BYTES];
    while (admin_http_take_kick(admin->http, id)) {
        admin->program.kick(admin->program.user, id);
    }
}

/* ------------------------------------------------------------ what happens */

void admin_ending(struct admin *admin, const mpe_channel *channel, const mpe_session *session,
                  const struct peer_history *history, const mpe_error *error)
{
    char masked[PEER_BYTES];
    if (admin != NULL) {
        peer_masked(channel, history->peer, masked, sizeof(masked));
        const struct admin_ending ending = {.channel_name = public_name(admin, history->channel),
                                            .masked = masked,
                                            .protocol = mpe_session_protocol(session),
                                            .history = history,
                                            .error = error,
                                            .at_ms = wall_clock_ms()};
        admin_records_ending(&admin->records, &ending);
    }
}

void admin_notice(struct admin *admin, const char *id, const mpe_notice *notice)
{
    if (admin != NULL) {
        admin_records_notice(&admin->records, id, notice, wall_clock_ms());
    }
}

void admin_stopping(struct admin *admin)
{
    if (admin != NULL) {
        admin->is_stopping = true;
        look(admin, UINT_MAX);
        admin_http_stop_listening(admin->http);
    }
}

/* ---------------------------------------------------------- start and end */

static void on_closed(uv_handle_t *handle)
{
    struct admin *const admin = handle->data;
    if (--admin->handles == 0) {
        admin_records_free(&admin->records);
        free(admin);
    }
}

int admin_open(struct admin **out, const struct admin_options *options, const struct admin_program *program,
               struct log_out *log, uv_loop_t *loop)
{
    *out = NULL;
    if (!options->is_on) {
        return 0;
    }
    struct admin *const admin = calloc(1, sizeof(*admin));
    if (admin == NULL) {
        log_say(log, "there is no memory for --admin");
        return -1;
    }
    admin->program = *program;
    admin->handles = 2;
    uv_timer_init(loop, &admin->timer);
    uv_async_init(loop, &admin->asked, on_asked);
    admin->timer.data = admin;
    admin->asked.data = admin;
    uv_unref((uv_handle_t *)&admin->timer);
    uv_unref((uv_handle_t *)&admin->asked);
    admin->http = admin_http_open(options, program->shares_port, &admin->asked, log);
    if (admin->http == NULL) {
        admin_close(admin);
        return -1;
    }
    look(admin, UINT_MAX);
    uv_timer_start(&admin->timer, on_timer, EVERY_MS, 0);
    *out = admin;
    return 0;
}

void admin_close(struct admin *admin)
{
    if (admin == NULL) {
        return;
    }
    snapshot_release(admin->making);
    admin->making = NULL;
    admin_http_close(admin->http);
    uv_close((uv_handle_t *)&admin->timer, on_closed);
    uv_close((uv_handle_t *)&admin->asked, on_closed);
}
