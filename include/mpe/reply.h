/*
 * libmpe: the bytes that say to an encoder why it is refused or disconnected.
 *
 * A host polls a finding and sends what these functions write, on the connection that the finding is about:
 *
 *     while (mpe_session_poll_error(session, &error) == MPE_EVENT) {
 *         mpe_reply_rtmp(session, &error, MPE_ANSWERED_UNKNOWN, chunk_size_bytes, bytes, sizeof(bytes), &len);
 *         ... send, shut down sending, read on until the peer closes or 2 s are over, close ...
 *     }
 *
 * How to end a connection so that the words arrive: mpe_integration(7).
 *
 * The sentence is the name of the code, ": ", and error.message, in UTF-8; at most 391 bytes, cut between characters,
 * each byte that is no UTF-8 replaced by U+FFFD. A host that knows better may write another message into the error before
 * it calls. No byte of the ingest URL, the stream name, its query or the encoder's address is in any reply.
 *
 * None of these functions allocates anything. They may be called any number of times, while the session goes on,
 * after it was refused and after mpe_session_finish; the session must not be used by another thread meanwhile. None
 * changes the session.
 */
#ifndef MPE_REPLY_H
#define MPE_REPLY_H

#include "mpe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of replies to RTMP, whatever the chunk size; of messages without chunks; of the JSON of an answer over HTTP. */
enum {
    MPE_REPLY_RTMP_MAX_BYTES = 4096,
    MPE_REPLY_RTMP_MESSAGE_MAX_BYTES = 1000,
    MPE_REPLY_HTTP_MAX_BYTES = 4096
};

/* What an RTMP encoder has asked for last, as its bytes say. */
enum mpe_asked {
    MPE_ASKED_NOTHING = 0, /* its handshake, or a command, is not complete */
    MPE_ASKED_CONNECT = 1,
    MPE_ASKED_COMMAND = 2, /* after connect: releaseStream, FCPublish or another one that no refusal answers */
    MPE_ASKED_STREAM = 3,  /* createStream */
    MPE_ASKED_PUBLISH = 4  /* publish; it stays this */
};

/* What the host, or the server that it protects, has answered so far with _result or onStatus. */
enum mpe_answered {
    MPE_ANSWERED_UNKNOWN = 0, /* taken from the encoder: who asks for more was answered before */
    MPE_ANSWERED_NOTHING = 1,
    MPE_ANSWERED_CONNECT = 2,
    MPE_ANSWERED_STREAM = 3 /* createStream, and perhaps publish */
};

/*
 * enum mpe_asked, or MPE_BAD_SESSION. A host that refuses an encoder before it has asked for anything, as for its
 * address, best shakes hands, feeds on until this is MPE_ASKED_CONNECT (5 s are enough), and replies then.
 */
MPE_API int32_t mpe_session_asked(const mpe_session *session);

/*
 * Writes the messages that refuse or end an RTMP session, as chunks ready to be sent: onStatus and, where connect or
 * createStream has no answer yet, _error after it. They must stand between two messages of the server, and be the last
 * that it sends; they begin on chunk stream 3 with a full header. Which code stands in them follows from error.code:
 * encoders that stop for codes stop, but for MPI_SYSTEM_MAINTENANCE and OUT_OF_MEMORY, where they come again.
 *
 * session           the session the error was polled from
 * error             from mpe_session_poll_error or mpe_session_ending
 * answered          enum mpe_answered
 * chunk_size_bytes  what the server has announced with Set Chunk Size; 0: it has not, 128 bytes
 * buffer            may be NULL when size is 0; holds no NUL at its end
 * needed            receives the bytes of the reply, also when it does not fit; may be NULL
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_ERROR, MPE_BAD_ANSWERED, MPE_BAD_CHUNK_SIZE, MPE_BAD_OUTPUT (buffer),
 * MPE_BAD_PROTOCOL (the session is not RTMP), MPE_BUFFER_TOO_SMALL (nothing was written).
 */
MPE_API mpe_status mpe_reply_rtmp(const mpe_session *session, const mpe_error *error, int32_t answered,
                                  uint32_t chunk_size_bytes, void *buffer, size_t size, size_t *needed);

/*
 * The same for a host that makes its own chunks: the payload of message index, from 0 on, each a command in AMF0 (type
 * 20) at timestamp 0. stream_id receives the message stream to send it on; it may be NULL. The other arguments are
 * those of mpe_reply_rtmp.
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_ERROR, MPE_BAD_ANSWERED, MPE_BAD_OUTPUT (buffer), MPE_BAD_PROTOCOL (the session is
 * not RTMP), MPE_BAD_INDEX (there is no further message), MPE_BUFFER_TOO_SMALL (nothing was written to buffer).
 */
MPE_API mpe_status mpe_reply_rtmp_message(const mpe_session *session, const mpe_error *error, int32_t answered,
                                          int32_t index, uint32_t *stream_id, void *buffer, size_t size,
                                          size_t *needed);

/*
 * Writes Enhanced RTMP's NetConnection.Connect.ReconnectRequest as chunks ready to be sent, for a server that is to be
 * drained: the encoder goes on here until it is connected there. It must stand between two messages of the server; it
 * uses chunk stream 63, so that the server's own chunks keep their meaning.
 *
 * session           its connect has come
 * tc_url            where to connect, a URI of 1 to 511 bytes of UTF-8; NULL: where it is connected now
 * description       one sentence, 1 to 327 bytes of UTF-8; NULL: one of the library
 * chunk_size_bytes, buffer, size, needed    as for mpe_reply_rtmp
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_TEXT (tc_url, description), MPE_BAD_CHUNK_SIZE, MPE_BAD_OUTPUT (buffer),
 * MPE_BAD_PROTOCOL (the session is not RTMP), MPE_NOT_SUPPORTED (capsEx of its connect did not say that it reconnects,
 * or no connect came), MPE_BUFFER_TOO_SMALL (nothing was written).
 */
MPE_API mpe_status mpe_reply_reconnect(const mpe_session *session, const char *tc_url, const char *description,
                                       uint32_t chunk_size_bytes, void *buffer, size_t size, size_t *needed);

/*
 * The answer to the request whose body the session was: its status and its body, an object of JSON on one line (no
 * newline), NUL-terminated, of type application/json.
 *
 * session        the session the error was polled from
 * error          from mpe_session_poll_error or mpe_session_ending
 * http_status    receives 400, 403, 409, 412, 413, 415, 429 or 503, and 200 of an ending that is no fault; as
 *                the DASH-IF live media ingest protocol has it. May be NULL
 * retry_after_s  receives the value of a header Retry-After in seconds; 0: send none. May be NULL
 * buffer         may be NULL when size is 0
 * needed         receives the bytes the text needs with its NUL, also when it does not fit; may be NULL
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_ERROR, MPE_BAD_OUTPUT (buffer), MPE_BUFFER_TOO_SMALL (nothing but an empty text was
 * written to buffer; the numbers are there).
 */
MPE_API mpe_status mpe_reply_http(const mpe_session *session, const mpe_error *error, int32_t *http_status,
                                  int32_t *retry_after_s, char *buffer, size_t size, size_t *needed);

#ifdef __cplusplus
}
#endif

#endif
