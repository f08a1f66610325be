/* The command line of mpe-inspect. */
#define _GNU_SOURCE /* getopt_long */

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/channel_options.h"
#include "../common/profile.h"
#include "complain.h"

#define WHY_BYTES 400

/* Values above any character, so that an unknown letter is not taken for one of them. */
enum {
    OPTION_KIND = 256,
    OPTION_PROTOCOL,
    OPTION_FIRST,
    OPTION_JSON,
    OPTION_SET,
    OPTION_PROFILE,
    OPTION_CONDITIONS,
    OPTION_NOTICES,
    OPTION_APP,
    OPTION_TIMING,
    OPTION_REPORT,
    OPTION_ONE_CHANNEL,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"kind", required_argument, NULL, OPTION_KIND},
    {"protocol", required_argument, NULL, OPTION_PROTOCOL},
    {"first", no_argument, NULL, OPTION_FIRST},
    {"json", no_argument, NULL, OPTION_JSON},
    {"set", required_argument, NULL, OPTION_SET},
    {"app", required_argument, NULL, OPTION_APP},
    {"timing", required_argument, NULL, OPTION_TIMING},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"help", no_argument, NULL, OPTION_HELP},
    {"one-channel", no_argument, NULL, OPTION_ONE_CHANNEL},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"conditions", no_argument, NULL, OPTION_CONDITIONS},
    {"notices", no_argument, NULL, OPTION_NOTICES},
    {NULL, 0, NULL, 0},
};

/* The next option, OPTION_... or one of '?', ':' and -1, as getopt_long gives them; silent about mistakes. */
static int next_option(int argc, char **argv)
{
    opterr = 0;
    return getopt_long(argc, argv, ":", long_options, NULL);
}

static void print_help(const mpe_channel *channel)
{
    puts("Usage: mpe-inspect [OPTION]... FILE|-\n"
         "\n"
         "Says which result codes a recorded live ingest would meet. FILE (- is standard input) is an FLV file,\n"
         "the raw bytes that an RTMP encoder sent to its server, the fragmented MP4 of one POST, or a capture of\n"
         "packets (pcap, pcapng): of that, every RTMP connection and every HTTP ingest is judged.\n"
         "\n"
         "  --kind KIND       encoding (default), pass-through-basic or pass-through-standard\n"
         "  --protocol NAME   auto (default: by the first bytes), rtmp, flv or fmp4\n"
         "  --app APP         the app that the ingest URL must name, as in live/TOKEN (default: any)\n"
         "  --profile NAME    what a destination takes: youtube, twitch, facebook, cloudflare-stream, hls,\n"
         "                    ams-encoding, ams-pass-through-basic, ams-pass-through-standard, or a file with a /\n"
         "  --set NAME=VALUE  sets a parameter of the channel; may be repeated, the names are below\n"
         "  --timing FILE     when the bytes arrived: lines of seconds, byte offset and length, tab-separated;\n"
         "                    without it the clock is the time that the media says; of a capture, its packets'\n"
         "  --one-channel     all ingests of a capture feed one channel (default: each one of its own)\n"
         "  --report FILE     also writes a page for a browser: verdicts, plots over time, tracks, evidence\n"
         "  --first           stop at the first finding, as a live channel does (default: report all)\n"
         "  --json            one JSON object a line for each finding, and nothing else but\n"
         "  --conditions      with --json, for each condition that is set or cleared, and\n"
         "  --notices         with --json, for what happens, such as heartbeats and gaps\n"
         "  --version         print the versions and exit\n"
         "  --help            print this and exit\n"
         "\n"
         "Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.\n"
         "\n"
         "Parameters, with the defaults for these options; a server's channel has another report_all, media_clock\n"
         "and max_header_bytes (see mpe_params(7)):");
    channel_options_print_of(stdout, channel);
}

