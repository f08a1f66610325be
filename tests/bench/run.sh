#!/bin/sh
# Makes the media once and runs the bench. BUILD: the build directory.
# Exit status: 0 all goals met, 1 some missed, 2 no measurement.
set -eu

build=${BUILD:-build}
media=$build/bench/media.flv

if [ ! -s "$media" ]; then
    ffmpeg -v error -y \
        -f lavfi -i 'testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t' -f lavfi -i 'sine=sample_rate=48000' -t 20 \
        -c:v libx264 -preset ultrafast -tune zerolatency -b:v 4M -maxrate 4M -bufsize 4M -g 60 -pix_fmt yuv420p \
        -c:a aac -b:a 128k -f flv "$media.part.flv" || exit 2
    mv "$media.part.flv" "$media"
fi

status=0
"$build/bench/bench" "$media" "$build/bench.json" || status=$?
[ "$status" -ne 2 ] && printf '\nwritten to %s\n' "$build/bench.json"
exit "$status"
