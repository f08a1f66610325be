/* Reads a capture of packets (pcap, pcapng) and judges every ingest in it. */
#ifndef INSPECT_CAPTURE_H
#define INSPECT_CAPTURE_H

#include <stdbool.h>

#include "input.h"
#include "options.h"

/* Whether the bytes at the beginning of the input are those of a capture; looks at no more than 4. */
bool capture_is(const struct input *input);

/* Inspects it to its end. An enum exit_status. */
int capture_inspect(const struct options *options, struct input *input);

#endif
