/* Fragmented MP4. 'M': boxes with right sizes (boxes.h). Anything else: the raw bytes of a POST. */
#include "boxes.h"
#include "fuzz.h"
#include "mpe.h"
#include "wire_cuts.h"

enum { MAX_STREAM_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    struct buffer stream = {0};

    if (size == 0 || data[0] != 'M') {
        check_cuts(data, size, size % 2 == 0 ? MPE_PROTOCOL_FMP4 : MPE_PROTOCOL_AUTO, 0);
        return 0;
    }
    input_byte(&input);
    boxes_build(&input, &stream, MAX_STREAM_BYTES);
    if (stream.len > 0)
        check_cuts(stream.at, stream.len, MPE_PROTOCOL_FMP4, 0);
    buffer_free(&stream);
    return 0;
}
