/*
 * usage: bench MEDIA.flv OUT.json
 *
 * Measures what libmpe promises about speed and memory on an FLV file (H.264 with metadata, AAC) and on the same media
 * as RTMP, prints a table, and writes it as JSON. Exit status: 0 all goals met, 1 some not, 2 no measurement.
 */
#include "rtmp_mux.h"

#include <jansson.h>
#include <libavformat/avformat.h>
#include <time.h>
#include <unistd.h>

#include "codes/codec.h"
#include "mpe.h"
#include "probe/probe.h"

#define RUNS       9
#define FEED_BYTES 65536

struct bytes {
    const unsigned char *data;
    size_t len;
};

enum goal_kind { NO_GOAL, AT_LEAST, AT_MOST };

struct bench {
    json_t *rows;
    int missed;
};

/* The counting allocator: a block begins with its size. */
struct counter {
    size_t live_bytes;
    size_t allocations;
};

#define BLOCK_HEAD 16

static void *counted_allocate(void *user, size_t size)
{
    struct counter *counter = user;
    unsigned char *block = malloc(size + BLOCK_HEAD);
    if (block == NULL)
        return NULL;
    memcpy(block, &size, sizeof(size));
    counter->live_bytes += size;
    counter->allocations++;
    return block + BLOCK_HEAD;
}

static void counted_release(void *user, void *block)
{
    struct counter *counter = user;
    size_t size;
    if (block == NULL)
        return;
    unsigned char *start = (unsigned char *)block - BLOCK_HEAD;
    memcpy(&size, start, sizeof(size));
    counter->live_bytes -= size;
    free(start);
}

/* A bench that cannot go on has no result to give. */
static void need(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(2);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median over RUNS of the seconds that one call takes; measure does repeats calls and gives their time. */
static double median_seconds(double (*measure)(struct bytes input, int repeats), struct bytes input, int repeats)
{
    double times[RUNS];
    for (int i = 0; i < RUNS; i++)
        times[i] = measure(input, repeats) / repeats;
    qsort(times, RUNS, sizeof(times[0]), compare_doubles);
    return times[RUNS / 2];
}

static void add_row(struct bench *bench, const char *name, double value, const char *unit, enum goal_kind kind,
                    double goal)
{
    char goal_text[40] = "";
    const bool met = kind == NO_GOAL || (kind == AT_LEAST ? value >= goal : value <= goal);
    if (kind != NO_GOAL)
        snprintf(goal_text, sizeof(goal_text), "%s %g", kind == AT_LEAST ? ">=" : "<=", goal);
    printf("%-58s %12.3f %-10s %-10s %s\n", name, value, unit, goal_text,
           kind == NO_GOAL ? ""
           : met           ? "met"
                           : "MISSED");
    bench->missed += !met;
    json_array_append_new(bench->rows, json_pack("{s:s, s:f, s:s, s:o, s:o}", "name", name, "value", value, "unit",
                                                 unit, "goal", kind == NO_GOAL ? json_null() : json_string(goal_text),
                                                 "met", kind == NO_GOAL ? json_null() : json_boolean(met)));
}

/* ------------------------------------------------------------------------------------------------------- sessions */

/* An encoding channel clocked by the media. */
static mpe_channel *new_channel(const mpe_allocator *allocator)
{
    mpe_channel *channel = NULL;
    need(mpe_channel_new(&channel, MPE_ENCODING, allocator) == MPE_OK, "no channel");
    need(mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1) == MPE_OK, "no media clock");
    return channel;
}

static mpe_session *new_session(mpe_channel *channel)
{
    mpe_session *session = NULL;
    need(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0) == MPE_OK, "no session");
    return session;
}

static void feed(mpe_session *session, struct bytes input)
{
    for (size_t done = 0; done < input.len; done += FEED_BYTES) {
        const size_t rest = input.len - done;
        mpe_session_feed(session, input.data + done, rest < FEED_BYTES ? rest : FEED_BYTES, 0);
    }
}

/* Session opened, fed and freed. */
static double time_session(struct bytes input, int repeats)
{
    mpe_channel *channel = new_channel(NULL);
    const double begun = seconds();
    for (int i = 0; i < repeats; i++) {
        mpe_session *session = new_session(channel);
        feed(session, input);
        mpe_session_free(session);
    }
    const double taken = seconds() - begun;
    mpe_channel_free(channel);
    return taken;
}

static double time_memcpy(struct bytes input, int repeats)
{
    static unsigned char copy[FEED_BYTES];
    static volatile unsigned char sink;
    const double begun = seconds();
    for (int i = 0; i < repeats; i++) {
        for (size_t done = 0; done < input.len; done += FEED_BYTES) {
            const size_t rest = input.len - done;
            memcpy(copy, input.data + done, rest < FEED_BYTES ? rest : FEED_BYTES);
            sink = copy[done % FEED_BYTES];
        }
    }
    (void)sink;
    return seconds() - begun;
}

