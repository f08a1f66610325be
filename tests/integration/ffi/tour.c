/* What the tour of each language must print: a call of every function, in C. usage: tour FILE (a recorded RTMP one) */
#include <inttypes.h>
#include <mpe/health.h>
#include <mpe/reply.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char buffer[65536];
static size_t needed;

static void print_tables(void)
{
    printf("%" PRIu32 " %s\n%s\n", mpe_version(), mpe_version_string(), mpe_build_info());
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        const int32_t code = mpe_code_at(i);
        printf("code %d %s|%s|%s|%s\n", mpe_code_by_name(mpe_code_name(code)), mpe_code_name(code),
               mpe_code_title(code), mpe_code_cause(code), mpe_code_remedy(code));
    }
    for (int32_t reason = 1; reason <= MPE_REASON_ENDED; reason++) {
        if (*mpe_reason_name(reason) != '\0')
            printf("reason %d %s|%s\n", reason, mpe_reason_name(reason), mpe_reason_remedy(reason));
    }
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        const int32_t param = mpe_param_at(i);
        int64_t min, max, standard;
        mpe_param_bounds(param, MPE_ENCODING, &min, &max, &standard);
        printf("param %d %s|%s|%s|%" PRId64 "|%" PRId64 "|%" PRId64 "\n", mpe_param_by_name(mpe_param_name(param)),
               mpe_param_name(param), mpe_param_unit(param), mpe_param_text(param), min, max, standard);
    }
    for (int32_t i = 0; i < mpe_condition_count(); i++) {
        const int32_t it = mpe_condition_at(i);
        printf("condition %d %s|%s|%s|%d\n", mpe_condition_by_name(mpe_condition_name(it)), mpe_condition_name(it),
               mpe_condition_title(it), mpe_condition_remedy(it), mpe_condition_severity(it));
    }
    printf("%s\nprotocol %d\n%s\n", mpe_event_name(MPE_EVENT_ENCODER_DISCONNECTED),
           mpe_protocol_detect("FLV\1\5\0\0\0\t", 9), mpe_status_text(MPE_BAD_STATE));
}

static void print_failure(const char *name, mpe_status status)
{
    printf("%s (%s)\n", mpe_status_text(status), name);
}

static mpe_channel *tour_channel(void)
{
    mpe_channel *channel;
    int64_t width_px;
    int32_t action;
    mpe_channel_new(&channel, MPE_ENCODING, NULL);
    mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280);
    mpe_channel_get(channel, MPE_PARAM_MAX_WIDTH_PX, &width_px);
    mpe_channel_set_action(channel, MPE_INGEST_FRAMERATE_EXCEEDED, MPE_ACTION_REPORT);
    mpe_channel_get_action(channel, MPE_INGEST_FRAMERATE_EXCEEDED, &action);
    printf("%" PRId64 " %d\n", width_px, action);
    print_failure("MPE_BAD_VALUE", mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, -1));
    print_failure("MPE_BAD_PARAM", mpe_channel_set(channel, 0, 1));
    print_failure("MPE_BAD_TEXT", mpe_channel_set_text(channel, MPE_TEXT_VIDEO_CODECS, "no codec"));
    mpe_channel_set_text(channel, MPE_TEXT_SUBJECT, "tour");
    mpe_channel_allow(channel, "203.0.113.0/24");
    mpe_channel_disallow(channel, "203.0.113.0/24");
    print_failure("MPE_BAD_INDEX", mpe_channel_disallow(channel, "203.0.113.0/24"));
    mpe_channel_disallow(channel, NULL);
    mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1);
    mpe_channel_set(channel, MPE_PARAM_NOTICES, 1);
    mpe_channel_set(channel, MPE_PARAM_CONDITIONS, 1);
    return channel;
}

static void print_hex(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        printf("%02x", (unsigned char)bytes[i]);
    printf("\n");
}

static void print_finding(mpe_session *session, const mpe_error *error)
{
    mpe_error_json(session, error, MPE_SCHEMA_EVENT_GRID, 0, buffer, sizeof(buffer), NULL);
    printf("%s\n%s\n", error->flags & MPE_ERROR_REPORTED ? "reported" : "final", buffer);
    int32_t status, retry_after_s;
    mpe_reply_http(session, error, &status, &retry_after_s, buffer, sizeof(buffer), NULL);
    printf("%d %d %s\n", status, retry_after_s, buffer);
}

static void print_replies(mpe_session *session, const mpe_error *error)
{
    mpe_reply_rtmp(session, error, MPE_ANSWERED_CONNECT, 64, buffer, sizeof(buffer), &needed);
    print_hex(buffer, needed);
    uint32_t stream_id;
    for (int32_t i = 0; mpe_reply_rtmp_message(session, error, MPE_ANSWERED_CONNECT, i, &stream_id, buffer,
                                               sizeof(buffer), &needed) == MPE_OK;
         i++) {
        printf("%" PRIu32 " ", stream_id);
        print_hex(buffer, needed);
    }
    print_failure("MPE_NOT_SUPPORTED",
                  mpe_reply_reconnect(session, "rtmp://203.0.113.9/live", NULL, 0, buffer, sizeof(buffer), &needed));
}

