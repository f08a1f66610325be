/*
 * fragments [ID]... [seconds=2] [from=] [fragment=2] [fps=30] [size=20] [key-size=] [bitrate=] [audio-size=20]
 *           [time=tfdt|tfdt-32|tfxd|tfxd-32|none] [speed=1|burst]
 *
 * A stretch of fragments, each a moof and its mdat for one track, by turns for the tracks of moov or for those of the
 * line. A fragment arrives when its media is complete, as from an encoder; so do those of the other tracks.
 */
#include "box.h"

#include <math.h>
#include <string.h>

struct fragment_run {
    double from; /* seconds; NAN: where the last fragments of the track ended */
    double seconds;
    double fragment; /* seconds */
    double fps;
    double speed; /* 0: all at once */
    size_t size;
    size_t key_size;
    size_t audio_size;
    enum fragment_clock clock;
};

enum { INTER_FLAGS = 0x01010000, KEY_FLAGS = 0x02000000 };

static enum fragment_clock read_clock(struct builder *builder)
{
    static const char *const names[] = {"tfdt", "tfdt-32", "tfxd", "tfxd-32", "none"};
    const char *name = line_option(&builder->line, "time");

    for (int i = 0; name && i <= CLOCK_NONE; i++)
        if (strcmp(names[i], name) == 0)
            return (enum fragment_clock)i;
    if (name)
        line_error(&builder->line, "time=%s: not a way to say a time", name);
    return CLOCK_TFDT;
}

static void read_run(struct builder *builder, struct fragment_run *run)
{
    struct line *line = &builder->line;
    const char *speed = line_option(line, "speed");
    int64_t bitrate = line_number(line, "bitrate", 0);

    run->from = line_decimal(line, "from", NAN);
    run->seconds = line_decimal(line, "seconds", 2);
    run->fragment = line_decimal(line, "fragment", 2);
    run->fps = line_decimal(line, "fps", 30);
    run->size = (size_t)line_number(line, "size", bitrate > 0 ? (int64_t)((double)bitrate / 8 / run->fps) : 20);
    run->key_size = (size_t)line_number(line, "key-size", (int64_t)run->size);
    run->audio_size = (size_t)line_number(line, "audio-size", 20);
    run->clock = read_clock(builder);
    run->speed = 1;
    if (speed && strcmp(speed, "burst") == 0)
        run->speed = 0;
    else if (speed && (!text_to_decimal(speed, &run->speed) || run->speed <= 0))
        line_error(line, "speed=%s: a factor or burst", speed);
    if (run->fragment <= 0)
        line_error(line, "a fragment has a length");
}

static double rate_of(const struct fragment_run *run, const struct box_track *track)
{
    return track->rate > 0 ? track->rate : run->fps;
}

/* Samples that begin before a time of the run. */
static int64_t samples_before(double seconds, double rate)
{
    return (int64_t)ceil(seconds * rate - 1e-6);
}

/* Decode time of a sample, from the begin of the run. */
static int64_t ticks_of(const struct box_track *track, double rate, int64_t sample)
{
    return llround((double)sample * track->timescale / rate);
}

/*
 * trun with the duration and the size of each sample. Returns where its entries begin; offset: receives where the
 * place of the first sample, from the begin of moof, is to be stored.
 */
static size_t put_samples(const struct fragment_run *run, const struct box_track *track, struct buffer *out,
                          int64_t first, int64_t count, size_t *offset)
{
    bool audio = track->rate > 0;
    double rate = rate_of(run, track);
    size_t start = full_box_begin(out, "trun", 0, audio ? 0x301 : 0x305), entries;

    buffer_be(out, (uint64_t)count, 4);
    *offset = out->len;
    buffer_be(out, 0, 4);
    if (!audio)
        buffer_be(out, KEY_FLAGS, 4);
    entries = out->len;
    for (int64_t i = first; i < first + count; i++) {
        buffer_be(out, (uint64_t)(ticks_of(track, rate, i + 1) - ticks_of(track, rate, i)), 4);
        buffer_be(out, audio ? run->audio_size : i == first ? run->key_size : run->size, 4);
    }
    box_end(out, start);
    return entries;
}

static void put_media_data(const struct fragment_run *run, const struct box_track *track, struct buffer *out,
                           int64_t count)
{
    size_t start = box_begin(out, "mdat");

    for (int64_t i = 0; i < count; i++) {
        if (track->rate > 0)
            buffer_fill(out, 0x21, run->audio_size);
        else
            write_slice(out, i == 0, i == 0 ? run->key_size : run->size);
    }
    box_end(out, start);
}

