/* Health takes its place in the order of the layers: facts, then rules, then the ring. */
#include "session/health.h"

#include "session/compare.h"

#include <string.h>

#include "limits/actions.h"
#include "session/verdict.h"

/* As session/tracks.c has them. */
#define USUAL_TRACKS 2

/* ---- memory ---- */

static bool is_video(const struct mpe_session *session, uint16_t index)
{
    return session->tracks.items[index].observed.facts.media == MPE_MEDIA_VIDEO;
}

/* What conditions need of a track, which they do not know yet. */
static bool add_judged(const struct mpe_session *session, uint16_t index)
{
    struct mpe_judged_track *const track = &session->health->tracks[index];
    struct mpe_video_health *video = track->observed.video; /* of an attempt that failed */
    if (video == NULL && is_video(session, index))
        video = mpe_mem_new(session->tools.mem, sizeof(*video));
    mpe_health_add_track(&track->observed, video);
    return video != NULL || !is_video(session, index);
}

/* Makes room for so many tracks in what was asked for. */
static bool grow(struct mpe_health *health, uint16_t capacity, const struct mpe_mem *mem)
{
    if (health->judged != NULL) {
        struct mpe_judged_track *const tracks = mpe_mem_grow(
            mem, health->tracks, health->capacity * sizeof(*health->tracks), capacity * sizeof(*health->tracks));
        if (tracks == NULL)
            return false;
        health->tracks = tracks;
    }
    if (health->chunks != NULL) {
        struct mpe_track_chunks *const chunks = mpe_mem_grow(
            mem, health->chunks, health->capacity * sizeof(*health->chunks), capacity * sizeof(*health->chunks));
        if (chunks == NULL)
            return false;
        health->chunks = chunks;
    }
    health->capacity = capacity;
    return true;
}

static bool reserve(struct mpe_health *health, uint16_t count, const struct mpe_mem *mem)
{
    return count <= health->capacity || grow(health, (uint16_t)(2 * count), mem);
}

static void free_judged(struct mpe_health *health, const struct mpe_mem *mem)
{
    for (uint16_t i = 0; health->tracks != NULL && i < health->capacity; i++)
        mpe_mem_free(mem, health->tracks[i].observed.video);
    mpe_mem_free(mem, health->tracks);
    mpe_mem_free(mem, health->judged);
    health->tracks = NULL;
    health->judged = NULL;
}

static bool make_judged(struct mpe_session *session)
{
    const struct mpe_mem *const mem = session->tools.mem;
    struct mpe_health *const health = session->health;
    health->tracks = mpe_mem_new(mem, health->capacity * sizeof(*health->tracks));
    bool is_made = health->tracks != NULL;
    for (uint16_t i = 0; is_made && i < health->count; i++)
        is_made = add_judged(session, i);
    health->judged = is_made ? mpe_mem_new(mem, sizeof(*health->judged)) : NULL;
    return health->judged != NULL;
}

/* What conditions need, of the tracks that there are as well. */
static bool begin_conditions(struct mpe_session *session)
{
    struct mpe_health *const health = session->health;
    if (!make_judged(session)) {
        free_judged(health, session->tools.mem);
        return false;
    }
    mpe_health_open(&health->judged->observed);
    health->judged->second_us = session->now_us;
    session->tools.key_frames = &health->judged->key_frames;
    mpe_health_set_due(session);
    return true;
}

/* What notices need of a track by what it is, unless it has that: places for key frames, and for fragments. */
static bool add_chunks(const struct mpe_session *session, uint16_t index)
{
    const struct mpe_mem *const mem = session->tools.mem;
    struct mpe_track_chunks *const chunks = &session->health->chunks[index];
    struct mpe_compared *const compared = &session->health->compared;
    const bool has_keys = is_video(session, index);
    const bool has_fragments = session->wire.protocol == MPE_PROTOCOL_FMP4;
    if (has_keys && chunks->keys == NULL)
        chunks->keys = mpe_mem_new(mem, sizeof(*chunks->keys));
    if (has_fragments && chunks->fragments == NULL)
        chunks->fragments = mpe_mem_new(mem, sizeof(*chunks->fragments));
    if (has_fragments && compared->keys == NULL)
        compared->keys = mpe_mem_new(mem, sizeof(*compared->keys));
    return (!has_keys || chunks->keys != NULL) &&
           (!has_fragments || (chunks->fragments != NULL && compared->keys != NULL));
}

/* May be called again after it failed. */
static bool begin_notices(struct mpe_session *session)
{
    struct mpe_health *const health = session->health;
    if (health->chunks == NULL)
        health->chunks = mpe_mem_new(session->tools.mem, health->capacity * sizeof(*health->chunks));
    bool is_made = health->chunks != NULL;
    for (uint16_t i = 0; is_made && i < health->count; i++)
        is_made = add_chunks(session, i);
    return is_made;
}

