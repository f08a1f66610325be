/* The table of conditions, and how it is run. */
#include "health/judge.h"

#include <stddef.h>

#include "health.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WORSENS      MPE_RULE_WORSENS

static const struct mpe_rule video_rules[] = {
    {.code = MPE_CONDITION_KEY_FRAME_INTERVAL_LONG, WORSENS, mpe_gop_is_long, mpe_gop_is_not_long},
    {.code = MPE_CONDITION_KEY_FRAME_INTERVAL_SHORT, 0, mpe_gop_is_short, mpe_gop_is_not_short},
    {.code = MPE_CONDITION_KEY_FRAME_INTERVAL_UNEVEN, 0, mpe_gop_is_uneven, mpe_gop_is_even},
    {.code = MPE_CONDITION_OPEN_GOP, 0, mpe_gop_is_open, mpe_gop_is_closed},
    {.code = MPE_CONDITION_B_FRAMES, 0, mpe_many_b_frames, mpe_few_b_frames},
    {.code = MPE_CONDITION_ONLY_KEY_FRAMES, 0, mpe_only_key_frames, mpe_not_only_key_frames},
    {.code = MPE_CONDITION_BITRATE_LOW, 0, mpe_bitrate_is_low, mpe_bitrate_is_not_low},
    {.code = MPE_CONDITION_BITRATE_NOT_AS_DECLARED, 0, mpe_bitrate_is_other, mpe_bitrate_is_as_declared},
    {.code = MPE_CONDITION_FRAME_RATE_LOW, 0, mpe_frame_rate_is_low, mpe_frame_rate_is_not_low},
    {.code = MPE_CONDITION_FRAME_RATE_UNSTABLE, 0, mpe_frame_rate_is_unstable, mpe_frame_rate_is_stable},
    {.code = MPE_CONDITION_INTERLACED, 0, mpe_is_interlaced, mpe_is_progressive},
    {.code = MPE_CONDITION_RESOLUTION_LOW, 0, mpe_is_small, mpe_is_not_small},
    {.code = MPE_CONDITION_PROFILE, 0, mpe_profile_is_high, mpe_profile_is_not_high},
    {.code = MPE_CONDITION_LEVEL, 0, mpe_level_is_high, mpe_level_is_not_high},
    {.code = MPE_CONDITION_CHROMA, 0, mpe_chroma_is_rich, mpe_chroma_is_not_rich},
    {.code = MPE_CONDITION_PARAMETERS_CHANGED, 0, mpe_parameters_changed, mpe_parameters_stay},
    {.code = MPE_CONDITION_DISCONTINUITY, 0, mpe_has_gap, mpe_has_no_gap},
    {.code = MPE_CONDITION_ENCODER_OVERLOADED, 0, mpe_encoder_is_slow, mpe_encoder_keeps_up},
    {.code = MPE_CONDITION_NETWORK_CONGESTED, 0, mpe_network_is_slow, mpe_network_keeps_up},
};
static const struct mpe_rule audio_rules[] = {
    {.code = MPE_CONDITION_BITRATE_LOW, 0, mpe_bitrate_is_low, mpe_bitrate_is_not_low},
    {.code = MPE_CONDITION_BITRATE_NOT_AS_DECLARED, 0, mpe_bitrate_is_other, mpe_bitrate_is_as_declared},
    {.code = MPE_CONDITION_SAMPLE_RATE, 0, mpe_sample_rate_is_other, mpe_sample_rate_is_wanted},
    {.code = MPE_CONDITION_CHANNELS, 0, mpe_channels_are_other, mpe_channels_are_wanted},
    {.code = MPE_CONDITION_PARAMETERS_CHANGED, 0, mpe_parameters_changed, mpe_parameters_stay},
    {.code = MPE_CONDITION_DISCONTINUITY, 0, mpe_has_gap, mpe_has_no_gap},
};
static const struct mpe_rule session_rules[] = {
    {.code = MPE_CONDITION_STARVED, 0, mpe_is_starved, mpe_is_not_starved},
    {.code = MPE_CONDITION_FASTER_THAN_REAL_TIME, 0, mpe_is_fast, mpe_is_not_fast},
    {.code = MPE_CONDITION_AUDIO_MISSING, 0, mpe_audio_is_missing, mpe_audio_is_there},
    {.code = MPE_CONDITION_VIDEO_MISSING, 0, mpe_video_is_missing, mpe_video_is_there},
    {.code = MPE_CONDITION_STREAMS_OUT_OF_SYNC, 0, mpe_is_out_of_sync, mpe_is_in_sync},
    {.code = MPE_CONDITION_RENDITIONS_NOT_ALIGNED, 0, mpe_is_not_aligned, mpe_is_aligned},
    {.code = MPE_CONDITION_BACKUP_DIFFERS, 0, mpe_backup_differs, mpe_backup_is_the_same},
    {.code = MPE_CONDITION_TAKEOVER, 0, mpe_is_taken_over, mpe_is_not_taken_over},
};

