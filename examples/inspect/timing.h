/* When the bytes of a capture arrived: the table beside it, one segment a line. */
#ifndef INSPECT_TIMING_H
#define INSPECT_TIMING_H

#include <stddef.h>
#include <stdint.h>

struct timing_row {
    int64_t time_us;
    uint64_t end_bytes; /* the segment ends before this offset; it begins where the row before ended */
};

struct timing {
    struct timing_row *rows;
    size_t count;
};

/*
 * Reads a table of lines "seconds <tab> byte offset <tab> length". Empty lines and lines that begin with '#' are
 * skipped, as is one header line of words. Rows must follow each other without gap or overlap, from offset 0, and time
 * must not go back.
 *
 * 0, or EXIT_UNUSABLE after one sentence that names the line. timing is to be freed by timing_free in both cases.
 */
int timing_read(struct timing *timing, const char *path);

void timing_free(struct timing *timing);

/* Offset after the last byte of the table. */
uint64_t timing_end(const struct timing *timing);

#endif
