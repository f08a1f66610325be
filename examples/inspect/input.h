/* The file or standard input that is inspected. */
#ifndef INSPECT_INPUT_H
#define INSPECT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_BUFFER_BYTES 65536

struct input {
    int fd;
    const char *name;     /* for people: the path, or "standard input" */
    int64_t size_bytes;   /* -1: not known (a pipe) */
    uint64_t given_bytes; /* handed out by input_next so far */
    size_t begin;         /* unread bytes of buffer: [begin, end) */
    size_t end;
    bool at_end;
    bool is_plain_mp4; /* a file that is_plain_mp4 knows */
    unsigned char buffer[INPUT_BUFFER_BYTES];
};

/* Opens a path; "-" is standard input. 0, or EXIT_UNUSABLE after one sentence. */
int input_open(struct input *input, const char *path);

void input_close(struct input *input);

/*
 * Reads until at least wanted bytes, or INPUT_BUFFER_BYTES, are ready to be looked at, or the input ends. Consumes
 * nothing; to be called before the first input_next. 0, or EXIT_UNUSABLE after one sentence.
 */
int input_peek(struct input *input, size_t wanted);

/*
 * Gives the next bytes, at most max, as soon as there are any; *len 0: the input ended. They stay valid until the next
 * call. 0, or EXIT_UNUSABLE after one sentence.
 */
int input_next(struct input *input, uint64_t max, const unsigned char **data, size_t *len);

#endif
