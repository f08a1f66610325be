/* The bytes of a share. */
#include "channel/share_format.h"

#include <string.h>

#include "base/clock.h"
#include "channel/quality.h"
#include "mpe.h"
#include "observe/timeline.h"

/* ---- writing ---- */

static void put_bytes(struct mpe_share_out *out, const void *bytes, size_t len)
{
    if (out->len + len <= out->size)
        memcpy(out->bytes + out->len, bytes, len);
    out->len += len;
}

static void put(struct mpe_share_out *out, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
    put_bytes(out, bytes, len);
}

static void put_entry(struct mpe_share_out *out, const struct mpe_entry *entry)
{
    put(out, (uint64_t)entry->measured_bps, 8);
    put(out, (uint64_t)entry->declared_bps, 8);
}

static uint64_t in_32_bits(int64_t time_us)
{
    return time_us < 0 ? 0 : time_us > UINT32_MAX ? UINT32_MAX : (uint64_t)time_us;
}

static void put_shown(struct mpe_share_out *out, const struct mpe_shown *shown)
{
    put(out, (uint64_t)shown->declared_bps, 8);
    put(out, (uint64_t)shown->key_dts_us[0], 8);
    put(out, (uint64_t)shown->key_dts_us[1], 8);
    put(out, shown->gop_us, 4);
    put(out, shown->mfps, 4);
    put(out, shown->sample_rate_hz, 4);
    put(out, shown->width_px, 2);
    put(out, shown->height_px, 2);
    put(out, (uint16_t)shown->profile, 2);
    put(out, shown->channels, 2);
    put(out, shown->video_codec, 1);
    put(out, shown->audio_codec, 1);
    put(out, shown->scan, 1);
    put(out, (uint64_t)shown->declared_audio_bps, 8);
}

static void put_track(struct mpe_share_out *out, const struct mpe_share_track *track)
{
    put(out, (uint64_t)track->key.media, 1);
    put_bytes(out, mpe_quality_key_digest(&track->key), MPE_DIGEST_BYTES);
    put(out, (uint64_t)track->key.declared_bps, 8);
    put_entry(out, &track->rates);
}

void mpe_share_put_id(struct mpe_share_out *out, const uint8_t digest[MPE_DIGEST_BYTES], int64_t came_us)
{
    put_bytes(out, digest, MPE_DIGEST_BYTES);
    put(out, (uint64_t)came_us, 8);
}

size_t mpe_share_session_bytes(const struct mpe_share_session *session)
{
    return MPE_SHARE_SESSION_BYTES + ((session->flags & MPE_SHARE_HAS_NAME) != 0 ? MPE_DIGEST_BYTES : 0) +
           ((session->flags & MPE_SHARE_IS_SHOWN) != 0 ? MPE_SHARE_SHOWN_BYTES : 0) +
           (size_t)session->track_count * MPE_SHARE_TRACK_BYTES;
}

void mpe_share_put_session(struct mpe_share_out *out, const struct mpe_share_session *session)
{
    put(out, session->flags, 1);
    put(out, session->track_count, 1);
    put(out, session->serial, 8);
    put(out, (uint64_t)session->came_us, 8);
    put(out, (uint64_t)session->quality_came_us, 8);
    put(out, in_32_bits(session->silent_us), 4);
    put(out, in_32_bits(session->apart_us), 4);
    if ((session->flags & MPE_SHARE_HAS_NAME) != 0)
        put_bytes(out, session->name.bytes, sizeof(session->name.bytes));
    if ((session->flags & MPE_SHARE_IS_SHOWN) != 0)
        put_shown(out, &session->shown);
    for (uint8_t i = 0; i < session->track_count; i++)
        put_track(out, &session->tracks[i]);
}

void mpe_share_close(struct mpe_share_out *out, const struct mpe_digester *digester, const struct mpe_share_head *head)
{
    const size_t len = out->len;
    out->len = 0;
    put(out, MPE_SHARE_MAGIC, 4);
    put(out, head->edge, 8);
    put(out, (uint64_t)head->number, 8);
    put(out, (uint32_t)head->sessions, 4);
    put(out, head->id_count, 2);
    put(out, head->session_count, 2);
    put_entry(out, &head->rest);
    out->len = len;
    if (len + MPE_DIGEST_BYTES <= out->size) {
        const struct mpe_digest end = mpe_digest_of(digester, MPE_DIGEST_SHARE, (struct mpe_span){out->bytes, len});
        memcpy(out->bytes + len, end.bytes, sizeof(end.bytes));
    }
    out->len += MPE_DIGEST_BYTES;
}

/* ---- reading ---- */

/* The caller has looked that they are there. */
static uint64_t take(struct mpe_cursor *in, size_t len)
{
    uint64_t value = 0;
    while (len-- > 0)
        value = value << 8 | *in->at++;
    return value;
}

static struct mpe_digest take_digest(struct mpe_cursor *in)
{
    struct mpe_digest digest;
    memcpy(digest.bytes, in->at, sizeof(digest.bytes));
    in->at += sizeof(digest.bytes);
    return digest;
}

static bool is_rate(int64_t bps)
{
    return bps >= 0 && bps <= MPE_SHARE_MOST_BPS;
}

