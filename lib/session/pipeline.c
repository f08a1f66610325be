/* The order of the layers. */
#include "session/pipeline.h"

#include "session/admission.h"
#include "session/headers.h"
#include "session/health.h"
#include "session/late.h"
#include "session/naming.h"
#include "session/share.h"
#include "session/turn.h"
#include "session/verdict.h"

/*
 * Every unit goes through the layers in this order; each takes the units it knows, and lets all others through.
 *
 *   tracks     which track it belongs to: all others ask for that
 *   late       what names a session of a lobby waits for its channel, and goes on from here when that is bound
 *   observe    facts, which all that follow look at
 *   naming     connect and publish against what the channel expects
 *   headers    a new header is probed: the stream that it holds makes the track's quality
 *   tracks     publish, unpublish and their like begin and end tracks, once they are named
 *   share      qualities and rates go to the channel, whose sums come back
 *   verdict    the rules see all of the above; what they say is done once the byte is complete
 *   health     where notices or conditions were asked for: what is wrong but no reason to refuse
 *   admission  last: only what was judged, and found well, is admitted
 *
 * Frames, nearly all that comes, are not known to late, naming and headers: they have the same way without these.
 */

static void follow_media_clock(struct mpe_session *session)
{
    const int64_t media_us = mpe_observe_media_clock_us(&session->observation);
    if (session->tools.limits->media_clock && media_us > session->now_us)
        session->now_us = media_us;
}

/* What a frame is judged by when its last byte is there. */
static void end_frame(struct mpe_turn *turn)
{
    mpe_observe_frame_end(&turn->session->observation, &turn->track->observed, turn->unit, turn->session->tools.limits,
                          &turn->step);
    mpe_verdict_judge(turn);
    mpe_health_take_frame(turn);
}

/* A frame begins, and perhaps ends with it. */
static void take_frame(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_unit *const unit = turn->unit;
    mpe_share_begin(turn);
    mpe_observe_frame(&session->observation, &turn->track->observed, unit, session->tools.limits, &turn->step);
    mpe_share_frame(turn);
    mpe_verdict_judge(turn);
    follow_media_clock(session);
    mpe_admission_frame(turn);
    if (!unit->is_complete)
        return;
    mpe_step_begin(&turn->step, unit->offset_bytes + unit->tail_bytes, session->now_us);
    mpe_verdict_settle(session, turn->judgement, turn->step.offset_bytes);
    if (!session->stopped)
        end_frame(turn);
}

void mpe_pipeline_other(struct mpe_turn *turn)
{
    mpe_observe_unit(&turn->session->observation, turn->track != NULL ? &turn->track->observed : NULL, turn->unit,
                     &turn->step);
    mpe_naming_take(turn);
    mpe_headers_take(turn);
    mpe_tracks_take(turn);
    mpe_share_take(turn);
    mpe_verdict_judge(turn);
    mpe_health_take(turn);
    mpe_admission_take(turn);
}

static void take_other(struct mpe_turn *turn)
{
    if (mpe_late_holds(turn))
        mpe_verdict_judge(turn);
    else
        mpe_pipeline_other(turn);
}

static void take_unit(struct mpe_turn *turn)
{
    const struct mpe_unit *const unit = turn->unit;
    turn->track = mpe_tracks_find(&turn->session->tracks, unit);
    const bool has_track = turn->track != NULL || mpe_tracks_begin(turn);
    if (unit->media != MPE_MEDIA_NONE && mpe_naming_is_due(turn->session))
        mpe_naming_miss(turn);
    const bool is_late = turn->track != NULL && turn->track->observed.phase == MPE_TRACK_RETIRED;
    if (!has_track)
        mpe_verdict_judge(turn);
    else if (unit->kind == MPE_UNIT_FRAME && !is_late)
        take_frame(turn);
    else if (unit->kind == MPE_UNIT_FRAME_END && !is_late)
        end_frame(turn);
    else
        take_other(turn);
}

static void read_all(struct mpe_session *session, struct mpe_cursor *in)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    struct mpe_unit unit;
    judgement.count = 0;
    while (mpe_naming_is_read(session) && mpe_wire_step(&session->wire, in, &unit)) {
        mpe_requests_note(&session->requests, &unit);
        mpe_verdict_settle(session, &judgement, unit.offset_bytes);
        if (session->stopped)
            continue;
        session->observation.facts.protocol = session->wire.protocol;
        mpe_turn_begin(&turn, session, &judgement, &unit, unit.offset_bytes);
        take_unit(&turn);
    }
    if (judgement.count != 0)
        mpe_verdict_close(session, &judgement);
    if (mpe_wire_is_dead(&session->wire))
        mpe_pipeline_end_if_dead(session);
}

/* Less may come than is there: the byte after that decides, and what follows is read where that was only reported. */
static void read_some(struct mpe_session *session, struct mpe_cursor *in, size_t len)
{
    struct mpe_cursor some = {in->at, in->at + len};
    read_all(session, &some);
    in->at = session->stopped ? some.end : some.at;
    if (!session->stopped && !session->is_named)
        mpe_pipeline_volume(session);
}

void mpe_pipeline_bytes(struct mpe_session *session, struct mpe_cursor *in)
{
    const size_t len = mpe_cursor_left(in);
    const size_t taken = mpe_volume_take(&session->volume, session->tools.limits, len, session->now_us);
    const uint8_t *const end = in->at + taken;
    if (taken < len)
        read_some(session, in, taken);
    read_all(session, in);
    if (mpe_late_waits(session))
        mpe_volume_return(&session->volume, (size_t)(end - in->at));
}
