/* The ring of notices. */
#include "notify/records.h"

void mpe_records_push(struct mpe_records *records, const struct mpe_record *record)
{
    if (records->waiting == MPE_RECORDS_MAX) {
        records->head = (uint8_t)((records->head + 1) % MPE_RECORDS_MAX);
        records->waiting--;
        records->lost += records->lost < UINT32_MAX;
    }
    records->slots[(records->head + records->waiting) % MPE_RECORDS_MAX] = *record;
    records->waiting++;
}

bool mpe_records_take(struct mpe_records *records, struct mpe_record *record, uint32_t *lost)
{
    if (records->waiting == 0)
        return false;
    *record = records->slots[records->head];
    *lost = records->lost;
    records->head = (uint8_t)((records->head + 1) % MPE_RECORDS_MAX);
    records->waiting--;
    records->lost = 0;
    return true;
}
