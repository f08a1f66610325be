/* AMF0 and AMF3: values, nesting, what is cut short; metadata and commands that are made of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/amf0.h"
#include "wire/metadata.h"
#include "wire/rtmp/command.h"
#include "wire_log.h"

static struct mpe_span span_of(const char *text)
{
    const struct wire_bytes bytes = bytes_of(text);
    return (struct mpe_span){bytes.at, bytes.len};
}

static const char *name_of(enum mpe_amf0_type type)
{
    static const char *const names[] = {"number", "boolean", "string", "null", "other", "{", "}"};
    return names[type];
}

/* The tokens as one line: depth key=type value. */
static enum mpe_amf0_status tokens_of(struct mpe_span bytes, char *line, size_t size)
{
    struct mpe_amf0 amf;
    struct mpe_amf0_token token;
    size_t len = 0;
    line[0] = 0;
    mpe_amf0_begin(&amf, bytes);
    while (mpe_amf0_next(&amf, &token)) {
        len += (size_t)snprintf(line + len, size - len, "%u%.*s%s%s", token.depth, (int)token.key.len,
                                token.key.len != 0 ? (const char *)token.key.bytes : "", token.key.len != 0 ? "=" : " ",
                                name_of(token.type));
        if (token.type == MPE_AMF0_NUMBER || token.type == MPE_AMF0_BOOLEAN)
            len += (size_t)snprintf(line + len, size - len, " %.10g", token.number);
        if (token.type == MPE_AMF0_STRING)
            len += (size_t)snprintf(line + len, size - len, " '%.*s'", (int)token.text.len, token.text.bytes);
        len += (size_t)snprintf(line + len, size - len, ";");
    }
    return amf.status;
}

static void expect_tokens(const char *text, enum mpe_amf0_status status, const char *expected)
{
    char line[4096];
    ck_assert_int_eq(tokens_of(span_of(text), line, sizeof(line)), status);
    ck_assert_str_eq(line, expected);
}

START_TEST(simple_values)
{
    expect_tokens("00 3FF0000000000000 01 01 01 00 02 0002 'ab' 05 06 0D", MPE_AMF0_AT_END,
                  "0 number 1;0 boolean 1;0 boolean 0;0 string 'ab';0 null;0 null;0 null;");
    expect_tokens("0C 00000003 'xyz' 0F 00000002 '<>' 07 0001 0B 4000000000000000 0000", MPE_AMF0_AT_END,
                  "0 string 'xyz';0 string '<>';0 other;0 other;");
}
END_TEST

START_TEST(containers)
{
    expect_tokens("03 0001 'a' 05 0001 'b' 03 000009 000009 05", MPE_AMF0_AT_END, "0 {;1a=null;1b={;1 };0 };0 null;");
    expect_tokens("10 0003 'Cls' 0001 'a' 05 000009", MPE_AMF0_AT_END, "0 {;1a=null;0 };");
    expect_tokens("0A 00000002 05 0A 00000000 05", MPE_AMF0_AT_END, "0 {;1 null;1 {;1 };0 };0 null;");
}
END_TEST

START_TEST(the_count_of_an_ecma_array_is_a_hint)
{
    expect_tokens("08 00000007 0001 'a' 05 000009 05", MPE_AMF0_AT_END, "0 {;1a=null;0 };0 null;");
}
END_TEST

START_TEST(the_last_end_marker_may_be_missing)
{
    expect_tokens("08 00000001 0001 'a' 05", MPE_AMF0_AT_END, "0 {;1a=null;0 };");
}
END_TEST

START_TEST(an_empty_key_is_a_key_where_no_end_marker_follows)
{
    expect_tokens("03 0000 05 000009", MPE_AMF0_AT_END, "0 {;1 null;0 };");
}
END_TEST

/* ---- AMF3: each value of the message that switches to it has references of its own ---- */

