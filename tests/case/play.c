/* Makes the channels and sessions of a case, feeds them, and collects what they say. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share.h"

/* The fleet's clock is so far ahead of that of the case; a lease, as fleets have it. */
enum { FLEET_AHEAD_US = 1000000000, LEASE_US = 10000000 };

/* The allocator of a case: counts what is out, and can be exhausted. */
struct memory {
    bool exhausted;
    size_t blocks;
};

struct stage {
    const struct test_case *test;
    const struct cut *cut;
    struct memory memory;
    mpe_channel *channels[CASE_MAX_EDGES]; /* of each edge; without a fleet the first alone */
    mpe_channel *lobby;                    /* NULL: sessions are opened on the channel */
    mpe_session **sessions;
    struct outcome *outcome;
    uint64_t at;    /* bytes fed so far */
    uint64_t piece; /* pieces fed so far */
    uint64_t random;
};

static void *allocate(void *user, size_t size_bytes)
{
    struct memory *memory = user;
    void *block = memory->exhausted ? NULL : malloc(size_bytes);

    memory->blocks += block != NULL;
    return block;
}

static void release(void *user, void *block)
{
    struct memory *memory = user;

    memory->blocks -= block != NULL;
    free(block);
}

static void check_status(struct stage *stage, const char *call, mpe_status status)
{
    if (status < 0 && !stage->outcome->error[0])
        snprintf(stage->outcome->error, sizeof(stage->outcome->error), "%s: %s", call, mpe_status_text(status));
}

/* What a lobby has, too: all but who may connect, and where to. */
static mpe_channel *make_any_channel(struct stage *stage)
{
    const struct test_case *test = stage->test;
    mpe_channel *channel = NULL;
    mpe_allocator allocator = {
        .struct_size = sizeof(allocator), .allocate = allocate, .release = release, .user = &stage->memory};

    check_status(stage, "mpe_channel_new", mpe_channel_new(&channel, test->kind, &allocator));
    for (size_t i = 0; i < test->setting_count; i++)
        check_status(stage, "mpe_channel_set",
                     mpe_channel_set(channel, test->settings[i].param, test->settings[i].value));
    for (size_t i = 0; i < test->code_action_count; i++)
        check_status(stage, "mpe_channel_set_action",
                     mpe_channel_set_action(channel, test->code_actions[i].code, test->code_actions[i].action));
    return channel;
}

/* Those from first on. */
static void set_texts(struct stage *stage, mpe_channel *channel, int32_t first)
{
    const struct test_case *test = stage->test;

    for (size_t i = 0; i < test->text_count; i++)
        if (test->texts[i].which >= first)
            check_status(stage, "mpe_channel_set_text",
                         mpe_channel_set_text(channel, test->texts[i].which, test->texts[i].text));
}

static void make_lobby(struct stage *stage)
{
    stage->lobby = make_any_channel(stage);
    set_texts(stage, stage->lobby, MPE_TEXT_VIDEO_CODECS);
    check_status(stage, "mpe_channel_set", mpe_channel_set(stage->lobby, MPE_PARAM_BIND_LATE, 1));
}

static mpe_channel *make_channel(struct stage *stage)
{
    const struct test_case *test = stage->test;
    mpe_channel *const channel = make_any_channel(stage);

    set_texts(stage, channel, MPE_TEXT_APP);
    for (size_t i = 0; i < test->allow_count; i++)
        check_status(stage, "mpe_channel_allow", mpe_channel_allow(channel, test->allow[i]));
    return channel;
}

static void make_channels(struct stage *stage)
{
    static const uint8_t key[MPE_FLEET_KEY_BYTES] = "the key of the fleet of a case";

    stage->channels[0] = make_channel(stage);
    for (int i = 0; i < stage->test->edge_count; i++) {
        if (i > 0)
            stage->channels[i] = make_channel(stage);
        check_status(stage, "mpe_channel_fleet",
                     mpe_channel_fleet(stage->channels[i], key, sizeof(key), "case", (uint64_t)i + 1));
    }
}

static mpe_channel *channel_of(const struct stage *stage, int session)
{
    return stage->channels[stage->test->inputs[session].edge];
}

static void share(struct stage *stage, int from, int to, int64_t now_us)
{
    static uint8_t bytes[MPE_SHARE_MAX_BYTES];
    size_t len = 0;

    check_status(stage, "mpe_channel_share",
                 mpe_channel_share(stage->channels[from], now_us, now_us + FLEET_AHEAD_US, bytes, sizeof(bytes), &len));
    check_status(stage, "mpe_channel_remote",
                 mpe_channel_remote(stage->channels[to], bytes, len, now_us + FLEET_AHEAD_US, LEASE_US, now_us));
}

