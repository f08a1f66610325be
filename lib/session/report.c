/* What a session reports to its host: findings, tracks, notifications. */
#include <string.h>

#include "codes/codec.h"
#include "codes/codes.h"
#include "mpe.h"
#include "notify/notify.h"
#include "session/origin.h"
#include "session/session.h"
#include "session/verdict.h"

static mpe_status check_output(const mpe_session *session, const mpe_error *error)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (error == NULL)
        return MPE_BAD_OUTPUT;
    return error->struct_size < sizeof(*error) ? MPE_BAD_STRUCT_SIZE : MPE_OK;
}

static mpe_status fill(mpe_error *error, const struct mpe_finding *finding)
{
    error->struct_size = sizeof(*error);
    mpe_error_of_finding(error, finding);
    return MPE_EVENT;
}

mpe_status mpe_session_poll_error(mpe_session *session, mpe_error *error)
{
    const mpe_status status = check_output(session, error);
    struct mpe_finding finding;
    return status == MPE_OK && mpe_verdict_poll(session, &finding) ? fill(error, &finding) : status;
}

mpe_status mpe_session_ending(const mpe_session *session, mpe_error *error)
{
    const mpe_status status = check_output(session, error);
    struct mpe_finding finding;
    return status == MPE_OK && mpe_verdict_ending(session, &finding) ? fill(error, &finding) : status;
}

static void describe_stream(mpe_track *out, const struct mpe_stream *stream)
{
    out->profile = stream->profile;
    out->bit_depth = stream->bit_depth;
    out->width_px = stream->width_px;
    out->height_px = stream->height_px;
    out->sample_rate_hz = stream->sample_rate_hz;
    out->channels = stream->channels;
    out->aac_object_type = stream->aac_object_type;
}

/* Declared is what metadata says, else the header. */
static void describe_frame_rate(mpe_track *out, const struct mpe_track_state *track)
{
    const struct mpe_frame_rate *const rate = track->rates.frame_rate;
    out->measured_mfps = rate != NULL ? rate->measured_mfps : 0;
    out->declared_mfps =
        rate != NULL && rate->declared_mfps != 0 ? rate->declared_mfps : track->facts.stream->frame_rate_mfps;
}

static void describe_track(mpe_track *out, const struct mpe_track_state *track)
{
    const struct mpe_track_facts *const facts = &track->facts;
    const char *codec = mpe_codec_row(facts->codec)->name;

    memset(out, 0, sizeof(*out));
    out->struct_size = sizeof(*out);
    out->media = facts->media;
    out->track_id = (int32_t)facts->track_id;
    out->stream_id = facts->stream_id;
    out->fourcc = facts->fourcc;
    out->header_seen = facts->header_seen;
    describe_stream(out, facts->stream);
    describe_frame_rate(out, track);
    out->composition_offset_us = facts->composition_offset_us;
    out->measured_bps = facts->measured_bps;
    out->declared_bps = facts->declared_bps;
    out->frames = facts->frames;
    out->key_frames = facts->key_frames;
    out->bytes = facts->bytes;
    out->first_dts_us = facts->first_dts_us;
    out->last_dts_us = facts->last_dts_us;
    out->media_us = facts->elapsed_us;
    strncpy(out->codec, codec, sizeof(out->codec) - 1);
}

mpe_status mpe_session_track(const mpe_session *session, int32_t index, mpe_track *track)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (track == NULL)
        return MPE_BAD_OUTPUT;
    if (track->struct_size < sizeof(*track))
        return MPE_BAD_STRUCT_SIZE;
    if (index < 0 || index >= session->tracks.count)
        return MPE_BAD_INDEX;
    describe_track(track, &session->tracks.items[index].observed);
    return MPE_OK;
}

mpe_status mpe_error_json(const mpe_session *session, const mpe_error *error, int32_t schema, int64_t unix_us,
                          char *buffer, size_t size, size_t *needed)
{
    char address[MPE_ADDRESS_TEXT_BYTES];

    if (session == NULL)
        return MPE_BAD_SESSION;
    if (error == NULL || error->struct_size < sizeof(*error) || mpe_code_row(error->code) == NULL)
        return MPE_BAD_ERROR;
    if (schema != MPE_SCHEMA_EVENT_GRID && schema != MPE_SCHEMA_CLOUD_EVENTS)
        return MPE_BAD_SCHEMA;
    if (buffer == NULL && size > 0)
        return MPE_BAD_OUTPUT;
    const struct mpe_origin origin = mpe_origin_of(session, address);
    return mpe_notification_json(error, &origin, schema, unix_us, buffer, size, needed);
}
