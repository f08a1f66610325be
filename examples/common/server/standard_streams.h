/* Standard input, output and error, some of which may be closed when the program starts. */
#ifndef SERVER_STANDARD_STREAMS_H
#define SERVER_STANDARD_STREAMS_H

#include <stdbool.h>

/* Before anything else is opened: puts /dev/null in the place of those that are closed. 0, or -1: errno. */
int standard_streams_open(void);

/* Standard output was not closed, and may be written to. */
bool standard_output_is_there(void);

#endif
