/* How regular the intervals between frames are. */
#include "observe/regular.h"

#define SAMPLE_US 100

#define DOUBTFUL_PERMILLE 600

static void sort(uint16_t *samples)
{
    for (int i = 1; i < MPE_REGULAR_SAMPLES; i++) {
        const uint16_t sample = samples[i];
        int at = i;
        for (; at > 0 && samples[at - 1] > sample; at--)
            samples[at] = samples[at - 1];
        samples[at] = sample;
    }
}

static void find_median(struct mpe_regular *regular, uint32_t ticks_per_s)
{
    sort(regular->samples);
    regular->median_us = regular->samples[MPE_REGULAR_SAMPLES / 2] * SAMPLE_US;
    const uint32_t most_us = regular->median_us / 4 + 1000000 / ticks_per_s + SAMPLE_US;
    regular->least_us = regular->median_us > most_us ? regular->median_us - most_us : 0;
    regular->span_us = regular->median_us + most_us - regular->least_us;
    for (int i = 0; i < MPE_REGULAR_SAMPLES; i++)
        regular->odd += mpe_regular_differs(regular, (int64_t)regular->samples[i] * SAMPLE_US);
    regular->counted = MPE_REGULAR_SAMPLES;
}

void mpe_regular_sample(struct mpe_regular *regular, int64_t interval_us, uint32_t ticks_per_s)
{
    const int64_t sample = interval_us / SAMPLE_US;
    regular->samples[regular->sample_count++] = sample < UINT16_MAX ? (uint16_t)sample : UINT16_MAX;
    if (regular->sample_count == MPE_REGULAR_SAMPLES)
        find_median(regular, ticks_per_s);
}

/* Where most differ, the rate changed after the first few intervals; once in a row, that says nothing. */
void mpe_regular_turn(struct mpe_regular *regular)
{
    const uint16_t permille = regular->counted > 0 ? (uint16_t)((uint64_t)regular->odd * 1000 / regular->counted) : 0;
    const bool is_doubtful = permille > DOUBTFUL_PERMILLE && !regular->is_doubtful;
    if (!is_doubtful && regular->counted > 0)
        regular->odd_permille = permille;
    regular->is_doubtful = is_doubtful;
    mpe_regular_drop(regular);
}

void mpe_regular_drop(struct mpe_regular *regular)
{
    regular->sample_count = 0;
    regular->counted = regular->odd = 0;
}
