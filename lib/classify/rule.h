/* What a rule is, and the predicates by theme. Each returns true and fills reason, value and limit when it holds. */
#ifndef MPE_CLASSIFY_RULE_H
#define MPE_CLASSIFY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "channel/totals.h"
#include "classify/finding.h"
#include "limits/limits.h"
#include "observe/facts.h"

/* All that a predicate sees. */
struct mpe_evidence {
    const struct mpe_facts *facts;
    const struct mpe_step *step;
    const struct mpe_track_facts *track; /* the step's; never NULL for rules of groups that belong to a track */
    const struct mpe_totals *totals;
    const struct mpe_limits *limits;
};

/* finding is filled, by one of the two functions below first, only where the predicate holds. */
typedef bool mpe_predicate(const struct mpe_evidence *evidence, struct mpe_finding *finding);

/* finding becomes one of this reason, without numbers. Always true, for "return". */
bool mpe_finding_plain(struct mpe_finding *finding, int32_t reason);

/* finding becomes one of this reason, with a measured value and a limit. Always true. */
bool mpe_finding_measured(struct mpe_finding *finding, int32_t reason, int64_t value, int64_t limit);

/* rules_access.c: who connects, where to */
mpe_predicate mpe_rule_address, mpe_rule_app, mpe_rule_stream_name, mpe_rule_url_syntax;
/* rules_header.c: what the tracks are */
mpe_predicate mpe_rule_metadata, mpe_rule_metadata_at_end, mpe_rule_codec, mpe_rule_aac_object_type, mpe_rule_bit_depth,
    mpe_rule_frames_before_header, mpe_rule_no_header_at_end, mpe_rule_media_before_header, mpe_rule_resolution;
/* rules_rate.c: how much of it comes */
mpe_predicate mpe_rule_frame_rate, mpe_rule_video_qualities, mpe_rule_audio_qualities, mpe_rule_measured_bitrate,
    mpe_rule_declared_bitrate, mpe_rule_no_key_frame, mpe_rule_audio_at_one_time;
/* rules_time.c: when it comes */
mpe_predicate mpe_rule_step_back, mpe_rule_step_forward, mpe_rule_composition_offset, mpe_rule_idle, mpe_rule_lead,
    mpe_rule_bytes_without_time, mpe_rule_fault;

#endif
