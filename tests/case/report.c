/* What an encoder says of its frames: OBS Studio's SEI messages in key frames, after the picture. */
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "headers.h"

enum { KIND_BYTES = 16, COUNTERS = 4, NAL_SEI = 6, USER_DATA_UNREGISTERED = 5 };

/* ITU-T H.264 D.1.7: the identifier of each kind, and the names of its counters, whose tags count from 1. */
static const struct kind {
    const char *option;
    uint8_t id[KIND_BYTES];
    const char *names[COUNTERS];
} kinds[] = {{"session-report",
              {0xca, 0x60, 0xe7, 0x1c, 0x6a, 0x8b, 0x43, 0x88, 0xa3, 0x77, 0x15, 0x1d, 0xf7, 0xbf, 0x8a, 0xc2},
              {"rendered", "lagged", "dropped", "output"}},
             {"rendition-report",
              {0xf1, 0xfb, 0xc1, 0xd5, 0x10, 0x1e, 0x4f, 0xb5, 0xa6, 0x1e, 0xb8, 0xce, 0x3c, 0x07, 0xb8, 0xc0},
              {"input", "skipped", "output"}}};

/* One time, in milliseconds since 1970: when the frame was composed. */
static void put_time(struct buffer *out)
{
    buffer_be(out, 0x000201, 3);
    buffer_be(out, 1700000000000, 8);
}

static int tag_of(const struct kind *kind, const char *name, size_t len)
{
    for (int i = 0; i < COUNTERS && kind->names[i]; i++)
        if (strlen(kind->names[i]) == len && strncmp(kind->names[i], name, len) == 0)
            return i + 1;
    return 0;
}

/* "rendered:60,lagged:12" */
static void put_counters(struct builder *builder, const struct kind *kind, const char *text, struct buffer *out)
{
    const size_t count_at = out->len;
    unsigned count = 0;

    buffer_byte(out, 0);
    for (const char *at = text; *at; count++) {
        const size_t len = strcspn(at, ":,");
        char *end = (char *)at + len;
        const int tag = tag_of(kind, at, len);

        if (tag == 0 || *end != ':')
            line_error(&builder->line, "%s: not a counter of %s", at, kind->option);
        buffer_byte(out, (unsigned)tag);
        buffer_be(out, *end == ':' ? strtoul(end + 1, &end, 10) : 0, 4);
        at = end + strspn(end, ",");
    }
    out->at[count_at] = (uint8_t)(count - 1);
}

/* length(32) NAL type(8) payload type(8) payload size(8) identifier, times, counters, stop bit */
static void put_report(struct builder *builder, const struct kind *kind, const char *text, struct buffer *body)
{
    struct buffer payload = {0}, rbsp = {0}, nal = {0};

    buffer_bytes(&payload, kind->id, KIND_BYTES);
    put_time(&payload);
    put_counters(builder, kind, text, &payload);
    buffer_byte(&rbsp, NAL_SEI);
    buffer_byte(&rbsp, USER_DATA_UNREGISTERED);
    buffer_byte(&rbsp, (unsigned)payload.len);
    buffer_bytes(&rbsp, payload.at, payload.len);
    buffer_byte(&rbsp, 0x80);
    write_escaped(&nal, &rbsp);
    buffer_be(body, nal.len, 4);
    buffer_bytes(body, nal.at, nal.len);
    buffer_free(&payload);
    buffer_free(&rbsp);
    buffer_free(&nal);
}

void put_reports(struct builder *builder, struct buffer *body)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *text = line_option(&builder->line, kinds[i].option);

        if (text)
            put_report(builder, &kinds[i], text, body);
    }
}
