/* What a configuration file means for a server: its options, and its channels. */
#ifndef SERVER_SERVER_CONFIG_H
#define SERVER_SERVER_CONFIG_H

#include "server_options.h"

/* Reads options->config_file into options, which hold defaults. 0, or -1 and why: file, line, what is expected. */
int server_config_read(struct server_options *options, char why[CONFIG_WHY_BYTES]);

/*
 * Reads it again: channels of it from now on, whose lobby is options->channel. The others stay until nobody is on them.
 * 0, or -1 and why: then nothing has changed.
 */
int server_config_read_channels(struct server_options *options, char why[CONFIG_WHY_BYTES]);

#endif
