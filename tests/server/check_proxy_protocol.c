/* The PROXY protocol: what haproxy and others write is read, at every cut; what is none is refused; what is written. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/server/peer.h"
#include "common/server/proxy_protocol.h"

Suite *mpe_suite(void);

static const unsigned char signature[12] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

/* Reads the bytes in two parts; what follows the header must stay. The source as text, or "". */
static enum proxy_state read_cut(const void *bytes, size_t length, size_t cut, char source_text[PEER_BYTES])
{
    struct proxy_reader reader = {0};
    struct sockaddr_storage source = {.ss_family = AF_UNSPEC};
    size_t used = 0;
    size_t more = 0;
    enum proxy_state state = proxy_read(&reader, bytes, cut, &used, &source);
    if (state == PROXY_MORE) {
        ck_assert_uint_eq(used, cut);
        state = proxy_read(&reader, (const char *)bytes + cut, length - cut, &more, &source);
    }
    source_text[0] = '\0';
    if (state == PROXY_WHOLE) {
        peer_text((const struct sockaddr *)&source, source_text, PEER_BYTES);
    }
    return state == PROXY_WHOLE && used + more > length ? PROXY_BROKEN : state;
}

static void expect(const void *bytes, size_t length, enum proxy_state state, const char *source)
{
    for (size_t cut = 0; cut <= length; cut++) {
        char text[PEER_BYTES];
        ck_assert_int_eq(read_cut(bytes, length, cut, text), state);
        ck_assert_str_eq(text, source);
    }
}

static void expect_line(const char *line, enum proxy_state state, const char *source)
{
    expect(line, strlen(line), state, source);
}

START_TEST(version_1_is_read)
{
    expect_line("PROXY TCP4 192.0.2.7 198.51.100.1 56324 1935\r\n", PROXY_WHOLE, "192.0.2.7:56324");
    expect_line("PROXY TCP6 2001:db8::7 2001:db8::1 56324 1935\r\n", PROXY_WHOLE, "[2001:db8::7]:56324");
    expect_line("PROXY UNKNOWN\r\n", PROXY_LOCAL, "");
    expect_line("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", PROXY_LOCAL, "");
    expect_line("PROXY TCP4 192.0.2.7 198.51.100.1 0 65535\r\n", PROXY_WHOLE, "192.0.2.7:0");
}
END_TEST

START_TEST(what_is_not_version_1_is_broken)
{
    static const char *const lines[] = {
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 65536\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 056 1935\r\n",
        "PROXY TCP4 192.0.2.700 198.51.100.1 5 1935\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 56324 1935\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 56324 1935\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 1935\n",
        "PROXY  TCP4 192.0.2.7 198.51.100.1 56324 1935\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 1935 1\r\n",
        "PROXY UDP4 192.0.2.7 198.51.100.1 56324 1935\r\n",
        "PROXY\r\n",
        "PROXX",
        "\003\003",
        "GET / HTTP/1.1\r\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        expect_line(lines[i], PROXY_BROKEN, "");
    }
    expect("PROXY TCP4\0 192.0.2.7", 22, PROXY_BROKEN, "");
    char endless[200];
    memset(endless, 'x', sizeof(endless));
    memcpy(endless, "PROXY ", 6);
    expect(endless, sizeof(endless), PROXY_BROKEN, "");
    expect(endless, 100, PROXY_MORE, "");
}
END_TEST

/* A header of version 2 with so many bytes after its head, all of them given. */
static size_t make_v2(unsigned char *out, unsigned command, unsigned family, const void *rest, size_t length)
{
    memcpy(out, signature, sizeof(signature));
    out[12] = (unsigned char)command;
    out[13] = (unsigned char)family;
    out[14] = (unsigned char)(length >> 8);
    out[15] = (unsigned char)length;
    memcpy(out + 16, rest, length);
    return 16 + length;
}

START_TEST(version_2_is_read)
{
    static const unsigned char v4[12] = {192, 0, 2, 7, 198, 51, 100, 1, 0xDC, 4, 7, 0x8F};
    static const unsigned char v6[36] = {0x20, 1,    0xD,      0xB8, [15] = 7, [16] = 0x20, 1,
                                         0xD,  0xB8, [31] = 1, 0xDC, 4,        7,           0x8F};
    unsigned char more[12 + 300] = {0};
    unsigned char bytes[600];
    memcpy(more, v4, sizeof(v4));
    expect(bytes, make_v2(bytes, 0x21, 0x11, v4, sizeof(v4)), PROXY_WHOLE, "192.0.2.7:56324");
    expect(bytes, make_v2(bytes, 0x21, 0x11, more, sizeof(more)), PROXY_WHOLE, "192.0.2.7:56324");
    expect(bytes, make_v2(bytes, 0x21, 0x21, v6, sizeof(v6)), PROXY_WHOLE, "[2001:db8::7]:56324");
    expect(bytes, make_v2(bytes, 0x20, 0, "", 0), PROXY_LOCAL, "");
    expect(bytes, make_v2(bytes, 0x20, 0x11, v4, sizeof(v4)), PROXY_LOCAL, "");
    expect(bytes, make_v2(bytes, 0x21, 0, "", 0), PROXY_LOCAL, "");
}
END_TEST

