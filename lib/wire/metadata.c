#include "wire/metadata.h"

#include "wire/amf0.h"

/* Declared rates above these are nonsense (1 Tbit/s, 1000000 fps); they are taken as not declared. */
#define MAX_DECLARED_KBPS 1e9
#define MAX_DECLARED_FPS  1e6

/* 0: not a positive number of that size. Written so that NaN fails, too. */
static int64_t thousandfold(const struct mpe_amf0_token *token, double max)
{
    if (token->type != MPE_AMF0_NUMBER || !(token->number > 0 && token->number <= max))
        return 0;
    return (int64_t)(token->number * 1000 + 0.5);
}

/* Codec ids come as FLV's number, as a FourCC in a number, or as a name. */
static bool names_codec(const struct mpe_amf0_token *token)
{
    return token->type == MPE_AMF0_NUMBER || (token->type == MPE_AMF0_STRING && token->text.len != 0);
}

static void read_property(const struct mpe_amf0_token *token, struct mpe_declared *declared)
{
    if (mpe_amf0_text_is(token->key, "videodatarate"))
        declared->video_bps = thousandfold(token, MAX_DECLARED_KBPS);
    else if (mpe_amf0_text_is(token->key, "audiodatarate"))
        declared->audio_bps = thousandfold(token, MAX_DECLARED_KBPS);
    else if (mpe_amf0_text_is(token->key, "framerate") || mpe_amf0_text_is(token->key, "fps"))
        declared->frame_rate_mfps = (int32_t)thousandfold(token, MAX_DECLARED_FPS);
    else if (mpe_amf0_text_is(token->key, "videocodecid"))
        declared->has_video = names_codec(token);
    else if (mpe_amf0_text_is(token->key, "audiocodecid"))
        declared->has_audio = names_codec(token);
}

/* AMF3 data messages (type 15) carry AMF0 behind a format byte of 0; no AMF0 name begins with a number's marker. */
static struct mpe_span without_format_byte(struct mpe_span body)
{
    if (body.len != 0 && body.bytes[0] == 0)
        return (struct mpe_span){body.bytes + 1, body.len - 1};
    return body;
}

static bool is_set_data_frame(struct mpe_span name)
{
    return mpe_amf0_text_is(name, "@setDataFrame") || mpe_amf0_text_is(name, "setDataFrame");
}

bool mpe_metadata_read(struct mpe_span body, struct mpe_declared *declared)
{
    struct mpe_amf0 amf;
    struct mpe_amf0_token token;
    mpe_amf0_begin(&amf, without_format_byte(body));

    bool more = mpe_amf0_next(&amf, &token) && token.type == MPE_AMF0_STRING;
    if (more && is_set_data_frame(token.text))
        more = mpe_amf0_next(&amf, &token) && token.type == MPE_AMF0_STRING;
    if (!more || !mpe_amf0_text_is(token.text, "onMetaData"))
        return false;

    *declared = (struct mpe_declared){0};
    while (mpe_amf0_next(&amf, &token)) {
        if (token.depth == 1)
            read_property(&token, declared);
    }
    return true;
}
