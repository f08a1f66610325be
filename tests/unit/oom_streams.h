/* The bytes of the scenes in which memory runs out: made before anything is counted. */
#ifndef UNIT_OOM_STREAMS_H
#define UNIT_OOM_STREAMS_H

#include "stream_out.h"

extern struct out flv;        /* metadata, and two AVC headers, one longer than what a session keeps for the next */
extern struct out rtmp;       /* publishes, unpublishes and publishes again */
extern struct out bad;        /* FLV, one fault after another */
extern struct out ismv;       /* Smooth Streaming of two tracks, and a fragment of nobody's */
extern struct out renditions; /* fragmented MP4 of four tracks */

void oom_streams_make(void);
void oom_streams_free(void);

#endif
