/* The text of a policy that says the lowest bitrate of video by the size of its picture. */
#include "channel/bitrates.h"

#include <string.h>

#define SEPARATORS " \t,"
#define MAX_LINES  65535
#define MAX_FPS    1000
#define MAX_BPS    1000000000000

/* Takes a decimal number from 1 to most off *at. false: there is none. */
static bool read_number(const char **at, int64_t most, int64_t *number)
{
    *number = 0;
    for (; **at >= '0' && **at <= '9' && *number <= most; (*at)++)
        *number = *number * 10 + (**at - '0');
    return *number > 0 && *number <= most;
}

static bool read_byte(const char **at, char byte)
{
    const bool is_there = **at == byte;
    *at += is_there;
    return is_there;
}

/* LINES "p" [FPS] ":" BPS, and no more of the word. */
static bool read_row(const char **at, struct mpe_least_bitrate *row)
{
    int64_t lines, fps = 0;
    if (!read_number(at, MAX_LINES, &lines) || !read_byte(at, 'p'))
        return false;
    if (**at != ':' && !read_number(at, MAX_FPS, &fps))
        return false;
    if (!read_byte(at, ':') || !read_number(at, MAX_BPS, &row->bps))
        return false;
    row->lines = (uint16_t)lines;
    row->fps = (uint16_t)fps;
    return strcspn(*at, SEPARATORS) == 0;
}

bool mpe_bitrates_parse(struct mpe_limits *limits, const char *text)
{
    struct mpe_least_bitrate rows[MPE_LIMITS_BITRATES] = {{.bps = 0}};
    const char *at = text + strspn(text, SEPARATORS);
    for (uint32_t count = 0; *at != '\0'; count++) {
        if (count == MPE_LIMITS_BITRATES || !read_row(&at, &rows[count]))
            return false;
        at += strspn(at, SEPARATORS);
    }
    memcpy(limits->least_bitrates, rows, sizeof(rows));
    return true;
}
