/* A channel as its sessions see it. Every function here may be called from any thread. */
#ifndef MPE_CHANNEL_CHANNEL_H
#define MPE_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "channel/address.h"
#include "channel/registry.h"
#include "channel/totals.h"
#include "limits/limits.h"
#include "mpe.h"
#include "observe/facts.h"

/* A session opens: the channel lives until as many released it, and its limits are fixed from now on. */
void mpe_channel_retain(mpe_channel *channel);
void mpe_channel_release(mpe_channel *channel);

/* Fixed once a session was made: no lock. */
const struct mpe_mem *mpe_channel_mem(const mpe_channel *channel);
const struct mpe_limits *mpe_channel_limits(const mpe_channel *channel);
int32_t mpe_channel_kind_of(const mpe_channel *channel);
const char *mpe_channel_text(const mpe_channel *channel, int32_t which); /* NULL: not set */

/* A number that tells sessions of this channel apart, from 1. */
uint64_t mpe_channel_next_serial(mpe_channel *channel);

/* May this peer connect? MPE_MATCH_YES, NO, MISSING (a list is set and the peer is not known), NOT_CHECKED (no list).
 */
enum mpe_match mpe_channel_match_peer(mpe_channel *channel, const struct mpe_peer *peer);

/* Is this the text (MPE_TEXT_APP, MPE_TEXT_STREAM_NAME) that the channel expects? NOT_CHECKED: it expects none. */
enum mpe_match mpe_channel_match_text(const mpe_channel *channel, int32_t which, struct mpe_span text);

/* The same for the app of an HTTP ingest URL, which may lack the "live/" of RTMP's. */
enum mpe_match mpe_channel_match_http_app(const mpe_channel *channel, struct mpe_span app);

/* Takes a session id; see mpe_registry_join. */
struct mpe_member *mpe_channel_join(mpe_channel *channel, const char *id, bool *taken);
void mpe_channel_leave(mpe_channel *channel, struct mpe_member *member);

/*
 * A track now has the quality of key: releases the quality it held (*held, may be NULL) and holds this one. totals
 * receives the channel's sums after that; *is_new: the new one made them more. false: no memory; *held is NULL then.
 */
bool mpe_channel_hold_quality(mpe_channel *channel, const struct mpe_quality_key *key, struct mpe_quality **held,
                              struct mpe_totals *totals, bool *is_new);
void mpe_channel_release_quality(mpe_channel *channel, struct mpe_quality *held);

/* How far a track of fragmented MP4 is; how far the last one of this key and track id was, false: none is known. */
void mpe_channel_note_sent(mpe_channel *channel, const struct mpe_sent *sent);
bool mpe_channel_find_sent(mpe_channel *channel, const struct mpe_quality_key *key, int64_t track_id,
                           struct mpe_sent *sent);

/* Adds to the sums of rates; totals receives them, NULL: nobody asks. */
void mpe_channel_add_rates(mpe_channel *channel, int64_t measured_bps, int64_t declared_bps, struct mpe_totals *totals);

#endif
