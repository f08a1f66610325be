/* What a configuration file means for a server: its options, and its channels. */
#ifndef SERVER_SERVER_CONFIG_H
#define SERVER_SERVER_CONFIG_H

#include "server_options.h"

/* Reads options->config_file into options, which hold defaults. 0, or -1 and why: file, line, what is expected. */
int server_config_read(struct server_options *options, char why[CONFIG_WHY_BYTES]);

/*
 * Reads a file again, on any thread once the above has returned; wants_uri as of delivery_wants_uri. NULL: why.
 */
struct channels *server_config_load(const char *file, bool wants_uri, char why[CONFIG_WHY_BYTES]);

/*
 * Takes channels over: it is them from now on, and their lobby is options->channel. The others stay until nobody is on
 * them. 0, or -1 and why: then nothing has changed.
 */
int server_config_change(struct server_options *options, struct channels *channels, char why[CONFIG_WHY_BYTES]);

#endif
