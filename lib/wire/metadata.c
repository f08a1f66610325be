/* Reads stream metadata: finds onMetaData in a data message, and what it declares. */
#include "wire/metadata.h"

#include <string.h>

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

/* The properties that count. */
enum property { VIDEO_RATE, AUDIO_RATE, FRAME_RATE, VIDEO_CODEC, AUDIO_CODEC };

static const struct {
    const char *name;
    enum property property;
} properties[] = {
    {"videodatarate", VIDEO_RATE}, {"audiodatarate", AUDIO_RATE}, {"framerate", FRAME_RATE},
    {"fps", FRAME_RATE},           {"videocodecid", VIDEO_CODEC}, {"audiocodecid", AUDIO_CODEC},
};

#define PROPERTIES    (sizeof(properties) / sizeof(properties[0]))
#define SHORTEST_NAME (sizeof("fps") - 1)
#define LONGEST_NAME  (sizeof("videodatarate") - 1)

static void read_property(const struct mpe_amf0_token *token, enum property property, struct mpe_declared *declared)
{
    switch (property) {
    case VIDEO_RATE:
        declared->video_bps = thousandfold(token, MAX_DECLARED_KBPS);
        break;
    case AUDIO_RATE:
        declared->audio_bps = thousandfold(token, MAX_DECLARED_KBPS);
        break;
    case FRAME_RATE:
        declared->frame_rate_mfps = (int32_t)thousandfold(token, MAX_DECLARED_FPS);
        break;
    case VIDEO_CODEC:
        declared->has_video = names_codec(token);
        break;
    case AUDIO_CODEC:
        declared->has_audio = names_codec(token);
        break;
    }
}

static void read_if_it_counts(const struct mpe_amf0_token *token, struct mpe_declared *declared)
{
    for (size_t i = 0; i < PROPERTIES; i++) {
        if (mpe_amf0_text_is(token->key, properties[i].name))
            read_property(token, properties[i].property, declared);
    }
}

/* --------------------------------------------------- values that cannot be read */

static bool begins_with(const struct mpe_cursor *in, const void *bytes, size_t len)
{
    return mpe_cursor_left(in) >= len && memcmp(in->at, bytes, len) == 0;
}

/* Whether a key of AMF0 that counts stands here: a length of 2 bytes, and the name. */
static bool begins_with_property(const struct mpe_cursor *in)
{
    const size_t len = mpe_cursor_left(in) >= 2 ? mpe_load_be16(in->at) : 0;
    if (len < SHORTEST_NAME || len > LONGEST_NAME) /* long metadata is looked through byte by byte */
        return false;
    const struct mpe_cursor name = {in->at + 2, in->end};
    for (size_t i = 0; i < PROPERTIES; i++) {
        if (len == strlen(properties[i].name) && begins_with(&name, properties[i].name, len))
            return true;
    }
    return false;
}

static bool begins_with_on_metadata(const struct mpe_cursor *in)
{
    static const char value[] = "\x02\x00\x0aonMetaData"; /* a string of AMF0 */
    return begins_with(in, value, sizeof(value) - 1);
}

/* Goes on at the next name that counts, where a value could not be read. false: there is none. */
static bool resume(struct mpe_amf0 *amf, bool in_object)
{
    if (amf->status == MPE_AMF0_AT_END)
        return false;
    for (struct mpe_cursor in = amf->in; in.at < in.end; in.at++) {
        if (in_object ? begins_with_property(&in) : begins_with_on_metadata(&in)) {
            mpe_amf0_resume(amf, in.at, in_object);
            return true;
        }
    }
    return false;
}

/* -------------------------------------------------------------------- messages */

/* Reads up to the name onMetaData, be it the first value, after @setDataFrame, or after values of any type. */
static bool reach_on_metadata(struct mpe_amf0 *amf)
{
    struct mpe_amf0_token token;
    do {
        while (mpe_amf0_next(amf, &token)) {
            if (token.depth == 0 && token.type == MPE_AMF0_STRING && mpe_amf0_text_is(token.text, "onMetaData"))
                return true;
        }
    } while (resume(amf, false));
    return false;
}

static void read_properties(struct mpe_amf0 *amf, struct mpe_declared *declared)
{
    struct mpe_amf0_token token;
    while (mpe_amf0_next(amf, &token)) {
        if (token.depth == 1)
            read_if_it_counts(&token, declared);
    }
}

static bool read_body(struct mpe_span body, struct mpe_declared *declared)
{
    struct mpe_amf0 amf;
    mpe_amf0_begin(&amf, body);
    if (!reach_on_metadata(&amf))
        return false;
    *declared = (struct mpe_declared){0};
    do
        read_properties(&amf, declared);
    while (resume(&amf, true));
    return true;
}

void mpe_metadata_read_more(struct mpe_span part, struct mpe_declared *declared)
{
    struct mpe_amf0 amf;
    mpe_amf0_begin(&amf, part);
    while (resume(&amf, true))
        read_properties(&amf, declared);
}

/* AMF3 data messages (type 15) carry AMF0 after a format byte of 0, which is also the marker of an AMF0 number. */
bool mpe_metadata_read(struct mpe_span body, struct mpe_declared *declared)
{
    if (read_body(body, declared))
        return true;
    if (body.len == 0 || body.bytes[0] != 0)
        return false;
    return read_body((struct mpe_span){body.bytes + 1, body.len - 1}, declared);
}
