/* Findings in words. */
#include <stdbool.h>
#include <string.h>

#include "codes/codec.h"
#include "codes/codes.h"
#include "notify/notify.h"
#include "notify/text.h"

enum { MICROSECONDS = 1000000 };

static const char *media_word(int32_t media)
{
    return media == MPE_MEDIA_AUDIO ? "audio" : media == MPE_MEDIA_VIDEO ? "video" : "media";
}

/* 2 digits after the point, 3 for rates below 1 Mbit/s. */
static void put_mbps(struct mpe_text_out *out, int64_t bps)
{
    mpe_text_decimal(out, bps, 1000000, bps > -1000000 && bps < 1000000 ? 3 : 2);
}

/* A FourCC that is in no table was chosen by the encoder: what is not plain text is shown as a number. */
static void put_fourcc(struct mpe_text_out *out, uint32_t fourcc)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.- ";
    static const char hex[] = "0123456789abcdef";
    char text[4], digits[8];
    bool is_plain = true;
    for (int i = 0; i < 4; i++) {
        text[i] = (char)(fourcc >> (24 - 8 * i) & 0xff);
        is_plain = is_plain && memchr(plain, text[i], sizeof(plain) - 1);
    }
    for (int i = 0; i < 8; i++)
        digits[i] = hex[fourcc >> (28 - 4 * i) & 15];
    mpe_text_string(out, is_plain ? "'" : "0x");
    mpe_text_bytes(out, is_plain ? text : digits, is_plain ? sizeof(text) : sizeof(digits));
    mpe_text_string(out, is_plain ? "'" : "");
}

static void put_codec(struct mpe_text_out *out, const struct mpe_finding *finding)
{
    if (finding->codec == MPE_CODEC_OTHER && finding->fourcc != 0)
        put_fourcc(out, finding->fourcc);
    else
        mpe_text_string(out, mpe_codec_row(finding->codec)->name);
}

/* In what two pushes of a stream differ. */
static void put_differences(struct mpe_text_out *out, int64_t bits)
{
    static const char *const words[] = {"codec",      "profile",          "picture size",
                                        "frame rate", "declared bitrate", "key-frame interval",
                                        "sound",      "interlacing",      "declared audio bitrate"};
    const char *before = "";
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((bits >> i & 1) == 0)
            continue;
        mpe_text_string(out, before);
        mpe_text_string(out, words[i]);
        before = ", ";
    }
}

/* Placeholders: see codes/reasons.def. */
static void put_placeholder(struct mpe_text_out *out, char name, const struct mpe_finding *finding)
{
    if (name == 'v')
        mpe_text_int(out, finding->value);
    else if (name == 'l')
        mpe_text_int(out, finding->limit);
    else if (name == 'w')
        mpe_text_int(out, finding->width_px);
    else if (name == 'h')
        mpe_text_int(out, finding->height_px);
    else if (name == 'c')
        put_codec(out, finding);
    else if (name == 'm')
        mpe_text_string(out, media_word(finding->media));
    else if (name == 't')
        mpe_text_string(out, finding->what ? finding->what : mpe_code_title(finding->code));
    else if (name == 's' || name == 'S')
        mpe_text_decimal(out, name == 's' ? finding->value : finding->limit, MICROSECONDS, 3);
    else if (name == 'f' || name == 'F')
        mpe_text_decimal(out, name == 'f' ? finding->value : finding->limit, 1000, 3);
    else if (name == 'd')
        put_differences(out, finding->value);
    else if (name == 'b' || name == 'B')
        put_mbps(out, name == 'b' ? finding->value : finding->limit);
}

static void put_sentence(struct mpe_text_out *out, const char *sentence, const struct mpe_finding *finding)
{
    const char *from = sentence;
    const char *at;
    while ((at = strchr(from, '%')) && at[1] != '\0') {
        mpe_text_bytes(out, from, (size_t)(at - from));
        put_placeholder(out, at[1], finding);
        from = at + 2;
    }
    mpe_text_string(out, from);
}

/* How much of the value other edges brought, and how old that is. */
static void put_remote(struct mpe_text_out *out, const struct mpe_finding *finding, const char *unit)
{
    const bool is_rate = strcmp(unit, "bps") == 0;
    if ((finding->flags & MPE_ERROR_HAS_REMOTE) == 0)
        return;
    mpe_text_string(out, "; ");
    if (is_rate)
        put_mbps(out, finding->remote_value);
    else
        mpe_text_int(out, finding->remote_value);
    mpe_text_string(out, is_rate ? " Mbit/s of it on " : " of them on ");
    mpe_text_int(out, finding->edges);
    mpe_text_string(out, finding->edges == 1 ? " other edge, as of " : " other edges, as of ");
    mpe_text_decimal(out, finding->remote_age_us, MICROSECONDS, 3);
    mpe_text_string(out, " s ago");
}

void mpe_message_put(struct mpe_text_out *out, const struct mpe_finding *finding)
{
    const struct mpe_reason_row *const row = mpe_reason_row(finding->reason);
    put_sentence(out, row ? row->sentence : "%t", finding);
    put_remote(out, finding, row ? row->unit : "");
    if (out->text[0] >= 'a' && out->text[0] <= 'z')
        out->text[0] = (char)(out->text[0] - 'a' + 'A');
    if (out->len > 0 && out->text[out->len - 1] != '.')
        mpe_text_string(out, ".");
    const char *const remedy = mpe_remedy_of(finding->code, finding->reason);
    mpe_text_string(out, remedy[0] != '\0' ? " " : "");
    mpe_text_string(out, remedy);
}

void mpe_error_of_finding(mpe_error *error, const struct mpe_finding *finding)
{
    const struct mpe_reason_row *row = mpe_reason_row(finding->reason);
    *error = (mpe_error){
        .struct_size = sizeof(*error),
        .code = finding->code,
        .event = mpe_class_event(finding->class),
        .reason = finding->reason,
        .track = finding->track,
        .media = finding->media,
        .flags = finding->flags,
        .fourcc = finding->fourcc,
        .value = finding->value,
        .limit = finding->limit,
        .offset_bytes = finding->offset_bytes,
        .media_us = finding->media_us,
        .now_us = finding->now_us,
        .remote_value = finding->remote_value,
        .remote_age_us = finding->remote_age_us,
        .edges = finding->edges,
    };
    struct mpe_text_out unit = mpe_text_begin(error->unit, sizeof(error->unit));
    if (row && finding->flags & (MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT))
        mpe_text_string(&unit, row->unit);
    struct mpe_text_out message = mpe_text_begin(error->message, sizeof(error->message));
    mpe_message_put(&message, finding);
}
