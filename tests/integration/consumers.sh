#!/bin/sh
# What the library writes is read by real consumers: Event Grid's client and the SDK of CloudEvents, both from npm.
# BUILD: the build directory. Skipped where npm is not installed, or cannot get the packages.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

BUILD=$(cd "${BUILD:-build}" && pwd) || exit 2
consumers=$PWD/tests/integration/consumers
work=$BUILD/consumers

none() skip_all "$1"

for program in npm node ffmpeg; do
    command -v "$program" >/dev/null || none "there is no $program"
done
mkdir -p "$work" && cp "$consumers"/package*.json "$consumers/consume.js" "$work/" || exit 2
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || none 'npm cannot get @azure/eventgrid and cloudevents'

libraries=$(pkg-config --libs libavformat libavcodec libavutil expat)
# shellcheck disable=SC2086  # a list of libraries
${CC:-cc} ${CFLAGS:-} -std=c11 -Iinclude -o "$work/every_notice" "$consumers/every_notice.c" "$BUILD/libmpe.a" $libraries -lpthread \
    -lm || exit 2
ffmpeg -v error -y -f lavfi -i testsrc=size=160x90:rate=30 -f lavfi -i sine=sample_rate=44100 -t 45 -pix_fmt yuv420p \
    -c:v libx264 -preset ultrafast -g 60 -b:v 300k -c:a aac "$work/stream.flv" </dev/null || exit 2

"$work/every_notice" "$work/stream.flv" >"$work/notices.json" || exit 2

is_read_by_both()
{
    grep -qx "$1 is read by both" "$work/read" || { cat "$work/read"; return 1; }
}

(cd "$work" && node consume.js <notices.json >read 2>&1)
for event in ConnectionRejected EncoderConnected EncoderDisconnected IncomingStreamReceived IncomingDataChunkDropped \
    IncomingStreamsOutOfSync IncomingVideoStreamsOutOfSync IngestHeartbeat TrackDiscontinuityDetected \
    ChannelArchiveHeartbeat; do
    check "$event" is_read_by_both "LiveEvent$event"
done
closing
