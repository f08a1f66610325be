/* Data messages: stream metadata in all its spellings. */
#ifndef MPE_WIRE_METADATA_H
#define MPE_WIRE_METADATA_H

#include <stdbool.h>

#include "base/bytes.h"
#include "wire/unit.h"

/*
 * Reads the body (or a prefix of it) of a data message, RTMP types 18 and 15, FLV tag 18.
 * true: onMetaData is among its values (alone, after @setDataFrame or setDataFrame, or after anything else), and
 * declared is filled with what could be read of it; a value that cannot be read ends nothing: the next name that counts
 * is looked for. false: any other data, a 4-byte timecode included; declared is untouched.
 */
bool mpe_metadata_read(struct mpe_span body, struct mpe_declared *declared);

/*
 * Reads a later part of the same body: it may begin and end inside any value. declared changes by what can be read of
 * it; a property that a part has the beginning of is to be shown again in whole.
 */
void mpe_metadata_read_more(struct mpe_span part, struct mpe_declared *declared);

#endif
