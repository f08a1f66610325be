/* The texts of a policy that name codecs, and those of the kinds of channels. */
#include "channel/codecs.h"

#include <string.h>

#include "base/bytes.h"
#include "codes/codec.h"
#include "mpe.h"

#define SEPARATORS " \t,"

static const struct {
    const char *video;
    const char *audio;
} of_kinds[] = {
    [MPE_ENCODING] = {"avc1", "mp4a"},
    [MPE_PASS_THROUGH_BASIC] = {"avc1 fmp4:hvc1", "mp4a"},
    [MPE_PASS_THROUGH_STANDARD] = {"avc1 fmp4:hvc1", "mp4a"},
    [MPE_OPEN] = {"*", "*"},
};

static const struct {
    const char *text;
    int32_t protocol;
} prefixes[] = {{"rtmp:", MPE_PROTOCOL_RTMP}, {"flv:", MPE_PROTOCOL_FLV}, {"fmp4:", MPE_PROTOCOL_FMP4}};

_Static_assert(MPE_PROTOCOL_FMP4 < MPE_LIMITS_PROTOCOLS, "every protocol has its codecs");

const char *mpe_codecs_of_kind(int32_t kind, bool is_audio)
{
    return is_audio ? of_kinds[kind].audio : of_kinds[kind].video;
}

static uint32_t bit_of(int32_t codec)
{
    return UINT32_C(1) << codec;
}

static uint32_t all_of(bool is_audio)
{
    uint32_t bits = 0;
    for (int32_t codec = MPE_CODEC_OTHER + 1; codec < MPE_CODEC_COUNT; codec++) {
        if (mpe_codec_row(codec)->is_audio == is_audio)
            bits |= bit_of(codec);
    }
    return bits;
}

/* Takes the prefix off a word. The one protocol that it names, or MPE_PROTOCOL_AUTO: all of them. */
static int32_t cut_protocol(struct mpe_span *word)
{
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        const size_t len = strlen(prefixes[i].text);
        if (word->len < len || memcmp(word->bytes, prefixes[i].text, len) != 0)
            continue;
        *word = (struct mpe_span){word->bytes + len, word->len - len};
        return prefixes[i].protocol;
    }
    return MPE_PROTOCOL_AUTO;
}

/* 0: it names no codec of this media. */
static uint32_t bits_of_word(struct mpe_span word, bool is_audio)
{
    const uint8_t *const at = word.bytes;
    if (word.len == 1 && at[0] == '*')
        return all_of(is_audio);
    return word.len == 4 ? bit_of(mpe_codec_by_alias(MPE_FOURCC(at[0], at[1], at[2], at[3]))) & all_of(is_audio) : 0;
}

/* Adds what a word names to the codecs of its protocols. */
static bool add_word(uint32_t codecs[MPE_LIMITS_PROTOCOLS], struct mpe_span word, bool is_audio)
{
    const int32_t only = cut_protocol(&word);
    const uint32_t bits = bits_of_word(word, is_audio);
    for (int32_t protocol = 0; protocol < MPE_LIMITS_PROTOCOLS; protocol++) {
        if (only == MPE_PROTOCOL_AUTO || only == protocol)
            codecs[protocol] |= bits;
    }
    return bits != 0;
}

bool mpe_codecs_parse(struct mpe_limits *limits, bool is_audio, const char *text)
{
    uint32_t codecs[MPE_LIMITS_PROTOCOLS];
    for (int32_t protocol = 0; protocol < MPE_LIMITS_PROTOCOLS; protocol++)
        codecs[protocol] = limits->codecs[protocol] & ~all_of(is_audio);
    const char *at = text + strspn(text, SEPARATORS);
    if (*at == '\0')
        return false;
    while (*at != '\0') {
        const struct mpe_span word = {(const uint8_t *)at, strcspn(at, SEPARATORS)};
        if (!add_word(codecs, word, is_audio))
            return false;
        at += word.len;
        at += strspn(at, SEPARATORS);
    }
    memcpy(limits->codecs, codecs, sizeof(codecs));
    return true;
}
