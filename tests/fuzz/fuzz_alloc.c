/*
 * The public interface in any order (session_script.h) while memory runs out: two bytes say at which allocation, the
 * high bit of the first whether for good.
 */
#include "fuzz.h"
#include "session_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    unsigned when = (unsigned)input_be(&input, 2);
    struct memory memory = {.fails_at = 1 + (when & 0x7fff), .fails_for_good = when >> 15};

    session_script(input.at, input_left(&input), 0, &memory);
    return 0;
}