static const struct mpe_rules tables[] = {
    [MPE_CONDITIONS_OF_VIDEO] = {video_rules, COUNT(video_rules)},
    [MPE_CONDITIONS_OF_AUDIO] = {audio_rules, COUNT(audio_rules)},
    [MPE_CONDITIONS_OF_SESSION] = {session_rules, COUNT(session_rules)},
};

_Static_assert(COUNT(video_rules) <= MPE_CONDITIONS_MAX && COUNT(session_rules) <= MPE_CONDITIONS_MAX,
               "every rule of a table has a place for its last change");

/* ---- how long conditions are held ---- */

/*
 *   |7 6 5 4|3 2 1 0|
 *   +-------+-------+
 *   |row 1  |row 0  |   byte 0 of hold_s: seconds
 *   +-------+-------+
 */
_Static_assert(MPE_CONDITION_HOLD_S <= 15, "it fits into 4 bits");

static unsigned shift_of(uint32_t row)
{
    return row % 2 * 4;
}

static uint32_t hold_s(const struct mpe_conditions *conditions, uint32_t row)
{
    return conditions->hold_s[row / 2] >> shift_of(row) & 15u;
}

static void set_hold(struct mpe_conditions *conditions, uint32_t row, uint32_t seconds)
{
    uint8_t *const both = &conditions->hold_s[row / 2];
    *both = (uint8_t)((*both & ~(15u << shift_of(row))) | seconds << shift_of(row));
}

void mpe_conditions_age(struct mpe_conditions *conditions, uint32_t seconds)
{
    for (uint32_t row = 0; row < MPE_CONDITIONS_MAX; row++) {
        const uint32_t left_s = hold_s(conditions, row);
        if (left_s != 0)
            set_hold(conditions, row, left_s > seconds ? left_s - seconds : 0);
    }
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

/* What changes of the condition of a row: it is set, over, or worse than it was. */
static bool changes(const struct mpe_rules *rules, uint32_t row, const struct mpe_evidence *evidence,
                    const struct mpe_conditions *conditions, struct mpe_finding *finding)
{
    const struct mpe_rule *const rule = &rules->rows[row];
    if (hold_s(conditions, row) != 0)
        return false;
    if ((conditions->set >> row & 1) == 0)
        return holds(rule, evidence, finding);
    return is_over(rule, evidence, finding) ||
           ((conditions->errors >> row & 1) == 0 && is_worse(rule, evidence, finding));
}

static void note_change(struct mpe_conditions *conditions, uint32_t row, const struct mpe_finding *finding)
{
    const uint32_t bit = (uint32_t)1 << row;
    const bool is_error = !finding->is_cleared && finding->severity == MPE_SEVERITY_ERROR;
    set_hold(conditions, row, MPE_CONDITION_HOLD_S);
    conditions->set = finding->is_cleared ? conditions->set & ~bit : conditions->set | bit;
    conditions->errors = is_error ? conditions->errors | bit : conditions->errors & ~bit;
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
    while (*at < rules->count) {
        const uint32_t row = (*at)++;
        if (!changes(rules, row, evidence, conditions, finding))
            continue;
        complete(finding, &rules->rows[row], evidence);
        note_change(conditions, row, finding);
        return true;
    }
    return false;
}
