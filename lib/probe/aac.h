/* AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1. */
#ifndef MPE_PROBE_AAC_H
#define MPE_PROBE_AAC_H

#include <stdbool.h>

#include "base/bytes.h"
#include "probe/streams.h"

/*
 * Fills what the config says into stream: object type (SBR and PS count as 5 and 29 in whichever way they are
 * signalled), the rate and the channels that come out of the decoder. false: it is cut short or holds values that
 * mean nothing; stream is untouched. Of the header of an ADTS frame, stream says that it is one, and no more.
 *
 * Read here because no public call of FFmpeg gives the object type, SBR and PS short of opening a decoder.
 */
bool mpe_aac_config_read(struct mpe_span config, struct mpe_stream *stream);

#endif
