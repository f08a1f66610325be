/* What ffmpeg makes, whole and in pieces, sound and damaged; and what FFmpeg says about its headers. */
#include <check.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codec.h"
#include "fmp4_log.h"
#include "mpe.h"
#include "probe/probe.h"
#include "wire/fmp4/fmp4.h"

/* ---- FFmpeg's log, listened to ---- */

static int complaints;
static char first_complaint[256];

static void listen(void *context, int level, const char *format, va_list arguments)
{
    (void)context;
    if (level <= AV_LOG_TRACE && complaints++ == 0)
        vsnprintf(first_complaint, sizeof(first_complaint), format, arguments);
}

/* ---- media ---- */

#define H264 "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 25 "
#define HEVC "-c:v libx265 -preset ultrafast -x265-params log-level=none "

struct media {
    const char *name;
    const char *options;
    int tracks;
    int frames;     /* of video, in 3 s */
    int bit_depth;  /* of video, 0: not known */
    int cropped_px; /* each edge is so much smaller than 128x96 */
};

static const struct media medias[] = {
    {"ismv", H264 "-c:a aac -movflags isml+frag_keyframe -f ismv", 2, 75, 8, 0},
    {"ismv cut between key frames", H264 "-c:a aac -movflags isml -frag_duration 300000 -f ismv", 2, 75, 8, 0},
    {"empty moov", H264 "-c:a aac -movflags frag_keyframe+empty_moov+default_base_moof -f mp4", 2, 75, 8, 0},
    {"no defaults", H264 "-c:a aac -movflags frag_keyframe+empty_moov+omit_tfhd_offset -f mp4", 2, 75, 8, 0},
    {"cmaf", H264 "-an -movflags cmaf+frag_keyframe -f mp4", 1, 75, 8, 0},
    {"dash", H264 "-an -movflags dash+delay_moov+frag_keyframe -f mp4", 1, 75, 8, 0},
    {"each frame a fragment", H264 "-c:a aac -movflags frag_every_frame+empty_moov -f mp4", 2, 75, 8, 0},
    {"sound alone", "-vn -c:a aac -movflags empty_moov -frag_duration 500000 -f mp4", 1, 0, 0, 0},
    {"HEVC", HEVC "-pix_fmt yuv420p -an -movflags frag_keyframe+empty_moov -f mp4", 1, 75, 8, 0},
    {"HEVC of 10 bits",
     HEVC "-vf crop=126:94 -pix_fmt yuv420p10 -an -tag:v hvc1 -movflags frag_keyframe+empty_moov -f mp4", 1, 75, 10, 2},
    {"VP9 and Opus",
     "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p -c:a libopus -movflags "
     "frag_keyframe+empty_moov -f mp4",
     2, 75, 0, 0},
    {"MP3 and AC-3",
     "-map 1 -map 1 -c:a:0 libmp3lame -c:a:1 ac3 -movflags empty_moov+delay_moov -frag_duration 500000 -f mp4", 2, 0, 0,
     0},
};

static size_t make(const struct media *media, uint8_t **bytes)
{
    const size_t len = fmp4_by_ffmpeg(media->options, bytes);
    if (len == 0)
        fprintf(stderr, "skipped: no ffmpeg that makes %s\n", media->name);
    return len;
}

static int lines_with(const char *text, const char *word)
{
    int count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

static void try_cuts(const struct media *media, const uint8_t *bytes, size_t len)
{
    static const size_t cuts[] = {1, 2, 16, 300, 4096, 70000};
    static struct fmp4_log whole;
    static struct fmp4_log cut;
    const struct mpe_limits limits = wire_limits();
    fmp4_log_of(bytes, len, &limits, 0, &whole);
    ck_assert_msg(strstr(whole.text, "fault") == NULL && strstr(whole.text, "orphan") == NULL, "%.500s", whole.text);
    ck_assert_int_eq(lines_with(whole.text, "header @"), media->tracks);
    ck_assert_int_eq(lines_with(whole.text, "/12800 ct ") + lines_with(whole.text, "400000/10000000 ct "),
                     media->frames);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        fmp4_log_of(bytes, len, &limits, cuts[i], &cut);
        ck_assert_msg(strcmp(whole.text, cut.text) == 0, "pieces of %zu", cuts[i]);
    }
}

/* TEST_SLOW: a sanitizer or valgrind runs this. */
static int rounds(int most)
{
    return getenv("TEST_SLOW") != NULL ? most / 20 : most;
}

static uint8_t random_byte(void)
{
    return (uint8_t)(rand() % 3 == 0 ? 0xFF : rand());
}

