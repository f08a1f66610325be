/* What a session has of its channel. */
#include "session/share.h"

#include <string.h>

#include "channel/parts.h"
#include "channel/url.h"
#include "limits/actions.h"
#include "session/compare.h"
#include "session/verdict.h"

/* Longer fragments are not waited for: half a minute, as far as media may be ahead of the clock. */
#define MOST_APART_US 30000000

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

static int64_t larger(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

static struct mpe_quality_key quality_of(const struct mpe_track_facts *facts)
{
    struct mpe_quality_key key;
    memset(&key, 0, sizeof(key));
    key.media = facts->media;
    key.width_px = facts->stream->width_px;
    key.height_px = facts->stream->height_px;
    key.sample_rate_hz = facts->stream->sample_rate_hz;
    key.channels = facts->stream->channels;
    key.declared_bps = mpe_track_quality_bps(facts);
    return key;
}

/* The step has the channel's sums. */
static void note_totals(struct mpe_session *session, struct mpe_step *step)
{
    session->observation.facts.several_qualities = step->totals.video_qualities > 1 || step->totals.audio_qualities > 1;
    step->changed |= MPE_FACT_TOTALS;
}

/* Holds the quality that the track's header says. false: no memory. */
static bool hold_quality(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    const struct mpe_track_facts *const facts = &track->observed.facts;
    const struct mpe_quality_key key = quality_of(facts);
    bool is_new;
    if (!mpe_channel_hold(session->channel, &session->part, facts->index, &key, session->now_us, &is_new,
                          &step->totals))
        return false;
    if (is_new)
        step->new_quality = facts->media;
    note_totals(session, step);
    return true;
}

/* ---- rates ---- */

/*
 * What came in a burst, as after a reconnect, was measured while the sessions before it, which may hang, still count:
 * it adds up from when they would be silent for a window.
 */
static int64_t adds_up_from_us(const struct mpe_session *session)
{
    return session->observation.start_us + session->tools.limits->bitrate_window_us;
}

static bool does_add_up(const struct mpe_session *session)
{
    return session->tools.limits->media_clock || session->now_us >= adds_up_from_us(session);
}

static void share_rates(struct mpe_session *session, const struct mpe_track_facts *facts, struct mpe_step *step)
{
    const struct mpe_entry rates = {.measured_bps = does_add_up(session) ? mpe_track_rate_bps(facts) : 0,
                                    .declared_bps = mpe_track_declared_bps(facts)};
    if (mpe_channel_rates(session->channel, &session->part, facts->index, &rates, session->now_us, &step->totals))
        note_totals(session, step);
    else
        step->changed &= ~(uint32_t)MPE_FACT_TOTALS;
}

/* Where the media of a track is on the caller's clock. */
static int64_t position_us(const struct mpe_track_state *track)
{
    return track->first_now_us + track->facts.elapsed_us;
}

/* Where a track has fallen silent, and this one went on for a window (nearly: encoders are early), it has no rate. */
static void end_rates_behind(struct mpe_session *session, const struct mpe_track_state *ahead, struct mpe_step *step)
{
    const int64_t window_us = session->tools.limits->bitrate_window_us;
    const int64_t silent_before_us = position_us(ahead) - (window_us - window_us / 10);
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_track_state *const track = &session->tracks.items[i].observed;
        if (position_us(track) <= silent_before_us && mpe_track_pause(track))
            share_rates(session, &track->facts, step);
    }
}

static void share_all_rates(struct mpe_session *session, struct mpe_step *step)
{
    session->adds_up = does_add_up(session);
    for (uint16_t i = 0; i < session->tracks.count; i++)
        share_rates(session, &session->tracks.items[i].observed.facts, step);
}

/* From now on they are part of the sums. */
static bool begins_to_add_up(const struct mpe_session *session)
{
    return !session->adds_up && does_add_up(session);
}

static void add_rates(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step)
{
    end_rates_behind(session, &track->observed, step);
    if (begins_to_add_up(session))
        share_all_rates(session, step);
    else
        share_rates(session, &track->observed.facts, step);
}

/* ---- silence ---- */

