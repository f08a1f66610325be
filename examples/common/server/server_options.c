/* Reads the options that mpe-guard and mpe-smooth share, and checks those that belong together. */
#include "server_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "common/channel_options.h"
#include "common/profile.h"
#include "delivery_options.h"
#include "server_address.h"
#include "server_config.h"

#define DEFAULT_CONNECTIONS 4096
#define MOST_CONNECTIONS    1000000
#define SHARE_OF_AN_ADDRESS 4  /* one of them, by default, of all connections ... */
#define LEAST_PER_ADDRESS   16 /* ... but no less than this */
#define DEFAULT_REFUSALS    20
#define MOST_HANDSHAKES     1000000
#define MOST_REFUSALS       100000
#define OTHER_FILES         64 /* the loop, standard streams */
#define FILES_A_SINK        16 /* connections, and the files of a spool */
#define WHY_BYTES           400
#define LEAST_QUEUE_BYTES   (1u << 20)
#define QUEUE_BYTES_EACH    2048u /* a connection ends with one notification, of less than 1 kB */

static const struct option_row rows[] = {
    {SERVER_LISTEN, "--listen", "ADDR:PORT", "where encoders connect; [v6]:PORT for IPv6, port 0 for any free one"},
    {SERVER_KIND, "--kind", "KIND", "encoding (default), pass-through-basic or pass-through-standard"},
    {SERVER_APP, "--app", "APP", "the app that the ingest URL must name, as in live/TOKEN; default: any"},
    {SERVER_ALLOW, "--allow", "CIDR", "address or network that may connect, may be repeated; default: all"},
    {SERVER_PROFILE, "--profile", "NAME|FILE",
     "limits of a destination: youtube, twitch, facebook, cloudflare-stream, hls,\n"
     "      ams-encoding, ams-pass-through-basic, ams-pass-through-standard, or a file"},
    {SERVER_SET, "--set", "NAME=VALUE", "a limit of the channel, may be repeated; the names are listed below"},
    {SERVER_NOTICES, "--notices", NULL,
     "notifications, too, of what happens (heartbeats, gaps, ...) and of conditions"},
    {SERVER_EVENTS, "--events", "FILE|-|URL",
     "where notifications go: a file or - a line each, a URL a POST each; may be\n"
     "      repeated"},
    {SERVER_HEADERS, "--headers-file", "FILE",
     "headers for the URL before, one a line, as in Authorization: Bearer TOKEN"},
    {SERVER_SIGN_WITH, "--sign-with", "FILE", "a key: POSTs to the URL before are signed with it (HMAC-SHA256)"},
    {SERVER_SUBSCRIPTION, "--subscription", "NAME", "aeg-subscription-name for the URL before; default: this program"},
    {SERVER_BATCH, "--batch", "N", "as many notifications at most in a POST to the URL before (default 1)"},
    {SERVER_HANDSHAKE, "--handshake", "on|off", "whether the receiver of the URL before must agree first (default on)"},
    {SERVER_SCHEMA, "--schema", "SCHEMA", "event-grid (default), cloud-events or cloud-events-binary"},
    {SERVER_RETRY_ATTEMPTS, "--retry-attempts", "N", "a notification is given up after as many (default 30) ..."},
    {SERVER_RETRY_WITHIN, "--retry-within", "DURATION", "... or after this time (default 24h)"},
    {SERVER_RETRY_PAUSES, "--retry-pauses", "LIST", "between attempts; default 10s,30s,1m,5m,10m,30m,1h,3h,6h,12h"},
    {SERVER_SPOOL, "--spool", "FOLDER", "where notifications wait for a URL; default: in memory"},
    {SERVER_SPOOL_BYTES, "--spool-bytes", "BYTES[K|M|G]", "what the spool of each URL may take (default 64M)"},
    {SERVER_TOPIC, "--topic", "TEXT", "topic (or source) of the notifications"},
    {SERVER_SUBJECT, "--subject", "TEXT", "subject of the notifications"},
    {SERVER_MAX_CONNECTIONS, "--max-connections", "N", "more than these at once are turned away (default 4096)"},
    {SERVER_MAX_PER_ADDRESS, "--max-per-address", "N",
     "more connections than these of one address (a /64 of IPv6) are turned\n"
     "      away; default: a quarter of --max-connections, at least 16"},
    {SERVER_HANDSHAKES, "--handshakes-per-second", "N",
     "more new connections than these are turned away; default: any"},
    {SERVER_HANDSHAKES_EACH, "--handshakes-per-address", "N", "the same of one address (a /64 of IPv6)"},
    {SERVER_MAX_MEMORY, "--max-memory", "BYTES[K|M|G]",
     "what all connections may hold; default: a quarter of the machine's memory"},
    {SERVER_REFUSALS_PER_MINUTE, "--refusals-per-minute", "N",
     "notifications of connections of one address that were never admitted; the\n"
     "      others are counted; 0: all (default 20)"},
    {SERVER_ADMIN, "--admin", "ADDR:PORT", "where an operator finds a page, JSON and /metrics for Prometheus"},
    {SERVER_ADMIN_TOKEN, "--admin-token-file", "FILE",
     "a token that is asked for there; needed where ADDR is not of this machine"},
    {SERVER_FLEET, "--fleet", "URL,...",
     "other processes with the same --app and --kind are one channel with this one: a\n"
     "      Redis server where they meet, as in redis://127.0.0.1:6379; others are tried\n"
     "      in turn"},
    {SERVER_FLEET_KEY, "--fleet-key", "FILE", "the key that these processes have, as openssl rand -hex 32 writes one"},
    {SERVER_QUIET, "--quiet", NULL, "no line on standard error for each connection that ends"},
    {SERVER_LOG_FORMAT, "--log-format", "text|json", "lines of the log: text (default), or an object each"},
    {SERVER_LOG_LEVEL, "--log-level", "LEVEL", "error, warning or info (default): what is less is not written"},
    {SERVER_OPTIONS, "--options", "FILE",
     "more options, one a line, as in --app live/TOKEN: for secrets, which all\n"
     "      users of the machine see in a command line; # begins a comment"},
    {SERVER_CONFIG, "--config", "FILE", "many channels, listeners and limits from a YAML file, instead of options"},
    {SERVER_CHECK, "--check", NULL, "with --config: says what is wrong with the file, or how many channels it has"},
    {SERVER_HELP, "--help", NULL, "this text"},
    {SERVER_VERSION, "--version", NULL, "the version of the library"},
};

