/*
 * Input as a program of calls: a channel with parameters, up to 4 sessions on it, their bytes, times, and the calls of
 * the public interface in any order; after each call the promises of mpe.h are checked.
 *
 * The beginning of the input:
 *     1   kind of channel (low 2 bits), app, stream name, allow list, how times begin (high 2 bits)
 *     1   number of parameters (low 3 bits), whether the channel is a lobby (bit 3); then for each: 1 byte index in the
 *         table, 1 byte choice of the value
 * then one byte for each step: low 4 bits what, bits 4-5 which session, bits 6-7 more, followed by what the step needs.
 */
#ifndef TESTS_FUZZ_SESSION_SCRIPT_H
#define TESTS_FUZZ_SESSION_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

/*
 * Runs it. cut_seed 0: each feed as the script says, else cut further. memory may fail: then MPE_NO_MEMORY and findings
 * of it are allowed, where an allocation failed. Returns a hash of all that the sessions said.
 */
uint64_t session_script(const uint8_t *data, size_t size, uint64_t cut_seed, struct memory *memory);

#endif