static void share_as(struct stage *stage, const struct action *action)
{
    const int count = stage->test->edge_count;

    if (action->from_edge >= 0)
        share(stage, action->from_edge, action->to_edge, action->now_us);
    for (int i = 0; action->from_edge < 0 && i < count * count; i++)
        if (i / count != i % count)
            share(stage, i / count, i % count, action->now_us);
}

/* Only where secrets are looked for: it costs more than all the rest. */
static void note_notification(struct stage *stage, struct finding *finding)
{
    if (stage->test->never_says_count > 0)
        check_status(stage, "mpe_error_json",
                     mpe_error_json(stage->sessions[finding->session], &finding->error, MPE_SCHEMA_EVENT_GRID, 0,
                                    finding->notification, sizeof(finding->notification), NULL));
}

static void take_notices(struct stage *stage, int session)
{
    struct outcome *outcome = stage->outcome;
    mpe_notice notice = {.struct_size = sizeof(notice)};

    for (; mpe_session_poll_notice(stage->sessions[session], &notice) == MPE_EVENT;
         notice.struct_size = sizeof(notice)) {
        const bool is_condition = mpe_condition_name(notice.kind)[0] != '\0';
        struct said_notices *said = &outcome->notices[is_condition ? NOTICES_OF_CONDITIONS : NOTICES_OF_EVENTS];

        if (said->count == PLAY_MAX_NOTICES) {
            snprintf(outcome->error, sizeof(outcome->error), "more notices than a case can have");
            return;
        }
        said->items[said->count++] = (struct said_notice){session, notice};
    }
}

static void take_findings(struct stage *stage, int session, enum action_kind on, size_t action)
{
    struct outcome *outcome = stage->outcome;

    for (;;) {
        struct finding finding;

        memset(&finding, 0, sizeof(finding));
        finding.session = session;
        finding.on = on;
        finding.action = action;
        finding.error.struct_size = sizeof(finding.error);
        if (mpe_session_poll_error(stage->sessions[session], &finding.error) != MPE_EVENT)
            return;
        if (outcome->finding_count == PLAY_MAX_FINDINGS) {
            snprintf(outcome->error, sizeof(outcome->error), "more findings than a case can have");
            return;
        }
        note_notification(stage, &finding);
        outcome->findings[outcome->finding_count++] = finding;
    }
}

static uint64_t random_next(struct stage *stage)
{
    stage->random = stage->random * 6364136223846793005u + 1442695040888963407u;
    return stage->random >> 33;
}

/* Length of the next piece of an action's bytes, of which left are left. */
static uint64_t next_piece(struct stage *stage, uint64_t left)
{
    uint64_t len = left;

    switch (stage->cut->kind) {
    case CUT_NONE:
        break;
    case CUT_BYTES:
        len = stage->cut->size;
        break;
    case CUT_CYCLE:
        len = 1 + stage->piece % 7;
        break;
    case CUT_ONCE:
        if (stage->at < stage->cut->at)
            len = stage->cut->at - stage->at;
        break;
    case CUT_RANDOM:
        len = 1 + random_next(stage) % (1u << random_next(stage) % 12);
        break;
    }
    stage->piece++;
    return len < left ? len : left;
}

/* ---- late binding ---- */

static void bind_session(struct stage *stage, int session, int64_t now_us)
{
    stage->outcome->sessions[session].was_bound = true;
    check_status(stage, "mpe_session_bind",
                 mpe_session_bind(stage->sessions[session], channel_of(stage, session), now_us));
}

/* After a call that may have named the session: it is bound. */
static void look_for_name(struct stage *stage, const struct action *action, mpe_status status)
{
    struct session_outcome *seen = &stage->outcome->sessions[action->session];

    if (status != MPE_NAMED)
        return;
    seen->named_at[0]++;
    seen->named_at[1] += stage->at;
    bind_session(stage, action->session, action->now_us);
}

static bool has_url(const struct test_case *test, int session)
{
    for (size_t i = 0; i < test->action_count; i++)
        if (test->actions[i].kind == ACTION_URL && test->actions[i].session == session)
            return true;
    return false;
}

/* FLV and fragmented MP4 without a URL name nothing: their host binds them at once. */
static bool names_nothing(const struct test_case *test, int session)
{
    const struct input *input = &test->inputs[session];
    int32_t protocol = input->protocol;

    if (protocol == MPE_PROTOCOL_AUTO)
        protocol = mpe_protocol_detect(input->bytes.at, input->bytes.len);
    return (protocol == MPE_PROTOCOL_FLV || protocol == MPE_PROTOCOL_FMP4) && !has_url(test, session);
}

