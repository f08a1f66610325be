/* What a configuration file may hold, for libcyaml. */
#ifndef SERVER_CONFIG_SCHEMA_H
#define SERVER_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <cyaml/cyaml.h>

/* struct config_file, of which admin has two forms; and a list of struct config_channel. */
const cyaml_schema_value_t *config_schema_file(bool has_admin_settings);
const cyaml_schema_value_t *config_schema_channels(void);
const cyaml_schema_value_t *config_schema_answer(void);

/* The settings that stand under a key ("" is the file itself), with commas between; "" where it has none. */
void config_schema_names(const char *under, char *names, size_t size);

#endif