/* ----------------------------------------------------------------------------------------------------- libavformat */

struct memory_file {
    struct bytes bytes;
    size_t offset;
};

static int read_memory(void *opaque, uint8_t *buffer, int size)
{
    struct memory_file *file = opaque;
    const size_t rest = file->bytes.len - file->offset;
    const size_t len = rest < (size_t)size ? rest : (size_t)size;
    if (len == 0)
        return AVERROR_EOF;
    memcpy(buffer, file->bytes.data + file->offset, len);
    file->offset += len;
    return (int)len;
}

static AVFormatContext *open_demuxer(struct memory_file *file)
{
    AVFormatContext *format = avformat_alloc_context();
    need(format != NULL, "no AVFormatContext");
    format->pb = avio_alloc_context(av_malloc(FEED_BYTES), FEED_BYTES, 0, file, read_memory, NULL, NULL);
    need(avformat_open_input(&format, NULL, av_find_input_format("flv"), NULL) == 0, "libavformat cannot open the FLV");
    return format;
}

static void close_demuxer(AVFormatContext *format)
{
    AVIOContext *io = format->pb;
    avformat_close_input(&format);
    av_freep(&io->buffer);
    avio_context_free(&io);
}

/* The av_read_frame loop alone, without opening the demuxer. */
static double time_read_frame(struct bytes input, int repeats)
{
    AVPacket *packet = av_packet_alloc();
    double taken = 0;
    for (int i = 0; i < repeats; i++) {
        struct memory_file file = {input, 0};
        AVFormatContext *format = open_demuxer(&file);
        const double begun = seconds();
        while (av_read_frame(format, packet) == 0)
            av_packet_unref(packet);
        taken += seconds() - begun;
        close_demuxer(format);
    }
    av_packet_free(&packet);
    return taken;
}

/* avformat_find_stream_info alone. */
static double time_find_stream_info(struct bytes input, int repeats)
{
    double taken = 0;
    for (int i = 0; i < repeats; i++) {
        struct memory_file file = {input, 0};
        AVFormatContext *format = open_demuxer(&file);
        const double begun = seconds();
        need(avformat_find_stream_info(format, NULL) >= 0, "libavformat finds no streams");
        taken += seconds() - begun;
        close_demuxer(format);
    }
    return taken;
}

/* --------------------------------------------------------------------------------------------------- parts of FLV */

/* The first sequence header of a type of tag: type 9 video, 8 audio. Its codec header is 5 and 2 bytes long. */
static struct flv_tag sequence_header(struct bytes flv, unsigned type)
{
    struct flv_tag tag = {0};
    size_t offset = 13;
    while (flv_next_tag(flv.data, flv.len, &offset, &tag))
        if (tag.type == type && tag.body_len > 5 && tag.body[1] == 0)
            return tag;
    need(false, "the media has no sequence header");
    return tag;
}

/* Everything before the first coded frame: file header, metadata, sequence headers. */
static struct bytes headers_of(struct bytes flv)
{
    struct flv_tag tag;
    size_t offset = 13;
    size_t end = offset;
    while (flv_next_tag(flv.data, flv.len, &offset, &tag) && (tag.type == 18 || tag.body[1] == 0))
        end = offset;
    return (struct bytes){flv.data, end};
}

/* ------------------------------------------------------------------------------------------------------ the speeds */

static void measure_flv(struct bench *bench, struct bytes flv)
{
    const double megabytes = (double)flv.len / 1e6;
    const double ours = median_seconds(time_session, flv, 20);
    const double theirs = median_seconds(time_read_frame, flv, 2);
    add_row(bench, "FLV, mpe_session_feed of 64 KiB", megabytes / ours, "MB/s", NO_GOAL, 0);
    add_row(bench, "FLV, av_read_frame over the same memory", megabytes / theirs, "MB/s", NO_GOAL, 0);
    add_row(bench, "FLV, mpe_session_feed against av_read_frame", theirs / ours, "times", AT_LEAST, 5);
}

static struct rtmp_mux remux(struct bytes flv, uint32_t chunk_size)
{
    struct rtmp_mux mux = {0};
    struct flv_tag tag;
    size_t offset = 13;
    rtmp_open_publish(&mux, chunk_size);
    while (flv_next_tag(flv.data, flv.len, &offset, &tag))
        rtmp_tag(&mux, &tag);
    return mux;
}