START_TEST(what_is_not_version_2_is_broken)
{
    static const unsigned char v4[12] = {192, 0, 2, 7};
    unsigned char bytes[64];
    expect(bytes, make_v2(bytes, 0x11, 0x11, v4, sizeof(v4)), PROXY_BROKEN, "");
    expect(bytes, make_v2(bytes, 0x22, 0x11, v4, sizeof(v4)), PROXY_BROKEN, "");
    expect(bytes, make_v2(bytes, 0x21, 0x11, v4, 11), PROXY_BROKEN, "");
    expect(bytes, make_v2(bytes, 0x21, 0x21, v4, 12), PROXY_BROKEN, "");
    expect(bytes, make_v2(bytes, 0x21, 0x41, v4, 12), PROXY_BROKEN, "");
    const size_t length = make_v2(bytes, 0x21, 0x11, v4, sizeof(v4));
    bytes[14] = 0xFF; /* longer than anybody writes */
    expect(bytes, length, PROXY_BROKEN, "");
    bytes[3] = 'x';
    expect(bytes, length, PROXY_BROKEN, "");
}
END_TEST

static struct sockaddr_storage address(const char *text, unsigned port)
{
    struct sockaddr_storage made = {.ss_family = AF_UNSPEC};
    struct sockaddr_in *const v4 = (struct sockaddr_in *)&made;
    struct sockaddr_in6 *const v6 = (struct sockaddr_in6 *)&made;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        made.ss_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
    } else {
        ck_assert_int_eq(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
        made.ss_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
    }
    return made;
}

/* What is written is read again. */
static void expect_back(enum proxy_version version, const char *from, const char *to, enum proxy_state state,
                        const char *source_text)
{
    const struct sockaddr_storage source = address(from, 56324);
    const struct sockaddr_storage destination = address(to, 1935);
    unsigned char header[PROXY_WRITTEN_BYTES];
    const size_t length =
        proxy_write(version, (const struct sockaddr *)&source, (const struct sockaddr *)&destination, header);
    expect(header, length, state, source_text);
}

START_TEST(what_is_written_is_read_again)
{
    const char *const longest = "1111:2222:3333:4444:5555:6666:7777:8888";
    for (int i = PROXY_V1; i <= PROXY_V2; i++) {
        const enum proxy_version version = (enum proxy_version)i;
        expect_back(version, "192.0.2.7", "198.51.100.1", PROXY_WHOLE, "192.0.2.7:56324");
        expect_back(version, "2001:db8::7", "2001:db8::1", PROXY_WHOLE, "[2001:db8::7]:56324");
        expect_back(version, longest, longest, PROXY_WHOLE, "[1111:2222:3333:4444:5555:6666:7777:8888]:56324");
        expect_back(version, "2001:db8::7", "198.51.100.1", PROXY_LOCAL, "");
    }
}
END_TEST

START_TEST(the_form_of_srs)
{
    static const unsigned char wanted[] = {0xF3, 0, 4, 192, 0, 2, 7};
    const struct sockaddr_storage v4 = address("192.0.2.7", 1);
    const struct sockaddr_storage v6 = address("2001:db8::7", 1);
    unsigned char header[PROXY_WRITTEN_BYTES];
    const struct sockaddr *const to = (const struct sockaddr *)&v4;
    ck_assert_uint_eq(proxy_write(PROXY_SRS, (const struct sockaddr *)&v4, to, header), sizeof(wanted));
    ck_assert_mem_eq(header, wanted, sizeof(wanted));
    ck_assert_uint_eq(proxy_write(PROXY_SRS, (const struct sockaddr *)&v6, to, header), 0);
    ck_assert_uint_eq(proxy_write(PROXY_NONE, (const struct sockaddr *)&v4, to, header), 0);
}
END_TEST

START_TEST(versions_have_names)
{
    enum proxy_version version;
    ck_assert(proxy_version_read("v1", &version) && version == PROXY_V1);
    ck_assert(proxy_version_read("v2", &version) && version == PROXY_V2);
    ck_assert(proxy_version_read("srs", &version) && version == PROXY_SRS);
    ck_assert(proxy_version_read("none", &version) && version == PROXY_NONE);
    ck_assert(!proxy_version_read("v3", &version));
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("proxy protocol");
    TCase *const all = tcase_create("proxy protocol");
    tcase_add_test(all, version_1_is_read);
    tcase_add_test(all, what_is_not_version_1_is_broken);
    tcase_add_test(all, version_2_is_read);
    tcase_add_test(all, what_is_not_version_2_is_broken);
    tcase_add_test(all, what_is_written_is_read_again);
    tcase_add_test(all, the_form_of_srs);
    tcase_add_test(all, versions_have_names);
    suite_add_tcase(suite, all);
    return suite;
}