/* The label of the line names the samples: the byte that tells a sample and its time is the last of its place. */
static void name_samples(struct builder *builder, uint64_t entries, int64_t count, uint64_t time_end)
{
    enum { ENTRY_BYTES = 8 };

    for (int64_t i = 0; i < count; i++) {
        struct message where = message_new(0, 0);
        uint64_t entry = entries + (uint64_t)i * ENTRY_BYTES;

        builder_begin_place(builder, &where);
        builder_add_span(builder, where.label, where.place, 0, entry,
                         time_end > entry ? time_end - entry : (uint64_t)ENTRY_BYTES);
    }
}

static void put_fragment(struct builder *builder, const struct fragment_run *run, const struct box_track *track,
                         int64_t base, int64_t first, int64_t count)
{
    double rate = rate_of(run, track);
    int64_t begin = base + ticks_of(track, rate, first), end = base + ticks_of(track, rate, first + count);
    bool late = run->clock == CLOCK_TFXD || run->clock == CLOCK_TFXD_32; /* as ffmpeg has it */
    struct buffer out = {0};
    size_t moof = box_begin(&out, "moof"), start = full_box_begin(&out, "mfhd", 0, 0), entries, offset, time_end;
    uint64_t at;

    buffer_be(&out, ++builder_sender(builder)->sequence, 4);
    box_end(&out, start);
    start = box_begin(&out, "traf");
    write_tfhd(&out, track->id, -1, -1, track->rate > 0 ? 0 : INTER_FLAGS);
    if (!late)
        write_fragment_time(&out, run->clock, begin, end - begin);
    entries = put_samples(run, track, &out, first, count, &offset);
    if (late)
        write_fragment_time(&out, run->clock, begin, end - begin);
    time_end = out.len - (run->clock == CLOCK_TFXD ? 8 : 4); /* tfxd ends with a duration */
    box_end(&out, start);
    box_end(&out, moof);
    store_be(out.at + offset, out.len + 8, 4);
    put_media_data(run, track, &out, count);
    at = builder_put(builder, out.at, out.len);
    name_samples(builder, at + entries, count, late ? at + time_end : at);
    buffer_free(&out);
}

/* The fragment of a track in a period, in seconds from the begin of the run. */
static void put_period(struct builder *builder, const struct fragment_run *run, const struct box_track *track,
                       double from, double to)
{
    double rate = rate_of(run, track);
    int64_t first = samples_before(from, rate), count = samples_before(to, rate) - first;
    int64_t base = isnan(run->from) ? track->end : llround(run->from * track->timescale);

    if (count > 0)
        put_fragment(builder, run, track, base, first, count);
}

static void end_track(const struct fragment_run *run, struct box_track *track)
{
    double rate = rate_of(run, track);
    int64_t base = isnan(run->from) ? track->end : llround(run->from * track->timescale);

    track->end = base + ticks_of(track, rate, samples_before(run->seconds, rate));
}

/* Leaves in wanted the tracks of the line, all where it names none. */
static size_t read_tracks(struct builder *builder, struct box_track **wanted)
{
    struct sender *sender = builder_sender(builder);
    struct word *word = line_next(&builder->line);
    bool all = word == NULL;
    size_t count = 0;

    for (size_t i = 0; all && i < sender->box_track_count; i++)
        wanted[count++] = &sender->box_tracks[i];
    for (; word && count < MAX_BOX_TRACKS; word = line_next(&builder->line)) {
        int64_t id = 0;
        size_t before = count;

        text_to_number(word->value, &id);
        for (size_t i = 0; i < sender->box_track_count; i++)
            if (sender->box_tracks[i].id == id && count == before)
                wanted[count++] = &sender->box_tracks[i];
        if (count == before)
            line_error(&builder->line, "moov has no track %s", word->value);
    }
    return count;
}

void put_fragments(struct builder *builder)
{
    struct box_track *tracks[MAX_BOX_TRACKS];
    struct fragment_run run = {0};
    int64_t start_us = builder->now_us;
    size_t count;
    double from;

    read_run(builder, &run);
    count = read_tracks(builder, tracks);
    for (from = 0; run.fragment > 0 && from < run.seconds - 1e-6; from += run.fragment) {
        double to = fmin(from + run.fragment, run.seconds);

        if (run.speed > 0)
            builder->now_us = start_us + llround(to * 1e6 / run.speed);
        for (size_t i = 0; i < count; i++)
            put_period(builder, &run, tracks[i], from, to);
    }
    for (size_t i = 0; i < count; i++)
        end_track(&run, tracks[i]);
}
