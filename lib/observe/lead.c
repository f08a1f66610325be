/* Gain and loss against the caller's clock. */
#include "observe/lead.h"

#include <string.h>

#include "observe/facts.h"

#define CENTISECOND_US 10000

/* Beyond this lead the common part is left out: 100 s. */
#define MOST_CS 10000

/* What comes within so long may be ahead. */
#define START_US 5000000

/* Ages of the starts that count for what came too fast, in slices. */
#define OLD_FROM 10
#define OLD_TO   20

/* No sum or difference of two of them leaves 16 bits. */
static int16_t short_of(int64_t cs)
{
    return cs > INT16_MAX / 2 ? INT16_MAX / 2 : cs < -INT16_MAX / 2 ? -INT16_MAX / 2 : (int16_t)cs;
}

static int16_t short_cs(int64_t us)
{
    return short_of(us / CENTISECOND_US);
}

void mpe_lead_begin(struct mpe_lead *lead, int64_t media_us, int64_t now_us)
{
    memset(lead, 0, sizeof(*lead));
    lead->began_us = now_us - media_us;
}

static int16_t larger(int16_t a, int16_t b)
{
    return a > b ? a : b;
}

/* A new slice begins as high as the last one ended; those that were skipped were no higher. */
static void begin_slice(struct mpe_lead *lead, int64_t slice)
{
    const int16_t kept_cs = (int16_t)(lead->now_cs + lead->forgiven_cs);
    int64_t turns = slice - lead->slice;
    if (turns > MPE_LEAD_SLICES) {
        lead->slice = slice - MPE_LEAD_SLICES;
        turns = MPE_LEAD_SLICES;
    }
    for (; turns > 0; turns--) {
        lead->slice++;
        lead->lead_cs[lead->slice % MPE_LEAD_SLICES] = lead->now_cs;
        lead->kept_cs[lead->slice % MPE_LEAD_LOST] = kept_cs;
        lead->slices += lead->slices < MPE_LEAD_SLICES - 1;
    }
}

/* What is lost of what came ahead at the start is forgiven. */
static void forgive(struct mpe_lead *lead, int16_t loss_cs)
{
    const int16_t some_cs = loss_cs < lead->credit_cs ? loss_cs : lead->credit_cs;
    lead->credit_cs = (int16_t)(lead->credit_cs - some_cs);
    lead->forgiven_cs = (int16_t)(lead->forgiven_cs + some_cs);
}

/* Clocks that differ make a large lead in weeks: what all have in common is left out. */
static void rebase(struct mpe_lead *lead)
{
    const int16_t by_cs = lead->now_cs;
    if (by_cs < MOST_CS && by_cs > -MOST_CS)
        return;
    lead->base_us += (int64_t)by_cs * CENTISECOND_US;
    lead->now_cs = 0;
    for (int i = 0; i < MPE_LEAD_SLICES; i++)
        lead->lead_cs[i] = short_of(lead->lead_cs[i] - by_cs);
    for (int i = 0; i < MPE_LEAD_LOST; i++)
        lead->kept_cs[i] = short_of(lead->kept_cs[i] - lead->forgiven_cs - by_cs);
    lead->forgiven_cs = 0;
}

void mpe_lead_sample(struct mpe_lead *lead, int64_t media_us, int64_t now_us, int64_t fragment_us)
{
    const int64_t since_us = now_us - lead->began_us;
    const int16_t lead_cs = short_cs(media_us - since_us - lead->base_us);
    const int64_t slice = since_us > 0 ? since_us / MPE_LEAD_SLICE_US : 0;
    if (slice > lead->slice)
        begin_slice(lead, slice);
    if (lead_cs < lead->now_cs)
        forgive(lead, (int16_t)(lead->now_cs - lead_cs));
    lead->now_cs = lead_cs;
    if (since_us < START_US)
        lead->credit_cs =
            larger(lead->credit_cs, (int16_t)(short_cs(media_us - since_us - fragment_us) - lead->forgiven_cs));
    int16_t *const most_cs = &lead->lead_cs[lead->slice % MPE_LEAD_SLICES];
    int16_t *const kept_cs = &lead->kept_cs[lead->slice % MPE_LEAD_LOST];
    *most_cs = larger(*most_cs, lead_cs);
    *kept_cs = larger(*kept_cs, (int16_t)(lead_cs + lead->forgiven_cs));
    rebase(lead);
}

/* The largest of so many slices, the one that runs first, and now. */
static int16_t largest_of(const struct mpe_lead *lead, int slices)
{
    int16_t most_cs = (int16_t)(lead->now_cs + lead->forgiven_cs);
    for (int age = 0; age < slices && age <= lead->slices && age < MPE_LEAD_LOST; age++)
        most_cs = larger(most_cs, lead->kept_cs[(lead->slice - age) % MPE_LEAD_LOST]);
    return most_cs;
}

int64_t mpe_lead_lost_us(const struct mpe_lead *lead, int slices, int64_t fragment_us)
{
    const int recent = fragment_us > 0 ? (int)((fragment_us + MPE_LEAD_SLICE_US - 1) / MPE_LEAD_SLICE_US) + 1 : 0;
    const int64_t most_cs = largest_of(lead, slices);
    const int64_t of_peaks_us = (most_cs - largest_of(lead, recent)) * CENTISECOND_US;
    const int64_t in_all_us = (most_cs - largest_of(lead, 0)) * CENTISECOND_US - fragment_us;
    return of_peaks_us > in_all_us ? of_peaks_us : in_all_us;
}

int64_t mpe_lead_gain_permille(const struct mpe_lead *lead)
{
    int64_t least = INT64_MIN;
    for (int age = OLD_FROM; age <= OLD_TO && age <= lead->slices; age++) {
        const int32_t gain_cs = lead->now_cs - lead->lead_cs[(lead->slice - age) % MPE_LEAD_SLICES];
        const int64_t permille = (int64_t)gain_cs * CENTISECOND_US * 1000 / ((int64_t)age * MPE_LEAD_SLICE_US);
        least = least == INT64_MIN || permille < least ? permille : least;
    }
    return least;
}
