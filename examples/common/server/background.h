/* Work that nobody waits for, beside a loop: it takes what processor time the loop leaves, and ends with the process.
 */
#ifndef SERVER_BACKGROUND_H
#define SERVER_BACKGROUND_H

#include <stdbool.h>

/* Calls work on a thread of its own. false: there is no thread to be had. */
bool background_start(void *(*work)(void *data), void *data);

#endif
