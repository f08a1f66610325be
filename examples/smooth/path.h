/* The path of a push, where there are channels to choose from. */
#ifndef SMOOTH_PATH_H
#define SMOOTH_PATH_H

#include <stddef.h>

/*
 * "/APP/ingest.isml/Streams(NAME)": what stands before the segment that ends in ".isml", and what Streams() holds; both
 * "" where there is none of it, or it is too long.
 */
void path_names(const char *path, char *app, char *stream_name, size_t size);

#endif