static void come_back(struct mpe_session *session, struct mpe_step *step)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_session_track *const track = &session->tracks.items[i];
        if (track->observed.facts.header_seen)
            hold_quality(session, track, step);
    }
    share_all_rates(session, step);
}

/* Looks at what others did to the sums. */
static void pass_time(struct mpe_session *session, struct mpe_step *step)
{
    const uint8_t media = mpe_channel_pass_time(session->channel, &session->part, session->now_us, &step->totals);
    if (media != MPE_MEDIA_NONE)
        step->new_quality = media;
    note_totals(session, step);
}

/* ---- session ids ---- */

void mpe_share_own_id(struct mpe_session *session)
{
    if (session->has_joined)
        mpe_channel_own(session->channel, mpe_session_id(session), &session->part);
}

/* Two edges let in a session of the same id at the same time, and this one came last. */
static void take_duplicate(struct mpe_turn *turn)
{
    mpe_part_unsignal(&turn->session->part, MPE_PART_DUPLICATE);
    mpe_turn_fail(turn, MPE_REASON_DUPLICATE_ENTRY, "the session id is in use on another edge of the fleet", 0, 0);
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
    if (track->facts.declared_bps != before_bps && track->facts.header_seen)
        take_quality(turn);
    add_rates(turn->session, turn->track, &turn->step);
}

/* Sessions of one stream name may be pushes of one encoder. */
static void take_name(struct mpe_turn *turn, struct mpe_span name)
{
    if (!mpe_channel_name(turn->session->channel, &turn->session->part, name))
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "a stream name of the channel", (int64_t)name.len, 0);
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
    if (turn->track != NULL)
        mpe_track_declare_entry(&turn->track->observed, turn->unit->entry_bps);
    if ((turn->step.changed & MPE_FACT_HEADER) != 0)
        take_quality(turn);
    if ((turn->step.changed & MPE_FACT_TOTALS) != 0)
        add_rates(turn->session, turn->track, &turn->step);
}

static void resume(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit)
{
    const struct mpe_quality_key key = quality_of(&track->observed.facts);
    struct mpe_sent sent;
    if (mpe_channel_find_sent(session->channel, &key, unit->track_id, &sent))
        mpe_track_resume(&track->observed, unit, sent.resent_us, sent.end_us);
}

static void note_sent(struct mpe_session *session, const struct mpe_track_state *track)
{
    const struct mpe_sent sent = {.key = quality_of(&track->facts),
                                  .track_id = track->facts.track_id,
                                  .resent_us = track->timeline.fragments->begin_us[0],
                                  .end_us = track->timeline.latest_us};
    mpe_channel_note_sent(session->channel, &sent);
}

/*
 * A fragment of fragmented MP4 has ended: its encoder may come back from here, be it that this session hangs, and send
 * its last fragments again.
 */
static void note_all_sent(struct mpe_session *session)
{
    int64_t apart_us = 0;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_state *const track = &session->tracks.items[i].observed;
        if (!mpe_track_has_frames(track) || track->timeline.fragments == NULL)
            continue;
        note_sent(session, track);
        apart_us = larger(apart_us, mpe_timeline_fragment_us(&track->timeline));
    }
    mpe_part_expect(&session->part, earlier(apart_us, MOST_APART_US));
}

void mpe_share_resume(struct mpe_turn *turn)
{
    if (turn->unit->clock.resends)
        resume(turn->session, turn->track, turn->unit);
    else
        mpe_part_expect(&turn->session->part, 0);
}

void mpe_share_rates(struct mpe_turn *turn)
{
    add_rates(turn->session, turn->track, &turn->step);
}

void mpe_share_look(struct mpe_turn *turn)
{
    const unsigned signals = mpe_part_signals(&turn->session->part);
    if ((signals & MPE_PART_OUT) != 0)
        come_back(turn->session, &turn->step);
    if ((signals & MPE_PART_CONTESTED) != 0)
        pass_time(turn->session, &turn->step);
    if ((signals & MPE_PART_DUPLICATE) != 0)
        take_duplicate(turn);
}

