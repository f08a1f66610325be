/* What a rule is, and the predicates by theme. Each returns true and fills reason, value and limit when it holds. */
#ifndef MPE_CLASSIFY_RULE_H
#define MPE_CLASSIFY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "classify/finding.h"
#include "limits/limits.h"
#include "observe/facts.h"
#include "observe/health.h"

/* All that a predicate sees. */
struct mpe_evidence {
    const struct mpe_facts *facts;
    const struct mpe_step *step;
    const struct mpe_track_facts *track; /* the step's; never NULL for rules of groups that belong to a track */
    const struct mpe_limits *limits;
    const struct mpe_session_health *health;     /* these two only for rules of conditions and notices; */
    const struct mpe_track_health *track_health; /* of the track */
};

/* finding is filled, by one of the two functions below first, only where the predicate holds. */
typedef bool mpe_predicate(const struct mpe_evidence *evidence, struct mpe_finding *finding);

/* What a finding carries besides its numbers, and how it is said. */
enum mpe_rule_flag {
    MPE_RULE_BYTE = 1,      /* the byte that decided it */
    MPE_RULE_TRACK = 2,     /* the track that it is about */
    MPE_RULE_EACH_TIME = 4, /* each change of its facts is news: another header has a picture of its own */
    MPE_RULE_FATAL = 8,     /* nothing can be read after it */
    MPE_RULE_WORSENS = 16   /* of a condition: while it stands, it may become an error, which is said, too */
};

/*
 * One row of a table of rules, of any class: the class is that of its number. A rule without clears is said once, and
 * stands for ever; one that has it is said again when that holds, and then may be set again. What both leave open keeps
 * what stands: that is its hysteresis.
 */
struct mpe_rule {
    int32_t code;
    uint32_t flags; /* enum mpe_rule_flag */
    mpe_predicate *holds;
    mpe_predicate *clears;
    int32_t fault; /* what stands: rows with the same number are the same fault; 0: that of the finding's reason */
};

/* The rules of one group of facts (enum mpe_fact_group). */
struct mpe_rules {
    const struct mpe_rule *rows;
    uint32_t count;
};

/* By group of facts: a step runs the rules of the groups that it changed, and no other. */
struct mpe_rule_table {
    struct mpe_rules groups[MPE_FACT_GROUPS];
};

/* finding becomes one of this reason, without numbers. Always true, for "return". */
bool mpe_finding_plain(struct mpe_finding *finding, int32_t reason);

/* finding becomes one of this reason, with a measured value and a limit. Always true. */
bool mpe_finding_measured(struct mpe_finding *finding, int32_t reason, int64_t value, int64_t limit);

/* So much of the value is of other edges of a fleet, if there are any. Always true. */
bool mpe_finding_remote(struct mpe_finding *finding, const struct mpe_step *step, int64_t remote_value);

/* rules_access.c: who connects, where to */
mpe_predicate mpe_rule_address, mpe_rule_app, mpe_rule_stream_name, mpe_rule_url_syntax;
/* rules_header.c: what the tracks are */
mpe_predicate mpe_rule_metadata, mpe_rule_metadata_at_end, mpe_rule_codec, mpe_rule_aac_object_type,
    mpe_rule_adts_header, mpe_rule_bit_depth, mpe_rule_frames_before_header, mpe_rule_no_header_at_end,
    mpe_rule_media_before_header, mpe_rule_resolution;
/* rules_rate.c: how much of it comes */
mpe_predicate mpe_rule_frame_rate, mpe_rule_video_qualities, mpe_rule_audio_qualities, mpe_rule_measured_bitrate,
    mpe_rule_declared_bitrate, mpe_rule_no_key_frame, mpe_rule_audio_at_one_time;
/* rules_time.c: when it comes */
mpe_predicate mpe_rule_step_back, mpe_rule_step_forward, mpe_rule_composition_offset, mpe_rule_lead, mpe_rule_fault;
/* rules_life.c: what a session may cost while it gives nothing */
mpe_predicate mpe_rule_idle, mpe_rule_not_admitted, mpe_rule_volume;

#endif
