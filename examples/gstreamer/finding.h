/* What an element message says about a finding. */
#ifndef MPECHECK_FINDING_H
#define MPECHECK_FINDING_H

#include <gst/gst.h>
#include <mpe/mpe.h>

/*
 * The structure "mpecheck" of a finding: code, event, reason and message (string), track (int), value and limit
 * (gint64), unit (string), offset (guint64), media_ms (double). A field that the finding does not have is not there.
 * The caller's, or the message's that takes it.
 */
GstStructure *finding_structure(const mpe_error *error);

#endif
