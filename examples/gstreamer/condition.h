/* What an element message says about a condition. */
#ifndef MPECHECK_CONDITION_H
#define MPECHECK_CONDITION_H

#include <gst/gst.h>
#include <mpe/health.h>

/*
 * The structure "mpecheck-condition" of a notice that a condition was set or cleared: condition, severity and message
 * (string), is_set (boolean), track (int), value and limit (gint64), unit (string), media_ms (double). A field that the
 * notice does not have is not there. The caller's, or the message's that takes it.
 */
GstStructure *condition_structure(const mpe_notice *notice);

#endif
