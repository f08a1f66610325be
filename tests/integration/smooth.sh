#!/bin/sh
# mpe-smooth with real encoders: pushes of ffmpeg, and recorded bodies that curl posts to see what it answers.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-smooth
smooth=$build/bin/mpe-smooth
cd "$scratch" || exit 2

# ------------------------------------------------------------------------------------------------------------ the server

token=s3cr3t-t0k3n

# Starts it with these arguments: pid, port, url. Events go to the file events, the log to log.
start()
{
    : >events
    : >log
    "$smooth" --listen 127.0.0.1:0 --events events "$@" 2>log &
    pid=$!
    add_child $pid
    soon grep -q 'listening on' log
    port=$(sed -n 's/^mpe-smooth: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' log)
    url="http://127.0.0.1:$port/$token/ingest.isml/Streams(video)"
}


has_event() { cat events log && grep "\"eventType\":\"Microsoft.Media.$2\"" events | grep -q "\"resultCode\":\"$1\""; }
no_rejection() { not grep LiveEventConnectionRejected events; }
keeps_the_secret() { not grep -n "$token" "$@"; }

rejected=LiveEventConnectionRejected
disconnected=LiveEventEncoderDisconnected

# ----------------------------------------------------------------------------------------------------------- the options

# $1 a part of the sentence, the others: arguments that are wrong.
usage_error()
{
    sentence=$1
    shift
    "$smooth" "$@" >out 2>err </dev/null
    status=$?
    cat err
    [ $status -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -e "$sentence" err
}

wrong() { check "usage: $*" usage_error "$@"; }

says() { "$smooth" "$1" | grep -q "$2"; }

check '--help names the parameters' says --help max_frame_rate_mfps
check '--version' says --version '^mpe-smooth [0-9]'
cannot_write()
{
    case $2 in
    full) "$smooth" "$1" >/dev/full 2>err ;;
    closed) "$smooth" "$1" >&- 2>err ;;
    esac
    status=$?
    cat err
    [ $status -eq 2 ] && [ "$(cat err)" = 'mpe-smooth: cannot write to standard output' ]
}

for question in --help --version; do
    check "$question to a full disk" cannot_write $question full
    check "$question to a closed standard output" cannot_write $question closed
done
wrong '--listen is missing'
wrong 'as in 127.0.0.1:8080' --listen 8080
wrong 'no option "--lisen"' --lisen 127.0.0.1:0
wrong '--token needs a value' --listen 127.0.0.1:0 --token
wrong 'one segment of a path' --listen 127.0.0.1:0 --token a/b
wrong 'say the same' --listen 127.0.0.1:0 --token a --app live/a
wrong 'pass-through-basic' --listen 127.0.0.1:0 --kind encodin
wrong 'did you mean "max_width_px"' --listen 127.0.0.1:0 --set max_width=1280
wrong 'is for files' --listen 127.0.0.1:0 --set media_clock=1
wrong 'an address or a network' --listen 127.0.0.1:0 --allow 10.0.0.0/33
wrong 'whole number from 1' --listen 127.0.0.1:0 --max-connections 0
wrong 'cloud-events' --listen 127.0.0.1:0 --schema none
wrong 'begins with http' --listen 127.0.0.1:0 --events ftp://127.0.0.1/
wrong 'write both slashes' --listen 127.0.0.1:0 --events http:127.0.0.1
wrong 'one segment of a path' --listen 127.0.0.1:0 --token ''
wrong 'UTF-8 without control' --listen 127.0.0.1:0 --token "$(printf 'a\001')"
wrong 'No such file' --listen 127.0.0.1:0 --options nowhere

