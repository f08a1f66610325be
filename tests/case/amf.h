/* AMF0 values, written. */
#ifndef CASE_AMF_H
#define CASE_AMF_H

#include "buffer.h"
#include "line.h"

void amf_number(struct buffer *out, double number);
void amf_string(struct buffer *out, const char *text);
void amf_key(struct buffer *out, const char *key);
void amf_null(struct buffer *out);
void amf_object_begin(struct buffer *out);
void amf_array_begin(struct buffer *out, uint32_t count); /* ECMA array */
void amf_end(struct buffer *out);                         /* of an object or ECMA array */

/*
 * The value of a word: "text", null, undefined, true, false, a number, list:a,b (strict array of texts); anything else
 * is a text.
 */
void amf_word(struct buffer *out, const struct word *word);

/* All words of the line not used yet: values, and { key=value ... } or [ key=value ... ] around properties. */
void amf_words(struct buffer *out, struct line *line);

#endif
