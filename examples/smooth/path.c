/* Reads the path of a push. */
#include "path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PUBLISHING_POINT ".isml"
#define STREAMS          "/streams("

static void copy(char *out, size_t size, const char *text, size_t length)
{
    length = length < size ? length : 0;
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Where the segment begins that ends in ".isml"; where there is none, the last one. */
static size_t find_point(const char *path)
{
    const char *const slash = strrchr(path, '/');
    size_t at = 0;
    while (path[at] != '\0') {
        const size_t length = strcspn(path + at, "/");
        const size_t ending = strlen(PUBLISHING_POINT);
        if (length >= ending && strncasecmp(path + at + length - ending, PUBLISHING_POINT, ending) == 0) {
            return at;
        }
        at += length + (path[at + length] == '/');
    }
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

static const char *find_streams(const char *path)
{
    for (; *path != '\0'; path++) {
        if (strncasecmp(path, STREAMS, strlen(STREAMS)) == 0) {
            return path + strlen(STREAMS);
        }
    }
    return NULL;
}

void path_names(const char *path, char *app, char *stream_name, size_t size)
{
    const size_t point = find_point(path);
    const char *const streams = find_streams(path + (point > 0 ? point - 1 : 0));
    copy(app, size, path, point);
    copy(stream_name, size, streams != NULL ? streams : "", streams != NULL ? strcspn(streams, ")") : 0);
}

/* ---------------------------------------------------------- requests of a track */

static bool is_one_of(const char *const *words, size_t count, const char *text, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == length && strncasecmp(words[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_header(const char *text, size_t length)
{
    static const char *const words[] = {"init", "header", "initialization"};
    return is_one_of(words, sizeof(words) / sizeof(words[0]), text, length);
}

static bool names_segment(const char *text, size_t length)
{
    static const char *const words[] = {"chunk", "segment", "seg", "media", "fragment", "frag", "part"};
    return is_one_of(words, sizeof(words) / sizeof(words[0]), text, length);
}

/* How long the text is without the digits at its end. */
static size_t without_number(const char *text, size_t length)
{
    while (length > 0 && isdigit((unsigned char)text[length - 1])) {
        length--;
    }
    return length;
}

/* One word of a file's name; what is kept of it goes to the end of name. */
static void take_word(struct path_track *track, char *name, const char *word, size_t length, bool is_last)
{
    const size_t letters = without_number(word, length);
    const size_t end = strlen(name);
    const bool has_number = letters < length;
    size_t begin = 0;
    if (names_header(word, letters)) {
        begin = letters; /* "init0": the number is the track's */
    } else if (names_segment(word, letters)) {
        begin = length;
        track->is_segment = track->is_segment || has_number;
    } else if (is_last && has_number && !track->is_segment) {
        length = letters;
        track->is_segment = true;
    }
    if (begin < length) {
        const size_t dash = end > 0 ? 1 : 0;
        memcpy(name + end, "-", dash);
        memcpy(name + end + dash, word + begin, length - begin);
        name[end + dash + length - begin] = '\0';
    }
}

static bool has_header_word(const char *text, size_t length)
{
    for (size_t at = 0, word; at < length; at += word + 1) {
        word = strcspn(text + at, "-_.");
        word = word < length - at ? word : length - at;
        if (names_header(text + at, without_number(text + at, word))) {
            return true;
        }
    }
    return false;
}

/* name has room for the file's name. */
static void read_file_name(struct path_track *track, char *name, const char *file)
{
    const char *const dot = strrchr(file, '.');
    const size_t length = dot != NULL ? (size_t)(dot - file) : strlen(file);
    const bool is_header = has_header_word(file, length);
    name[0] = '\0';
    for (size_t at = 0, word; at < length; at += word + 1) {
        word = strcspn(file + at, "-_.");
        word = word < length - at ? word : length - at;
        take_word(track, name, file + at, word, !is_header && at + word == length);
    }
    track->is_segment = track->is_segment && !is_header;
}

bool path_track_make(struct path_track *track, const char *path)
{
    const char *const streams = find_streams(path);
    const char *const slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    const size_t length = streams != NULL ? (size_t)(streams - path) + strcspn(streams, ")") : (size_t)(file - path);
    char *const folder = malloc(strlen(path) + 2);
    *track = (struct path_track){.folder = folder};
    if (folder == NULL) {
        return false;
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    track->name = folder + length + 1;
    read_file_name(track, folder + length + 1, streams != NULL ? "" : file);
    return true;
}

void path_track_free(struct path_track *track)
{
    free(track->folder);
    track->folder = NULL;
}

size_t path_track_fits(const struct path_track *track, const char *name)
{
    const size_t own = strlen(track->name);
    const size_t length = strlen(name);
    if (own > length || strcasecmp(name + length - own, track->name) != 0) {
        return 0;
    }
    const bool begins_a_word = own == length || own == 0 || name[length - own - 1] == '-';
    return begins_a_word ? own + 1 : 0;
}

bool path_is_manifest(const char *path)
{
    static const char *const endings[] = {".mpd", ".m3u8"};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(path + length - ending, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}
