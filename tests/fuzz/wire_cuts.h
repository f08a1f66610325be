/* The first promise of the wire layer: the same units, however the bytes are cut. */
#ifndef TESTS_FUZZ_WIRE_CUTS_H
#define TESTS_FUZZ_WIRE_CUTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Walks bytes whole and cut in a way that follows from them, and aborts where the units differ, a unit says what no
 * unit may say, or memory stays out. protocol: enum mpe_protocol. The first whole_bytes are always fed at once.
 */
void check_cuts(const uint8_t *bytes, size_t len, int32_t protocol, size_t whole_bytes);

#endif
