/* Feeds an input through a session and reports what comes out. */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include "input.h"
#include "options.h"

/* Inspects an opened input to its end, or to the first finding where only that is wanted. An enum exit_status. */
int inspect(const struct options *options, struct input *input);

#endif
