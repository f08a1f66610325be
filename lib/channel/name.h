/* Compares the app and the stream name of an ingest URL with what a channel expects. */
#ifndef MPE_CHANNEL_NAME_H
#define MPE_CHANNEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

#define MPE_NAME_BYTES 1024

/*
 * A name in the form in which it is compared: without query, empty segments, slashes at the ends and the instance
 * segment "_definst_"; GUID segments in lower case and without hyphens. Padded with zeros, so that a comparison takes
 * the same time wherever the names differ.
 */
struct mpe_name {
    char text[MPE_NAME_BYTES];
};

/* What stands before the first question mark. */
struct mpe_span mpe_name_without_query(struct mpe_span whole);

/* false: the name is too long to be compared; it equals nothing. */
bool mpe_name_normalise(struct mpe_name *name, struct mpe_span whole);

/* In constant time. */
bool mpe_name_equal(const struct mpe_name *a, const struct mpe_name *b);

#endif
