#!/bin/sh
# The library opens no file and no socket, reads no clock and asks for no random number while it is fed, polled and
# writes JSON: all that it asks of the system is memory. BUILD: the build directory; OBJ: that of the test programs.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

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

# Whole streams, as the cases build them: healthy ones and such that are refused, of each protocol; then noise.
streams=
for case in MPE_UNKNOWN_ERROR/quiet-a-new-header-every-second MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED/raise-keeps-secrets \
    MPE_INGEST_FRAMERATE_EXCEEDED/raise-60-fps MPE_INGEST_FRAMERATE_EXCEEDED/raise-fmp4-60-fps endings/ffmpeg-stops \
    MPE_UNKNOWN_ERROR/quiet-fmp4-manifest-utf-16 MPE_INGEST_CODEC_NOT_SUPPORTED/raise-adts-header; do
    bytes=$scratch/$(basename "$case")
    check "the bytes of $case" "${OBJ:-$build}/tests/case_runner" --write-bytes "$bytes" "tests/cases/$case.case"
    streams="$streams $bytes"
done
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
