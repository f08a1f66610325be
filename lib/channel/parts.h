/* The sums of a channel: which sessions are part of them, and which of these came last. Under the channel's mutex. */
#ifndef MPE_CHANNEL_PARTS_H
#define MPE_CHANNEL_PARTS_H

#include "base/bytes.h"
#include "channel/registry.h"

/* The session publishes this stream name, or its digest, in the place of another; an empty one is none. false: no
 * memory; it has none then. */
bool mpe_parts_name(struct mpe_registry *registry, struct mpe_part *part, struct mpe_span name);

/*
 * Track index now has the quality of key. Silent sessions of the same stream name go; while others of that name may
 * yet prove to be silent, one quality too many is contested, and is_new is false. false: no memory; it has none then.
 */
bool mpe_parts_hold(struct mpe_registry *registry, struct mpe_part *part, uint16_t index,
                    const struct mpe_quality_key *key, int64_t now_us, bool *is_new);

/* What was contested: enum mpe_media of a quality that is too many for certain; MPE_MEDIA_NONE: none, or not yet. */
uint8_t mpe_parts_contest(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us);

/* When the contest is over, if nobody is heard until then. */
int64_t mpe_parts_contest_end_us(struct mpe_registry *registry, const struct mpe_part *part);

/* Track index has these rates now; nothing where the session is out. false: no memory. */
bool mpe_parts_rates(struct mpe_registry *registry, struct mpe_part *part, uint16_t index, int64_t measured_bps,
                     int64_t declared_bps, int64_t now_us);

/* Track index is sent no more. */
void mpe_parts_drop(struct mpe_registry *registry, struct mpe_part *part, uint16_t index);

/* The session is silent: all of it leaves the sums until the next mpe_parts_hold. */
void mpe_parts_out(struct mpe_registry *registry, struct mpe_part *part);

/* It ends. What it had is freed; may be called twice. */
void mpe_parts_leave(struct mpe_registry *registry, struct mpe_part *part);

/* Where a sum is too high for long enough: sessions that are silent go first. */
void mpe_parts_pass_time(struct mpe_registry *registry, int64_t now_us);

/* The limits are these from now on. */
void mpe_parts_limit(struct mpe_registry *registry, const struct mpe_limits *limits);

/* It came to the fleet at this time of the fleet's clock. The sums are to be judged after that. */
void mpe_parts_rank(struct mpe_registry *registry, struct mpe_part *part, int64_t came_us);

/*
 * Parts of other edges change many at a time: of these nothing is judged before mpe_parts_judge. false, of all of them:
 * no memory.
 */
bool mpe_parts_put_name(struct mpe_registry *registry, struct mpe_part *part, struct mpe_span name);

/* It is in the sums, with room for so many tracks. Where it was not, and is not silent, silent ones of its name go. */
bool mpe_parts_enter(struct mpe_registry *registry, struct mpe_part *part, uint16_t tracks, bool is_silent,
                     int64_t now_us);

/* A track of it has this quality (NULL: none) and these rates. */
bool mpe_parts_put(struct mpe_registry *registry, struct mpe_part *part, uint16_t index,
                   const struct mpe_quality_key *key, const struct mpe_entry *rates);

/* It is out of the sums; or it is no more. */
void mpe_parts_take_out(struct mpe_registry *registry, struct mpe_part *part);
void mpe_parts_remove(struct mpe_registry *registry, struct mpe_part *part);

/* Judges the sum; sessions here whose qualities came last, of those that are too many, are contested. */
void mpe_parts_judge(struct mpe_registry *registry, int64_t now_us);

#endif
