/* Writes text into HTML so that it stays text. */
#ifndef INSPECT_HTML_H
#define INSPECT_HTML_H

#include <stdio.h>

/*
 * Writes the text as content or as the value of a quoted attribute: what has a meaning in HTML is escaped; bytes that
 * are no UTF-8, control characters and those that turn the direction of text become U+FFFD.
 */
void html_text(FILE *out, const char *text);

/* printf whose result goes through html_text; at most 1023 bytes of it. */
__attribute__((format(printf, 2, 3))) void html_printf(FILE *out, const char *format, ...);

#endif
