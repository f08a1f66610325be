/* Opens and reads the file or standard input that is inspected. */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64

#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "complain.h"
#include "foreign.h"
#include "plain_mp4.h"

/* Bytes from where fd stands to the end of its file, -1 where that is not known. */
static int64_t size_left(int fd)
{
    struct stat file;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
        return -1;
    const off_t position = lseek(fd, 0, SEEK_CUR);
    return position < 0 || position > file.st_size ? -1 : (int64_t)(file.st_size - position);
}

static bool is_folder(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 && S_ISDIR(file.st_mode);
}

int input_open(struct input *input, const char *path)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    input->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    input->name = is_stdin ? "standard input" : path;
    input->given_bytes = 0;
    input->begin = 0;
    input->end = 0;
    input->at_end = false;
    if (input->fd < 0)
        return complain("cannot open %s: %s", path, strerror(errno));
    if (is_folder(input->fd)) {
        input_close(input);
        return complain("%s %s", input->name, foreign_folder());
    }
    input->size_bytes = size_left(input->fd);
    input->is_plain_mp4 = input->size_bytes >= 0 && is_plain_mp4(input->fd);
    return 0;
}

void input_close(struct input *input)
{
    if (input->fd > STDIN_FILENO)
        close(input->fd);
}

/* Appends what one read gives to the buffer, which has room. */
static int fill(struct input *input)
{
    ssize_t count;
    do
        count = read(input->fd, input->buffer + input->end, sizeof(input->buffer) - input->end);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return complain("cannot read %s: %s", input->name, strerror(errno));
    input->at_end = count == 0;
    input->end += (size_t)count;
    return 0;
}

int input_peek(struct input *input, size_t wanted)
{
    int status = 0;
    if (wanted > sizeof(input->buffer) - input->begin)
        wanted = sizeof(input->buffer) - input->begin;
    while (status == 0 && !input->at_end && input->end - input->begin < wanted)
        status = fill(input);
    return status;
}

int input_next(struct input *input, uint64_t max, const unsigned char **data, size_t *len)
{
    int status = 0;
    if (input->begin == input->end && !input->at_end) {
        input->begin = 0;
        input->end = 0;
        status = fill(input);
    }
    const size_t ready = input->end - input->begin;
    *data = input->buffer + input->begin;
    *len = ready < max ? ready : (size_t)max;
    input->begin += *len;
    input->given_bytes += *len;
    return status;
}
