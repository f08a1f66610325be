/*
 * Boxes whose sizes are right whatever stands in them, from a small language:
 *
 *     0x00-0x7F   so many bytes and one more follow, as they are
 *     0x80-0xBF   a box begins, its type is number (low 6 bits) of a table; beyond it 4 bytes with the type follow
 *     0xC0-0xCF   the innermost box ends
 *     0xD0-0xDF   the user type of a uuid box: tfxd, tfrf, the manifest, or 16 bytes that follow
 *     0xE0-0xEF   so many zeros and one more
 *     0xF0-0xFF   4 bytes: a number that an index box or a size field would hold, from a table of awkward ones
 */
#ifndef TESTS_FUZZ_BOXES_H
#define TESTS_FUZZ_BOXES_H

#include "../case/buffer.h"
#include "fuzz.h"

void boxes_build(struct input *input, struct buffer *out, size_t most_bytes);

#endif
