/* The progress bar on a terminal while a long input is read. */
#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Who waits less than half a second needs no bar; five pictures a second look steady. */
#define FIRST_AFTER_MS 500
#define REDRAW_MS      200
#define BAR_COLUMNS    40

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, bool enabled, int64_t size_bytes)
{
    progress->enabled = enabled && isatty(STDERR_FILENO);
    progress->visible = false;
    progress->size_bytes = size_bytes;
    progress->begun_ms = progress->enabled ? clock_ms() : 0;
    progress->drawn_ms = progress->begun_ms + FIRST_AFTER_MS - REDRAW_MS;
}

static void draw_bar(double done)
{
    const int full = (int)(done * BAR_COLUMNS);
    fputs("\r[", stderr);
    for (int i = 0; i < BAR_COLUMNS; i++)
        fputc(i < full ? '#' : ' ', stderr);
    fprintf(stderr, "] %3d %% ", (int)(done * 100));
}

void progress_show(struct progress *progress, uint64_t done_bytes)
{
    if (!progress->enabled)
        return;
    const int64_t now_ms = clock_ms();
    if (now_ms - progress->drawn_ms < REDRAW_MS)
        return;
    const double megabytes = (double)done_bytes / 1e6;
    const double rate = megabytes * 1000.0 / (double)(now_ms - progress->begun_ms);
    if (progress->size_bytes > 0 && done_bytes <= (uint64_t)progress->size_bytes)
        draw_bar((double)done_bytes / (double)progress->size_bytes);
    else
        fprintf(stderr, "\r%.1f MB ", megabytes);
    fprintf(stderr, "%.1f MB/s\033[K", rate);
    fflush(stderr);
    progress->drawn_ms = now_ms;
    progress->visible = true;
}

void progress_clear(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->visible = false;
}