/* The last argument that getopt_long looked at, which was a letter that is no option. */
static const char *bad_letter(int argc, char **argv)
{
    const char *before = argv[optind - 1];
    const bool is_whole = before[0] == '-' && before[1] == (char)optopt && before[2] == '\0';
    return is_whole || optind == argc ? before : argv[optind];
}

static enum options_result say_bad_option(int result, int argc, char **argv)
{
    if (result == ':')
        complain("%s needs a value; see mpe-inspect --help", argv[optind - 1]);
    else if (optopt != 0 && optopt < OPTION_KIND) /* below 0: a byte of a letter that is not ASCII */
        complain("there is no option %s; see mpe-inspect --help", bad_letter(argc, argv));
    else if (optopt != 0)
        complain("%s: this option takes no value; see mpe-inspect --help", argv[optind - 1]);
    else
        complain("there is no option %s, or it may mean several; see mpe-inspect --help", argv[optind - 1]);
    return OPTIONS_WRONG;
}

static enum options_result take_word(int (*look_up)(const char *, int32_t *), const char *option, const char *words,
                                     int32_t *value)
{
    if (look_up(optarg, value) == 0)
        return OPTIONS_RUN;
    complain("%s %.80s: give one of %s", option, optarg, words);
    return OPTIONS_WRONG;
}

/*
 * A channel with the defaults of this program. Of a file the largest headers are kept, so that most plain MP4 are found
 * out also where they cannot be read twice.
 */
static mpe_status make_channel(const struct options *options, bool has_clock, mpe_channel **channel)
{
    const bool is_shown = !options->json || options->report_path != NULL;
    int64_t most_header_bytes = 0;
    mpe_param_bounds(MPE_PARAM_MAX_HEADER_BYTES, options->kind, NULL, &most_header_bytes, NULL);
    mpe_status status = mpe_channel_new(channel, options->kind, NULL);
    if (status == MPE_OK)
        status = mpe_channel_set(*channel, MPE_PARAM_REPORT_ALL, !options->first);
    if (status == MPE_OK && !has_clock)
        status = mpe_channel_set(*channel, MPE_PARAM_MEDIA_CLOCK, options->timing_path == NULL);
    if (status == MPE_OK && !has_clock)
        status = mpe_channel_set(*channel, MPE_PARAM_MAX_HEADER_BYTES, most_header_bytes);
    if (status == MPE_OK)
        status = mpe_channel_set(*channel, MPE_PARAM_CONDITIONS, is_shown || options->conditions);
    if (status == MPE_OK)
        status = mpe_channel_set(*channel, MPE_PARAM_NOTICES, is_shown || options->notices);
    if (status != MPE_OK)
        complain("%s", mpe_status_text(status));
    return status;
}

static enum options_result help(struct options *options)
{
    if (make_channel(options, false, &options->channel) != MPE_OK)
        return OPTIONS_WRONG;
    print_help(options->channel);
    return OPTIONS_DONE;
}

/* Takes one option of the first pass: all but those that need the channel, which needs its kind. */
static enum options_result take_option(struct options *options, int option, int argc, char **argv)
{
    switch (option) {
    case OPTION_KIND:
        options->has_kind = true;
        return take_word(channel_option_kind, "--kind", "encoding, pass-through-basic, pass-through-standard",
                         &options->kind);
    case OPTION_PROTOCOL:
        return take_word(channel_option_protocol, "--protocol", "auto, rtmp, flv, fmp4", &options->protocol);
    case OPTION_FIRST:
        options->first = true;
        return OPTIONS_RUN;
    case OPTION_JSON:
        options->json = true;
        return OPTIONS_RUN;
    case OPTION_ONE_CHANNEL:
        options->one_channel = true;
        return OPTIONS_RUN;
    case OPTION_TIMING:
        options->timing_path = optarg;
        return OPTIONS_RUN;
    case OPTION_REPORT:
        options->report_path = optarg;
        return OPTIONS_RUN;
    case OPTION_PROFILE:
        options->profile = optarg;
        return OPTIONS_RUN;
    case OPTION_CONDITIONS:
        options->conditions = true;
        return OPTIONS_RUN;
    case OPTION_NOTICES:
        options->notices = true;
        return OPTIONS_RUN;
    case OPTION_SET:
    case OPTION_APP:
        return OPTIONS_RUN;
    case OPTION_HELP:
        return help(options);
    case OPTION_VERSION:
        printf("mpe-inspect %s (%s)\n", mpe_version_string(), mpe_build_info());
        return OPTIONS_DONE;
    default:
        return say_bad_option(option, argc, argv);
    }
}