static void print_help(const struct server_program *program, const struct command_line *line)
{
    puts(program->usage);
    command_line_print(line);
    puts("\nParameters of --set, with the defaults of an encoding channel:\n");
    channel_options_print(stdout, MPE_ENCODING);
    puts("\nExit status: 0 after SIGTERM or SIGINT, 1 when it cannot run, 2 for a mistake on the command line.");
}

/* ------------------------------------------------------------------- texts */

static enum options_result read_listen(struct server_options *options, const struct server_program *program,
                                       const struct command_line *line)
{
    const char *text = command_line_last(line, SERVER_LISTEN);
    if (text == NULL) {
        return command_line_wrong(line,
                                  "--listen is missing; write --listen 0.0.0.0:%s to take encoders on every "
                                  "address",
                                  program->port);
    }
    options->listener_count = 1;
    if (server_read_listen(text, &options->listeners[0].address) != 0) {
        return command_line_wrong(line,
                                  "--listen %.80s: give a numeric address and a port, as in 127.0.0.1:%s or [::]:%s",
                                  text, program->port, program->port);
    }
    return OPTIONS_RUN;
}

/* A whole number of an option, where it was given. */
static enum options_result read_count(const struct command_line *line, int id, const char *name, unsigned least,
                                      unsigned most, unsigned *value)
{
    const char *const text = command_line_last(line, id);
    if (text == NULL) {
        return OPTIONS_RUN;
    }
    const size_t digits = strspn(text, "0123456789");
    const long number = digits > 0 && digits <= 7 && text[digits] == '\0' ? strtol(text, NULL, 10) : -1;
    if (number < (long)least || number > (long)most) {
        return command_line_wrong(line, "%s %.40s: give a whole number from %u to %u", name, text, least, most);
    }
    *value = (unsigned)number;
    return OPTIONS_RUN;
}

static enum options_result read_memory(struct server_options *options, const struct command_line *line)
{
    const char *const text = command_line_last(line, SERVER_MAX_MEMORY);
    options->memory.most_bytes = memory_bound_default_bytes();
    if (text != NULL && !memory_bound_read(text, &options->memory.most_bytes)) {
        return command_line_wrong(line, "--max-memory %.40s: give a number of bytes, as in 512M or 2G", text);
    }
    return OPTIONS_RUN;
}

