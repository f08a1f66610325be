/* One ingest of a capture: its session, its findings, how it ended. */
#include "ingest.h"

#include <stdlib.h>

static mpe_status collect_notices(struct ingest *ingest, mpe_status status)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    while (status >= 0 && mpe_session_poll_notice(ingest->session, &notice) == MPE_EVENT) {
        if (ingest->series != NULL)
            series_gap(ingest->series, ingest->session, &notice);
        if (notice.kind != MPE_NOTICE_INGEST_HEARTBEAT || ingest->has_heartbeats)
            status = conditions_keep(&ingest->conditions, &notice);
    }
    return status;
}

/* What the session found so far. */
static mpe_status collect(struct ingest *ingest, mpe_status status)
{
    mpe_error error = {.struct_size = sizeof(error)};
    while (status >= 0 && mpe_session_poll_error(ingest->session, &error) == MPE_EVENT)
        status = findings_keep(&ingest->findings, &error);
    status = collect_notices(ingest, status);
    return status < 0 ? status : MPE_OK;
}

struct ingest *ingest_open(mpe_channel *channel, int32_t protocol, const char *peer, const char *path, bool has_series,
                           int64_t now_us)
{
    struct ingest *const ingest = calloc(1, sizeof(*ingest));
    if (ingest == NULL)
        return NULL;
    ingest->began_us = now_us;
    ingest->now_us = now_us;
    ingest->series = has_series ? series_new() : NULL;
    mpe_status status = has_series && ingest->series == NULL ? MPE_NO_MEMORY : MPE_OK;
    if (status == MPE_OK)
        status = mpe_session_new(&ingest->session, channel, protocol, peer, NULL, now_us);
    if (status == MPE_OK && path != NULL)
        mpe_session_url(ingest->session, path); /* one that is too long to be named is judged by its body */
    if (collect(ingest, status) == MPE_OK)
        return ingest;
    ingest_free(ingest);
    return NULL;
}

mpe_status ingest_pass(struct ingest *ingest, int64_t now_us)
{
    mpe_status status = MPE_OK;
    int64_t due_us = mpe_session_deadline(ingest->session);
    while (status == MPE_OK && due_us < now_us && due_us > ingest->now_us) {
        ingest->now_us = due_us;
        status = collect(ingest, mpe_session_tick(ingest->session, due_us));
        due_us = mpe_session_deadline(ingest->session);
    }
    if (now_us > ingest->now_us)
        ingest->now_us = now_us;
    return status;
}

mpe_status ingest_feed(struct ingest *ingest, const uint8_t *data, size_t len, int64_t now_us)
{
    mpe_status status = ingest_pass(ingest, now_us);
    ingest->bytes += len;
    if (status == MPE_OK)
        status = collect(ingest, mpe_session_feed(ingest->session, data, len, ingest->now_us));
    if (status == MPE_OK && ingest->series != NULL)
        series_sample(ingest->series, ingest->session, ingest->now_us - ingest->began_us);
    return status;
}

mpe_status ingest_finish(struct ingest *ingest, int64_t now_us)
{
    const mpe_status status = ingest_pass(ingest, now_us);
    return status == MPE_OK ? collect(ingest, mpe_session_finish(ingest->session, 0, ingest->now_us)) : status;
}

void ingest_free(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    mpe_session_free(ingest->session);
    series_free(ingest->series);
    findings_free(&ingest->findings);
    conditions_free(&ingest->conditions);
    free(ingest);
}
