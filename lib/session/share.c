#include "session/share.h"

#include <string.h>

static struct mpe_quality_key quality_of(const struct mpe_track_facts *facts)
{
    struct mpe_quality_key key;
    memset(&key, 0, sizeof key);
    key.media = facts->media;
    key.width_px = facts->stream.width_px;
    key.height_px = facts->stream.height_px;
    key.sample_rate_hz = facts->stream.sample_rate_hz;
    key.channels = facts->stream.channels;
    key.declared_bps = facts->declared_bps;
    return key;
}

bool mpe_share_quality(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    const struct mpe_quality_key key = quality_of(&track->observed.facts);
    bool is_new;
    if (!mpe_channel_hold_quality(session->channel, &key, &track->quality, &session->totals, &is_new))
        return false;
    step->new_quality = is_new ? track->observed.facts.media : MPE_MEDIA_NONE;
    step->changed |= MPE_FACT_TOTALS;
    return true;
}

void mpe_share_resume(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
{
    const struct mpe_quality_key key = quality_of(&track->observed.facts);
    struct mpe_sent sent;
    if (mpe_channel_find_sent(session->channel, &key, unit->track_id, &sent))
        mpe_track_resume(&track->observed, unit, sent.resent_us, sent.end_us);
}

/*
 * What came in a burst, as after a reconnect, was measured while the sessions before it, which may hang, still count:
 * until the caller's time has gone on for a window, too (nearly: encoders are early by a little), it adds up to
 * nothing.
 */
static bool is_measured_in_time(const struct mpe_session *session)
{
    const int64_t window_us = session->tools.limits->bitrate_window_us;
    const int64_t elapsed_us = session->now_us - session->observation.start_us;
    return session->tools.limits->media_clock || elapsed_us >= window_us - window_us / 10;
}

static int64_t own_measured_bps(const struct mpe_session *session)
{
    int64_t sum_bps = 0;
    for (uint16_t i = 0; i < session->tracks.count; i++)
        sum_bps += session->tracks.items[i].observed.facts.measured_bps;
    return sum_bps;
}

/* Where the media of a track is on the caller's clock. */
static int64_t position_us(const struct mpe_track_state *track)
{
    return track->first_now_us + track->facts.elapsed_us;
}

/* Where a track has fallen silent, and this one went on for a window (nearly, as above), it has no rate any more. */
static void end_rates_behind(struct mpe_session *session, const struct mpe_track_state *ahead)
{
    const int64_t window_us = session->tools.limits->bitrate_window_us;
    const int64_t silent_before_us = position_us(ahead) - (window_us - window_us / 10);
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        if (position_us(&track->observed) > silent_before_us || !mpe_track_pause(&track->observed))
            continue;
        mpe_channel_add_rates(session->channel, -track->measured_bps, 0, NULL);
        track->measured_bps = 0;
    }
}

void mpe_share_rates(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    const struct mpe_track_facts *const facts = &track->observed.facts;
    const bool adds_up = is_measured_in_time(session);
    const int64_t measured_bps = adds_up ? facts->measured_bps : 0;
    const int64_t declared_bps = mpe_track_declared_bps(facts);
    end_rates_behind(session, &track->observed);
    mpe_channel_add_rates(session->channel, measured_bps - track->measured_bps, declared_bps - track->declared_bps,
                          &session->totals);
    track->measured_bps = measured_bps;
    track->declared_bps = declared_bps;
    if (!adds_up)
        session->totals.measured_bps = own_measured_bps(session);
    step->changed |= MPE_FACT_TOTALS;
}

void mpe_share_release(struct mpe_session *session, struct mpe_session_track *track)
{
    mpe_channel_release_quality(session->channel, track->quality);
    track->quality = NULL;
    if (track->measured_bps != 0 || track->declared_bps != 0)
        mpe_channel_add_rates(session->channel, -track->measured_bps, -track->declared_bps, NULL);
    track->measured_bps = track->declared_bps = 0;
}

static void note_sent(struct mpe_session *session, const struct mpe_track_state *track)
{
    const struct mpe_sent sent = {.key = quality_of(&track->facts),
                                  .track_id = track->facts.track_id,
                                  .resent_us = track->sample_line.fragment_us[0],
                                  .end_us = track->sample_line.latest_us};
    mpe_channel_note_sent(session->channel, &sent);
}

void mpe_share_note_sent(struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_state *const track = &session->tracks.items[i].observed;
        if (track->started)
            note_sent(session, track);
    }
}

void mpe_share_leave(struct mpe_session *session)
{
    if (session->has_left)
        return;
    session->has_left = true;
    for (uint16_t i = 0; i < session->tracks.count; i++)
        mpe_share_release(session, &session->tracks.items[i]);
    if (session->member != NULL)
        mpe_channel_leave(session->channel, session->member);
}