static bool take_entry(struct mpe_cursor *in, struct mpe_entry *entry)
{
    *entry = (struct mpe_entry){.measured_bps = (int64_t)take(in, 8)};
    entry->declared_bps = (int64_t)take(in, 8);
    return is_rate(entry->measured_bps) && is_rate(entry->declared_bps);
}

/* Within what a clock can say. */
static bool take_time(struct mpe_cursor *in, int64_t *time_us)
{
    *time_us = (int64_t)take(in, 8);
    return mpe_sane_us(*time_us) == *time_us;
}

static bool take_head(struct mpe_cursor *in, struct mpe_share_head *head)
{
    if (take(in, 4) != MPE_SHARE_MAGIC)
        return false;
    head->edge = take(in, 8);
    const bool has_time = take_time(in, &head->number);
    head->sessions = (int32_t)take(in, 4);
    head->id_count = (uint16_t)take(in, 2);
    head->session_count = (uint16_t)take(in, 2);
    return take_entry(in, &head->rest) && has_time && head->sessions >= 0 && head->edge != 0;
}

bool mpe_share_open(const struct mpe_digester *digester, struct mpe_span share, struct mpe_share_head *head,
                    struct mpe_cursor *in)
{
    if (share.len < MPE_SHARE_HEAD_BYTES + MPE_DIGEST_BYTES || share.len > MPE_SHARE_MAX_BYTES)
        return false;
    const size_t len = share.len - MPE_DIGEST_BYTES;
    const struct mpe_digest end = mpe_digest_of(digester, MPE_DIGEST_SHARE, (struct mpe_span){share.bytes, len});
    *in = (struct mpe_cursor){share.bytes, share.bytes + len};
    return mpe_digest_is(&end, share.bytes + len) && take_head(in, head);
}

bool mpe_share_read_id(struct mpe_cursor *in, struct mpe_digest *digest, int64_t *came_us)
{
    if (mpe_cursor_left(in) < MPE_SHARE_ID_BYTES)
        return false;
    *digest = take_digest(in);
    return take_time(in, came_us);
}

/* A time of a track that may be none. */
static int64_t take_key_us(struct mpe_cursor *in)
{
    const int64_t time_us = (int64_t)take(in, 8);
    return time_us > MPE_MOST_US || time_us < -MPE_MOST_US ? MPE_TIME_NONE : time_us;
}

static bool take_shown(struct mpe_cursor *in, struct mpe_shown *shown)
{
    shown->declared_bps = (int64_t)take(in, 8);
    shown->key_dts_us[0] = take_key_us(in);
    shown->key_dts_us[1] = take_key_us(in);
    shown->gop_us = (uint32_t)take(in, 4);
    shown->mfps = (uint32_t)take(in, 4);
    shown->sample_rate_hz = (uint32_t)take(in, 4);
    shown->width_px = (uint16_t)take(in, 2);
    shown->height_px = (uint16_t)take(in, 2);
    shown->profile = (int16_t)take(in, 2);
    shown->channels = (uint16_t)take(in, 2);
    shown->video_codec = (uint8_t)take(in, 1);
    shown->audio_codec = (uint8_t)take(in, 1);
    shown->scan = (uint8_t)take(in, 1);
    shown->declared_audio_bps = (int64_t)take(in, 8);
    return is_rate(shown->declared_bps) && is_rate(shown->declared_audio_bps);
}

static bool take_track(struct mpe_cursor *in, struct mpe_share_track *track)
{
    memset(&track->key, 0, sizeof(track->key));
    track->key.media = (int32_t)take(in, 1);
    mpe_quality_key_put(&track->key, take_digest(in).bytes);
    track->key.declared_bps = (int64_t)take(in, 8);
    return take_entry(in, &track->rates) && track->key.media <= MPE_MEDIA_AUDIO && is_rate(track->key.declared_bps);
}

static bool has_room(const struct mpe_cursor *in, const struct mpe_share_session *session)
{
    return mpe_cursor_left(in) >= mpe_share_session_bytes(session) - 2;
}

bool mpe_share_read_session(struct mpe_cursor *in, struct mpe_share_session *session)
{
    if (mpe_cursor_left(in) < MPE_SHARE_SESSION_BYTES)
        return false;
    session->flags = (uint8_t)take(in, 1);
    session->track_count = (uint8_t)take(in, 1);
    if (session->flags > MPE_SHARE_FLAGS || session->track_count > MPE_SHARE_MAX_TRACKS || !has_room(in, session))
        return false;
    session->serial = take(in, 8);
    bool is_sane = take_time(in, &session->came_us);
    is_sane &= take_time(in, &session->quality_came_us);
    session->silent_us = (int64_t)take(in, 4);
    session->apart_us = (int64_t)take(in, 4);
    if ((session->flags & MPE_SHARE_HAS_NAME) != 0)
        session->name = take_digest(in);
    if ((session->flags & MPE_SHARE_IS_SHOWN) != 0)
        is_sane &= take_shown(in, &session->shown);
    for (uint8_t i = 0; i < session->track_count; i++)
        is_sane &= take_track(in, &session->tracks[i]);
    return is_sane;
}
