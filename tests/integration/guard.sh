#!/bin/sh
# mpe-guard with real encoders (ffmpeg, GStreamer), in front of its own sink, of nginx, and of recorded peers.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
guard=$build/bin/mpe-guard
here=$top/tests/integration
cd "$scratch" || exit 2

# ----------------------------------------------------------------------------------------------------------- the guard

to=events

# Starts the guard with these arguments: guard_pid, port. Events go to the file $to.
start_guard()
{
    rm -f events
    : >events
    : >guard.err
    "$guard" --listen 127.0.0.1:0 --events "$to" "$@" 2>guard.err &
    guard_pid=$!
    add_child $guard_pid
    soon grep -q 'listening on' guard.err
    port=$(sed -n 's/^mpe-guard: listening on .*:\([0-9]*\)$/\1/p' guard.err)
}

# Ends it; its exit status is 0 and it leaves nothing behind.
stop_guard()
{
    kill -TERM "$guard_pid" 2>/dev/null
    wait "$guard_pid"
    status=$?
    forget_child "$guard_pid"
    check "the guard ended with status $status" test $status -eq 0
}

has_event()
{
    grep "\"eventType\":\"Microsoft.Media.$2\"" events | grep -q "\"resultCode\":\"$1\""
}

# ---------------------------------------------------------------------------------------------------------- the options

