#!/bin/sh
# Frames of FLV and RTMP as the wire layer sees them against the packets of libavformat: files that ffmpeg makes here, and
# those of the corpus (../shared/corpus beside the repository, or $MPE_CORPUS) where there is one. See oracle.c;
# tests/diff has fragmented MP4.
# BUILD: the build directory. V=1 shows every file.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
corpus=$(cd "${MPE_CORPUS:-$root/../shared/corpus}" 2>/dev/null && pwd)

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# shellcheck disable=SC2046,SC2086  # lists of flags
${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -I"$root/include" -I"$root/include/mpe" -I"$root/lib" -I"$root/tests" \
    ${CFLAGS:--O2} -o "$scratch/oracle" "$root/tests/trust/oracle.c" "$root/tests/trust/dechunk.c" \
    "$root/tests/unit/stream_out.c" "${BUILD:-$root/build}/libmpe.a" ${LDFLAGS:-} -pthread \
    $(${PKG_CONFIG:-pkg-config} --cflags --libs libavformat libavcodec libavutil expat) || exit 2
cd "$scratch" && mkdir made corpus || exit 2

# $1 the file, the others: output options. An encoder that this ffmpeg lacks makes no file.
make_file()
{
    file=made/$1.flv
    shift
    ffmpeg -v error -nostdin -y -f lavfi -i testsrc=size=128x96:rate=25 -f lavfi -i sine=sample_rate=44100 -t 3 "$@" \
        "$file" 2>ffmpeg.log || { echo "not made: $file: $(head -n 1 ffmpeg.log)"; rm -f "$file"; }
}

h264="-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30"
if command -v ffmpeg >/dev/null; then
    # shellcheck disable=SC2086  # lists of options
    {
        make_file h264 $h264 -c:a aac
        make_file b-frames $h264 -bf 3 -b_strategy 0 -c:a aac
        make_file ntsc $h264 -bf 2 -r 30000/1001 -c:a aac -ar 48000
        make_file intra $h264 -g 1 -an
        make_file video-alone $h264 -an
        make_file audio-alone -vn -c:a aac
        make_file mp3 $h264 -c:a libmp3lame
        make_file speex -vn -c:a libspeex -ar 16000 -ac 1
        make_file nellymoser -vn -c:a nellymoser -ac 1
        make_file adpcm -vn -c:a adpcm_swf
        make_file pcm -vn -c:a pcm_s16le
        make_file alaw -vn -c:a pcm_alaw -ar 8000 -ac 1
        make_file h263 -c:v flv -c:a libmp3lame
        make_file screen -c:v flashsv -c:a adpcm_swf
        make_file screen2 -c:v flashsv2 -an
        make_file no-metadata $h264 -c:a aac -flvflags no_metadata
        make_file extended $h264 -bf 2 -c:a aac -output_ts_offset 16776
        make_file sign-bit $h264 -c:a aac -output_ts_offset 2147482
        make_file late-wrap $h264 -c:a aac -output_ts_offset 4294960
    }
else
    echo 'skipped: there is no ffmpeg'
fi

for file in "$corpus"/flv/* "$corpus"/rtmp/*.rtmp; do
    [ -r "$file" ] && ln -s "$file" corpus/
done

set --
for file in made/* corpus/*; do
    [ -e "$file" ] && set -- "$@" "$file"
done
[ $# -gt 0 ] || { echo '0 passed, 0 failed, 1 skipped'; exit 0; }
./oracle "$@" >out
status=$?
if [ "${V:-0}" = 1 ]; then cat out; else grep -v '^equal\|^skipped' out; fi
exit $status
