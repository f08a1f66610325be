/* The page of --admin and what it loads, as they were when the program was built. */
#ifndef SERVER_ADMIN_PAGE_H
#define SERVER_ADMIN_PAGE_H

#include <stddef.h>

struct admin_page {
    const char *path;
    const char *type;
    const unsigned char *bytes;
    size_t length;
};

/* NULL: there is no such path. */
const struct admin_page *admin_page_find(const char *path);

#endif
