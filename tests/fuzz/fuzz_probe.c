/*
 * The probe. 'M': boxes with right sizes (boxes.h) that a session is fed. Anything else: a byte that says which codec,
 * 8 of what a sample entry says, then the decoder configuration. What FFmpeg allocates counts, too, and so does time.
 */
#include <time.h>

#include "boxes.h"
#include "codes/codec.h"
#include "fuzz.h"
#include "mpe.h"
#include "probe/probe.h"

enum { MAX_STREAM_BYTES = 1 << 16, MOST_BYTES = 1 << 20 };

/* Of this thread alone; with a sanitizer, on a busy machine. */
#define MOST_CPU_NS 200000000

/* Of AddressSanitizer: they see each allocation of the program. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *)) __attribute__((weak));
size_t __sanitizer_get_allocated_size(const volatile void *block) __attribute__((weak));

static int64_t bytes, peak_bytes;

static void on_malloc(const volatile void *block, size_t size)
{
    (void)block;
    bytes += (int64_t)size;
    peak_bytes = bytes > peak_bytes ? bytes : peak_bytes;
}

static void on_free(const volatile void *block)
{
    bytes -= block != NULL ? (int64_t)__sanitizer_get_allocated_size(block) : 0;
}

static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void feed(const uint8_t *at, size_t len)
{
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;

    PROMISE(mpe_channel_new(&channel, MPE_PASS_THROUGH_STANDARD, NULL) == MPE_OK, "a channel");
    PROMISE(mpe_session_new(&session, channel, MPE_PROTOCOL_FMP4, NULL, NULL, 0) == MPE_OK, "a session");
    PROMISE(mpe_session_feed(session, at, len, 0) == MPE_OK, "bytes make no call fail");
    mpe_session_free(session);
    mpe_channel_free(channel);
}

static void probe(struct input *input)
{
    static const int32_t codecs[] = {MPE_CODEC_AVC, MPE_CODEC_AAC, MPE_CODEC_HEVC, MPE_CODEC_AVC,
                                     MPE_CODEC_VP9, MPE_CODEC_AAC, MPE_CODEC_OPUS, MPE_CODEC_AVC};
    const int32_t codec = codecs[input_byte(input) % 8];
    const struct mpe_sample_facts facts = {.width_px = (int32_t)input_be(input, 2),
                                           .height_px = (int32_t)input_be(input, 2),
                                           .sample_rate_hz = (int32_t)input_be(input, 2),
                                           .channels = (uint16_t)input_be(input, 2)};
    struct mpe_stream stream;
    const enum mpe_probe_result result =
        mpe_probe_header(codec, (struct mpe_span){input->at, input_left(input)}, &facts, &stream);

    PROMISE(result == MPE_PROBE_OK || result == MPE_PROBE_MALFORMED, "%d", (int)result);
    PROMISE(stream.width_px >= 0 && stream.width_px <= 1 << 24, "%d", stream.width_px);
    PROMISE(stream.height_px >= 0 && stream.height_px <= 1 << 24, "%d", stream.height_px);
    PROMISE(stream.bit_depth <= 16 && stream.chroma <= 4, "%d, %d", stream.bit_depth, stream.chroma);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_watched = -1;
    struct input input = {data, data + size};
    struct buffer stream = {0};

    if (is_watched < 0)
        is_watched = __sanitizer_install_malloc_and_free_hooks != NULL && __sanitizer_get_allocated_size != NULL &&
                     __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
    if (size > 0 && data[0] == 'M') {
        input_byte(&input);
        boxes_build(&input, &stream, MAX_STREAM_BYTES);
    }
    const int64_t begun_ns = cpu_ns();
    bytes = peak_bytes = 0;
    if (stream.len > 0)
        feed(stream.at, stream.len);
    else
        probe(&input);
    const int64_t took_ns = cpu_ns() - begun_ns;
    PROMISE(peak_bytes < MOST_BYTES, "%lld bytes allocated", (long long)peak_bytes);
    PROMISE(took_ns < MOST_CPU_NS, "%lld ns", (long long)took_ns);
    buffer_free(&stream);
    return 0;
}
