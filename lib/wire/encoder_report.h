/*
 * What OBS Studio says of itself in the SEI of its key frames (broadcast performance metrics, since version 31): pure
 * decoder of messages of unregistered user data, byte by byte.
 */
#ifndef MPE_WIRE_NAL_ENCODER_REPORT_H
#define MPE_WIRE_NAL_ENCODER_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/unit.h"

/* Where in a message it stands. All fields are private to encoder_report.c. */
struct mpe_encoder_message {
    uint64_t value; /* of a counter or a time, so far; of a text its decimal digits */
    uint8_t state;  /* enum state of encoder_report.c */
    uint8_t kind;
    uint8_t at;    /* bytes of the element that is read; of a text also AT_ZONE or AT_NONSENSE */
    uint8_t count; /* times, or counters, to come */
    uint8_t tag;   /* of a counter; the type of a time */
    uint8_t event; /* of a time */
};

/* A message begins, with the 16 bytes that name its kind; all other kinds than the encoder's add nothing. */
void mpe_encoder_report_begin(struct mpe_encoder_message *message);

/*
 * Its next byte: adds what it says to report; what it does not say, or says with nonsense, stays as it was. false:
 * nothing more of the message is of interest.
 */
bool mpe_encoder_report_take(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report);

#endif
