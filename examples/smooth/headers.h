/* Which headers a request may not have. */
#ifndef SMOOTH_HEADERS_H
#define SMOOTH_HEADERS_H

#include <microhttpd.h>

/*
 * What is wrong with the framing that the headers give a body, or NULL. Two lengths, or a length beside chunks, are
 * read in two ways by two programs, and what one takes for a body is a request to the other (RFC 9112, 6.3 and 11.2).
 */
const char *headers_fault(struct MHD_Connection *connection);

#endif