# $1 a part of the sentence, the others: arguments that are wrong.
is_usage_error()
{
    "$guard" "$@" >out 2>err </dev/null
    status=$?
    echo "status $status"
    cat out err
    [ $status -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -- "$sentence" err
}
expect_usage_error()
{
    sentence=$1
    shift
    check "usage: $*" is_usage_error "$@"
}

check "--help" sh -c '"$1" --help | grep -q max_frame_rate_mfps' - "$guard"
check "--version" sh -c '"$1" --version | grep -q "^mpe-guard [0-9]"' - "$guard"
cannot_write() { test "$1" -eq 2 && test "$(cat err)" = "mpe-guard: cannot write to standard output"; }
for question in --help --version; do
    "$guard" $question >/dev/full 2>err
    check "$question to a full disk" cannot_write $?
    "$guard" $question >&- 2>err
    check "$question to a closed standard output" cannot_write $?
done
expect_usage_error "--listen is missing" --sink
expect_usage_error "numeric address and a port" --listen 1935 --sink
expect_usage_error "numeric address and a port" --listen 127.0.0.1:99999 --sink
expect_usage_error "--upstream HOST:PORT" --listen 127.0.0.1:0
expect_usage_error "exclude each other" --listen 127.0.0.1:0 --sink --upstream 127.0.0.1:1936
expect_usage_error "give host and port" --listen 127.0.0.1:0 --upstream 127.0.0.1
expect_usage_error "no option \"--lisen\"" --lisen 127.0.0.1:0 --sink
expect_usage_error "--sink takes no value" --listen 127.0.0.1:0 --sink=yes
expect_usage_error "--app needs a value" --listen 127.0.0.1:0 --sink --app
expect_usage_error "pass-through-basic" --listen 127.0.0.1:0 --sink --kind encodin
expect_usage_error "did you mean \"max_width_px\"" --listen 127.0.0.1:0 --sink --set max_width=1280
expect_usage_error "from 0 to 65536" --listen 127.0.0.1:0 --sink --set max_width_px=65537
expect_usage_error "from 0 to 65536" --listen 127.0.0.1:0 --sink --set max_width_px=wide
expect_usage_error "is for files" --listen 127.0.0.1:0 --sink --set media_clock=1
expect_usage_error "write NAME=VALUE" --listen 127.0.0.1:0 --sink --set max_width_px
expect_usage_error "an address or a network" --listen 127.0.0.1:0 --sink --allow 10.0.0.0/33
expect_usage_error "whole number from 1" --listen 127.0.0.1:0 --sink --max-connections 0
expect_usage_error "whole number from 1" --listen 127.0.0.1:0 --sink --max-per-address x
expect_usage_error "whole number from 0" --listen 127.0.0.1:0 --sink --refusals-per-minute -1
expect_usage_error "as in 512M" --listen 127.0.0.1:0 --sink --max-memory 1T
expect_usage_error "as in 512M" --listen 127.0.0.1:0 --sink --max-memory 0
expect_usage_error "text or json" --listen 127.0.0.1:0 --sink --log-format xml
expect_usage_error "error, warning or info" --listen 127.0.0.1:0 --sink --log-level debug
expect_usage_error "cloud-events" --listen 127.0.0.1:0 --sink --schema none
expect_usage_error "begins with http" --listen 127.0.0.1:0 --sink --events ftp://127.0.0.1/
expect_usage_error "--events: " --listen 127.0.0.1:0 --sink --events http://
for url in http:x https:/x HTTP: hTtPs:127.0.0.1/x; do
    expect_usage_error "--events: .*write both slashes" --listen 127.0.0.1:0 --sink --events $url
done
expect_usage_error "--events: the URL has no host" --listen 127.0.0.1:0 --sink --events HTTP://
expect_usage_error "--events: " --listen 127.0.0.1:0 --sink --events http://127.0.0.1:99999/
expect_usage_error "is for files" --listen 127.0.0.1:0 --sink --set report_all=1
expect_usage_error "--app is empty" --listen 127.0.0.1:0 --sink --app ''
expect_usage_error "--stream-name is empty" --listen 127.0.0.1:0 --sink --stream-name=
expect_usage_error "UTF-8 without control" --listen 127.0.0.1:0 --sink --app "$(printf 'a\tb')"
expect_usage_error "UTF-8 without control" --listen 127.0.0.1:0 --sink --app "$(printf 'a\303')"
expect_usage_error "UTF-8 without control" --listen 127.0.0.1:0 --sink --app "$(printf '\355\240\200')"
expect_usage_error "No such file" --listen 127.0.0.1:0 --sink --options nowhere
printf '# comment\n\n--app live/s3cr3t\nlive/s3cr3t\n' >options
expect_usage_error "--options options: line 4 does not begin with an option" --listen 127.0.0.1:0 --options options
check "a secret in it is not repeated" not grep s3cr3t err
printf -- '--quiet yes\n' >options
expect_usage_error "line 1: --quiet takes no value" --listen 127.0.0.1:0 --sink --options options
printf -- '--options options\n' >options
expect_usage_error "not in its own file" --listen 127.0.0.1:0 --sink --options options

timeout 5 "$guard" --listen 127.0.0.1:0 --sink --events - 2>err >&-
check "standard output is closed, and notifications were to go there" test $? -eq 2
check "one sentence says so" sh -c 'test "$(wc -l <err)" -eq 1 && grep -q "standard output, which is closed" err'

# --------------------------------------------------------------------------------------------------------- the test peer

check 'tcp_peer.c compiles' build_peer

open_files()
{
    ls "/proc/$guard_pid/fd" | wc -l
}

memory_kb()
{
    sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$guard_pid/status"
}

files_are()
{
    [ "$(open_files)" -eq "$1" ]
}

start_guard --sink --max-connections 3 --set rtmp_idle_timeout_us=1000000
base=$(open_files)
check "connections over the limit are closed, the others stay" test "$(./tcp_peer count "$port" 8)" = 3
check "every file is closed again" soon files_are "$base"
check "a port check is no event" test ! -s events
check "a silent encoder is closed" timeout 3 ./tcp_peer wait "$port"
check "it is said to be silent" has_event MPE_RTMP_SESSION_IDLE_TIMEOUT LiveEventEncoderDisconnected
stop_guard

start_guard --sink --quiet --refusals-per-minute 0
base=$(open_files)
./tcp_peer flood "$port" 500
check "500 connections leave no file open" soon files_are "$base"
stop_guard
check "--quiet keeps quiet" test "$(wc -l <guard.err)" -eq 1

# --------------------------------------------------------------------------------------------- what goes wrong outside

# Whether it ends well with one of the standard streams closed, as a service manager may leave it.
ends_well_with()
{
    case $1 in
    input) "$guard" --listen 127.0.0.1:0 --sink --events events <&- 2>guard.err & ;;
    output) "$guard" --listen 127.0.0.1:0 --sink --events events >&- 2>guard.err & ;;
    error) "$guard" --listen 127.0.0.1:0 --sink --events events 2>&- & ;;
    esac
    guard_pid=$!
    add_child $guard_pid
    soon takes_sigterm || return 1
    stop_guard
}

