/* Chunks of format 0 and 3, and the few values of AMF0 that a reply has. */
#include "reply_in.h"

#include <check.h>
#include <string.h>

static uint32_t take_be(struct bytes *in, size_t count)
{
    uint32_t value = 0;
    ck_assert_uint_le(count, in->left);
    for (size_t i = 0; i < count; i++)
        value = value << 8 | in->at[i];
    in->at += count;
    in->left -= count;
    return value;
}

static void take_text(struct bytes *in, char *text, size_t size)
{
    const size_t len = take_be(in, 2);
    ck_assert_uint_lt(len, size);
    ck_assert_uint_le(len, in->left);
    memcpy(text, in->at, len);
    text[len] = 0;
    in->at += len;
    in->left -= len;
}

static double take_number(struct bytes *in)
{
    ck_assert_uint_eq(take_be(in, 1), 0);
    const uint64_t bits = (uint64_t)take_be(in, 4) << 32 | take_be(in, 4);
    double number;
    memcpy(&number, &bits, sizeof(number));
    return number;
}

static void take_field(struct bytes *in, struct replied *replied, const char *key)
{
    const struct {
        const char *key;
        char *text;
        size_t size;
    } fields[] = {{"level", replied->level, sizeof(replied->level)},
                  {"code", replied->code, sizeof(replied->code)},
                  {"tcUrl", replied->tc_url, sizeof(replied->tc_url)},
                  {"description", replied->description, sizeof(replied->description)}};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(fields[i].key, key) == 0) {
            ck_assert_uint_eq(take_be(in, 1), 2);
            take_text(in, fields[i].text, fields[i].size);
            return;
        }
    }
    ck_abort_msg("a field \"%s\"", key);
}

void read_payload(struct bytes in, struct replied *replied)
{
    char key[32];
    ck_assert_uint_eq(take_be(&in, 1), 2);
    take_text(&in, replied->name, sizeof(replied->name));
    replied->transaction = take_number(&in);
    ck_assert_uint_eq(take_be(&in, 1), 5);
    ck_assert_uint_eq(take_be(&in, 1), 3);
    for (take_text(&in, key, sizeof(key)); key[0] != 0; take_text(&in, key, sizeof(key)))
        take_field(&in, replied, key);
    ck_assert_uint_eq(take_be(&in, 1), 9);
    ck_assert_uint_eq(in.left, 0);
}

/* One message of chunks that have at most chunk_bytes of payload. */
static void read_message(struct bytes *in, uint32_t chunk_bytes, struct replied *replied)
{
    uint8_t payload[1024];
    replied->csid = (uint8_t)take_be(in, 1); /* format 0 */
    ck_assert_uint_lt(replied->csid, 64);
    ck_assert_uint_eq(take_be(in, 3), 0);
    const size_t len = take_be(in, 3);
    ck_assert_uint_le(len, sizeof(payload));
    ck_assert_uint_eq(take_be(in, 1), 20);
    replied->stream_id = 0;
    for (int shift = 0; shift < 32; shift += 8)
        replied->stream_id |= take_be(in, 1) << shift;
    for (size_t done = 0; done < len; done++) {
        if (done > 0 && done % chunk_bytes == 0)
            ck_assert_uint_eq(take_be(in, 1), 0xC0u | replied->csid);
        payload[done] = (uint8_t)take_be(in, 1);
    }
    read_payload((struct bytes){payload, len}, replied);
}

int read_reply(const uint8_t *bytes, size_t len, uint32_t chunk_size, struct replied replied[2])
{
    struct bytes in = {bytes, len};
    int count = 0;
    memset(replied, 0, 2 * sizeof(*replied));
    for (; in.left > 0; count++) {
        ck_assert_int_lt(count, 2);
        read_message(&in, chunk_size != 0 ? chunk_size : 128, &replied[count]);
    }
    return count;
}
