#!/bin/sh
# The GStreamer element mpecheck in real pipelines: what it posts is what mpe-inspect says of the same bytes, what passes
# stays as it is, and nonsense is refused.
# BUILD: the build directory, with gstreamer/libgstmpecheck.so and bin/mpe-inspect.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh
. tests/media.sh

BUILD=$(cd "${BUILD:-build}" && pwd) || exit 2
readme=$PWD/examples/gstreamer/README.md
[ -e "$BUILD/gstreamer/libgstmpecheck.so" ] || { echo 'make gstreamer first'; echo "0 passed, 1 failed"; exit 1; }
export GST_PLUGIN_PATH="$BUILD/gstreamer" GST_REGISTRY="$scratch/registry" LC_ALL=C
build_flv_to_rtmp
cd "$scratch" || exit 2

x264='x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30'
raw=video/x-raw,format=I420

# Runs a pipeline; its messages are in log. The words are the pipeline.
# shellcheck disable=SC2086  # a pipeline is many words
pipeline() { timeout 30 gst-launch-1.0 -m $1 >log 2>&1; }

# The element messages in log as mpe-inspect writes findings.
findings()
{
    sed -n 's/.*(element): mpecheck, //p' log | sed 's/\\\(.\)/\1/g' | awk '
        function field(name,    at, rest) {
            at = match($0, name "=\\([a-z0-9]*\\)")
            if (!at)
                return "null"
            rest = substr($0, at + RLENGTH)
            if (name == "message")
                sub(/;$/, "", rest)
            else
                sub(/[,;].*/, "", rest)
            if (rest !~ /^-?[0-9.]+$/ && rest !~ /^"/)
                rest = "\"" rest "\""
            return rest
        }
        {
            ms = field("media_ms")
            if (ms ~ /^-?[0-9]+$/)
                ms = ms ".0"
            printf "{\"code\":%s,\"event\":%s,\"track\":%s,\"value\":%s,\"limit\":%s,\"unit\":%s,\"offset\":%s,\"media_ms\":%s,\"message\":%s}\n",
                field("code"), field("event"), field("track"), field("value"), field("limit"), field("unit"),
                field("offset"), ms, field("message")
        }'
}

# The pipeline $1 writes to the file out; it posts what mpe-inspect says of that file, which is: codes $2 (a pattern).
posts_as_inspected()
{
    pipeline "$1" || { cat log; return 1; }
    findings >got
    "$BUILD/bin/mpe-inspect" --json out >want
    [ -s out ] && diff want got || { tail -n 5 log; return 1; }
    if [ -n "$2" ]; then grep -q "$2" got; else [ ! -s got ]; fi
}

# $1 caps of the picture, $2 seconds of 30 frames, $3 muxer, $4 audio encoder.
muxed()
{
    printf '%s' "videotestsrc num-buffers=$(($2 * 30)) ! $raw,$1 ! $x264 ! mux. audiotestsrc num-buffers=$(($2 * 44)) ! $4 ! mux. $3 name=mux"
}

flv='flvmux streamable=true'
mp4='mp4mux streamable=true fragment-duration=500'
good=width=320,height=180,framerate=30/1
fast=width=160,height=90,framerate=60/1
big=width=2560,height=1440,framerate=10/1
check_out='mpecheck report-all=true ! filesink location=out'

for muxer in "$flv" flvmux "$mp4" 'mp4mux fragment-duration=500'; do
    check "$muxer: healthy" posts_as_inspected "$(muxed $good 2 "$muxer" voaacenc) ! $check_out" ''
    check "$muxer: 60 fps" posts_as_inspected "$(muxed $fast 3 "$muxer" voaacenc) ! $check_out" FRAMERATE_EXCEEDED
done
check 'FLV: a large picture' posts_as_inspected "$(muxed $big 1 "$flv" voaacenc) ! $check_out" RESOLUTION
check 'MP4: a large picture' posts_as_inspected "$(muxed $big 1 "$mp4" voaacenc) ! $check_out" RESOLUTION
check 'FLV: MP3' posts_as_inspected "$(muxed $good 1 "$flv" 'lamemp3enc ! mpegaudioparse') ! $check_out" CODEC_NOT_SUPPORTED

# $1 a file, $2 properties, $3 options of mpe-inspect that say the same.
same_of_file()
{
    pipeline "filesrc location=$1 blocksize=999 ! mpecheck $2 ! filesink location=out" || { cat log; return 1; }
    findings >got
    # shellcheck disable=SC2086  # a list of options
    "$BUILD/bin/mpe-inspect" --json $3 "$1" >want
    diff want got && cmp "$1" out
}

ffmpeg -v error -y -f lavfi -i testsrc=size=160x90:rate=60 -f lavfi -i sine -t 3 -pix_fmt yuv420p -c:v libx264 \
    -preset ultrafast -c:a libmp3lame -flvflags no_metadata three.flv </dev/null || exit 2
./flv_to_rtmp 4096 three.flv three.rtmp /dev/null || exit 2
check 'three findings in an FLV file' same_of_file three.flv report-all=true ''
check 'the first only' same_of_file three.flv '' --first
check 'another kind' same_of_file three.flv 'report-all=true kind=pass-through-standard' '--kind pass-through-standard'
check 'what an RTMP encoder sends' same_of_file three.rtmp 'report-all=true protocol=rtmp' ''
check 'another app' same_of_file three.rtmp 'report-all=true app=live/other' '--app live/other'
check 'settings' same_of_file three.flv 'report-all=true settings=max_width_px=100,metadata_required=0' \
    '--set max_width_px=100 --set metadata_required=0'

# Conditions are posted for whoever asks for them: key frames half a second apart.
posts_conditions()
{
    short="filesrc location=short.flv ! mpecheck report-all=true settings=min_key_frame_interval_us=1000000"
    pipeline "$short conditions=true ! fakesink" && cp log asked && pipeline "$short ! fakesink" &&
        ! grep -q 'mpecheck-condition' log &&
        grep -q 'mpecheck-condition, condition=(string)KEY_FRAME_INTERVAL_SHORT, is_set=(boolean)true, .*track=(int)0, value=(gint64)500000, limit=(gint64)1000000, unit=(string)us' asked && return
    tail -n 5 asked
    return 1
}
ffmpeg -v error -y -f lavfi -i testsrc=size=160x90:rate=30 -f lavfi -i sine -t 6 -pix_fmt yuv420p -c:v libx264 \
    -preset ultrafast -g 15 -c:a aac short.flv </dev/null || exit 2
check 'conditions, where they are asked for' posts_conditions

# ------------------------------------------------------------------------------------------------------- live pipelines

live_src="videotestsrc is-live=true num-buffers=45 ! $raw,$good ! $x264 ! $flv"

healthy_live()
{
    pipeline "$live_src ! mpecheck report-all=true ! fakesink" && [ -z "$(findings)" ] && return
    tail -n 5 log
    return 1
}

# A frame in ten seconds: only the timer can tell that the encoder went silent.
silence()
{
    pipeline "videotestsrc is-live=true ! $raw,width=160,height=90,framerate=1/10 ! $x264 ! $flv !
        mpecheck error-on-finding=true settings=flv_idle_timeout_us=1000000 ! fakesink"
    findings >got
    grep -q '"MPE_RTMP_SESSION_IDLE_TIMEOUT"' got && [ "$(wc -l <got)" -eq 1 ] &&
        awk -F '"value":' '{ exit !($2 + 0 >= 1000000 && $2 + 0 < 3000000) }' got && return
    tail -n 5 log
    return 1
}

# The same silence, when the setting says that time is the media's: nobody has seen it yet.
# shellcheck disable=SC2086  # a pipeline is many words
silence_by_media_clock()
{
    timeout 3 gst-launch-1.0 -m videotestsrc is-live=true ! $raw,width=160,height=90,framerate=1/10 ! $x264 ! $flv ! \
        mpecheck settings=media_clock=1,flv_idle_timeout_us=1000000 ! fakesink >log 2>&1
    grep -q 'new-state=(GstState)playing' log && [ -z "$(findings)" ]
}

ends_with_error()
{
    pipeline "$(muxed $big 1 "$flv" voaacenc) ! mpecheck error-on-finding=true ! fakesink" && return 1
    grep -q '^ERROR: from element .*mpecheck0: MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED: The picture is 2560x1440' log
}

check 'a healthy live pipeline' healthy_live
check 'silence is noticed by the timer' silence
check "a live pipeline by the media's clock" silence_by_media_clock
check 'error-on-finding ends the pipeline' ends_with_error

# ------------------------------------------------------------------------------------------------------------- nonsense

# $1 properties, $2 what is said.
refuses()
{
    pipeline "filesrc location=three.flv ! mpecheck $1 ! fakesink" && { echo 'it runs'; return 1; }
    grep -q "$2" log && return
    cat log
    return 1
}

check 'an unknown setting' refuses settings=width=3 'there is no parameter "width"; there are: max_width_px'
check 'a setting out of bounds' refuses settings=max_width_px=-1 'whole number from 0 to'
check 'a setting that is no number' refuses settings=max_width_px=wide 'whole number from 0 to'
check 'a setting without a value' refuses settings=max_width_px 'write NAME=VALUE'
check 'an unknown kind' refuses kind=nonsense 'could not set property "kind"'
check 'an unknown protocol' refuses protocol=hls 'could not set property "protocol"'

# ------------------------------------------------------------------------------------------------- what is said about it

documented()
{
    gst-inspect-1.0 mpecheck >log || return 1
    for word in kind protocol app settings report-all error-on-finding conditions pass-through-standard open fmp4 media_ms; do
        grep -qw -- "$word" log || { echo "nothing about $word"; return 1; }
    done
}

# Every line of the README that runs gst-launch-1.0, as it stands there but for the build directory.
readme_lines()
{
    grep '^    .*gst-launch-1.0 ' "$readme" >lines
    [ -s lines ] || return 1
    while read -r line; do
        eval "$(echo "$line" | sed "s|build/gstreamer|'$BUILD/gstreamer'|")" </dev/null >log 2>&1 ||
            { echo "$line"; tail -n 5 log; return 1; }
        grep -q 'mpecheck, code=(string)MPE_' log || { echo "no finding: $line"; return 1; }
    done <lines
}

nothing_leaks()
{
    for file in three.flv three.rtmp; do
        GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 gst-launch-1.0 -q filesrc location=$file ! \
            mpecheck report-all=true ! fakesink >log 2>&1
        grep 'object-alive, type-name=(string)[A-Z]' log && return 1
    done
    return 0
}

only_the_plugin_shows() { [ "$(nm -D --defined-only "$BUILD/gstreamer/libgstmpecheck.so" | grep -vc ' gst_plugin_mpecheck_')" -eq 0 ]; }

check 'gst-inspect-1.0 documents it' documented
check "the README's lines run" readme_lines
check 'no object is left' nothing_leaks
check "libmpe's symbols stay inside" only_the_plugin_shows
closing
