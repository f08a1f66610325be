/*
 * What OBS Studio says of itself in the SEI of its key frames (broadcast performance metrics, since version 31): pure
 * decoder of one message of unregistered user data.
 */
#ifndef MPE_WIRE_NAL_ENCODER_REPORT_H
#define MPE_WIRE_NAL_ENCODER_REPORT_H

#include "base/bytes.h"
#include "wire/unit.h"

/*
 * Adds what a message says to report; what it does not say, or says with nonsense, stays as it was. data begins with
 * the 16 bytes that name its kind; all other kinds add nothing.
 */
void mpe_encoder_report_read(struct mpe_span data, struct mpe_encoder_report *report);

#endif
