/* The public functions by which a host says which channel a session is for, or that it is for none. */
#include <string.h>

#include "channel/name.h"
#include "channel/url.h"
#include "codes/codes.h"
#include "session/clock.h"
#include "session/health.h"
#include "session/late.h"
#include "session/pipeline.h"
#include "session/share.h"
#include "session/verdict.h"

/* ---- what it has named ---- */

/* What stands after the question mark. */
static struct mpe_span query_of(struct mpe_span text)
{
    const size_t at = mpe_span_find(text, '?');
    return at < text.len ? (struct mpe_span){text.bytes + at + 1, text.len - at - 1} : (struct mpe_span){NULL, 0};
}

static struct mpe_span without_slashes(struct mpe_span text)
{
    for (; text.len > 0 && text.bytes[0] == '/'; text.len--)
        text.bytes++;
    while (text.len > 0 && text.bytes[text.len - 1] == '/')
        text.len--;
    return text;
}

/* A URL names what connect and publish name. */
static struct mpe_span part_of_url(struct mpe_span url, int32_t part)
{
    const struct mpe_ingest_path path = mpe_ingest_path_parse(url);
    switch (part) {
    case MPE_NAME_APP:
        return without_slashes(path.app);
    case MPE_NAME_STREAM:
        return path.stream_name;
    case MPE_NAME_QUERY:
        return query_of(url);
    default:
        return url;
    }
}

static struct mpe_span part_of(const struct mpe_late_binding *late, int32_t part)
{
    if (late->connect.kind == MPE_UNIT_NONE && late->publish.kind == MPE_UNIT_NONE)
        return part_of_url(late->url, part);
    switch (part) {
    case MPE_NAME_APP:
        return mpe_name_without_query(late->connect.name);
    case MPE_NAME_STREAM:
        return mpe_name_without_query(late->publish.name);
    case MPE_NAME_QUERY:
        return mpe_span_find(late->publish.name, '?') < late->publish.name.len ? query_of(late->publish.name)
                                                                               : query_of(late->connect.name);
    default:
        return late->connect.url;
    }
}

/* A text with a NUL in it would be taken for another one, by whoever compares it up to there. */
static struct mpe_span without_nul(struct mpe_span text)
{
    return mpe_span_find(text, '\0') < text.len ? (struct mpe_span){NULL, 0} : text;
}

mpe_status mpe_session_name(const mpe_session *session, int32_t part, char *buffer, size_t size, size_t *needed)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (part < MPE_NAME_APP || part > MPE_NAME_TC_URL)
        return MPE_BAD_PARAM;
    if (session->late == NULL)
        return MPE_BAD_STATE;
    if (buffer == NULL && size > 0)
        return MPE_BAD_OUTPUT;
    const struct mpe_span text = without_nul(part_of(session->late, part));
    if (needed != NULL)
        *needed = text.len + 1;
    const bool fits = text.len < size;
    if (fits && text.len > 0)
        memcpy(buffer, text.bytes, text.len);
    if (size > 0)
        buffer[fits ? text.len : 0] = '\0';
    return fits ? MPE_OK : MPE_BUFFER_TOO_SMALL;
}

size_t mpe_session_taken(const mpe_session *session)
{
    return session != NULL ? session->taken_bytes : 0;
}

/* ---- the channel that it is for ---- */

/* Its session id in the channel, where it has one. false: no memory. */
static bool join(const struct mpe_session *session, mpe_channel *channel, bool *has_joined, bool *is_taken)
{
    const char *const session_id = mpe_session_id(session);
    *has_joined = *is_taken = false;
    if (session_id != NULL)
        *has_joined = mpe_channel_join(channel, session_id, is_taken);
    return session_id == NULL || *has_joined || *is_taken;
}

/* Memory for what the channel wants to know. false: there is none. */
static bool prepare(struct mpe_session *session, mpe_channel *channel)
{
    const struct mpe_policy *const policy = mpe_channel_hold_policy(channel);
    const bool is_ready = mpe_health_begin(session, &policy->limits);
    mpe_channel_release_policy(channel, policy);
    return is_ready;
}

