/* The ring in which changes of conditions, and what happened, wait to be polled: the oldest gives way. */
#ifndef MPE_NOTIFY_RECORDS_H
#define MPE_NOTIFY_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "health.h"

/* As many as health.h says: fewer where they do not fit into so many bytes, of which one takes 82 at most. */
#define MPE_RECORDS_MAX   8
#define MPE_RECORDS_BYTES 224

/* A notice before it is put into words. */
struct mpe_record {
    int16_t kind; /* that of mpe_notice; these, too */
    int16_t track;
    int16_t other_track;
    uint8_t state : 4;
    uint8_t severity : 4;
    uint8_t flags : 6;
    uint8_t media : 2;
    int64_t value;
    int64_t limit;
    int64_t media_us;
    int64_t now_us;
    int64_t ticks; /* from here on, and other_track, of what happened only: see struct mpe_chunk_news of observe */
    int64_t other_ticks;
    uint32_t duration_ticks;
    uint32_t other_duration_ticks;
};

/* All zero: empty. All fields but lost are private to records.c. */
struct mpe_records {
    uint32_t lost;                    /* since the last one was taken */
    uint8_t head;                     /* where the oldest begins in bytes, which are a ring */
    uint8_t used;                     /* so many of bytes are taken */
    uint8_t waiting;                  /* records */
    uint8_t bytes[MPE_RECORDS_BYTES]; /* their numbers, one after the other */
};

void mpe_records_push(struct mpe_records *records, const struct mpe_record *record);

/* The oldest; *lost: so many before it were lost. false: none waits. */
bool mpe_records_take(struct mpe_records *records, struct mpe_record *record, uint32_t *lost);

/* Fills notice (its struct_size is set already and at least sizeof(mpe_notice)) from record. */
void mpe_notice_of_record(mpe_notice *notice, const struct mpe_record *record, uint32_t lost);

#endif
