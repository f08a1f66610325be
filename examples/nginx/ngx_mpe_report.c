/* What is said about a session: lines of the log and notifications. */
#include "ngx_mpe_record.h"

#include "common/server/address_rate.h"

/* Of this worker. */
static struct address_rate reports = {.within_us = 60000000};

/* -------------------------------------------------------------------- evidence */

u_char *ngx_mpe_evidence(const mpe_error *error, u_char *buffer, u_char *last)
{
    u_char *end = buffer;
    if ((error->flags & MPE_ERROR_HAS_VALUE) != 0) {
        end = ngx_slprintf(end, last, "%L %s, ", error->value, error->unit);
    }
    if ((error->flags & MPE_ERROR_HAS_LIMIT) != 0) {
        end = ngx_slprintf(end, last, "limit %L, ", error->limit);
    }
    if ((error->flags & MPE_ERROR_HAS_OFFSET) != 0) {
        end = ngx_slprintf(end, last, "byte %uL, ", error->offset_bytes);
    }
    if ((error->flags & MPE_ERROR_HAS_MEDIA_TIME) != 0) {
        end = ngx_slprintf(end, last, "media %L ms, ", error->media_us / 1000);
    }
    if (end >= buffer + 2) {
        end = ngx_slprintf(end - 2, last, ": ");
    }
    return ngx_slprintf(end, last, "%s", error->message);
}

/* ----------------------------------------------------------- the share of an address */

/* false: it is left out. */
static unsigned take_share(const ngx_mpe_watch_t *watch, uint64_t *left_out)
{
    *left_out = 0;
    if (watch->was_admitted) {
        return 1;
    }
    reports.most = (unsigned)watch->conf->most_reports;
    return address_rate_take(&reports, &watch->prefix, ngx_mpe_now_us(), left_out);
}

/* After the sentence, as far as there is room. */
static void add_count(mpe_error *error, uint64_t left_out)
{
    u_char *end = (u_char *)error->message + ngx_strlen(error->message);
    u_char *last = (u_char *)error->message + sizeof(error->message) - 1;
    if (left_out > 0) {
        *ngx_slprintf(end, last, " (%uL more of this address were not reported.)", left_out) = '\0';
    }
}

/* --------------------------------------------------------------------- reports */

static void write_line(const ngx_mpe_watch_t *watch, const mpe_error *error, ngx_uint_t level)
{
    u_char evidence[NGX_MPE_EVIDENCE_BYTES + NGX_SOCKADDR_STRLEN + 16];
    u_char *end = ngx_mpe_evidence(error, evidence, evidence + NGX_MPE_EVIDENCE_BYTES);
    if (watch->client != NULL) {
        end = ngx_slprintf(end, evidence + sizeof(evidence), ", client: %V", watch->client);
    }
    ngx_log_error(level, watch->log, 0, "mpe: %s %s after %uL bytes, %M ms: %*s", watch->id, mpe_code_name(error->code),
                  watch->received_bytes, ngx_current_msec - watch->opened_msec, end - evidence, evidence);
}

void ngx_mpe_report(ngx_mpe_watch_t *watch, const mpe_error *error, ngx_uint_t level)
{
    mpe_error counted = *error;
    uint64_t left_out = 0;
    ngx_log_handler_pt handler = watch->log->handler;
    ngx_mpe_record_ending(watch, error);
    if (!take_share(watch, &left_out)) {
        return;
    }
    add_count(&counted, left_out);
    if (watch->client != NULL) {
        watch->log->handler = NULL;
    }
    write_line(watch, &counted, level);
    ngx_mpe_notify(watch->conf->notify, watch->session, &counted, watch->log);
    watch->log->handler = handler;
}

void ngx_mpe_report_notices(ngx_mpe_watch_t *watch)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    while (mpe_session_poll_notice(watch->session, &notice) == MPE_EVENT) {
        ngx_mpe_record_notice(watch, &notice);
        ngx_mpe_notify_notice(watch->conf->notify, watch->session, &notice, watch->log);
    }
}
