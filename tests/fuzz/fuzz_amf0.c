/* AMF0: the reader, and the two that use it: commands and metadata. */
#include <string.h>

#include "fuzz.h"
#include "wire/amf0.h"
#include "wire/metadata.h"
#include "wire/rtmp/command.h"

static int is_inside(struct mpe_span span, const uint8_t *bytes, size_t len)
{
    return span.len == 0 || (span.bytes >= bytes && span.len <= len && span.bytes + span.len <= bytes + len);
}

static void check_token(const struct mpe_amf0_token *token, uint32_t depth, const uint8_t *bytes, size_t len)
{
    PROMISE(token->type <= MPE_AMF0_END, "%d", (int)token->type);
    PROMISE(token->depth == depth && depth <= MPE_AMF0_MAX_DEPTH, "depth %u, told %u", depth, token->depth);
    PROMISE(is_inside(token->key, bytes, len) && is_inside(token->text, bytes, len), "a span leaves the input");
    PROMISE(token->type != MPE_AMF0_BOOLEAN || token->number == 0 || token->number == 1, "%g", token->number);
}

static void check_tokens(const uint8_t *bytes, size_t len)
{
    struct mpe_amf0 amf;
    struct mpe_amf0_token token;
    uint32_t depth = 0;
    size_t count = 0;

    mpe_amf0_begin(&amf, (struct mpe_span){bytes, len});
    while (mpe_amf0_next(&amf, &token)) {
        if (token.type == MPE_AMF0_END) {
            PROMISE(depth > 0, "an end without a beginning");
            depth--;
        }
        check_token(&token, depth, bytes, len);
        depth += token.type == MPE_AMF0_BEGIN;
        /* A value takes a byte; an end may take none, and comes once for each beginning. */
        PROMISE(++count <= 2 * len, "%zu tokens of %zu bytes", count, len);
    }
    PROMISE(amf.status != MPE_AMF0_OK, "it ended without a reason");
    PROMISE(!mpe_amf0_next(&amf, &token), "a token after the end");
}

static void check_readers(const uint8_t *bytes, size_t len)
{
    struct mpe_declared declared = {0};
    struct mpe_command command;

    if (mpe_metadata_read((struct mpe_span){bytes, len}, &declared)) {
        PROMISE(declared.video_bps >= 0 && declared.audio_bps >= 0 && declared.frame_rate_mfps >= 0, "%lld %lld %lld",
                (long long)declared.video_bps, (long long)declared.audio_bps, (long long)declared.frame_rate_mfps);
    }
    if (len == 0)
        return;
    command = mpe_command_read((struct mpe_span){bytes, len});
    PROMISE(command.kind <= MPE_COMMAND_BROKEN, "%d", (int)command.kind);
    PROMISE(is_inside(command.name, bytes, len) && is_inside(command.url, bytes, len), "a span leaves the input");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_tokens(data, size);
    check_readers(data, size);
    return 0;
}
