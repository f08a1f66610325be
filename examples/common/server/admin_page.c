/* The files of the page by their paths, from what the build made of page.html, page.css and page.js. */
#include "admin_page.h"

#include <string.h>

/* Made of page.html and the others by the Makefile. */
static const unsigned char html[] = {
#include "page.html.inc"
};
static const unsigned char css[] = {
#include "page.css.inc"
};
static const unsigned char js[] = {
#include "page.js.inc"
};

const struct admin_page *admin_page_find(const char *path)
{
    static const struct admin_page pages[] = {{"/", "text/html; charset=utf-8", html, sizeof(html)},
                                              {"/page.css", "text/css; charset=utf-8", css, sizeof(css)},
                                              {"/page.js", "text/javascript; charset=utf-8", js, sizeof(js)}};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (strcmp(pages[i].path, path) == 0) {
            return &pages[i];
        }
    }
    return NULL;
}
