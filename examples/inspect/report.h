/* What mpe-inspect says about a stream, for people or as JSON lines. */
#ifndef INSPECT_REPORT_H
#define INSPECT_REPORT_H

#include <mpe/mpe.h>

#include "conditions.h"
#include "findings.h"
#include "options.h"

/* One finding as a paragraph. */
void report_text_finding(const mpe_error *error);

/*
 * After the last finding: the tracks, and the verdict when there was no finding on this kind of channel; of a profile
 * always, with what it complains about.
 */
void report_text_summary(const mpe_session *session, const struct options *options, const struct findings *findings,
                         const struct conditions *conditions);

/* One finding as one line of JSON. 0, or EXIT_UNUSABLE after one sentence. */
int report_json_finding(const mpe_error *error);

/* The same of a condition, or of what happened. */
int report_json_notice(const mpe_notice *notice);

#endif