takes_sigterm() { test "/proc/$guard_pid/exe" -ef "$guard" && grep 'SigCgt:.*[4-7c-f]...$' "/proc/$guard_pid/status"; }

for stream in input output error; do
    check "standard $stream is closed" ends_well_with $stream
done

start_guard --sink
"$guard" --listen "127.0.0.1:$port" --sink 2>err
check "a port that is taken: status 1" test $? -eq 1
check "which, and what to do" grep -q "cannot listen on 127.0.0.1:$port: .*; end it, or take another port" err
stop_guard

denied()
{
    [ "$(grep -c '^{.*MPE_INGEST_ENCODER_CONNECTION_DENIED.*}$' "$1")" -eq "$2" ]
}

# Nobody reads the pipe, which holds 64 KiB, while 300 encoders are refused.
mkfifo pipe
sleep 60 <pipe &
reader_pid=$!
add_child $reader_pid
to=pipe
start_guard --sink --allow 10.0.0.0/8 --refusals-per-minute 0
./tcp_peer flood "$port" 300
check "notifications that nobody reads hold nobody up" timeout 8 ./tcp_peer wait "$port"
cat pipe >piped &
reader_pid="$reader_pid $!"
check "whoever reads them later gets them all, whole" soon denied piped 301
# shellcheck disable=SC2086  # two of them
kill $reader_pid
stop_guard
check "none was lost" not grep -q 'could not be written' guard.err

# A stranger's flood is no flood of notifications.
to=events
start_guard --sink --allow 10.0.0.0/8 --refusals-per-minute 30
./tcp_peer flood "$port" 300
check "30 refusals a minute of one address are notified" soon denied events 30
check "the log has no more" test "$(grep -c CONNECTION_DENIED guard.err)" -eq 30
check "that some were left out is said" grep -q 'notifications of strangers were left out' guard.err
sleep 2.1
./tcp_peer flood "$port" 1
check "after its part of the minute one more is" soon denied events 31
check "which counts those that were not" sh -c 'tail -n 1 events | grep -q "(270 more of this address were not notified.)"'
stop_guard
check "they are counted at the end" grep -q '270 notifications of strangers were left out' guard.err

# A failed allocation with no connection open: the one that waits is taken as soon as there is memory.
${CC:-cc} -shared -fPIC -o no_memory.so "$here/guard/no_memory.c"
LD_PRELOAD=$scratch/no_memory.so NO_MEMORY_WHILE=$scratch/no_memory start_guard --sink --set rtmp_idle_timeout_us=1000000
touch no_memory
./tcp_peer flood "$port" 1
sleep 0.3
rm no_memory
check "after a failed allocation connections are taken again" timeout 5 ./tcp_peer wait "$port"
stop_guard

start_guard --sink --max-per-address 5
check "more connections of one address than it may have are turned away" test "$(./tcp_peer count "$port" 20)" = 5
check "why is said" soon grep -q 'turned away: one address has as many' guard.err
stop_guard

to=/dev/full
start_guard --sink --allow 10.0.0.0/8
./tcp_peer flood "$port" 20
check "a full disk is said" soon grep -q 'notifications could not be written: No space left' guard.err
stop_guard
check "what was lost is counted" grep -q '20 notifications could not be written in all' guard.err
to=events

