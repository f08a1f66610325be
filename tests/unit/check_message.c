/* Findings in words: numbers, every reason's sentence with its remedy, lengths; and URLs without their secrets. */
#include <check.h>
#include <string.h>

#include "codes/codec.h"
#include "codes/codes.h"
#include "notify/notify.h"
#include "notify/text.h"

struct decimal_case {
    int64_t value;
    uint64_t unit;
    unsigned decimals;
    const char *text;
};

static const struct decimal_case decimal_cases[] = {
    {0, 1000000, 3, "0"},
    {20000000, 1000000, 3, "20"},
    {1500000, 1000000, 3, "1.5"},
    {1050000, 1000000, 3, "1.05"},
    {1234567, 1000000, 3, "1.235"},
    {1234499, 1000000, 3, "1.234"},
    {999999, 1000000, 3, "1"},
    {999499, 1000000, 3, "0.999"},
    {499, 1000000, 3, "0"},
    {500, 1000000, 3, "0.001"},
    {-499, 1000000, 3, "0"},
    {-1500000, 1000000, 3, "-1.5"},
    {59940, 1000, 3, "59.94"},
    {60000, 1000, 3, "60"},
    {30001, 1000, 3, "30.001"},
    {21434000, 1000000, 2, "21.43"},
    {INT64_MAX, 1000000, 3, "9223372036854.776"},
    {INT64_MIN, 1000000, 3, "-9223372036854.776"},
    {7, 1, 0, "7"},
};

START_TEST(decimals)
{
    const struct decimal_case *c = &decimal_cases[_i];
    char text[32];
    struct mpe_text_out out = mpe_text_begin(text, sizeof(text));
    mpe_text_decimal(&out, c->value, c->unit, c->decimals);
    ck_assert_str_eq(text, c->text);
}
END_TEST

START_TEST(integers)
{
    char text[64];
    struct mpe_text_out out = mpe_text_begin(text, sizeof(text));
    mpe_text_int(&out, 0);
    mpe_text_string(&out, " ");
    mpe_text_int(&out, INT64_MIN);
    mpe_text_string(&out, " ");
    mpe_text_int(&out, INT64_MAX);
    mpe_text_string(&out, " ");
    mpe_text_padded(&out, 7, 4);
    ck_assert_str_eq(text, "0 -9223372036854775808 9223372036854775807 0007");
}
END_TEST

