#!/bin/sh
# Functions and types of libmpe.so are, for a program that was built against it, what libmpe.abi says.
# usage: tests/api/abi.sh [--write]   --write: libmpe.abi becomes what the library is; a change of the ABI
. tests/tally.sh

so=$BUILD/libmpe.so
options='--headers-dir include/mpe --drop-private-types --exported-interfaces-only --no-show-locs --no-architecture
    --no-corpus-path --no-comp-dir-path'

# shellcheck disable=SC2086  # a list of options
abi_of_library() { abidw $options --out-file "$1" "$so"; }

has_types() { readelf -S "$so" | grep -q '\.debug_info'; }

same() { abi_of_library "$scratch/now.abi" && abidiff tests/api/libmpe.abi "$scratch/now.abi"; }

# A check that finds nothing finds no change either.
would_be_seen()
{
    sed "s/'mpe_session_feed'/'mpe_session_eat'/" "$scratch/now.abi" >"$scratch/other.abi"
    ! abidiff tests/api/libmpe.abi "$scratch/other.abi"
}

if ! command -v abidiff >/dev/null; then
    skip 'the ABI: abidiff (abigail-tools) is not installed'
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
if ! has_types; then
    skip 'the ABI: the library was built without -g'
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
if [ "${1:-}" = --write ]; then
    abi_of_library tests/api/libmpe.abi
    exit
fi
check 'the ABI is that of tests/api/libmpe.abi' same
check 'another one would be seen' would_be_seen
closing