/* A profile names the kind, unless the command line does. */
static enum options_result use_kind_of_profile(struct options *options)
{
    char why[WHY_BYTES];
    if (options->profile == NULL || options->has_kind ||
        profile_kind(options->profile, &options->kind, why, sizeof(why)) == 0)
        return OPTIONS_RUN;
    complain("%s", why);
    return OPTIONS_WRONG;
}

/* What the profile sets, --set may set otherwise. */
static enum options_result apply_profile(const struct options *options, mpe_channel *channel)
{
    char why[WHY_BYTES];
    if (options->profile == NULL || profile_apply(options->profile, channel, why, sizeof(why)) == 0)
        return OPTIONS_RUN;
    complain("%s", why);
    return OPTIONS_WRONG;
}

/* Second pass: what is said about the channel. It may say otherwise about what make_channel set, too. */
static enum options_result set_channel(mpe_channel *channel, int argc, char **argv)
{
    char why[WHY_BYTES];
    int option;
    int status = 0;
    optind = 0; /* makes getopt_long begin again */
    while (status == 0 && (option = next_option(argc, argv)) != -1) {
        if (option == OPTION_SET)
            status = channel_option_set(channel, optarg, why, sizeof(why));
        else if (option == OPTION_APP)
            status = channel_option_text(channel, MPE_TEXT_APP, "--app", optarg, why, sizeof(why));
    }
    if (status == 0)
        return OPTIONS_RUN;
    complain("%s", why);
    return OPTIONS_WRONG;
}

enum options_result options_read(struct options *options, int argc, char **argv)
{
    int option;
    *options = (struct options){.kind = MPE_ENCODING, .protocol = MPE_PROTOCOL_AUTO, .argc = argc, .argv = argv};
    while ((option = next_option(argc, argv)) != -1) {
        const enum options_result result = take_option(options, option, argc, argv);
        if (result != OPTIONS_RUN)
            return result;
    }
    if (argc - optind != 1) {
        complain("give one input: the name of a file, or - for standard input; see mpe-inspect --help");
        return OPTIONS_WRONG;
    }
    options->input_path = argv[optind];
    if (use_kind_of_profile(options) != OPTIONS_RUN)
        return OPTIONS_WRONG;
    return options_channel(options, false, &options->channel) == 0 ? OPTIONS_RUN : OPTIONS_WRONG;
}

int options_channel(const struct options *options, bool has_clock, mpe_channel **channel)
{
    const bool is_made = make_channel(options, has_clock, channel) == MPE_OK &&
                         apply_profile(options, *channel) == OPTIONS_RUN &&
                         set_channel(*channel, options->argc, options->argv) == OPTIONS_RUN;
    return is_made ? 0 : EXIT_UNUSABLE;
}

void options_destination(const struct options *options, char text[WORDS_BYTES])
{
    const char *const slash = options->profile == NULL ? NULL : strrchr(options->profile, '/');
    if (options->profile == NULL)
        snprintf(text, WORDS_BYTES, "%s channel", words_channel(options->kind));
    else
        snprintf(text, WORDS_BYTES, "%s", slash == NULL ? options->profile : slash + 1);
}

void options_free(struct options *options)
{
    mpe_channel_free(options->channel);
    options->channel = NULL;
}
