/* Health takes its place in the order of the layers: facts, then rules, then the ring. */
#include "session/health.h"

#include "session/compare.h"

#include <string.h>

#include "limits/actions.h"
#include "session/verdict.h"

/* As session/tracks.c has them. */
#define USUAL_TRACKS 2

/* ---- memory ---- */

static bool reserve(struct mpe_health *health, uint16_t count, const struct mpe_mem *mem)
{
    const size_t item_bytes = sizeof(*health->tracks);
    if (count <= health->capacity)
        return true;
    const uint16_t capacity = count <= USUAL_TRACKS ? USUAL_TRACKS : (uint16_t)(2 * count);
    struct mpe_health_track *const tracks =
        mpe_mem_grow(mem, health->tracks, health->count * item_bytes, capacity * item_bytes);
    if (tracks == NULL)
        return false;
    health->tracks = tracks;
    health->capacity = capacity;
    return true;
}

bool mpe_health_begin(struct mpe_session *session, const struct mpe_limits *limits)
{
    const struct mpe_mem *const mem = session->tools.mem;
    if (session->health != NULL || (!limits->notices && !limits->conditions))
        return true;
    session->health = mpe_mem_new(mem, sizeof(*session->health));
    if (session->health == NULL)
        return false;
    mpe_health_open(&session->health->observed);
    session->health->second_us = session->now_us;
    session->health->due_us = session->now_us + MPE_HEALTH_INTERVAL_US;
    session->tools.key_frames = &session->health->key_frames;
    return reserve(session->health, USUAL_TRACKS, mem);
}

void mpe_health_free(struct mpe_session *session)
{
    if (session->health == NULL)
        return;
    mpe_mem_free(session->tools.mem, session->health->tracks);
    mpe_mem_free(session->tools.mem, session->health);
}

/* There is no memory for the health of a track: that is said like any other lack of it. */
static void lose(struct mpe_turn *turn)
{
    const struct mpe_finding loss = {.code = MPE_UNKNOWN_ERROR,
                                     .reason = MPE_REASON_OUT_OF_MEMORY,
                                     .class = MPE_CLASS_DISCONNECT,
                                     .fault = MPE_REASON_OUT_OF_MEMORY,
                                     .track = -1,
                                     .flags = MPE_ERROR_HAS_VALUE,
                                     .value = sizeof(struct mpe_health_track),
                                     .now_us = turn->session->now_us,
                                     .what = "the health of a track"};
    mpe_verdict_close(turn->session, turn->judgement);
    if (!turn->session->stopped)
        mpe_verdict_raise(turn->session, &loss);
}

/* Makes the health of those tracks that have none yet. NULL: no memory, which was said. */
static struct mpe_health_track *add_tracks(struct mpe_turn *turn, uint16_t index)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    if (!reserve(health, session->tracks.count, session->tools.mem)) {
        lose(turn);
        return NULL;
    }
    for (; health->count <= index; health->count++) {
        struct mpe_health_track *const track = &health->tracks[health->count];
        memset(track, 0, sizeof(*track));
        mpe_health_add_track(&track->observed);
    }
    return &health->tracks[index];
}

/* The health of the track of the turn. NULL: it has none. */
static inline struct mpe_health_track *track_of(struct mpe_turn *turn)
{
    struct mpe_health *const health = turn->session->health;
    const uint16_t index = turn->track->observed.facts.index;
    return index < health->count ? &health->tracks[index] : add_tracks(turn, index);
}

/* ---- conditions ---- */

static void say(struct mpe_session *session, const struct mpe_finding *finding)
{
    const struct mpe_record record = {
        .kind = (int16_t)finding->code,
        .state = finding->is_cleared ? MPE_NOTICE_CLEARED : MPE_NOTICE_SET,
        .severity = finding->severity,
        .flags = (finding->flags & (MPE_NOTICE_HAS_VALUE | MPE_NOTICE_HAS_LIMIT)) |
                 ((finding->flags & MPE_ERROR_HAS_MEDIA_TIME) != 0 ? MPE_NOTICE_HAS_MEDIA_TIME : 0),
        .track = (int16_t)finding->track,
        .media = finding->media,
        .value = finding->value,
        .limit = finding->limit,
        .media_us = finding->media_us,
        .now_us = finding->now_us,
    };
    mpe_records_push(&session->health->records, &record);
}

/* The operator refuses it: it is the reason of a code, after what the rules said of the same byte. */
static void refuse(struct mpe_session *session, struct mpe_judgement *pending, struct mpe_finding finding)
{
    mpe_verdict_close(session, pending);
    if (session->stopped)
        return;
    finding.code = MPE_POLICY_CONDITION;
    finding.class = mpe_code_class(finding.code, session->observation.facts.admitted);
    mpe_verdict_raise(session, &finding);
}

static void apply(struct mpe_session *session, struct mpe_judgement *pending, const struct mpe_finding *finding)
{
    const int32_t action = mpe_limits_action(session->tools.limits, finding->code);
    if (action == MPE_ACTION_IGNORE)
        return;
    say(session, finding);
    if (action == MPE_ACTION_REFUSE && !finding->is_cleared)
        refuse(session, pending, *finding);
}

