#!/bin/sh
# Real encoders through mpe-guard at the speed of the clock: each healthy for 30 s sets exactly what is true of it, and each
# that is refused shows its user what stands here.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

guard=$build/bin/mpe-guard
seconds=31

needs_program mpe-guard
cd "$scratch" || exit 2

has_element() { gst-inspect-1.0 --exists "$1" 2>/dev/null; }

# $1 its folder, the others: options. Sets port and guard_pid.
start_guard()
{
    mkdir -p "$1"
    : >"$1/events"
    : >"$1/log"
    folder=$1
    shift
    "$guard" --listen 127.0.0.1:0 --sink --events "$folder/events" --notices "$@" 2>"$folder/log" &
    guard_pid=$!
    children="$children $guard_pid"
    soon grep -q 'listening on' "$folder/log"
    port=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' "$folder/log")
}

# $1 frames a second, $2 frames between key frames, $3 B-frames, $4 seconds.
push_ffmpeg()
{
    timeout 60 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=$1" \
        -f lavfi -i sine=sample_rate=48000 -t "$4" -pix_fmt yuv420p -c:v libx264 -preset veryfast -g "$2" \
        -keyint_min "$2" -sc_threshold 0 -bf "$3" -b:v 400k -c:a aac -f flv "rtmp://127.0.0.1:$port/live/key"
}

# $1 the sink, $2 frames a second, $3 frames between key frames, $4 seconds. rtmpsink has its URL as librtmp wants it.
# The sink keeps the time, not the sources: what those make late on a busy machine has other times after the muxer.
push_gstreamer()
{
    location="rtmp://127.0.0.1:$port/live/key"
    [ "$1" = rtmpsink ] && location="$location live=1"
    timeout 60 gst-launch-1.0 -q -e videotestsrc num-buffers=$(($2 * $4)) ! \
        "video/x-raw,format=I420,width=320,height=180,framerate=$2/1" ! x264enc speed-preset=ultrafast bitrate=400 \
        key-int-max="$3" bframes=0 option-string=scenecut=0 ! h264parse ! flvmux name=mux streamable=true ! \
        "$1" sync=true location="$location" audiotestsrc num-buffers=$((47 * $4)) ! \
        audio/x-raw,rate=48000,channels=2 ! voaacenc ! mux.
}

# --------------------------------------------------------------------------------------------------- healthy for 30 s

conditions()
{
    sed -n 's/.*"condition":"\([A-Z_]*\)","state":"set".*/\1/p' "$1/events" | LC_ALL=C sort -u | paste -sd, - |
        sed 's/^$/-/'
}
sets() { got=$(conditions "$1"); echo "wanted $2, got ${got:--}"; grep '"condition"' "$1/events"; [ "${got:--}" = "$2" ]; }
has() { cat "$1/events" "$1/log"; [ "$(grep -c "$2" "$1/events")" -ge "$3" ]; }

pushes=
# $1 its name, the others: how it pushes.
begin()
{
    start_guard "$1"
    name=$1
    shift
    "$@" >"$name/said" 2>&1 &
    pushes="$pushes $name:$!"
    children="$children $!"
}

# $1 its name, $2 its process, $3 what is true of it
judge()
{
    wait "$2"
    check "$1: it ends well" sh -c "cat '$1/said'; [ $? -eq 0 ]"
    forget_child "$2"
    check "$1: it is connected" has "$1" LiveEventEncoderConnected 1
    check "$1: both tracks came" has "$1" LiveEventIncomingStreamReceived 2
    check "$1: each has a heartbeat, and is healthy" has "$1" '"healthy":true' 2
    check "$1: it sets exactly what is true of it" sets "$1" "$3"
    check "$1: its end is its own" has "$1" '"resultCode":"MPE_CLIENT_TERMINATED_SESSION"' 1
}

