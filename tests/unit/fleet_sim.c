/* One channel on the edges of a fleet, simulated: who hears what of whom, and when. */
#include "fleet_sim.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "channel/channel.h"
#include "share.h"

enum {
    MAX_EDGES = 8,
    MAX_SESSIONS = FLEET_SESSIONS,
    MAX_MESSAGES = 512,
    SIDES = 2,
    END_US = 60000000,
    TRY_AGAIN_US = 3000000
};

struct blob {
    uint8_t bytes[4096];
    size_t len;
    int64_t written_us;
};

struct message {
    bool is_there;
    int64_t at_us;
    int from; /* the edge whose share it is */
    int to;   /* -1: the server */
    struct blob blob;
};

struct session {
    struct mpe_part part;
    int edge;
    int64_t begins_us;
    int64_t next_us; /* of its next step */
    int64_t bps;
    int32_t width_px;
    bool is_alive;
    bool is_over;
};

struct edge {
    mpe_channel *channel;
    int64_t skew_us;
    int64_t reported_us;
    uint64_t revision;
    int side;
    bool is_dead;
};

struct world {
    const struct fleet_setting *setting;
    enum fleet_load load;
    struct edge edges[MAX_EDGES];
    int edge_count;
    struct session sessions[MAX_SESSIONS];
    int session_count;
    struct message messages[MAX_MESSAGES];
    struct blob stored[SIDES][MAX_EDGES]; /* by the servers */
    int64_t now_us;
    int64_t over_since_us; /* INT64_MAX: not over */
    uint64_t random;
    struct fleet_result result;
};

/* ---- chance ---- */

static uint32_t next_random(struct world *world)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 33);
}

static int64_t between(struct world *world, int64_t least, int64_t most)
{
    return least + (int64_t)(next_random(world) % (uint64_t)(most - least + 1));
}

static bool is_lost(struct world *world)
{
    return next_random(world) % 10000 < world->setting->loss * 10000;
}

/* ---- what goes wrong ---- */

static bool is_in(int64_t now_us, int64_t from_us, int64_t until_us)
{
    return now_us >= from_us && now_us < until_us;
}

static bool is_away(const struct world *world)
{
    return is_in(world->now_us, world->setting->away_from_us, world->setting->away_until_us);
}

static int side_of(const struct world *world, int edge)
{
    const bool is_split = is_in(world->now_us, world->setting->split_from_us, world->setting->split_until_us);
    return is_split ? world->edges[edge].side : 0;
}

static bool is_hung(const struct world *world, int edge)
{
    return edge == world->sessions[0].edge &&
           is_in(world->now_us, world->setting->hangs_from_us, world->setting->hangs_until_us);
}

/* ---- messages ---- */

static void send_blob(struct world *world, int from, int to, const struct blob *blob)
{
    const int64_t delay_us = between(world, world->setting->least_delay_us, world->setting->most_delay_us);
    if (is_lost(world) || is_away(world))
        return;
    for (int i = 0; i < MAX_MESSAGES; i++) {
        struct message *const message = &world->messages[i];
        if (message->is_there)
            continue;
        *message = (struct message){true, world->now_us + delay_us, from, to, *blob};
        return;
    }
    ck_abort_msg("too many messages");
}

static void report(struct world *world, int number)
{
    struct edge *const edge = &world->edges[number];
    struct blob blob = {.written_us = world->now_us};
    ck_assert_int_eq(mpe_channel_share(edge->channel, world->now_us, world->now_us + edge->skew_us, blob.bytes,
                                       sizeof(blob.bytes), &blob.len),
                     MPE_OK);
    edge->revision = mpe_channel_share_revision(edge->channel, world->now_us);
    edge->reported_us = world->now_us;
    world->result.reports++;
    world->result.report_bytes += blob.len;
    send_blob(world, number, -1, &blob);
}

static void give(struct world *world, int from, int to, const struct blob *blob)
{
    world->result.answers++;
    world->result.answer_bytes += blob->len;
    send_blob(world, from, to, blob);
}

/* The server keeps it, gives it to the others at once, and theirs to who reported. */
static void serve(struct world *world, int from, const struct blob *blob)
{
    const int side = side_of(world, from);
    world->stored[side][from] = *blob;
    for (int i = 0; i < world->edge_count; i++) {
        const struct blob *const other = &world->stored[side][i];
        if (i == from || side_of(world, i) != side)
            continue;
        give(world, from, i, blob);
        if (other->len > 0 && world->now_us - other->written_us < FLEET_LEASE_US)
            give(world, i, from, other);
    }
}

static void deliver(struct world *world, const struct message *message)
{
    const struct edge *const edge = &world->edges[message->to];
    if (edge->is_dead)
        return;
    const mpe_status status = mpe_channel_remote(edge->channel, message->blob.bytes, message->blob.len,
                                                 world->now_us + edge->skew_us, FLEET_LEASE_US, world->now_us);
    ck_assert_msg(status == MPE_OK || status == MPE_STALE, "%s", mpe_status_text(status));
}

