/* Counts Content-Length and Transfer-Encoding: two that disagree let one request hide in another. */
#include "request_headers.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* RFC 9110, 5.6.2. */
#define TOKEN "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct framing {
    unsigned lengths;
    unsigned encodings;
    const char *sentence;  /* what is wrong with a header, or NULL */
    const char *value_end; /* of the header before; NULL: it is the first, or the library is strict */
    bool is_lenient;
};

static bool is_token(const char *name)
{
    return *name != '\0' && name[strspn(name, TOKEN)] == '\0';
}

static bool is_chunked(const char *value)
{
    static const char chunked[] = "chunked";
    const size_t length = sizeof(chunked) - 1;
    return strncasecmp(value, chunked, length) == 0 && value[length + strspn(value + length, " \t")] == '\0';
}

/*
 * Before version 1.0 libmicrohttpd appends a folded line to the name of its header, ends a value at NUL, and takes CR
 * or LF alone for the end of a line. But names and values lie where they were read, zeros in the place of colon, CR and
 * LF:
 *
 *     name 0 (space | tab)* value 0 0 name 0 (space | tab)* value 0 0 ... 0 0
 */
static bool lies_after_name(const char *name, const char *value)
{
    const char *const gap = name + strlen(name) + 1;
    return value >= gap && strspn(gap, " \t") == (size_t)(value - gap);
}

static bool is_line_end(const char *value_end)
{
    return value_end[0] == '\0' && value_end[1] == '\0';
}

static bool is_as_read(struct framing *framing, const char *name, const char *value)
{
    const char *const before = framing->value_end;
    framing->value_end = value + strlen(value);
    return lies_after_name(name, value) && (before == NULL || (is_line_end(before) && name == before + 2));
}

static enum MHD_Result look(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct framing *const framing = user;
    const char *const text = value != NULL ? value : "";
    const bool is_encoding = strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
    (void)kind;
    framing->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    framing->encodings += is_encoding;
    if (!is_token(name)) {
        framing->sentence = "The name of a header has a character that no name has.";
    } else if (is_encoding && !is_chunked(text)) {
        framing->sentence = "The Transfer-Encoding is not \"chunked\".";
    } else if (strchr(text, '\r') != NULL || (framing->is_lenient && !is_as_read(framing, name, text))) {
        framing->sentence = "A header has more than one line, an end of a line other than CR LF, or a zero byte.";
    }
    return framing->sentence == NULL ? MHD_YES : MHD_NO;
}

/* The end of the last header, and the empty line. */
static bool ends_well(const struct framing *framing)
{
    return framing->value_end == NULL || (is_line_end(framing->value_end) && is_line_end(framing->value_end + 2));
}

const char *request_headers_fault(struct MHD_Connection *connection, const char *version)
{
    struct framing framing = {.is_lenient = strncmp(MHD_get_version(), "0.", 2) == 0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, look, &framing);
    if (framing.sentence != NULL) {
        return framing.sentence;
    }
    if (!ends_well(&framing)) {
        return "The last header has an end of a line other than CR LF, or a zero byte.";
    }
    if (framing.lengths > 1) {
        return "The request has two Content-Length headers; send one.";
    }
    if (framing.encodings > 1) {
        return "The request has two Transfer-Encoding headers; send one.";
    }
    if (framing.lengths > 0 && framing.encodings > 0) {
        return "The request has Content-Length and Transfer-Encoding; send one of them.";
    }
    return framing.encodings > 0 && strcasecmp(version, MHD_HTTP_VERSION_1_1) != 0
               ? "The request has Transfer-Encoding, which HTTP/1.0 has not."
               : NULL;
}
