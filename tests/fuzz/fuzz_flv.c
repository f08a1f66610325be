/* FLV. 'M': a file header and tags with right sizes from records (framing.h). Anything else: the raw bytes of a file.
 */
#include "framing.h"
#include "fuzz.h"
#include "mpe.h"
#include "wire_cuts.h"

enum { MAX_STREAM_BYTES = 1 << 17 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    struct buffer stream = {0};
    struct framing framing = {0};

    if (size == 0 || data[0] != 'M') {
        check_cuts(data, size, size > 0 && data[0] == 'F' ? MPE_PROTOCOL_AUTO : MPE_PROTOCOL_FLV, 0);
        return 0;
    }
    input_byte(&input);
    framing_canned();
    flv_file_header(&stream);
    while (input_left(&input) > 0 && stream.len < MAX_STREAM_BYTES)
        flv_record(&framing, &input, &stream);
    check_cuts(stream.at, stream.len, MPE_PROTOCOL_FLV, 0);
    buffer_free(&stream);
    return 0;
}