void mpe_share_take(struct mpe_turn *turn)
{
    switch ((enum mpe_unit_kind)turn->unit->kind) {
    case MPE_UNIT_PUBLISH: /* its name may declare rates, too */
        take_name(turn, turn->unit->name);
        if ((turn->step.changed & MPE_FACT_METADATA) != 0)
            take_metadata(turn);
        break;
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

void mpe_share_url(struct mpe_turn *turn, struct mpe_span url)
{
    take_name(turn, mpe_ingest_path_parse(url).whole);
}

/* ---- time ---- */

/* INT64_MAX: it has no share that would go. */
static int64_t silent_from_us(const struct mpe_session *session)
{
    const bool is_in = session->part.entry_count > 0 && (mpe_part_signals(&session->part) & MPE_PART_OUT) == 0;
    return is_in ? mpe_part_gone_from_us(&session->part, session->tools.limits) : INT64_MAX;
}

static void go_silent(struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++)
        mpe_track_pause(&session->tracks.items[i].observed);
    mpe_channel_part_out(session->channel, &session->part);
}

static bool has_rate(const struct mpe_session *session)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (mpe_track_rate_bps(&session->tracks.items[i].observed.facts) != 0)
            return true;
    }
    return false;
}

bool mpe_share_is_due(const struct mpe_session *session)
{
    return (mpe_part_signals(&session->part) & (MPE_PART_LAST | MPE_PART_CONTESTED)) != 0 ||
           session->now_us >= silent_from_us(session) || begins_to_add_up(session);
}

void mpe_share_time(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    if (session->now_us >= silent_from_us(session))
        go_silent(session);
    else if (begins_to_add_up(session) && has_rate(session))
        share_all_rates(session, &turn->step);
    if ((mpe_part_signals(&session->part) & (MPE_PART_LAST | MPE_PART_CONTESTED)) != 0)
        pass_time(session, &turn->step);
    if ((mpe_part_signals(&session->part) & MPE_PART_DUPLICATE) != 0)
        take_duplicate(turn);
}

/* A sum that is too high is said once, or not at all. */
static bool is_sum_reported(const struct mpe_session *session)
{
    const struct mpe_limits *const limits = session->tools.limits;
    return mpe_standing_has(&session->standing, MPE_REASON_MEASURED_BITRATE) ||
           mpe_standing_has(&session->standing, MPE_REASON_DECLARED_BITRATE) ||
           mpe_standing_has(&session->standing, MPE_REASON_DECLARED_UNIT_MISTAKE) ||
           mpe_limits_action(limits, MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED) == MPE_ACTION_IGNORE;
}

int64_t mpe_share_due_us(const struct mpe_session *session)
{
    int64_t due_us = silent_from_us(session);
    if ((mpe_part_signals(&session->part) & MPE_PART_DUPLICATE) != 0)
        return session->now_us;
    if (!session->adds_up && has_rate(session))
        due_us = earlier(due_us, adds_up_from_us(session));
    return is_sum_reported(session) ? due_us : earlier(due_us, mpe_channel_due_us(session->channel, &session->part));
}

void mpe_share_release(struct mpe_session *session, struct mpe_session_track *track)
{
    mpe_channel_drop(session->channel, &session->part, track->observed.facts.index);
}

/* ---- leaving ---- */

/* Each is judged by itself. */
void mpe_share_enter(const struct mpe_turn *of)
{
    struct mpe_session *const session = of->session;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        struct mpe_turn turn;
        mpe_turn_begin(&turn, session, of->judgement, NULL, of->step.offset_bytes);
        turn.track = &session->tracks.items[i];
        turn.step.track = &turn.track->observed.facts;
        if (!turn.step.track->header_seen)
            continue;
        take_quality(&turn);
        share_rates(session, turn.step.track, &turn.step);
        mpe_verdict_judge(&turn);
    }
}

void mpe_share_leave(struct mpe_session *session)
{
    if (session->has_left)
        return;
    session->has_left = true;
    mpe_compare_end(session);
    mpe_channel_part_leave(session->channel, &session->part);
    if (session->has_joined)
        mpe_channel_leave(session->channel, mpe_session_id(session));
}
