#!/bin/sh
# mpe-guard in front of several servers: each publish goes to that of its channel, and nobody else gets to one.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
guard=$build/bin/mpe-guard
cd "$scratch" || exit 2
command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was published'; closing; }
check 'tcp_peer.c compiles' build_peer

# A server that takes what is published and says what it was: the guard's own sink. $1 its name, the others: options.
start_server()
{
    name=$1
    shift
    : >"$name.events"
    start_program "$name.log" "$guard" --listen 127.0.0.1:0 --sink --events "$name.events" --log-format json "$@"
    eval "${name}_pid=$pid"
    port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\)".*/\1/p' "$name.log" | head -n 1)
    eval "${name}_port=$port"
}

start()
{
    : >events
    start_program log "$guard" --config main.yaml
    own_port=$port
}

# $1 the path, $2 seconds, $3 frame rate.
publish()
{
    timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=${3:-30}" -f lavfi \
        -i sine=sample_rate=44100 -t "${2:-2}" -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -c:a aac \
        -f flv "rtmp://127.0.0.1:$own_port/$1" 2>ffmpeg.err
    status=$?
    cat ffmpeg.err
    return $status
}
told() { cat ffmpeg.err && grep -q "Server error: $1" ffmpeg.err; }
got() { cat "$1.events" "$1.log" && grep "\"resultCode\":\"$2\"" "$1.events"; }
has_event() { cat events log && grep "\"resultCode\":\"$1\"" events | grep -q "$2"; }

start_server one
start_server two
start_server strict --app another
free_port
cat >main.yaml <<YAML
listeners: [{ address: 127.0.0.1:0 }]
events: [{ file: events }]
upstream: { address: 127.0.0.1:$one_port }
channels:
  - { name: first, app: live }
  - { name: second, app: other, stream_name: "two-*", upstream: { address: 127.0.0.1:$two_port } }
  - { name: third, app: other, stream_name: "strict-*", upstream: { address: 127.0.0.1:$strict_port } }
  - { name: nobody, app: other, stream_name: gone, upstream: { address: 127.0.0.1:$peer_port } }
YAML
start
check 'one channel publishes' publish live/key
check 'its server gets it' soon got one MPE_CLIENT_TERMINATED_SESSION
check 'the other does not' test ! -s two.events
: >one.events
check 'another one publishes' publish other/two-1
check 'its own server gets it' soon got two MPE_CLIENT_TERMINATED_SESSION
check 'the first does not' test ! -s one.events
check 'it ends as it should' soon has_event MPE_CLIENT_TERMINATED_SESSION liveEvent/second
: >one.events
: >two.events
check 'what no channel takes is refused' not publish other/nobody
check 'and told' told MPE_RTMP_APPID_AUTH_FAILURE
check 'what a server refuses is refused' not publish other/strict-1
check 'and told as the same' told MPE_RTMP_APPID_AUTH_FAILURE
check 'and notified' soon has_event MPE_RTMP_APPID_AUTH_FAILURE liveEvent/third
check 'a server that cannot be reached' not publish other/gone
check 'is said to the encoder' told 'MPI_SYSTEM_MAINTENANCE: .*cannot be reached'
check 'no server saw any of these' test ! -s one.events -a ! -s two.events
if gst-inspect-1.0 rtmp2sink >/dev/null 2>&1 && gst-inspect-1.0 x264enc >/dev/null 2>&1; then
    : >two.events
    check 'GStreamer publishes' timeout 20 gst-launch-1.0 -q videotestsrc num-buffers=60 ! \
        video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! x264enc key-int-max=30 ! flvmux streamable=true ! \
        rtmp2sink location="rtmp://127.0.0.1:$own_port/other/two-gst"
    check 'and its server gets it' soon got two MPE_CLIENT_TERMINATED_SESSION
else
    skip 'there is no rtmp2sink or x264enc for GStreamer'
fi

# A reload moves a channel to another server.
: >one.events
: >two.events
sed -i "s/127.0.0.1:$one_port/127.0.0.1:$two_port/" main.yaml
kill -HUP "$pid"
soon in_log 'was read again'
check 'after a reload' publish live/key
check 'the new server gets it' soon got two MPE_CLIENT_TERMINATED_SESSION
check 'and the old one not' test ! -s one.events
stop 'several servers'

# ------------------------------------------------------------------------------------------ a name server that is slow

