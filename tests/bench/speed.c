/* Bytes per second, side by side with the peers: both go through the same bytes in turn. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "codes/codec.h"
#include "heap.h"
#include "probe/probe.h"
#include "rtmp_mux.h"

#define TURNS       7
#define MIN_SECONDS 0.004 /* of one measured stretch */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    return values[count / 2];
}

double permille(double *values, size_t count, size_t permille)
{
    qsort(values, count, sizeof(values[0]), compare);
    return values[(count - 1) * permille / 1000];
}

static double time_runs(run_function *run, struct bytes input, size_t feed, int repeats)
{
    const double begun = cpu_seconds();
    for (int i = 0; i < repeats; i++)
        run(input, feed);
    return (cpu_seconds() - begun) / repeats;
}

/* How often to run for one stretch; the first run, which warms the caches, says it. */
static int repeats_of(run_function *run, struct bytes input, size_t feed)
{
    const double once = time_runs(run, input, feed, 1);
    return once >= MIN_SECONDS ? 1 : (int)(MIN_SECONDS / (once + 1e-6)) + 1;
}

struct pair measure_pair(run_function *ours, run_function *theirs, struct bytes input, size_t feed)
{
    double our_times[TURNS], their_times[TURNS], ratios[TURNS];
    const int our_repeats = repeats_of(ours, input, feed);
    const int their_repeats = repeats_of(theirs, input, feed);
    for (int i = 0; i < TURNS; i++) {
        our_times[i] = time_runs(ours, input, feed, our_repeats);
        their_times[i] = time_runs(theirs, input, feed, their_repeats);
        ratios[i] = their_times[i] / our_times[i];
    }
    return (struct pair){median(our_times, TURNS), median(their_times, TURNS), median(ratios, TURNS)};
}

/* ------------------------------------------------------------------------------------------------ FLV and fMP4 */

static void measure_file(const char *format, const char *rate, struct bytes input, run_function *libavformat,
                         bool has_goal)
{
    static const size_t feeds[] = {1448, 4096, KIB64};
    char name[100];
    for (size_t i = 0; i < 3; i++) {
        const bool goal_here = has_goal && feeds[i] == KIB64;
        const struct pair pair = measure_pair(run_mpe, libavformat, input, feeds[i]);
        snprintf(name, sizeof(name), "%s %s, feeds of %zu", format, rate, feeds[i]);
        row(name, (double)input.len / pair.ours / 1e9, "GB/s", NO_GOAL, 0);
        snprintf(name, sizeof(name), "%s %s, feeds of %zu, against libavformat", format, rate, feeds[i]);
        row(name, pair.ratio, "times", goal_here ? AT_LEAST : NO_GOAL, 10);
    }
    if (!has_goal || !mediainfo_is_there())
        return;
    const struct pair pair = measure_pair(run_mpe, run_mediainfo, input, KIB64);
    snprintf(name, sizeof(name), "%s %s, feeds of 65536, against MediaInfo", format, rate);
    row(name, pair.ratio, "times", AT_LEAST, 40);
}

/* -------------------------------------------------------------------------------------------------------- RTMP */

/* The goal of RTMP is in recv.c: here data in the cache is compared with data in the cache, which no host has. */
static void measure_rtmp(const char *rate, struct bytes flv, uint32_t chunk_size)
{
    static const size_t feeds[] = {1448, 4096, KIB64};
    const struct bytes rtmp = rtmp_of(flv, chunk_size);
    char name[100];
    for (size_t i = 0; i < 3; i++) {
        const struct pair pair = measure_pair(run_mpe, run_memcpy, rtmp, feeds[i]);
        snprintf(name, sizeof(name), "RTMP %s, chunks of %u, feeds of %zu", rate, (unsigned)chunk_size, feeds[i]);
        row(name, (double)rtmp.len / pair.ours / 1e9, "GB/s", NO_GOAL, 0);
        snprintf(name, sizeof(name), "RTMP %s, chunks of %u, feeds of %zu, against memcpy", rate, (unsigned)chunk_size,
                 feeds[i]);
        row(name, pair.ratio, "times", NO_GOAL, 0);
    }
    free_bytes(rtmp);
}

