/* Which headers a request may not have. */
#ifndef SMOOTH_HEADERS_H
#define SMOOTH_HEADERS_H

#include <microhttpd.h>

/*
 * What is wrong with the headers, or NULL: a sentence. What libmicrohttpd takes but another program reads in another
 * way, as two lengths, a length beside chunks, or a folded line, makes a body of one a request of the other (RFC 9112,
 * 5.1, 5.2, 6.1, 6.3 and 11.2). version: of HTTP, as the request says it.
 */
const char *headers_fault(struct MHD_Connection *connection, const char *version);

#endif
