/* Sessions of a channel against each other. */
#include "channel/compare.h"

#include <string.h>
#include <utlist.h>

#include "channel/fleet.h"
#include "channel/state.h"
#include "channel/sums.h"

/* Who was heard within so long is on the air. */
#define ON_AIR_US 5000000

/* ---- what differs ---- */

/* Both are known, and more than so many percent, and least, apart. */
static bool is_far(int64_t a, int64_t b, int percent, int64_t least)
{
    const int64_t larger = a > b ? a : b;
    const int64_t apart = a > b ? a - b : b - a;
    return a > 0 && b > 0 && apart > larger / 100 * percent + least;
}

static bool is_other(int64_t a, int64_t b)
{
    return a != 0 && b != 0 && a != b;
}

static bool has_other_sound(const struct mpe_shown *a, const struct mpe_shown *b)
{
    return is_other(a->audio_codec, b->audio_codec) || is_other(a->sample_rate_hz, b->sample_rate_hz) ||
           is_other(a->channels, b->channels);
}

static uint16_t differences(const struct mpe_shown *a, const struct mpe_shown *b)
{
    unsigned differs = 0;
    if (is_other(a->video_codec, b->video_codec))
        differs |= MPE_DIFFERS_CODEC;
    else if (is_other(a->profile, b->profile))
        differs |= MPE_DIFFERS_PROFILE;
    if (is_other(a->width_px, b->width_px) || is_other(a->height_px, b->height_px))
        differs |= MPE_DIFFERS_SIZE;
    if (is_far(a->mfps, b->mfps, 5, 0))
        differs |= MPE_DIFFERS_FRAME_RATE;
    if (is_far(a->declared_bps, b->declared_bps, 2, 0))
        differs |= MPE_DIFFERS_BITRATE;
    if (is_far(a->gop_us, b->gop_us, 10, 50000))
        differs |= MPE_DIFFERS_KEY_FRAMES;
    if (has_other_sound(a, b))
        differs |= MPE_DIFFERS_SOUND;
    if (is_other(a->scan, b->scan))
        differs |= MPE_DIFFERS_INTERLACING;
    if (is_far(a->declared_audio_bps, b->declared_audio_bps, 2, 0))
        differs |= MPE_DIFFERS_AUDIO_BITRATE;
    return (uint16_t)differs;
}

/* ---- key frames ---- */

static bool is_known(const int64_t keys_us[2])
{
    return keys_us[0] != MPE_TIME_NONE && keys_us[1] != MPE_TIME_NONE;
}

int64_t mpe_keys_apart_us(const int64_t keys_us[2], const int64_t others_us[2])
{
    if (!is_known(keys_us) || !is_known(others_us) || keys_us[1] > others_us[0] || keys_us[1] < others_us[1])
        return MPE_TIME_NONE;
    const int64_t after_us = others_us[0] - keys_us[1];
    const int64_t before_us = keys_us[1] - others_us[1];
    return after_us < before_us ? after_us : before_us;
}

/* ---- namesakes ---- */

static bool is_on_air(const struct mpe_part *part, int64_t now_us)
{
    return now_us - mpe_part_silent_from_us(part) <= ON_AIR_US;
}

/* One that came before it, of its name. */
static void compare(struct mpe_compared *compared, const struct mpe_compared *earlier, struct mpe_compare_news *news)
{
    news->takes_over = !compared->has_name;
    news->differs |= differences(&compared->shown, &earlier->shown);
}

/* Against those of its name that stand before it in the sums: no more than these count in them, either. */
static void compare_namesakes(struct mpe_compared *compared, int64_t now_us, struct mpe_compare_news *news)
{
    const struct mpe_part *const part = compared->part;
    if (part->name == NULL || !part->is_in)
        return;
    for (int i = 0; i < MPE_NAMESAKES && part->name->parts[i] != NULL && part->name->parts[i] != part; i++) {
        const struct mpe_part *const other = part->name->parts[i];
        if (other->compared != NULL && is_on_air(other, now_us))
            compare(compared, other->compared, news);
    }
    compared->has_name = true;
}

/* ---- those that share a clock ---- */

static bool shares_clock(const struct mpe_shown *shown)
{
    return shown->key_dts_us[0] != MPE_TIME_NONE;
}

/* It is shown from here on; if it shares a clock, among those that do. */
static void enter(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part)
{
    compared->part = part;
    part->compared = compared;
    if (compared->is_in || !shares_clock(&compared->shown))
        return;
    DL_APPEND(channel->compared, compared);
    compared->is_in = true;
}

void mpe_compared_show(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                       const struct mpe_shown *shown)
{
    compared->shown = *shown;
    enter(channel, compared, part);
}

