#!/bin/sh
# Makes the media once and runs the bench, or the parts of it that are named. BUILD: the build directory.
# Exit status: 0 measured, 2 no measurement.
set -eu

build=${BUILD:-build}
media=$build/bench/media
mkdir -p "$media"

# name, picture, bits per second: ten seconds are encoded, and repeated to a minute.
make_media() {
    [ -s "$media/$1.mp4" ] && return
    echo "encoding $3 bit/s ..."
    ffmpeg -v error -y \
        -f lavfi -i "testsrc2=size=$2:rate=30,noise=alls=20:allf=t" -f lavfi -i 'sine=sample_rate=48000' -t 10 \
        -c:v libx264 -preset ultrafast -tune zerolatency -b:v "$3" -maxrate "$3" -bufsize "$3" -g 60 -pix_fmt yuv420p \
        -c:a aac -b:a 96k -f flv "$media/part.flv" &&
        ffmpeg -v error -y -stream_loop 5 -i "$media/part.flv" -c copy -f flv "$media/$1.flv" &&
        ffmpeg -v error -y -i "$media/$1.flv" -c copy -movflags frag_keyframe+empty_moov+default_base_moof \
            -f mp4 "$media/part.mp4" &&
        mv "$media/part.mp4" "$media/$1.mp4" && rm "$media/part.flv"
}

make_media slow 640x360 400k || exit 2
make_media usual 1280x720 3900k || exit 2
make_media fast 1280x720 19900k || exit 2

exec "$build/bench/bench" "$build" "$@"
