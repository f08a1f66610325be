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

/* A condition changes at most once in 10 s; time goes on in whole seconds, one of which may have begun. */
#define MPE_CONDITION_HOLD_S 11

/* Rows of a table; none has more. */
#define MPE_CONDITIONS_MAX 20 /* even: two of them share a byte */

/* What stands of a track, or of a session. All zero: nothing does, nothing ever changed. */
struct mpe_conditions {
    uint32_t set;                           /* bit n: row n of its table */
    uint32_t errors;                        /* the same, of those that were said to be errors */
    uint8_t hold_s[MPE_CONDITIONS_MAX / 2]; /* so long those that changed lately stay as they are: 4 bits each */
};

/* So many whole seconds passed. */
void mpe_conditions_age(struct mpe_conditions *conditions, uint32_t seconds);

/* Which rules: those of a video track, of an audio track, or of the session. */
enum mpe_condition_scope { MPE_CONDITIONS_OF_VIDEO, MPE_CONDITIONS_OF_AUDIO, MPE_CONDITIONS_OF_SESSION };

/*
 * The next change of a condition, from rule *at on, at the time of evidence->step. finding receives it: code and reason
 * are the condition's number, is_cleared says which way it changed. false: there is none, all rules were looked at.
 */
bool mpe_conditions_next(enum mpe_condition_scope scope, const struct mpe_evidence *evidence,
                         struct mpe_conditions *conditions, uint32_t *at, struct mpe_finding *finding);

/* For each condition the predicate that sets it, and the one that clears it. */
/* rules_key_frame.c */
mpe_predicate mpe_gop_is_long, mpe_gop_is_not_long, mpe_gop_is_short, mpe_gop_is_not_short, mpe_gop_is_uneven,
    mpe_gop_is_even, mpe_gop_is_open, mpe_gop_is_closed, mpe_only_key_frames, mpe_not_only_key_frames,
    mpe_many_b_frames, mpe_few_b_frames;
/* rules_rate.c */
mpe_predicate mpe_is_starved, mpe_is_not_starved, mpe_is_fast, mpe_is_not_fast, mpe_bitrate_is_low,
    mpe_bitrate_is_not_low, mpe_bitrate_is_other, mpe_bitrate_is_as_declared, mpe_frame_rate_is_low,
    mpe_frame_rate_is_not_low, mpe_frame_rate_is_unstable, mpe_frame_rate_is_stable;
/* rules_media.c */
mpe_predicate mpe_video_is_missing, mpe_video_is_there, mpe_audio_is_missing, mpe_audio_is_there, mpe_has_gap,
    mpe_has_no_gap, mpe_parameters_changed, mpe_parameters_stay, mpe_is_out_of_sync, mpe_is_in_sync, mpe_is_taken_over,
    mpe_is_not_taken_over, mpe_is_not_aligned, mpe_is_aligned, mpe_backup_differs, mpe_backup_is_the_same,
    mpe_encoder_is_slow, mpe_encoder_keeps_up, mpe_network_is_slow, mpe_network_keeps_up;
/* rules_header.c */
mpe_predicate mpe_is_interlaced, mpe_is_progressive, mpe_is_small, mpe_is_not_small, mpe_profile_is_high,
    mpe_profile_is_not_high, mpe_level_is_high, mpe_level_is_not_high, mpe_chroma_is_rich, mpe_chroma_is_not_rich,
    mpe_sample_rate_is_other, mpe_sample_rate_is_wanted, mpe_channels_are_other, mpe_channels_are_wanted;

#endif
