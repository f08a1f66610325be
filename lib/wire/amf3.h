/*
 * The parts of AMF3 that values of AMF0 messages switch to: numbers, texts and what objects are made of, read over
 * bytes that are all here. No memory; texts that are referred to are kept up to a bound.
 */
#ifndef MPE_WIRE_AMF3_H
#define MPE_WIRE_AMF3_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define MPE_AMF3_MAX_TEXTS  64
#define MPE_AMF3_MAX_TRAITS 8

/* What the members of an object are: names in the order of their values, then, where it is dynamic, keys with values.
 */
struct mpe_amf3_traits {
    struct mpe_cursor names;
    uint32_t count;
    bool is_dynamic;
};

/* Of one value; zeroed before it. */
struct mpe_amf3 {
    struct mpe_span texts[MPE_AMF3_MAX_TEXTS];
    uint32_t text_count; /* of all, be they kept or not */
    struct mpe_amf3_traits traits[MPE_AMF3_MAX_TRAITS];
    uint32_t traits_count;
};

/* 29 bits in one to four bytes. false: the bytes end. */
bool mpe_amf3_number(struct mpe_cursor *in, uint32_t *number);

/*
 * A text, or a reference to one that came before. One that was not kept gives a text of one byte, which is none of its
 * own. false: the bytes end, or it refers to nothing.
 */
bool mpe_amf3_text(struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_span *text);

/* The next of the names of traits: as mpe_amf3_text, but nothing new is kept. */
bool mpe_amf3_name(const struct mpe_amf3 *amf3, struct mpe_cursor *names, struct mpe_span *name);

enum mpe_amf3_object {
    MPE_AMF3_OBJECT_IS_HERE,    /* its traits were read */
    MPE_AMF3_OBJECT_CAME,       /* a reference */
    MPE_AMF3_OBJECT_IS_FOREIGN, /* only its class can read it */
    MPE_AMF3_OBJECT_IS_BROKEN
};

/* The head of an object, up to its first value. */
enum mpe_amf3_object mpe_amf3_object(struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_amf3_traits *traits);

#endif
