#!/bin/sh
# The README's second program: three channels on one port, with real encoders.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

program=${BUILD:-build}/bin/three_channels
encoded='-c:v libx264 -preset ultrafast -f flv'

# A port that nobody has: the server ends at once where another one does.
starts()
{
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 12000) }')
        timeout 120 "$program" "$port" >"$scratch/said" &
        server=$!
        sleep 1
        kill -0 "$server" 2>/dev/null && return 0
    done
    return 1
}

# $1 app, $2 frames a second, $3 seconds. Its words are in $scratch/$1.err, with "_" for the slash.
pushes()
{
    # shellcheck disable=SC2086  # a list of options
    timeout 30 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=$2" -t "$3" $encoded \
        "rtmp://127.0.0.1:$port/$1/key" 2>"$scratch/$(echo "$1" | tr / _).err"
}

# All three at one time: the channels are shared by the threads that serve them.
push_all()
{
    pushes live/sports 60 4 &
    sports=$!
    pushes live/news 60 8 &
    news=$!
    pushes live/nobody 30 8 &
    nobody=$!
    wait "$sports"
    sports_status=$?
    wait "$news"
    news_status=$?
    wait "$nobody"
    nobody_status=$?
    echo "sports $sports_status, news $news_status, nobody $nobody_status"
}

# $1 the encoder, $2 what it was told
is_told() { cat "$scratch/$1.err"; grep -q "Server error: $2" "$scratch/$1.err"; }

is_served() { [ "$sports_status" -eq 0 ] && [ ! -s "$scratch/live_sports.err" ]; }
is_refused() { [ "$1" -ne 0 ]; }
says() { cat "$scratch/said"; [ "$(grep -c "^$1: $2" "$scratch/said")" -eq 1 ]; }

has_said_all()
{
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ "$(wc -l <"$scratch/said")" -eq 3 ] && return 0
        sleep 0.5
    done
    cat "$scratch/said"
    return 1
}

check 'it serves' starts
check 'three encoders push at one time' push_all
check 'the one whose channel takes 60 frames a second is served' is_served
check 'the one whose channel takes 30 is refused' is_refused "$news_status"
check 'and told why' is_told live_news 'MPE_INGEST_FRAMERATE_EXCEEDED: Measured [0-9.]* frames a second, the limit is 30'
check 'the one that names no channel is refused' is_refused "$nobody_status"
check 'and told why' is_told live_nobody 'MPE_RTMP_APPID_AUTH_FAILURE: Refused by the server: '
check 'the host has a verdict on each' has_said_all
check 'on the one that ended' says MPE_CLIENT_TERMINATED_SESSION ''
check 'on the one whose rate is too high' says MPE_INGEST_FRAMERATE_EXCEEDED 'Measured'
check 'on the one that it refused itself' says MPE_RTMP_APPID_AUTH_FAILURE 'Refused by the server'
check 'it serves still' kill "$server"
wait "$server" 2>/dev/null
closing
