/* Decodes AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1. */
#include "probe/aac.h"

#include "probe/bits.h"

/* Audio object types, ISO/IEC 14496-3 table 1.17. */
enum {
    AOT_AAC_LC = 2,
    AOT_SBR = 5,
    AOT_AAC_SCALABLE = 6,
    AOT_ER_AAC_SCALABLE = 20,
    AOT_ER_BSAC = 22,
    AOT_PS = 29,
    AOT_ESCAPE = 31
};

enum { SYNC_SBR = 0x2b7, SYNC_PS = 0x548, RATE_EXPLICIT = 15 };

struct aac_config {
    uint32_t object_type; /* of the core coder */
    uint32_t sample_rate_hz;
    uint32_t channel_config;
    uint32_t channels;
    uint32_t extension_rate_hz;
    bool sbr;
    bool ps;
};

static uint32_t read_object_type(struct mpe_bits *bits)
{
    uint32_t type = mpe_bits_read(bits, 5);
    return type == AOT_ESCAPE ? 32 + mpe_bits_read(bits, 6) : type;
}

/* 0: a reserved index. */
static uint32_t read_sample_rate(struct mpe_bits *bits)
{
    static const uint32_t rates[16] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                       22050, 16000, 12000, 11025, 8000,  7350};
    uint32_t index = mpe_bits_read(bits, 4);
    return index == RATE_EXPLICIT ? mpe_bits_read(bits, 24) : rates[index];
}

static uint32_t count_channels(struct mpe_bits *bits, uint32_t elements)
{
    uint32_t channels = 0;
    for (; elements > 0; elements--) {
        channels += 1 + mpe_bits_read(bits, 1); /* a pair or a single channel */
        mpe_bits_read(bits, 4);
    }
    return channels;
}

static void skip_flagged(struct mpe_bits *bits, unsigned count)
{
    if (mpe_bits_read(bits, 1))
        mpe_bits_read(bits, count);
}

/*
 * program_config_element, 4.4.1.1: the channels where channel_config is 0. 0: cut short.
 *
 *  4 tag | 2 object type | 4 rate | 4 front | 4 side | 4 back | 2 lfe | 3 data | 4 coupling | 3 mixdowns | elements
 */
static uint32_t read_program_config(struct mpe_bits *bits)
{
    mpe_bits_read(bits, 4 + 2 + 4);
    uint32_t front = mpe_bits_read(bits, 4);
    uint32_t side = mpe_bits_read(bits, 4);
    uint32_t back = mpe_bits_read(bits, 4);
    uint32_t lfe = mpe_bits_read(bits, 2);
    uint32_t data = mpe_bits_read(bits, 3);
    uint32_t coupling = mpe_bits_read(bits, 4);
    skip_flagged(bits, 4);
    skip_flagged(bits, 4);
    skip_flagged(bits, 3);
    uint32_t channels = count_channels(bits, front + side + back) + lfe;
    bits->at += (lfe + data) * 4 + coupling * 5;
    bits->at = (bits->at + 7) / 8 * 8;
    bits->at += (size_t)mpe_bits_read(bits, 8) * 8; /* a comment */
    return mpe_bits_ok(bits) ? channels : 0;
}

static bool is_general_audio(uint32_t type)
{
    return (type >= 1 && type <= 4) || type == AOT_AAC_SCALABLE || type == 7 || type == 17 ||
           (type >= 19 && type <= 23);
}

/* GASpecificConfig, 4.4.1: read past, for what may follow it. */
static void read_general_audio(struct mpe_bits *bits, struct aac_config *config)
{
    uint32_t type = config->object_type;
    mpe_bits_read(bits, 1); /* frame length */
    skip_flagged(bits, 14); /* core coder delay */
    bool extension = mpe_bits_read(bits, 1);
    if (config->channel_config == 0)
        config->channels = read_program_config(bits);
    if (type == AOT_AAC_SCALABLE || type == AOT_ER_AAC_SCALABLE)
        mpe_bits_read(bits, 3);
    if (!extension)
        return;
    if (type == AOT_ER_BSAC)
        mpe_bits_read(bits, 16);
    else if (type == 17 || type == 19 || type == AOT_ER_AAC_SCALABLE || type == 23)
        mpe_bits_read(bits, 3);
    mpe_bits_read(bits, 1);
}

/* SBR and PS said after the core's config, so that an old decoder does not see them. */
static void read_sync_extension(struct mpe_bits *bits, struct aac_config *config)
{
    if (mpe_bits_left(bits) < 16 || mpe_bits_read(bits, 11) != SYNC_SBR || read_object_type(bits) != AOT_SBR)
        return;
    config->sbr = mpe_bits_read(bits, 1);
    if (!config->sbr)
        return;
    config->extension_rate_hz = read_sample_rate(bits);
    if (mpe_bits_left(bits) >= 12 && mpe_bits_read(bits, 11) == SYNC_PS)
        config->ps = mpe_bits_read(bits, 1);
}

/*
 *  5 type (31: +6) | 4 rate (15: +24) | 4 channels | [ 4 rate | 5 core type, when type is 5 or 29 ] | core's config
 */
static bool read_config(struct mpe_bits *bits, struct aac_config *config)
{
    static const uint8_t channels[16] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0};
    config->object_type = read_object_type(bits);
    config->sample_rate_hz = read_sample_rate(bits);
    config->channel_config = mpe_bits_read(bits, 4);
    config->channels = channels[config->channel_config];
    if (config->object_type == AOT_SBR || config->object_type == AOT_PS) {
        config->sbr = true;
        config->ps = config->object_type == AOT_PS;
        config->extension_rate_hz = read_sample_rate(bits);
        config->object_type = read_object_type(bits);
        if (config->extension_rate_hz == 0)
            return false;
    }
    return mpe_bits_ok(bits) && config->object_type != 0 && config->sample_rate_hz != 0;
}

/* adts_fixed_header, 1.A.2.2.1: 12 ones | 1 version | 2 layer, 00 | ...: as a config, the reserved object type 95. */
static bool is_adts(struct mpe_span span)
{
    return span.len >= 2 && span.bytes[0] == 0xFF && (span.bytes[1] & 0xF6) == 0xF0;
}

bool mpe_aac_config_read(struct mpe_span span, struct mpe_stream *stream)
{
    if (is_adts(span)) {
        stream->is_adts = true;
        return true;
    }
    struct mpe_bits bits = mpe_bits_of(span);
    struct aac_config config = {0};
    if (!read_config(&bits, &config))
        return false;
    if (is_general_audio(config.object_type)) {
        read_general_audio(&bits, &config);
        if (!config.sbr)
            read_sync_extension(&bits, &config);
    }
    bool he_aac = config.sbr && config.object_type == AOT_AAC_LC;
    stream->aac_object_type = he_aac ? (config.ps ? AOT_PS : AOT_SBR) : (int32_t)config.object_type;
    stream->profile = stream->aac_object_type - 1;
    stream->sample_rate_hz = (int32_t)(config.extension_rate_hz ? config.extension_rate_hz : config.sample_rate_hz);
    stream->channels = (int32_t)(config.ps && config.channels == 1 ? 2 : config.channels);
    return true;
}
