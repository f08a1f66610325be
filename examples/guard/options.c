#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel_options.h"

#define DEFAULT_CONNECTIONS 4096
#define MOST_CONNECTIONS    1000000
#define HOST_BYTES          256
#define PORT_BYTES          8
#define WHY_BYTES           400

enum option_id {
    OPTION_LISTEN,
    OPTION_UPSTREAM,
    OPTION_SINK,
    OPTION_KIND,
    OPTION_APP,
    OPTION_STREAM_NAME,
    OPTION_ALLOW,
    OPTION_SET,
    OPTION_EVENTS,
    OPTION_SCHEMA,
    OPTION_TOPIC,
    OPTION_SUBJECT,
    OPTION_MAX_CONNECTIONS,
    OPTION_QUIET,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};

struct option_row {
    const char *name;
    const char *value; /* NULL: takes none */
    const char *text;
};

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_LISTEN] = {"--listen", "ADDR:PORT", "where encoders connect; [v6]:PORT for IPv6, port 0 for any free one"},
    [OPTION_UPSTREAM] = {"--upstream", "HOST:PORT", "the RTMP server to pass them on to; looked up once, at the start"},
    [OPTION_SINK] = {"--sink", NULL, "no server: accept what is published here and discard it"},
    [OPTION_KIND] = {"--kind", "KIND", "encoding (default), pass-through-basic or pass-through-standard"},
    [OPTION_APP] = {"--app", "APP", "the app an encoder must name, as in live/TOKEN; default: any"},
    [OPTION_STREAM_NAME] = {"--stream-name", "NAME", "the stream name an encoder must publish; default: any"},
    [OPTION_ALLOW] = {"--allow", "CIDR", "address or network that may connect, may be repeated; default: all"},
    [OPTION_SET] = {"--set", "NAME=VALUE", "a limit of the channel, may be repeated; the names are listed below"},
    [OPTION_EVENTS] = {"--events", "FILE|-|URL",
                       "where notifications go: a file or - a line each, a URL a POST each; may be\n"
                       "      given twice, once for a file and once for a URL"},
    [OPTION_SCHEMA] = {"--schema", "SCHEMA", "event-grid (default) or cloud-events"},
    [OPTION_TOPIC] = {"--topic", "TEXT", "topic (or source) of the notifications"},
    [OPTION_SUBJECT] = {"--subject", "TEXT", "subject of the notifications"},
    [OPTION_MAX_CONNECTIONS] = {"--max-connections", "N", "more than these are closed at once (default 4096)"},
    [OPTION_QUIET] = {"--quiet", NULL, "no line on standard error for each connection that ends"},
    [OPTION_HELP] = {"--help", NULL, "this text"},
    [OPTION_VERSION] = {"--version", NULL, "the version of the library"},
};

/* The command line as it stands; --kind may come after --set, so a second walk sets up the channel. */
struct given {
    enum option_id id;
    const char *value;
};

struct command_line {
    int count;
    struct given *given; /* room for argc */
};

__attribute__((format(printf, 1, 2))) static enum options_result wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("mpe-guard: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return OPTIONS_WRONG;
}

/* ------------------------------------------------------- help and version */

static void print_help(void)
{
    puts("Usage: mpe-guard --listen ADDR:PORT (--upstream HOST:PORT | --sink) [OPTION]...\n"
         "\n"
         "A door in front of an RTMP server. It passes the bytes both ways unchanged, refuses or ends a live ingest "
         "that\n"
         "the channel cannot take, tells the encoder why, and writes a notification.\n");
    for (int i = 0; i < OPTION_COUNT; i++) {
        printf("  %s%s%s\n      %s\n", rows[i].name, rows[i].value != NULL ? " " : "",
               rows[i].value != NULL ? rows[i].value : "", rows[i].text);
    }
    puts("\nParameters of --set, with the defaults of an encoding channel:\n");
    channel_options_print(stdout, MPE_ENCODING);
    puts("\nExit status: 0 after SIGTERM or SIGINT, 1 when it cannot run, 2 for a mistake on the command line.");
}

static void print_version(void)
{
    printf("mpe-guard %s\n%s\n", mpe_version_string(), mpe_build_info());
}

/* ---------------------------------------------------------- the first walk */

static int find_row(const char *argument, size_t length)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (strlen(rows[i].name) == length && strncmp(rows[i].name, argument, length) == 0) {
            return i;
        }
    }
    return -1;
}