refuses_closed_output()
{
    timeout 5 "$smooth" --listen 127.0.0.1:0 --events - 2>err >&-
    status=$?
    cat err
    [ $status -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q 'standard output, which is closed' err
}

check 'standard output is closed, and notifications were to go there' refuses_closed_output

takes_sigterm() { test "/proc/$pid/exe" -ef "$smooth" && grep 'SigCgt:.*[4-7c-f]...$' "/proc/$pid/status"; }

# With one of the standard streams closed, as a service manager may leave it.
ends_well_without()
{
    : >log
    case $1 in
    input) "$smooth" --listen 127.0.0.1:0 --events events <&- 2>log & ;;
    output) "$smooth" --listen 127.0.0.1:0 --events events >&- 2>log & ;;
    error) "$smooth" --listen 127.0.0.1:0 --events events 2>&- & ;;
    esac
    pid=$!
    add_child $pid
    soon takes_sigterm && ends_well
}

for stream in input output error; do
    check "standard $stream is closed" ends_well_without $stream
done

# -------------------------------------------------------------------------------------------------------- HTTP, no media

command -v curl >/dev/null || { skip 'there is no curl: nothing was posted'; closing; }

# $1 the status, the others: arguments of curl. What came with the status is in the file body.
answers()
{
    expected=$1
    shift
    status=$(curl -s -g -m 10 -o body -w '%{http_code}' "$@")
    echo "status $status"
    cat body
    [ "$status" = "$expected" ]
}

# $1 a part of the JSON that came last.
told() { cat body && grep -q -e "$1" body; }

printf '\000\000\000\030ftypisml\000\000\002\000pifffree' >ftyp
printf '\000\000\000\020moof\000\000\000\010mfhd' >moof
# Its first eight bytes are those of no box: chance would make a type of them one time in sixteen.
{ printf '\377\377\377\377\377\377\377\377'; head -c 200000 /dev/urandom | tr '\000-\037' 'a-z'; } >noise
: >nothing

start --token $token
check 'an empty POST is a probe' answers 200 -X POST "$url"
check 'an empty chunked POST, too' answers 200 -X POST -T - "$url" <nothing
check 'an empty PUT, too' answers 200 -T nothing "$url"
check 'a probe is no event' test ! -s events
check 'two POSTs on one connection' answers 200200 -X POST "$url" -o body --next -s -X POST -w '%{http_code}' "$url"
check 'GET is not allowed' answers 405 "$url"
check 'there is a message, and no more' told '^{"message":"[^"]*"}$'
check 'DELETE of what nobody pushes, with a body' answers 404 -X DELETE --data-binary @noise "$url"
check 'Events() is not found' answers 404 -X POST "http://127.0.0.1:$port/$token/ingest.isml/Events(video)"
check 'there is a message, and no more' told '^{"message":"[^"]*"}$'
check 'a path that is too long' answers 414 -X POST "http://127.0.0.1:$port/$(head -c 3000 /dev/zero | tr '\0' a)"
check 'there is a message, and no more' told '^{"message":"[^"]*"}$'
check 'none of these is an event' test ! -s events
# A proxy writes the whole URL into the request line.
for scheme in http HTTP https; do
    target="$scheme://other.example:81/$token/ingest.isml/Streams(video)"
    check "$scheme://... as target" answers 200 -X POST --request-target "$target" "$url"
