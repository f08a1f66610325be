/* The settings of delivery, from a command line and from a configuration file. */
#ifndef SERVER_DELIVERY_OPTIONS_H
#define SERVER_DELIVERY_OPTIONS_H

#include "command_line.h"
#include "config.h"
#include "delivery_settings.h"

/* NULL, or what is wrong with a place of notifications: a file, - or a URL; never the text. */
const char *delivery_place_fault(const char *text, bool *is_url);

/* Reads --events and what belongs to it. Texts stay those of the command line. OPTIONS_RUN or OPTIONS_WRONG. */
enum options_result delivery_options_read(struct delivery_settings *settings, const struct command_line *line);

/*
 * Reads events, spool and retry of the file; the texts are copied, as it may be read again. 0, or -1 and why: file,
 * line, what is expected.
 */
int delivery_config_read(struct delivery_settings *settings, const struct config *config, char why[CONFIG_WHY_BYTES]);

/* Every topic of the file is a URI reference, as delivery_wants_uri asks for. 0, or -1 and why. */
int delivery_config_check_topics(const struct config *config, char why[CONFIG_WHY_BYTES]);

#endif
