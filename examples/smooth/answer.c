/* Makes the bodies of answers, and sends them as responses of libmicrohttpd or by the socket at once. */
#include "answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <jansson.h>
#include <mpe/reply.h>

#define HEAD_BYTES 512

/* ---------------------------------------------------------------- the body */

struct answer answer_to(const mpe_session *session, const mpe_error *error)
{
    struct answer answer = {MHD_HTTP_BAD_REQUEST, 0, malloc(MPE_REPLY_HTTP_MAX_BYTES)};
    int32_t status = MHD_HTTP_BAD_REQUEST;
    size_t size = answer.body != NULL ? MPE_REPLY_HTTP_MAX_BYTES : 0;
    if (mpe_reply_http(session, error, &status, &answer.retry_after_s, answer.body, size, NULL) != MPE_OK) {
        answer_free(&answer);
    }
    answer.status = (unsigned)status;
    return answer;
}

struct answer answer_plain(unsigned status, const char *sentence)
{
    json_t *object = json_pack("{s:s}", "message", sentence);
    struct answer answer = {status, 0, json_dumps(object, JSON_COMPACT)};
    json_decref(object);
    return answer;
}

struct answer answer_copy(const struct answer *answer)
{
    struct answer copy = *answer;
    copy.body = answer->body != NULL ? strdup(answer->body) : NULL;
    return copy;
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
    if (answer->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof(seconds), "%" PRId32, answer->retry_after_s);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "POST, PUT, DELETE");
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close"); /* its headers were not looked at */
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
    char retry_after[48] = "";
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    if (answer->retry_after_s > 0) {
        snprintf(retry_after, sizeof(retry_after), "Retry-After: %" PRId32 "\r\n", answer->retry_after_s);
    }
    int length = snprintf(head, sizeof(head),
                          "HTTP/1.1 %u %s\r\nDate: %s\r\n%sConnection: close\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          answer->status, MHD_get_reason_phrase_for(answer->status), date, retry_after, strlen(body));
    /* Nothing was sent on this connection for a while: a few hundred bytes fit, or the encoder is gone. */
    if (send(socket, head, (size_t)length, MSG_NOSIGNAL | MSG_MORE) == length) {
        send(socket, body, strlen(body), MSG_NOSIGNAL);
    }
    shutdown(socket, SHUT_WR);
}