printf '# a comment\n  --app=live/TOKEN\n--allow 10.0.0.0/8\r\n' >options
start_guard --sink --options options
./tcp_peer flood "$port" 1
check "--options: the file's options hold" soon denied events 1
mv events events.1
kill -HUP "$guard_pid"
check "SIGHUP: the file is opened again" soon grep -q 'opened again' guard.err
./tcp_peer flood "$port" 1
check "SIGHUP: the new file gets what comes now" soon denied events 1
check "SIGHUP: the old one is left alone" denied events.1 1
stop_guard

to=-
start_guard --sink
for signal in HUP QUIT USR1 USR2 ALRM VTALRM PROF IO PWR XCPU XFSZ PIPE WINCH URG 34 64; do
    kill -s "$signal" "$guard_pid"
    sleep 0.02
done
check "no signal but SIGTERM, SIGINT and SIGKILL is the end" ./tcp_peer count "$port" 1
stop_guard
to=events

start_peer http posts 0
start_guard --sink --allow 10.0.0.0/8 --refusals-per-minute 0 --events "http://127.0.0.1:$peer_port/" --handshake off
./tcp_peer flood "$port" 1000
check "1000 refusals at once are 1000 POSTs" soon sh -c 'test "$(grep -c "^POST" posts)" -eq 1000'
check "no notification is dropped" not grep -q 'were not delivered' guard.err
stop_guard
stop_child "$peer_pid"

# ------------------------------------------------------------------------------------------------ ffmpeg and the sink

if ! command -v ffmpeg >/dev/null; then
    skip "there is no ffmpeg: nothing was published"
    closing
fi

key=s3cr3t-k3y

# $1 size, $2 frame rate, $3 seconds, the others: output options, the URL path last.
publish()
{
    video=testsrc=size=$1:rate=$2 length=$3
    shift 3
    timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i "$video" -f lavfi -i sine=sample_rate=44100 -t "$length" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -c:a aac -f flv "$@" 2>ffmpeg.err
}

refusals=0

# A name each, for what one was refused for is remembered. $1 the code, $2 its event; then the rest as for publish, without the URL. The guard runs.
expect_refusal()
{
    code=$1 event=$2
    shift 2
    : >events
    refusals=$((refusals + 1))
    publish "$@" "rtmp://127.0.0.1:$port/live/$key-$refusals"
    check "$code: ffmpeg failed" test $? -ne 0
    check "$code: ffmpeg was told" grep -q "Server error: $code: " ffmpeg.err
    check "$code: the notification" soon has_event "$code" "$event"
    check "$code: one notification" test "$(wc -l <events)" -eq 1
}

rejected=LiveEventConnectionRejected
disconnected=LiveEventEncoderDisconnected

# 48 MiB of commands that do not end, and a healthy encoder beside them.
start_guard --sink --max-memory 12M
publish 320x180 30 6 -progress progress "rtmp://127.0.0.1:$port/live/$key" &
encoder=$!
soon grep -q '^frame=[1-9][0-9]' progress
before=$(memory_kb VmRSS)
held=$(./tcp_peer hoard "$port" 24)
check "who fills the memory is ended: $held of 24 stay" test "$held" -le 6
check "but not all: what is allowed may be held" test "$held" -ge 2
check "the memory stays within its bound" test $(($(memory_kb VmHWM) - before)) -lt 24000
check "that is said" grep -q 'connections were ended: all together held more than --max-memory' guard.err
wait $encoder
check "the healthy encoder does not notice" test $? -eq 0
stop_guard

start_guard --sink --app live
publish 320x180 30 2 "rtmp://127.0.0.1:$port/live/$key?token=$key"
check "a healthy stream is published" test $? -eq 0
check "ffmpeg has nothing to say about it" test ! -s ffmpeg.err
check "its end is an event" soon has_event MPE_CLIENT_TERMINATED_SESSION $disconnected
check "it is not refused" not grep -q $rejected events
expect_refusal MPE_INGEST_FRAMERATE_EXCEEDED $rejected 320x180 60 4
expect_refusal MPE_INGEST_CODEC_NOT_SUPPORTED $rejected 320x180 30 2 -c:a libmp3lame
expect_refusal MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED $rejected 2560x1440 5 2
expect_refusal MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED $rejected 320x180 30 4 -flvflags no_metadata

