/* Data messages: stream metadata in all its spellings. */
#ifndef MPE_WIRE_METADATA_H
#define MPE_WIRE_METADATA_H

#include <stdbool.h>

#include "base/bytes.h"
#include "wire/unit.h"

/*
 * Reads the body (or a prefix of it) of a data message, RTMP types 18 and 15, FLV tag 18.
 * true: it is @setDataFrame, setDataFrame or onMetaData, and declared is filled with what could be read of it.
 * false: any other data, a 4-byte timecode included; declared is untouched.
 */
bool mpe_metadata_read(struct mpe_span body, struct mpe_declared *declared);

#endif
