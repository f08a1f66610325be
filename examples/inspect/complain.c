/* Why mpe-inspect cannot do its work, on standard error. */
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>

int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("mpe-inspect: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_UNUSABLE;
}