static enum options_result read_arrivals(struct server_options *options, const struct command_line *line)
{
    enum options_result result = read_count(line, SERVER_HANDSHAKES, "--handshakes-per-second", 0, MOST_HANDSHAKES,
                                            &options->handshakes_per_second);
    if (result == OPTIONS_RUN) {
        result = read_count(line, SERVER_HANDSHAKES_EACH, "--handshakes-per-address", 0, MOST_HANDSHAKES,
                            &options->handshakes_per_address);
    }
    return result == OPTIONS_RUN ? read_memory(options, line) : result;
}

unsigned server_share_of_an_address(unsigned connections)
{
    const unsigned share = connections / SHARE_OF_AN_ADDRESS;
    return share > LEAST_PER_ADDRESS ? share : LEAST_PER_ADDRESS;
}

static enum options_result read_limits(struct server_options *options, const struct command_line *line)
{
    options->max_connections = DEFAULT_CONNECTIONS;
    options->refusals_per_minute = DEFAULT_REFUSALS;
    enum options_result result =
        read_count(line, SERVER_MAX_CONNECTIONS, "--max-connections", 1, MOST_CONNECTIONS, &options->max_connections);
    options->max_per_address = server_share_of_an_address(options->max_connections);
    if (result == OPTIONS_RUN) {
        result = read_count(line, SERVER_MAX_PER_ADDRESS, "--max-per-address", 1, MOST_CONNECTIONS,
                            &options->max_per_address);
    }
    if (result == OPTIONS_RUN) {
        result = read_count(line, SERVER_REFUSALS_PER_MINUTE, "--refusals-per-minute", 0, MOST_REFUSALS,
                            &options->refusals_per_minute);
    }
    return result == OPTIONS_RUN ? read_arrivals(options, line) : result;
}

static enum options_result read_log(struct server_options *options, const struct command_line *line)
{
    const char *const format = command_line_last(line, SERVER_LOG_FORMAT);
    const char *const level = command_line_last(line, SERVER_LOG_LEVEL);
    if (format != NULL && !log_format_read(format, &options->log.is_json)) {
        return command_line_wrong(line, "--log-format %.40s: give text or json", format);
    }
    if (level != NULL && !log_level_read(level, &options->log.level)) {
        return command_line_wrong(line, "--log-level %.40s: give error, warning or info", level);
    }
    return OPTIONS_RUN;
}

static enum options_result read_admin(struct server_options *options, const struct command_line *line)
{
    char why[ADMIN_WHY_BYTES];
    const char *const address = command_line_last(line, SERVER_ADMIN);
    const char *const token_file = command_line_last(line, SERVER_ADMIN_TOKEN);
    return admin_options_read(&options->admin, address, token_file, why) == 0
               ? OPTIONS_RUN
               : command_line_wrong(line, "--admin: %s", why);
}

static enum options_result read_fleet(struct server_options *options, const struct command_line *line)
{
    char why[FLEET_WHY_BYTES];
    enum fleet_setting of = FLEET_SETTING_URLS;
    const char *const urls = command_line_last(line, SERVER_FLEET);
    const char *const key_file = command_line_last(line, SERVER_FLEET_KEY);
    return fleet_settings_read(&options->fleet, urls, key_file, &of, why) == 0
               ? OPTIONS_RUN
               : command_line_wrong(line, "%s: %s", of == FLEET_SETTING_URLS ? "--fleet" : "--fleet-key", why);
}

/* ------------------------------------------------------------- the channel */

enum options_result server_option_text(const struct server_options *options, const struct command_line *line,
                                       int32_t which, const char *name, const char *text)
{
    char why[WHY_BYTES] = "";
    if (text == NULL || channel_option_text(options->channel, which, name, text, why, sizeof(why)) == 0) {
        return OPTIONS_RUN;
    }
    return command_line_wrong(line, "%s", why);
}