static void print_number(bool is_known, int64_t number, const char *before)
{
    if (is_known)
        printf("%s%" PRId64, before, number);
    else
        printf("%s-", before);
}

static void print_notices(mpe_session *session)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    while (mpe_session_poll_notice(session, &notice) == MPE_EVENT) {
        printf("notice %d %d %d", notice.kind, notice.state, notice.severity);
        print_number(notice.track >= 0, notice.track, " ");
        print_number(notice.flags & MPE_NOTICE_HAS_VALUE, notice.value, " ");
        print_number(notice.flags & MPE_NOTICE_HAS_LIMIT, notice.limit, " ");
        print_number(notice.flags & MPE_NOTICE_HAS_MEDIA_TIME, notice.media_us, " ");
        mpe_notice_json(session, &notice, MPE_SCHEMA_CLOUD_EVENTS, 0, buffer, sizeof(buffer), NULL);
        printf(" %s%s\n%s\n", notice.unit, notice.message, buffer);
    }
}

static void print_health(const mpe_session *session)
{
    mpe_health_snapshot health = {.struct_size = sizeof(health)};
    mpe_session_health(session, &health);
    const int64_t numbers[] = {health.lead_us, health.silence_us,    health.bytes_since_key_frame,
                               health.lost_us, health.gain_permille, health.key_frame_interval_us,
                               health.encode_to_ingest_us};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        print_number(numbers[i] != MPE_NOT_MEASURED, numbers[i], i == 0 ? "" : " ");
    printf("\n");
}

static void feed_file(mpe_session *session, const char *path)
{
    static char data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        exit(2);
    mpe_session_feed(session, data, fread(data, 1, sizeof(data), file), 0);
    fclose(file);
}

static void rtmp_session(mpe_channel *channel, const char *path)
{
    mpe_session *session;
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_track track = {.struct_size = sizeof(track)};
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, "203.0.113.7:52859", "tour-1", 0);
    feed_file(session, path);
    while (mpe_session_poll_error(session, &error) == MPE_EVENT) {
        print_finding(session, &error);
        print_replies(session, &error);
    }
    mpe_session_latency(session, 120, 3000000);
    mpe_session_wall_clock(session, 1717158363591000, 3000000);
    mpe_session_tick(session, 3000000);
    print_notices(session);
    for (int32_t i = 0; mpe_session_track(session, i, &track) == MPE_OK; i++)
        printf("%s %d %" PRIu64 " %" PRId64 " %" PRId64 "\n", track.codec, track.header_seen, track.frames,
               track.first_dts_us, track.last_dts_us);
    print_health(session);
    mpe_channel_totals(channel, &sums);
    printf("%d %" PRId64 " of %" PRId64 "\n", sums.sessions, sums.measured_bps, sums.max_bitrate_bps);
    printf("%d %d %d %zu %d\n", mpe_session_protocol(session), mpe_session_state(session), mpe_session_asked(session),
           mpe_session_taken(session), mpe_session_deadline(session) == INT64_MAX);
    mpe_session_finish(session, MPI_REST_API_CHANNEL_STOP, 3000000);
    mpe_session_ending(session, &error);
    print_finding(session, &error);
    print_failure("MPE_BAD_STATE", mpe_session_tick(session, 3000000));
    mpe_session_free(session);
}

static void http_session(mpe_channel *channel)
{
    mpe_channel *lobby;
    mpe_session *session;
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_channel_new(&lobby, MPE_OPEN, NULL);
    mpe_channel_set(lobby, MPE_PARAM_BIND_LATE, 1);
    mpe_session_new(&session, lobby, MPE_PROTOCOL_FMP4, NULL, NULL, 0);
    printf("%d\n", mpe_session_url(session, "/live/a.isml/Streams(video)?x=y") == MPE_NAMED);
    for (int32_t part = MPE_NAME_APP; part <= MPE_NAME_TC_URL; part++) {
        mpe_session_name(session, part, buffer, sizeof(buffer), NULL);
        printf("%s\n", buffer);
    }
    mpe_session_bind(session, channel, 0);
    printf("%d\n", mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0) == MPE_NAMED);
    mpe_session_refuse(session, MPI_SYSTEM_MAINTENANCE, 0);
    while (mpe_session_poll_error(session, &error) == MPE_EVENT)
        print_finding(session, &error);
    mpe_session_free(session);
    mpe_channel_free(lobby);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    print_tables();
    mpe_channel *channel = tour_channel();
    rtmp_session(channel, argv[1]);
    http_session(channel);
    mpe_channel_free(channel);
    return 0;
}
