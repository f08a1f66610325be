/* The table of conditions, and how it is run. */
#include "health/judge.h"

#include <stddef.h>

#include "health.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WORSENS      MPE_RULE_WORSENS

static const struct mpe_rule track_rules[] = {
    {.code = MPE_CONDITION_KEY_FRAME_INTERVAL_LONG, WORSENS, mpe_gop_is_long, mpe_gop_is_not_long},
};

static const struct mpe_rules tables[] = {
    [MPE_CONDITIONS_OF_TRACK] = {track_rules, COUNT(track_rules)},
    [MPE_CONDITIONS_OF_SESSION] = {NULL, 0},
};

/* ---- one change in so long ---- */

/* Seconds in 16 bits begin anew after 18 hours: once then, a change may come 10 s late. */
static uint16_t second_of(int64_t now_us, int64_t opened_us)
{
    return (uint16_t)((now_us - opened_us) / 1000000 % UINT16_MAX + 1);
}

static bool may_change(const struct mpe_conditions *conditions, int32_t rank, uint16_t second)
{
    const uint16_t changed = conditions->changed[rank];
    const int32_t since = second >= changed ? second - changed : second + UINT16_MAX - changed;
    return changed == 0 || since >= MPE_CONDITION_HOLD_US / 1000000;
}

/* ---- one rule ---- */

/* A rule's predicate says more than its row where it has a severity of its own. */
static bool holds(const struct mpe_rule *rule, const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (!rule->holds(evidence, finding))
        return false;
    if (finding->severity == 0)
        finding->severity = (uint8_t)mpe_condition_row(rule->code)->severity;
    finding->is_cleared = false;
    return true;
}

static bool is_over(const struct mpe_rule *rule, const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (!rule->clears(evidence, finding))
        return false;
    finding->severity = (uint8_t)mpe_condition_row(rule->code)->severity;
    finding->is_cleared = true;
    return true;
}

static bool is_worse(const struct mpe_rule *rule, const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return (rule->flags & WORSENS) != 0 && holds(rule, evidence, finding) && finding->severity == MPE_SEVERITY_ERROR;
}

/* What changes of a condition: it is set, over, or worse than it was. */
static bool changes(const struct mpe_rule *rule, const struct mpe_evidence *evidence,
                    const struct mpe_conditions *conditions, struct mpe_finding *finding)
{
    const uint64_t bit = (uint64_t)1 << (rule->code - MPE_CONDITION_BASE);
    if ((conditions->set & bit) == 0)
        return holds(rule, evidence, finding);
    return is_over(rule, evidence, finding) || ((conditions->errors & bit) == 0 && is_worse(rule, evidence, finding));
}

static void note_change(struct mpe_conditions *conditions, const struct mpe_finding *finding, int32_t rank,
                        uint16_t second)
{
    const uint64_t bit = (uint64_t)1 << (finding->code - MPE_CONDITION_BASE);
    conditions->changed[rank] = second;
    conditions->set = finding->is_cleared ? conditions->set & ~bit : conditions->set | bit;
    conditions->errors = !finding->is_cleared && finding->severity == MPE_SEVERITY_ERROR ? conditions->errors | bit
                                                                                         : conditions->errors & ~bit;
}

static void complete(struct mpe_finding *finding, const struct mpe_rule *rule, const struct mpe_evidence *evidence)
{
    finding->code = rule->code;
    finding->reason = rule->code;
    finding->track = -1;
    finding->now_us = evidence->step->now_us;
    if (evidence->step->offset_bytes != MPE_OFFSET_NONE) {
        finding->offset_bytes = evidence->step->offset_bytes;
        finding->flags |= MPE_ERROR_HAS_OFFSET;
    }
    if (evidence->track == NULL)
        return;
    finding->track = evidence->track->index;
    finding->media = evidence->track->media;
    finding->codec = evidence->track->codec;
    finding->fourcc = evidence->track->fourcc;
    if (evidence->track->last_dts_us == MPE_TIME_NONE)
        return;
    finding->media_us = evidence->track->last_dts_us;
    finding->flags |= MPE_ERROR_HAS_MEDIA_TIME;
}

bool mpe_conditions_next(enum mpe_condition_scope scope, const struct mpe_evidence *evidence,
                         struct mpe_conditions *conditions, uint32_t *at, struct mpe_finding *finding)
{
    const struct mpe_rules *const rules = &tables[scope];
    const uint16_t second = second_of(evidence->step->now_us, evidence->health->opened_us);
    while (*at < rules->count) {
        const struct mpe_rule *const rule = &rules->rows[(*at)++];
        const int32_t rank = mpe_condition_rank(rule->code);
        if (!changes(rule, evidence, conditions, finding) || !may_change(conditions, rank, second))
            continue;
        complete(finding, rule, evidence);
        note_change(conditions, finding, rank, second);
        return true;
    }
    return false;
}