if command -v ffmpeg >/dev/null; then
    begin ffmpeg push_ffmpeg 30 60 0 $seconds
    begin ffmpeg_b_frames push_ffmpeg 25 50 3 $seconds
    begin ffmpeg_8_seconds push_ffmpeg 30 240 3 $seconds
else
    skip 'there is no ffmpeg'
fi
for sink in rtmp2sink rtmpsink; do
    if has_element $sink && has_element x264enc && has_element voaacenc; then
        begin $sink push_gstreamer $sink 30 60 $seconds
    else
        skip "there is no $sink, x264enc or voaacenc"
    fi
done
for push in $pushes; do
    truth=-
    [ "${push%:*}" = ffmpeg_8_seconds ] && truth=KEY_FRAME_INTERVAL_LONG
    judge "${push%:*}" "${push#*:}" $truth
done

# ------------------------------------------------------------------------------------------------------------- refused

# The live events in their order: who was connected is disconnected after the rejection.
in_order()
{
    cat refused/events
    sed -n 's/.*"Microsoft.Media.LiveEvent\(Encoder[A-Za-z]*\|ConnectionRejected\)".*/\1/p' refused/events |
        paste -sd' ' - | grep -qx "$1"
}
at_once='ConnectionRejected'
in_mid_stream='EncoderConnected ConnectionRejected EncoderDisconnected'

# $1 the code, $2 what its user sees, $3 its events, $4 options of the guard, the others: how it pushes.
is_refused()
{
    code=$1 sees=$2 order=$3 options=$4
    shift 4
    # shellcheck disable=SC2086  # a list
    start_guard refused $options
    "$@" >refused/said 2>&1
    status=$?
    check "$*: it fails" sh -c "cat refused/said refused/log; [ $status -ne 0 ]"
    check "$*: its user sees why" sh -c "cat refused/said; [ -z '$sees' ] || grep -q '$sees' refused/said"
    check "$*: it is notified" soon has refused "\"resultCode\":\"$code\"" 1
    check "$*: in order: $order" soon in_order "$order"
    kill "$guard_pid"
    wait "$guard_pid"
    forget_child "$guard_pid"
}

rate='MPE_INGEST_FRAMERATE_EXCEEDED'
size='MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED'
app='MPE_RTMP_APPID_AUTH_FAILURE'
denied='MPE_INGEST_ENCODER_CONNECTION_DENIED'
if command -v ffmpeg >/dev/null; then
    is_refused $rate "Server error: $rate" "$in_mid_stream" '' push_ffmpeg 60 120 0 10
    is_refused $size "Server error: $size" "$in_mid_stream" '--set max_width_px=160' push_ffmpeg 30 60 0 10
    is_refused $app "Server error: $app" "$at_once" '--app live/other' push_ffmpeg 30 60 0 10
    is_refused $denied "Server error: $denied" "$at_once" '--allow 192.0.2.1' push_ffmpeg 30 60 0 10
fi
# Both hear no more after their publish: rtmp2sink says that the connection is closed, rtmpsink dies of SIGPIPE. Before it
# rtmp2sink shows the sentence, and rtmpsink says that it cannot connect.
if has_element rtmp2sink && has_element x264enc && has_element voaacenc; then
    is_refused $rate 'connection closed' "$in_mid_stream" '' push_gstreamer rtmp2sink 60 120 10
    is_refused $app "Not authorized to connect.*$app: " "$at_once" '--app live/other' push_gstreamer rtmp2sink 30 60 10
    is_refused $denied "Not authorized.*$denied: " "$at_once" '--allow 192.0.2.1' push_gstreamer rtmp2sink 30 60 10
fi
if has_element rtmpsink && has_element x264enc && has_element voaacenc; then
    is_refused $rate '' "$in_mid_stream" '' push_gstreamer rtmpsink 60 120 10
    is_refused $app 'Could not connect' "$at_once" '--app live/other' push_gstreamer rtmpsink 30 60 10
    is_refused $denied 'Could not connect' "$at_once" '--allow 192.0.2.1' push_gstreamer rtmpsink 30 60 10
fi
closing
