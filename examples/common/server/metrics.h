/* A snapshot in the text format of Prometheus. */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include <stddef.h>

#include "snapshot.h"

/* To be freed; NULL: no memory. */
char *metrics_text(const struct snapshot *snapshot, size_t *length);

/* Names of labels and of JSON, "" beyond the tables: "rtmp", "admitted", "ConnectionRejected", "video". */
const char *snapshot_protocol_name(int32_t protocol);
const char *snapshot_state_name(int32_t state);
const char *snapshot_event_name(int32_t event);
const char *snapshot_media_name(int32_t media);

#endif
