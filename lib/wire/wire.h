/* Bytes in, units out: chooses the format by protocol or first bytes and walks it. */
#ifndef MPE_WIRE_WIRE_H
#define MPE_WIRE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "limits/limits.h"
#include "wire/unit.h"

struct mpe_wire;

/* NULL: no memory. protocol: enum mpe_protocol of mpe.h. mem and limits must outlive it. */
struct mpe_wire *mpe_wire_new(const struct mpe_mem *mem, const struct mpe_limits *limits, int32_t protocol);
void mpe_wire_free(struct mpe_wire *wire);

/*
 * Reads from in until a unit is complete. true: unit is filled, call again. false: all of in was read, more is needed.
 * Spans in unit stay valid until the next call. After MPE_UNIT_FAULT every call swallows its input and gives false.
 */
bool mpe_wire_step(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit);

/* enum mpe_protocol: as given, or as found by the first bytes. */
int32_t mpe_wire_protocol(const struct mpe_wire *wire);

#endif