static void open_session(struct stage *stage, const struct action *action)
{
    const struct input *input = &stage->test->inputs[action->session];
    mpe_session **session = &stage->sessions[action->session];
    mpe_channel *channel = stage->lobby ? stage->lobby : channel_of(stage, action->session);

    check_status(stage, "mpe_session_new",
                 mpe_session_new(session, channel, input->protocol, input->peer, input->id, action->now_us));
    if (stage->lobby && names_nothing(stage->test, action->session))
        bind_session(stage, action->session, action->now_us);
}

static void name_url(struct stage *stage, const struct action *action)
{
    const mpe_status status = mpe_session_url(stage->sessions[action->session], action->text);

    check_status(stage, "mpe_session_url", status);
    look_for_name(stage, action, status);
}

static void next_body(struct stage *stage, const struct action *action)
{
    const mpe_status status =
        mpe_session_next_body(stage->sessions[action->session], action->text, action->code, action->now_us);

    check_status(stage, "mpe_session_next_body", status);
    look_for_name(stage, action, status);
}

/* Gives a piece, in a copy of its own size, so that the sanitizers see a read past the end. How much was taken. */
static uint64_t feed_piece(struct stage *stage, const struct action *action, const uint8_t *bytes, uint64_t piece)
{
    mpe_session *session = stage->sessions[action->session];
    uint8_t *copy = piece <= 4096 ? memcpy(grow(NULL, piece), bytes, piece) : NULL;
    const mpe_status status = mpe_session_feed(session, copy ? copy : bytes, piece, action->now_us);
    const uint64_t taken = mpe_session_taken(session);

    free(copy);
    check_status(stage, "mpe_session_feed", status);
    if (taken != piece && (status != MPE_NAMED || taken == 0 || taken > piece))
        check_status(stage, "mpe_session_taken", MPE_BAD_DATA);
    stage->at += taken;
    look_for_name(stage, action, status);
    return taken;
}

/* ---- acting ---- */

static void feed(struct stage *stage, size_t index, uint64_t len)
{
    const struct action *action = &stage->test->actions[index];
    const uint8_t *bytes = stage->test->inputs[action->session].bytes.at + action->from;

    while (len > 0) {
        const uint64_t taken = feed_piece(stage, action, bytes, next_piece(stage, len));

        take_findings(stage, action->session, ACTION_FEED, index);
        take_notices(stage, action->session);
        if (stage->outcome->error[0])
            return;
        bytes += taken;
        len -= taken;
    }
}

static void act(struct stage *stage, size_t index)
{
    const struct action *action = &stage->test->actions[index];
    mpe_session **session = &stage->sessions[action->session];

    switch (action->kind) {
    case ACTION_OPEN:
        open_session(stage, action);
        break;
    case ACTION_TICK:
        check_status(stage, "mpe_session_tick", mpe_session_tick(*session, action->now_us));
        break;
    case ACTION_FINISH:
        check_status(stage, "mpe_session_finish", mpe_session_finish(*session, action->code, action->now_us));
        break;
    case ACTION_URL:
        name_url(stage, action);
        break;
    case ACTION_BODY:
        next_body(stage, action);
        break;
    case ACTION_REFUSE:
        check_status(stage, "mpe_session_refuse", mpe_session_refuse(*session, action->code, action->now_us));
        break;
    case ACTION_MEMORY:
        stage->memory.exhausted = action->exhausted;
        return;
    case ACTION_LATENCY:
        check_status(stage, "mpe_session_latency", mpe_session_latency(*session, action->value, action->now_us));
        break;
    case ACTION_SET:
        for (int i = 0; i < CASE_MAX_EDGES && stage->channels[i]; i++)
            check_status(stage, "mpe_channel_set", mpe_channel_set(stage->channels[i], action->param, action->value));
        return;
    case ACTION_SHARE:
        share_as(stage, action);
        return;
    case ACTION_FEED:
        feed(stage, index, action->len);
        return;
    }
    take_findings(stage, action->session, action->kind, index);
    take_notices(stage, action->session);
}

static void read_outcome(struct stage *stage)
{
    for (int i = 0; i < stage->test->input_count; i++) {
        struct session_outcome *seen = &stage->outcome->sessions[i];
        const mpe_session *session = stage->sessions[i];

        if (!session)
            continue;
        seen->state = mpe_session_state(session);
        seen->protocol = mpe_session_protocol(session);
        seen->ending.struct_size = sizeof(seen->ending);
        seen->ended = mpe_session_ending(session, &seen->ending);
        for (int track = 0; track < PLAY_MAX_TRACKS; track++) {
            seen->tracks[track].struct_size = sizeof(seen->tracks[track]);
            if (mpe_session_track(session, track, &seen->tracks[track]) != MPE_OK)
                break;
            seen->track_count++;
        }
    }
}

