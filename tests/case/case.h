/* A case: a channel, what happens to its sessions in order, and what must come of it. */
#ifndef CASE_CASE_H
#define CASE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

#define OFFSET_NONE UINT64_MAX

enum { CASE_MAX_EDGES = 4 };

/* Body bytes body..body+len-1 of a message stand at stream..stream+len-1 of the session. */
struct span {
    uint64_t body;
    uint64_t stream;
    uint64_t len;
};

/* Where one message, or one line of raw bytes, went. */
struct place {
    struct span *spans;
    size_t count;
};

/* A labelled line and the messages that it wrote. */
struct label {
    char *name;
    int session;
    struct place *places;
    size_t count;
};

struct input {
    char *name;
    char *peer; /* NULL: not known */
    char *id;   /* NULL: none */
    int32_t protocol;
    int edge; /* of the fleet, from 0 */
    struct buffer bytes;
};

enum action_kind {
    ACTION_OPEN,
    ACTION_FEED,
    ACTION_TICK,
    ACTION_FINISH,
    ACTION_MEMORY,
    ACTION_URL,
    ACTION_REFUSE,
    ACTION_BODY,
    ACTION_SET,
    ACTION_SHARE,
    ACTION_LATENCY
};

struct action {
    enum action_kind kind;
    int session;
    int64_t now_us;
    uint64_t from; /* FEED: range of the session's bytes */
    uint64_t len;
    int32_t code;   /* FINISH, REFUSE; BODY: enum mpe_body_end */
    bool exhausted; /* MEMORY */
    int32_t param;  /* SET */
    int64_t value;  /* SET; LATENCY: in ms, below 0: not known */
    int from_edge;  /* SHARE, from 0; -1: each to each */
    int to_edge;
    char *text; /* URL; BODY: NULL for none */
};

struct range {
    bool set;
    bool none; /* the field must hold nothing */
    int64_t low;
    int64_t high;
};

enum expected_field {
    FIELD_CODE,
    FIELD_REASON,
    FIELD_EVENT,
    FIELD_TRACK,
    FIELD_MEDIA,
    FIELD_FOURCC,
    FIELD_VALUE,
    FIELD_LIMIT,
    FIELD_OFFSET,
    FIELD_MEDIA_US,
    FIELD_NOW_US,
    FIELD_ON, /* enum action_kind that brought it */
    FIELD_REMOTE,
    FIELD_EDGES,
    FIELD_COUNT
};

struct expected_finding {
    int line;
    int session;
    struct range fields[FIELD_COUNT];
    char *unit; /* NULL: not compared */
    char *says; /* part of the message, NULL: not compared */
    char *text; /* as written in the case */
};

/* A change of a condition, or what happened: those from NOTICE_TIMESTAMP on are of what happened alone. */
enum expected_notice_field {
    NOTICE_KIND,
    NOTICE_STATE,
    NOTICE_SEVERITY,
    NOTICE_TRACK,
    NOTICE_MEDIA,
    NOTICE_VALUE,
    NOTICE_LIMIT,
    NOTICE_MEDIA_US,
    NOTICE_NOW_US,
    NOTICE_TIMESTAMP,
    NOTICE_DURATION,
    NOTICE_OTHER_TIMESTAMP,
    NOTICE_OTHER_DURATION,
    NOTICE_TIMESCALE,
    NOTICE_OTHER_TIMESCALE,
    NOTICE_OTHER_TRACK,
    NOTICE_ARRIVAL_US,
    NOTICE_DRIFT_S,
    NOTICE_OVERLAPS,
    NOTICE_DISCONTINUITIES,
    NOTICE_NON_INCREASING,
    NOTICE_FIELDS
};

struct expected_notice {
    int line;
    int session;
    struct range fields[NOTICE_FIELDS];
    char *unit; /* NULL: not compared; says, too */
    char *says;
    char *text; /* as written in the case */
};

/* They are expected apart: changes of conditions, and what happened. */
enum notice_list { NOTICES_OF_CONDITIONS, NOTICES_OF_EVENTS, NOTICE_LISTS };

struct expected_notices {
    bool expects; /* a line was there; what happened is not looked at where there was none */
    struct expected_notice *items;
    size_t count;
};

/* A number of mpe_track, of the state or of the ending of a session. */
struct expected_fact {
    int line;
    int session;
    int track;         /* EXPECT_STATE, EXPECT_ENDING, EXPECT_PROTOCOL or an index */
    const char *field; /* of mpe_track, "" otherwise */
    struct range range;
};

enum { EXPECT_STATE = -1, EXPECT_ENDING = -2, EXPECT_PROTOCOL = -3 };

struct setting {
    int32_t param;
    int64_t value;
};

struct code_action {
    int32_t code;
    int32_t action; /* enum mpe_action */
};

struct channel_text {
    int32_t which;
    char *text;
};

struct test_case {
    const char *path;
    char error[320]; /* "": the case could be read */

    int32_t kind;
    struct setting *settings;
    size_t setting_count;
    struct code_action *code_actions;
    size_t code_action_count;
    struct channel_text *texts;
    size_t text_count;
    char **allow; /* NULL entry: "none" */
    size_t allow_count;

    struct input *inputs;
    int input_count;
    int edge_count; /* of the fleet that the channel is one of; 0: none */
    struct action *actions;
    size_t action_count;
    struct label *labels;
    size_t label_count;
    uint64_t (*skim)[2]; /* ranges, over all fed bytes, that the single cuts only touch at the edges: handshakes */
    size_t skim_count;

    bool expects; /* an expect line was there */
    struct expected_finding *findings;
    size_t finding_count;
    struct expected_notices notices[NOTICE_LISTS];
    struct expected_fact *facts;
    size_t fact_count;
    char **never_says;
    size_t never_says_count;
};

/* Reads and builds a case. false: case->error says why. Free it in both cases. */
bool case_read(struct test_case *test, const char *path);
void case_free(struct test_case *test);

/* All bytes of all feeds. */
uint64_t case_total_bytes(const struct test_case *test);
/* Index over the bytes of all feeds, in their order, of a session's byte; OFFSET_NONE when it is not fed. */
uint64_t case_global_index(const struct test_case *test, int session, uint64_t offset);

/* Makes room for one more element of size bytes and returns it, zeroed. */
void *append(void *array, size_t *count, size_t size);

#endif
