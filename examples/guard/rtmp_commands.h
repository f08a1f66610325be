/*
 * Follows one direction of an RTMP connection just far enough to know where its messages end and which commands they
 * carry. It judges nothing (libmpe does that), copies no media, and holds at most RTMP_COMMAND_BYTES.
 */
#ifndef GUARD_RTMP_COMMANDS_H
#define GUARD_RTMP_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTMP_HANDSHAKE_PART     1536u                           /* C1, C2, S1, S2 */
#define RTMP_HANDSHAKE_BYTES    (1u + 2u * RTMP_HANDSHAKE_PART) /* C0 C1 C2, or S0 S1 S2 */
#define RTMP_DEFAULT_CHUNK_SIZE 128u
#define RTMP_COMMAND_BYTES      65536u /* of all unfinished commands; what is longer is skipped */
#define RTMP_TEXT_BYTES         1024u
#define RTMP_CHUNK_STREAMS      64u /* as many as libmpe takes by default */

enum rtmp_message_type {
    RTMP_SET_CHUNK_SIZE = 1,
    RTMP_ABORT = 2,
    RTMP_ACKNOWLEDGEMENT = 3,
    RTMP_USER_CONTROL = 4,
    RTMP_WINDOW_SIZE = 5,
    RTMP_PEER_BANDWIDTH = 6,
    RTMP_AUDIO = 8,
    RTMP_VIDEO = 9,
    RTMP_AGGREGATE = 22,
    RTMP_COMMAND_AMF3 = 17,
    RTMP_COMMAND_AMF0 = 20
};

/* What rtmp_reader_take stopped at. */
enum rtmp_seen {
    RTMP_SAW_NOTHING, /* all bytes are used up */
    RTMP_SAW_MESSAGE,
    RTMP_SAW_COMMAND
};

struct rtmp_command {
    char name[32];
    double transaction;
    uint32_t stream_id;         /* the message stream it came on */
    char text[RTMP_TEXT_BYTES]; /* app of connect, stream name of publish and play, code of onStatus, _result, _error */
    char level[16];             /* of the same three; here and above "" is not there, or too long */
    double number;              /* of _result: the last one that stands alone in it, as that of createStream */
    char tc_url[RTMP_TEXT_BYTES]; /* of connect */
    char flash_ver[128];
};

struct rtmp_chunk_stream {
    uint32_t id;
    uint32_t length;
    uint32_t left;     /* bytes of the message still to come; 0: between messages */
    uint32_t control;  /* first four bytes of a Set Chunk Size or Abort */
    uint32_t extended; /* as on the wire */
    uint32_t stream_id;
    uint8_t type;
    bool has_extended;
    unsigned char *command; /* length bytes, or NULL: not gathered */
};

struct rtmp_reader {
    uint64_t position;   /* bytes taken so far */
    uint64_t header_at;  /* where the header of the chunk begins that came last */
    uint64_t message_at; /* ... and of the message that began last */
    uint64_t payload_at; /* where what it carries begins */
    bool is_alone;       /* no other one was open then */
    uint32_t handshake_left;
    uint32_t chunk_size;
    uint32_t chunk_left;
    uint32_t open_messages;
    uint32_t command_bytes;
    bool lost;         /* the bytes made no sense; nothing is read any more */
    uint8_t last_type; /* of the message that was seen last */
    uint8_t header_have;
    uint8_t header[18];
    uint16_t current; /* index in streams while chunk_left > 0 */
    uint16_t stream_count;
    uint16_t stream_space;
    struct rtmp_chunk_stream *streams;
};

void rtmp_reader_start(struct rtmp_reader *reader);
void rtmp_reader_free(struct rtmp_reader *reader);

/*
 * Takes bytes up to the end of the next message, or all of them. Returns how many; call again with the rest until
 * seen is RTMP_SAW_NOTHING. command is filled when seen is RTMP_SAW_COMMAND.
 */
size_t rtmp_reader_take(struct rtmp_reader *reader, const unsigned char *data, size_t len, enum rtmp_seen *seen,
                        struct rtmp_command *command);

/* How many bytes the message had that ended last, with its headers; 0: another one was open meanwhile. */
size_t rtmp_reader_message_bytes(const struct rtmp_reader *reader);

/* The handshake is over and no message has begun: another message may be put in here. */
bool rtmp_reader_between(const struct rtmp_reader *reader);

#endif