static void step_messages(struct world *world)
{
    for (int i = 0; i < MAX_MESSAGES; i++) {
        struct message *const message = &world->messages[i];
        if (!message->is_there || message->at_us > world->now_us || (message->to >= 0 && is_hung(world, message->to)))
            continue;
        message->is_there = false;
        if (message->to < 0)
            serve(world, message->from, &message->blob);
        else
            deliver(world, message);
    }
}

/* ---- sessions: what lib/session does, as far as it is about sums ---- */

/* What is sent to an edge that hangs reaches nobody, and counts until the edge's lease is over. */
static bool is_there(const struct world *world, const struct session *session)
{
    return session->is_alive &&
           (!is_hung(world, session->edge) || world->now_us < world->edges[session->edge].reported_us + FLEET_LEASE_US);
}

static int64_t sum_bps(const struct world *world)
{
    int64_t sum = 0;
    for (int i = 0; i < world->session_count; i++)
        sum += is_there(world, &world->sessions[i]) ? world->sessions[i].bps : 0;
    return sum;
}

static int count_qualities(const struct world *world)
{
    int count = 0;
    for (int i = 0; i < world->session_count; i++)
        count += is_there(world, &world->sessions[i]);
    return count;
}

static bool is_over(const struct world *world)
{
    return world->load == LOAD_RATES ? sum_bps(world) > FLEET_HIGHEST_BPS : count_qualities(world) > 1;
}

static void end_session(struct world *world, struct session *session)
{
    mpe_channel_part_leave(world->edges[session->edge].channel, &session->part);
    session->is_alive = false;
    session->is_over = true;
}

/* One that has not begun to count is no part of what is too much. */
static void refuse(struct world *world, struct session *session)
{
    world->result.refused++;
    world->result.wrong += !is_over(world);
    end_session(world, session);
    if (world->setting->hangs_until_us == 0 || world->load == LOAD_RATES)
        return;
    memset(&session->part, 0, sizeof(session->part));
    session->is_over = false;
    session->next_us = world->now_us + TRY_AGAIN_US;
}

static bool is_sum_too_high(const struct mpe_totals *totals)
{
    return totals->came_last && totals->measured_bps > totals->highest_bps &&
           totals->excess_bits > totals->max_bitrate_bps * MPE_EXCESS_S;
}

static void begin_session(struct world *world, struct session *session)
{
    struct mpe_quality_key quality;
    struct mpe_totals totals;
    bool is_new;
    memset(&quality, 0, sizeof(quality));
    quality.media = MPE_MEDIA_VIDEO;
    quality.width_px = session->width_px;
    session->is_alive = true;
    ck_assert(mpe_channel_hold(world->edges[session->edge].channel, &session->part, 0, &quality, world->now_us, &is_new,
                               &totals));
    if (is_new && totals.video_qualities > totals.max_video_qualities)
        refuse(world, session);
}

static void step_session(struct world *world, struct session *session)
{
    mpe_channel *const channel = world->edges[session->edge].channel;
    const struct mpe_entry rates = {.measured_bps = session->bps * between(world, 980, 1020) / 1000};
    struct mpe_totals totals = {0};
    uint8_t media = MPE_MEDIA_NONE;
    mpe_part_hear(&session->part, world->now_us);
    if (mpe_part_signals(&session->part) != 0)
        media = mpe_channel_pass_time(channel, &session->part, world->now_us, &totals);
    if (media == MPE_MEDIA_NONE && world->load == LOAD_RATES && world->now_us - session->begins_us >= FLEET_WINDOW_US)
        mpe_channel_rates(channel, &session->part, 0, &rates, world->now_us, &totals);
    if (media != MPE_MEDIA_NONE || is_sum_too_high(&totals))
        refuse(world, session);
}

/* It was not heard for a window, is out of the sums, and comes back. */
static void resume_session(struct world *world, struct session *session)
{
    mpe_channel_part_out(world->edges[session->edge].channel, &session->part);
    mpe_part_hear(&session->part, world->now_us);
    session->begins_us = world->now_us;
    begin_session(world, session);
}

static void step_sessions(struct world *world)
{
    for (int i = 0; i < world->session_count; i++) {
        struct session *const session = &world->sessions[i];
        if (session->is_over || world->now_us < session->next_us || is_hung(world, session->edge))
            continue;
        const bool was_silent = session->is_alive && world->now_us - session->next_us >= FLEET_WINDOW_US;
        session->next_us = world->now_us + FLEET_SESSION_STEP_US;
        if (!session->is_alive)
            begin_session(world, session);
        else if (was_silent)
            resume_session(world, session);
        else
            step_session(world, session);
    }
}

/* ---- edges ---- */

static void kill_edge(struct world *world, int number)
{
    world->edges[number].is_dead = true;
    for (int i = 0; i < world->session_count; i++) {
        if (world->sessions[i].edge == number && !world->sessions[i].is_over)
            end_session(world, &world->sessions[i]);
    }
}

static bool has_session(const struct world *world, int number)
{
    for (int i = 0; i < world->session_count; i++) {
        if (world->sessions[i].edge == number && world->sessions[i].is_alive)
            return true;
    }
    return false;
}

