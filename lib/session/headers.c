/* A header comes: is it new, and what does it hold. */
#include "session/headers.h"

#include "probe/probe.h"

static enum mpe_probe_result probe(const struct mpe_session *session, const struct mpe_unit *unit,
                                   struct mpe_stream *stream)
{
    if (session->observation.facts.protocol == MPE_PROTOCOL_FMP4)
        return mpe_probe_init_segment(unit->data, unit->track_id, unit->codec, stream);
    return mpe_probe_sequence_header(unit->codec, unit->data, stream);
}

void mpe_headers_take(struct mpe_turn *turn)
{
    struct mpe_stream stream;
    if (turn->unit->kind != MPE_UNIT_HEADER || turn->track == NULL)
        return;
    if (!mpe_track_header(&turn->track->observed, turn->unit))
        return;
    switch (probe(turn->session, turn->unit, &stream)) {
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
