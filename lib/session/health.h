/* What a session knows and says of its health: only where its channel asked for notices or conditions. */
#ifndef MPE_SESSION_HEALTH_H
#define MPE_SESSION_HEALTH_H

#include "channel/compare.h"
#include "health/judge.h"
#include "notify/records.h"
#include "observe/apart.h"
#include "observe/chunks.h"
#include "observe/health.h"
#include "session/notices.h"
#include "session/session.h"
#include "session/turn.h"
#include "wire/key_frames.h"

/* All its conditions are looked at so often; what a frame decides, at that frame. */
#define MPE_HEALTH_INTERVAL_US 1000000

/* Of a track, where conditions were asked for. */
struct mpe_judged_track {
    struct mpe_track_health observed;
    struct mpe_conditions conditions;
};

/* Of a session, where conditions were asked for. */
struct mpe_judged {
    struct mpe_session_health observed;
    struct mpe_conditions conditions;
    struct mpe_key_frames key_frames; /* what the wire looks into */
    int64_t second_us;                /* up to here time was counted */
};

/* Of a session. Both arrays by the index of the session's tracks. */
struct mpe_health {
    int64_t due_us; /* when time alone is something to look at */
    struct mpe_apart apart;
    struct mpe_judged *judged;       /* NULL: nobody asked for conditions */
    struct mpe_judged_track *tracks; /* the same */
    struct mpe_track_chunks *chunks; /* NULL: nobody asked for notices */
    uint16_t count;
    uint16_t capacity;
    uint16_t usual_count; /* the same as count; 0: there are more than two, all of which notices compare */
    struct mpe_session_notices notices;
    struct mpe_compared compared;
    struct mpe_records records;
};

/* due_us anew, after what it is made of changed; of a session that has health. */
void mpe_health_set_due(struct mpe_session *session);

/* The session comes under these limits: makes what they ask for, and it does not have yet. false: no memory. */
bool mpe_health_begin(struct mpe_session *session, const struct mpe_limits *limits);
void mpe_health_free(struct mpe_session *session);

/* Each of these takes what the layers before it made of a unit, or of time. */
void mpe_health_judge_frame(struct mpe_turn *turn);
void mpe_health_look_at_frame(struct mpe_turn *turn); /* unless the fast path takes it */
void mpe_health_judge_unit(struct mpe_turn *turn);
void mpe_health_judge_time(struct mpe_turn *turn);
void mpe_health_judge_end(struct mpe_turn *turn);

/* A frame is complete, and was judged. */
static inline void mpe_health_take_frame(struct mpe_turn *turn)
{
    if (turn->session->health != NULL)
        mpe_health_judge_frame(turn);
}

/* Any other unit. */
static inline void mpe_health_take(struct mpe_turn *turn)
{
    if (turn->session->health != NULL)
        mpe_health_judge_unit(turn);
}

/* Whether mpe_health_time has something to do. */
static inline bool mpe_health_is_due(const struct mpe_session *session)
{
    const struct mpe_health *const health = session->health;
    return health != NULL && (session->now_us >= health->due_us ||
                              (health->notices.is_connect_due && session->tools.limits->notices));
}

/* Time passed. */
static inline void mpe_health_time(struct mpe_turn *turn)
{
    if (turn->session->health != NULL)
        mpe_health_judge_time(turn);
}

/* The session ends. */
static inline void mpe_health_end(struct mpe_turn *turn)
{
    if (turn->session->health != NULL)
        mpe_health_judge_end(turn);
}

/* When mpe_health_time has something to do; INT64_MAX: never. */
static inline int64_t mpe_health_due_us(const struct mpe_session *session)
{
    return session->health != NULL ? session->health->due_us : INT64_MAX;
}

#endif
