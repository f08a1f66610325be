/* Reads the options that mpe-guard alone has. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_DRAIN_S 86400
#define DEFAULT_PUBLISH "30s"
#define PUBLISH_FAULT   "give a duration, as in 30s, or 0s for none"
#define DRAIN_FAULT     "drain: give whole seconds, from 0 to 86400"

enum guard_option {
    OPTION_UPSTREAM = SERVER_OPTION_COUNT,
    OPTION_SINK,
    OPTION_STREAM_NAME,
    OPTION_PLAYERS,
    OPTION_DRAIN,
    OPTION_PUBLISH_WITHIN
};

static const struct option_row rows[] = {
    {OPTION_UPSTREAM, "--upstream", "HOST:PORT",
     "the RTMP server to pass encoders on to; looked up once, at the start"},
    {OPTION_SINK, "--sink", NULL, "no server: accept what is published here and discard it"},
    {OPTION_DRAIN, "--drain", "SECONDS",
     "after SIGTERM take no connection, ask encoders to connect again, and let them go on so long; default: 0"},
    {OPTION_PLAYERS, "--players", "pass|refuse",
     "what becomes of who plays; default: pass, and refuse where there is no server"},
    {OPTION_PUBLISH_WITHIN, "--publish-within", "DURATION",
     "who has published nothing by then is closed; 0s: any time (default " DEFAULT_PUBLISH ")"},
    {OPTION_STREAM_NAME, "--stream-name", "NAME", "the stream name an encoder must publish; default: any"},
};

static enum options_result read_target(struct guard_options *options, const struct command_line *line)
{
    const char *upstream = command_line_last(line, OPTION_UPSTREAM);
    options->sink = command_line_last(line, OPTION_SINK) != NULL;
    if (upstream != NULL && options->sink) {
        return command_line_wrong(line, "--upstream and --sink exclude each other; keep the one you mean");
    }
    if (options->sink) {
        return OPTIONS_RUN;
    }
    if (upstream == NULL) {
        return command_line_wrong(
            line, "say where to: --upstream HOST:PORT for an RTMP server, or --sink to try it without one");
    }
    const char *const fault = upstream_target_read(&options->upstream, upstream);
    if (fault != NULL) {
        return command_line_wrong(line, "--upstream %.80s: %s", upstream, strchr(fault, ' ') + 1);
    }
    return OPTIONS_RUN;
}

/* false: it is no number of seconds of up to a day. text NULL: it was not given. */
static bool read_drain(struct guard_options *options, const char *text)
{
    const size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    const long seconds = text == NULL                                       ? 0
                         : digits > 0 && digits < 6 && text[digits] == '\0' ? strtol(text, NULL, 10)
                                                                            : -1;
    options->drain_s = seconds > 0 ? (unsigned)seconds : 0;
    return seconds >= 0 && seconds <= LONGEST_DRAIN_S;
}

/* false: it is no duration. text NULL: it was not given. */
static bool read_publish_within(struct guard_options *options, const char *text)
{
    const char *const given = text != NULL ? text : DEFAULT_PUBLISH;
    int64_t within_ms = 0;
    const bool is_read = strcmp(given, "0s") == 0 || delivery_duration_read(given, &within_ms);
    options->publish_within_us = within_ms * 1000;
    return is_read;
}

/* false: it is neither. text NULL: it was not given. */
static bool read_players(struct guard_options *options, const char *text)
{
    options->players_pass = text == NULL || strcmp(text, "pass") == 0;
    return options->players_pass || strcmp(text, "refuse") == 0;
}

/* Its servers are of its channels. */
static enum options_result read_config(struct guard_options *options, const struct command_line *line)
{
    const struct config *const config = channels_config(options->server.channels);
    char why[CONFIG_WHY_BYTES];
    if (!read_players(options, config->top->players)) {
        config_wrong(why, config->file, "players", "players: give pass or refuse");
        return command_line_wrong(line, "%s", why);
    }
    if (!read_drain(options, config->top->drain)) {
        config_wrong(why, config->file, "drain", DRAIN_FAULT);
        return command_line_wrong(line, "%s", why);
    }
    if (!read_publish_within(options, config->top->limits != NULL ? config->top->limits->publish_within : NULL)) {
        config_wrong(why, config->file, "limits/publish_within", "publish_within: " PUBLISH_FAULT);
        return command_line_wrong(line, "%s", why);
    }
    return OPTIONS_RUN;
}

static enum options_result understand(void *own, const struct server_options *server, const struct command_line *line)
{
    struct guard_options *options = own;
    if (server->channels != NULL) {
        return read_config(options, line);
    }
    enum options_result result = read_target(options, line);
    if (result == OPTIONS_RUN && !read_players(options, command_line_last(line, OPTION_PLAYERS))) {
        return command_line_wrong(line, "--players: give pass or refuse");
    }
    if (result == OPTIONS_RUN && !read_drain(options, command_line_last(line, OPTION_DRAIN))) {
        return command_line_wrong(line, "--" DRAIN_FAULT);
    }
    const char *const within = command_line_last(line, OPTION_PUBLISH_WITHIN);
    if (result == OPTIONS_RUN && !read_publish_within(options, within)) {
        return command_line_wrong(line, "--publish-within %.40s: " PUBLISH_FAULT, within);
    }
    const char *name = command_line_last(line, OPTION_STREAM_NAME);
    return result == OPTIONS_RUN ? server_option_text(server, line, MPE_TEXT_STREAM_NAME, "--stream-name", name)
                                 : result;
}

enum options_result guard_options_read(struct guard_options *options, int argc, char **argv)
{
    static const struct server_program program = {
        .name = "mpe-guard",
        .usage = "Usage: mpe-guard --listen ADDR:PORT (--upstream HOST:PORT | --sink) [OPTION]...\n"
                 "       mpe-guard --config FILE [--check] [--quiet]\n"
                 "\n"
                 "A proxy in front of an RTMP server. It passes the bytes both ways unchanged, refuses or ends a live\n"
                 "ingest that the channel cannot take, tells the encoder why, and writes a notification. With\n"
                 "options one process is one channel; with a file it is as many as the file says.\n",
        .port = "1935",
        .rows = {rows, sizeof(rows) / sizeof(rows[0])},
        .understand = understand,
    };
    memset(options, 0, sizeof(*options));
    return server_options_read(&options->server, &program, options, argc, argv);
}
