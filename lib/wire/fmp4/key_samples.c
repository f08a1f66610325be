/* Finds the key frames of a fragment in its media data. */
#include "wire/fmp4/key_samples.h"

#include "wire/fmp4/fragment.h"

/*
 *   +----+----------------------------+ +----+-----------+-----+-----------+-
 *   |moof|traf: tfhd, trun: data      | |mdat|key frame  |     |key frame  | ...
 *   |    |      offset, samples' sizes| |    |           |     |           |
 *   +----+----------------------------+ +----+-----------+-----+-----------+-
 *   |- data offset of trun: from moof, or from what tfhd says ->|
 *
 * Where trun has no data offset its data follows that of the trun before (ISO/IEC 14496-12 8.8.7, 8.8.8).
 */
void mpe_key_samples_moof(struct mpe_key_samples *samples, uint64_t moof_at)
{
    samples->moof_at = samples->base = samples->data_at = moof_at;
    samples->ticket = 0;
    samples->count = 0;
}

void mpe_key_samples_tfhd(struct mpe_key_samples *samples, const uint8_t *tfhd)
{
    samples->base = mpe_tfhd_base(tfhd, samples->moof_at, samples->data_at);
    samples->data_at = samples->base;
}

void mpe_key_samples_trun(struct mpe_key_samples *samples, const uint8_t *trun)
{
    samples->data_at = mpe_trun_data_at(trun, samples->base, samples->data_at);
}

/* Data so far after its moof that no fragment is so large is not looked for; nor is data before it. */
static bool is_near(const struct mpe_key_samples *samples)
{
    return samples->data_at - samples->moof_at <= UINT32_MAX;
}

void mpe_key_samples_note(struct mpe_key_samples *samples, const struct mpe_unit *frame)
{
    if (frame->size_bytes != 0 && samples->count < MPE_MAX_KEY_SAMPLES && mpe_key_frames_want(frame) &&
        is_near(samples))
        samples->items[samples->count++] = (struct mpe_key_sample){(uint32_t)(samples->data_at - samples->moof_at),
                                                                   frame->size_bytes, frame->track_id, frame->codec};
    samples->data_at += frame->size_bytes;
}

static uint64_t begin_of(const struct mpe_key_samples *samples, const struct mpe_key_sample *sample)
{
    return samples->moof_at + sample->offset;
}

/* The next one in the media data that was not passed yet; NULL: none. */
static const struct mpe_key_sample *next(const struct mpe_key_samples *samples, const struct mpe_walk *walk)
{
    const struct mpe_key_sample *found = NULL;
    for (uint8_t i = 0; i < samples->count; i++) {
        const struct mpe_key_sample *const sample = &samples->items[i];
        const uint64_t at = begin_of(samples, sample);
        if (at >= walk->at && at < walk->end && (found == NULL || sample->offset < found->offset))
            found = sample;
    }
    return found;
}

/* The next bytes of the box, count at most. */
static struct mpe_cursor take(struct mpe_walk *walk, struct mpe_cursor *in, uint64_t count)
{
    const size_t here = mpe_cursor_left(in);
    const uint64_t most = count < mpe_walk_left(walk) ? count : mpe_walk_left(walk);
    const size_t taken = here < most ? here : (size_t)most;
    const struct mpe_cursor piece = {in->at, in->at + taken};
    in->at += taken;
    walk->at += taken;
    return piece;
}

static void begin(struct mpe_key_samples *samples, const struct mpe_key_sample *sample)
{
    const struct mpe_unit frame = {.codec = sample->codec, .track_id = sample->track_id};
    samples->ticket = mpe_key_frames_begin(samples->reader, &frame);
    samples->left_bytes = sample->size_bytes;
}

/* true: its last byte was read, unit is what it was. */
static bool read_sample(struct mpe_key_samples *samples, struct mpe_walk *walk, struct mpe_cursor *in,
                        struct mpe_unit *unit)
{
    const struct mpe_cursor piece = take(walk, in, samples->left_bytes);
    mpe_key_frames_take(samples->reader, samples->ticket, piece);
    samples->left_bytes -= (uint32_t)mpe_cursor_left(&piece);
    if (samples->left_bytes != 0)
        return false;
    const uint16_t ticket = samples->ticket;
    mpe_key_frames_end(samples->reader, ticket);
    samples->ticket = 0;
    return mpe_key_frames_poll(samples->reader, ticket, unit);
}

bool mpe_key_samples_read(struct mpe_key_samples *samples, struct mpe_walk *walk, struct mpe_cursor *in,
                          struct mpe_unit *unit)
{
    while (in->at < in->end) {
        const struct mpe_key_sample *const sample = samples->ticket == 0 ? next(samples, walk) : NULL;
        if (samples->ticket == 0 && sample == NULL)
            return false;
        if (sample != NULL)
            take(walk, in, begin_of(samples, sample) - walk->at);
        if (sample != NULL && walk->at == begin_of(samples, sample))
            begin(samples, sample);
        if (samples->ticket == 0)
            return false;
        if (read_sample(samples, walk, in, unit))
            return true;
        if (mpe_walk_left(walk) == 0)
            return false;
    }
    return false;
}