static void measure_rtmp(struct bench *bench, struct bytes flv, uint32_t chunk_size)
{
    char name[80];
    struct rtmp_mux mux = remux(flv, chunk_size);
    const struct bytes rtmp = {mux.bytes, mux.len};
    const double megabytes = (double)rtmp.len / 1e6;
    const double ours = median_seconds(time_session, rtmp, 10);
    const double copy = median_seconds(time_memcpy, rtmp, 10);
    snprintf(name, sizeof(name), "RTMP, chunk size %u, mpe_session_feed of 64 KiB", (unsigned)chunk_size);
    add_row(bench, name, megabytes / ours, "MB/s", NO_GOAL, 0);
    snprintf(name, sizeof(name), "RTMP, chunk size %u, time against memcpy", (unsigned)chunk_size);
    add_row(bench, name, ours / copy, "times", NO_GOAL, 0);
    free(mux.bytes);
}

static double time_probe(struct bytes header, int repeats)
{
    struct mpe_stream stream;
    const struct mpe_span span = {header.data, header.len};
    const double begun = seconds();
    for (int i = 0; i < repeats; i++)
        need(mpe_probe_sequence_header(MPE_CODEC_AVC, span, &stream) == MPE_PROBE_OK, "the probe refused the header");
    return seconds() - begun;
}

static void measure_probe(struct bench *bench, struct bytes flv)
{
    const struct flv_tag header = sequence_header(flv, 9);
    const double probe = median_seconds(time_probe, (struct bytes){header.body + 5, header.body_len - 5}, 50);
    const double opening = median_seconds(time_session, headers_of(flv), 50);
    const double info = median_seconds(time_find_stream_info, flv, 1);
    add_row(bench, "one probe of an H.264 header", probe * 1e6, "us", NO_GOAL, 0);
    add_row(bench, "a session from opening to the last header, two probes", opening * 1e6, "us", NO_GOAL, 0);
    add_row(bench, "avformat_find_stream_info on the same stream", info * 1e6, "us", NO_GOAL, 0);
    add_row(bench, "one probe, share of avformat_find_stream_info", probe / info, "", AT_MOST, 1.0 / 50);
}

/* ------------------------------------------------------------------------------------------------------ the memory */

/* Feeds small pieces until the session is admitted. The bytes that took. */
static size_t feed_until_admitted(mpe_session *session, struct bytes input)
{
    size_t done = 0;
    while (done < input.len && mpe_session_state(session) != MPE_STATE_ADMITTED) {
        const size_t rest = input.len - done;
        const size_t len = rest < 1024 ? rest : 1024;
        mpe_session_feed(session, input.data + done, len, 0);
        done += len;
    }
    need(mpe_session_state(session) == MPE_STATE_ADMITTED, "the session was not admitted");
    return done;
}

static void measure_memory(struct bench *bench, const char *protocol, struct bytes input)
{
    char name[80];
    struct counter counter = {0};
    const mpe_allocator allocator = {counted_allocate, counted_release, &counter};
    mpe_channel *channel = new_channel(&allocator);
    const size_t channel_bytes = counter.live_bytes;
    mpe_session *session = new_session(channel);
    const size_t done = feed_until_admitted(session, input);
    const size_t admitted_bytes = counter.live_bytes - channel_bytes;
    const size_t before = counter.allocations;
    feed(session, (struct bytes){input.data + done, input.len - done});
    snprintf(name, sizeof(name), "%s, memory of an admitted session", protocol);
    add_row(bench, name, (double)admitted_bytes, "bytes", AT_MOST, 4096);
    snprintf(name, sizeof(name), "%s, memory of the session at the end of the media", protocol);
    add_row(bench, name, (double)(counter.live_bytes - channel_bytes), "bytes", AT_MOST, 4096);
    snprintf(name, sizeof(name), "%s, allocations after admission", protocol);
    add_row(bench, name, (double)(counter.allocations - before), "", AT_MOST, 0);
    mpe_session_free(session);
    mpe_channel_free(channel);
}

/* ---------------------------------------------------------------------------------------------- the deciding byte */

/*
 * Feeds byte by byte until a finding comes: how many bytes past the deciding byte that is (negative: before it).
 * Takes the channel.
 */
static void measure_distance(struct bench *bench, const char *name, mpe_channel *channel, const char *peer,
                             int32_t code, struct bytes input, int64_t deciding_byte)
{
    mpe_session *session = NULL;
    mpe_error error = {.struct_size = sizeof(error)};
    size_t fed = 0;
    need(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, peer, NULL, 0) == MPE_OK, "no session");
    while (mpe_session_poll_error(session, &error) == MPE_OK && fed < input.len)
        mpe_session_feed(session, input.data + fed++, 1, 0);
    need(error.code == code, name);
    need(!(error.flags & MPE_ERROR_HAS_OFFSET) || error.offset_bytes == fed - 1, "a finding names another byte");
    add_row(bench, name, (double)((int64_t)fed - 1 - deciding_byte), "bytes", AT_MOST, 0);
    mpe_session_free(session);
    mpe_channel_free(channel);
}

