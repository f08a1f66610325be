#!/bin/sh
# The samples of fragmented MP4 files as the library reads them against those of libavformat's mov demuxer: files that
# ffmpeg makes here, and those of the corpus (../shared/corpus beside the repository, or $MPE_CORPUS) where there is one.
# BUILD: the build directory. V=1 shows every track.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
corpus=$(cd "${MPE_CORPUS:-$root/../shared/corpus}" 2>/dev/null && pwd)

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# shellcheck disable=SC2046,SC2086  # lists of flags
${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -I"$root/include" -I"$root/include/mpe" -I"$root/lib" ${CFLAGS:--O2} \
    -o "$scratch/fmp4_samples" "$here/fmp4_samples.c" "${BUILD:-$root/build}/libmpe.a" ${LDFLAGS:-} -pthread \
    $(${PKG_CONFIG:-pkg-config} --cflags --libs libavformat libavcodec libavutil expat) || exit 2
cd "$scratch" && mkdir made corpus || exit 2

# $1 the file, the others: output options. An encoder or a muxer flag that this ffmpeg lacks makes no file.
make_file()
{
    file=made/$1
    shift
    ffmpeg -v error -nostdin -y -f lavfi -i testsrc=size=128x96:rate=30000/1001 -f lavfi -i sine=sample_rate=44100 \
        -t 4 "$@" "$file" 2>ffmpeg.log || { echo "not made: $file: $(head -n 1 ffmpeg.log)"; rm -f "$file"; }
}

h264="-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -b_strategy 0 -g 30"
if command -v ffmpeg >/dev/null; then
    # shellcheck disable=SC2086  # lists of options
    {
        make_file isml.ismv $h264 -c:a aac -movflags isml+frag_keyframe -f ismv
        make_file isml-cut.ismv $h264 -c:a aac -movflags isml -frag_duration 300000 -f ismv
        make_file lookahead.ismv $h264 -c:a aac -movflags isml+frag_keyframe -ism_lookahead 2 -f ismv
        make_file ismv.ismv $h264 -c:a aac -movflags frag_keyframe -f ismv
        make_file base-moof.mp4 $h264 -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof -f mp4
        make_file offset.mp4 $h264 -c:a aac -movflags frag_keyframe+empty_moov -f mp4
        make_file negative.mp4 $h264 -c:a aac -movflags frag_keyframe+empty_moov+negative_cts_offsets -f mp4
        make_file every-frame.mp4 $h264 -c:a aac -movflags frag_every_frame+empty_moov -f mp4
        make_file separate.mp4 $h264 -c:a aac -movflags frag_keyframe+empty_moov+separate_moof -f mp4
        make_file cmaf.mp4 $h264 -an -movflags cmaf+frag_keyframe -f mp4
        make_file dash.mp4 $h264 -an -movflags dash+delay_moov+frag_keyframe+global_sidx -f mp4
        make_file timescale.mp4 $h264 -an -video_track_timescale 10000000 -movflags cmaf+frag_keyframe -f mp4
        make_file sound.mp4 -vn -c:a aac -movflags empty_moov+delay_moov -frag_duration 500000 -f mp4
        make_file pcm.mov -vn -c:a pcm_s16le -movflags empty_moov -frag_duration 500000 -f mov
        make_file hevc.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3 -an -movflags \
            frag_keyframe+empty_moov -f mp4
        make_file vp9.mp4 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -movflags \
            frag_keyframe+empty_moov -f mp4
    }
else
    echo "skipped: there is no ffmpeg"
fi

for file in "$corpus"/fmp4/*; do
    [ -r "$file" ] && ln -s "$file" corpus/
done

set --
for file in made/* corpus/*; do
    [ -e "$file" ] && set -- "$@" "$file"
done
[ $# -gt 0 ] || { echo "0 passed, 0 failed, 1 skipped"; exit 0; }
./fmp4_samples "$@" >out
status=$?
if [ "${V:-0}" = 1 ]; then cat out; else grep -v '^equal' out; fi
exit $status
