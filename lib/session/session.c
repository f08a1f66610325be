/* The life of a session: opened, fed, ticked, finished, freed. */
#include "session/session.h"

#include <string.h>

#include "codes/codes.h"
#include "session/clock.h"
#include "session/health.h"
#include "session/late.h"
#include "session/life.h"
#include "session/pipeline.h"
#include "session/protocol.h"
#include "session/share.h"
#include "session/verdict.h"

#define MAX_SESSION_ID_BYTES 128

static void destroy(mpe_session *session)
{
    mpe_channel *const channel = session->channel;
    const struct mpe_mem *const mem = session->tools.mem;
    mpe_share_leave(session);
    mpe_wire_clear(&session->wire);
    mpe_tracks_free(&session->tracks, mem);
    if (session->findings != NULL)
        mpe_findings_clear(mem, session->findings);
    mpe_mem_free(mem, session->findings);
    mpe_health_free(session);
    mpe_mem_free(mem, session->caller);
    mpe_mem_free(mem, session->ingest_url);
    mpe_mem_free(mem, session->stream_name);
    mpe_channel_release_policy(channel, mpe_session_policy(session));
    mpe_channel *const lobby = mpe_late_free(session);
    mpe_mem_free(mem, session);
    mpe_channel_release(channel);
    if (lobby != NULL)
        mpe_channel_release(lobby);
}

/* Keeps what the host says of the caller, where it says something. false: no memory. */
static bool keep_caller(mpe_session *session, const char *peer_text, const char *session_id)
{
    const struct mpe_peer peer = mpe_peer_parse(peer_text);
    const size_t id_bytes = session_id != NULL ? strlen(session_id) + 1 : 0;
    if (!peer.known && session_id == NULL)
        return true;
    session->caller = mpe_mem_new(session->tools.mem, sizeof(*session->caller) + id_bytes);
    if (session->caller == NULL)
        return false;
    session->caller->peer = peer;
    session->caller->has_id = session_id != NULL;
    if (session_id != NULL)
        memcpy(session->caller->id, session_id, id_bytes);
    return true;
}

/* The session id, if there is one, joins the channel; in a lobby, none does. false: no memory. */
static bool join(mpe_session *session, bool *is_taken)
{
    const char *const session_id = mpe_session_id(session);
    if (session_id == NULL || session->late != NULL)
        return true;
    session->has_joined = mpe_channel_join(session->channel, session_id, is_taken);
    return session->has_joined || *is_taken;
}

static mpe_status check_arguments(const mpe_channel *channel, int32_t protocol, const char *session_id)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (!mpe_protocol_is_known(protocol))
        return MPE_BAD_PROTOCOL;
    if (session_id != NULL && strlen(session_id) >= MAX_SESSION_ID_BYTES)
        return MPE_BAD_TEXT;
    return MPE_OK;
}

mpe_status mpe_session_new(mpe_session **out, mpe_channel *channel, int32_t protocol, const char *peer,
                           const char *session_id, int64_t now_us)
{
    const mpe_status status = check_arguments(channel, protocol, session_id);
    bool is_taken = false;
    if (out == NULL)
        return MPE_BAD_OUTPUT;
    *out = NULL;
    if (status != MPE_OK)
        return status;
    mpe_session *const session = mpe_mem_new(mpe_channel_mem(channel), sizeof(*session));
    if (session == NULL)
        return MPE_NO_MEMORY;
    mpe_channel_retain(channel);
    session->channel = channel;
    session->tools = (struct mpe_wire_tools){mpe_channel_mem(channel), &mpe_channel_hold_policy(channel)->limits, NULL};
    session->now_us = session->headers_us = session->volume.now_us = mpe_sane_us(now_us);
    mpe_part_expect(&session->part, session->tools.limits->bitrate_window_us); /* not known before the first frames */
    mpe_wire_begin(&session->wire, &session->tools, protocol);
    mpe_observe_open(&session->observation, mpe_channel_kind_of(channel), session->now_us);
    const bool is_ready = !session->tools.limits->bind_late || mpe_late_begin(session);
    if (!is_ready || !mpe_health_begin(session, session->tools.limits) || !keep_caller(session, peer, session_id) ||
        !join(session, &is_taken)) {
        destroy(session);
        return MPE_NO_MEMORY;
    }
    session->serial = mpe_channel_next_serial(channel); /* nothing fails from here on */
    mpe_share_own_id(session);
    mpe_pipeline_open(session, is_taken);
    *out = session;
    return MPE_OK;
}

void mpe_session_free(mpe_session *session)
{
    if (session != NULL)
        destroy(session);
}

mpe_status mpe_session_feed(mpe_session *session, const void *data, size_t len, int64_t now_us)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (data == NULL && len > 0)
        return MPE_BAD_DATA;
    if (session->finished || (len > 0 && mpe_late_waits(session)))
        return MPE_BAD_STATE;
    session->taken_bytes = 0;
    mpe_clock_pass(session, now_us);
    if (len == 0)
        return MPE_OK;
    session->has_bytes = true;
    struct mpe_cursor in = {data, (const uint8_t *)data + len};
    mpe_pipeline_bytes(session, &in);
    session->taken_bytes = mpe_late_waits(session) ? (size_t)(in.at - (const uint8_t *)data) : len;
    return mpe_late_waits(session) ? MPE_NAMED : MPE_OK;
}

mpe_status mpe_session_tick(mpe_session *session, int64_t now_us)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (session->finished)
        return MPE_BAD_STATE;
    mpe_clock_pass(session, now_us);
    return MPE_OK;
}

int64_t mpe_session_deadline(const mpe_session *session)
{
    if (session == NULL || session->stopped || session->finished || session->tools.limits->media_clock)
        return INT64_MAX;
    const int64_t idle_us = mpe_life_due_us(session);
    const int64_t share_us = mpe_share_due_us(session);
    const int64_t health_us = mpe_health_due_us(session);
    const int64_t silent_us = share_us < idle_us ? share_us : idle_us;
    const int64_t due_us = silent_us < health_us ? silent_us : health_us;
    return due_us > MPE_MOST_NOW_US ? INT64_MAX : due_us;
}

/* An ending that is no fault is a record like any other. */
static void end_well(mpe_session *session, int32_t host_code)
{
    const int32_t code = host_code != 0 ? host_code : mpe_protocol_ending(session->wire.protocol);
    mpe_verdict_raise(session, &(struct mpe_finding){.code = code,
                                                     .reason = MPE_REASON_ENDED,
                                                     .class = mpe_code_class(code, true),
                                                     .track = -1,
                                                     .now_us = session->now_us});
}

mpe_status mpe_session_finish(mpe_session *session, int32_t code, int64_t now_us)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (code != 0 && code != MPI_REST_API_CHANNEL_RESET && code != MPI_REST_API_CHANNEL_STOP &&
        code != MPI_SYSTEM_MAINTENANCE)
        return MPE_BAD_CODE;
    if (session->finished)
        return MPE_BAD_STATE;
    mpe_clock_pass(session, now_us);
    session->finished = true;
    if (!session->stopped)
        mpe_pipeline_end(session);
    end_well(session, code);
    return MPE_OK;
}

int32_t mpe_session_state(const mpe_session *session)
{
    return session != NULL ? session->state : MPE_BAD_SESSION;
}

int32_t mpe_session_protocol(const mpe_session *session)
{
    return session != NULL ? session->wire.protocol : MPE_BAD_SESSION;
}
