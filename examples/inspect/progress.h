/* The bar on a terminal while a long input is read. */
#ifndef INSPECT_PROGRESS_H
#define INSPECT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool enabled;
    bool visible;
    int64_t size_bytes; /* -1: not known */
    int64_t begun_ms;
    int64_t drawn_ms;
};

/* enabled: whether a bar is wanted; it is drawn only where standard error is a terminal. */
void progress_begin(struct progress *progress, bool enabled, int64_t size_bytes);

/* Draws the bar when the work takes long enough to be waited for, a few times a second. */
void progress_show(struct progress *progress, uint64_t done_bytes);

/* Takes the bar off the screen: at the end, and before something else is written. It may come back. */
void progress_clear(struct progress *progress);

#endif
