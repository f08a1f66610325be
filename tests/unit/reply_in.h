/* For tests: reads what an RTMP encoder is told, byte by byte, with no help from the library. */
#ifndef TESTS_UNIT_REPLY_IN_H
#define TESTS_UNIT_REPLY_IN_H

#include <stddef.h>
#include <stdint.h>

/* A command with an info object; what is not there is empty. */
struct replied {
    uint8_t csid;
    uint32_t stream_id;
    char name[32];
    double transaction;
    char level[16];
    char code[64];
    char tc_url[512];
    char description[400];
};

struct bytes {
    const uint8_t *at;
    size_t left;
};

/* The payload of a message: all but csid and stream_id. */
void read_payload(struct bytes in, struct replied *replied);

/* The messages of a reply, two at most, in chunks of chunk_size bytes, 0: 128. Returns how many there are. */
int read_reply(const uint8_t *bytes, size_t len, uint32_t chunk_size, struct replied replied[2]);

#endif