static enum mpe_condition_scope scope_of(const struct mpe_session_track *track)
{
    if (track == NULL)
        return MPE_CONDITIONS_OF_SESSION;
    return track->observed.facts.media == MPE_MEDIA_VIDEO ? MPE_CONDITIONS_OF_VIDEO : MPE_CONDITIONS_OF_AUDIO;
}

/* At this step of the turn: the conditions of a track, or, without one, those of the session. */
static void judge(struct mpe_turn *turn, const struct mpe_session_track *track, struct mpe_health_track *health)
{
    struct mpe_session *const session = turn->session;
    const bool is_track = track != NULL;
    const struct mpe_evidence evidence = {
        .facts = &session->observation.facts,
        .step = &turn->step,
        .track = is_track ? &track->observed.facts : NULL,
        .limits = session->tools.limits,
        .health = &session->health->observed,
        .track_health = is_track ? &health->observed : NULL,
    };
    struct mpe_conditions *const conditions = is_track ? &health->conditions : &session->health->conditions;
    struct mpe_finding finding;
    uint32_t at = 0;
    if (!evidence.limits->conditions)
        return;
    while (!session->stopped && mpe_conditions_next(scope_of(track), &evidence, conditions, &at, &finding))
        apply(session, turn->judgement, &finding);
}

/* Whole seconds since the last one; the next is due in one. */
static uint32_t pass_seconds(struct mpe_health *health, int64_t now_us)
{
    const int64_t seconds = (now_us - health->second_us) / MPE_HEALTH_INTERVAL_US;
    health->second_us += seconds * MPE_HEALTH_INTERVAL_US;
    health->due_us = health->second_us + MPE_HEALTH_INTERVAL_US;
    return seconds < UINT8_MAX ? (uint32_t)seconds : UINT8_MAX;
}

/* All of them, once in an interval. */
static void judge_all(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    const uint32_t seconds = pass_seconds(health, session->now_us);
    for (uint16_t i = 0; i < health->count; i++) {
        const struct mpe_session_track *const track = &session->tracks.items[i];
        mpe_health_interval_of_track(&health->tracks[i].observed, &track->observed.facts, seconds);
        mpe_conditions_age(&health->tracks[i].conditions, seconds);
        judge(turn, track, &health->tracks[i]);
    }
    if (session->tools.limits->conditions)
        mpe_compare_interval(session);
    mpe_health_interval(&health->observed, &session->observation.facts, session->now_us, seconds);
    mpe_conditions_age(&health->conditions, seconds);
    judge(turn, NULL, NULL);
}

static bool is_due(const struct mpe_session *session)
{
    return session->now_us >= session->health->due_us;
}

/* ---- units and time ---- */

void mpe_health_judge_time(struct mpe_turn *turn)
{
    if (is_due(turn->session))
        judge_all(turn);
    mpe_notices_time(turn);
}

void mpe_health_judge_frame(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_track_state *const observed = &turn->track->observed;
    struct mpe_health_track *const track = track_of(turn);
    if (track == NULL)
        return;
    const int64_t key_us = track->observed.key_us;
    if (mpe_health_frame(&session->health->observed, &track->observed, &observed->facts, turn->unit,
                         observed->in_key_frame, session->tools.limits)) {
        if (session->tools.limits->conditions && track->observed.key_us != key_us &&
            track->observed.key_us != MPE_TIME_NONE)
            mpe_compare_key_frame(session, observed->facts.index);
        judge(turn, turn->track, track);
        judge(turn, NULL, NULL);
    }
    if (is_due(session))
        judge_all(turn);
    if (session->tools.limits->notices)
        mpe_notices_frame(turn, track);
}

static void take_header(struct mpe_turn *turn)
{
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    struct mpe_health_track *const track = track_of(turn);
    if (track == NULL)
        return;
    if (mpe_health_header(&track->observed, facts))
        judge(turn, turn->track, track);
}

static void take_key_frame(struct mpe_turn *turn)
{
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    struct mpe_health_track *const track = track_of(turn);
    if (track != NULL && mpe_health_key_frame(&track->observed, facts, turn->unit))
        judge(turn, turn->track, track);
}

void mpe_health_judge_unit(struct mpe_turn *turn)
{
    mpe_notices_unit(turn);
    struct mpe_session_health *const health = &turn->session->health->observed;
    switch ((enum mpe_unit_kind)turn->unit->kind) {
    case MPE_UNIT_HEADER:
        if (turn->track != NULL && (turn->step.changed & MPE_FACT_HEADER) != 0)
            take_header(turn);
        break;
    case MPE_UNIT_KEY_FRAME:
        if (turn->track != NULL)
            take_key_frame(turn);
        break;
    case MPE_UNIT_METADATA:
        health->has_announced_video = turn->unit->declared.has_video;
        health->has_announced_audio = turn->unit->declared.has_audio;
        break;
    case MPE_UNIT_PUBLISH:
    case MPE_UNIT_UNPUBLISH:
        mpe_health_pause(health);
        break;
    default:
        break;
    }
}

/* ---- polling ---- */

mpe_status mpe_session_poll_notice(mpe_session *session, mpe_notice *notice)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (notice == NULL)
        return MPE_BAD_OUTPUT;
    if (notice->struct_size < sizeof(*notice))
        return MPE_BAD_STRUCT_SIZE;
    return session->health != NULL && mpe_notices_take(session, notice) ? MPE_EVENT : MPE_OK;
}