# What an encoder was refused for is the answer to its next publish, for 10 s.
told_again() { grep -q "Server error: MPE_INGEST_CODEC_NOT_SUPPORTED: .*Known from your last try; refusal $1 for it" ffmpeg.err; }
refused_once() { publish 320x180 30 2 -c:a libmp3lame "rtmp://127.0.0.1:$port/live/memory"; }
: >events
refused_once
check "the first refusal is of no memory" not told_again 1
publish 320x180 30 5 "rtmp://127.0.0.1:$port/live/memory"
check "the next publish is answered with it" told_again 2
check "with what was measured, and when to try again" grep -q 'Mend it and try again in [0-9]* s' ffmpeg.err
check "its notification counts" soon sh -c 'grep -q "refusal 2 for it" events'
publish 320x180 30 1 "rtmp://127.0.0.1:$port/live/memory2"
check "another key is not refused from memory" test ! -s ffmpeg.err
publish 320x180 30 1 "rtmp://127.0.0.1:$port/live/memory?token=other"
check "nor the same with another query" test ! -s ffmpeg.err
kill -HUP "$guard_pid"
sleep 0.3
publish 320x180 30 1 "rtmp://127.0.0.1:$port/live/memory"
check "a reload forgets" test ! -s ffmpeg.err
check "the log holds no key" not grep -q $key guard.err
check "the events hold no key" not grep -q $key events
: >progress
publish 320x180 30 9 -progress progress "rtmp://127.0.0.1:$port/live/$key" &
encoder=$!
soon grep -q '^frame=[1-9][0-9]' progress
stop_guard
wait $encoder
check "SIGTERM ends a session as maintenance" has_event MPI_SYSTEM_MAINTENANCE $disconnected

start_guard --sink --app live/another
expect_refusal MPE_RTMP_APPID_AUTH_FAILURE $rejected 320x180 30 2
stop_guard

start_guard --sink --stream-name another
expect_refusal MPE_RTMP_APPID_AUTH_FAILURE $rejected 320x180 30 2
stop_guard

start_guard --sink --allow 10.0.0.0/8 --allow 2001:db8::/32
expect_refusal MPE_INGEST_ENCODER_CONNECTION_DENIED $rejected 320x180 30 2
check "the address is masked" grep -q '"encoderIp":"127.0.0.xxx"' events
check "the log masks it, too" not grep -q '127\.0\.0\.1 ' guard.err
stop_guard

start_guard --upstream 127.0.0.1:1
publish 320x180 30 1 "rtmp://127.0.0.1:$port/live/$key"
check "no server: ffmpeg is told" grep -q "Server error: MPI_SYSTEM_MAINTENANCE: .*cannot be reached" ffmpeg.err
check "no server: it is said" grep -q "MPI_SYSTEM_MAINTENANCE" guard.err
check "who never published is no encoder that disconnected" test ! -s events
stop_guard

# ----------------------------------------------------------------------------------------------- byte for byte, both ways

start_guard --sink
start_peer tap "$port" c2s s2c
publish 320x180 30 3 "rtmp://127.0.0.1:$peer_port/live/$key"
wait "$peer_pid"
forget_child "$peer_pid"
stop_guard

for slice in 7 1000 65536; do
    start_peer serve s2c got_c2s
    start_guard --upstream "127.0.0.1:$peer_port"
    timeout 20 ./tcp_peer send "$port" c2s got_s2c $slice
    wait "$peer_pid"
    forget_child "$peer_pid"
    check "encoder to server, slices of $slice" cmp c2s got_c2s
    check "server to encoder, slices of $slice" cmp s2c got_s2c
    stop_guard
done

head -c 3073 s2c >handshake
start_peer serve handshake got_c2s
start_guard --upstream "127.0.0.1:$peer_port" --app live/another
timeout 20 ./tcp_peer send "$port" c2s got_s2c 1536
wait "$peer_pid"
forget_child "$peer_pid"
check "the server never sees the connect of a wrong app" not grep -q connect got_c2s
check "the encoder gets the refusal" grep -q "NetConnection.Connect.Rejected" got_s2c
stop_guard

