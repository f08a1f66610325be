#!/bin/sh
# mpe-guard and mpe-smooth with a configuration file: many channels on one port, reload, and the PROXY protocol.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
needs_program mpe-smooth
programs=$build/bin
man=$top/man/man1/mpe-guard.1
cd "$scratch" || exit 2

# $1 guard or smooth; its configuration is main.yaml. pid, port (of the first listener), port2.
all_listen() { [ "$(grep -c 'listening on' log)" -eq "$(grep -c '[-{] address: 127' main.yaml)" ]; }
start()
{
    : >events
    : >log
    "$programs/mpe-$1" --config main.yaml 2>log &
    pid=$!
    add_child $pid
    soon all_listen
    port=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' log | sed -n 1p)
    port2=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' log | sed -n 2p)
}

has_event() { cat events log && grep "\"resultCode\":\"$1\"" events | grep -q "$2"; }

# -------------------------------------------------------------------------------------------------------------- the file

key_a=5f2d0c7a9b1e4c3d8e6f7a8b9c0d1e2f
key_b=s3cr3t-k3y

# The others: further lines.
configure()
{
    cat >main.yaml <<YAML
listeners:
  - address: 127.0.0.1:0
  - { address: 127.0.0.1:0, proxy_protocol: { from: [127.0.0.0/8] } }
events: [{ file: events }]
limits: { connections: 100, memory: 64M }
defaults: { kind: encoding, set: { mask_address: 0 } }
channels:
  - { name: studio-a, app: live/$key_a }
  - { name: studio-b, app: live/$key_b, kind: pass-through-standard, topic: /b }
  - { name: guests, app: open, stream_name: "guest-*" }
YAML
    [ $# -eq 0 ] || printf '%s\n' "$@" >>main.yaml
}

says() { sentence=$1; shift; "$@" >out 2>&1; status=$?; cat out; grep -q -e "$sentence" out && [ "$(wc -l <out)" -eq 1 ]; }
is_wrong() { says "$@" && [ $status -eq 2 ]; }

configure
check '--check counts the channels' says 'main.yaml: 3 channels' "$programs/mpe-guard" --config main.yaml --check
check 'without --config it has nothing to look at' is_wrong 'give it with --config' \
    "$programs/mpe-guard" --check --listen 127.0.0.1:0 --sink
check '--config stands alone' is_wrong 'give it alone' "$programs/mpe-guard" --config main.yaml --sink
configure '  - { name: bad, app: x, kind: y }'
check '--check says line and sentence' is_wrong 'main.yaml:11: kind: give encoding' "$programs/mpe-guard" --config main.yaml --check
check 'without --check, too' is_wrong 'main.yaml:11: kind: give encoding' "$programs/mpe-guard" --config main.yaml
awk '/^\.Sh/ { configuration = $2 == "CONFIGURATION" } /^\.Ed/ { on = 0 } on; configuration && /^\.Bd -literal/ { on = 1 }' "$man" |
    sed "s|/etc/mpe|$scratch|" >man.yaml
echo 0123456789abcdef0123456789abcdef >fleet.key
chmod 600 fleet.key
check 'the example of the manual is right' says 'man.yaml: 2 channels' "$programs/mpe-guard" --config man.yaml --check
wrong() { printf '%s\n' "$2" >wrong.yaml; check "usage: $1" is_wrong "$1" "$programs/mpe-guard" --config wrong.yaml; }
wrong 'wrong.yaml:1: there are no listeners' 'channels: []'
wrong 'wrong.yaml:1: address: give a numeric address' 'listeners: [{ address: localhost }]'
wrong 'wrong.yaml:2: from: 10.0.0.0/33 is no network' 'listeners:
  - { address: 127.0.0.1:0, proxy_protocol: { from: [10.0.0.0/33] } }'
wrong 'proxy_protocol: say who' 'listeners: [{ address: 127.0.0.1:0, proxy_protocol: {} }]'
wrong 'wrong.yaml:2: address: give host and port' 'listeners: [{ address: 127.0.0.1:0 }]
upstream: { address: nowhere }'
wrong 'wrong.yaml:2: address: give host and port' 'listeners: [{ address: 127.0.0.1:0 }]
channels: [{ name: a, app: a, upstream: { address: nowhere } }]'
wrong 'wrong.yaml:2: address: is missing' 'listeners: [{ address: 127.0.0.1:0 }]
defaults: { upstream: {} }'
wrong 'wrong.yaml:2: proxy_protocol: give none, v1' 'listeners: [{ address: 127.0.0.1:0 }]
upstream: { address: 127.0.0.1:1, proxy_protocol: v3 }'
wrong 'wrong.yaml:2: connections: give a whole number' 'listeners: [{ address: 127.0.0.1:0 }]
limits: { connections: many }'
wrong 'wrong.yaml:2: memory: give a number of bytes' 'listeners: [{ address: 127.0.0.1:0 }]
limits: { memory: 1T }'
wrong 'wrong.yaml:2: url: the URL has no host' 'listeners: [{ address: 127.0.0.1:0 }]
events: [{ url: "http://" }]'
wrong 'wrong.yaml:2: schema: give event-grid' 'listeners: [{ address: 127.0.0.1:0 }]
events: [{ file: events, schema: x }]'

# ------------------------------------------------------------------------------------------------------ channels of guard

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was published'; closing; }
check 'tcp_peer.c compiles' build_peer

# $1 frame rate, $2 seconds, $3 size, $4 the path.
publish()
{
    timeout 30 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=$3:rate=$1" -t "$2" -pix_fmt yuv420p \
        -c:v libx264 -preset ultrafast -g 30 -f flv "rtmp://127.0.0.1:$port/$4" 2>ffmpeg.err
}

told() { cat ffmpeg.err && grep -q "Server error: $1" ffmpeg.err; }

configure
start guard
check 'a stream of one channel' publish 30 2 320x180 "live/5F2D0C7A-9B1E-4C3D-8E6F-7A8B9C0D1E2F/any"
check 'its end names the channel' soon has_event MPE_CLIENT_TERMINATED_SESSION '"subject":"liveEvent/studio-a"'
check 'the log names it' in_log ' studio-a 127.0.0.1 MPE_CLIENT_TERMINATED_SESSION'
check 'what one channel refuses ...' not publish 60 4 320x180 "live/$key_a/fast"
check 'is told' told MPE_INGEST_FRAMERATE_EXCEEDED
check '... another takes' publish 60 4 320x180 "live/$key_b/any"
check 'its topic is its own' soon has_event MPE_CLIENT_TERMINATED_SESSION '"topic":"/b".*"subject":"liveEvent/studio-b"'
check 'a key that no channel has' not publish 30 2 320x180 "live/x$key_b/any"
check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
check 'a name that no channel has' not publish 30 2 320x180 open/someone
check 'is told' told MPE_RTMP_APPID_AUTH_FAILURE
: >events
publish 30 4 320x180 open/guest-1 &
first=$!
check 'two of one pattern do not meet' publish 30 3 640x360 open/guest-2
wait $first
check 'neither of them' test $? -eq 0
check 'no key is in the log' not grep -e "$key_a" -e "$key_b" log
check 'nor in an event' not grep -i -e "$key_a" -e "$key_b" events

check 'a line of the log is text' in_log '^mpe-guard: guard-1 studio-a'

# What stays is not touched, what goes is told, what is new is there.
publish 30 6 320x180 "live/$key_a/any" &
stays=$!
(publish 30 8 320x180 "live/$key_b/any") &
goes=$!
two_are_on() { [ "$(grep -ci "0100007F:$(printf %04X "$port") 0100007F:[0-9A-F]* 01 " /proc/net/tcp)" -ge 2 ]; }
soon two_are_on
sleep 2
configure '  - { name: broken, app: }' '  - ['
kill -HUP "$pid"
check 'a wrong file changes nothing, and why is said' soon in_log 'nothing was changed: main.yaml:1[123]: '
sed -i '/studio-b/d; /^  - \[/d; s/broken, app:/new, app: new/' main.yaml
kill -HUP "$pid"
check 'a right one is read' soon in_log 'main.yaml was read again: 3 channels'
check 'whose channel is gone is ended' soon has_event MPI_REST_API_CHANNEL_STOP studio-b
wait $goes
check 'a channel that is new takes encoders' publish 30 2 320x180 new/any
wait $stays
check 'whose channel stays is not touched' test $? -eq 0
stop 'channels'

# A channel stays one: what is pushed before a reload and after it adds up, and its limits are those of the new file.
configure
start guard
publish 30 9 320x180 "live/$key_a/first" &
stays=$!
sleep 3
configure '  - { name: new, app: new }'
sed -i 's/name: studio-b, /name: studio-b, set: { max_width_px: 300 }, /' main.yaml
kill -HUP "$pid"
soon in_log 'was read again'
check 'after a reload another quality is one too many' not publish 30 4 640x360 "live/$key_a/second"
check 'for that before is still counted' told MPE_INGEST_MEDIA_QUALITIES_EXCEEDED
configure
sed -i 's/studio-a, /studio-a, subject: renamed, set: { max_video_qualities: 2, max_width_px: 640 }, actions: { MPE_INGEST_FRAMERATE_EXCEEDED: report }, /' main.yaml
kill -HUP "$pid"
soon sh -c 'test "$(grep -c "was read again" log)" -eq 2'
check 'a limit that was raised counts' publish 30 2 640x360 "live/$key_a/third"
check 'and one that was lowered' not publish 30 2 800x450 "live/$key_a/fourth"
wait $stays
check 'the first is not touched by any of this' test $? -eq 0
check 'the subject is the new one' soon has_event MPE_CLIENT_TERMINATED_SESSION '"subject":"renamed"'
stop 'limits that change'

start_peer http /dev/null 0
kill "$peer_pid"
wait "$peer_pid" 2>/dev/null
forget_child "$peer_pid"
configure 'log: { format: json, level: warning }'
sed -i "/proxy_protocol/d; s/address: 127.0.0.1:0/address: 127.0.0.1:$peer_port/" main.yaml
: >log
"$programs/mpe-guard" --config main.yaml 2>log &
pid=$!
add_child $pid
port=$peer_port
soon ./tcp_peer count "$port" 1
publish 30 1 320x180 "live/$key_a/any"
publish 30 1 320x180 "live/x/any"
json_log() { cat log && python3 -c 'import json,sys
lines = [json.loads(line) for line in open("log")]
refused = [line for line in lines if line.get("code") == "MPE_RTMP_APPID_AUTH_FAILURE"]
assert len(refused) == 1 and refused[0]["level"] == "warning" and refused[0]["session"].startswith("guard-"), refused
assert refused[0]["address"] == "127.0.0.1" and refused[0]["time"].endswith("Z"), refused
assert not [line for line in lines if line.get("code") == "MPE_CLIENT_TERMINATED_SESSION"]'; }
if command -v python3 >/dev/null; then
    check 'the log is JSON, and only what warns' soon json_log
else
    skip 'there is no python3'
fi
stop 'a log of JSON'

# ------------------------------------------------------------------------------------------------------- PROXY protocol

configure
start guard
start_peer tap "$port" c2s s2c
timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=320x180:rate=30 -t 2 -pix_fmt yuv420p -c:v libx264 \
    -preset ultrafast -g 30 -f flv "rtmp://127.0.0.1:$peer_port/live/$key_a/any"
wait "$peer_pid"
forget_child "$peer_pid"
: >events
{ printf 'PROXY TCP4 192.0.2.7 198.51.100.1 56324 1935\r\n'; cat c2s; } >announced
for slice in 7 65536; do
    timeout 20 ./tcp_peer send "$port2" announced answer $slice
    check "version 1 in slices of $slice: the encoder's address counts" soon has_event MPE_CLIENT_TERMINATED_SESSION \
        '"encoderIp":"192.0.2.7","encoderPort":"56324"'
    check 'it was answered as without a proxy' test "$(wc -c <answer)" -gt 3073
    : >events
done
timeout 5 ./tcp_peer send "$port2" c2s answer 65536
check 'without a header it is turned away' soon in_log 'they did not begin with a header of the PROXY protocol'
check 'and never answered' test ! -s answer
printf 'PROXY UNKNOWN\r\n' >check
timeout 5 ./tcp_peer send "$port2" check answer 65536
check 'a check of the proxy is no event' test ! -s events
timeout 5 ./tcp_peer send "$port" announced answer 65536
check 'a header where none is taken is no RTMP' soon has_event MPE_UNKNOWN_ERROR PROTOCOL_NOT_SUPPORTED
if command -v haproxy >/dev/null; then
    start_peer http /dev/null 0
    kill "$peer_pid"
    forget_child "$peer_pid"
    cat >haproxy.cfg <<CONF
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen rtmp
    bind 127.0.0.1:$peer_port
    server guard 127.0.0.1:$port2 send-proxy-v2
CONF
    haproxy -f haproxy.cfg >haproxy.log 2>&1 &
    haproxy_pid=$!
    add_child $haproxy_pid
    soon ./tcp_peer count "$peer_port" 1
    : >events
    { cat c2s; sleep 1; } | timeout 10 curl -s --interface 127.0.0.77 "telnet://127.0.0.1:$peer_port" >/dev/null
    check 'behind haproxy the encoder has its own address' soon has_event 'MPE_[A-Z_]*' '"encoderIp":"127.0.0.77"'
    own_port=$port
    port=$peer_port
    check 'ffmpeg publishes through haproxy' publish 30 2 320x180 "live/$key_a/any"
    port=$own_port
    kill $haproxy_pid
    wait $haproxy_pid 2>/dev/null
    forget_child $haproxy_pid
else
    skip 'there is no haproxy'
fi
stop 'proxies in front'

configure
sed -i 's/127.0.0.0\/8/192.0.2.0\/24/' main.yaml
start guard
timeout 5 ./tcp_peer send "$port2" announced answer 65536
check 'who may not name addresses is turned away' soon in_log 'they came from none of the proxies'
stop 'a stranger'

# $1 the version; the header that the server got stands in the file head.
passes_on()
{
    start_peer serve s2c got
    configure "upstream: { proxy_protocol: $1, address: 127.0.0.1:$peer_port }"
    start guard
    timeout 20 ./tcp_peer send "$port2" announced answer 65536
    wait "$peer_pid"
    forget_child "$peer_pid"
    head -c $(($(wc -c <got) - $(wc -c <c2s))) got >head
    tail -c +3074 c2s >said
    tail -c "$(wc -c <said)" got | cmp - said
}

check 'version 1 upstream: all bytes come, after a handshake of its own' passes_on v1
check 'after the line' grep -q '^PROXY TCP4 192.0.2.7 127.0.0.1 56324 [0-9]*.$' head
stop 'v1'
check 'version 2 upstream: all bytes come' passes_on v2
check 'after 28 bytes' test "$(od -An -tx1 head | tr -d ' \n' | cut -c 1-48)" = 0d0a0d0a000d0a515549540a2111000cc0000207 -o \
    "$(od -An -tx1 head | tr -d ' \n' | cut -c 1-40)" = 0d0a0d0a000d0a515549540a2111000cc0000207
stop 'v2'
check "SRS's form upstream: all bytes come" passes_on srs
check 'after seven bytes' test "$(od -An -tx1 head | tr -d ' \n')" = f30004c0000207
stop 'srs'

# ---------------------------------------------------------------------------------------------------- channels of smooth

answers()
{
    expected=$1
    status=$(curl -s -g -m 10 -o body -w '%{http_code}' -X POST -T - "http://127.0.0.1:$port/$2" <"$3")
    echo "status $status"
    cat body
    [ "$status" = "$expected" ]
}

configure
sed -i '/proxy_protocol/d' main.yaml
for fps in 30 60; do
    ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=$fps -t 5 -pix_fmt yuv420p -c:v libx264 -preset ultrafast \
        -g 30 -f ismv -movflags isml+frag_keyframe $fps.ismv
done
for line in 'players: pass' 'drain: 5' 'authorize: { url: http://127.0.0.1:1/ }' 'upstream: { address: 127.0.0.1:1935 }'; do
    cp main.yaml unused.yaml
    echo "$line" >>unused.yaml
    check "mpe-smooth has no ${line%%:*}, and says where it stands" is_wrong "unused.yaml:$(wc -l <unused.yaml): ${line%%:*}:" \
        "$programs/mpe-smooth" --config unused.yaml --check
done
start smooth
check 'a push to one channel' answers 200 "live/$key_a/ingest.isml/Streams(video)" 30.ismv
check 'its end names the channel' soon has_event MPE_CLIENT_DISCONNECTED '"subject":"liveEvent/studio-a"'
check 'what one channel refuses ...' answers 400 "live/$key_a/ingest.isml/Streams(video)" 60.ismv
check '... another takes' answers 200 "live/$key_b/ingest.isml/Streams(video)" 60.ismv
check 'a key that no channel has' answers 403 "live/x/ingest.isml/Streams(video)" 30.ismv
head -c "$(($(grep -abo moof 30.ismv | head -n 1 | cut -d : -f 1) - 4))" 30.ismv >init.mp4
check 'a header in a request of its own' answers 200 "live/$key_a/init.mp4" init.mp4
check 'with a key that no channel has' answers 403 live/x/init.mp4 init.mp4
check 'a name of a pattern' answers 200 'open/ingest.isml/Streams(guest-7)' 30.ismv
check 'a name that no channel has' answers 403 'open/ingest.isml/Streams(someone)' 30.ismv
check 'no key is in the log' not grep -e "$key_a" -e "$key_b" log
curl -s -g --limit-rate 20k -o stopped -X POST -T - "http://127.0.0.1:$port/live/$key_b/ingest.isml/Streams(video)" <30.ismv &
curl -s -g --limit-rate 20k -o stays -w '%{http_code}' -X POST -T - "http://127.0.0.1:$port/live/$key_a/ingest.isml/Streams(video)" <30.ismv >stays.status &
stays=$!
sleep 1
sed -i '/studio-b/d' main.yaml
kill -HUP "$pid"
check 'the file is read again' soon in_log 'main.yaml was read again: 2 channels'
check 'whose channel is gone is ended' soon has_event MPI_REST_API_CHANNEL_STOP studio-b
check 'and told' soon grep -q MPI_REST_API_CHANNEL_STOP stopped
wait $stays
check 'whose channel stays is not touched' test "$(cat stays.status)" = 200
check 'a channel that is gone takes nobody' answers 403 "live/$key_b/ingest.isml/Streams(video)" 30.ismv
stop 'channels of smooth'
closing
