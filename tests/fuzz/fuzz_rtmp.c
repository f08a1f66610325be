/*
 * RTMP: what a client sends. 'M' and a byte: a handshake and well-framed messages from records (framing.h), the low bit
 * of the byte being an opening and the next three the chunk size. Anything else is the raw bytes of a connection.
 */
#include "framing.h"
#include "fuzz.h"
#include "mpe.h"
#include "wire_cuts.h"

enum { MAX_STREAM_BYTES = 1 << 17 };

static void put_chunk_size(struct framing *framing, unsigned choice, struct buffer *out)
{
    static const uint32_t sizes[8] = {128, 1, 7, 64, 333, 4096, 65536, 0x7fffffff};
    uint32_t size = sizes[choice & 7];

    buffer_bytes(out, "\x02\0\0\0\0\0\x04\x01\0\0\0\0", 12);
    buffer_be(out, size, 4);
    framing->chunk_bytes = size;
}

static void put_messages(struct input *input, struct buffer *out)
{
    struct framing framing = {.chunk_bytes = 128};
    unsigned flags = input_byte(input);

    framing_canned();
    rtmp_handshake(out);
    if ((flags >> 1 & 7) != 0)
        put_chunk_size(&framing, flags >> 1, out);
    if (flags & 1)
        rtmp_open(&framing, out);
    while (input_left(input) > 0 && out->len < MAX_STREAM_BYTES)
        rtmp_record(&framing, input, out);
    framing_free(&framing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    struct buffer stream = {0};

    if (size > 0 && data[0] == 'M') {
        input_byte(&input);
        put_messages(&input, &stream);
        check_cuts(stream.at, stream.len, MPE_PROTOCOL_RTMP, 3000);
    } else {
        check_cuts(data, size, size > 0 && data[0] == 3 ? MPE_PROTOCOL_AUTO : MPE_PROTOCOL_RTMP, 0);
    }
    buffer_free(&stream);
    return 0;
}
