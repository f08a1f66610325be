/*
 * What every fuzz target is made of. A target is one file fuzz_*.c that defines LLVMFuzzerTestOneInput and aborts when
 * a promise of the library is broken; libFuzzer calls it, or replay.c without any engine.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with a sentence, so that the input that broke the promise is kept. */
#define PROMISE(holds, ...)                                                                                            \
    do {                                                                                                               \
        if (!(holds)) {                                                                                                \
            fprintf(stderr, "%s:%d: broken promise: %s: ", __FILE__, __LINE__, #holds);                                \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* What is left of the input; bytes beyond its end are 0. */
struct input {
    const uint8_t *at;
    const uint8_t *end;
};

static inline size_t input_left(const struct input *input)
{
    return (size_t)(input->end - input->at);
}

static inline uint8_t input_byte(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static inline uint64_t input_be(struct input *input, int bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | input_byte(input);
    return value;
}

/* Up to len bytes; *len becomes what there is. */
static inline const uint8_t *input_bytes(struct input *input, size_t *len)
{
    const uint8_t *bytes = input->at;

    if (*len > input_left(input))
        *len = input_left(input);
    input->at += *len;
    return bytes;
}

/* FNV-1a. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

#define HASH_SEED 0xcbf29ce484222325u

/* A pseudo-random number; the same seed gives the same numbers. */
static inline uint32_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

#endif
