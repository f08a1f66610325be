/* The state while the lines of a case turn into bytes and actions. */
#ifndef CASE_BUILDER_H
#define CASE_BUILDER_H

#include "case.h"
#include "line.h"

enum { MAX_CHUNK_STREAMS = 256, MAX_BLOCKS = 8, MAX_BOX_TRACKS = 64 };

enum carrier { CARRIER_NONE, CARRIER_FLV, CARRIER_RTMP };

struct chunk_stream {
    uint32_t id;
    uint32_t timestamp;
    uint32_t field; /* last timestamp or delta field */
    uint32_t msid;
};

/* A track of moov. */
struct box_track {
    uint32_t id;
    uint32_t timescale;
    double rate; /* of its samples: audio; 0: video */
    int64_t end; /* of its last fragment, ticks */
};

/* What the builder remembers of a session. */
struct sender {
    enum carrier carrier;
    uint32_t chunk_size;
    enum { CONTINUATION_SAME, CONTINUATION_ABSOLUTE, CONTINUATION_NONE } continuation;
    struct chunk_stream chunk_streams[MAX_CHUNK_STREAMS];
    int chunk_stream_count;
    uint32_t last_ms[2]; /* timestamp of the last video, audio message */
    double run_end_ms;   /* where the last run ended */
    struct box_track box_tracks[MAX_BOX_TRACKS];
    size_t box_track_count;
    size_t moov_track; /* the first one of the last moov */
    bool adds_tracks;  /* a body came: those of moov before stay */
    uint32_t sequence; /* of the last fragment */
};

/* An RTMP message or FLV tag on its way out. */
struct message {
    uint8_t type;
    uint32_t timestamp;
    uint32_t msid;
    uint32_t csid;
    int csid_form;         /* bytes of the basic header, 0: the shortest */
    int fmt;               /* -1: chosen */
    int64_t field;         /* timestamp or delta on the wire, -1: computed */
    int64_t length;        /* in the header, -1: computed */
    int64_t previous_size; /* FLV, -1: computed */
    int64_t max_chunks;    /* only so many are written, -1: all */
    struct buffer body;

    size_t sent; /* chunk by chunk */
    uint32_t wire_field;
    bool begun;
    int label; /* index of the label and its place, -1: none */
    size_t place;
};

enum block_kind { BLOCK_REPEAT, BLOCK_INTERLEAVE, BLOCK_AGGREGATE, BLOCK_BOXES };

struct builder;
struct name;

/* What the head of a box says. */
struct box_shape {
    bool large; /* its size has 64 bits */
    enum { BOX_SIZE_TRUE, BOX_SIZE_GIVEN, BOX_SIZE_OFF } size;
    int64_t value; /* GIVEN: the size field; OFF: to be added to the size */
};

struct block {
    enum block_kind kind;
    size_t first_line;
    int64_t turn;
    int64_t turns;
    struct message aggregate;
    void (*close)(struct builder *builder, struct block *block); /* BLOCK_BOXES: before its size is known */
    uint64_t start;                                              /* BLOCK_BOXES: of the box in the session */
    struct box_shape shape;                                      /* BLOCK_BOXES */
    struct message where;                                        /* BLOCK_BOXES: its label */
};

struct builder {
    struct test_case *test;
    char **lines;
    size_t line_count;
    size_t at_line;
    struct line line;

    int64_t now_us;
    int session; /* -1: none is open */
    char *peer;
    char *id;
    int32_t protocol;
    int edge;               /* of sessions that are opened from here on */
    struct sender *senders; /* one per input */

    int label; /* index of the label of this line, -1: none */
    struct block blocks[MAX_BLOCKS];
    int block_count;
    struct message *queue; /* of the interleave block */
    size_t queue_count;
};

/* Opens the session of the case when no session line did. */
struct sender *builder_sender(struct builder *builder);
struct action *builder_action(struct builder *builder, enum action_kind kind);

/* Appends bytes to the session, to arrive now. Returns the offset of the first. */
uint64_t builder_put(struct builder *builder, const void *bytes, size_t len);

/* Opens a block; its kind's file says what comes of "end". */
struct block *builder_push_block(struct builder *builder, enum block_kind kind);

/* Notes for the label of this line, if any, that a message begins: returns its place, or -1 as label. */
void builder_begin_place(struct builder *builder, struct message *message);
void builder_add_span(struct builder *builder, int label, size_t place, uint64_t body, uint64_t stream, uint64_t len);

/* carrier.c: a message with nothing decided but type, timestamp and body. */
struct message message_new(uint8_t type, uint32_t timestamp);
/* Takes csid, msid, fmt, form, field, length, previous-size, chunks from the line. */
void message_options(struct builder *builder, struct message *message);
/* Writes it as the session's carrier wants, or leaves it to the open block. Frees the body. */
void carry(struct builder *builder, struct message *message);
void carry_queue(struct builder *builder);

/* Reads timestamps: "1000", "+33" (after the last of that media), "end" (where the last run ended). */
uint32_t builder_timestamp(struct builder *builder, uint8_t type, uint32_t standard);

/* Bytes of the words that are left: hex digits, "text", COUNTxBYTE. */
void builder_raw(struct builder *builder, struct buffer *out);

typedef void command_function(struct builder *builder);

/* The commands of each file; NULL when there is none of that name. */
command_function *find_script_command(const char *name);
command_function *find_rtmp_command(const char *name);
command_function *find_media_command(const char *name);
command_function *find_expect_command(const char *name);
/* expect.c: "5", "5..7", "none" or a name; the session that an expectation is about. */
struct range read_range(struct builder *builder, const char *text, const struct name *names, int64_t factor);
int expected_session(struct builder *builder);
/* notice.c */
void expect_condition(struct builder *builder);
void expect_notice(struct builder *builder);
command_function *find_box_command(const char *name);

/* media.c, for runs: a slice of size bytes with its length before it; the body of a coded frame. */
void write_slice(struct buffer *body, bool key, size_t size);
void write_video_frame(struct buffer *body, bool key, int32_t composition_ms, size_t size);
void write_audio_frame(struct buffer *body, size_t size);
void run_media(struct builder *builder); /* run.c */

/* report.c: the options session-report= and rendition-report= of a line, as NAL units after the picture. */
void put_reports(struct builder *builder, struct buffer *body);

/* box.c: the end of a block of boxes. */
void end_boxes(struct builder *builder, struct block *block);

#endif
