/*
 * What a channel asks of its sessions: limits, codecs, texts. A policy that a session holds never changes, so that
 * nobody locks to read one; a change of the channel makes the next one, for the sessions that come later.
 */
#ifndef MPE_CHANNEL_POLICY_H
#define MPE_CHANNEL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "limits/limits.h"
#include "mpe.h"
#include "observe/facts.h"

#define MPE_TEXT_COUNT 7

struct mpe_policy {
    struct mpe_limits limits; /* first: who holds these holds the policy */
    int64_t holders;          /* the channel, and sessions; under the channel's mutex */
    int32_t kind;
    char *texts[MPE_TEXT_COUNT]; /* by enum mpe_text - 1; NULL: not set */
};

/* With the defaults of a kind, held once. NULL: no memory. kind is one. */
struct mpe_policy *mpe_policy_new(const struct mpe_mem *mem, int32_t kind);

/* Frees it with its last holder. */
void mpe_policy_release(const struct mpe_mem *mem, struct mpe_policy *policy);

/* *policy becomes one that has no other holder, to be changed: itself, or a copy in its place. false: no memory. */
bool mpe_policy_own(const struct mpe_mem *mem, struct mpe_policy **policy);

/* Sets one of a policy that has no other holder. MPE_OK, MPE_BAD_TEXT, MPE_NO_MEMORY; which is a text. */
mpe_status mpe_policy_set_text(const struct mpe_mem *mem, struct mpe_policy *policy, int32_t which, const char *text);

/* The policy that limits are of. */
const struct mpe_policy *mpe_policy_of(const struct mpe_limits *limits);

const char *mpe_policy_text(const struct mpe_policy *policy, int32_t which); /* NULL: not set */

/* Is this the text (MPE_TEXT_APP, MPE_TEXT_STREAM_NAME) that is expected? NOT_CHECKED: none is. */
enum mpe_match mpe_policy_match_text(const struct mpe_policy *policy, int32_t which, struct mpe_span text);

/* The same for the app of an HTTP ingest URL, which may lack the "live/" of RTMP's. */
enum mpe_match mpe_policy_match_http_app(const struct mpe_policy *policy, struct mpe_span app);

#endif
