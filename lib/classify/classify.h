/*
 * The rules: which facts make which code. Pure: sees facts, the step, totals and limits and nothing else; no I/O, clock
 * or allocation. What each rule means stands in the contract (README, man page mpe_codes(7)).
 */
#ifndef MPE_CLASSIFY_CLASSIFY_H
#define MPE_CLASSIFY_CLASSIFY_H

#include <stddef.h>

#include "channel/totals.h"
#include "classify/finding.h"
#include "limits/limits.h"
#include "observe/facts.h"

/* No step can raise more findings than there are rules. */
#define MPE_MAX_FINDINGS 32

/*
 * Runs the rules that look at what the step changed. Writes at most MPE_MAX_FINDINGS findings, in the order of the
 * table of codes, and returns their number.
 */
size_t mpe_classify(const struct mpe_facts *facts, const struct mpe_step *step, const struct mpe_totals *totals,
                    const struct mpe_limits *limits, struct mpe_finding findings[MPE_MAX_FINDINGS]);

#endif
