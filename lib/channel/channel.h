/* A channel as its sessions see it. Every function here may be called from any thread. */
#ifndef MPE_CHANNEL_CHANNEL_H
#define MPE_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "channel/address.h"
#include "channel/part.h"
#include "channel/policy.h"
#include "channel/registry.h"
#include "mpe.h"
#include "observe/facts.h"
#include "observe/totals.h"

/* The channel lives until as many released it. */
void mpe_channel_retain(mpe_channel *channel);
void mpe_channel_release(mpe_channel *channel);

/* Fixed: no lock. */
const struct mpe_mem *mpe_channel_mem(const mpe_channel *channel);
int32_t mpe_channel_kind_of(const mpe_channel *channel);

/* A session opens, or is bound: what the channel asks of it, as it is now, for as long as the session holds it. */
const struct mpe_policy *mpe_channel_hold_policy(mpe_channel *channel);
void mpe_channel_release_policy(mpe_channel *channel, const struct mpe_policy *policy);

/* A number that distinguishes the sessions of this channel, from 1. */
uint64_t mpe_channel_next_serial(mpe_channel *channel);

/* May this peer connect? MPE_MATCH_YES, NO, MISSING (a list is set and the peer is not known), NOT_CHECKED (no list).
 */
enum mpe_match mpe_channel_match_peer(mpe_channel *channel, const struct mpe_peer *peer);

/* Takes a session id; see mpe_registry_join. */
bool mpe_channel_join(mpe_channel *channel, const char *id, bool *taken);
void mpe_channel_leave(mpe_channel *channel, const char *id);

/* The session of an id that was taken: it is signalled where another edge had the id before. */
void mpe_channel_own(mpe_channel *channel, const char *id, struct mpe_part *part);

/* How far a track of fragmented MP4 is; how far the last one of this key and track id was, false: none is known. */
void mpe_channel_note_sent(mpe_channel *channel, const struct mpe_sent *sent);
bool mpe_channel_find_sent(mpe_channel *channel, const struct mpe_quality_key *key, int64_t track_id,
                           struct mpe_sent *sent);

/* What a session publishes, holds and measures; see channel/parts.h. totals receives the sums after that. */
bool mpe_channel_name(mpe_channel *channel, struct mpe_part *part, struct mpe_span name);
bool mpe_channel_hold(mpe_channel *channel, struct mpe_part *part, uint16_t index, const struct mpe_quality_key *key,
                      int64_t now_us, bool *is_new, struct mpe_totals *totals);
bool mpe_channel_rates(mpe_channel *channel, struct mpe_part *part, uint16_t index, const struct mpe_entry *rates,
                       int64_t now_us, struct mpe_totals *totals);
void mpe_channel_drop(mpe_channel *channel, struct mpe_part *part, uint16_t index);
void mpe_channel_part_out(mpe_channel *channel, struct mpe_part *part);
void mpe_channel_part_leave(mpe_channel *channel, struct mpe_part *part);

/* Time passes for a session that has signals. The media of one quality too many, or MPE_MEDIA_NONE. */
uint8_t mpe_channel_pass_time(mpe_channel *channel, struct mpe_part *part, int64_t now_us, struct mpe_totals *totals);

/* When that is to be done next. */
int64_t mpe_channel_due_us(mpe_channel *channel, const struct mpe_part *part);

#endif