done
check 'with a user' answers 200 -X POST --request-target "http://u:p@a.example/$token/ingest.isml/Streams(video)" "$url"
check 'with a wrong token' answers 403 -X POST --request-target "http://a.example/x/ingest.isml/Streams(video)" "$url"
check 'its code' told '"code":"MPE_RTMP_APPID_AUTH_FAILURE"'
check 'the host of the target is that of the URL' grep -q '"ingestUrl":"http://a.example/' events
check 'a target without a path' answers 403 -X POST --request-target http://a.example "$url"
check 'a target without a host' answers 200 -X POST --request-target "http:///$token/ingest.isml/Streams(video)" "$url"
check 'Events() of a target' answers 404 -X POST --request-target "http://a.example/$token/ingest.isml/Events(video)" "$url"
: >events
wrong_url="http://127.0.0.1:$port/wrong-$token/ingest.isml/Streams(video)"
check 'a wrong token' answers 403 -X POST "$wrong_url"
check 'its code' told '"code":"MPE_RTMP_APPID_AUTH_FAILURE","event":"Microsoft.Media.LiveEventConnectionRejected".*"reason":"APP_MISMATCH"'
check 'its remedy' told '"remedy":"Copy the whole ingest URL'
check 'a wrong token with a body that waits for "100 Continue"' answers 403 -H 'Expect: 100-continue' -T noise -X POST "$wrong_url"
check 'a wrong token with a body that does not wait' answers 403 -H Expect: -T noise -X POST "$wrong_url"
check 'a wrong token with a chunked body' answers 403 -H Expect: -X POST -T - "$wrong_url" <noise
check 'no byte of a body was looked at' not grep -E 'APPID.* after [1-9][0-9]* bytes' log
check 'a moof without moov' answers 412 -X POST -T - "$url" <moof
check 'its code and offset' told '"code":"MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED".*"offset":7,'
check 'a body that ends inside its header' answers 412 -X POST -T ftyp "$url"
check 'what is missing, and no more' told '^{"message":"[^"]*ended before its header was complete[^"]*"}$'
check 'a moof without moov, but with more after it' sh -c 'cat ftyp moof noise noise >body.in'
check 'the answer comes in the middle of the body' answers 412 -H Expect: -X POST -T - "$url" <body.in
check 'its offset is the same' told '"offset":31,'
check 'noise instead of a header' answers 415 -X POST -T noise "$url"
check 'is no fragmented MP4' told '"code":"MPE_UNKNOWN_ERROR".*"reason":"PROTOCOL_NOT_SUPPORTED"'
check 'the log keeps the token' keeps_the_secret log
check 'notifications keep the token' keeps_the_secret events
check 'answers keep the token' keeps_the_secret body
stop 'requests without media'

start --allow 10.0.0.0/8 --allow 2001:db8::/32
check 'an address that may not connect' answers 403 -H Expect: -X POST -T - "$url" <noise
check 'its code' told '"code":"MPE_INGEST_ENCODER_CONNECTION_DENIED"'
check 'its notification' has_event MPE_INGEST_ENCODER_CONNECTION_DENIED $rejected
check 'the address is masked' not grep -F '127.0.0.1"' events
check 'in the log, too' not grep -F ' 127.0.0.1 ' log
stop 'an allow list'

# ------------------------------------------------------------------------------------------------- connections, and time

check 'tcp_peer.c compiles' build_peer

# A body that begins now and goes on for $1 seconds; its status comes into the file $2.
slow_post()
{
    { cat ftyp; sleep "$1"; } | curl -s -g -m 10 -o body -w '%{http_code}' -X POST -T - "$url" >"$2" &
    add_child $!
    slow_pid=$!
}

open_files() { ls "/proc/$pid/fd" | wc -l; }
files_are() { [ "$(open_files)" -eq "$1" ]; }

start --max-connections 1 --max-per-address 1000 --set fmp4_idle_timeout_us=1000000 --quiet
base=$(open_files)
slow_post 3 slow
soon files_are $((base + 1))
check 'one POST more than allowed' answers 503 -X POST "$url"
check 'there is a message, and no more' told '^{"message":"[^"]*"}$'
wait $slow_pid
forget_child $slow_pid
check 'silence ends a POST, where it may not last' grep -q 400 slow
check 'its notification' has_event MPE_RTMP_SESSION_IDLE_TIMEOUT $disconnected
check 'then another is taken' soon answers 200 -X POST "$url"
check 'every file is closed again' soon files_are "$base"
./tcp_peer flood "$port" 500
check '500 connections leave no file open' soon files_are "$base"
stop 'too many connections'
check '--quiet keeps quiet' test "$(wc -l <log)" -eq 1