# -------------------------------------------------------------------------------------------------------- a server stalls

# 64 MiB of acknowledgements after the recorded stream: a guard that keeps what the server does not take would grow.
printf '\002\000\000\000\000\000\004\003\000\000\000\000\000\000\000\000' >acks
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
    cat acks acks acks acks >four && mv four acks
done
cat c2s acks >flood
start_peer stall
start_guard --upstream "127.0.0.1:$peer_port"
./tcp_peer wait "$port" &
wait_pid=$!
sleep 0.5
stop_child "$peer_pid"
check "a server that ends a connection is said to" soon grep -Eq 'the server (closed|broke) the connection' guard.err
check "and its session ends by maintenance" soon grep -q MPI_SYSTEM_MAINTENANCE guard.err
wait "$wait_pid"
stop_guard

start_peer stall
start_guard --upstream "127.0.0.1:$peer_port" --set rtmp_idle_timeout_us=2000000
publish 320x180 30 1 "rtmp://127.0.0.1:$port/live/$key"
check "a server that does not answer is given up" grep -q "the server does not answer" guard.err
check "and the encoder is not blamed" soon grep -q MPI_SYSTEM_MAINTENANCE guard.err
check "not at all" test ! -s events
timeout 5 ./tcp_peer wait "$port"
check "an encoder that asks nothing is not answered, and is to blame" soon \
    has_event MPE_RTMP_SESSION_IDLE_TIMEOUT $disconnected
stop_guard
stop_child "$peer_pid"

start_peer stall
start_guard --upstream "127.0.0.1:$peer_port" --set rtmp_idle_timeout_us=6000000
before=$(memory_kb VmRSS)
timeout 20 ./tcp_peer send "$port" flood answer 65536
check "a server that takes nothing is given up" soon grep -q "takes nothing any more" guard.err
check "and the encoder is not blamed" soon has_event MPI_SYSTEM_MAINTENANCE $disconnected
check "the guard keeps little of what the server does not take" test $(($(memory_kb VmHWM) - before)) -lt 12000
stop_guard
stop_child "$peer_pid"
rm -f acks flood

# ------------------------------------------------------------------------------------------------- an encoder that writes

# In the middle of a picture the encoder does not read: it has its time until the message is whole, but not for ever.
if command -v python3 >/dev/null; then
    start_guard --sink --set max_height_px=100
    head -c 6000 c2s >picture
    python3 "$here/guard/slow_writer.py" "$port" picture 40 >lasted 2>answer &
    writer_pid=$!
    python3 "$here/guard/slow_writer.py" "$port" picture 8 >short_lasted 2>short_answer
    check "who still writes a picture is not cut before it can read why" grep -q MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED short_answer
    wait $writer_pid
    check "but in the end" test "$(head -n 1 lasted)" -le 24
    stop_guard
else
    skip "there is no python3: no encoder writes slowly"
fi

# ----------------------------------------------------------------------------------------------------------- the webhook

start_peer http posts 2
start_guard --sink --events "http://127.0.0.1:$peer_port/hook" --handshake off --retry-pauses 500ms
publish 320x180 30 1 -c:a libmp3lame "rtmp://127.0.0.1:$port/live/$key"
check "a POST is tried again" soon sh -c 'test "$(grep -c "^POST /hook" posts)" -eq 3'
check "Event Grid delivers an array" grep -q '^\[{.*MPE_INGEST_CODEC_NOT_SUPPORTED.*}\]' posts
check "as JSON" grep -qi '^content-type: application/json' posts
check "the file gets it, too" has_event MPE_INGEST_CODEC_NOT_SUPPORTED $rejected
stop_guard
stop_child "$peer_pid"