static enum options_result apply(struct server_options *options, const struct command_line *line,
                                 const struct given_option *given)
{
    char why[WHY_BYTES] = "";
    int result = 0;
    if (given->id == SERVER_ALLOW) {
        result = channel_option_allow(options->channel, given->value, why, sizeof(why));
    } else if (given->id == SERVER_SET) {
        result = channel_option_set(options->channel, given->value, why, sizeof(why));
    } else if (given->id == SERVER_NOTICES) {
        mpe_channel_set(options->channel, MPE_PARAM_NOTICES, 1);
        mpe_channel_set(options->channel, MPE_PARAM_CONDITIONS, 1);
    } else if (given->id == SERVER_APP) {
        options->app = given->value;
        return server_option_text(options, line, MPE_TEXT_APP, "--app", given->value);
    } else if (given->id == SERVER_TOPIC) {
        return server_option_text(options, line, MPE_TEXT_TOPIC, "--topic", given->value);
    } else if (given->id == SERVER_SUBJECT) {
        return server_option_text(options, line, MPE_TEXT_SUBJECT, "--subject", given->value);
    }
    return result == 0 ? OPTIONS_RUN : command_line_wrong(line, "%s", why);
}

const char *server_params_fault(const mpe_channel *channel)
{
    int64_t media_clock = 0;
    int64_t report_all = 0;
    int64_t bind_late = 0;
    mpe_channel_get(channel, MPE_PARAM_BIND_LATE, &bind_late);
    mpe_channel_get(channel, MPE_PARAM_MEDIA_CLOCK, &media_clock);
    mpe_channel_get(channel, MPE_PARAM_REPORT_ALL, &report_all);
    if (media_clock != 0) {
        return "--set media_clock=1 is for files: a server with no clock to look at would wait for ever; leave it out";
    }
    if (bind_late != 0) {
        return "--set bind_late=1 is for programs with channels of their own to bind to; leave it out";
    }
    return report_all != 0
               ? "--set report_all=1 is for files: a server ends a stream at its first finding; leave it out"
               : NULL;
}

static enum options_result check_params(const struct server_options *options, const struct command_line *line)
{
    const char *const fault = server_params_fault(options->channel);
    return fault != NULL ? command_line_wrong(line, "%s", fault) : OPTIONS_RUN;
}

static enum options_result make_channel(struct server_options *options, const struct command_line *line)
{
    const char *kind_text = command_line_last(line, SERVER_KIND);
    const char *const profile = command_line_last(line, SERVER_PROFILE);
    int32_t kind = MPE_ENCODING;
    char why[WHY_BYTES] = "";
    if (profile != NULL && profile_kind(profile, &kind, why, sizeof(why)) != 0) {
        return command_line_wrong(line, "%s", why);
    }
    if (kind_text != NULL && channel_option_kind(kind_text, &kind) != 0) {
        return command_line_wrong(line, "--kind %.40s: give encoding, pass-through-basic or pass-through-standard",
                                  kind_text);
    }
    const mpe_allocator allocator = memory_bound_allocator(&options->memory);
    mpe_status status = mpe_channel_new(&options->channel, kind, &allocator);
    if (status != MPE_OK) {
        return command_line_wrong(line, "%s", mpe_status_text(status));
    }
    if (profile != NULL && profile_apply(profile, options->channel, why, sizeof(why)) != 0) {
        return command_line_wrong(line, "%s", why);
    }
    enum options_result result = OPTIONS_RUN;
    for (int i = 0; i < line->count && result == OPTIONS_RUN; i++) {
        result = apply(options, line, &line->given[i]);
    }
    return result == OPTIONS_RUN ? check_params(options, line) : result;
}

/* What --help and --version print may be read by a program, which must not take nothing for an answer. */
static enum options_result end_answer(const struct command_line *line)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return command_line_wrong(line, "cannot write to standard output");
    }
    return OPTIONS_DONE;
}

static enum options_result understand_line(struct server_options *options, const struct server_program *program,
                                           const struct command_line *line)
{
    enum options_result result = read_listen(options, program, line);
    if (result == OPTIONS_RUN) {
        result = read_limits(options, line);
    }
    if (result == OPTIONS_RUN) {
        result = delivery_options_read(&options->notify, line);
    }
    if (result == OPTIONS_RUN) {
        result = read_log(options, line);
    }
    if (result == OPTIONS_RUN) {
        result = read_admin(options, line);
    }
    if (result == OPTIONS_RUN) {
        result = read_fleet(options, line);
    }
    return result == OPTIONS_RUN ? make_channel(options, line) : result;
}