START_TEST(simple_values_in_amf3)
{
    expect_tokens("1100 1101 1102 1103 1104 7F 1105 3FF0000000000000", MPE_AMF0_AT_END,
                  "0 null;0 null;0 boolean 0;0 boolean 1;0 number 127;0 number 1;");
    expect_tokens("1104 8101 1104 818101 1104 81818101 1104 FFFFFFFF 1104 C0808000", MPE_AMF0_AT_END,
                  "0 number 129;0 number 16513;0 number 4227329;0 number -1;0 number -268435456;");
    expect_tokens("1106 07'abc' 1106 01 1107 05'ab' 110B 03'a' 110C 0500FF 1108 01 3FF0000000000000 1108 02 05",
                  MPE_AMF0_AT_END, "0 string 'abc';0 string '';0 other;0 other;0 other;0 other;0 other;0 null;");
}
END_TEST

START_TEST(objects_in_amf3)
{
    expect_tokens("11 0A0B01 03'a' 06 03'x' 03'b' 0401 01 05", MPE_AMF0_AT_END,
                  "0 {;1a=string 'x';1b=number 1;0 };0 null;");
    /* Two names, no keys: values in their order. */
    expect_tokens("11 0A23 07'Cls' 03'a' 03'b' 03 0A0B0101", MPE_AMF0_AT_END, "0 {;1a=boolean 1;1b={;1 };0 };");
    /* The second object has the traits of the first one, "a", and its value is that of a text before. */
    expect_tokens("11 0905 01 0A13 01 03'a' 06 03'x' 0A01 06 02", MPE_AMF0_AT_END,
                  "0 {;1 {;2a=string 'x';1 };1 {;2a=string 'x';1 };0 };");
    expect_tokens("11 0903 01 0A00", MPE_AMF0_AT_END, "0 {;1 other;0 };");
}
END_TEST

START_TEST(arrays_in_amf3)
{
    expect_tokens("11 0905 01 0401 0402 05", MPE_AMF0_AT_END, "0 {;1 number 1;1 number 2;0 };0 null;");
    expect_tokens("11 0903 03'k' 03 03'l' 0901 01 01 02", MPE_AMF0_AT_END,
                  "0 {;1k=boolean 1;1l={;1 };1 boolean 0;0 };");
    expect_tokens("03 0001 'a' 11 0903 01 03 0001 'b' 05 000009", MPE_AMF0_AT_END,
                  "0 {;1a={;2 boolean 1;1 };1b=null;0 };");
}
END_TEST

START_TEST(broken_amf3)
{
    expect_tokens("02 0001 'a' 11", MPE_AMF0_BROKEN, "0 string 'a';");
    expect_tokens("11 04", MPE_AMF0_BROKEN, "");
    expect_tokens("11 04 FFFFFF", MPE_AMF0_BROKEN, "");
    expect_tokens("11 06 07'ab'", MPE_AMF0_BROKEN, "");
    expect_tokens("11 06 00", MPE_AMF0_BROKEN, ""); /* no text came */
    expect_tokens("11 0A01", MPE_AMF0_BROKEN, "");  /* no traits came */
    expect_tokens("11 0A0B01 03'a'", MPE_AMF0_BROKEN, "0 {;");
    expect_tokens("11 0A FFFFFFF3 01", MPE_AMF0_BROKEN, "");
    expect_tokens("11 0A0B0101 11 06 00", MPE_AMF0_BROKEN, "0 {;0 };");
}
END_TEST

START_TEST(what_amf3_leaves_to_others_ends_the_reading)
{
    expect_tokens("11 0A07 03'C' 00", MPE_AMF0_FOREIGN, ""); /* externalizable */
    expect_tokens("11 12", MPE_AMF0_FOREIGN, "");            /* no marker */
}
END_TEST

START_TEST(unknown_markers_are_broken)
{
    expect_tokens("04", MPE_AMF0_BROKEN, "");
    expect_tokens("0E", MPE_AMF0_BROKEN, "");
    expect_tokens("05 FF 05", MPE_AMF0_BROKEN, "0 null;");
}
END_TEST

