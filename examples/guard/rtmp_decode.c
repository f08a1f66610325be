/* Decodes the AMF0 of a command: name, transaction, app, tcUrl, stream name. */
#include "rtmp_decode.h"

#include <string.h>

enum amf0_marker { AMF0_NUMBER = 0, AMF0_BOOLEAN = 1, AMF0_STRING = 2, AMF0_OBJECT = 3, AMF0_NULL = 5, AMF0_NONE = 6 };

/* Where a text member of an object goes. */
struct member {
    const char *name;
    size_t offset;
    size_t size;
};

#define MEMBER(name, field)                                                                                            \
    {                                                                                                                  \
        name, offsetof(struct rtmp_command, field), sizeof(((struct rtmp_command *)0)->field)                          \
    }

static const struct member connect_members[] = {
    MEMBER("app", text), MEMBER("tcUrl", tc_url), MEMBER("flashVer", flash_ver), {NULL, 0, 0}};
static const struct member status_members[] = {MEMBER("level", level), MEMBER("code", text), {NULL, 0, 0}};

struct amf {
    const unsigned char *bytes;
    size_t length;
};

static bool skip(struct amf *amf, size_t count)
{
    if (amf->length < count) {
        return false;
    }
    amf->bytes += count;
    amf->length -= count;
    return true;
}

/* Two bytes of length, and so many of text. */
static bool take_text(struct amf *amf, struct amf *text)
{
    const size_t length = amf->length >= 2 ? (size_t)amf->bytes[0] << 8 | amf->bytes[1] : 0;
    if (!skip(amf, 2)) {
        return false;
    }
    *text = (struct amf){amf->bytes, length};
    return skip(amf, length);
}

static bool begins_with(const struct amf *amf, enum amf0_marker marker)
{
    return amf->length > 0 && *amf->bytes == (unsigned char)marker;
}

static void keep_text(const struct amf *text, char *place, size_t size)
{
    if (text->length < size && (text->length == 0 || memchr(text->bytes, 0, text->length) == NULL)) {
        memcpy(place, text->bytes, text->length);
        place[text->length] = '\0';
    }
}

static const struct member *find_member(const struct member *members, const struct amf *name)
{
    for (; members->name != NULL; members++) {
        if (strlen(members->name) == name->length && memcmp(members->name, name->bytes, name->length) == 0) {
            return members;
        }
    }
    return NULL;
}

/* Anything but an object. */
static bool skip_plain(struct amf *amf)
{
    struct amf text;
    const unsigned char marker = amf->length > 0 ? *amf->bytes : 0xFF;
    if (!skip(amf, 1)) {
        return false;
    }
    switch (marker) {
    case AMF0_NUMBER:
        return skip(amf, 8);
    case AMF0_BOOLEAN:
        return skip(amf, 1);
    case AMF0_STRING:
        return take_text(amf, &text);
    case AMF0_NULL:
    case AMF0_NONE:
        return true;
    default:
        return false;
    }
}

/* The texts that are asked for; an object in an object ends it, for no encoder or server puts one before these. */
static bool take_object(struct amf *amf, const struct member *members, struct rtmp_command *command)
{
    struct amf name;
    while (take_text(amf, &name) && name.length > 0) {
        const struct member *const member = find_member(members, &name);
        struct amf text;
        if (member != NULL && begins_with(amf, AMF0_STRING)) {
            if (!skip(amf, 1) || !take_text(amf, &text)) {
                return false;
            }
            keep_text(&text, (char *)command + member->offset, member->size);
        } else if (!skip_plain(amf)) {
            return false;
        }
    }
    return skip(amf, 1); /* the marker of its end */
}

/* After its marker. */
static double number_of(const struct amf *amf)
{
    uint64_t bits = 0;
    double number;
    for (size_t i = 1; i < 9; i++) {
        bits = bits << 8 | amf->bytes[i];
    }
    memcpy(&number, &bits, sizeof(number));
    return number;
}

static bool begins_with_number(const struct amf *amf)
{
    return begins_with(amf, AMF0_NUMBER) && amf->length >= 9;
}

/* Texts of an object go where members say. */
static bool take_value(struct amf *amf, const struct member *members, struct rtmp_command *command)
{
    if (begins_with_number(amf)) {
        command->number = number_of(amf);
    }
    if (!begins_with(amf, AMF0_OBJECT)) {
        return skip_plain(amf);
    }
    return skip(amf, 1) && take_object(amf, members, command);
}

static void take_values(struct amf *amf, const struct member *members, struct rtmp_command *command)
{
    while (amf->length > 0 && take_value(amf, members, command)) {
    }
}

/* After null comes the stream name. */
static void take_stream_name(struct amf *amf, struct rtmp_command *command)
{
    struct amf text;
    if (skip_plain(amf) && begins_with(amf, AMF0_STRING) && skip(amf, 1) && take_text(amf, &text)) {
        keep_text(&text, command->text, sizeof(command->text));
    }
}

static bool is_named(const struct rtmp_command *command, const char *name)
{
    return strcmp(command->name, name) == 0;
}

/* What stands after name and transaction. */
static void take_arguments(struct amf *amf, struct rtmp_command *command)
{
    if (is_named(command, "connect")) {
        take_values(amf, connect_members, command);
    } else if (is_named(command, "publish") || is_named(command, "play") || is_named(command, "play2")) {
        take_stream_name(amf, command);
    } else if (is_named(command, "onStatus") || is_named(command, "_error") || is_named(command, "_result")) {
        take_values(amf, status_members, command);
    }
}

/*
 *  0        1        3        3+n      4+n                12+n
 * +--------+--------+--------+--------+------------------+
 * | string | length |  name  | number |  transaction id  |  (type 17 puts a zero byte before it)
 * +--------+--------+--------+--------+------------------+
 */
bool rtmp_decode_command(const unsigned char *bytes, size_t length, bool is_amf3, struct rtmp_command *command)
{
    struct amf amf = {bytes, length};
    struct amf name;
    memset(command, 0, sizeof(*command));
    if ((is_amf3 && !skip(&amf, 1)) || !begins_with(&amf, AMF0_STRING) || !skip(&amf, 1) || !take_text(&amf, &name) ||
        name.length >= sizeof(command->name)) {
        return false;
    }
    memcpy(command->name, name.bytes, name.length);
    if (begins_with_number(&amf)) {
        command->transaction = number_of(&amf);
        skip(&amf, 9);
        take_arguments(&amf, command);
    }
    return true;
}
