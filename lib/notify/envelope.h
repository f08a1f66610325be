/* The envelope of a notification, in both schemas. It knows no type of data: that writes itself. */
#ifndef MPE_NOTIFY_ENVELOPE_H
#define MPE_NOTIFY_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "mpe.h"
#include "notify/json.h"
#include "notify/stamp.h"

struct mpe_envelope {
    const char *topic;   /* of Event Grid, the source of CloudEvents; NULL or "": none */
    const char *subject; /* NULL or "": none */
    const char *type;
    int64_t unix_us;
    struct mpe_id_hash id; /* of all that makes this notification another than any other */
};

/* What a notification says. */
struct mpe_data {
    void (*write)(struct mpe_json *json, const void *of); /* the members of its object */
    const void *of;
};

/* See mpe_error_json. MPE_OK, MPE_BUFFER_TOO_SMALL, MPE_BAD_SCHEMA. */
mpe_status mpe_envelope_json(const struct mpe_envelope *envelope, const struct mpe_data *data, int32_t schema,
                             char *buffer, size_t size, size_t *needed);

#endif