/* What it was part of before, it is no more. */
static void move(struct mpe_session *session, mpe_channel *channel, bool has_joined)
{
    mpe_channel *const before = session->channel;
    mpe_channel_retain(channel);
    mpe_share_leave(session);
    const struct mpe_policy *const policy = mpe_session_policy(session);
    session->tools.limits = &mpe_channel_hold_policy(channel)->limits;
    mpe_channel_release_policy(before, policy);
    session->channel = channel;
    session->has_left = false;
    session->has_joined = has_joined;
    mpe_share_own_id(session);
    session->serial = mpe_channel_next_serial(channel);
    session->observation.facts.kind = (uint8_t)mpe_channel_kind_of(channel);
    session->late->is_bound = true;
    mpe_channel_release(before);
}

/* What the channel asks for may have changed. */
static void stay(struct mpe_session *session)
{
    const struct mpe_policy *const policy = mpe_session_policy(session);
    session->tools.limits = &mpe_channel_hold_policy(session->channel)->limits;
    mpe_channel_release_policy(session->channel, policy);
}

static mpe_status bind(struct mpe_session *session, mpe_channel *channel)
{
    const bool is_new = channel != session->channel || !session->late->is_bound;
    bool has_joined = false, is_taken = false;
    if (!prepare(session, channel) || (is_new && !join(session, channel, &has_joined, &is_taken)))
        return MPE_NO_MEMORY;
    if (is_new)
        move(session, channel, has_joined);
    else
        stay(session);
    if (session->health != NULL)
        mpe_health_set_due(session); /* by what its channel asks for */
    session->is_named = false;
    mpe_pipeline_bind(session, is_new, is_taken);
    return MPE_OK;
}

mpe_status mpe_session_bind(mpe_session *session, mpe_channel *channel, int64_t now_us)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (session->late == NULL || session->finished ||
        (!session->stopped && !session->is_named && session->has_bytes))
        return MPE_BAD_STATE;
    mpe_clock_pass(session, now_us);
    if (session->stopped)
        return MPE_OK;
    const mpe_status status = bind(session, channel);
    if (status == MPE_OK)
        mpe_clock_pass(session, now_us); /* by the limits of its channel, too */
    return status;
}

/* ---- the host's own no ---- */

static const struct refusal {
    int32_t code;
    const char *what; /* in a sentence, see codes/reasons.def */
} refusals[] = {
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, "this encoder may not connect"},
    {MPE_RTMP_APPID_AUTH_FAILURE, "the ingest URL names no channel that takes it now, or its key is wrong"},
    {MPI_REST_API_CHANNEL_RESET, "its operator has ended this session"},
    {MPI_REST_API_CHANNEL_STOP, "the channel is stopped"},
    {MPI_SYSTEM_MAINTENANCE, "it is under maintenance"},
};

/* NULL: none that a host may give. */
static const struct refusal *refusal_of(int32_t code)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (refusals[i].code == code)
            return &refusals[i];
    }
    return NULL;
}

/* A code that is elsewhere how a session ended well, is here why it must end. */
static uint8_t class_of(int32_t code, bool is_admitted)
{
    const uint8_t class = mpe_code_class(code, is_admitted);
    if (class != MPE_CLASS_ENDING)
        return class;
    return is_admitted ? MPE_CLASS_DISCONNECT : MPE_CLASS_REJECT;
}

mpe_status mpe_session_refuse(mpe_session *session, int32_t code, int64_t now_us)
{
    const struct refusal *const refusal = refusal_of(code);
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (refusal == NULL)
        return MPE_BAD_CODE;
    if (session->finished)
        return MPE_BAD_STATE;
    mpe_clock_pass(session, now_us);
    if (session->stopped)
        return MPE_OK;
    mpe_verdict_raise(session, &(struct mpe_finding){.code = code,
                                                     .reason = MPE_REASON_HOST_REFUSED,
                                                     .class = class_of(code, session->observation.facts.admitted),
                                                     .is_by_host = true,
                                                     .track = -1,
                                                     .now_us = session->now_us,
                                                     .what = refusal->what});
    return MPE_OK;
}
