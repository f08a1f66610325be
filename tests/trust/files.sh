#!/bin/sh
# The library opens no file and no socket, reads no clock and asks for no random number while it is fed, polled and
# writes JSON: all that it asks of the system is memory. BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

build=$(cd "${BUILD:-build}" 2>/dev/null && pwd)
cc=${CC:-cc}

if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
    skip 'no file is opened: strace is not installed, or may not trace'
    closing
fi

# shellcheck disable=SC2046  # a list of libraries
check 'the player can be built' $cc -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude/mpe -o "$scratch/files" \
    tests/trust/files.c "$build/libmpe.a" -pthread $(${PKG_CONFIG:-pkg-config} --libs libavformat libavcodec libavutil expat)

# What was asked of the system between the two marks, but for memory, and for locks that nobody else holds.
asked()
{
    strace -f -o "$scratch/trace" "$scratch/files" "$1" >"$scratch/said" || return 1
    sed -n '/the library begins/,/the library ends/p' "$scratch/trace" |
        grep -vE 'the library (begins|ends)|(brk|mmap|munmap|mremap|madvise|mprotect|futex)\('
}

for stream in tests/fuzz/seeds/session/* tests/fuzz/seeds/flv/* tests/fuzz/seeds/fmp4/*; do
    [ -f "$stream" ] && streams="$streams $stream"
done

asks_for_nothing()
{
    for stream in $streams; do
        out=$(asked "$stream")
        [ -z "$out" ] && grep -q '"resultCode"' "$scratch/said" || { echo "$stream: $out"; return 1; }
    done
    [ -n "$streams" ]
}

check 'it asks the system for memory alone' asks_for_nothing
closing