# Headers that never end, and a body that comes a byte each half a second: both are ended, and nobody else waits.
lasted() { cat "$1" && [ "$(cat "$1")" -ge "$2" ] && [ "$(cat "$1")" -le "$3" ]; }

printf 'POST /a/ingest.isml/Streams(a) HTTP/1.1\r\nHost: a\r\nX: ' >endless_headers
{ printf 'POST /a/ingest.isml/Streams(a) HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n'; cat ftyp
    printf '\000\000\377\377free'; } >slow_body
start --max-connections 25
drips=
for _ in $(seq 20); do
    ./tcp_peer drip "$port" endless_headers >headers_lasted &
    drips="$drips $!"
done
add_child $drips
sleep 1
check '20 connections of one address are 16, and the others are turned away' grep -q 'turned away: one address has as many' log
# shellcheck disable=SC2086  # a list
kill $drips 2>/dev/null
# shellcheck disable=SC2086
wait $drips 2>/dev/null
for drip in $drips; do forget_child "$drip"; done
./tcp_peer drip "$port" endless_headers >headers_lasted &
headers_pid=$!
./tcp_peer drip "$port" slow_body >body_lasted &
body_pid=$!
add_child "$headers_pid $body_pid"
check 'others are served meanwhile' soon answers 200 -X POST "$url"
wait $headers_pid $body_pid
forget_child $headers_pid
forget_child $body_pid
check 'headers have ten seconds in all' lasted headers_lasted 9 13
check 'that is said' grep -q 'they did not say in time what they publish' log
check 'a body that is slower than any media is ended' lasted body_lasted 14 19
check 'by a status of its own' grep -q '^HTTP/1.1 408 ' slow_body.answer
check 'with a sentence' grep -q 'came too slowly' slow_body.answer
stop 'slow requests'

start
for signal in HUP QUIT USR1 USR2 ALRM IO PIPE 34 64; do
    kill -s "$signal" "$pid"
    sleep 0.02
done
check 'no signal but SIGTERM, SIGINT and SIGKILL is the end' answers 200 -X POST "$url"
stop 'other signals'

# A stranger's flood is no flood of notifications.
start --allow 10.0.0.0/8 --refusals-per-minute 30
i=0
while [ $i -lt 40 ]; do
    printf 'url = "%s"\nrequest = POST\noutput = body\n' "$url"
    i=$((i + 1))
done >refused
curl -s -g -K refused >answers_of_all
check 'of 40 refusals of one address 30 are notified' test "$(grep -c MPE_INGEST_ENCODER_CONNECTION_DENIED events)" -eq 30
check 'that some were left out is said' grep -q 'notifications of strangers were left out' log
stop 'a flood'
check 'they are counted at the end' grep -q '10 notifications of strangers were left out' log

# The headers of a POST, and of its body one chunk that is the beginning of a header; then the encoder vanishes.
{ printf 'POST /a/ingest.isml/Streams(a) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n18\r\n'; cat ftyp; } >vanishing
start
timeout 5 ./tcp_peer send "$port" vanishing answer 65536
check 'an encoder that vanishes with its last bytes is missed soon' soon has_event MPE_CLIENT_DISCONNECTED $disconnected
base=$(open_files)
slow_post 2 slow
soon files_are $((base + 1))
stop 'a POST under way'
wait $slow_pid
forget_child $slow_pid
check 'the encoder is told of the maintenance' grep -q 503 slow
check 'with its code' told '"code":"MPI_SYSTEM_MAINTENANCE"'
check 'and it is an event' has_event MPI_SYSTEM_MAINTENANCE $disconnected

# --------------------------------------------------------------------------------------------------------------- ffmpeg

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was pushed'; closing; }

h264='-c:v libx264 -preset ultrafast -g 30 -c:a aac'
hevc='-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=30 -c:a aac'
vp9='-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 15 -c:a libopus'
ismv='-f ismv -movflags isml+frag_keyframe'
mp4='-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof'