void bench_speed(const struct bench *bench)
{
    const struct media *const media = bench->media;
    static const uint32_t chunk_sizes[] = {128, 4096, 65536};
    if (!mediainfo_is_there())
        heading("MediaInfo is not here (Debian: libmediainfo0v5): no rows against it");
    for (size_t i = 0; i < 3; i++) {
        const bool has_goal = i == 1; /* 4 Mbit/s */
        heading(media[i].name);
        measure_file("FLV", media[i].name, media[i].flv, run_read_frame_flv, has_goal);
        measure_file("fMP4", media[i].name, media[i].fmp4, run_read_frame_mov, has_goal);
        for (size_t j = 0; j < 3; j++)
            measure_rtmp(media[i].name, media[i].flv, chunk_sizes[j]);
    }
}

/* ------------------------------------------------------------------------------------------------------- probe */

static struct bytes headers_of(struct bytes flv, struct bytes *video, struct bytes *audio)
{
    struct flv_tag tag;
    size_t offset = 13;
    size_t end = offset;
    while (flv_next_tag(flv.data, flv.len, &offset, &tag) && (tag.type == 18 || tag.body[1] == 0)) {
        if (tag.type == 9)
            *video = (struct bytes){tag.body + 5, tag.body_len - 5};
        if (tag.type == 8)
            *audio = (struct bytes){tag.body + 2, tag.body_len - 2};
        end = offset;
    }
    need(video->len > 0 && audio->len > 0, "the media has no sequence headers");
    return (struct bytes){flv.data, end};
}

static enum mpe_probe_result probe(int32_t codec, struct bytes header, struct mpe_stream *stream)
{
    const struct mpe_sample_facts none = {0};
    return mpe_probe_header(codec, (struct mpe_span){header.data, header.len}, &none, stream);
}

static double time_probe(int32_t codec, struct bytes header)
{
    double times[TURNS];
    for (int i = 0; i < TURNS; i++) {
        struct mpe_stream stream;
        const double begun = cpu_seconds();
        for (int j = 0; j < 100; j++)
            need(probe(codec, header, &stream) == MPE_PROBE_OK, "the probe refused a header");
        times[i] = (cpu_seconds() - begun) / 100;
    }
    return median(times, TURNS);
}

static double peak_of_probe(int32_t codec, struct bytes header)
{
    struct mpe_stream stream;
    heap_watch();
    probe(codec, header, &stream);
    return (double)heap_peak_bytes();
}

static void run_opening(struct bytes input, size_t feed)
{
    mpe_channel *channel = new_channel(NULL);
    mpe_session *session = new_session(channel);
    feed_all(session, input, feed);
    mpe_session_free(session);
    mpe_channel_free(channel);
}

void bench_probe(const struct bench *bench)
{
    const struct bytes flv = bench->media[1].flv;
    struct bytes video = {0}, audio = {0};
    const struct bytes headers = headers_of(flv, &video, &audio);
    double infos[TURNS], openings[TURNS];
    heading("the probe");
    const double both = time_probe(MPE_CODEC_AVC, video) + time_probe(MPE_CODEC_AAC, audio);
    for (int i = 0; i < TURNS; i++) {
        infos[i] = time_runs(run_find_stream_info, flv, 0, 1);
        openings[i] = time_runs(run_opening, headers, KIB64, 20);
    }
    const double info = median(infos, TURNS);
    row("probe of an H.264 and an AAC header", both * 1e6, "us", NO_GOAL, 0);
    row("session from its opening to its last header, both probes", median(openings, TURNS) * 1e6, "us", NO_GOAL, 0);
    row("avformat_find_stream_info on the same stream", info * 1e6, "us", NO_GOAL, 0);
    row("probe of both headers, share of avformat_find_stream_info", both / info, "", AT_MOST, 1.0 / 200);
    const double video_peak = peak_of_probe(MPE_CODEC_AVC, video);
    const double audio_peak = peak_of_probe(MPE_CODEC_AAC, audio);
    row("heap at the peak of a probe, FFmpeg's included", video_peak > audio_peak ? video_peak : audio_peak, "bytes",
        AT_MOST, 256 * 1024);
}
