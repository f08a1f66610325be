#!/bin/sh
# The library compiles against other FFmpegs than the one here, as far as the headers of this one can say it: with the
# major versions of FFmpeg 8, which take away what is deprecated; with those of FFmpeg 4.4, without what 5.1 brought and
# with what 7 took away.
. tests/tally.sh

includes=$(pkg-config --variable=includedir libavcodec)

# A copy of the headers with these major versions of libavcodec, libavformat and libavutil.
headers_of()
{
    mkdir "$1" && cp -r "$includes/libavcodec" "$includes/libavformat" "$includes/libavutil" "$1" &&
        sed -i "s/\(define LIBAVCODEC_VERSION_MAJOR\) .*/\1 $2/" "$1"/libavcodec/version*.h &&
        sed -i "s/\(define LIBAVFORMAT_VERSION_MAJOR\) .*/\1 $3/" "$1"/libavformat/version*.h &&
        sed -i "s/\(define LIBAVUTIL_VERSION_MAJOR\) .*/\1 $4/" "$1"/libavutil/version.h
}

# FFmpeg 5.1 and 6 have both, 7 and later the new one alone.
with_numbers_of_channels()
{
    parameters=$1/libavcodec/codec_par.h
    if grep -q '^ *int *channels;' "$parameters"; then
        sed -i '/AVChannelLayout ch_layout;/d' "$parameters"
    else
        sed -i 's/AVChannelLayout ch_layout;/int channels;/' "$parameters"
    fi
    ! grep -q ch_layout\; "$parameters" && grep -q '^ *int *channels;' "$parameters"
}

# Our -I comes before the folder of the system.
compiles()
{
    grep -l '#include <libav' -r lib --include='*.c' | while read -r file; do
        $CC -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Wno-deprecated-declarations -fsyntax-only \
            -I"$1" -Ilib -Iinclude -Iinclude/mpe "$file" || return 1
    done
}

check 'compiles with the headers that are here' compiles "$includes"
if ! grep -q 'AVChannelLayout ch_layout;' "$includes/libavcodec/codec_par.h" 2>/dev/null; then
    skip "the headers in $includes are older than FFmpeg 5.1: other versions were not tried"
    closing
fi
check 'headers with the major versions of FFmpeg 8' headers_of "$scratch/new" 62 62 60
check 'compiles with them' compiles "$scratch/new"
check 'headers with the major versions of FFmpeg 4.4' headers_of "$scratch/old" 58 58 56
check 'with channels as they were before 5.1' with_numbers_of_channels "$scratch/old"
check 'compiles with them' compiles "$scratch/old"
closing