START_TEST(a_strict_array_of_more_values_than_bytes_is_broken)
{
    expect_tokens("0A FFFFFFFF 05", MPE_AMF0_BROKEN, "0 {;1 null;");
}
END_TEST

START_TEST(nesting_is_bounded)
{
    char line[4096];
    ck_assert_int_eq(tokens_of(span_of("32*0A"), line, sizeof(line)), MPE_AMF0_BROKEN);
    struct wire_bytes deep = bytes_of("|");
    for (int i = 0; i < 100; i++)
        deep = bytes_join(deep, bytes_of("0A 00000001"));
    ck_assert_int_eq(tokens_of((struct mpe_span){deep.at, deep.len}, line, sizeof(line)), MPE_AMF0_BROKEN);
    ck_assert_ptr_nonnull(strstr(line, "31 {;"));
    ck_assert_ptr_null(strstr(line, "32 {;"));
}
END_TEST

/* No prefix of a message reads past its end, which a sanitizer would see, and none but the whole and those that end
 * between values is in order. */
START_TEST(values_cut_short_are_broken)
{
    const struct mpe_span whole = span_of("02 0003 'abc' 00 3FF0000000000000 01 01 0B 0000000000000000 0000"
                                          "0C 00000001 'x' 07 0001 0A 00000001 05 10 0001 'c' 0001 'k' 05 000009");
    char line[4096];
    for (size_t len = 1; len < whole.len; len++) {
        uint8_t *const copy = malloc(len);
        memcpy(copy, whole.bytes, len);
        const enum mpe_amf0_status status = tokens_of((struct mpe_span){copy, len}, line, sizeof(line));
        ck_assert(status == MPE_AMF0_BROKEN || status == MPE_AMF0_AT_END);
        if (len < 6 || (len > 6 && len < 15))
            ck_assert_int_eq(status, MPE_AMF0_BROKEN);
        free(copy);
    }
    ck_assert_int_eq(tokens_of(whole, line, sizeof(line)), MPE_AMF0_AT_END);
}
END_TEST

START_TEST(words_compare_in_full)
{
    const struct mpe_span text = span_of("'tcUrl'");
    ck_assert(mpe_amf0_text_is(text, "tcUrl"));
    ck_assert(!mpe_amf0_text_is(text, "tcurl"));
    ck_assert(!mpe_amf0_text_is(text, "tcUrlx"));
    ck_assert(mpe_amf0_text_is_nocase(text, "TCURL"));
    ck_assert(!mpe_amf0_text_is_nocase(text, "tcUr"));
    ck_assert(!mpe_amf0_text_is_nocase(text, "tcUr1"));
}
END_TEST

/* ---------------------------------------------------------------- metadata */

#define ON_META_DATA  "02 000A 'onMetaData'"
#define VIDEO_RATE    "000D 'videodatarate' 00 40A3880000000000" /* 2500 */
#define END_OF_OBJECT "000009"

static bool read_metadata(const char *text, struct mpe_declared *declared)
{
    return mpe_metadata_read(span_of(text), declared);
}

