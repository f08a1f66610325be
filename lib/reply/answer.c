/* The mapping of result codes to RTMP's and HTTP's, one row each; a code without a row is a fault of the encoder. */
#include "reply/answer.h"

#include <stddef.h>
#include <string.h>

#include "codes/codes.h"
#include "notify/text.h"

#define RETRY_AFTER_S 10

/* Codes of an info object, and what encoders make of them. */
static const char rejected[] = "NetStream.Publish.Rejected";          /* OBS stops */
static const char denied[] = "NetStream.Publish.Denied";              /* OBS stops; GStreamer: permission denied */
static const char bad_name[] = "NetStream.Publish.BadName";           /* OBS stops; GStreamer: stream already exists */
static const char invalid_app[] = "NetConnection.Connect.InvalidApp"; /* OBS stops */
static const char shutting_down[] = "NetConnection.Connect.AppShutdown"; /* OBS comes again */
static const char unpublished[] = "NetStream.Unpublish.Success";

struct row {
    int32_t code;
    int32_t reason; /* 0: any */
    int32_t http_status;
    int32_t retry_after_s;
    const char *connect_code;
    const char *stream_code;
};

/* The first row that fits counts; those of a reason stand before that of its code. */
static const struct row rows[] = {
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, 0, 403, 0, denied, denied},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_APP_MISMATCH, 403, 0, invalid_app, denied},
    {MPE_RTMP_APPID_AUTH_FAILURE, 0, 403, 0, denied, denied},
    {MPE_BAD_URL_SYNTAX, 0, 403, 0, denied, denied},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, 0, 412, 0, rejected, rejected},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, 0, 415, 0, rejected, rejected},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, 0, 413, 0, rejected, rejected},
    {MPE_CAPACITY_LIMIT_REACHED, 0, 429, RETRY_AFTER_S, rejected, rejected},
    {MPE_UNKNOWN_ERROR, MPE_REASON_PROTOCOL_NOT_SUPPORTED, 415, 0, rejected, rejected},
    {MPE_UNKNOWN_ERROR, MPE_REASON_OUT_OF_MEMORY, 503, RETRY_AFTER_S, shutting_down, shutting_down},
    {MPE_UNKNOWN_ERROR, MPE_REASON_INTERNAL_LIMIT, 413, 0, rejected, rejected},
    {MPI_REST_API_CHANNEL_RESET, 0, 503, RETRY_AFTER_S, rejected, rejected},
    {MPI_REST_API_CHANNEL_STOP, 0, 503, 0, rejected, rejected},
    {MPI_SYSTEM_MAINTENANCE, 0, 503, RETRY_AFTER_S, shutting_down, shutting_down},
    {MPE_S_OK, 0, 200, 0, unpublished, unpublished},
    {MPE_CLIENT_TERMINATED_SESSION, 0, 200, 0, unpublished, unpublished},
    {MPE_CLIENT_DISCONNECTED, 0, 200, 0, unpublished, unpublished},
    {MPI_STREAM_HIT_EOF, 0, 200, 0, unpublished, unpublished},
};

static const struct row fault_row = {0, 0, 400, 0, rejected, rejected};

/* The host gave an id twice; a track that comes twice in a header has its place in the bytes. */
static const struct row id_taken_row = {0, 0, 409, RETRY_AFTER_S, bad_name, bad_name};

static bool is_id_taken(const mpe_error *error)
{
    return error->reason == MPE_REASON_DUPLICATE_ENTRY && (error->flags & MPE_ERROR_HAS_OFFSET) == 0;
}

static const struct row *row_of(const mpe_error *error)
{
    if (is_id_taken(error))
        return &id_taken_row;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == error->code && (rows[i].reason == 0 || rows[i].reason == error->reason))
            return &rows[i];
    }
    return &fault_row;
}

struct mpe_rtmp_answer mpe_answer_rtmp(const mpe_error *error)
{
    const struct row *const row = row_of(error);
    return (struct mpe_rtmp_answer){row->http_status == 200 ? "status" : "error", row->connect_code, row->stream_code};
}

int32_t mpe_answer_http(const mpe_error *error, bool header_came, int32_t *retry_after_s)
{
    const struct row *const row = row_of(error);
    *retry_after_s = row->retry_after_s;
    if (row == &fault_row && error->code == MPE_UNKNOWN_ERROR && !header_came)
        return 412; /* what cannot be read stands where the header should */
    return row->http_status;
}

void mpe_answer_sentence(const mpe_error *error, char sentence[MPE_SENTENCE_BYTES])
{
    char message[sizeof(error->message) + 1] = "";
    struct mpe_text_out out = mpe_text_begin(sentence, MPE_SENTENCE_BYTES);
    memcpy(message, error->message, sizeof(error->message));
    mpe_text_string(&out, mpe_code_name(error->code));
    mpe_text_string(&out, ": ");
    mpe_text_utf8(&out, message);
}
