/* Headers and keys that are secrets: read from files, shown nowhere. */
#ifndef SERVER_HEADER_FILE_H
#define SERVER_HEADER_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

/*
 * "Name: value" lines; an empty line and one that begins with # say nothing. 0 and a list, which may be NULL, to be
 * freed with header_list_free; or -1 and why: file, line, what is expected, never the line's text.
 */
int header_file_read(const char *file, struct curl_slist **list, char *why, size_t why_bytes);

/* The list has a header of this name. */
bool header_list_has(const struct curl_slist *list, const char *name);

bool header_lists_equal(const struct curl_slist *one, const struct curl_slist *other);

/* The memory is overwritten first. */
void header_list_free(struct curl_slist *list);

#define KEY_MOST_BYTES 512
struct signing_key {
    unsigned char bytes[KEY_MOST_BYTES];
    size_t length; /* 0: none */
};

/*
 * The bytes of the file without the newline at its end; "whsec_" and base64, as in Standard Webhooks, stand for what is
 * encoded. 0, or -1 and why.
 */
int signing_key_read(const char *file, struct signing_key *key, char *why, size_t why_bytes);

#endif