/* Reports at once what has changed, and all of it at times; one without sessions that has said so is quiet. */
static void step_edge(struct world *world, int number)
{
    struct edge *const edge = &world->edges[number];
    if (edge->is_dead || is_hung(world, number))
        return;
    const int64_t since_us = world->now_us - edge->reported_us;
    const bool has_changed = mpe_channel_share_revision(edge->channel, world->now_us) != edge->revision;
    world->result.edge_us += has_session(world, number) ? FLEET_STEP_US : 0;
    if ((has_changed && since_us >= FLEET_COALESCE_US) || (since_us >= FLEET_REFRESH_US && has_session(world, number)))
        report(world, number);
}

/* ---- what it comes to ---- */

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

static int64_t quiet_from_us(const struct fleet_setting *setting)
{
    return later(setting->hangs_until_us, later(setting->split_until_us, setting->away_until_us)) + FLEET_LEASE_US;
}

static void look(struct world *world)
{
    const int64_t bps = sum_bps(world);
    if (bps > world->result.peak_bps)
        world->result.peak_bps = bps;
    if (!is_over(world)) {
        world->over_since_us = INT64_MAX;
        return;
    }
    if (world->over_since_us == INT64_MAX)
        world->over_since_us = world->now_us;
    const int64_t over_us = world->now_us - world->over_since_us + FLEET_STEP_US;
    world->result.over_us = later(world->result.over_us, over_us);
    if (world->now_us >= quiet_from_us(world->setting))
        world->result.late_over_us =
            later(world->result.late_over_us,
                  world->now_us - later(world->over_since_us, quiet_from_us(world->setting)) + FLEET_STEP_US);
}

static void add_sessions(struct world *world)
{
    const int64_t from_us = FLEET_BEGIN_US, spread_us = world->load == LOAD_RATES ? FLEET_SPREAD_US : 300000;
    world->session_count = world->load == LOAD_RATES ? MAX_SESSIONS : (int)between(world, 2, 4);
    for (int i = 0; i < world->session_count; i++) {
        struct session *const session = &world->sessions[i];
        session->edge = (int)between(world, 0, world->edge_count - 1);
        session->begins_us = session->next_us = between(world, from_us, from_us + spread_us);
        session->width_px = world->load == LOAD_RATES ? 1280 : 640 + i;
        session->bps = world->load == LOAD_RATES ? FLEET_SESSION_BPS : 0;
    }
}

static void add_edges(struct world *world)
{
    static const uint8_t key[MPE_FLEET_KEY_BYTES] = "simulation";
    const uint64_t first = next_random(world) % 200; /* of 200 edges */
    world->edge_count = world->setting->is_one_process ? 1 : (int)between(world, 2, MAX_EDGES);
    for (int i = 0; i < world->edge_count; i++) {
        struct edge *const edge = &world->edges[i];
        ck_assert_int_eq(mpe_channel_new(&edge->channel, MPE_ENCODING, NULL), MPE_OK);
        ck_assert_int_eq(mpe_channel_set(edge->channel, MPE_PARAM_MAX_BITRATE_BPS, FLEET_LIMIT_BPS), MPE_OK);
        ck_assert_int_eq(
            mpe_channel_fleet(edge->channel, key, sizeof(key), "channel", (first + (uint64_t)i * 23) % 200 + 1),
            MPE_OK);
        edge->skew_us = between(world, -world->setting->skew_us, world->setting->skew_us) + 1000000000;
        edge->reported_us = -between(world, 0, FLEET_REFRESH_US);
        edge->revision = mpe_channel_share_revision(edge->channel, 0);
        edge->side = i % SIDES;
    }
}

static void end(struct world *world)
{
    const int64_t left = world->load == LOAD_RATES ? sum_bps(world) / 1000000 : count_qualities(world);
    world->result.left = (int32_t)left;
    for (int i = 0; i < world->session_count; i++)
        mpe_channel_part_leave(world->edges[world->sessions[i].edge].channel, &world->sessions[i].part);
    for (int i = 0; i < world->edge_count; i++)
        mpe_channel_free(world->edges[i].channel);
}

struct fleet_result fleet_sim_run(const struct fleet_setting *setting, enum fleet_load load, uint64_t seed)
{
    struct world *const world = calloc(1, sizeof(*world));
    ck_assert_ptr_nonnull(world);
    world->setting = setting;
    world->load = load;
    world->random = seed * 2654435761u + 1;
    world->over_since_us = INT64_MAX;
    next_random(world);
    add_edges(world);
    add_sessions(world);
    for (; world->now_us < END_US; world->now_us += FLEET_STEP_US) {
        if (setting->dies_at_us != 0 && world->now_us == setting->dies_at_us)
            kill_edge(world, world->sessions[0].edge);
        step_messages(world);
        step_sessions(world);
        for (int i = 0; i < world->edge_count; i++)
            step_edge(world, i);
        look(world);
    }
    end(world);
    const struct fleet_result result = world->result;
    free(world);
    return result;
}
