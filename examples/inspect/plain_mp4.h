/* Distinguishes an MP4 file for download from a live stream. */
#ifndef INSPECT_PLAIN_MP4_H
#define INSPECT_PLAIN_MP4_H

#include <stdbool.h>

/*
 * Whether the file of fd, from where it stands, has a moov and media, but no fragment, and promises none (mvex).
 * Only a file that can be read at any place can be known so; the position of fd stays.
 */
bool is_plain_mp4(int fd);

#endif
