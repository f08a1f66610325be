/* Plays a case against the library, with its bytes cut in one of many ways. */
#ifndef CASE_PLAY_H
#define CASE_PLAY_H

#include "case.h"
#include "health.h"
#include "mpe.h"

enum cut_kind {
    CUT_NONE,  /* as written: one feed per time */
    CUT_BYTES, /* size bytes a feed */
    CUT_CYCLE, /* 1, 2, ... 7, 1, ... bytes */
    CUT_ONCE,  /* one cut more, before global byte index at */
    CUT_RANDOM /* pieces of pseudo-random length */
};

struct cut {
    enum cut_kind kind;
    bool is_late; /* sessions are opened on a lobby, and bound once they have named their channel */
    uint64_t size;
    uint64_t at;
    uint64_t seed;
};

enum { PLAY_MAX_FINDINGS = 32, PLAY_MAX_NOTICES = 128, PLAY_MAX_TRACKS = 16 };

struct finding {
    int session;
    enum action_kind on;
    size_t action;
    mpe_error error;
    char notification[2048]; /* the JSON of it */
};

struct said_notice {
    int session;
    mpe_notice notice;
};

struct said_notices {
    struct said_notice items[PLAY_MAX_NOTICES];
    size_t count;
};

struct session_outcome {
    bool was_bound;       /* with is_late */
    uint64_t named_at[2]; /* how often it was named, and the bytes before that, added up */
    int32_t state;
    int32_t protocol;
    mpe_status ended;
    mpe_error ending;
    int track_count;
    mpe_track tracks[PLAY_MAX_TRACKS];
};

struct outcome {
    char error[256]; /* "": no call failed that must not fail */
    struct finding findings[PLAY_MAX_FINDINGS];
    size_t finding_count;
    struct said_notices notices[NOTICE_LISTS];
    struct session_outcome *sessions; /* one per input, all zero where it was not opened */
};

/* Plays the case up to, and without, byte stop_at over all feeds (OFFSET_NONE: to its end). Free the outcome. */
void play(const struct test_case *test, const struct cut *cut, uint64_t stop_at, struct outcome *outcome);

/*
 * Plays up to the tick at index action, and instead of it ticks whenever the session asked for it, up to the time of
 * that tick. Returns the time of the tick that brought a finding, or -1 when none did.
 */
int64_t play_deadlines(const struct test_case *test, size_t action);

/* true when both hold the same notices, and when both hold the same findings, notices, states, endings and tracks. */
bool notices_equal(const struct said_notices *a, const struct said_notices *b);
bool outcome_equal(const struct test_case *test, const struct outcome *a, const struct outcome *b);
void outcome_free(struct outcome *outcome);

#endif
