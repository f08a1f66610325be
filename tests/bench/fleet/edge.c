/*
 * usage: edge URL KEY_FILE FLV CHANNELS SECONDS
 *
 * An edge of a fleet without the encoders: as many channels, two sessions on each. Prints how many reports were
 * answered in the last SECONDS, and the CPU seconds that they took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "common/server/fleet.h"

#define HEADER_BYTES    100000 /* of the stream, that admit a session */
#define SESSIONS        2      /* of a channel */
#define JOINING_SECONDS 3      /* are not measured */

struct seat {
    mpe_channel *channel;
    mpe_session *sessions[SESSIONS];
    struct fleet_member *member;
};

static struct {
    uv_loop_t loop;
    struct log_out log;
    struct fleet *fleet;
    struct fleet_settings settings;
    struct seat *seats;
    int count;
    uint64_t seconds;
    struct fleet_view begin;
    double begin_seconds;
} edge;

static void need(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "edge: %s\n", what);
        exit(2);
    }
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void open_seat(struct seat *seat, int number, const char *media, size_t bytes)
{
    char name[32];
    const int64_t now_us = (int64_t)(uv_hrtime() / 1000);
    snprintf(name, sizeof(name), "event-%d", number);
    need(mpe_channel_new(&seat->channel, MPE_OPEN, NULL) == MPE_OK, "no channel");
    mpe_channel_set(seat->channel, MPE_PARAM_BITRATE_WINDOW_US, 60000000); /* it is not silent meanwhile */
    seat->member = fleet_join(edge.fleet, seat->channel, name, "");
    need(seat->member != NULL, "the channel is not in the fleet");
    for (int i = 0; i < SESSIONS; i++) {
        char id[64];
        snprintf(id, sizeof(id), "%s%s-%d", fleet_id_prefix(edge.fleet), name, i);
        need(mpe_session_new(&seat->sessions[i], seat->channel, MPE_PROTOCOL_FLV, NULL, id, now_us) == MPE_OK,
             "no session");
        mpe_session_feed(seat->sessions[i], media, bytes, now_us);
    }
}

static void close_seat(struct seat *seat)
{
    for (int i = 0; i < SESSIONS; i++) {
        mpe_session_free(seat->sessions[i]);
    }
    fleet_leave(seat->member);
    mpe_channel_free(seat->channel);
}

static void on_end(uv_timer_t *timer)
{
    struct fleet_view end;
    fleet_look(edge.fleet, &end);
    printf("%llu %.6f\n", (unsigned long long)(end.reports - edge.begin.reports), cpu_seconds() - edge.begin_seconds);
    for (int i = 0; i < edge.count; i++) {
        close_seat(&edge.seats[i]);
    }
    fleet_close(edge.fleet);
    log_close(&edge.log);
    uv_close((uv_handle_t *)timer, NULL);
}

static void on_joined(uv_timer_t *timer)
{
    fleet_look(edge.fleet, &edge.begin);
    edge.begin_seconds = cpu_seconds();
    uv_timer_start(timer, on_end, edge.seconds * 1000, 0);
}

static void open_seats(const char *flv)
{
    static char media[HEADER_BYTES];
    FILE *const file = fopen(flv, "rb");
    need(file != NULL, "the stream cannot be read");
    const size_t bytes = fread(media, 1, sizeof(media), file);
    fclose(file);
    edge.seats = calloc((size_t)edge.count, sizeof(*edge.seats));
    need(edge.seats != NULL, "no memory");
    for (int i = 0; i < edge.count; i++) {
        open_seat(&edge.seats[i], i, media, bytes);
    }
}

int main(int argc, char **argv)
{
    static const struct log_options log = {.level = LOG_LEVEL_ERROR};
    static const struct fleet_program program = {.changed = NULL};
    enum fleet_setting of = FLEET_SETTING_URLS;
    char why[FLEET_WHY_BYTES];
    uv_timer_t timer;
    need(argc == 6, "usage: edge URL KEY_FILE FLV CHANNELS SECONDS");
    need(fleet_settings_read(&edge.settings, argv[1], argv[2], &of, why) == 0, why);
    edge.count = atoi(argv[4]);
    edge.seconds = (uint64_t)atoi(argv[5]);
    uv_loop_init(&edge.loop);
    log_open(&edge.log, &edge.loop, "edge", 1 << 20, &log);
    need(fleet_open(&edge.fleet, &edge.settings, &program, &edge.log, &edge.loop) == 0, "no fleet");
    open_seats(argv[3]);
    uv_timer_init(&edge.loop, &timer);
    uv_timer_start(&timer, on_joined, JOINING_SECONDS * 1000, 0);
    uv_run(&edge.loop, UV_RUN_DEFAULT);
    uv_loop_close(&edge.loop);
    fleet_settings_free(&edge.settings);
    free(edge.seats);
    return 0;
}
