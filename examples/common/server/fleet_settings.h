/* Where the processes of a fleet meet: servers that speak the protocol of Redis, and the key that all processes have.
 */
#ifndef SERVER_FLEET_SETTINGS_H
#define SERVER_FLEET_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define FLEET_SERVERS    8
#define FLEET_KEY_BYTES  32
#define FLEET_TEXT_BYTES 256
#define FLEET_PORT_BYTES 8
#define FLEET_WHY_BYTES  400

enum fleet_server_kind {
    FLEET_TCP,
    FLEET_UNIX,
    FLEET_SENTINEL /* is asked which server to take */
};

/* Texts are "" where they are not given. */
struct fleet_server {
    enum fleet_server_kind kind;
    char host[FLEET_TEXT_BYTES]; /* name or address; of FLEET_UNIX the path of its socket */
    char port[FLEET_PORT_BYTES];
    char user[FLEET_TEXT_BYTES];
    char password[FLEET_TEXT_BYTES]; /* a secret */
    char master[FLEET_TEXT_BYTES];   /* of FLEET_SENTINEL: what it is asked for */
    unsigned database;
};

struct fleet_settings {
    unsigned server_count; /* 0: no fleet */
    struct fleet_server *servers;
    unsigned char key[FLEET_KEY_BYTES]; /* a secret */
};

/*
 * urls: one, or several with "," between, which are tried in turn. Of key_file the first 64 hexadecimal digits, where
 * it has just these, are the key; else it is the SHA-256 of its bytes, of which there are at least 32. NULL stands for
 * what was not given; neither: no fleet. 0; or -1 and a sentence, which names no secret, and of which setting it is.
 */
enum fleet_setting { FLEET_SETTING_URLS, FLEET_SETTING_KEY_FILE };
int fleet_settings_read(struct fleet_settings *settings, const char *urls, const char *key_file, enum fleet_setting *of,
                        char why[FLEET_WHY_BYTES]);

/* Overwrites the secrets, too. */
void fleet_settings_free(struct fleet_settings *settings);

#endif
