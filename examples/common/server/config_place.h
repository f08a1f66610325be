/* Where in a YAML file something stands, for who must mend it. */
#ifndef SERVER_CONFIG_PLACE_H
#define SERVER_CONFIG_PLACE_H

/* The line, from 1, of what a path of keys and indices leads to ("channels/3/allow/0"), or of the nearest that is
 * there. */
unsigned config_line_of(const char *file, const char *path);

/* The line, from 1, at which the file is no YAML any more; 1 where it is. */
unsigned config_line_of_syntax(const char *file);

/* The line, not before from, that holds key as a key; from where there is none. */
unsigned config_line_of_key(const char *file, const char *key, unsigned from);

#endif
