/* Says findings and notices in the log and to the sinks; an address that causes many gets a share. */
#include "reports.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"

#define REPORT_BYTES 1024

void reports_open(struct reports *reports, struct notify_out *notify, struct log_out *log, uv_loop_t *loop)
{
    memset(reports, 0, sizeof(*reports));
    reports->notify = notify;
    reports->log = log;
    reports->left_out = (struct loss){.log = log, .loop = loop, .what = "notifications of strangers were left out"};
}

static void write_line(struct reports *reports, const struct peer_history *history, const char *who,
                       const mpe_error *error, const char *line)
{
    const struct journal_field fields[] = {{"code", mpe_code_name(error->code)},
                                       {"channel", history->channel},
                                       {"session", history->id},
                                       {"address", who}};
    const bool is_refused = error->event == MPE_EVENT_CONNECTION_REJECTED;
    log_write(reports->log, is_refused ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, fields, sizeof(fields) / sizeof(fields[0]),
              line);
}

/* The address as the log may have it. */
static void find_who(const struct log_out *log, const mpe_channel *channel, const char *peer, char who[PEER_BYTES])
{
    if (log->options.addresses == LOG_ADDRESSES_MASKED) {
        peer_network(peer, who, PEER_BYTES);
    } else if (log->options.addresses == LOG_ADDRESSES_SHOWN) {
        peer_host(peer, who, PEER_BYTES);
    } else {
        peer_masked(channel, peer, who, PEER_BYTES);
    }
}

static void say(struct reports *reports, const mpe_channel *channel, const struct peer_history *history,
                const mpe_error *error)
{
    char line[REPORT_BYTES];
    char who[PEER_BYTES];
    if (!reports->quiet) {
        find_who(reports->log, channel, history->peer, who);
        peer_report(history, who, error, line, sizeof(line));
        write_line(reports, history, who, error, line);
    }
}

static void say_and_send(struct reports *reports, const mpe_channel *channel, const mpe_session *session,
                         const struct peer_history *history, const mpe_error *error)
{
    say(reports, channel, history, error);
    const mpe_status status = notify_out_send(reports->notify, session, error);
    if (status != MPE_OK) {
        log_say(reports->log, "%s: no notification: %s", history->id, mpe_status_text(status));
    }
}

/* After the sentence, as far as there is room. */
static void add_count(mpe_error *error, uint64_t left_out)
{
    char count[80];
    const size_t have = strlen(error->message);
    const int length =
        snprintf(count, sizeof(count), " (%" PRIu64 " more of this address were not notified.)", left_out);
    if (have + (size_t)length < sizeof(error->message)) {
        memcpy(error->message + have, count, (size_t)length + 1);
    }
}

/* false: it is left out. */
static bool take_share(struct reports *reports, const struct peer_history *history, uint64_t *left_out)
{
    const bool is_stranger = !history->was_admitted;
    if (is_stranger && !address_rate_take(&reports->limit, &history->prefix, history->now_us, left_out)) {
        loss_count(&reports->left_out, "their address has had its share of --refusals-per-minute");
        return false;
    }
    return true;
}

void reports_send(struct reports *reports, const mpe_channel *channel, const mpe_session *session,
                  const struct peer_history *history, const mpe_error *error)
{
    uint64_t left_out = 0;
    mpe_error counted = *error;
    admin_ending(reports->admin, channel, session, history, error);
    if (take_share(reports, history, &left_out)) {
        if (left_out > 0) {
            add_count(&counted, left_out);
        }
        say_and_send(reports, channel, session, history, &counted);
    }
}

void reports_say(struct reports *reports, const mpe_channel *channel, const struct peer_history *history,
                 const mpe_error *error)
{
    uint64_t left_out = 0;
    if (take_share(reports, history, &left_out)) {
        say(reports, channel, history, error);
    }
}

void reports_notices(struct reports *reports, mpe_session *session, const char *id)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    while (mpe_session_poll_notice(session, &notice) == MPE_EVENT) {
        admin_notice(reports->admin, id, &notice);
        const mpe_status status = notify_out_send_notice(reports->notify, session, &notice);
        if (status != MPE_OK) {
            log_say(reports->log, "%s: no notification: %s", id, mpe_status_text(status));
        }
    }
}

void reports_close(struct reports *reports)
{
    loss_close(&reports->left_out);
    address_rate_free(&reports->limit);
}
