/* The options of mpe-smooth, and what of the shared configuration file it has no use for. */
#include "options.h"

#include <stdbool.h>
#include <string.h>

#include "common/server/channels.h"

enum smooth_option { OPTION_TOKEN = SERVER_OPTION_COUNT };

static const struct option_row rows[] = {
    {OPTION_TOKEN, "--token", "TOKEN",
     "the access token that the path must begin with, as in /TOKEN/ingest.isml/Streams(name); default: any path"},
};

/* What is of RTMP, or of servers that the media goes on to: a file that asks for it is not obeyed in silence. */
static bool read_unused(const struct channels *channels, char why[CONFIG_WHY_BYTES])
{
    const struct config *const config = channels_config(channels);
    const struct config_file *const top = config->top;
    const struct {
        const char *key;
        bool is_given;
    } unused[] = {{"authorize", top->authorize != NULL},
                  {"players", top->players != NULL},
                  {"drain", top->drain != NULL},
                  {"limits/publish_within", top->limits != NULL && top->limits->publish_within != NULL},
                  {"upstream", channels_have_upstreams(channels)}};
    for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
        const char *const slash = strrchr(unused[i].key, '/');
        if (unused[i].is_given) {
            config_wrong(why, config->file, unused[i].key, "%s: mpe-smooth has none; leave it out of its file",
                         slash != NULL ? slash + 1 : unused[i].key);
            return true;
        }
    }
    return false;
}

static enum options_result understand(void *own, const struct server_options *options, const struct command_line *line)
{
    const char *token = command_line_last(line, OPTION_TOKEN);
    char why[CONFIG_WHY_BYTES];
    (void)own;
    if (options->listener_count > 1 || options->listeners[0].takes_proxy) {
        return command_line_wrong(line,
                                  "mpe-smooth listens at one address, and takes no PROXY protocol; leave the others "
                                  "out of its file");
    }
    if (options->channels != NULL && read_unused(options->channels, why)) {
        return command_line_wrong(line, "%s", why);
    }
    if (token == NULL) {
        return OPTIONS_RUN;
    }
    if (command_line_last(line, SERVER_APP) != NULL) {
        return command_line_wrong(line, "--token and --app say the same; keep the one you mean");
    }
    if (*token == '\0' || strpbrk(token, "/?#% ") != NULL) {
        return command_line_wrong(
            line, "--token takes one segment of a path: no slash, question mark, #, %% or blank; leave it out for any");
    }
    return server_option_text(options, line, MPE_TEXT_APP, "--token", token);
}

enum options_result smooth_options_read(struct server_options *options, int argc, char **argv)
{
    static const struct server_program program = {
        .name = "mpe-smooth",
        .usage =
            "Usage: mpe-smooth --listen ADDR:PORT [OPTION]...\n"
            "       mpe-smooth --config FILE [--check] [--quiet]\n"
            "\n"
            "An HTTP endpoint that encoders push fragmented MP4 to (Smooth Streaming, CMAF), a track in one request\n"
            "or in many. It discards the media, ends a request that the channel cannot take with the HTTP status\n"
            "and the words that say why, and writes a notification. With options one process is one channel; with\n"
            "a file it is as many as the file says.\n",
        .port = "8080",
        .rows = {rows, sizeof(rows) / sizeof(rows[0])},
        .understand = understand,
    };
    return server_options_read(options, &program, NULL, argc, argv);
}
