/* What mpe-inspect says about a stream, for people or as JSON lines. */
#ifndef INSPECT_REPORT_H
#define INSPECT_REPORT_H

#include <mpe/mpe.h>

/* One finding as a paragraph. */
void report_text_finding(const mpe_error *error);

/* After the last finding: the tracks, and the verdict when there was no finding on this kind of channel. */
void report_text_summary(const mpe_session *session, int32_t kind, unsigned long findings);

/* One finding as one line of JSON. 0, or EXIT_UNUSABLE after one sentence. */
int report_json_finding(const mpe_error *error);

#endif