void mpe_compared_hide(mpe_channel *channel, struct mpe_compared *compared)
{
    if (compared->is_in)
        DL_DELETE(channel->compared, compared);
    compared->is_in = false;
    if (compared->part != NULL)
        compared->part->compared = NULL;
    compared->part = NULL;
}

/* Of two where at stands before compared in the list, or in a fleet, where it came before it. */
static bool came_before(const struct mpe_compared *at, const struct mpe_compared *compared, bool is_listed_before)
{
    const struct mpe_shared *const a = at->part->shared, *const b = compared->part->shared;
    return a != NULL && b != NULL ? mpe_rank_is_later(&b->rank, &a->rank) : is_listed_before;
}

/* On the way through the list. */
struct walk {
    const struct mpe_compared *at; /* the next one */
    bool is_before;                /* that one stands before compared in the list */
    int left;                      /* so many more are looked at */
};

/* The next one that came before compared, and is on the air. NULL: no more. */
static const struct mpe_compared *next_earlier(struct walk *walk, const struct mpe_compared *compared, int64_t now_us)
{
    const bool is_in_fleet = compared->part->shared != NULL;
    for (; walk->at != NULL && walk->left > 0; walk->left--) {
        const struct mpe_compared *const at = walk->at;
        walk->at = at->next;
        walk->is_before &= at != compared;
        if (!walk->is_before && !is_in_fleet)
            return NULL;
        if (at != compared && came_before(at, compared, walk->is_before) && is_on_air(at->part, now_us))
            return at;
    }
    return NULL;
}

static struct walk begin_walk(const mpe_channel *channel)
{
    return (struct walk){.at = channel->compared, .is_before = true, .left = MPE_COMPARED_MOST};
}

/* How far its key frames lie from those before it, the largest. */
static int64_t keys_apart_us(const mpe_channel *channel, const struct mpe_compared *compared, int64_t now_us)
{
    int64_t most_us = MPE_TIME_NONE;
    struct walk walk = begin_walk(channel);
    const struct mpe_compared *at;
    while ((at = next_earlier(&walk, compared, now_us)) != NULL) {
        const int64_t apart_us = mpe_keys_apart_us(compared->shown.key_dts_us, at->shown.key_dts_us);
        most_us = apart_us > most_us ? apart_us : most_us;
    }
    return most_us;
}

void mpe_channel_show(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                      const struct mpe_shown *shown, int64_t now_us, struct mpe_compare_news *news)
{
    *news = (struct mpe_compare_news){.apart_us = MPE_TIME_NONE};
    pthread_mutex_lock(&channel->mutex);
    mpe_compared_show(channel, compared, part, shown);
    compare_namesakes(compared, now_us, news);
    if (shares_clock(shown))
        news->apart_us = keys_apart_us(channel, compared, now_us);
    pthread_mutex_unlock(&channel->mutex);
}

/* Who shows nothing for notices may show it for conditions, and in a fleet does: without ticks. */
static struct mpe_chunk_keys keys_of(const struct mpe_compared *compared)
{
    const int64_t *const us = compared->shown.key_dts_us;
    if (compared->keys != NULL && compared->keys->timescale != 0)
        return *compared->keys;
    return (struct mpe_chunk_keys){.us = {us[0], us[1]}, .ticks = {us[0], us[1]}, .timescale = 1000000};
}

int64_t mpe_channel_show_keys(mpe_channel *channel, struct mpe_compared *compared, struct mpe_part *part,
                              const struct mpe_chunk_keys *keys, int64_t now_us, struct mpe_chunk_keys *others)
{
    int64_t most_us = MPE_TIME_NONE;
    pthread_mutex_lock(&channel->mutex);
    *compared->keys = *keys;
    memcpy(compared->shown.key_dts_us, keys->us, sizeof(keys->us));
    enter(channel, compared, part);
    struct walk walk = begin_walk(channel);
    const struct mpe_compared *at;
    while ((at = next_earlier(&walk, compared, now_us)) != NULL) {
        const struct mpe_chunk_keys earlier = keys_of(at);
        const int64_t apart_us = mpe_keys_apart_us(keys->us, earlier.us);
        if (apart_us <= most_us)
            continue;
        most_us = apart_us;
        *others = earlier;
    }
    pthread_mutex_unlock(&channel->mutex);
    return most_us;
}

void mpe_channel_hide(mpe_channel *channel, struct mpe_compared *compared)
{
    if (compared->part == NULL)
        return;
    pthread_mutex_lock(&channel->mutex);
    mpe_compared_hide(channel, compared);
    pthread_mutex_unlock(&channel->mutex);
}
