/* Counts Content-Length and Transfer-Encoding: two that disagree let one request hide in another. */
#include "headers.h"

#include <stddef.h>
#include <strings.h>

struct framing {
    unsigned lengths;
    unsigned encodings;
};

static enum MHD_Result count(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct framing *const framing = user;
    (void)kind;
    (void)value;
    framing->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    framing->encodings += strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
    return MHD_YES;
}

const char *headers_fault(struct MHD_Connection *connection)
{
    struct framing framing = {0, 0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, count, &framing);
    if (framing.lengths > 1) {
        return "The request has two Content-Length headers; send one.";
    }
    if (framing.encodings > 1) {
        return "The request has two Transfer-Encoding headers; send one.";
    }
    return framing.lengths > 0 && framing.encodings > 0
               ? "The request has Content-Length and Transfer-Encoding; send one of them."
               : NULL;
}
