/* Digests under a key, by HMAC-SHA-256 of libavutil. */
#include "channel/digest.h"

#include <string.h>

#include <libavutil/hmac.h>

#define SHA256_BYTES 32

bool mpe_digester_begin(struct mpe_digester *digester, const uint8_t key[MPE_KEY_BYTES], struct mpe_span name)
{
    digester->hmac = av_hmac_alloc(AV_HMAC_SHA256);
    if (digester->hmac == NULL)
        return false;
    av_hmac_calc(digester->hmac, name.bytes, (unsigned)name.len, key, MPE_KEY_BYTES, digester->key, SHA256_BYTES);
    return true;
}

void mpe_digester_end(struct mpe_digester *digester)
{
    av_hmac_free(digester->hmac);
    digester->hmac = NULL;
}

struct mpe_digest mpe_digest_of(const struct mpe_digester *digester, enum mpe_digest_kind kind, struct mpe_span of)
{
    const uint8_t first = (uint8_t)kind;
    struct mpe_digest digest;
    uint8_t whole[SHA256_BYTES];
    av_hmac_init(digester->hmac, digester->key, MPE_KEY_BYTES);
    av_hmac_update(digester->hmac, &first, sizeof(first));
    av_hmac_update(digester->hmac, of.bytes, (unsigned)of.len);
    av_hmac_final(digester->hmac, whole, sizeof(whole));
    memcpy(digest.bytes, whole, sizeof(digest.bytes));
    return digest;
}

bool mpe_digest_is(const struct mpe_digest *digest, const uint8_t bytes[MPE_DIGEST_BYTES])
{
    unsigned difference = 0;
    for (int i = 0; i < MPE_DIGEST_BYTES; i++)
        difference |= (unsigned)(digest->bytes[i] ^ bytes[i]);
    return difference == 0;
}
