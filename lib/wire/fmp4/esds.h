/* esds: the descriptors of MPEG-4 systems, ISO/IEC 14496-1 7.2.6, as far as they say what a track is. */
#ifndef MPE_WIRE_FMP4_ESDS_H
#define MPE_WIRE_FMP4_ESDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct mpe_esds {
    uint8_t object_type;    /* objectTypeIndication */
    struct mpe_span config; /* DecoderSpecificInfo; of no bytes: there is none, or it is cut short */
};

/* false: a descriptor is another one, or cut short. esds: the body of the box; what is read points into it. */
bool mpe_esds_read(struct mpe_span box, struct mpe_esds *esds);

#endif
