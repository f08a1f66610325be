#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <jansson.h>

#include "common/finding_json.h"

#define HEAD_BYTES 512

/* -------------------------------------------------------------- the status */

/* MPE_UNKNOWN_ERROR is told apart by its reasons. */
static unsigned status_of_fault(int32_t reason, bool header_came)
{
    if (reason == MPE_REASON_PROTOCOL_NOT_SUPPORTED) {
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    if (reason == MPE_REASON_OUT_OF_MEMORY) {
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
    return header_came ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_PRECONDITION_FAILED;
}

static unsigned status_of(const mpe_error *error, bool header_came)
{
    switch (error->code) {
    case MPE_INGEST_ENCODER_CONNECTION_DENIED:
    case MPE_RTMP_APPID_AUTH_FAILURE:
    case MPE_BAD_URL_SYNTAX:
        return MHD_HTTP_FORBIDDEN;
    case MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED:
        return MHD_HTTP_PRECONDITION_FAILED;
    case MPE_INGEST_CODEC_NOT_SUPPORTED:
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    case MPE_UNKNOWN_ERROR:
        return status_of_fault(error->reason, header_came);
    case MPI_SYSTEM_MAINTENANCE:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    default:
        return MHD_HTTP_BAD_REQUEST;
    }
}

/* ---------------------------------------------------------------- the body */

struct answer answer_to(const mpe_error *error, bool header_came)
{
    struct answer answer = {status_of(error, header_came), finding_line(finding_object_with_remedy(error))};
    return answer;
}

struct answer answer_plain(unsigned status, const char *sentence)
{
    json_t *object = json_pack("{s:s}", "message", sentence);
    struct answer answer = {status, json_dumps(object, JSON_COMPACT)};
    json_decref(object);
    return answer;
}

void answer_free(struct answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

/* ------------------------------------------------------------- the two ways */

enum MHD_Result answer_queue(struct MHD_Connection *connection, const struct answer *answer)
{
    const char *body = answer->body != NULL ? answer->body : "";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    if (*body != '\0') {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    }
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "POST, PUT");
    }
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

void answer_now(int socket, const struct answer *answer)
{
    const char *body = answer->body != NULL ? answer->body : "";
    char head[HEAD_BYTES];
    char date[64];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          answer->status, MHD_get_reason_phrase_for(answer->status), date, strlen(body));
    /* Nothing was sent on this connection for a while: a few hundred bytes fit, or the encoder is gone. */
    if (send(socket, head, (size_t)length, MSG_NOSIGNAL | MSG_MORE) == length) {
        send(socket, body, strlen(body), MSG_NOSIGNAL);
    }
    shutdown(socket, SHUT_WR);
}