/* It must end in units or a fault, the same for every cut, never in a crash. */
static void try_damage(const uint8_t *bytes, size_t all)
{
    static struct fmp4_log whole;
    static struct fmp4_log cut;
    const struct mpe_limits limits = wire_limits();
    const size_t len = all < 12000 ? all : 12000;
    uint8_t *const damaged = malloc(len);
    for (int round = rounds(150); round > 0; round--) {
        const size_t within = round % 3 == 0 || len < 2000 ? len : 2000;
        memcpy(damaged, bytes, len);
        for (int hit = rand() % 8; hit >= 0; hit--)
            damaged[(size_t)rand() % within] = random_byte();
        fmp4_log_of(damaged, len, &limits, 0, &whole);
        fmp4_log_of(damaged, len, &limits, round % 2 == 0 ? 1 : 60, &cut);
        ck_assert_str_eq(whole.text, cut.text);
    }
    free(damaged);
}

/* ---- the probe ---- */

struct headers {
    struct mpe_unit units[4];
    int count;
};

/* The headers of a file; their data is to be freed. */
static void find_headers(const uint8_t *file, size_t len, struct headers *headers)
{
    const struct mpe_mem mem = mpe_mem_default();
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {.mem = &mem, .limits = &limits};
    struct mpe_fmp4 *const fmp4 = mpe_fmp4_new(&tools);
    struct mpe_cursor in = {file, file + len};
    struct mpe_unit unit;
    headers->count = 0;
    while (mpe_fmp4_step(fmp4, &in, &unit)) {
        if (unit.kind != MPE_UNIT_HEADER)
            continue;
        uint8_t *const copy = malloc(unit.data.len + 1);
        if (unit.data.len != 0)
            memcpy(copy, unit.data.bytes, unit.data.len);
        unit.data.bytes = copy;
        headers->units[headers->count++] = unit;
    }
    mpe_fmp4_free(fmp4);
}

static void expect_video(const struct mpe_stream *stream, const struct media *media)
{
    ck_assert_int_eq(stream->width_px, 128 - media->cropped_px);
    ck_assert_int_eq(stream->height_px, 96 - media->cropped_px);
    ck_assert_int_eq(stream->bit_depth, media->bit_depth);
    ck_assert_int_eq(stream->channels + stream->sample_rate_hz, 0);
    if (media->bit_depth != 0)
        ck_assert_int_gt(stream->profile, 0);
}

/* The sound has 1 channel; of MP3 the sample entry alone says how many, and ffmpeg up to 5 writes 2 for each. */
static void expect_audio(const struct mpe_stream *stream, const struct mpe_unit *header)
{
    ck_assert_int_eq(stream->sample_rate_hz, 48000);
    ck_assert_int_eq(stream->channels, header->codec == MPE_CODEC_MP3 ? header->entry.channels : 1);
    ck_assert_int_eq(stream->aac_object_type, header->codec == MPE_CODEC_AAC ? 2 : 0);
    ck_assert_int_eq(stream->width_px + stream->height_px, 0);
}

static void try_probe(const struct media *media, const struct headers *headers)
{
    struct mpe_stream stream;
    ck_assert_int_eq(headers->count, media->tracks);
    for (int i = 0; i < headers->count; i++) {
        const struct mpe_unit *const header = &headers->units[i];
        ck_assert_int_eq(mpe_probe_header(header->codec, header->data, &header->entry, &stream), MPE_PROBE_OK);
        if (header->media == MPE_MEDIA_VIDEO)
            expect_video(&stream, media);
        else
            expect_audio(&stream, header);
    }
}

static void try_damaged_probe(const struct headers *headers)
{
    struct mpe_stream stream;
    for (int round = rounds(600); round > 0; round--) {
        const struct mpe_unit *const header = &headers->units[round % headers->count];
        const size_t len = header->data.len;
        const size_t cut = round % 4 == 0 && len != 0 ? (size_t)rand() % len : len;
        uint8_t *const damaged = malloc(cut + 1);
        memcpy(damaged, header->data.bytes, cut);
        for (int hit = rand() % 6; hit >= 0 && cut != 0; hit--)
            damaged[(size_t)rand() % cut] = random_byte();
        mpe_probe_header(header->codec, (struct mpe_span){damaged, cut}, &header->entry, &stream);
        free(damaged);
    }
}

static void free_headers(struct headers *headers)
{
    for (int i = 0; i < headers->count; i++)
        free((void *)headers->units[i].data.bytes);
}

START_TEST(media_of_ffmpeg)
{
    uint8_t *bytes;
    struct headers headers;
    const size_t len = make(&medias[_i], &bytes);
    if (len == 0)
        return;
    srand(1);
    try_cuts(&medias[_i], bytes, len);
    try_damage(bytes, len);
    find_headers(bytes, len, &headers);
    complaints = 0;
    av_log_set_callback(listen);
    try_probe(&medias[_i], &headers);
    try_damaged_probe(&headers);
    ck_assert_msg(complaints == 0, "FFmpeg said %d things, first: %s", complaints, first_complaint);
    free_headers(&headers);
    free(bytes);
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    const int count = sizeof(medias) / sizeof(medias[0]);
    Suite *const suite = suite_create("fmp4_media");
    TCase *const tcase = tcase_create("media");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, media_of_ffmpeg, 0, count);
    suite_add_tcase(suite, tcase);
    return suite;
}
