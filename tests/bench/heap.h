/* The heap of the whole process, FFmpeg's included: how high it stood. */
#ifndef BENCH_HEAP_H
#define BENCH_HEAP_H

#include <stddef.h>

void heap_watch(void);        /* begins to watch, from here */
size_t heap_peak_bytes(void); /* most bytes above where the watch began; ends it */

#endif
