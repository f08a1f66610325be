/*
 * The rules of conditions: a const table beside that of the faults, run where the session was asked for them. Pure:
 * sees the evidence of classify/rule.h with the health in it, and nothing else; no I/O, clock or allocation.
 */
#ifndef MPE_HEALTH_JUDGE_H
#define MPE_HEALTH_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "classify/finding.h"
#include "classify/rule.h"
#include "codes/conditions.h"

/* A condition changes at most once in so long, for each track or session that it is about. */
#define MPE_CONDITION_HOLD_US 10000000

/* What stands of a track, or of a session. All zero: nothing does, nothing ever changed. */
struct mpe_conditions {
    uint64_t set;                         /* bit n: condition MPE_CONDITION_BASE + n */
    uint64_t errors;                      /* the same, of those that were said to be errors */
    uint16_t changed[MPE_CONDITION_ROWS]; /* when each changed last, in seconds since opening, plus one; 0: never */
};

/* Which rules: those of one track, or those of the session. */
enum mpe_condition_scope { MPE_CONDITIONS_OF_TRACK, MPE_CONDITIONS_OF_SESSION };

/*
 * The next change of a condition, from rule *at on, at the time of evidence->step. finding receives it: code and reason
 * are the condition's number, is_cleared says which way it changed. false: there is none, all rules were looked at.
 */
bool mpe_conditions_next(enum mpe_condition_scope scope, const struct mpe_evidence *evidence,
                         struct mpe_conditions *conditions, uint32_t *at, struct mpe_finding *finding);

/* rules_key_frame.c */
mpe_predicate mpe_gop_is_long, mpe_gop_is_not_long;

#endif
