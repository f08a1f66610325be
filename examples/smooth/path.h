/* The path of a push: its channel where there are several, and which requests are of one track. */
#ifndef SMOOTH_PATH_H
#define SMOOTH_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define PATH_NAME_BYTES 2048 /* that a channel's app or stream name may take, as of a URL */

/*
 * "/APP/ingest.isml/Streams(NAME)": what stands before the segment that ends in ".isml", or, without one, before the
 * last one; and what Streams() holds. Each is "" where there is none of it, or it is too long.
 */
void path_names(const char *path, char *app, char *stream_name, size_t size);

/*
 * A track of a publishing point: the path up to Streams(x); else its folder, and what is left of the file's name
 * without extension, number of the segment, and words such as "init" and "chunk": "init-stream0.m4s" and
 * "chunk-stream0-7.m4s" are both "stream0".
 */
struct path_track {
    char *folder; /* one block holds both */
    const char *name;
    bool is_segment; /* the file's name has a number, and is not that of an init segment */
};

/* false: no memory. */
bool path_track_make(struct path_track *track, const char *path);
void path_track_free(struct path_track *track);

/* How well the track is one whose requests have this name: 0 not at all, else the more the better. */
size_t path_track_fits(const struct path_track *track, const char *name);

/* A playlist or manifest, which has no media. */
bool path_is_manifest(const char *path);

#endif
