/* What must hold of each notice that a session says, and of one after the other. */
#ifndef TESTS_FUZZ_NOTICE_PROMISES_H
#define TESTS_FUZZ_NOTICE_PROMISES_H

#include <stdint.h>

#include "health.h"

enum { NOTICE_CONDITIONS = 64, NOTICE_TRACKS = 16, FIRST_CONDITION = 500 };

/* Of one session. All zero: it said nothing yet. Tracks beyond these are not followed. */
struct notices_seen {
    int64_t changed_us[NOTICE_TRACKS + 1][NOTICE_CONDITIONS]; /* place 0: of the session; where it has changed */
    uint64_t has_changed[NOTICE_TRACKS + 1];                  /* bit n: condition n */
    uint64_t is_set[NOTICE_TRACKS + 1];                       /* this and the next where it is not lost */
    uint64_t is_error[NOTICE_TRACKS + 1];
    uint64_t is_lost[NOTICE_TRACKS + 1]; /* a change of it may not have been polled */
};

/* The session said it at now_us or before. INT64_MAX: by a clock of its own. */
void check_notice(struct notices_seen *seen, const mpe_session *session, const mpe_notice *notice, int64_t now_us);

#endif
