/* Admission: every track announced has its header, and the first coded frames passed. */
#include "session/admission.h"

#include "codes/codec.h"

static void set_admitted(struct mpe_session *session)
{
    session->state = MPE_STATE_ADMITTED;
    session->observation.facts.admitted = true;
}

/* A track that has no header yet and no frame may be one of an encoder that never sends any. */
static bool is_track_ready(const struct mpe_track_facts *track, bool is_grace_over)
{
    return track->header_seen || !mpe_codec_row(track->codec)->needs_header || (track->frames == 0 && is_grace_over);
}

static bool has_track_of(const struct mpe_session *session, uint8_t media)
{
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        if (session->tracks.items[i].observed.facts.media == media)
            return true;
    }
    return false;
}

static bool is_announced_missing(const struct mpe_session *session)
{
    const struct mpe_declared *const declared = &session->observation.declared;
    return (declared->has_video && !has_track_of(session, MPE_MEDIA_VIDEO)) ||
           (declared->has_audio && !has_track_of(session, MPE_MEDIA_AUDIO));
}

/*
 * Every track announced has its header, and one of them has had its first steps checked. Encoders announce sound that
 * they never send: nobody waits for it longer than for metadata.
 */
static bool is_ready(const struct mpe_session *session)
{
    const bool is_grace_over = session->observation.facts.media_elapsed_us > session->tools.limits->metadata_grace_us;
    bool is_time_checked = false;
    if (!is_grace_over && is_announced_missing(session))
        return false;
    for (uint16_t i = 0; i < session->tracks.count; i++) {
        const struct mpe_track_facts *const track = &session->tracks.items[i].observed.facts;
        if (!is_track_ready(track, is_grace_over))
            return false;
        is_time_checked |= track->frames >= 2;
    }
    return is_time_checked;
}

void mpe_admission_try(struct mpe_session *session)
{
    if (is_ready(session))
        set_admitted(session);
}

void mpe_admission_take(struct mpe_turn *turn)
{
    if (turn->unit->kind == MPE_UNIT_HEADER && turn->track == NULL && turn->session->state == MPE_STATE_OPENING)
        set_admitted(turn->session);
}
