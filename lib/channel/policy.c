/* What a channel asks of its sessions: limits, codecs, texts. */
#include "channel/policy.h"

#include <string.h>

#include "channel/bitrates.h"
#include "channel/codecs.h"
#include "channel/name.h"

struct mpe_policy *mpe_policy_new(const struct mpe_mem *mem, int32_t kind)
{
    struct mpe_policy *const policy = mpe_mem_new(mem, sizeof(*policy));
    if (policy == NULL)
        return NULL;
    policy->holders = 1;
    policy->kind = kind;
    mpe_limits_of_kind(&policy->limits, kind);
    mpe_codecs_parse(&policy->limits, false, mpe_codecs_of_kind(kind, false));
    mpe_codecs_parse(&policy->limits, true, mpe_codecs_of_kind(kind, true));
    return policy;
}

void mpe_policy_release(const struct mpe_mem *mem, struct mpe_policy *policy)
{
    if (--policy->holders > 0)
        return;
    for (size_t i = 0; i < MPE_TEXT_COUNT; i++)
        mpe_mem_free(mem, policy->texts[i]);
    mpe_mem_free(mem, policy);
}

/* *copy is NULL for no text. false: no memory. */
static bool copy_text(const struct mpe_mem *mem, const char *text, char **copy)
{
    const size_t size = text != NULL ? strlen(text) + 1 : 1;
    *copy = NULL;
    if (size == 1)
        return true;
    *copy = mpe_mem_new(mem, size);
    if (*copy == NULL)
        return false;
    memcpy(*copy, text, size);
    return true;
}

bool mpe_policy_own(const struct mpe_mem *mem, struct mpe_policy **policy)
{
    struct mpe_policy *const old = *policy;
    if (old->holders == 1)
        return true;
    struct mpe_policy *const copy = mpe_mem_new(mem, sizeof(*copy));
    if (copy == NULL)
        return false;
    copy->holders = 1;
    copy->kind = old->kind;
    copy->limits = old->limits;
    for (size_t i = 0; i < MPE_TEXT_COUNT; i++) {
        if (!copy_text(mem, old->texts[i], &copy->texts[i])) {
            mpe_policy_release(mem, copy);
            return false;
        }
    }
    mpe_policy_release(mem, old);
    *policy = copy;
    return true;
}

static bool set_codecs(struct mpe_policy *policy, bool is_audio, const char *text)
{
    return mpe_codecs_parse(&policy->limits, is_audio,
                            text[0] != '\0' ? text : mpe_codecs_of_kind(policy->kind, is_audio));
}

/* What a text says for the limits. false: it is not such a text. */
static bool take_text(struct mpe_policy *policy, int32_t which, const char *text)
{
    if (which == MPE_TEXT_VIDEO_CODECS || which == MPE_TEXT_AUDIO_CODECS)
        return set_codecs(policy, which == MPE_TEXT_AUDIO_CODECS, text);
    return which != MPE_TEXT_MIN_VIDEO_BITRATES || mpe_bitrates_parse(&policy->limits, text);
}

mpe_status mpe_policy_set_text(const struct mpe_mem *mem, struct mpe_policy *policy, int32_t which, const char *text)
{
    char *copy;
    if (text != NULL && strlen(text) >= MPE_NAME_BYTES)
        return MPE_BAD_TEXT;
    if (!copy_text(mem, text, &copy))
        return MPE_NO_MEMORY;
    if (!take_text(policy, which, text != NULL ? text : "")) {
        mpe_mem_free(mem, copy);
        return MPE_BAD_TEXT;
    }
    mpe_mem_free(mem, policy->texts[which - 1]);
    policy->texts[which - 1] = copy;
    return MPE_OK;
}

const struct mpe_policy *mpe_policy_of(const struct mpe_limits *limits)
{
    return (const struct mpe_policy *)(const void *)limits;
}

const char *mpe_policy_text(const struct mpe_policy *policy, int32_t which)
{
    return policy->texts[which - 1];
}

enum mpe_match mpe_policy_match_text(const struct mpe_policy *policy, int32_t which, struct mpe_span text)
{
    const char *const expected = mpe_policy_text(policy, which);
    struct mpe_name a, b;
    if (expected == NULL)
        return MPE_MATCH_NOT_CHECKED;
    if (!mpe_name_normalise(&a, (struct mpe_span){(const uint8_t *)expected, strlen(expected)}) ||
        !mpe_name_normalise(&b, text))
        return MPE_MATCH_NO;
    return mpe_name_equal(&a, &b) ? MPE_MATCH_YES : MPE_MATCH_NO;
}

enum mpe_match mpe_policy_match_http_app(const struct mpe_policy *policy, struct mpe_span app)
{
    static const char prefix[] = "live/";
    uint8_t with_prefix[MPE_NAME_BYTES];
    const struct mpe_span longer = {with_prefix, sizeof(prefix) - 1 + app.len};
    const enum mpe_match match = mpe_policy_match_text(policy, MPE_TEXT_APP, app);
    if (match != MPE_MATCH_NO || longer.len > sizeof(with_prefix))
        return match;
    memcpy(with_prefix, prefix, sizeof(prefix) - 1);
    if (app.len > 0)
        memcpy(with_prefix + sizeof(prefix) - 1, app.bytes, app.len);
    return mpe_policy_match_text(policy, MPE_TEXT_APP, longer);
}