# $1 size, $2 frame rate, $3 seconds, the others: output options, the output last. Words are split where they are many.
encode()
{
    video=testsrc=size=$1:rate=$2 length=$3
    shift 3
    # shellcheck disable=SC2048,SC2086
    timeout 20 ffmpeg -nostdin -v error $pace -f lavfi -i "$video" -f lavfi -i sine=sample_rate=44100 -t "$length" \
        -pix_fmt yuv420p $* 2>ffmpeg.err
    status=$?
    cat ffmpeg.err
    return $status
}
pace=

quietly() { "$@" && [ ! -s ffmpeg.err ]; }

start --token $token
pace=-re
check 'Smooth is pushed' quietly encode 320x180 30 3 $h264 $ismv "$url"
pace=
check 'its end is an event' soon has_event MPE_CLIENT_DISCONNECTED $disconnected
check 'CMAF-like fragments are pushed' quietly encode 320x180 30 6 $h264 $mp4 -method POST "$url"
check 'with PUT, too' quietly encode 320x180 30 6 $h264 $mp4 -method PUT "$url"
check 'nothing is refused' no_rejection
check 'three POSTs ended' test "$(wc -l <events)" -eq 3

encode 320x180 30 5 $h264 $ismv pipe:1 >good.ismv
encode 320x180 60 5 $h264 $ismv pipe:1 >fast.ismv
encode 320x180 30 2 $hevc -tag:v hvc1 $mp4 pipe:1 >hevc.mp4
encode 160x90 15 1 $vp9 $mp4 pipe:1 >vp9.mp4
encode 2560x1440 5 1 $h264 -an $mp4 pipe:1 >large.mp4
encode 192x108 30 5 $h264 $ismv pipe:1 >small.ismv

: >events
check 'a recorded body is taken' answers 200 -X POST -T - "$url" <good.ismv
check 'and again, after its end' answers 200 -X POST -T - "$url" <good.ismv
check 'nothing is refused of it' no_rejection
check '60 frames a second' answers 400 -X POST -T - "$url" <fast.ismv
check 'are measured' told '"code":"MPE_INGEST_FRAMERATE_EXCEEDED".*"track":0,"value":60[0-9]\{3\},"limit":30000,"unit":"mfps","offset":[0-9]*,"media_ms":[0-9]'
check 'HEVC on an encoding channel' answers 415 -X POST -T - "$url" <hevc.mp4
check 'is said to be HEVC' told '"code":"MPE_INGEST_CODEC_NOT_SUPPORTED".*HEVC'
check 'VP9 and Opus' answers 415 -X POST -T - "$url" <vp9.mp4
check 'is said to be VP9' told 'VP9'
check 'a picture that is too large' answers 400 -X POST -T - "$url" <large.mp4
check 'is measured' told '"code":"MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED".*"value":2560,"limit":1920,"unit":"px"'
check 'each refusal is one notification' test "$(grep -c $rejected events)" -eq 4
{ cat good.ismv; cat noise; } >spoilt.ismv
check 'noise after good fragments' answers 400 -X POST -T - "$url" <spoilt.ismv
check 'is malformed' told '"reason":"MALFORMED_INPUT"'
check 'a good header' sh -c 'head -c "$(grep -abo moof good.ismv | head -n 1 | sed "s/:.*//")" good.ismv | head -c -4 >init'
{ cat init; printf '\000\000\000\020moof\000\000\377\377traf'; } >bad_moof
check 'a moof that is malformed after a good header' answers 400 -X POST -T bad_moof "$url"
check 'before any frame' told '"reason":"MALFORMED_INPUT"'
head -c 300 init >half
check 'half a header' answers 412 -X POST -T half "$url"
check 'the log says so' grep -q 'status 412: The body ended before its header was complete' log
ffmpeg -v error -y -f lavfi -i testsrc=size=64x64 -t 1 -map 0 -c:v libx264 -f mp4 \
    -movflags frag_keyframe+empty_moov+default_base_moof video.mp4
