/* The public functions of reply.h: what the session knows of its encoder, given to the layer that answers. */
#include "reply.h"

#include <string.h>

#include "codes/codes.h"
#include "notify/text.h"
#include "reply/answer.h"
#include "reply/http.h"
#include "reply/rtmp.h"
#include "session/session.h"

#define DEFAULT_CHUNK_SIZE_BYTES 128 /* Adobe RTMP 1.0, section 5.4.1 */
#define CSID_COMMAND             3
#define CSID_ASIDE               63 /* of no server that we know: its own chunk streams keep their state */
#define TC_URL_BYTES             512
#define DESCRIPTION_BYTES        328

int32_t mpe_session_asked(const mpe_session *session)
{
    return session != NULL ? session->requests.latest : MPE_BAD_SESSION;
}

/* ---- arguments ---- */

static bool is_of_library(const mpe_error *error)
{
    return error != NULL && error->struct_size >= sizeof(*error) && mpe_code_row(error->code) != NULL;
}

/* A protocol that is not known may be RTMP's, still. */
static mpe_status check_rtmp(const mpe_session *session)
{
    const uint8_t protocol = session->wire.protocol;
    return protocol == MPE_PROTOCOL_RTMP || protocol == MPE_PROTOCOL_AUTO ? MPE_OK : MPE_BAD_PROTOCOL;
}

static mpe_status check_refusal(const mpe_session *session, const mpe_error *error, int32_t answered)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (!is_of_library(error))
        return MPE_BAD_ERROR;
    if (answered < MPE_ANSWERED_UNKNOWN || answered > MPE_ANSWERED_STREAM)
        return MPE_BAD_ANSWERED;
    return check_rtmp(session);
}

/* NULL, or 1 to size - 1 bytes of UTF-8. */
static bool is_text(const char *text, size_t size)
{
    char clean[TC_URL_BYTES];
    struct mpe_text_out out = mpe_text_begin(clean, size);
    if (text == NULL)
        return true;
    mpe_text_utf8(&out, text);
    return out.len > 0 && strcmp(clean, text) == 0;
}

static mpe_status check_reconnect(const mpe_session *session, const char *tc_url, const char *description)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (!is_text(tc_url, TC_URL_BYTES) || !is_text(description, DESCRIPTION_BYTES))
        return MPE_BAD_TEXT;
    if (check_rtmp(session) != MPE_OK)
        return MPE_BAD_PROTOCOL;
    return session->requests.can_reconnect ? MPE_OK : MPE_NOT_SUPPORTED;
}

/* ---- RTMP ---- */

static mpe_status begin_chunks(struct mpe_chunks_out *out, uint32_t chunk_size_bytes)
{
    if (chunk_size_bytes > INT32_MAX)
        return MPE_BAD_CHUNK_SIZE;
    out->chunk_size_bytes = chunk_size_bytes != 0 ? chunk_size_bytes : DEFAULT_CHUNK_SIZE_BYTES;
    out->len = 0;
    return MPE_OK;
}

/* All of the bytes, or none. */
static mpe_status give(const uint8_t *bytes, size_t len, void *buffer, size_t size, size_t *needed)
{
    if (buffer == NULL && size > 0)
        return MPE_BAD_OUTPUT;
    if (needed != NULL)
        *needed = len;
    if (len > size)
        return MPE_BUFFER_TOO_SMALL;
    memcpy(buffer, bytes, len);
    return MPE_OK;
}

mpe_status mpe_reply_rtmp(const mpe_session *session, const mpe_error *error, int32_t answered,
                          uint32_t chunk_size_bytes, void *buffer, size_t size, size_t *needed)
{
    struct mpe_chunks_out out;
    struct mpe_rtmp_message message;
    mpe_status status = check_refusal(session, error, answered);
    if (status == MPE_OK)
        status = begin_chunks(&out, chunk_size_bytes);
    if (status != MPE_OK)
        return status;
    for (int32_t i = 0; mpe_rtmp_refusal(&session->requests, error, answered, i, &message); i++)
        mpe_chunks_put(&out, CSID_COMMAND, &message);
    return give(out.bytes, out.len, buffer, size, needed);
}

mpe_status mpe_reply_rtmp_message(const mpe_session *session, const mpe_error *error, int32_t answered, int32_t index,
                                  uint32_t *stream_id, void *buffer, size_t size, size_t *needed)
{
    struct mpe_rtmp_message message;
    const mpe_status status = check_refusal(session, error, answered);
    if (status != MPE_OK)
        return status;
    if (!mpe_rtmp_refusal(&session->requests, error, answered, index, &message))
        return MPE_BAD_INDEX;
    if (stream_id != NULL)
        *stream_id = message.stream_id;
    return give(message.payload.bytes, message.payload.len, buffer, size, needed);
}

mpe_status mpe_reply_reconnect(const mpe_session *session, const char *tc_url, const char *description,
                               uint32_t chunk_size_bytes, void *buffer, size_t size, size_t *needed)
{
    struct mpe_chunks_out out;
    struct mpe_rtmp_message message;
    mpe_status status = check_reconnect(session, tc_url, description);
    if (status == MPE_OK)
        status = begin_chunks(&out, chunk_size_bytes);
    if (status != MPE_OK)
        return status;
    mpe_rtmp_reconnect(tc_url, description, &message);
    mpe_chunks_put(&out, CSID_ASIDE, &message);
    return give(out.bytes, out.len, buffer, size, needed);
}

/* ---- HTTP ---- */

static bool has_header(const mpe_session *session)
{
    bool has = session->observation.facts.admitted;
    for (uint16_t i = 0; i < session->tracks.count; i++)
        has |= session->tracks.items[i].observed.facts.header_seen;
    return has;
}

mpe_status mpe_reply_http(const mpe_session *session, const mpe_error *error, int32_t *http_status,
                          int32_t *retry_after_s, char *buffer, size_t size, size_t *needed)
{
    int32_t after_s;
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (!is_of_library(error))
        return MPE_BAD_ERROR;
    if (buffer == NULL && size > 0)
        return MPE_BAD_OUTPUT;
    const int32_t status = mpe_answer_http(error, has_header(session), &after_s);
    if (http_status != NULL)
        *http_status = status;
    if (retry_after_s != NULL)
        *retry_after_s = after_s;
    return mpe_http_body(error, buffer, size, needed);
}