/* Takes the option at argv[*at], written "--name value" or "--name=value". */
static enum options_result take_option(struct command_line *line, int argc, char **argv, int *at)
{
    const char *argument = argv[*at];
    const char *equals = strchr(argument, '=');
    size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    int id = find_row(argument, length);
    if (id < 0) {
        return wrong("there is no option \"%.*s\"; mpe-guard --help lists them", (int)length, argument);
    }
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (rows[id].value == NULL && value != NULL) {
        return wrong("%s takes no value; write it alone", rows[id].name);
    }
    if (rows[id].value != NULL && value == NULL) {
        if (*at + 1 >= argc) {
            return wrong("%s needs a value; write %s %s", rows[id].name, rows[id].name, rows[id].value);
        }
        value = argv[++*at];
    }
    line->given[line->count].id = (enum option_id)id;
    line->given[line->count].value = value;
    line->count++;
    return OPTIONS_RUN;
}

static const char *last_value(const struct command_line *line, enum option_id id)
{
    const char *value = NULL;
    for (int i = 0; i < line->count; i++) {
        if (line->given[i].id == id) {
            value = line->given[i].value != NULL ? line->given[i].value : "";
        }
    }
    return value;
}

/* --------------------------------------------------------------- addresses */

/* Splits "host:port" and "[v6]:port". 0, or -1: not of this form, or the port is no number from 0 to 65535. */
static int split_address(const char *text, char *host, char *port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text) {
        return -1;
    }
    size_t length = (size_t)(colon - text);
    if (text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length) != NULL) {
        return -1; /* IPv6 without brackets: nobody knows where the port begins */
    }
    size_t digits = strspn(colon + 1, "0123456789");
    if (length == 0 || length >= HOST_BYTES || digits == 0 || digits > 5 || colon[1 + digits] != '\0' ||
        atoi(colon + 1) > 65535) {
        return -1;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    snprintf(port, PORT_BYTES, "%s", colon + 1);
    return 0;
}