static void measure_header_distances(struct bench *bench, struct bytes flv)
{
    mpe_channel *channel = new_channel(NULL);
    const struct flv_tag video = sequence_header(flv, 9);
    mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 640);
    measure_distance(bench, "resolution, past the last byte of the sequence header", channel, NULL,
                     MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, flv, video.body + video.body_len - 1 - flv.data);

    const struct flv_tag audio = sequence_header(flv, 8);
    const int64_t codec_byte = audio.body - flv.data;
    unsigned char *mp3 = malloc(flv.len);
    need(mp3 != NULL, "out of memory");
    memcpy(mp3, flv.data, flv.len);
    mp3[codec_byte] = 0x2f; /* MP3 where AAC stood */
    measure_distance(bench, "codec, past the byte that names it", new_channel(NULL), NULL,
                     MPE_INGEST_CODEC_NOT_SUPPORTED, (struct bytes){mp3, flv.len}, codec_byte);
    free(mp3);
}

static void measure_access_distances(struct bench *bench)
{
    struct rtmp_mux mux = {.chunk_size = 4096};
    static const unsigned char handshake[1 + 2 * 1536] = {3};
    rtmp_put(&mux, handshake, sizeof(handshake));
    rtmp_command(&mux, "connect", 1, 0, "live", "rtmp://127.0.0.1");
    const int64_t connect_end = (int64_t)mux.len - 1;
    rtmp_command(&mux, "createStream", 2, 0, NULL, NULL);
    const struct bytes rtmp = {mux.bytes, mux.len};

    mpe_channel *channel = new_channel(NULL);
    need(mpe_channel_set_text(channel, MPE_TEXT_APP, "live/other") == MPE_OK, "no app");
    /* connect is shorter than the 128 bytes of a first chunk */
    measure_distance(bench, "app, past the last byte of connect", channel, NULL, MPE_RTMP_APPID_AUTH_FAILURE, rtmp,
                     connect_end);

    channel = new_channel(NULL);
    need(mpe_channel_allow(channel, "192.0.2.0/24") == MPE_OK, "no allow list");
    measure_distance(bench, "allow list, past the opening of the session", channel, "198.51.100.7:4711",
                     MPE_INGEST_ENCODER_CONNECTION_DENIED, rtmp, -1);
    free(mux.bytes);
}

/* ------------------------------------------------------------------------------------------------------ the report */

/* "model name : ..." of the first processor. */
static void cpu_model(char *model, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(model, size, "unknown");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        snprintf(model, size, "%s", colon + 1 + strspn(colon + 1, " \t"));
        model[strcspn(model, "\n")] = '\0';
        break;
    }
    if (file != NULL)
        fclose(file);
}

static int write_json(const struct bench *bench, const char *path, const char *model, long cores)
{
    json_t *report = json_pack("{s:s, s:I, s:s, s:s, s:O}", "cpu", model, "cores", (json_int_t)cores, "mpe",
                               mpe_version_string(), "ffmpeg", mpe_probe_versions(), "rows", bench->rows);
    const int result = json_dump_file(report, path, JSON_INDENT(2));
    json_decref(report);
    if (result != 0)
        fprintf(stderr, "bench: cannot write %s\n", path);
    return result;
}

static struct bytes read_media(const char *path)
{
    static const size_t largest = 64 << 20;
    FILE *file = fopen(path, "rb");
    need(file != NULL, "the media cannot be opened");
    unsigned char *data = malloc(largest);
    need(data != NULL, "out of memory");
    const size_t len = fread(data, 1, largest, file);
    fclose(file);
    need(len > 13, "the media is empty");
    return (struct bytes){data, len};
}

int main(int argc, char **argv)
{
    static const uint32_t chunk_sizes[] = {128, 4096, 65536};
    struct bench bench = {.rows = json_array()};
    char model[200];
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    need(argc == 3, "usage: bench MEDIA.flv OUT.json");
    const struct bytes flv = read_media(argv[1]);
    cpu_model(model, sizeof(model));
    printf("%s, %ld cores; %s; %.1f MB of media\n\n", model, cores, mpe_probe_versions(), (double)flv.len / 1e6);

    measure_flv(&bench, flv);
    for (size_t i = 0; i < sizeof(chunk_sizes) / sizeof(chunk_sizes[0]); i++)
        measure_rtmp(&bench, flv, chunk_sizes[i]);
    measure_probe(&bench, flv);
    struct rtmp_mux mux = remux(flv, 4096);
    measure_memory(&bench, "FLV", flv);
    measure_memory(&bench, "RTMP", (struct bytes){mux.bytes, mux.len});
    free(mux.bytes);
    measure_header_distances(&bench, flv);
    measure_access_distances(&bench);

    const int written = write_json(&bench, argv[2], model, cores);
    json_decref(bench.rows);
    free((void *)flv.data);
    return written != 0 ? 2 : bench.missed > 0;
}
