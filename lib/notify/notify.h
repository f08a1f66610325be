/* Puts findings into words and into the JSON of notifications. */
#ifndef MPE_NOTIFY_NOTIFY_H
#define MPE_NOTIFY_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "classify/finding.h"
#include "mpe.h"
#include "notify/stamp.h"

/* Where a finding happened, as far as a notification may say. All texts may be NULL: then "". */
struct mpe_origin {
    const char *topic;
    const char *subject;
    const char *ingest_url; /* redacted already, see mpe_redact_url */
    const char *stream_id;
    const char *encoder_ip;  /* masked already */
    int32_t encoder_port;    /* 0: not known */
    uint64_t session_serial; /* distinguishes the sessions of one channel: part of the id */
};

struct mpe_text_out;

/* The beginning of the id of a notification from there. */
struct mpe_id_hash mpe_origin_id(const struct mpe_origin *origin);

/* Appends the sentence of a finding and its remedy. */
void mpe_message_put(struct mpe_text_out *out, const struct mpe_finding *finding);

/* Fills error (its struct_size is set already and at least sizeof(mpe_error)) from finding. */
void mpe_error_of_finding(mpe_error *error, const struct mpe_finding *finding);

/*
 * Writes url into out so that it can be published: scheme, host and port stay; user info, query and fragment go. Of an
 * RTMP path the first segment stays if it is a word of at most 15 letters, of an HTTP path one like "ingest.isml"; each
 * other segment becomes "xxx". Always NUL-terminated; cut where it does not fit.
 * "rtmp://u:p@host:1935/live/8f1c?k=v" -> "rtmp://host:1935/live/xxx"
 * "http://host/8f1c/ingest.isml/Streams(a)" -> "http://host/xxx/ingest.isml/xxx"
 */
void mpe_redact_url(const char *url, size_t len, char *out, size_t size);

/* See mpe_error_json. Returns MPE_OK, MPE_BUFFER_TOO_SMALL or MPE_BAD_SCHEMA. */
mpe_status mpe_notification_json(const mpe_error *error, const struct mpe_origin *origin, int32_t schema,
                                 int64_t unix_us, char *buffer, size_t size, size_t *needed);

#endif
