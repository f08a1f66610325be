#!/bin/sh
# What a publish through mpe-guard leads to: what a service says of it, what the upstream server says, and players.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
guard=$build/bin/mpe-guard
backend_source=$top/tests/integration/guard/backend.py
cd "$scratch" || exit 2

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was published'; closing; }
command -v python3 >/dev/null || { skip 'there is no python3: nobody can be asked'; closing; }

python3 "$backend_source" backend.port asked &
add_child $!
soon test -s backend.port
backend=http://127.0.0.1:$(cat backend.port)

# $1 the path at the back-end, "" asks nobody; $2 more settings of authorize; the others: further lines.
start()
{
    : >events
    : >log
    : >asked
    {
        echo 'listeners: [{ address: 127.0.0.1:0 }]'
        echo 'events: [{ file: events }]'
        echo 'defaults: { set: { mask_address: 0 } }'
        [ -z "$1" ] || echo "authorize: { url: \"$backend$1\", timeout: ${2:-1500ms} }"
        shift
        [ $# -eq 0 ] || shift
        [ $# -eq 0 ] || printf '%s\n' "$@"
        cat <<YAML
channels:
  - { name: studio-a, app: live, stream_name: "*" }
  - { name: studio-b, app: other, kind: pass-through-standard }
  - { name: closed, app: closed }
YAML
    } >main.yaml
    "$guard" --config main.yaml 2>log &
    pid=$!
    add_child $pid
    soon grep -q 'listening on' log
    port=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' log)
}

# $1 the path, $2 frame rate, $3 seconds.
publish()
{
    timeout 30 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=${2:-30}" -t "${3:-1}" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -f flv "rtmp://127.0.0.1:$port/$1" 2>ffmpeg.err
}

told() { cat ffmpeg.err && grep -q "Server error: $1" ffmpeg.err; }
has_event() { cat events log && grep "\"resultCode\":\"$1\"" events | grep -q "$2"; }
published_well() { cat ffmpeg.err log nginx/error.log; [ "$1" -eq 0 ]; }
was_asked() { cat asked && grep -q "$1" asked; }
rejected=LiveEventConnectionRejected

# ------------------------------------------------------------------------------------------------------ a service is asked

start /accept
check 'what it accepts is taken' publish "live/key?token=s3%20cret&addr=192.0.2.9&%61pp=x"
check 'the form is that of on_publish' was_asked '"addr": "127.0.0.1", "app": "live", "call": "publish", "clientid": "guard-1"'
check 'with the name alone' was_asked '"name": "key"'
check 'with fields of the query' was_asked '"token": "s3 cret"'
check 'and where it connected' was_asked '"tcurl": "rtmp://127.0.0.1'
check 'and what it is' was_asked '"flashver": "[^"]'
check 'the channel is that of the table' soon has_event MPE_CLIENT_TERMINATED_SESSION liveEvent/studio-a
check 'what no channel takes is refused' not publish 'nowhere/key'
check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
stop 'a service that accepts'

start /refuse
check 'what it refuses is not taken' not publish live/s3cr3t
check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
check 'and notified, as one of the channel' soon has_event MPE_RTMP_APPID_AUTH_FAILURE "liveEvent/studio-a.*$rejected"
check 'no key is in the log' not grep s3cr3t log events
stop 'a service that refuses'

start /channel
check 'it may name the channel' publish nowhere/key 60 3
check 'which it is' soon has_event MPE_CLIENT_TERMINATED_SESSION liveEvent/studio-b
publish nowhere/key 30 4 &
encoder=$!
sleep 1.5
kill -HUP "$pid"
wait $encoder
check 'a reload does not end who was given its channel' test $? -eq 0
stop 'a service that names channels'

start /limits
check 'it may set limits' not publish live/key 30 3
check 'which are told' told MPE_INGEST_FRAMERATE_EXCEEDED
stop 'a service that sets limits'

for path in unknown wrong; do
    start /$path
    check "/$path is refused" not publish live/key
    check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
    stop "/$path"
done

for path in broken garbage lie endless hang; do
    start /$path
    check "/$path: no answer is a refusal" not publish live/key
    check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
    check 'and why is logged' in_log 'the service of authorize has no answer: '
    stop "/$path"
    start /$path '500ms, otherwise: accept'
    check "/$path: or it is taken, where that is set" publish live/key
    stop "/$path"
done
start /binary
check 'what is no object is a yes, as of back-ends of nginx-rtmp' publish live/key
stop '/binary'

# One that hangs does not hold up who waits for nothing.
start /hang 20s
publish live/key &
waits=$!
soon was_asked '"name": "key"'
check 'the program ends while a service hangs' ends_well
wait $waits

wrong() { printf '%s\n' 'listeners: [{ address: 127.0.0.1:0 }]' "$2" >wrong.yaml
    "$guard" --config wrong.yaml --check >out 2>&1; status=$?; cat out; [ $status -eq 2 ] && grep -q "$1" out; }
check 'a URL that is none' wrong 'wrong.yaml:2: url: give a URL' 'authorize: { url: nowhere }'
check 'a time that is none' wrong 'wrong.yaml:2: timeout: give a time' 'authorize: { url: "http://a/", timeout: 2 }'
check 'neither refuse nor accept' wrong 'wrong.yaml:2: otherwise: give' 'authorize: { url: "http://a/", otherwise: x }'
check 'a drain' wrong 'wrong.yaml:2: drain: give whole seconds' 'drain: long'
check 'players' wrong 'wrong.yaml:2: players: give pass' 'players: x'

check 'what becomes of encoders' wrong 'wrong.yaml:2: removed: give stop or stay' 'removed: x'
check 'no action' wrong 'wrong.yaml:3: MPE_INGEST_FRAMERATE_EXCEEDED: give refuse' 'defaults:
  actions: { MPE_INGEST_FRAMERATE_EXCEEDED: shrug }'
check 'no code' wrong 'no setting MPE_NOTHING here; settings are: those of mpe_codes' 'defaults: { actions: { MPE_NOTHING: report } }'
check 'a code that cannot be ignored' wrong 'wrong.yaml:2: MPE_UNKNOWN_ERROR: give' \
    'defaults: { actions: { MPE_UNKNOWN_ERROR: ignore } }'

start '' ''
sed -i 's/app: other/app: other, actions: { MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED: report }, set: { max_width_px: 160 }/' main.yaml
kill -HUP "$pid"
soon in_log 'was read again'
check 'what is only reported ends nothing' publish other/key 30 2
check 'but is notified' soon has_event MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED studio-b
publish other/key 30 9 &
encoder=$!
sleep 1.5
sed -i 's/app: other/app: elsewhere/' main.yaml
kill -HUP "$pid"
wait $encoder
check 'whose channel is gone is told' told MPI_REST_API_CHANNEL_STOP
publish elsewhere/key 30 4 &
encoder=$!
sleep 1.5
sed -i '/app: elsewhere/d; 1i removed: stay' main.yaml
kill -HUP "$pid"
wait $encoder
check 'or stays, where that is set' test $? -eq 0
stop 'channels that are gone'

# --------------------------------------------------------------------------------------------------- the upstream server

module=/usr/lib/nginx/modules/ngx_rtmp_module.so
if [ ! -e $module ] || ! command -v nginx >/dev/null; then
    skip 'there is no nginx with its RTMP module: what a server says was not passed on'
    closing
fi

some_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
server=$(some_port)
control=$(some_port)
mkdir -p nginx
chmod 777 . nginx
cat >nginx/nginx.conf <<CONF
load_module $module;
daemon off;
master_process off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
events {}
http { access_log off; server { listen 127.0.0.1:$control; location / { rtmp_control all; } location /stat { rtmp_stat all; } } }
rtmp { server { listen 127.0.0.1:$server;
    application live { live on; }
    application closed { live on; on_publish $backend/refuse; } } }
CONF
nginx -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" 2>nginx/stderr &
add_child $!
fetch() { python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$1"; }
soon fetch "http://127.0.0.1:$control/stat"

start /rename 1s "upstream: { address: 127.0.0.1:$server }"
publish 'live/key?token=1' 30 3 &
encoder=$!
is_renamed() { fetch "http://127.0.0.1:$control/stat" >stat; cat stat; grep -q '<name>renamed-by-the-service</name>' stat; }
check 'the server gets the name that the service gives' soon is_renamed
wait $encoder
check 'and the encoder publishes well' published_well $?
stop 'a service that renames'

start '' '' "upstream: { address: 127.0.0.1:$server }"
check 'what the server refuses' not publish closed/key
check 'is notified as that' soon has_event MPE_RTMP_APPID_AUTH_FAILURE "$rejected"
check 'and not as a maintenance' not grep MPI_SYSTEM_MAINTENANCE events
check 'once' test "$(wc -l <events)" -eq 1
: >events
publish live/key 30 6 &
encoder=$!
sleep 2
fetch "http://127.0.0.1:$control/control/drop/publisher?app=live&name=key" >/dev/null
wait $encoder
check 'whom the server throws out' soon has_event MPI_REST_API_CHANNEL_RESET LiveEventEncoderDisconnected
: >events
publish live/key 30 9 &
encoder=$!
sleep 1.5
timeout 20 ffmpeg -nostdin -v error -i "rtmp://127.0.0.1:$port/live/key" -t 2 -f null - 2>player.err
check 'players pass' test $? -eq 0
check 'and are no event' test ! -s events
wait $encoder
stop 'a server that refuses'

start '' '' "upstream: { address: 127.0.0.1:$server }" 'players: refuse'
publish live/key 30 5 &
encoder=$!
sleep 1.5
check 'players may be turned away' not timeout 20 ffmpeg -nostdin -v error -i "rtmp://127.0.0.1:$port/live/key" -t 1 -f null -
check 'which is counted' soon in_log 'turned away: they wanted to play'
wait $encoder
check 'encoders do not notice' test $? -eq 0
stop 'players: refuse'

# ------------------------------------------------------------------------------------------------------------ the drain

port=$(some_port)
start_at()
{
    : >"$1"
    "$guard" --listen "127.0.0.1:$port" --sink --events events --drain "$2" 2>"$1" &
    pid=$!
    add_child $pid
    soon grep -q 'listening on' "$1"
}
: >events
start_at log 20
first=$pid
publish live/first 30 5 &
encoder=$!
sleep 1.5
start_at log2 20
check 'a next process listens at the same port' grep -q 'listening on' log2
kill -TERM "$first"
soon in_log 'SIGTERM: 1 connections are asked'
(publish live/second 30 1)
check 'which takes who comes now' grep -q 'guard-1 .*MPE_CLIENT_TERMINATED_SESSION' log2
wait $encoder
check 'who is on the first goes on' test $? -eq 0
wait "$first"
check 'which ends well when nobody is' test $? -eq 0
check 'and before its time' in_log 'drained: 0 connections end'
stop 'the second'
start_at log 1
publish live/third 30 9 &
encoder=$!
sleep 1.5
: >events
kill -TERM "$pid"
wait "$pid"
wait $encoder
check 'who is there when the time is over' has_event MPI_SYSTEM_MAINTENANCE LiveEventEncoderDisconnected

closing
