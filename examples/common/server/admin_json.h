/* A snapshot in JSON. Texts are to be freed; NULL: no memory. */
#ifndef SERVER_ADMIN_JSON_H
#define SERVER_ADMIN_JSON_H

#include "snapshot.h"

/* {"program", "version", "at", "configured", "channels": [...], "refusals": [...]} */
char *admin_json_channels(const struct snapshot *snapshot);

/* {"at", "sessions": [...]}, with the last five minutes of each. */
char *admin_json_sessions(const struct snapshot *snapshot);

/* All of it in one object on one line, without the last five minutes: who follows has them. */
char *admin_json_event(const struct snapshot *snapshot);

#endif
