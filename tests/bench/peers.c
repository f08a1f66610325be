/* What libmpe is measured against, on the same bytes in memory. */
#include <libavformat/avformat.h>
#include <string.h>

#include "bench.h"

void run_memcpy(struct bytes input, size_t feed)
{
    static unsigned char copy[KIB64];
    static volatile unsigned char sink;
    for (size_t done = 0; done < input.len; done += feed) {
        const size_t rest = input.len - done;
        memcpy(copy, input.data + done, rest < feed ? rest : feed);
        sink = copy[done % feed];
    }
    (void)sink;
}

/* -------------------------------------------------------------------------------------------------- libavformat */

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

static AVFormatContext *open_demuxer(const char *name, struct memory_file *file, size_t feed)
{
    AVFormatContext *format = avformat_alloc_context();
    need(format != NULL, "no AVFormatContext");
    format->pb = avio_alloc_context(av_malloc(feed), (int)feed, 0, file, read_memory, NULL, NULL);
    need(avformat_open_input(&format, NULL, av_find_input_format(name), NULL) == 0, "libavformat cannot open it");
    return format;
}

static void close_demuxer(AVFormatContext *format)
{
    AVIOContext *io = format->pb;
    avformat_close_input(&format);
    av_freep(&io->buffer);
    avio_context_free(&io);
}

static void read_frames(const char *name, struct bytes input, size_t feed)
{
    struct memory_file file = {input, 0};
    AVFormatContext *format = open_demuxer(name, &file, feed);
    AVPacket *packet = av_packet_alloc();
    need(packet != NULL, "no AVPacket");
    while (av_read_frame(format, packet) == 0)
        av_packet_unref(packet);
    av_packet_free(&packet);
    close_demuxer(format);
}

void run_read_frame_flv(struct bytes input, size_t feed)
{
    read_frames("flv", input, feed);
}

void run_read_frame_mov(struct bytes input, size_t feed)
{
    read_frames("mov", input, feed);
}

void run_find_stream_info(struct bytes input, size_t feed)
{
    struct memory_file file = {input, 0};
    AVFormatContext *format = open_demuxer("flv", &file, KIB64);
    (void)feed;
    need(avformat_find_stream_info(format, NULL) >= 0, "libavformat finds no streams");
    close_demuxer(format);
}
