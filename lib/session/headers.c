/* A header comes: is it new, and what does it hold. */
#include "session/headers.h"

#include "probe/probe.h"

void mpe_headers_take(struct mpe_turn *turn)
{
    struct mpe_stream stream;
    if (turn->unit->kind != MPE_UNIT_HEADER || turn->track == NULL)
        return;
    if (!mpe_track_header(&turn->track->observed, turn->unit))
        return;
    switch (mpe_probe_header(turn->unit->codec, turn->unit->data, &turn->unit->entry, &stream)) {
    case MPE_PROBE_OK:
    case MPE_PROBE_UNKNOWN:
        mpe_track_stream(&turn->track->observed, &stream, &turn->step);
        break;
    case MPE_PROBE_MALFORMED:
        mpe_turn_fail(turn, MPE_REASON_MALFORMED_INPUT, "a header that FFmpeg cannot read", 0, 0);
        break;
    case MPE_PROBE_NO_MEMORY:
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "the probe of a header", 0, 0);
        break;
    }
}
