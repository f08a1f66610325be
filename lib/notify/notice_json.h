/* Notices as notifications: the data of each kind in the documented schema. */
#ifndef MPE_NOTIFY_NOTICE_JSON_H
#define MPE_NOTIFY_NOTICE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "health.h"
#include "notify/notify.h"

/* What of a session the data needs besides the notice. */
struct mpe_notice_source {
    const mpe_notice *notice;
    const struct mpe_origin *origin;
    int64_t unix_us;      /* wall-clock time of the notice */
    int64_t declared_bps; /* of its track, 0: not declared */
    int64_t quality_bps;  /* the same as far as it tells its quality apart */
    uint32_t track_id;    /* of its track: stands in its name where no rate is declared; 0: none */
    uint8_t other_media;  /* enum mpe_media of the other track */
};

/* See mpe_notice_json. MPE_OK, MPE_BUFFER_TOO_SMALL, MPE_BAD_SCHEMA, MPE_BAD_ERROR: no kind of notice. */
mpe_status mpe_notice_source_json(const struct mpe_notice_source *source, int32_t schema, char *buffer, size_t size,
                                  size_t *needed);

#endif