static bool begin(struct mpe_session *session)
{
    session->health = mpe_mem_new(session->tools.mem, sizeof(*session->health));
    if (session->health == NULL)
        return false;
    mpe_apart_begin(&session->health->apart);
    session->health->compared.shown = mpe_compare_nothing();
    session->health->capacity = USUAL_TRACKS;
    session->health->due_us = INT64_MAX;
    return true;
}

bool mpe_health_begin(struct mpe_session *session, const struct mpe_limits *limits)
{
    if (!limits->notices && !limits->conditions)
        return true;
    if (session->health == NULL && !begin(session))
        return false;
    if (limits->conditions && session->health->judged == NULL && !begin_conditions(session))
        return false;
    return !limits->notices || begin_notices(session);
}

static void free_chunks(struct mpe_health *health, const struct mpe_mem *mem)
{
    for (uint16_t i = 0; health->chunks != NULL && i < health->capacity; i++) {
        mpe_mem_free(mem, health->chunks[i].keys);
        mpe_mem_free(mem, health->chunks[i].fragments);
    }
    mpe_mem_free(mem, health->chunks);
    mpe_mem_free(mem, health->compared.keys);
}

void mpe_health_free(struct mpe_session *session)
{
    const struct mpe_mem *const mem = session->tools.mem;
    if (session->health == NULL)
        return;
    free_judged(session->health, mem);
    free_chunks(session->health, mem);
    mpe_mem_free(mem, session->health);
}

void mpe_health_set_due(struct mpe_session *session)
{
    struct mpe_health *const health = session->health;
    const bool has_beats = session->tools.limits->notices && health->notices.is_connected_told;
    const int64_t beat_us = has_beats ? health->notices.beat_due_us : INT64_MAX;
    const int64_t second_us = health->judged != NULL ? health->judged->second_us + MPE_HEALTH_INTERVAL_US : INT64_MAX;
    health->due_us = beat_us < second_us ? beat_us : second_us;
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
                                     .value = sizeof(struct mpe_judged_track),
                                     .now_us = turn->session->now_us,
                                     .what = "the health of a track"};
    mpe_verdict_close(turn->session, turn->judgement);
    if (!turn->session->stopped)
        mpe_verdict_raise(turn->session, &loss);
}

/* Makes the health of those tracks that have none yet. false: no memory, which was said. */
static bool add_tracks(struct mpe_turn *turn, uint16_t index)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    bool is_made = reserve(health, session->tracks.count, session->tools.mem);
    for (; is_made && health->count <= index; health->count += is_made) {
        is_made = (health->judged == NULL || add_judged(session, health->count)) &&
                  (health->chunks == NULL || add_chunks(session, health->count));
    }
    if (!is_made) {
        lose(turn);
        return false;
    }
    health->usual_count = health->count <= USUAL_TRACKS ? health->count : 0;
    return true;
}

/* Whether the track of the turn has health. */
static inline bool has_health(struct mpe_turn *turn)
{
    const uint16_t index = turn->track->observed.facts.index;
    return index < turn->session->health->count || add_tracks(turn, index);
}

