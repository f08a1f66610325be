#include "options.h"

#include <string.h>

enum guard_option { OPTION_UPSTREAM = SERVER_OPTION_COUNT, OPTION_SINK, OPTION_STREAM_NAME };

static const struct option_row rows[] = {
    {OPTION_UPSTREAM, "--upstream", "HOST:PORT",
     "the RTMP server to pass encoders on to; looked up once, at the start"},
    {OPTION_SINK, "--sink", NULL, "no server: accept what is published here and discard it"},
    {OPTION_STREAM_NAME, "--stream-name", "NAME", "the stream name an encoder must publish; default: any"},
};

static enum options_result read_target(struct guard_options *options, const struct command_line *line)
{
    char host[SERVER_HOST_BYTES];
    char port[SERVER_PORT_BYTES];
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
    if (server_split_address(upstream, host, port) != 0 || strcmp(port, "0") == 0) {
        return command_line_wrong(line, "--upstream %.80s: give host and port, as in 127.0.0.1:1936 or [::1]:1936",
                                  upstream);
    }
    options->upstream_count = server_look_up(host, port, 0, options->upstream, GUARD_UPSTREAM_ADDRESSES);
    if (options->upstream_count == 0) {
        return command_line_wrong(
            line, "--upstream %.80s: no address is known for this host; check its spelling and the DNS", upstream);
    }
    return OPTIONS_RUN;
}

static enum options_result understand(void *own, const struct server_options *server, const struct command_line *line)
{
    struct guard_options *options = own;
    enum options_result result = read_target(options, line);
    const char *name = command_line_last(line, OPTION_STREAM_NAME);
    return result == OPTIONS_RUN ? server_option_text(server, line, MPE_TEXT_STREAM_NAME, "--stream-name", name)
                                 : result;
}

enum options_result guard_options_read(struct guard_options *options, int argc, char **argv)
{
    static const struct server_program program = {
        .name = "mpe-guard",
        .usage = "Usage: mpe-guard --listen ADDR:PORT (--upstream HOST:PORT | --sink) [OPTION]...\n"
                 "\n"
                 "A door in front of an RTMP server. It passes the bytes both ways unchanged, refuses or ends a live\n"
                 "ingest that the channel cannot take, tells the encoder why, and writes a notification. One process\n"
                 "is one channel.\n",
        .port = "1935",
        .rows = {rows, sizeof rows / sizeof rows[0]},
        .understand = understand,
    };
    memset(options, 0, sizeof *options);
    return server_options_read(&options->server, &program, options, argc, argv);
}
