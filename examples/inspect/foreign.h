/* What is often held instead of a live ingest, and the line that turns it into one. */
#ifndef INSPECT_FOREIGN_H
#define INSPECT_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that the longest of the rules looks at. */
#define FOREIGN_BYTES 1024

/*
 * By the first bytes of an input. NULL: nothing that is known. Otherwise "MPEG-TS; <what to do>", for people; static.
 * FILE in it stands for the input.
 */
const char *foreign_by_bytes(const unsigned char *bytes, size_t len);

/* By the argument itself, before it is opened: a URL, an empty name. NULL: it may be a file. */
const char *foreign_by_name(const char *name);

/* Of a folder. */
const char *foreign_folder(void);

#endif
