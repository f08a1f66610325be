/*
 * run seconds=10 [from=0] [fps=30] [gop=60 (0: no key frame)] [size=20] [key-size=] [bitrate=] [audio=yes]
 * [audio-rate=44100] [audio-size=20] [video=yes] [speed=1|burst] [rounding=down] [drop-every=] [duplicate-every=]
 * [still=] [jitter=] [csid=] [msid=1]
 *
 * A stretch of frames at a steady rate, each arriving at its media time (speed 1) after the clock of the line before.
 */
#include "builder.h"

#include <math.h>
#include <string.h>

struct run {
    double from_ms;
    double end_ms;
    double frame_ms;
    bool round_down;
    int64_t gop;
    size_t size;
    size_t key_size;
    int64_t drop_every;
    int64_t duplicate_every;
    int64_t still; /* so many first frames have the first timestamp */
    int64_t jitter_ms;
    bool video;
    bool audio;
    double audio_ms;
    size_t audio_size;
    double speed; /* 0: all at once */
    int64_t start_us;
    struct message options;
};

static void read_video(struct builder *builder, struct run *run)
{
    struct line *line = &builder->line;
    double fps = line_decimal(line, "fps", 30);
    int64_t bitrate = line_number(line, "bitrate", 0);
    const char *rounding = line_option(line, "rounding");

    run->frame_ms = 1000 / fps;
    run->round_down = rounding && strcmp(rounding, "down") == 0;
    run->gop = line_number(line, "gop", 60);
    run->size = (size_t)line_number(line, "size", bitrate > 0 ? (int64_t)((double)bitrate / 8 / fps) : 20);
    run->key_size = (size_t)line_number(line, "key-size", (int64_t)run->size);
    run->drop_every = line_number(line, "drop-every", 0);
    run->duplicate_every = line_number(line, "duplicate-every", 0);
    run->still = line_number(line, "still", 0);
    run->jitter_ms = line_number(line, "jitter", 0);
}

static void read_run(struct builder *builder, struct run *run)
{
    struct line *line = &builder->line;
    const char *speed = line_option(line, "speed");
    const char *video = line_option(line, "video");

    run->from_ms = line_decimal(line, "from", builder_sender(builder)->run_end_ms);
    run->end_ms = run->from_ms + 1000 * line_decimal(line, "seconds", 1);
    run->video = !video || strcmp(video, "no") != 0;
    run->audio = line_flag(line, "audio");
    run->audio_ms = 1024 * 1000.0 / line_decimal(line, "audio-rate", 44100);
    run->audio_size = (size_t)line_number(line, "audio-size", 20);
    run->speed = 1;
    if (speed && strcmp(speed, "burst") == 0)
        run->speed = 0;
    else if (speed && (!text_to_decimal(speed, &run->speed) || run->speed <= 0))
        line_error(line, "speed=%s: a factor or burst", speed);
    run->start_us = builder->now_us;
    read_video(builder, run);
}

static void arrive(struct builder *builder, const struct run *run, double ms)
{
    if (run->speed > 0)
        builder->now_us = run->start_us + (int64_t)llround((ms - run->from_ms) * 1000 / run->speed);
}

static void send_message(struct builder *builder, const struct run *run, uint8_t type, double ms, struct buffer *body)
{
    struct message message = run->options;

    message.type = type;
    message.csid = type == 9 ? 6 : 4;
    if (run->options.csid)
        message.csid = run->options.csid;
    message.timestamp = (uint32_t)(int64_t)(run->round_down ? floor(ms) : floor(ms + 0.5));
    message.body = *body;
    builder_sender(builder)->last_ms[type == 8] = message.timestamp;
    carry(builder, &message);
}

static double video_ms(const struct run *run, int64_t i)
{
    double ms = run->from_ms + (double)i * run->frame_ms;

    if (i < run->still)
        return run->from_ms;
    if (run->jitter_ms > 0 && i > 0)
        ms += (double)(i * 7919 % (2 * run->jitter_ms + 1) - run->jitter_ms);
    return ms;
}

static void send_video(struct builder *builder, const struct run *run, int64_t i)
{
    bool key = run->gop > 0 && i % run->gop == 0;
    int copies = run->duplicate_every > 0 && i % run->duplicate_every == 1 ? 2 : 1;

    if (run->drop_every > 0 && i % run->drop_every == run->drop_every - 1)
        return;
    while (copies-- > 0) {
        struct buffer body = {0};

        write_video_frame(&body, key, 0, key ? run->key_size : run->size);
        send_message(builder, run, 9, video_ms(run, i), &body);
    }
}

void run_media(struct builder *builder)
{
    struct run run = {0};
    int64_t i = 0, audio_i = 0;

    run.options = message_new(9, 0);
    read_run(builder, &run);
    run.options.csid = (uint32_t)line_number(&builder->line, "csid", 0);
    run.options.msid = (uint32_t)line_number(&builder->line, "msid", 1);
    for (;;) {
        double video_at = run.video ? run.from_ms + (double)i * run.frame_ms : run.end_ms;
        double audio_at = run.audio ? run.from_ms + (double)audio_i * run.audio_ms : run.end_ms;
        double at = video_at <= audio_at ? video_at : audio_at;

        if (at >= run.end_ms - 1e-6)
            break;
        arrive(builder, &run, at);
        if (video_at <= audio_at) {
            send_video(builder, &run, i++);
        } else {
            struct buffer body = {0};

            write_audio_frame(&body, run.audio_size);
            send_message(builder, &run, 8, audio_at, &body);
            audio_i++;
        }
    }
    arrive(builder, &run, run.end_ms);
    builder_sender(builder)->run_end_ms = run.end_ms;
}