rm -f posts
start_peer http posts 0
start_guard --sink --events "HTTP://127.0.0.1:$peer_port/hook" --handshake off --schema cloud-events
publish 320x180 30 1 -c:a libmp3lame "rtmp://127.0.0.1:$port/live/$key"
stop_guard
check "a notification under way is waited for" grep -q '^{.*"specversion":"1.0".*}$' posts
check "as a CloudEvent" grep -qi '^content-type: application/cloudevents+json' posts
stop_child "$peer_pid"

# ----------------------------------------------------------------------------------------------------------------- nginx

raw=video/x-raw,format=I420,width=320,height=180,framerate=30/1
rtmp_module=/usr/lib/nginx/modules/ngx_rtmp_module.so

start_nginx()
{
    free_port
    nginx_port=$peer_port
    mkdir -p nginx/recordings
    chmod 777 . nginx nginx/recordings
    cat >nginx/nginx.conf <<CONF
load_module $rtmp_module;
daemon off;
master_process off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
events {}
rtmp { server { listen 127.0.0.1:$nginx_port; application live {
    live on; record all; record_path $scratch/nginx/recordings; record_unique off; } } }
CONF
    nginx -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" 2>nginx/stderr &
    nginx_pid=$!
    add_child $nginx_pid
    soon ./tcp_peer count "$nginx_port" 1
}

# The packets of a recording: order, times, sizes, hashes.
packets()
{
    soon test -s "nginx/recordings/$1.flv"
    ffmpeg -nostdin -v error -i "nginx/recordings/$1.flv" -map 0 -c copy -f framehash - | grep -v '^#'
}

push()
{
    timeout 20 ffmpeg -nostdin -v error -i five.flv -c copy -f flv "$1" 2>ffmpeg.err
}

if [ -e $rtmp_module ] && command -v nginx >/dev/null; then
    publish 320x180 30 5 -y five.flv
    start_nginx
    start_guard --upstream "127.0.0.1:$nginx_port"
    push "rtmp://127.0.0.1:$nginx_port/live/direct"
    push "rtmp://127.0.0.1:$port/live/guarded"
    check "ffmpeg publishes to nginx through the guard" test $? -eq 0
    sleep 0.5
    packets direct >direct.packets
    packets guarded >guarded.packets
    check "nginx records as many packets as were made" test "$(wc -l <guarded.packets)" -gt 300
    check "nginx records the same packets with and without the guard" cmp direct.packets guarded.packets
    expect_refusal MPE_INGEST_FRAMERATE_EXCEEDED $rejected 320x180 60 4
    if gst-inspect-1.0 rtmp2sink >/dev/null 2>&1 && gst-inspect-1.0 x264enc >/dev/null 2>&1; then
        : >events
        timeout 20 gst-launch-1.0 -q videotestsrc num-buffers=90 ! $raw ! \
            x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! flvmux streamable=true ! \
            rtmp2sink location="rtmp://127.0.0.1:$port/live/gst" >gst.log 2>&1
        check "GStreamer publishes to nginx through the guard" test $? -eq 0
        sleep 0.5
        check "nginx records all of GStreamer's frames" test "$(packets gst | wc -l)" -eq 90
        check "GStreamer is not refused" not grep -q $rejected events
    else
        skip "there is no rtmp2sink or x264enc for GStreamer"
    fi
    stop_guard
    stop_child "$nginx_pid"
else
    skip "there is no nginx with its RTMP module"
fi

if gst-inspect-1.0 rtmp2sink >/dev/null 2>&1 && gst-inspect-1.0 x264enc >/dev/null 2>&1; then
    start_guard --sink --app live/another
    timeout 20 gst-launch-1.0 -q videotestsrc num-buffers=90 ! $raw ! x264enc ! flvmux streamable=true ! \
        rtmp2sink location="rtmp://127.0.0.1:$port/live/gst" >gst.log 2>&1
    check "GStreamer is refused" not test $? -eq 0
    check "GStreamer is told" grep -q MPE_RTMP_APPID_AUTH_FAILURE gst.log
    stop_guard
else
    skip "there is no rtmp2sink or x264enc for GStreamer"
fi

closing
