/* Notices in words. */
#include <string.h>

#include "codes/codes.h"
#include "notify/notify.h"
#include "notify/records.h"
#include "notify/text.h"

_Static_assert((int)MPE_NOTICE_HAS_VALUE == (int)MPE_ERROR_HAS_VALUE &&
                   (int)MPE_NOTICE_HAS_LIMIT == (int)MPE_ERROR_HAS_LIMIT,
               "the numbers of a notice are flagged as those of a finding");

/* What is over needs no remedy, and its sentence would say that it holds. */
static void put_cleared(struct mpe_text_out *out, const struct mpe_record *record)
{
    mpe_text_string(out, "Over: ");
    mpe_text_string(out, mpe_condition_title(record->kind));
    mpe_text_string(out, ".");
}

void mpe_notice_of_record(mpe_notice *notice, const struct mpe_record *record, uint32_t lost)
{
    const struct mpe_reason_row *const row = mpe_reason_row(record->kind);
    const struct mpe_finding finding = {.reason = record->kind,
                                        .media = record->media,
                                        .value = record->value,
                                        .limit = record->limit,
                                        .flags = record->flags};
    memset(notice, 0, sizeof(*notice));
    notice->struct_size = sizeof(*notice);
    notice->kind = record->kind;
    notice->state = record->state;
    notice->severity = record->severity;
    notice->track = record->track;
    notice->media = record->media;
    notice->flags = record->flags;
    notice->lost = lost;
    notice->value = record->value;
    notice->limit = record->limit;
    notice->media_us = record->media_us;
    notice->now_us = record->now_us;
    notice->timestamp = record->ticks;
    notice->duration = record->duration_ticks;
    notice->other_timestamp = record->other_ticks;
    notice->other_duration = record->other_duration_ticks;
    notice->other_track = record->state == MPE_NOTICE_HAPPENED ? record->other_track : -1;
    notice->arrival_us = INT64_MIN;
    notice->drift_s = -1;
    struct mpe_text_out unit = mpe_text_begin(notice->unit, sizeof(notice->unit));
    if (row != NULL && (record->flags & (MPE_NOTICE_HAS_VALUE | MPE_NOTICE_HAS_LIMIT)) != 0)
        mpe_text_string(&unit, row->unit);
    struct mpe_text_out message = mpe_text_begin(notice->message, sizeof(notice->message));
    if (record->state == MPE_NOTICE_CLEARED)
        put_cleared(&message, record);
    else
        mpe_message_put(&message, &finding);
}
