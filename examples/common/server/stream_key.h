/* An app or a stream name, in the form in which it is compared. */
#ifndef SERVER_STREAM_KEY_H
#define SERVER_STREAM_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define STREAM_KEY_BYTES 1024

struct stream_key {
    char text[STREAM_KEY_BYTES];
    size_t length;
};

/*
 * Without the query, slashes at its ends, empty segments and the instance "_definst_"; a segment that is a GUID in
 * lower case and without hyphens: as libmpe compares. false: it is too long, and equals nothing.
 */
bool stream_key_make(struct stream_key *key, const char *text);

#endif
