/*
 * Turns records of the input into RTMP messages in chunks, or FLV tags, that are framed well whatever the record says,
 * so that mutations reach what stands inside.
 *
 * A record:
 *     1   low 4 bits: the message type, by message_types[]; high 4 bits: the body, 0: that of the record, else of
 * canned 1   RTMP. bits 0-1: format of the chunk header, 2-4: chunk stream, 5: the message is held back and sent in
 * turns with the next, 6-7: message stream 2   signed: milliseconds since the last message; 0x7FFF: 4 bytes with the
 * time follow 1-2 length of the body, only where it is the record's: 0xF0 and more: 12 bits n   body
 */
#ifndef TESTS_FUZZ_FRAMING_H
#define TESTS_FUZZ_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "../case/buffer.h"
#include "fuzz.h"

/*
 * Stand in canned bodies where secrets would and must come out nowhere; the stream name may where stream names are no
 * secret (publish_stream_name).
 */
#define PLANTED_SECRET "q9ZplantedZ7k"
#define PLANTED_NAME   "w4XstreamX2p"

enum { FRAMING_CHUNK_STREAMS = 8 };

struct framed_message {
    uint8_t type;
    uint8_t format;
    uint8_t chunk_stream;
    uint8_t stream_id;
    uint32_t timestamp_ms;
    uint32_t step_ms;
    bool held;
    struct buffer body;
    size_t sent;
};

/* A zeroed one with chunk_bytes set is ready. */
struct framing {
    uint32_t chunk_bytes;
    uint32_t timestamp_ms;
    size_t last_bytes[FRAMING_CHUNK_STREAMS]; /* of the last message of each chunk stream */
    uint8_t last_type[FRAMING_CHUNK_STREAMS];
    bool is_used[FRAMING_CHUNK_STREAMS];
    struct framed_message waiting;
};

/* Makes the canned bodies; once. */
void framing_canned(void);

/* 3073 bytes. */
void rtmp_handshake(struct buffer *out);
void flv_file_header(struct buffer *out);

/* Reads a record and appends it. Free the framing with framing_free. */
void rtmp_record(struct framing *framing, struct input *input, struct buffer *out);
void flv_record(struct framing *framing, struct input *input, struct buffer *out);

/* Appends connect (app "live/" and a secret), createStream, publish (of a secret); RTMP alone. */
void rtmp_open(struct framing *framing, struct buffer *out);

/* Appends one message with canned body number canned, step_ms after the last. */
void rtmp_canned(struct framing *framing, unsigned canned, uint32_t step_ms, struct buffer *out);
void flv_canned(struct framing *framing, unsigned canned, uint32_t step_ms, struct buffer *out);

enum canned {
    CANNED_NONE,
    CANNED_CONNECT,
    CANNED_PUBLISH,
    CANNED_METADATA,
    CANNED_SET_DATA_FRAME,
    CANNED_AVC_HEADER,
    CANNED_AAC_HEADER,
    CANNED_KEY_FRAME,
    CANNED_INTER_FRAME,
    CANNED_AUDIO_FRAME,
    CANNED_ENHANCED_HEADER, /* avc1 */
    CANNED_ENHANCED_FRAME,
    CANNED_MULTITRACK_FRAME,
    CANNED_LARGE_AVC_HEADER,
    CANNED_UNPUBLISH,
    CANNED_END_OF_SEQUENCE,
    CANNED_COUNT
};

void framing_free(struct framing *framing);

#endif
