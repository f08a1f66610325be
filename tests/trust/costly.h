/* Headers that are made to cost whoever reads them: each as long as its kind makes sense, up to max_header_bytes. */
#ifndef TESTS_TRUST_COSTLY_H
#define TESTS_TRUST_COSTLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct costly {
    const char *name;
    int32_t codec;  /* enum mpe_codec: of a header */
    uint8_t *bytes; /* to be freed */
    size_t len;
    int headers; /* that are to be probed */
};

/* The decoder configuration of this number, from 0. false: there is none. */
bool costly_header(int number, struct costly *costly);

/* The same of an init segment with boxes that a demuxer would follow. */
bool costly_init(int number, struct costly *costly);

#endif
