/* What the command line of mpe-smooth says. */
#ifndef SMOOTH_OPTIONS_H
#define SMOOTH_OPTIONS_H

#include "common/server/server_options.h"

/* Reads the command line. Texts stay in argv. On OPTIONS_RUN options->channel is there. */
enum options_result smooth_options_read(struct server_options *options, int argc, char **argv);

#endif