static void begin(struct stage *stage, const struct test_case *test, const struct cut *cut, struct outcome *outcome)
{
    size_t count = (size_t)test->input_count;

    memset(outcome, 0, sizeof(*outcome));
    outcome->sessions = memset(grow(NULL, count * sizeof(*outcome->sessions)), 0, count * sizeof(*outcome->sessions));
    *stage = (struct stage){.test = test, .cut = cut, .outcome = outcome, .random = cut->seed};
    stage->sessions = memset(grow(NULL, count * sizeof(mpe_session *)), 0, count * sizeof(mpe_session *));
    make_channels(stage);
    if (cut->is_late)
        make_lobby(stage);
}

static void finish(struct stage *stage)
{
    for (int i = 0; i < stage->test->input_count; i++)
        mpe_session_free(stage->sessions[i]);
    for (int i = 0; i < CASE_MAX_EDGES; i++)
        mpe_channel_free(stage->channels[i]);
    mpe_channel_free(stage->lobby);
    free(stage->sessions);
    if (stage->memory.blocks > 0 && !stage->outcome->error[0])
        snprintf(stage->outcome->error, sizeof(stage->outcome->error), "%zu blocks were not released",
                 stage->memory.blocks);
}

void play(const struct test_case *test, const struct cut *cut, uint64_t stop_at, struct outcome *outcome)
{
    struct stage stage;

    begin(&stage, test, cut, outcome);
    for (size_t i = 0; i < test->action_count && !outcome->error[0]; i++) {
        const struct action *action = &test->actions[i];

        if (action->kind == ACTION_FEED && stop_at - stage.at < action->len) {
            feed(&stage, i, stop_at - stage.at);
            break;
        }
        act(&stage, i);
    }
    read_outcome(&stage);
    finish(&stage);
}

int64_t play_deadlines(const struct test_case *test, size_t action)
{
    enum { MAX_TICKS = 1000 };
    const struct cut cut = {.kind = CUT_NONE};
    const struct action *tick = &test->actions[action];
    struct outcome outcome;
    struct stage stage;
    int64_t found = -1;

    begin(&stage, test, &cut, &outcome);
    for (size_t i = 0; i < action && !outcome.error[0]; i++)
        act(&stage, i);
    for (int ticks = 0; ticks < MAX_TICKS && found < 0 && !outcome.error[0]; ticks++) {
        int64_t due = mpe_session_deadline(stage.sessions[tick->session]);
        size_t before = outcome.finding_count;

        if (due > tick->now_us)
            break;
        mpe_session_tick(stage.sessions[tick->session], due);
        take_findings(&stage, tick->session, ACTION_TICK, action);
        if (outcome.finding_count > before)
            found = due;
    }
    finish(&stage);
    outcome_free(&outcome);
    return found;
}

static bool sessions_equal(const struct session_outcome *a, const struct session_outcome *b)
{
    return a->state == b->state && a->protocol == b->protocol && a->ended == b->ended &&
           memcmp(a->named_at, b->named_at, sizeof(a->named_at)) == 0 &&
           memcmp(&a->ending, &b->ending, sizeof(a->ending)) == 0 && a->track_count == b->track_count &&
           memcmp(a->tracks, b->tracks, (size_t)a->track_count * sizeof(a->tracks[0])) == 0;
}

bool notices_equal(const struct said_notices *a, const struct said_notices *b)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = a->items[i].session == b->items[i].session &&
                memcmp(&a->items[i].notice, &b->items[i].notice, sizeof(mpe_notice)) == 0;
    return equal;
}

bool outcome_equal(const struct test_case *test, const struct outcome *a, const struct outcome *b)
{
    if (a->finding_count != b->finding_count || strcmp(a->error, b->error) != 0)
        return false;
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *one = &a->findings[i], *other = &b->findings[i];

        if (one->session != other->session || one->on != other->on || one->action != other->action ||
            memcmp(&one->error, &other->error, sizeof(one->error)) != 0)
            return false;
    }
    for (int list = 0; list < NOTICE_LISTS; list++)
        if (!notices_equal(&a->notices[list], &b->notices[list]))
            return false;
    for (int i = 0; i < test->input_count; i++)
        if (!sessions_equal(&a->sessions[i], &b->sessions[i]))
            return false;
    return true;
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->sessions);
    outcome->sessions = NULL;
}
