/* One stream for each code of the table, with secrets wherever an encoder may put one. */
#ifndef TESTS_UNIT_SECRET_STREAMS_H
#define TESTS_UNIT_SECRET_STREAMS_H

#include "stream_out.h"

/* Is in every secret, and in nothing else. */
#define SECRET "s3cr3t"

/* The path of a request, and the address of its encoder. */
#define SECRET_PATH "/" SECRET "-t0ken-0123456789/ingest.isml/Streams(" SECRET "-name)"
#define SECRET_PEER "203.0.113.77:52001"

struct secret_setting {
    int32_t param; /* 0: none */
    int64_t value;
};

struct secret_stream {
    const char *name;
    int32_t code; /* what it must bring */
    int32_t protocol;
    void (*make)(struct out *out);
    struct secret_setting settings[2];
    const char *app;         /* that the channel expects; NULL: any */
    const char *stream_name; /* the same */
    const char *allow;       /* NULL: everybody */
    int64_t silence_us;      /* after the last byte */
    int32_t refused;         /* a condition that the channel refuses; 0: none */
    int32_t host_code;       /* why the host ends it; 0: the peer did */
};

extern const struct secret_stream secret_streams[];
extern const int secret_stream_count;

#endif
