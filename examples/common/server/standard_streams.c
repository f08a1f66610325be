/* Opens /dev/null in place of the standard streams that are closed. */
#include "standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

/*
 * Otherwise the next descriptor that is opened, a socket perhaps, takes the place: libuv aborts when it is to close it,
 * and what is written to standard error goes there. Standard output is opened to be read: writing to it still fails.
 */
int standard_streams_open(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        int flags = descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", flags) != descriptor) {
            return -1;
        }
    }
    return 0;
}

bool standard_output_is_there(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}
