/* What a session has of its channel. */
#include "session/share.h"

#include <string.h>

#include "session/verdict.h"

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

/* Holds the quality that the track's header says. false: no memory. */
static bool hold_quality(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    const struct mpe_quality_key key = quality_of(&track->observed.facts);
    bool is_new;
    if (!mpe_channel_hold_quality(session->channel, &key, &track->quality, &session->totals, &is_new))
        return false;
    step->new_quality = is_new ? track->observed.facts.media : MPE_MEDIA_NONE;
    step->changed |= MPE_FACT_TOTALS;
    return true;
}

static void resume(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
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
        sum_bps += mpe_track_rate_bps(&session->tracks.items[i].observed.facts);
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

/* Brings the channel's sums up to what the track measures and declares now. */
static void add_rates(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    const struct mpe_track_facts *const facts = &track->observed.facts;
    const bool adds_up = is_measured_in_time(session);
    const int64_t measured_bps = adds_up ? mpe_track_rate_bps(facts) : 0;
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
                                  .resent_us = track->timeline.fragment_us[0],
                                  .end_us = track->timeline.latest_us};
    mpe_channel_note_sent(session->channel, &sent);
}

/*
 * A fragment of fragmented MP4 has ended: its encoder may come back from here, be it that this session hangs, and send
 * its last fragments again.
 */
static void note_all_sent(struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_state *const track = &session->tracks.items[i].observed;
        if (mpe_track_has_frames(track))
            note_sent(session, track);
    }
}

/* ---- units ---- */

static void take_quality(struct mpe_turn *turn)
{
    if (!hold_quality(turn->session, turn->track, &turn->step))
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "a quality of the channel", 0, 0);
}

/* A track declares its rate: with its header here, that may make it another quality. */
static void take_declared(struct mpe_turn *turn, const struct mpe_declared *declared)
{
    struct mpe_track_state *const track = &turn->track->observed;
    const int64_t before_bps = track->facts.declared_bps;
    mpe_track_declare(track, declared);
    if (track->facts.declared_bps != before_bps && turn->track->quality != NULL)
        take_quality(turn);
    add_rates(turn->session, turn->track, &turn->step);
}

/* For all tracks, or, where metadata came on a message stream, for those on it: each is judged by itself. */
static void take_metadata(const struct mpe_turn *of)
{
    struct mpe_session *const session = of->session;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_turn turn;
        mpe_turn_begin(&turn, session, of->judgement, of->unit, of->unit->offset_bytes);
        turn.track = &session->tracks.items[i];
        turn.step.track = &turn.track->observed.facts;
        if (of->unit->kind == MPE_UNIT_METADATA && turn.step.track->stream_id != of->unit->stream_id)
            continue;
        take_declared(&turn, &session->observation.declared);
        mpe_verdict_judge(&turn);
    }
}

static void take_header(struct mpe_turn *turn)
{
    if ((turn->step.changed & MPE_FACT_HEADER) != 0)
        take_quality(turn);
    if ((turn->step.changed & MPE_FACT_TOTALS) != 0)
        add_rates(turn->session, turn->track, &turn->step);
}

void mpe_share_resume(struct mpe_turn *turn)
{
    if (turn->unit->clock.resends)
        resume(turn->session, turn->track, turn->unit);
}

void mpe_share_rates(struct mpe_turn *turn)
{
    add_rates(turn->session, turn->track, &turn->step);
}

void mpe_share_take(struct mpe_turn *turn)
{
    switch ((enum mpe_unit_kind)turn->unit->kind) {
    case MPE_UNIT_PUBLISH: /* its name may declare rates */
    case MPE_UNIT_METADATA:
        if ((turn->step.changed & MPE_FACT_METADATA) != 0)
            take_metadata(turn);
        break;
    case MPE_UNIT_DECLARED:
        if (turn->track != NULL)
            take_declared(turn, &turn->unit->declared);
        break;
    case MPE_UNIT_HEADER:
        take_header(turn);
        break;
    case MPE_UNIT_NO_FRAME:
        if (turn->session->observation.facts.protocol == MPE_PROTOCOL_FMP4)
            note_all_sent(turn->session);
        break;
    default:
        break;
    }
}

/* ---- time ---- */

/* From when on silence ends the rates that there are. */
static int64_t silence_us(const struct mpe_session *session)
{
    return session->observation.last_frame_us + session->tools.limits->bitrate_window_us;
}

int64_t mpe_share_rates_end_us(const struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (mpe_track_rate_bps(&session->tracks.items[i].observed.facts) != 0)
            return silence_us(session);
    }
    return INT64_MAX;
}

/* Perhaps for good, while its encoder is back on another one. */
void mpe_share_time(struct mpe_session *session)
{
    if (session->now_us <= silence_us(session))
        return;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        struct mpe_step step;
        mpe_step_begin(&step, MPE_OFFSET_NONE, session->now_us);
        if (mpe_track_pause(&track->observed))
            add_rates(session, track, &step);
    }
}

/* ---- leaving ---- */

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
