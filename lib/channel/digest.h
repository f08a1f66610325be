/* Digests under a key: what stands for a name where the name itself must not be seen. HMAC-SHA-256 of libavutil. */
#ifndef MPE_CHANNEL_DIGEST_H
#define MPE_CHANNEL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define MPE_KEY_BYTES    32
#define MPE_DIGEST_BYTES 16 /* the first half of SHA-256 */

struct AVHMAC;

struct mpe_digester {
    struct AVHMAC *hmac;
    uint8_t key[MPE_KEY_BYTES];
};

/* What a digest is of: one of the same bytes is another. */
enum mpe_digest_kind { MPE_DIGEST_NAME = 1, MPE_DIGEST_SESSION_ID = 2, MPE_DIGEST_QUALITY = 3, MPE_DIGEST_SHARE = 4 };

struct mpe_digest {
    uint8_t bytes[MPE_DIGEST_BYTES];
};

/* With a key of its own, for what is called name, from key. false: no memory. */
bool mpe_digester_begin(struct mpe_digester *digester, const uint8_t key[MPE_KEY_BYTES], struct mpe_span name);

void mpe_digester_end(struct mpe_digester *digester);

struct mpe_digest mpe_digest_of(const struct mpe_digester *digester, enum mpe_digest_kind kind, struct mpe_span of);

/* In constant time. */
bool mpe_digest_is(const struct mpe_digest *digest, const uint8_t bytes[MPE_DIGEST_BYTES]);

#endif