static inline struct mpe_judged_track *judged_of(const struct mpe_turn *turn)
{
    return &turn->session->health->tracks[turn->track->observed.facts.index];
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
static void judge(struct mpe_turn *turn, const struct mpe_session_track *track, struct mpe_judged_track *health)
{
    struct mpe_session *const session = turn->session;
    const bool is_track = track != NULL;
    const struct mpe_evidence evidence = {
        .facts = &session->observation.facts,
        .step = &turn->step,
        .track = is_track ? &track->observed.facts : NULL,
        .limits = session->tools.limits,
        .health = &session->health->judged->observed,
        .track_health = is_track ? &health->observed : NULL,
    };
    struct mpe_conditions *const conditions = is_track ? &health->conditions : &session->health->judged->conditions;
    struct mpe_finding finding;
    uint32_t at = 0;
    if (!evidence.limits->conditions)
        return;
    while (!session->stopped && mpe_conditions_next(scope_of(track), &evidence, conditions, &at, &finding))
        apply(session, turn->judgement, &finding);
}

/* Whole seconds since the last one. */
static uint32_t pass_seconds(struct mpe_session *session)
{
    struct mpe_judged *const judged = session->health->judged;
    const int64_t seconds = (session->now_us - judged->second_us) / MPE_HEALTH_INTERVAL_US;
    judged->second_us += seconds * MPE_HEALTH_INTERVAL_US;
    mpe_health_set_due(session);
    return seconds < UINT8_MAX ? (uint32_t)seconds : UINT8_MAX;
}

/* All of them, once in an interval. */
static void judge_all(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    struct mpe_judged *const judged = health->judged;
    const uint32_t seconds = pass_seconds(session);
    if (seconds == 0)
        return;
    for (uint16_t i = 0; i < health->count; i++) {
        const struct mpe_session_track *const track = &session->tracks.items[i];
        mpe_health_interval_of_track(&health->tracks[i].observed, &track->observed.facts, seconds);
        mpe_conditions_age(&health->tracks[i].conditions, seconds);
        judge(turn, track, &health->tracks[i]);
    }
    if (session->tools.limits->conditions)
        mpe_compare_interval(session);
    mpe_health_interval(&judged->observed, &session->observation.facts, session->now_us, seconds);
    mpe_conditions_age(&judged->conditions, seconds);
    judge(turn, NULL, NULL);
}

static bool is_due(const struct mpe_session *session)
{
    return session->now_us >= session->health->due_us;
}

/* ---- units and time ---- */

void mpe_health_judge_time(struct mpe_turn *turn)
{
    if (is_due(turn->session) && turn->session->health->judged != NULL)
        judge_all(turn);
    mpe_notices_time(turn);
}

/* What is true of the last frames is said, though no second passed since. */
void mpe_health_judge_end(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    if (health->judged == NULL)
        return;
    for (uint16_t i = 0; i < health->count; i++)
        judge(turn, &session->tracks.items[i], &health->tracks[i]);
    judge(turn, NULL, NULL);
}

/* Something of the frame is news. */
static void judge_news(struct mpe_turn *turn, struct mpe_judged_track *track, int64_t last_key_us)
{
    const bool is_key_frame = turn->track->observed.in_key_frame;
    if (turn->session->tools.limits->conditions && is_key_frame && mpe_health_key_us(&track->observed) != last_key_us &&
        mpe_health_key_us(&track->observed) != MPE_TIME_NONE)
        mpe_compare_key_frame(turn->session, turn->track->observed.facts.index);
    judge(turn, turn->track, track);
    judge(turn, NULL, NULL);
}

/* Where the media is the clock, time passed before the frame: it is no time since what the frame changes. */
static void judge_frame(struct mpe_turn *turn, int64_t apart_us)
{
    const struct mpe_session *const session = turn->session;
    if (is_due(session))
        judge_all(turn);
    const struct mpe_track_state *const observed = &turn->track->observed;
    struct mpe_judged_track *const track = judged_of(turn);
    const int64_t last_key_us = observed->in_key_frame ? mpe_health_key_us(&track->observed) : MPE_TIME_NONE;
    if (mpe_health_frame(&session->health->judged->observed, &track->observed, &observed->facts, turn->unit,
                         observed->in_key_frame, apart_us, session->now_us, session->tools.limits))
        judge_news(turn, track, last_key_us);
}

void mpe_health_look_at_frame(struct mpe_turn *turn)
{
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    struct mpe_health *const health = turn->session->health;
    if (!has_health(turn))
        return;
    const int64_t apart_us = mpe_apart_frame(&health->apart, facts->media, facts->last_dts_us);
    if (health->judged != NULL)
        judge_frame(turn, apart_us);
    if (health->chunks != NULL)
        mpe_notices_frame(turn);
}

static void take_header(struct mpe_turn *turn)
{
    if (has_health(turn) && mpe_health_header(&judged_of(turn)->observed, &turn->track->observed.facts))
        judge(turn, turn->track, judged_of(turn));
}

static void take_key_frame(struct mpe_turn *turn)
{
    if (has_health(turn) && mpe_health_key_frame(&judged_of(turn)->observed, &turn->track->observed.facts, turn->unit))
        judge(turn, turn->track, judged_of(turn));
}

static void take_unit(struct mpe_turn *turn)
{
    struct mpe_session_health *const observed = &turn->session->health->judged->observed;
    switch ((enum mpe_unit_kind)turn->unit->kind) {
    case MPE_UNIT_HEADER:
        if (turn->track != NULL && (turn->step.changed & MPE_FACT_HEADER) != 0)
            take_header(turn);
        break;
    case MPE_UNIT_KEY_FRAME:
        mpe_health_sent(observed, turn->unit, turn->session->now_us);
        if (turn->track != NULL)
            take_key_frame(turn);
        break;
    case MPE_UNIT_METADATA:
        observed->has_announced[0] = turn->unit->declared.has_video;
        observed->has_announced[1] = turn->unit->declared.has_audio;
        break;
    case MPE_UNIT_PUBLISH:
    case MPE_UNIT_UNPUBLISH:
        mpe_health_pause(observed);
        break;
    default:
        break;
    }
}

void mpe_health_judge_unit(struct mpe_turn *turn)
{
    struct mpe_health *const health = turn->session->health;
    mpe_notices_unit(turn);
    if (turn->unit->kind == MPE_UNIT_PUBLISH || turn->unit->kind == MPE_UNIT_UNPUBLISH)
        mpe_apart_begin(&health->apart);
    if (health->judged != NULL)
        take_unit(turn);
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
