/* Reads the Live Server Manifest, SMIL in a uuid box, with expat. */
#include "wire/fmp4/manifest.h"

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "mpe.h"
#include "wire/fmp4/box.h"

/* smil/body/switch/video/param are 5. */
#define MAX_DEPTH 16

/* A terabit: more is no rate. It is the highest limit that a channel can have, too. */
#define MAX_BPS 1000000000000

struct reader {
    XML_Parser parser;
    const struct mpe_mem *mem;
    struct mpe_manifest *manifest;
    uint32_t max_tracks;
    uint32_t depth;
    uint32_t track_depth; /* of the element that current describes; 0: none is open */
    struct mpe_manifest_track current;
    enum mpe_manifest_result result;
};

static void stop(struct reader *reader, enum mpe_manifest_result result)
{
    reader->result = result;
    XML_StopParser(reader->parser, XML_FALSE);
}

/* What follows the prefix of a namespace. */
static const char *local_name(const char *name)
{
    const char *const colon = strrchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

/* NULL: no such attribute. expat gives names and values by turns, then NULL. */
static const char *attribute(const char *const *attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    return NULL;
}

/* 0: no number, or one above most. */
static int64_t number(const char *text, int64_t most)
{
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        value = value * 10 + (*text - '0');
        if (value > most)
            return 0;
    }
    return *text == '\0' ? value : 0;
}

static void set(struct mpe_manifest_track *track, const char *name, const char *value)
{
    if (strcmp(name, "systemBitrate") == 0)
        track->bps = number(value, MAX_BPS);
    else if (strcmp(name, "trackID") == 0)
        track->track_id = (uint32_t)number(value, UINT32_MAX);
}

static bool is_track(const char *element, uint8_t *media)
{
    const bool is_video = strcmp(element, "video") == 0;
    const bool is_audio = strcmp(element, "audio") == 0;
    *media = is_video ? MPE_MEDIA_VIDEO : is_audio ? MPE_MEDIA_AUDIO : MPE_MEDIA_NONE;
    return is_video || is_audio || strcmp(element, "textstream") == 0;
}

static void begin_track(struct reader *reader, uint8_t media, const char *const *attributes)
{
    reader->track_depth = reader->depth;
    reader->current = (struct mpe_manifest_track){.media = media};
    for (; attributes[0] != NULL; attributes += 2)
        set(&reader->current, attributes[0], attributes[1]);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *const reader = user;
    const char *const *const pairs = (const char *const *)attributes;
    uint8_t media;
    if (++reader->depth > MAX_DEPTH) {
        stop(reader, MPE_MANIFEST_BOMB);
    } else if (reader->track_depth == 0) {
        if (is_track(local_name(name), &media))
            begin_track(reader, media, pairs);
    } else if (strcmp(local_name(name), "param") == 0) {
        const char *const key = attribute(pairs, "name");
        const char *const value = attribute(pairs, "value");
        if (key != NULL && value != NULL)
            set(&reader->current, key, value);
    }
}

static void keep_track(struct reader *reader)
{
    struct mpe_manifest *const manifest = reader->manifest;
    if (reader->current.track_id == 0 || manifest->count == reader->max_tracks)
        return;
    const size_t kept_bytes = manifest->count * sizeof(*manifest->tracks);
    struct mpe_manifest_track *const grown =
        mpe_mem_grow(reader->mem, manifest->tracks, kept_bytes, kept_bytes + sizeof(*manifest->tracks));
    if (grown == NULL) {
        stop(reader, MPE_MANIFEST_NO_MEMORY);
        return;
    }
    manifest->tracks = grown;
    manifest->tracks[manifest->count++] = reader->current;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct reader *const reader = user;
    (void)name;
    if (reader->track_depth == reader->depth) {
        reader->track_depth = 0;
        keep_track(reader);
    }
    reader->depth--;
}

/* Entities are declared in the internal subset, and nowhere else: what is outside of the document is never read. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                               int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    if (has_internal_subset)
        stop(user, MPE_MANIFEST_BOMB);
}

/*
 * The encoding by the first bytes: documents in UTF-8 that call themselves UTF-16 exist, because they were UTF-16
 * before they were put into the box. Moves body past the byte order mark.
 */
static const char *encoding_of(struct mpe_span *body)
{
    static const struct {
        uint8_t first[3];
        uint8_t len;
        uint8_t mark; /* of len bytes, those to be skipped */
        const char *encoding;
    } starts[] = {{{0xFE, 0xFF}, 2, 2, "UTF-16BE"},
                  {{0xFF, 0xFE}, 2, 2, "UTF-16LE"},
                  {{0x00, '<'}, 2, 0, "UTF-16BE"},
                  {{'<', 0x00}, 2, 0, "UTF-16LE"},
                  {{0xEF, 0xBB, 0xBF}, 3, 3, "UTF-8"}};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (body->len < starts[i].len || memcmp(body->bytes, starts[i].first, starts[i].len) != 0)
            continue;
        body->bytes += starts[i].mark;
        body->len -= starts[i].mark;
        return starts[i].encoding;
    }
    return "UTF-8";
}

/*
 * Without a salt expat would ask the system for one. What addresses are random about is enough for so small a document.
 * The call that takes 16 bytes came with expat 2.8, which warns of the other one.
 */
static void set_salt(const struct reader *reader)
{
    const uint64_t addresses[2] = {(uintptr_t)reader->parser * UINT64_C(2654435761), (uintptr_t)reader};
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 8)
    uint8_t salt[sizeof(addresses)];
    memcpy(salt, addresses, sizeof(salt));
    XML_SetHashSalt16Bytes(reader->parser, salt);
#else
    XML_SetHashSalt(reader->parser, (unsigned long)(addresses[0] ^ addresses[1]));
#endif
}

static void parse(struct reader *reader, struct mpe_span document)
{
    set_salt(reader);
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
    const enum XML_Status status = XML_Parse(reader->parser, (const char *)document.bytes, (int)document.len, 1);
    if (status != XML_STATUS_OK && XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY)
        reader->result = MPE_MANIFEST_NO_MEMORY;
}

enum mpe_manifest_result mpe_manifest_read(struct mpe_span body, const struct mpe_mem *mem, uint32_t max_tracks,
                                           struct mpe_manifest *manifest)
{
    struct reader reader = {.mem = mem, .manifest = manifest, .max_tracks = max_tracks};
    *manifest = (struct mpe_manifest){0};
    if (body.len <= MPE_FULL_BOX_BYTES)
        return MPE_MANIFEST_OK;
    struct mpe_span document = {body.bytes + MPE_FULL_BOX_BYTES, body.len - MPE_FULL_BOX_BYTES};
    const char *const encoding = encoding_of(&document);
    reader.parser = XML_ParserCreate(encoding);
    if (reader.parser == NULL)
        return MPE_MANIFEST_NO_MEMORY;
    parse(&reader, document);
    XML_ParserFree(reader.parser);
    return reader.result;
}
