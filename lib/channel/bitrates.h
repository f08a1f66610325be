/* The text of a policy that says the lowest bitrate of video by the size of its picture. */
#ifndef MPE_CHANNEL_BITRATES_H
#define MPE_CHANNEL_BITRATES_H

#include <stdbool.h>

#include "limits/limits.h"

/*
 * Puts the rows of text, "1080p60:4000000 720p:3000000", in the place of those of limits; "": none.
 * false: it is something else; limits is untouched.
 */
bool mpe_bitrates_parse(struct mpe_limits *limits, const char *text);

#endif
