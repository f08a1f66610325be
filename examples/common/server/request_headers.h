/* Which headers a request may not have. */
#ifndef COMMON_SERVER_REQUEST_HEADERS_H
#define COMMON_SERVER_REQUEST_HEADERS_H

#include <microhttpd.h>

/* Options of a daemon: what RFC 9112 tells a server to refuse, libmicrohttpd shall refuse. */
#if MHD_VERSION >= 0x00097600
#define REQUEST_HEADERS_STRICT MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1
#else
#define REQUEST_HEADERS_STRICT MHD_OPTION_STRICT_FOR_CLIENT, 1
#endif

/*
 * What is wrong with the headers, or NULL: a sentence. What libmicrohttpd takes but another program reads in another
 * way, as two lengths, a length beside chunks, or a folded line, makes a body of one a request of the other (RFC 9112,
 * 5.1, 5.2, 6.1, 6.3 and 11.2). version: of HTTP, as the request says it.
 */
const char *request_headers_fault(struct MHD_Connection *connection, const char *version);

#endif