# The same without video, for libmpe: its handler is one of metadata.
LC_ALL=C sed 's/vide/meta/' video.mp4 >meta.mp4
check 'fragments of nothing that is judged' answers 200 -X POST -T meta.mp4 "$url"

# A push that goes on is told by the end of its connection: ffmpeg reads no answer while it writes.
pace=-re
: >events
check 'ffmpeg does not survive 60 frames a second' not encode 320x180 60 12 $h264 $ismv "$url"
check 'its notification' has_event MPE_INGEST_FRAMERATE_EXCEEDED $rejected
check 'ffmpeg does not survive a wrong token' not encode 320x180 30 12 $h264 $ismv "http://127.0.0.1:$port/x$token/ingest.isml/Streams(video)"
check 'and is told, where it asks' not encode 320x180 30 12 $h264 $ismv -send_expect_100 1 "http://127.0.0.1:$port/x$token/ingest.isml/Streams(video)"
check 'what it says' grep -q '403 Forbidden' ffmpeg.err
pace=

# $1 $2 two recorded bodies, pushed at once with a second between their halves: their statuses come to the file both.
push_both()
{
    rm -f both
    for file in "$1" "$2"; do
        half=$(($(wc -c <"$file") / 2))
        { head -c $half "$file"; sleep 1; tail -c +$((half + 1)) "$file"; } |
            curl -s -g -m 10 -o /dev/null -w '%{http_code}\n' -X POST -T - "http://127.0.0.1:$port/$token/ingest.isml/Streams(${file%.*})" >>both &
        pushes="$pushes $!"
    done
    # shellcheck disable=SC2086  # a list
    wait $pushes
    pushes=
    sort both | tr '\n' ' '
}
pushes=

: >events
check 'two renditions are one too many for an encoding channel' test "$(push_both good.ismv small.ismv)" = '200 400 '
check 'that is what it says' has_event MPE_INGEST_MEDIA_QUALITIES_EXCEEDED $rejected
: >events
check 'a redundant push is taken' test "$(push_both good.ismv good.ismv)" = '200 200 '
check 'nothing is refused of that' no_rejection
check 'all this time, the log keeps the token' keeps_the_secret log
check 'notifications do, too' keeps_the_secret events
stop 'pushes to an encoding channel'

start --kind pass-through-standard --app live/$token
check 'two renditions at once on a pass-through channel' test "$(push_both good.ismv small.ismv)" = '200 200 '
check 'HEVC' answers 200 -X POST -T - "$url" <hevc.mp4
check '60 frames a second there' answers 200 -X POST -T - "$url" <fast.ismv
check 'nothing is refused there' no_rejection
check 'but VP9 is' answers 415 -X POST -T - "$url" <vp9.mp4
stop 'pushes to a pass-through channel'

# ----------------------------------------------------------------------------------------------------------- the webhook

./tcp_peer http peer.port posts 1 &
peer_pid=$!
add_child $peer_pid
soon test -s peer.port
start --token $token --events "http://127.0.0.1:$(cat peer.port)/hook" --handshake off --retry-pauses 500ms \
    --topic /live/one
answers 415 -X POST -T - "$url" <vp9.mp4 >/dev/null
check 'a notification is posted, and again where that failed' soon sh -c 'test "$(grep -c "^POST /hook" posts)" -eq 2'
check 'Event Grid delivers an array' grep -q '^\[{"topic":"/live/one".*MPE_INGEST_CODEC_NOT_SUPPORTED.*}\]' posts
check 'the file gets it, too' has_event MPE_INGEST_CODEC_NOT_SUPPORTED $rejected
stop 'a webhook'
kill $peer_pid 2>/dev/null
wait $peer_pid 2>/dev/null
forget_child $peer_pid

closing