${CC:-cc} -shared -fPIC -o slow_names.so "$top/tests/integration/guard/slow_names.c" -ldl
# $1 the server of all channels.
configure_slow()
{
    cat >slow.yaml <<YAML
listeners: [{ address: 127.0.0.1:0 }]
events: [{ file: events }]
upstream: { address: $1 }
channels: [{ name: first, app: live }]
YAML
}
: >one.events
: >two.events
: >events
configure_slow "slow.example:$one_port"
LD_PRELOAD=$scratch/slow_names.so NO_ANSWER_WHILE=$scratch/no_answer start_program log "$guard" --config slow.yaml
own_port=$port
touch no_answer
configure_slow "slow.example:$two_port"
kill -HUP "$pid"
sleep 0.5
check 'while a server is looked up, encoders publish' publish live/key
check 'to the server that they had' soon got one MPE_CLIENT_TERMINATED_SESSION
check 'it is looked up still' not in_log 'was read again'
rm no_answer
check 'the file counts when it is found' soon in_log 'was read again'
check 'then they publish, too' publish live/key
check 'to the new server' soon got two MPE_CLIENT_TERMINATED_SESSION
: >two.events
configure_slow "nowhere.example:$one_port"
kill -HUP "$pid"
check 'a name that is not found is said with its line' soon in_log 'nothing was changed: slow.yaml:3: address: no address is known'
check 'and encoders publish' publish live/key
check 'to the server that they had' soon got two MPE_CLIENT_TERMINATED_SESSION
configure_slow "slow.example:$one_port"
touch no_answer
kill -HUP "$pid"
sleep 1 # the first is under way
configure_slow "127.0.0.1:$one_port"
kill -HUP "$pid"
sleep 0.5
check 'what changes meanwhile waits' sh -c '[ "$(grep -c "was read again" log)" -eq 1 ]'
rm no_answer
check 'and counts then' soon sh -c '[ "$(grep -c "was read again" log)" -eq 3 ]'
touch no_answer
configure_slow "slow.example:$two_port"
kill -HUP "$pid"
sleep 0.5
before=$(date +%s)
stop 'a name server that never answers'
check 'without a wait for it' test $(($(date +%s) - before)) -lt 5
rm no_answer

# ----------------------------------------------------------------------------------------- servers that are none, and lies

# $1 what the peer is; its port is that of the channel.
configure_lies()
{
    cat >lies.yaml <<YAML
listeners: [{ address: 127.0.0.1:0 }]
events: [{ file: events }]
defaults: { set: { rtmp_idle_timeout_us: 4000000 } }
channels: [{ name: lies, app: live, upstream: { address: 127.0.0.1:$peer_port } }]
YAML
    : >events
    start_program log "$guard" --config lies.yaml
    own_port=$port
}
start_peer stall
configure_lies
check 'a server that answers nothing' not publish live/key
check 'is said to the encoder, which is not blamed' told 'MPI_SYSTEM_MAINTENANCE: .*cannot be reached'
stop 'silence'
stop_child "$peer_pid"
head -c 200000 /dev/urandom >noise
start_peer serve noise got
configure_lies
check 'a server that answers noise' not publish live/key
check 'is said to the encoder, too' told MPI_SYSTEM_MAINTENANCE
stop 'noise'
stop_child "$peer_pid"
start_peer http posts 0
configure_lies
check 'a server that speaks HTTP' not publish live/key
check 'is said to the encoder, too' told 'MP[EI]_'
# An encoder that talks and talks: a handshake, and 80 kB of acknowledgements.
python3 -c 'import sys
sys.stdout.buffer.write(b"\3" + bytes(3072) + (b"\2" + bytes(3) + b"\0\0\4\3" + bytes(8)) * 5000)' >chatter
timeout 10 ./tcp_peer send "$own_port" chatter answer 65536
check 'who says too much before its publish is ended' soon in_log 'it says too much before it publishes'
stop 'chatter'
stop_child "$peer_pid"

# ------------------------------------------------------------------------------------------- refused, and not connected

# Connections have a number each at a server: that of its last one.
last_number() { sed -n 's/.*"session":"guard-\([0-9]*\)".*/\1/p' "$1.log" | tail -n 1; }
is_next() { cat one.log && [ "$(last_number one)" -eq $(($1 + 1)) ]; }

: >one.log
start_program log "$guard" --listen 127.0.0.1:0 --upstream "127.0.0.1:$one_port"
own_port=$port
check 'a fact of the encoder is refused' not publish live/remembered 4 60
check 'which is told' told MPE_INGEST_FRAMERATE_EXCEEDED
soon test -s one.log
number=$(last_number one)
check 'the next try is refused from memory' not publish live/remembered 2
check 'which is told' told 'MPE_INGEST_FRAMERATE_EXCEEDED: .*Known from your last try'
: >one.log
check 'another name of the same encoder gets in' publish live/other 2
check 'and no connection came to the server between them' soon is_next "$number"
stop 'memory'

# The answers of nginx's server, and its player, whose media begins in mid-connection.
rtmp_module=/usr/lib/nginx/modules/ngx_rtmp_module.so
if [ -e $rtmp_module ] && command -v nginx >/dev/null; then
    free_port
    mkdir -p nginx
    chmod 777 . nginx
    cat >nginx/nginx.conf <<CONF
load_module $rtmp_module;
daemon off;
master_process off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
events {}
rtmp { server { listen 127.0.0.1:$peer_port; chunk_size 777; application live { live on; } } }
CONF
    nginx -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" 2>nginx/stderr &
    add_child $!
    soon ./tcp_peer count "$peer_port" 1
    sed -i "s/127.0.0.1:$two_port/127.0.0.1:$peer_port/" main.yaml
    start
    publish live/played 8 >published 2>&1 &
    publisher=$!
    played() { timeout 15 ffmpeg -nostdin -v error -t 2 -i "rtmp://127.0.0.1:$own_port/live/played" -c copy -f framehash - >played && [ "$(grep -vc '^#' played)" -gt 60 ]; }
    sleep 2
    check 'what is published to nginx is played from it' played
    wait $publisher
    check 'and it was published well' test $? -eq 0
    stop 'nginx'
else
    skip 'there is no nginx with its RTMP module'
fi
closing