static int look_up(const char *host, const char *port, int flags, struct sockaddr_storage *found, int most)
{
    const struct addrinfo hints = {
        .ai_flags = flags | AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int count = 0;
    if (getaddrinfo(host, port, &hints, &list) != 0) {
        return 0;
    }
    for (const struct addrinfo *one = list; one != NULL && count < most; one = one->ai_next) {
        memcpy(&found[count++], one->ai_addr, one->ai_addrlen);
    }
    freeaddrinfo(list);
    return count;
}

static enum options_result read_listen(struct guard_options *options, const char *text)
{
    char host[HOST_BYTES];
    char port[PORT_BYTES];
    if (text == NULL) {
        return wrong("--listen is missing; write --listen 0.0.0.0:1935 to take encoders on every address");
    }
    if (split_address(text, host, port) != 0 ||
        look_up(host, port, AI_NUMERICHOST | AI_PASSIVE, &options->listen, 1) != 1) {
        return wrong("--listen %.80s: give a numeric address and a port, as in 127.0.0.1:1935 or [::]:1935", text);
    }
    return OPTIONS_RUN;
}

static enum options_result read_target(struct guard_options *options, const struct command_line *line)
{
    char host[HOST_BYTES];
    char port[PORT_BYTES];
    const char *upstream = last_value(line, OPTION_UPSTREAM);
    options->sink = last_value(line, OPTION_SINK) != NULL;
    if (upstream != NULL && options->sink) {
        return wrong("--upstream and --sink exclude each other; keep the one you mean");
    }
    if (options->sink) {
        return OPTIONS_RUN;
    }
    if (upstream == NULL) {
        return wrong("say where to: --upstream HOST:PORT for an RTMP server, or --sink to try it without one");
    }
    if (split_address(upstream, host, port) != 0 || strcmp(port, "0") == 0) {
        return wrong("--upstream %.80s: give host and port, as in 127.0.0.1:1936 or [::1]:1936", upstream);
    }
    options->upstream_count = look_up(host, port, 0, options->upstream, GUARD_UPSTREAM_ADDRESSES);
    if (options->upstream_count == 0) {
        return wrong("--upstream %.80s: no address is known for this host; check its spelling and the DNS", upstream);
    }
    return OPTIONS_RUN;
}

/* ------------------------------------------------------------- other texts */

static enum options_result read_max_connections(struct guard_options *options, const char *text)
{
    options->max_connections = DEFAULT_CONNECTIONS;
    if (text == NULL) {
        return OPTIONS_RUN;
    }
    size_t digits = strspn(text, "0123456789");
    long number = digits > 0 && digits <= 7 && text[digits] == '\0' ? strtol(text, NULL, 10) : 0;
    if (number < 1 || number > MOST_CONNECTIONS) {
        return wrong("--max-connections %.40s: give a whole number from 1 to %d", text, MOST_CONNECTIONS);
    }
    options->max_connections = (unsigned)number;
    return OPTIONS_RUN;
}

static enum options_result read_schema(struct guard_options *options, const char *text)
{
    options->schema = MPE_SCHEMA_EVENT_GRID;
    if (text == NULL || strcmp(text, "event-grid") == 0) {
        return OPTIONS_RUN;
    }
    if (strcmp(text, "cloud-events") == 0) {
        options->schema = MPE_SCHEMA_CLOUD_EVENTS;
        return OPTIONS_RUN;
    }
    return wrong("--schema %.40s: give event-grid or cloud-events", text);
}

static enum options_result read_events(struct guard_options *options, const char *text)
{
    bool is_url = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
    const char **place = is_url ? &options->events_url : &options->events_file;
    if (*text == '\0' || (!is_url && strstr(text, "://") != NULL)) {
        return wrong(
            "--events takes a file name, - for standard output, or a URL that begins with http:// or https://");
    }
    if (*place != NULL) {
        return wrong("--events was given two %s; keep one of them", is_url ? "URLs" : "files");
    }
    *place = text;
    return OPTIONS_RUN;
}

/* ------------------------------------------------------------- the channel */

static enum options_result apply(struct guard_options *options, enum option_id id, const char *value)
{
    char why[WHY_BYTES] = "";
    int result = 0;
    if (id == OPTION_ALLOW) {
        result = channel_option_allow(options->channel, value, why, sizeof why);
    } else if (id == OPTION_SET) {
        result = channel_option_set(options->channel, value, why, sizeof why);
    } else if (id == OPTION_APP) {
        result = channel_option_text(options->channel, MPE_TEXT_APP, "--app", value, why, sizeof why);
    } else if (id == OPTION_STREAM_NAME) {
        result = channel_option_text(options->channel, MPE_TEXT_STREAM_NAME, "--stream-name", value, why, sizeof why);
    } else if (id == OPTION_TOPIC) {
        result = channel_option_text(options->channel, MPE_TEXT_TOPIC, "--topic", value, why, sizeof why);
    } else if (id == OPTION_SUBJECT) {
        result = channel_option_text(options->channel, MPE_TEXT_SUBJECT, "--subject", value, why, sizeof why);
    } else if (id == OPTION_EVENTS) {
        return read_events(options, value);
    }
    return result == 0 ? OPTIONS_RUN : wrong("%s", why);
}

static enum options_result check_clock(const struct guard_options *options)
{
    int64_t media_clock = 0;
    mpe_channel_get(options->channel, MPE_PARAM_MEDIA_CLOCK, &media_clock);
    if (media_clock != 0) {
        return wrong(
            "--set media_clock=1 is for files: a guard that looks at no clock would wait for ever; leave it out");
    }
    return OPTIONS_RUN;
}

static enum options_result make_channel(struct guard_options *options, const struct command_line *line)
{
    const char *kind_text = last_value(line, OPTION_KIND);
    int32_t kind = MPE_ENCODING;
    if (kind_text != NULL && channel_option_kind(kind_text, &kind) != 0) {
        return wrong("--kind %.40s: give encoding, pass-through-basic or pass-through-standard", kind_text);
    }
    mpe_status status = mpe_channel_new(&options->channel, kind, NULL);
    if (status != MPE_OK) {
        return wrong("%s", mpe_status_text(status));
    }
    enum options_result result = OPTIONS_RUN;
    for (int i = 0; i < line->count && result == OPTIONS_RUN; i++) {
        result = apply(options, line->given[i].id, line->given[i].value);
    }
    return result == OPTIONS_RUN ? check_clock(options) : result;
}

static enum options_result understand(struct guard_options *options, const struct command_line *line)
{
    enum options_result result = read_listen(options, last_value(line, OPTION_LISTEN));
    if (result == OPTIONS_RUN) {
        result = read_target(options, line);
    }
    if (result == OPTIONS_RUN) {
        result = read_max_connections(options, last_value(line, OPTION_MAX_CONNECTIONS));
    }
    if (result == OPTIONS_RUN) {
        result = read_schema(options, last_value(line, OPTION_SCHEMA));
    }
    if (result == OPTIONS_RUN) {
        result = make_channel(options, line);
    }
    options->quiet = last_value(line, OPTION_QUIET) != NULL;
    return result;
}

static enum options_result read_line(struct guard_options *options, struct command_line *line, int argc, char **argv)
{
    for (int at = 1; at < argc; at++) {
        if (take_option(line, argc, argv, &at) != OPTIONS_RUN) {
            return OPTIONS_WRONG;
        }
    }
    if (last_value(line, OPTION_HELP) != NULL) {
        print_help();
        return OPTIONS_DONE;
    }
    if (last_value(line, OPTION_VERSION) != NULL) {
        print_version();
        return OPTIONS_DONE;
    }
    return understand(options, line);
}

enum options_result guard_options_read(struct guard_options *options, int argc, char **argv)
{
    struct command_line line = {0, calloc((size_t)argc + 1, sizeof *line.given)};
    memset(options, 0, sizeof *options);
    if (line.given == NULL) {
        return wrong("out of memory");
    }
    enum options_result result = read_line(options, &line, argc, argv);
    free(line.given);
    if (result != OPTIONS_RUN) {
        mpe_channel_free(options->channel);
        options->channel = NULL;
    }
    return result;
}
