/* What a session knows and says of its health: only where its channel asked for notices or conditions. */
#ifndef MPE_SESSION_HEALTH_H
#define MPE_SESSION_HEALTH_H

#include "channel/compare.h"
#include "health/judge.h"
#include "notify/records.h"
#include "observe/chunks.h"
#include "observe/health.h"
#include "session/notices.h"
#include "session/session.h"
#include "session/turn.h"
#include "wire/key_frames.h"

/* All its conditions are looked at so often; what a frame decides, at that frame. */
#define MPE_HEALTH_INTERVAL_US 1000000

/* Of a track. */
struct mpe_health_track {
    struct mpe_track_health observed;
    struct mpe_conditions conditions;
    struct mpe_track_chunks chunks; /* used where notices were asked for */
};

/* Of a session. */
struct mpe_health {
    struct mpe_session_health observed;
    struct mpe_conditions conditions;
    struct mpe_records records;
    struct mpe_compared compared;
    struct mpe_session_notices notices;
    struct mpe_key_frames key_frames; /* what the wire looks into */
    int64_t second_us;                /* up to here time was counted */
    int64_t due_us;                   /* when all is looked at next */
    struct mpe_health_track *tracks;  /* by the index of the session's */
    uint16_t count;
    uint16_t capacity;
};

/* The session comes under these limits: makes what they ask for, and it does not have yet. false: no memory. */
bool mpe_health_begin(struct mpe_session *session, const struct mpe_limits *limits);
void mpe_health_free(struct mpe_session *session);

/* Each of these takes what the layers before it made of a unit, or of time. */
void mpe_health_judge_frame(struct mpe_turn *turn);
void mpe_health_judge_unit(struct mpe_turn *turn);
void mpe_health_judge_time(struct mpe_turn *turn);

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

/* Time passed. */
static inline void mpe_health_time(struct mpe_turn *turn)
{
    if (turn->session->health != NULL)
        mpe_health_judge_time(turn);
}

/* When mpe_health_time has something to do; INT64_MAX: never. */
static inline int64_t mpe_health_due_us(const struct mpe_session *session)
{
    if (session->health == NULL)
        return INT64_MAX;
    const struct mpe_session_notices *const notices = &session->health->notices;
    return notices->is_connected_told && notices->beat_due_us < session->health->due_us ? notices->beat_due_us
                                                                                        : session->health->due_us;
}

#endif
