/* Writing flat JSON into a buffer of fixed size: what does not fit is counted, nothing is allocated. */
#ifndef MPE_NOTIFY_JSON_H
#define MPE_NOTIFY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mpe_json {
    char *text;
    size_t size;        /* of the buffer */
    size_t len;         /* of all that was written, also where it did not fit */
    bool needs_comma;   /* before the next member */
};

/* buffer may be NULL where size is 0. */
struct mpe_json mpe_json_begin(char *buffer, size_t size);

/* Ends the text with a NUL. false: it did not fit; the buffer then holds an empty text. */
bool mpe_json_end(struct mpe_json *json);

/* An object: the whole text where key is NULL, else a member. */
void mpe_json_open(struct mpe_json *json, const char *key);
void mpe_json_close(struct mpe_json *json);

/* Members. text may hold any bytes: those that are not UTF-8 become U+FFFD; NULL is "". */
void mpe_json_text(struct mpe_json *json, const char *key, const char *text);
void mpe_json_int(struct mpe_json *json, const char *key, int64_t value);
void mpe_json_milliseconds(struct mpe_json *json, const char *key, int64_t value_us); /* 33367: 33.367 */
void mpe_json_bool(struct mpe_json *json, const char *key, bool value);
void mpe_json_null(struct mpe_json *json, const char *key);

#endif
