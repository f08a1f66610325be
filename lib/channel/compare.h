/*
 * Sessions of a channel against each other, where conditions are asked for: what the later one shows that the earlier
 * ones do not. It lives in the session and is changed under the channel's mutex.
 */
#ifndef MPE_CHANNEL_COMPARE_H
#define MPE_CHANNEL_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "channel/channel.h"
#include "channel/part.h"
#include "observe/chunks.h"

/* In what two pushes of one stream may differ: bits. */
enum mpe_difference {
    MPE_DIFFERS_CODEC = 1,
    MPE_DIFFERS_PROFILE = 2,
    MPE_DIFFERS_SIZE = 4,
    MPE_DIFFERS_FRAME_RATE = 8,
    MPE_DIFFERS_BITRATE = 16, /* of video, that is declared */
    MPE_DIFFERS_KEY_FRAMES = 32,
    MPE_DIFFERS_SOUND = 64,
    MPE_DIFFERS_INTERLACING = 128,
    MPE_DIFFERS_AUDIO_BITRATE = 256 /* that is declared */
};

/* Whether pictures are frames: mpe_shown.scan. */
enum mpe_scan { MPE_SCAN_UNKNOWN, MPE_SCAN_PROGRESSIVE, MPE_SCAN_INTERLACED };

/* What a session shows: of its first video and audio track. 0: not known, which differs from nothing. */
struct mpe_shown {
    int64_t declared_bps; /* of video */
    int64_t declared_audio_bps;
    int64_t key_dts_us[2]; /* of the last key frames, the newest first; MPE_TIME_NONE: none, or a clock of its own */
    uint32_t gop_us;
    uint32_t mfps;
    uint32_t sample_rate_hz;
    uint16_t width_px;
    uint16_t height_px;
    int16_t profile;
    uint16_t channels;
    uint8_t video_codec;
    uint8_t audio_codec;
    uint8_t scan; /* enum mpe_scan */
};

/* Of those that share a clock so many are looked at, those that came first: a channel is one live event. */
#define MPE_COMPARED_MOST 64

/* All zero but for shown: it was not shown yet. */
struct mpe_compared {
    struct mpe_compared *prev; /* of those that share a clock, in the order in which they came */
    struct mpe_compared *next;
    struct mpe_part *part; /* NULL: it is not shown */
    struct mpe_shown shown;
    struct mpe_chunk_keys *keys; /* the caller's; NULL: it has no notices, or a clock of its own */
    bool is_in;                  /* that list */
    bool has_name;               /* that it publishes a name was looked at */
};

/* What comparing it with those before it says. */
struct mpe_compare_news {
    uint16_t differs; /* enum mpe_difference bits, from another push of its name */
    bool takes_over;  /* said once: its name is on the air */
    int64_t apart_us; /* from key frames of others that share its clock, the largest; MPE_TIME_NONE: nobody can say */
};

/* The session shows what it is now. Its namesakes are those of the channel's sums, where it is in these. */
void mpe_channel_show(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                      const struct mpe_shown *shown, int64_t now_us, struct mpe_compare_news *news);

/* The same for sessions of other edges, under the channel's mutex; nobody asks what these show. */
void mpe_compared_show(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                       const struct mpe_shown *shown);
void mpe_compared_hide(mpe_channel *channel, struct mpe_compared *compared);

/*
 * It shows key frames that are in a clock which all such sessions share; compared has a place for them. Gives how far
 * they lie from those of sessions that came before it, the largest, with those key frames in others; MPE_TIME_NONE:
 * nobody can say.
 */
int64_t mpe_channel_show_keys(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                              const struct mpe_chunk_keys *keys, int64_t now_us, struct mpe_chunk_keys *others);

/* It is no more. May be called for one that was never shown. */
void mpe_channel_hide(mpe_channel *channel, struct mpe_compared *compared);

/*
 * How far the key frame before the last one of keys lies from the nearest of the others, each the newest first.
 * MPE_TIME_NONE: the others have not come that far, or are beyond it.
 */
int64_t mpe_keys_apart_us(const int64_t keys_us[2], const int64_t others_us[2]);

#endif
