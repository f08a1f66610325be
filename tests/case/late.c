/* The exceptions of late binding: all of them stand here. */
#include "late.h"

#include <string.h>

#include "compare.h"

/*
 * A session that is bound late says what it says when it was opened on its channel, field by field, but for these:
 *
 * 1. What a channel decides before publish is decided at the bind: address, session id and app. The finding comes then,
 *    at that time; its offset is the same.
 * 2. A session that never publishes is never bound: it says nothing of these, nor that media came without publish, and
 *    what follows is the lobby's to say. Its channel does not know it.
 */
static bool is_decided_before_publish(const mpe_error *error)
{
    switch (error->reason) {
    case MPE_REASON_ADDRESS_NOT_ALLOWED:
    case MPE_REASON_ADDRESS_UNKNOWN:
    case MPE_REASON_APP_MISMATCH:
        return true;
    case MPE_REASON_DUPLICATE_ENTRY:
        return (error->flags & MPE_ERROR_HAS_OFFSET) == 0; /* the session id: a track's has one */
    default:
        return false;
    }
}

/* Exception 1. */
static bool is_same_finding(const struct finding *finding, const struct finding *late)
{
    mpe_error error = finding->error;

    if (!is_decided_before_publish(&error))
        return finding->on == late->on && finding->action == late->action &&
               memcmp(&error, &late->error, sizeof(error)) == 0;
    error.now_us = late->error.now_us;
    return memcmp(&error, &late->error, sizeof(error)) == 0 && late->error.now_us >= finding->error.now_us;
}

static bool has_finding(const struct outcome *outcome, const struct finding *finding, bool is_late)
{
    for (size_t i = 0; i < outcome->finding_count; i++) {
        const struct finding *other = &outcome->findings[i];

        if (other->session == finding->session &&
            (is_late ? is_same_finding(other, finding) : is_same_finding(finding, other)))
            return true;
    }
    return false;
}

static bool needs_a_channel(const mpe_error *error)
{
    return is_decided_before_publish(error) || error->reason == MPE_REASON_STREAM_NAME_MISMATCH;
}

static bool says_what_needs_a_channel(const struct outcome *outcome, int session)
{
    for (size_t i = 0; i < outcome->finding_count; i++)
        if (outcome->findings[i].session == session && needs_a_channel(&outcome->findings[i].error))
            return true;
    return false;
}

/* Exception 2. */
static bool is_lobbys(const struct outcome *whole, const struct outcome *late, int session)
{
    return !late->sessions[session].was_bound && says_what_needs_a_channel(whole, session);
}

static bool same_session(const struct session_outcome *seen, const struct session_outcome *late)
{
    mpe_error ending = seen->ending;

    if (is_decided_before_publish(&ending))
        ending.now_us = late->ending.now_us;
    return seen->state == late->state && seen->protocol == late->protocol && seen->ended == late->ended &&
           memcmp(&ending, &late->ending, sizeof(ending)) == 0 && seen->track_count == late->track_count &&
           memcmp(seen->tracks, late->tracks, (size_t)seen->track_count * sizeof(seen->tracks[0])) == 0;
}

/* Every finding of one is in the other. */
static bool same_findings(const struct outcome *whole, const struct outcome *late)
{
    for (size_t i = 0; i < whole->finding_count; i++)
        if (!is_lobbys(whole, late, whole->findings[i].session) && !has_finding(late, &whole->findings[i], false))
            return false;
    for (size_t i = 0; i < late->finding_count; i++)
        if (!is_lobbys(whole, late, late->findings[i].session) && !has_finding(whole, &late->findings[i], true))
            return false;
    return true;
}

bool late_agrees(const struct test_case *test, const struct outcome *whole, const struct outcome *late, FILE *out)
{
    bool same = same_findings(whole, late);

    for (int i = 0; i < test->input_count; i++)
        same = same && (is_lobbys(whole, late, i) || same_session(&whole->sessions[i], &late->sessions[i]));
    same = same && notices_equal(&whole->notices[NOTICES_OF_CONDITIONS], &late->notices[NOTICES_OF_CONDITIONS]);
    if (same)
        return true;
    fputs("  bound late:\n", out);
    print_outcome(test, late, out);
    fputs("  opened on its channel:\n", out);
    print_outcome(test, whole, out);
    return false;
}