START_TEST(metadata_is_known_by_each_of_its_names)
{
    struct mpe_declared declared;
    ck_assert(read_metadata("02 000D '@setDataFrame'" ON_META_DATA "03" VIDEO_RATE END_OF_OBJECT, &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert(read_metadata("02 000C 'setDataFrame'" ON_META_DATA "03" VIDEO_RATE END_OF_OBJECT, &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert(read_metadata(ON_META_DATA "08 00000001" VIDEO_RATE END_OF_OBJECT, &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert(read_metadata("00" ON_META_DATA "08 00000001" VIDEO_RATE END_OF_OBJECT, &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert(read_metadata(ON_META_DATA, &declared));
    ck_assert_int_eq(declared.video_bps, 0);
}
END_TEST

START_TEST(other_data_is_not_metadata)
{
    struct mpe_declared declared = {.video_bps = 7};
    ck_assert(!read_metadata("00000001", &declared));
    ck_assert(!read_metadata("00", &declared));
    ck_assert(!read_metadata("02 000A 'onTextData' 03 000009", &declared));
    ck_assert(!read_metadata("02 0012 '|RtmpSampleAccess' 01 00 01 00", &declared));
    ck_assert(!read_metadata("02 000D '@setDataFrame' 02 000A 'onTextData' 03 000009", &declared));
    ck_assert(!read_metadata("02 000D '@setDataFrame'", &declared));
    ck_assert(!read_metadata("02 FFFF 'onMetaData'", &declared));
    ck_assert(!read_metadata("11 06", &declared));
    ck_assert_int_eq(declared.video_bps, 7);
}
END_TEST

/* Each may stand before onMetaData, or before a property: what cannot be read ends nothing. */
static const char *const foreign_values[] = {
    "00 4014000000000000",                       /* a number */
    "01 01",                                     /* a boolean */
    "02 0001 'x'",                               /* a string */
    "02 000D '@setDataFrame'",                   /* again */
    "03 0001'a' 05 000009",                      /* an object */
    "04",                                        /* a movie clip: reserved, nothing is known of it */
    "05",                                        /* null */
    "06",                                        /* undefined */
    "07 0000",                                   /* a reference */
    "08 00000001 0001'a' 05 000009",             /* an ECMA array */
    "0A 00000002 05 00 4014000000000000",        /* a strict array */
    "0B 4276A05E4A000000 0000",                  /* a date */
    "0C 00000003 'abc'",                         /* a long string */
    "0D",                                        /* unsupported */
    "0E",                                        /* a record set: reserved */
    "0F 00000004 '<a/>'",                        /* XML */
    "10 0001'C' 0001'a' 05 000009",              /* a typed object */
    "11 05 4014000000000000",                    /* AMF3: a double */
    "11 06 07'abc'",                             /* a text */
    "11 08 01 4276A05E4A000000",                 /* a date */
    "11 09 05 01 04 01 04 02",                   /* an array */
    "11 0A 0B 01 03'a' 04 01 01",                /* an object */
    "11 0A 07 03'C' 010203",                     /* one that only its class can read */
    "11 0D 05 00 00000001 00000002",             /* vectors: integers, */
    "11 0E 03 01 00000001",                      /* unsigned, */
    "11 0F 03 00 4014000000000000",              /* doubles, */
    "11 10 03 00 03'C' 0A 0B 01 03'a' 04 01 01", /* objects */
    "11 11 05 00 04 01 06 03'a' 06 03'b' 04 02", /* a dictionary of two */
    "11 0D 02",                                  /* references to them */
    "11 11 02",                                  /* */
    "FF",                                        /* no marker at all */
    "02 FFFF",                                   /* a string longer than the message */
    "11 0D FFFFFFFF 00",                         /* a vector longer than the message */
};

#define VIDEO_CODEC "000C 'videocodecid' 00 401C000000000000"

START_TEST(values_of_any_type_before_the_name)
{
    struct mpe_declared declared = {0};
    char text[400];
    for (int is_amf3 = 0; is_amf3 < 2; is_amf3++) {
        snprintf(text, sizeof(text), "%s %s 02 000D '@setDataFrame'" ON_META_DATA "03" VIDEO_RATE END_OF_OBJECT,
                 is_amf3 ? "00" : "", foreign_values[_i]);
        ck_assert_msg(read_metadata(text, &declared), "%s", text);
        ck_assert_int_eq(declared.video_bps, 2500000);
    }
    snprintf(text, sizeof(text), "02 000D '@setDataFrame' %s" ON_META_DATA "%s 03" VIDEO_RATE END_OF_OBJECT,
             foreign_values[_i], foreign_values[_i]);
    ck_assert_msg(read_metadata(text, &declared), "%s", text);
    ck_assert_int_eq(declared.video_bps, 2500000);
}
END_TEST

START_TEST(values_of_any_type_before_a_property)
{
    struct mpe_declared declared = {0};
    char text[400];
    snprintf(text, sizeof(text),
             ON_META_DATA "08 00000004 0001'x' %s" VIDEO_CODEC "0001'y' %s" VIDEO_RATE END_OF_OBJECT,
             foreign_values[_i], foreign_values[_i]);
    ck_assert_msg(read_metadata(text, &declared), "%s", text);
    ck_assert(declared.has_video);
    ck_assert_int_eq(declared.video_bps, 2500000);
}
END_TEST

START_TEST(what_metadata_declares)
{
    struct mpe_declared declared;
    ck_assert(read_metadata(ON_META_DATA "08 00000005" VIDEO_RATE "000D 'audiodatarate' 00 4060000000000000" /* 128 */
                                         "0009 'framerate' 00 403DF851EB851EB8"                              /* 29.97 */
                                         "000C 'videocodecid' 02 0004 'avc1'"
                                         "000C 'audiocodecid' 00 4024000000000000" END_OF_OBJECT,
                            &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert_int_eq(declared.audio_bps, 128000);
    ck_assert_int_eq(declared.frame_rate_mfps, 29970);
    ck_assert(declared.has_video);
    ck_assert(declared.has_audio);
}
END_TEST

START_TEST(nested_properties_and_other_types_declare_nothing)
{
    struct mpe_declared declared;
    ck_assert(read_metadata(ON_META_DATA "03 000D 'videodatarate' 02 0004 '2500' 0003 'fps' 01 01"
                                         "000C 'videocodecid' 05 000C 'audiocodecid' 02 0000"
                                         "0001 'n' 03" VIDEO_RATE END_OF_OBJECT END_OF_OBJECT,
                            &declared));
    ck_assert_int_eq(declared.video_bps, 0);
    ck_assert_int_eq(declared.frame_rate_mfps, 0);
    ck_assert(!declared.has_video);
    ck_assert(!declared.has_audio);
}
END_TEST

START_TEST(nonsense_rates_are_not_declared)
{
    static const char *const numbers[] = {
        "7FF8000000000000" /* NaN */,   "7FF0000000000000" /* inf */, "FFF0000000000000",
        "C0A3880000000000" /* -2500 */, "7FEFFFFFFFFFFFFF" /* max */, "0000000000000000",
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char text[256];
        struct mpe_declared declared;
        snprintf(text, sizeof(text), ON_META_DATA "03 000D 'videodatarate' 00 %s 0003 'fps' 00 %s" END_OF_OBJECT,
                 numbers[i], numbers[i]);
        ck_assert(read_metadata(text, &declared));
        ck_assert_int_eq(declared.video_bps, 0);
        ck_assert_int_eq(declared.frame_rate_mfps, 0);
    }
}
END_TEST

START_TEST(metadata_cut_short_declares_what_came)
{
    struct mpe_declared declared;
    ck_assert(read_metadata(ON_META_DATA "08 00000002" VIDEO_RATE "000D 'audiodatarate' 00 4060", &declared));
    ck_assert_int_eq(declared.video_bps, 2500000);
    ck_assert_int_eq(declared.audio_bps, 0);
}
END_TEST

/* ---------------------------------------------------------------- commands */

static void expect_command(const char *text, enum mpe_command_kind kind, const char *name, const char *url)
{
    const struct mpe_command command = mpe_command_read(span_of(text));
    ck_assert_int_eq(command.kind, kind);
    ck_assert_msg(mpe_amf0_text_is(command.name, name), "name %.*s", (int)command.name.len, command.name.bytes);
    ck_assert_msg(mpe_amf0_text_is(command.url, url), "url %.*s", (int)command.url.len, command.url.bytes);
}

#define CONNECT  "02 0007 'connect'"
#define PUBLISH  "02 0007 'publish'"
#define NUMBER_1 "00 3FF0000000000000"

START_TEST(connect_gives_app_and_url)
{
    expect_command(CONNECT NUMBER_1 "03 0003 'app' 02 0004 'live' 0005 'tcUrl' 02 0003 'r:/' 000009",
                   MPE_COMMAND_CONNECT, "live", "r:/");
    expect_command("00" CONNECT NUMBER_1 "03 0003 'app' 02 0004 'live' 000009", MPE_COMMAND_CONNECT, "live", "");
}
END_TEST

START_TEST(connect_is_read_in_spite_of_its_mistakes)
{
    expect_command(CONNECT "05 08 00000000 0003 'App' 02 0004 'live' 0005 'tcurl' 02 0003 'r:/' 000009",
                   MPE_COMMAND_CONNECT, "live", "r:/");
    expect_command(CONNECT NUMBER_1, MPE_COMMAND_CONNECT, "", "");
    expect_command(CONNECT, MPE_COMMAND_CONNECT, "", "");
    expect_command(CONNECT NUMBER_1 "02 0004 'live'", MPE_COMMAND_CONNECT, "", "");
    expect_command(CONNECT NUMBER_1 "03 0003 'app' 05 000009", MPE_COMMAND_CONNECT, "", "");
    expect_command(CONNECT NUMBER_1 "05 03 0003 'app' 02 0001 'a' 000009", MPE_COMMAND_CONNECT, "a", "");
    expect_command(CONNECT NUMBER_1 "03 0001 'o' 03 0003 'app' 02 0001 'x' 000009 0003 'app' 02 0001 'a' 000009 FF",
                   MPE_COMMAND_CONNECT, "a", "");
    expect_command(CONNECT NUMBER_1 "03 0003 'app' 02 0001 'a' 0001 'x' FF", MPE_COMMAND_CONNECT, "a", "");
    expect_command(CONNECT NUMBER_1 "11 0A0B0101", MPE_COMMAND_CONNECT, "", "");
    expect_command(CONNECT NUMBER_1 "11 0A0B01 07'app' 06 03'x' 0B'tcUrl' 06 03'u' 01", MPE_COMMAND_CONNECT, "x", "u");
    expect_command(CONNECT NUMBER_1 "03 0003 'app' 11 06 03'x' 000009", MPE_COMMAND_CONNECT, "x", "");
}
END_TEST

START_TEST(connect_that_hides_its_app_is_broken)
{
    expect_command(CONNECT NUMBER_1 "03 0003 'app' 02 0040 'live'", MPE_COMMAND_BROKEN, "", "");
    expect_command(CONNECT NUMBER_1 "03 0003 'app' FF", MPE_COMMAND_BROKEN, "", "");
}
END_TEST

START_TEST(publish_gives_the_stream_name)
{
    expect_command(PUBLISH NUMBER_1 "05 02 0003 'key' 02 0004 'live'", MPE_COMMAND_PUBLISH, "key", "");
    expect_command(PUBLISH NUMBER_1 "02 0003 'key'", MPE_COMMAND_PUBLISH, "key", "");
    expect_command(PUBLISH NUMBER_1 "05 02 0000", MPE_COMMAND_PUBLISH, "", "");
    expect_command(PUBLISH NUMBER_1 "05", MPE_COMMAND_PUBLISH, "", "");
    expect_command(PUBLISH NUMBER_1 "05 01 00", MPE_COMMAND_CLOSE_STREAM, "", "");
    expect_command(PUBLISH NUMBER_1 "05 02 0009 'k'", MPE_COMMAND_BROKEN, "", "");
}
END_TEST

START_TEST(the_ends_of_a_stream)
{
    expect_command("02 000B 'FCUnpublish'" NUMBER_1 "05 02 0003 'key'", MPE_COMMAND_FC_UNPUBLISH, "key", "");
    expect_command("02 000B 'closeStream'" NUMBER_1 "05", MPE_COMMAND_CLOSE_STREAM, "", "");
    const struct mpe_command command =
        mpe_command_read(span_of("02 000C 'deleteStream'" NUMBER_1 "05 00 4008000000000000"));
    ck_assert_int_eq(command.kind, MPE_COMMAND_DELETE_STREAM);
    ck_assert_uint_eq(command.stream_id, 3);
    const struct mpe_command odd =
        mpe_command_read(span_of("02 000C 'deleteStream'" NUMBER_1 "05 00 FFF8000000000000"));
    ck_assert_uint_eq(odd.stream_id, 0);
}
END_TEST

START_TEST(other_commands_pass)
{
    expect_command("02 000D 'releaseStream' FF", MPE_COMMAND_OTHER, "", "");
    expect_command("02 0008 '_checkbw'" NUMBER_1 "05", MPE_COMMAND_OTHER, "", "");
    expect_command("00 11 06 01", MPE_COMMAND_OTHER, "", "");
    expect_command("00 11 06 0F'publish'" NUMBER_1 "05 11 06 03'k'", MPE_COMMAND_PUBLISH, "k", "");
}
END_TEST

START_TEST(a_command_without_a_name_is_broken)
{
    expect_command("05", MPE_COMMAND_BROKEN, "", "");
    expect_command("00", MPE_COMMAND_BROKEN, "", "");
    expect_command("02 0007 'con'", MPE_COMMAND_BROKEN, "", "");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("amf0");
    TCase *const values = tcase_create("values");
    tcase_add_test(values, simple_values);
    tcase_add_test(values, containers);
    tcase_add_test(values, the_count_of_an_ecma_array_is_a_hint);
    tcase_add_test(values, the_last_end_marker_may_be_missing);
    tcase_add_test(values, an_empty_key_is_a_key_where_no_end_marker_follows);
    tcase_add_test(values, simple_values_in_amf3);
    tcase_add_test(values, objects_in_amf3);
    tcase_add_test(values, arrays_in_amf3);
    tcase_add_test(values, broken_amf3);
    tcase_add_test(values, what_amf3_leaves_to_others_ends_the_reading);
    tcase_add_test(values, unknown_markers_are_broken);
    tcase_add_test(values, a_strict_array_of_more_values_than_bytes_is_broken);
    tcase_add_test(values, nesting_is_bounded);
    tcase_add_test(values, values_cut_short_are_broken);
    tcase_add_test(values, words_compare_in_full);
    suite_add_tcase(suite, values);
    TCase *const metadata = tcase_create("metadata");
    tcase_add_test(metadata, metadata_is_known_by_each_of_its_names);
    tcase_add_test(metadata, other_data_is_not_metadata);
    tcase_add_loop_test(metadata, values_of_any_type_before_the_name, 0,
                        sizeof(foreign_values) / sizeof(foreign_values[0]));
    tcase_add_loop_test(metadata, values_of_any_type_before_a_property, 0,
                        sizeof(foreign_values) / sizeof(foreign_values[0]));
    tcase_add_test(metadata, what_metadata_declares);
    tcase_add_test(metadata, nested_properties_and_other_types_declare_nothing);
    tcase_add_test(metadata, nonsense_rates_are_not_declared);
    tcase_add_test(metadata, metadata_cut_short_declares_what_came);
    suite_add_tcase(suite, metadata);
    TCase *const commands = tcase_create("commands");
    tcase_add_test(commands, connect_gives_app_and_url);
    tcase_add_test(commands, connect_is_read_in_spite_of_its_mistakes);
    tcase_add_test(commands, connect_that_hides_its_app_is_broken);
    tcase_add_test(commands, publish_gives_the_stream_name);
    tcase_add_test(commands, the_ends_of_a_stream);
    tcase_add_test(commands, other_commands_pass);
    tcase_add_test(commands, a_command_without_a_name_is_broken);
    suite_add_tcase(suite, commands);
    return suite;
}