START_TEST(texts_are_cut_between_characters)
{
    static const char *const texts[] = {"", "a", "a", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9\xe2\x82\xac"};
    for (size_t size = 1; size <= 7; size++) {
        char text[8];
        struct mpe_text_out out = mpe_text_begin(text, size);
        mpe_text_string(&out, "a\xc3\xa9\xe2\x82\xac");
        ck_assert_str_eq(text, texts[size - 1]);
        mpe_text_string(&out, "z"); /* nothing after a cut */
        ck_assert_str_eq(text, texts[size - 1]);
    }
}
END_TEST

START_TEST(only_utf8_passes)
{
    static const char *const pairs[][2] = {
        {"plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xa5", "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xa5"},
        {"\xff", "\xef\xbf\xbd"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 /* over-long */
        {"\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* over-long */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* a surrogate */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* above U+10FFFF */
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char text[64];
        struct mpe_text_out out = mpe_text_begin(text, sizeof(text));
        mpe_text_utf8(&out, pairs[i][0]);
        ck_assert_str_eq(text, pairs[i][1]);
    }
}
END_TEST

/* ---- messages ---- */

struct message_case {
    struct mpe_finding finding;
    const char *start; /* of the message; the remedy follows */
    const char *unit;
};

#define NUMBERS (MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT)

static const struct message_case message_cases[] = {
    {{.reason = MPE_REASON_ADDRESS_NOT_ALLOWED}, "The encoder's address is not in the allow list. ", ""},
    {{.reason = MPE_REASON_NO_METADATA, .flags = NUMBERS, .value = 2040000, .limit = 2000000},
     "No @setDataFrame or onMetaData within 2.04 s of media (grace 2 s). ",
     "us"},
    {{.reason = MPE_REASON_CODEC, .media = MPE_MEDIA_VIDEO, .codec = MPE_CODEC_HEVC},
     "Video codec HEVC is not supported by this channel over this protocol. ",
     ""},
    {{.reason = MPE_REASON_CODEC, .media = MPE_MEDIA_AUDIO, .codec = MPE_CODEC_OTHER, .fourcc = 0x74657374},
     "Audio codec 'test' is not supported",
     ""},
    {{.reason = MPE_REASON_CODEC, .media = MPE_MEDIA_AUDIO, .codec = MPE_CODEC_OTHER, .fourcc = 0x0a22ff00},
     "Audio codec 0x0a22ff00 is not supported",
     ""},
    {{.reason = MPE_REASON_AAC_OBJECT_TYPE, .flags = NUMBERS, .value = 42},
     "AAC object type 42 is not AAC-LC (2)",
     "object type"},
    {{.reason = MPE_REASON_RESOLUTION,
      .flags = NUMBERS,
      .value = 2560,
      .limit = 1920,
      .width_px = 2560,
      .height_px = 1440},
     "The picture is 2560x1440, an edge of 2560 px is above the limit of 1920 px. Lower the output resolution",
     "px"},
    {{.reason = MPE_REASON_FRAME_RATE, .flags = NUMBERS, .value = 59940, .limit = 30000},
     "Measured 59.94 frames a second, the limit is 30. ",
     "mfps"},
    {{.reason = MPE_REASON_MEASURED_BITRATE, .flags = NUMBERS, .value = 21434567, .limit = 20000000},
     "The channel receives 21.43 Mbit/s, the limit is 20 Mbit/s. ",
     "bps"},
    {{.reason = MPE_REASON_DECLARED_BITRATE, .flags = NUMBERS, .value = 512345, .limit = 400000},
     "The encoder declares 0.512 Mbit/s, the limit is 0.4 Mbit/s. ",
     "bps"},
    {{.reason = MPE_REASON_STEP_BACK, .media = MPE_MEDIA_AUDIO, .flags = NUMBERS, .value = 1500000, .limit = 1000000},
     "The audio timestamp steps back by 1.5 s (allowed 1 s). ",
     "us"},
    {{.reason = MPE_REASON_IDLE, .flags = NUMBERS, .value = 20000000, .limit = 20000000},
     "No audio or video frame with a new timestamp came for 20 s (allowed 20 s). ",
     "us"},
    {{.reason = MPE_REASON_MALFORMED_INPUT, .what = "an AMF0 string is longer than its message"},
     "MALFORMED_INPUT: an AMF0 string is longer than its message. ",
     ""},
};

START_TEST(messages)
{
    const struct message_case *c = &message_cases[_i];
    struct mpe_finding finding = c->finding;
    mpe_error error = {.struct_size = sizeof(error)};
    finding.code = mpe_reason_row(finding.reason)->code;
    mpe_error_of_finding(&error, &finding);
    ck_assert_msg(strncmp(error.message, c->start, strlen(c->start)) == 0, "%s", error.message);
    const char *remedy = mpe_reason_remedy(finding.reason);
    ck_assert_str_eq(error.message + strlen(error.message) - strlen(remedy), remedy);
    ck_assert_str_eq(error.unit, c->unit);
}
END_TEST

/* Every sentence fits whole, with its remedy, whatever its numbers are; and no placeholder is left over. */
START_TEST(every_reason_fits)
{
    int reasons = 0;
    for (int32_t reason = 0; reason < 1000; reason++) {
        const struct mpe_reason_row *row = mpe_reason_row(reason);
        if (!row)
            continue;
        struct mpe_finding finding = {.code = row->code, .reason = reason, .media = MPE_MEDIA_VIDEO};
        mpe_error error = {.struct_size = sizeof(error)};
        finding.flags = NUMBERS;
        finding.codec = MPE_CODEC_DEVICE_SPECIFIC;
        finding.value = finding.limit = INT64_MIN;
        finding.width_px = finding.height_px = INT32_MIN;
        finding.what = "the longest of the fixed texts has no more than these eighty bytes, or else is cut..";
        if (row->code == MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED || row->code == MPE_INGEST_MEDIA_QUALITIES_EXCEEDED) {
            finding.flags |= MPE_ERROR_HAS_REMOTE;
            finding.remote_value = finding.remote_age_us = INT64_MAX;
            finding.edges = INT32_MAX;
        }
        mpe_error_of_finding(&error, &finding);
        const char *remedy = mpe_reason_remedy(reason);
        size_t len = strlen(error.message);
        ck_assert_uint_lt(len, sizeof(error.message) - 1);
        ck_assert_msg(len > strlen(remedy) && strcmp(error.message + len - strlen(remedy), remedy) == 0, "%s",
                      error.message);
        ck_assert_msg(!strchr(error.message, '%'), "%s", error.message);
        ck_assert_msg(!strstr(error.message, ".. ") || strstr(row->sentence, "%t"), "%s", error.message);
        ck_assert_msg(error.message[0] < 'a' || error.message[0] > 'z', "%s", error.message);
        ck_assert_str_eq(error.unit, row->unit);
        reasons++;
    }
    ck_assert_int_ge(reasons, 30);
}
END_TEST

START_TEST(all_fields_are_copied)
{
    const struct mpe_finding finding = {.code = MPE_INGEST_FRAMERATE_EXCEEDED,
                                        .reason = MPE_REASON_FRAME_RATE,
                                        .class = MPE_CLASS_REJECT,
                                        .track = 3,
                                        .media = MPE_MEDIA_VIDEO,
                                        .codec = MPE_CODEC_AVC,
                                        .flags = 15,
                                        .fourcc = 0x61766331,
                                        .value = 60000,
                                        .limit = 30000,
                                        .offset_bytes = UINT64_C(1) << 40,
                                        .media_us = -5,
                                        .now_us = 77};
    mpe_error error;
    memset(&error, 0xa5, sizeof(error));
    mpe_error_of_finding(&error, &finding);
    ck_assert_uint_eq(error.struct_size, sizeof(error));
    ck_assert_int_eq(error.code, finding.code);
    ck_assert_int_eq(error.reason, finding.reason);
    ck_assert_int_eq(error.event, MPE_EVENT_CONNECTION_REJECTED);
    ck_assert_int_eq(error.track, 3);
    ck_assert_int_eq(error.media, MPE_MEDIA_VIDEO);
    ck_assert_uint_eq(error.flags, 15);
    ck_assert_uint_eq(error.fourcc, 0x61766331);
    ck_assert_int_eq(error.value, 60000);
    ck_assert_int_eq(error.limit, 30000);
    ck_assert_uint_eq(error.offset_bytes, UINT64_C(1) << 40);
    ck_assert_int_eq(error.media_us, -5);
    ck_assert_int_eq(error.now_us, 77);
    for (size_t i = strlen(error.message); i < sizeof(error.message); i++)
        ck_assert_int_eq(error.message[i], 0); /* no bytes of before */
}
END_TEST

START_TEST(an_ending_takes_the_title_of_its_code)
{
    const struct mpe_finding finding = {.code = MPE_S_OK, .reason = MPE_REASON_ENDED, .track = -1};
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_error_of_finding(&error, &finding);
    ck_assert_str_eq(error.message, "The session ended well. Nothing to do.");
    const struct mpe_finding stop = {.code = MPI_REST_API_CHANNEL_STOP, .reason = MPE_REASON_ENDED, .track = -1};
    mpe_error_of_finding(&error, &stop);
    ck_assert_str_eq(error.message, "The channel was stopped. Start the channel, then the encoder.");
}
END_TEST

/* ---- URLs ---- */

static const char *const urls[][2] = {
    {"rtmp://u:p@host:1935/live/8f1c?k=v", "rtmp://host:1935/live/xxx"},
    {"rtmp://host/live", "rtmp://host/live"},
    {"rtmp://host/live/", "rtmp://host/live/"},
    {"rtmp://host/mysecretkey", "rtmp://host/xxx"},
    {"rtmp://host/livesecret", "rtmp://host/xxx"},
    {"rtmp://host/liv", "rtmp://host/xxx"},
    {"HTTP://h/secret/ingest.isml/Streams(v1)", "HTTP://h/xxx/ingest.isml/xxx"},
    {"hTTps://h/live/ingest.isml/Streams(v1)", "hTTps://h/xxx/ingest.isml/xxx"},
    {"https://h/secret.isml/Streams(key)", "https://h/xxx/xxx"},
    {"rtmp://host", "rtmp://host"},
    {"rtmp://host//live/x", "rtmp://host//live/xxx"},
    {"rtmps://a-b.example.org:443/live/1/2/3#f", "rtmps://a-b.example.org:443/live/xxx/xxx/xxx"},
    {"rtmp://[2001:db8::1]:1935/app/key", "rtmp://[2001:db8::1]:1935/app/xxx"},
    {"rtmp://host/live?key=secret", "rtmp://host/live"},
    {"rtmp://host?key=secret", "rtmp://host"},
    {"rtmp://host#secret/live", "rtmp://host"},
    {"rtmp://host/0123456789abcdef", "rtmp://host/xxx"},
    {"rtmp://host/0123456789abcde", "rtmp://host/xxx"},
    {"rtmp://host/cb5540b10a5646218c1328be95050c59/live", "rtmp://host/xxx/xxx"},
    {"rtmp://host/a%2Fb", "rtmp://host/xxx"},
    {"rtmp://host/live&key=1", "rtmp://host/xxx"},
    {"http://h:80/ingest.isml/streams(720p)", "http://h:80/ingest.isml/xxx"},
    {"http://h:80/s3cr3t/ingest.isml/streams(720p)", "http://h:80/xxx/ingest.isml/xxx"},
    {"https://h/secret/k3y.isml/v.cmfv", "https://h/xxx/xxx/xxx"},
    {"rtmp://h/s3cr3t/key", "rtmp://h/xxx/xxx"},
    {"rtmp://u:p@w@host/live", "rtmp://host/live"},
    {"rtmp://u:p/w@host/live", "rtmp://xxx"},
    {"rtmp://u:12/w@host/live", "rtmp://xxx"},
    {"rtmp://u:12?w@host/live", "rtmp://xxx"},
    {"rtmp://u:12/w?x@host/live", "rtmp://xxx"},
    {"rtmp://host:port/live", "rtmp://xxx"},
    {"rtmp://host:1234567/live", "rtmp://xxx"},
    {"rtmp://host name/live", "rtmp://xxx"},
    {"rtmp://\xff/live", "rtmp://xxx"},
    {"rtmp:///live", "rtmp://xxx"},
    {"rtmp://[secret/live", "rtmp://xxx"},
    {"rtmp://[::1]secret/live", "rtmp://xxx"},
    {"rtmp://", "rtmp://xxx"},
    {"rtmp:/host/secret", ""},
    {"live/secret", ""},
    {"://host/x", ""},
    {"r\xc3\xa9://host/x", ""},
    {"", ""},
};

START_TEST(redacted_urls)
{
    char out[128];
    mpe_redact_url(urls[_i][0], strlen(urls[_i][0]), out, sizeof(out));
    ck_assert_str_eq(out, urls[_i][1]);
}
END_TEST

START_TEST(redacted_urls_of_any_length)
{
    static const char url[] = "rtmp://user:password@host.example:1935/live/0123456789abcdef/name?key=value";
    char whole[128];
    mpe_redact_url(url, strlen(url), whole, sizeof(whole));
    for (size_t size = 1; size <= sizeof(whole); size++) {
        char out[128];
        memset(out, 'z', sizeof(out));
        mpe_redact_url(url, strlen(url), out, size);
        ck_assert_uint_eq(strlen(out), strlen(whole) < size ? strlen(whole) : size - 1);
        ck_assert_int_eq(strncmp(out, whole, strlen(out)), 0);
        for (size_t i = size; i < sizeof(out); i++)
            ck_assert_int_eq(out[i], 'z');
    }
    for (size_t len = 0; len <= strlen(url); len++) {
        char out[128];
        mpe_redact_url(url, len, out, sizeof(out));
        ck_assert_ptr_null(strstr(out, "passw"));
        ck_assert_ptr_null(strstr(out, "01234"));
    }
    char out[1] = {'z'};
    mpe_redact_url(NULL, 0, out, sizeof(out));
    ck_assert_str_eq(out, "");
    mpe_redact_url("rtmp://h\0x/live", 15, whole, sizeof(whole));
    ck_assert_str_eq(whole, "rtmp://xxx");
}
END_TEST

#define COUNT_OF(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("message");
    TCase *texts = tcase_create("texts");
    tcase_add_loop_test(texts, decimals, 0, COUNT_OF(decimal_cases));
    tcase_add_test(texts, integers);
    tcase_add_test(texts, texts_are_cut_between_characters);
    tcase_add_test(texts, only_utf8_passes);
    suite_add_tcase(suite, texts);

    TCase *all_messages = tcase_create("messages");
    tcase_add_loop_test(all_messages, messages, 0, COUNT_OF(message_cases));
    tcase_add_test(all_messages, every_reason_fits);
    tcase_add_test(all_messages, all_fields_are_copied);
    tcase_add_test(all_messages, an_ending_takes_the_title_of_its_code);
    suite_add_tcase(suite, all_messages);

    TCase *redaction = tcase_create("urls");
    tcase_add_loop_test(redaction, redacted_urls, 0, COUNT_OF(urls));
    tcase_add_test(redaction, redacted_urls_of_any_length);
    suite_add_tcase(suite, redaction);
    return suite;
}