/* Beside --config the file says everything. */
static enum options_result check_alone(const struct command_line *line)
{
    for (int i = 0; i < line->count; i++) {
        const int id = line->given[i].id;
        if (id != SERVER_CONFIG && id != SERVER_CHECK && id != SERVER_QUIET) {
            return command_line_wrong(line, "--config says everything: give it alone, or with --check or --quiet");
        }
    }
    return OPTIONS_RUN;
}

static enum options_result understand_config(struct server_options *options, const struct command_line *line)
{
    char why[CONFIG_WHY_BYTES];
    read_limits(options, line); /* the defaults */
    if (check_alone(line) != OPTIONS_RUN) {
        return OPTIONS_WRONG;
    }
    options->config_file = command_line_last(line, SERVER_CONFIG);
    if (server_config_read(options, why) != 0) {
        return command_line_wrong(line, "%s", why);
    }
    return OPTIONS_RUN;
}

static enum options_result say_checked(const struct server_options *options, const struct command_line *line)
{
    if (options->channels == NULL) {
        return command_line_wrong(line, "--check looks at a configuration; give it with --config FILE");
    }
    printf("%s: %zu channels\n", options->config_file, channels_count(options->channels));
    return end_answer(line);
}

static enum options_result understand(struct server_options *options, const struct server_program *program, void *own,
                                      const struct command_line *line)
{
    const bool has_file = command_line_last(line, SERVER_CONFIG) != NULL;
    options->notify.program = program->name;
    options->log.level = LOG_LEVEL_INFO;
    options->quiet = command_line_last(line, SERVER_QUIET) != NULL;
    enum options_result result = has_file ? understand_config(options, line) : understand_line(options, program, line);
    options->notify.most_bytes = LEAST_QUEUE_BYTES + (size_t)options->max_connections * QUEUE_BYTES_EACH;
    if (result == OPTIONS_RUN) {
        result = program->understand(own, options, line);
    }
    return result == OPTIONS_RUN && command_line_last(line, SERVER_CHECK) != NULL ? say_checked(options, line) : result;
}

static enum options_result answer(struct server_options *options, const struct server_program *program, void *own,
                                  const struct command_line *line)
{
    if (command_line_last(line, SERVER_HELP) != NULL) {
        print_help(program, line);
        return end_answer(line);
    }
    if (command_line_last(line, SERVER_VERSION) != NULL) {
        printf("%s %s\n%s\n", program->name, mpe_version_string(), mpe_build_info());
        return end_answer(line);
    }
    return understand(options, program, own, line);
}

enum options_result server_options_read(struct server_options *options, const struct server_program *program, void *own,
                                        int argc, char **argv)
{
    struct command_line line = {.program = program->name, .own = program->rows, .id_of_file = SERVER_OPTIONS};
    line.common.rows = rows;
    line.common.count = sizeof(rows) / sizeof(rows[0]);
    memset(options, 0, sizeof(*options));
    enum options_result result = command_line_read(&line, argc, argv);
    options->texts = line.texts;
    if (result == OPTIONS_RUN) {
        result = answer(options, program, own, &line);
    }
    free(line.given);
    if (result != OPTIONS_RUN) {
        server_options_free(options);
    }
    return result;
}

void server_allow_files(struct server_options *options, unsigned files_a_connection, unsigned others)
{
    struct rlimit limit;
    rlim_t besides = (rlim_t)others + OTHER_FILES + (rlim_t)options->notify.sink_count * FILES_A_SINK;
    rlim_t wanted = (rlim_t)options->max_connections * files_a_connection + besides;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        rlim_t room = limit.rlim_cur > besides ? (limit.rlim_cur - besides) / files_a_connection : 0;
        options->max_connections = room > 0 ? (unsigned)room : 1;
        fprintf(stderr, "%s: only %llu open files are allowed: at most %u connections; raise ulimit -n\n",
                options->notify.program, (unsigned long long)limit.rlim_cur, options->max_connections);
    }
}

void server_options_free(struct server_options *options)
{
    free(options->authorize.url);
    if (options->channels == NULL) {
        mpe_channel_free(options->channel);
    }
    channels_release(options->channels);
    for (unsigned i = 0; i < options->listener_count; i++) {
        free(options->listeners[i].trusted);
    }
    delivery_settings_free(&options->notify);
    fleet_settings_free(&options->fleet);
    options->channel = NULL;
    options->channels = NULL;
    options->listener_count = 0;
    options->config_file = NULL;
    free(options->texts);
    options->texts = NULL;
}
