#!/bin/sh
# The variables of the compiler and the linker are honoured, and each stands where it belongs.
. tests/tally.sh

${MAKE:-make} -n V=1 BUILD="$scratch/build" CC=the-cc AR=the-ar CFLAGS=-Othe-cflags CPPFLAGS=-Dthe-cppflags \
    LDFLAGS=-Lthe-ldflags LDLIBS=-lthe-ldlibs PKG_CONFIG="${PKG_CONFIG:-pkg-config}" lib >"$scratch/commands" 2>&1

compiles() { grep -c '^the-cc .* -c ' "$scratch/commands"; }
links() { awk '/^the-cc -shared/ { on = 1 } on { line = line $0 } on && !/\\$/ { print line; exit }' "$scratch/commands"; }

every_compile_has() { [ "$(compiles)" -gt 0 ] && [ "$(grep '^the-cc .* -c ' "$scratch/commands" | grep -c -e "$1")" = "$(compiles)" ]; }
no_compile_has() { ! grep '^the-cc .* -c ' "$scratch/commands" | grep -e "$1"; }
link_has() { links | grep -e "$1"; }

check 'CC compiles every source' test "$(compiles)" = "$(find lib -name '*.c' | wc -l)"
check 'CFLAGS are in every compilation' every_compile_has -Othe-cflags
check 'CPPFLAGS are in every compilation' every_compile_has -Dthe-cppflags
check 'LDFLAGS are in none' no_compile_has -Lthe-ldflags
check 'LDLIBS are in none' no_compile_has -lthe-ldlibs
check 'LDFLAGS are in the link' link_has -Lthe-ldflags
check 'LDLIBS are at the end of the link' link_has '-lthe-ldlibs$'
check 'CFLAGS are in the link, for sanitizers' link_has -Othe-cflags
check 'AR makes the archive' grep -q '&& the-ar rcs ' "$scratch/commands"

# Objects of other flags live elsewhere.
folder() { ${MAKE:-make} -n V=1 BUILD="$scratch/build" "$1" static | grep -o "$scratch/build/[0-9]*/lib/codes/codes.o" | head -n 1; }
check 'objects of other flags live elsewhere' test "$(folder CFLAGS=-O1)" != "$(folder CFLAGS=-O3)"
check 'those of the same flags do not' test "$(folder CFLAGS=-O1)" = "$(folder CFLAGS=-O1)"
closing
