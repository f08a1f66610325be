/*
 * AMF0, read value by value over bytes that are all here: no recursion, no memory, lenient. A value may switch to AMF3,
 * and gives the same tokens.
 */
#ifndef MPE_WIRE_AMF0_H
#define MPE_WIRE_AMF0_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/amf3.h"

/* Deep enough for every known command and metadata (3); hostile nesting beyond it is malformed. */
#define MPE_AMF0_MAX_DEPTH 32

enum mpe_amf0_type {
    MPE_AMF0_NUMBER,
    MPE_AMF0_BOOLEAN, /* number: 0 or 1 */
    MPE_AMF0_STRING,  /* string, long string, XML document: text */
    MPE_AMF0_NULL,    /* null, undefined, unsupported */
    MPE_AMF0_OTHER,   /* date, reference, bytes: a value that nobody here asks for */
    MPE_AMF0_BEGIN,   /* object, typed object, ECMA array, strict array: its values follow, one level deeper */
    MPE_AMF0_END      /* and are over; depth as its BEGIN */
};

struct mpe_amf0_token {
    enum mpe_amf0_type type;
    uint32_t depth;      /* 0: a value of the message itself */
    struct mpe_span key; /* of a property; empty elsewhere */
    struct mpe_span text;
    double number;
};

enum mpe_amf0_status {
    MPE_AMF0_OK = 0,
    MPE_AMF0_AT_END,  /* all bytes were read */
    MPE_AMF0_FOREIGN, /* a value of AMF3 that only its class can read; what follows is not read */
    MPE_AMF0_BROKEN   /* the bytes end inside a value, nest too deep, or hold a marker that does not exist */
};

/* What is open. All fields are private to amf0.c. */
struct mpe_amf0_level {
    uint8_t kind;            /* enum level_kind of amf0.c */
    bool has_keys;           /* of AMF3: after the named values come keys with values, */
    uint32_t left;           /* or before the counted ones */
    struct mpe_cursor names; /* of the values left */
};

struct mpe_amf0 {
    struct mpe_cursor in;
    enum mpe_amf0_status status;
    uint32_t depth;
    struct mpe_amf0_level levels[MPE_AMF0_MAX_DEPTH];
    struct mpe_amf3 amf3;
};

void mpe_amf0_begin(struct mpe_amf0 *amf, struct mpe_span bytes);

/* false: no further value, status says why. */
bool mpe_amf0_next(struct mpe_amf0 *amf, struct mpe_amf0_token *token);

/*
 * Goes on after a value that could not be read, at a place in the same bytes that the caller found: it begins a value
 * of the message itself, or (in_object) a property of an object that is one.
 */
void mpe_amf0_resume(struct mpe_amf0 *amf, const uint8_t *at, bool in_object);

/* Whether text is word, byte for byte; and with ASCII letters of either case. */
bool mpe_amf0_text_is(struct mpe_span text, const char *word);
bool mpe_amf0_text_is_nocase(struct mpe_span text, const char *word);

#endif
