#!/bin/sh
# The program of mpe_integration(7), as it stands there, refuses real encoders, and they say why.
# BUILD: the build directory.
. tests/tally.sh

encoded='-c:v libx264 -preset ultrafast -f flv'
told='MPE_INGEST_ENCODER_CONNECTION_DENIED: '

program()
{
    awk '/^\.Sh/ { examples = $2 == "EXAMPLES" }
        /^\.Ed/ { block = 0 }
        block { gsub(/\\e/, "\\"); print }
        examples && /^\.Bd -literal/ { block = 1 }' man/man7/mpe_integration.7 >"$scratch/refuse.c"
    # shellcheck disable=SC2046,SC2086  # lists of flags
    ${CC:-cc} ${CFLAGS:-} -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude -o "$scratch/refuse" "$scratch/refuse.c" "$BUILD/libmpe.a" \
        -pthread $(${PKG_CONFIG:-pkg-config} --libs libavformat libavcodec libavutil expat)
}

# A port that nobody has: the server ends at once where another one does.
starts()
{
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 12000) }')
        timeout 120 "$scratch/refuse" "$port" 2>"$scratch/server.err" &
        server=$!
        sleep 1
        kill -0 "$server" 2>/dev/null && return 0
    done
    return 1
}

ffmpeg_is_told()
{
    # shellcheck disable=SC2086  # a list of options
    ! timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=320x180 -t 5 $encoded \
        "rtmp://127.0.0.1:$port/live/key" 2>"$scratch/ffmpeg.err" || return 1
    cat "$scratch/ffmpeg.err"
    grep -q "Server error: $told" "$scratch/ffmpeg.err"
}

has_element() { gst-inspect-1.0 "$1" >/dev/null 2>&1 && gst-inspect-1.0 x264enc >/dev/null 2>&1; }

# $1: the element, $2: what it must say
gstreamer_is_told()
{
    timeout 20 gst-launch-1.0 videotestsrc is-live=true num-buffers=150 ! video/x-raw,width=320,height=180 ! x264enc ! \
        flvmux streamable=true ! "$1" location="rtmp://127.0.0.1:$port/live/key" >"$scratch/gst.log" 2>&1 && return 1
    [ $? -ne 124 ] || { echo 'it hangs'; return 1; }
    cat "$scratch/gst.log"
    grep -q "$2" "$scratch/gst.log"
}

check 'the program of the page compiles' program
check 'it serves' starts
check 'ffmpeg is told' ffmpeg_is_told
if has_element rtmp2sink; then
    check 'rtmp2sink is told' gstreamer_is_told rtmp2sink "$told"
else
    skip 'rtmp2sink is not here'
fi
if has_element rtmpsink; then
    check 'rtmpsink ends' gstreamer_is_told rtmpsink ERROR
else
    skip 'rtmpsink is not here'
fi
check 'it serves still' kill "$server"
wait "$server" 2>/dev/null
closing
