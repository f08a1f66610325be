/* The parts of an HTTP ingest URL that RTMP carries in connect and publish. */
#ifndef MPE_CHANNEL_URL_H
#define MPE_CHANNEL_URL_H

#include <stdbool.h>

#include "base/bytes.h"

struct mpe_ingest_path {
    struct mpe_span whole; /* without query */
    struct mpe_span app;
    struct mpe_span stream_name; /* NULL bytes: the path has no Streams() */
};

/* text is a URL or a path. The spans point into it. */
struct mpe_ingest_path mpe_ingest_path_parse(struct mpe_span text);

#endif
