/*
 * The rules: which facts make which record. Pure: sees facts, the step and limits and nothing else; no I/O,
 * clock or allocation. What each rule means stands in mpe_codes(7).
 */
#ifndef MPE_CLASSIFY_CLASSIFY_H
#define MPE_CLASSIFY_CLASSIFY_H

#include <stddef.h>

#include "classify/finding.h"
#include "limits/limits.h"
#include "observe/facts.h"

/* No step can raise more findings than there are rules. */
#define MPE_MAX_STEP_FINDINGS 32
#define MPE_MAX_FINDINGS      (2 * MPE_MAX_STEP_FINDINGS)

/* Findings of one byte, or of one moment: they may come from several steps, and are raised together. */
struct mpe_judgement {
    size_t count;
    uint64_t offset_bytes; /* of the steps that brought them */
    struct mpe_finding findings[MPE_MAX_FINDINGS];
};

struct mpe_rule_table;

/* The rules of the codes. Tables of other records, of conditions and notices, stand beside it and run the same way. */
extern const struct mpe_rule_table mpe_fault_rules;

/*
 * Runs the rules of a table that look at what the step changed. Adds what they find to judgement, which has room for
 * MPE_MAX_STEP_FINDINGS, and keeps it in the order of the table of codes.
 */
void mpe_classify(const struct mpe_rule_table *table, const struct mpe_facts *facts, const struct mpe_step *step,
                  const struct mpe_limits *limits, struct mpe_judgement *judgement);

#endif
