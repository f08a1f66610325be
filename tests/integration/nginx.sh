#!/bin/sh
# The nginx modules in a real nginx, with its RTMP module as the upstream server: real encoders over RTMP, RTMPS and HTTP,
# refusals, reloads, several workers, and streams that must pass untouched.
# BUILD: the build directory, where "make nginx" left the modules.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

readme=$PWD/examples/nginx/README.md
. tests/integration/nginx/server.sh

need_packages nginx libnginx-mod-stream libnginx-mod-rtmp ffmpeg curl openssl

enter_scratch

key=s3cr3t-k3y
token=s3cr3t-t0k3n
rejected=LiveEventConnectionRejected
disconnected=LiveEventEncoderDisconnected

for name in rtmp guarded denied logged tls posted idle proxied web store old; do
    free_port
    eval "${name}_port=$peer_port"
done

# ---------------------------------------------------------------------------------------------- the configuration

ok='mpe_channel a { kind encoding; }'
wrong 'must be "on" or "off"' '' 'mpe yes;'
wrong 'needs a channel: add "mpe_channel NAME;"' "$ok" 'mpe on;'
wrong 'there is no "mpe_channel b' "$ok" 'mpe on; mpe_channel b;'
wrong 'is duplicate' "$ok" 'mpe_channel a; mpe_channel a;'
wrong 'must be "close" or "log"' "$ok" 'mpe_action refuse;'
wrong 'defined twice' "$ok $ok" ''
wrong 'has no kind, add "kind encoding;"' 'mpe_channel a { app live; }' ''
wrong 'must be encoding, pass-through-basic or pass-through-standard' 'mpe_channel a { kind encodin; }' ''
wrong '"kind" is duplicate' 'mpe_channel a { kind encoding; kind encoding; }' ''
wrong 'must be kind, app, stream_name, allow, set, topic or subject' 'mpe_channel a { kind encoding; limit 1; }' ''
wrong 'invalid number of arguments of "app"' 'mpe_channel a { kind encoding; app live x; }' ''
wrong 'give an address or a network as in 192.0.2.7' 'mpe_channel a { kind encoding; allow 10.0.0.0/33; }' ''
wrong 'no parameter "max_width".*mpe_params" lists' 'mpe_channel a { kind encoding; set max_width 1280; }' ''
wrong 'whole number from 0 to 65536 (px)' 'mpe_channel a { kind encoding; set max_width_px 65537; }' ''
wrong 'whole number from 0 to 65536 (px)' 'mpe_channel a { kind encoding; set max_width_px wide; }' ''
wrong 'needs a name and a value' 'mpe_channel a { kind encoding; set max_width_px; }' ''
wrong 'is for files' 'mpe_channel a { kind encoding; set media_clock 1; }' ''
wrong 'takes the name of a file or http://' '' 'mpe_notify https://127.0.0.1/hook;'
wrong 'give http://HOST\[:PORT\]/PATH' '' 'mpe_notify http://127.0.0.1:99999/hook;'
wrong 'schema=cloud-events' '' 'mpe_notify events schema=none;'
wrong '"off" must stand alone' '' 'mpe_notify events; mpe_notify off;'
wrong 'needs the name of a channel' "$ok" "mpe_channel '';"
wrong 'needs a name, as in' "mpe_channel '' { kind encoding; }" ''
for word in app stream_name topic subject; do
    wrong "mpe_channel \"a\": $word is empty; give it a text" "mpe_channel a { kind encoding; $word ''; }" ''
done
for octets in '\001' '\033[0m' '\177' '\302\205' 'a\303' '\300\257' '\355\240\200' '\364\220\200\200' '\377'; do
    # shellcheck disable=SC2059  # a format it is
    bytes=$(printf "$octets")
    check "a text with $octets" refuses 'app takes UTF-8 without control characters' stream "mpe_channel a { kind encoding; app 'live/$bytes'; }"
    check "a URL with $octets" refuses 'write it as %XX' http "mpe_notify 'http://127.0.0.1/$bytes';"
done
check 'a text with a byte 0' not refuses . stream 'mpe_channel a { kind encoding; app live/NUL; }'
sed -i 's/NUL/\x00/' nginx.conf
check 'is none' sh -c '! nginx -t -p . -c "$PWD/nginx.conf" -e stderr 2>err && grep "ends at a byte 0" err'
wrong 'write it as %XX' '' "mpe_notify 'http://127.0.0.1/a b';"
wrong 'takes the name of a file' '' "mpe_notify '';"
check 'a text may be of any language' not refuses . stream "mpe_channel a { kind encoding; app 'live/жα日😀'; }"
check 'a wrong line of a channel is named' refuses 'nginx.conf:[0-9]*$' stream "mpe_channel a {
    kind encoding;
    set max_width_px wide;
    app live;
}"
check 'it is that line' sh -c 'grep -n "max_width_px wide" nginx.conf | cut -d: -f1 >line; grep -q "nginx.conf:$(cat line)\$" err'
check 'a secret is not repeated' refuses 'at most 1023 bytes' stream "mpe_channel a { kind encoding; app $(head -c 1100 /dev/zero | tr '\0' s); }"
check 'indeed' not grep -q sssssssssss err

# -------------------------------------------------------------------------------------------------------- the server

openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=localhost 2>/dev/null

write_stream_conf()
{
    cat >stream.conf <<CONF
    mpe_channel studio { kind encoding; app live; }
    mpe_channel nobody { allow 10.0.0.0/8 2001:db8::/32; kind encoding; }
    mpe_channel far { kind encoding; allow 203.0.113.0/24; }
    mpe_channel small { kind encoding; set max_width_px 160; }
    mpe_channel patient { kind encoding; set rtmp_idle_timeout_us 1000000; }
    mpe_channel wide { kind pass-through-standard; }
    mpe on;
    mpe_notify $scratch/events;
    server { listen 127.0.0.1:$guarded_port; mpe_channel $1; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$denied_port; mpe_channel nobody; proxy_pass 127.0.0.1:$old_port; }
    server { listen 127.0.0.1:$logged_port; mpe_channel studio; mpe_action log; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$tls_port ssl; mpe_channel studio; proxy_pass 127.0.0.1:$rtmp_port;
        ssl_certificate $scratch/tls.crt; ssl_certificate_key $scratch/tls.key; }
    server { listen 127.0.0.1:$posted_port; mpe_channel small; proxy_pass 127.0.0.1:$rtmp_port;
        mpe_notify http://127.0.0.1:$told_port/hook; mpe_notify http://127.0.0.1:$cloud_port schema=cloud-events; }
    server { listen 127.0.0.1:$idle_port; mpe_channel patient; proxy_pass 127.0.0.1:$rtmp_port; }
    $byte_server
CONF
}
byte_server= told_port=1 cloud_port=1
write_stream_conf studio

cat >http.conf <<CONF
    mpe_channel web { kind encoding; app live/$token; }
    mpe_channel nobody { kind encoding; allow none; }
    mpe_channel patient { kind encoding; set fmp4_idle_timeout_us 1000000; }
    mpe_notify $scratch/events;
    proxy_http_version 1.1;
    mpe_channel any { kind encoding; }
    server {
        listen 127.0.0.1:$web_port;
        access_log $scratch/http.log mpe;
        location / { mpe on; mpe_channel web; proxy_request_buffering off; proxy_pass http://127.0.0.1:$store_port; }
        location /buffered/ { mpe on; mpe_channel any; proxy_pass http://127.0.0.1:$store_port; }
        location /nobody/ { mpe on; mpe_channel nobody; proxy_pass http://127.0.0.1:$store_port; }
        location /logged/ { mpe on; mpe_channel any; mpe_action log; proxy_request_buffering off;
            proxy_pass http://127.0.0.1:$store_port; }
        location /idle/ { mpe on; mpe_channel patient; proxy_request_buffering off;
            proxy_pass http://127.0.0.1:$store_port; }
        location /page/ { mpe on; mpe_channel any; error_page 415 /415.txt; proxy_request_buffering off;
            proxy_pass http://127.0.0.1:$store_port; }
        location = /415.txt { return 415 "the operator's page\n"; }
        location /off/ { mpe off; proxy_pass http://127.0.0.1:$store_port; }
    }
    server { listen 127.0.0.1:$store_port; access_log $scratch/store.log; root $scratch/store;
        location / { dav_methods PUT; create_full_put_path on; } }
CONF

rm -f error.log
start_nginx
check 'nginx runs with both modules' ./tcp_peer count "$guarded_port" 1
check 'a port check is no event' test ! -s events

# ------------------------------------------------------------------------------------------------------------- RTMP

h264='-c:v libx264 -preset ultrafast -g 30 -c:a aac'
mp4='-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof'

# $1 size, $2 frame rate, $3 seconds, the others: output options, the output last. Words are split where they are many.
encode()
{
    video=testsrc=size=$1:rate=$2 length=$3
    shift 3
    # shellcheck disable=SC2048,SC2086
    timeout 20 ffmpeg -nostdin -v error $pace -f lavfi -i "$video" -f lavfi -i sine=sample_rate=44100 -t "$length" \
        -pix_fmt yuv420p $* 2>"${errors:=ffmpeg.err}"
    status=$?
    cat "$errors"
    return $status
}
pace=-re

quietly() { "$@" && [ ! -s ffmpeg.err ]; }
# Whether the server has frames of each of these streams.
recorded()
{
    for stream in "$@"; do
        [ -s "recordings/$stream.flv" ] || return 1
    done
}
has_event() { cat events && grep "\"eventType\":\"Microsoft.Media.$2\"" events | grep -q "\"resultCode\":\"$1\""; }
logged() { cat stream.log && grep -q -e "$1" stream.log; }

# Block $1 of README.md, on ports that are free, and with files that may be written anywhere.
block_of_readme()
{
    awk -v wanted="$1" '/^```$/ { on = 0 } on && block == wanted { print } /^```nginx$/ { on = 1; block++ }' "$readme" |
        sed -e "s/listen 1935/listen 127.0.0.1:$old_port/; s/listen 1936/listen 127.0.0.1:$tls_port/; s/listen 8080/listen 127.0.0.1:$web_port/" \
            -e "s/listen 1937/listen 127.0.0.1:$posted_port/; s/listen 127.0.0.1:9101/listen 127.0.0.1:$idle_port/" \
            -e "s/127\.0\.0\.1:11935/127.0.0.1:$proxied_port/" -e "s|/var/log/nginx|$scratch/readme|; s|/etc/nginx/tls|$scratch/tls|" \
            -e "s|^http {|&\n$temp_paths|"
}
nginx_of_readme() { nginx -p "$scratch/readme" -c "$scratch/readme/nginx.conf" -e "$scratch/readme/error.log" "$@"; }

# As Debian's nginx.conf begins.
write_first_of_readme()
{
    for module in "$system_modules/ngx_stream_module.so" "$system_modules/ngx_rtmp_module.so" "$modules"/*.so; do
        echo "load_module $module;"
    done
    echo "pid $scratch/readme/pid; events {}"
    block_of_readme 1
}
readme_refuses()
{
    not encode 320x180 60 5 -an -c:v libx264 -f flv "rtmp://127.0.0.1:$old_port/live/test" || return 1
    grep -q 'Server error: MPE_INGEST_FRAMERATE_EXCEEDED: Measured 59.9' ffmpeg.err &&
        soon grep -q '403 rejected MPE_INGEST_FRAMERATE_EXCEEDED' readme/ingest.log && grep -q '^{.*}$' readme/ingest-events.json
}

mkdir -p readme/modules
ln -sf "$modules"/*.so "$system_modules"/*.so readme/modules/
{ echo "pid $scratch/readme/pid;"; block_of_readme 2; } >readme/nginx.conf
check 'the second configuration of README.md is accepted' nginx_of_readme -t
write_first_of_readme >readme/nginx.conf
check 'the first, too' nginx_of_readme
check 'it lets a healthy stream pass' encode 320x180 30 2 -an -c:v libx264 -f flv "rtmp://127.0.0.1:$old_port/live/test"
check 'and refuses what README.md says' readme_refuses
check 'it stops' nginx_of_readme -s stop

# $1 the code, $2 the port, then as for encode without the URL.
refused()
{
    code=$1 port=$2
    shift 2
    : >events
    not encode "$@" -f flv "rtmp://127.0.0.1:$port/live/$key?token=$key" || return 1
    grep -q "Server error: $code: " ffmpeg.err && soon has_event "$code" $rejected && is_only_event
}
# That of the refusal, but for streams under way that end well in the meantime.
is_only_event() { cat events && [ "$(grep -vc MPE_CLIENT_TERMINATED_SESSION events)" -eq 1 ]; }

check 'a healthy stream is published' quietly encode 320x180 30 2 $h264 -f flv "rtmp://127.0.0.1:$guarded_port/live/$key?token=$key"
check 'its end is an event' soon has_event MPE_CLIENT_TERMINATED_SESSION $disconnected
check 'the access log says so' soon logged "^$guarded_port 200 finished MPE_CLIENT_TERMINATED_SESSION"
check '60 frames a second' refused MPE_INGEST_FRAMERATE_EXCEEDED "$guarded_port" 320x180 60 4 $h264
check 'the access log has code and evidence' soon logged "^$guarded_port 403 rejected MPE_INGEST_FRAMERATE_EXCEEDED \"599[0-9]* mfps, limit 30000, byte [0-9]*, media [0-9]* ms: Measured 59.9"
check 'MP3' refused MPE_INGEST_CODEC_NOT_SUPPORTED "$guarded_port" 320x180 30 2 $h264 -c:a libmp3lame
check 'a picture that is too large' refused MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED "$guarded_port" 2560x1440 5 1 $h264
check 'an encoder that may not connect, though no server is there' refused MPE_INGEST_ENCODER_CONNECTION_DENIED "$denied_port" 320x180 30 1 $h264
check 'its address is masked' grep -q '"encoderIp":"127.0.0.xxx"' events
check 'it never comes to the proxy' not grep -q "connect() failed.*server: 127.0.0.1:$denied_port" error.log
: >events
check 'mpe_action log lets all pass' encode 320x180 60 3 $h264 -f flv "rtmp://127.0.0.1:$logged_port/live/fast"
check 'and says what it found' soon has_event MPE_INGEST_FRAMERATE_EXCEEDED $rejected
check 'in the access log, too' soon logged "^$logged_port 200 rejected MPE_INGEST_FRAMERATE_EXCEEDED"
check 'a silent encoder is closed' timeout 4 ./tcp_peer wait "$idle_port"
check 'for it was silent' has_event MPE_RTMP_SESSION_IDLE_TIMEOUT $disconnected

: >events
encode 320x180 30 1 $h264 -f flv "rtmps://127.0.0.1:$tls_port/live/$key" >rtmps.out
check 'a healthy stream over RTMPS' test ! -s rtmps.out
check 'its end is an event' soon has_event MPE_CLIENT_TERMINATED_SESSION $disconnected
check 'RTMPS: 60 frames a second' not encode 320x180 60 4 $h264 -f flv "rtmps://127.0.0.1:$tls_port/live/$key"
check 'RTMPS: ffmpeg is told' grep -q 'Server error: MPE_INGEST_FRAMERATE_EXCEEDED: ' ffmpeg.err
check 'TLS where none is expected' not encode 320x180 30 1 $h264 -f flv "rtmps://127.0.0.1:$guarded_port/live/$key"
check 'is said to be that' soon grep -q 'MPE_UNKNOWN_ERROR.*PROTOCOL_NOT_SUPPORTED' events

raw=video/x-raw,format=I420,width=320,height=180
# $1 frame rate, $2 the sink's location.
gstreamer()
{
    timeout 20 gst-launch-1.0 -q videotestsrc is-live=true num-buffers=120 ! "$raw,framerate=$1/1" ! x264enc tune=zerolatency \
        speed-preset=ultrafast key-int-max=30 ! flvmux streamable=true ! rtmp2sink tls-validation-flags=0 location="$2" >gst.log 2>&1
    status=$?
    cat gst.log
    return $status
}
packets() { ffmpeg -nostdin -v error -i "recordings/$1.flv" -map 0 -c copy -f framehash - | grep -v '^#'; }
has_packets() { [ "$(packets "$1" | wc -l)" -eq "$2" ]; }
if gst-inspect-1.0 rtmp2sink >/dev/null 2>&1 && gst-inspect-1.0 x264enc >/dev/null 2>&1; then
    check 'GStreamer publishes' gstreamer 30 "rtmp://127.0.0.1:$guarded_port/live/gst"
    check 'all its frames are recorded' soon has_packets gst 120
    check 'GStreamer publishes over RTMPS' gstreamer 30 "rtmps://127.0.0.1:$tls_port/live/gsts"
    check 'GStreamer is refused' not gstreamer 30 "rtmp://127.0.0.1:$denied_port/live/gst"
    check 'and told' grep -q MPE_INGEST_ENCODER_CONNECTION_DENIED gst.log
else
    for _ in 1 2 3 4 5; do skip 'there is no rtmp2sink or x264enc for GStreamer'; done
fi

# ---------------------------------------------------------------------------------------------- byte for byte, both ways

start_peer tap "$rtmp_port" c2s s2c
encode 320x180 30 3 $h264 -f flv "rtmp://127.0.0.1:$peer_port/live/$key" >/dev/null
wait_for_peer
check 'a stream was recorded' test "$(wc -c <c2s)" -gt 50000

# $1 the port, $2 the file to send, $3 the size of a piece: what comes out at both ends is in got_c2s and got_s2c.
pass_through()
{
    start_peer serve s2c got_c2s
    byte_server="server { listen 127.0.0.1:$old_port; mpe_channel studio; proxy_half_close on;
            proxy_pass 127.0.0.1:$peer_port; }
        server { listen 127.0.0.1:$proxied_port proxy_protocol; mpe_channel far; proxy_half_close on;
            set_real_ip_from 127.0.0.1; proxy_protocol on; proxy_pass 127.0.0.1:$peer_port; }"
    write_stream_conf studio
    reload || return 1
    timeout 20 ./tcp_peer send "$1" "$2" got_s2c "$3"
    wait_for_peer
}

: >events
for slice in 7 1000 65536; do
    check "a stream passes in slices of $slice" pass_through "$old_port" c2s $slice
    check "encoder to server, slices of $slice" cmp c2s got_c2s
    check "server to encoder, slices of $slice" cmp s2c got_s2c
done
check 'nothing was refused of it' not grep $rejected events

{ printf 'PROXY TCP4 203.0.113.7 192.0.2.1 52859 1935\r\n'; cat c2s; } >proxied
{ printf 'PROXY TCP4 203.0.114.7 192.0.2.1 52859 1935\r\n'; cat c2s; } >proxied_denied
: >events
check 'an address of the PROXY protocol may connect' pass_through "$proxied_port" proxied 1000
check 'the address is in the notification' grep -q '"encoderIp":"203.0.113.xxx"' events
tail -c "$(wc -c <c2s)" got_c2s >got_tail
check 'the PROXY header to the server is not judged, the rest is untouched' cmp c2s got_tail
check 'the server gets a header of its own' grep -aq '^PROXY TCP4 203.0.113.7' got_c2s
: >events
check 'another may not' timeout 5 ./tcp_peer send "$proxied_port" proxied_denied got_s2c 65536
check 'it is told' grep -aq MPE_INGEST_ENCODER_CONNECTION_DENIED got_s2c
check 'it is an event' has_event MPE_INGEST_ENCODER_CONNECTION_DENIED $rejected

head -c 3073 s2c >handshake
write_other_app() { sed -i 's/{ kind encoding; app live; /{ kind encoding; app live\/other; /' stream.conf; }
refuse_app()
{
    start_peer serve handshake got_c2s
    byte_server="server { listen 127.0.0.1:$old_port; mpe_channel studio; proxy_pass 127.0.0.1:$peer_port; }"
    write_stream_conf studio
    write_other_app
    reload || return 1
    timeout 20 ./tcp_peer send "$old_port" c2s got_s2c 1536
    wait_for_peer
}
check 'a wrong app is refused' refuse_app
check 'the server never sees its connect' not grep -a connect got_c2s
check 'the encoder is answered' grep -aq 'NetConnection.Connect.Rejected' got_s2c
byte_server=

# ------------------------------------------------------------------------------------------------ many at once, a reload

pace=-re
write_stream_conf wide
check 'a reload' reload
: >events
pushes=
for i in 1 2 3 4; do
    (errors=many$i.err && encode 160x90 10 4 $h264 -f flv "rtmp://127.0.0.1:$guarded_port/live/many$i" >"many$i.out") &
    pushes="$pushes $!"
done
(errors=long.err && encode 320x180 30 8 $h264 -f flv "rtmp://127.0.0.1:$guarded_port/live/long" >long.out) &
long=$!
children="$children $pushes $long"
check 'all are under way' soon recorded many1 many2 many3 many4 long
old_workers=$(workers_of)
write_stream_conf small
check 'a reload under load' reload
check 'its new limits hold for who comes now' refused MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED "$guarded_port" 320x180 30 2 $h264
write_stream_conf studio
check 'another' reload
for _ in 1 2 3; do reload >/dev/null; done
for pid in $pushes $long; do
    wait "$pid"
    forget_child "$pid"
done
check 'none of the streams under way noticed' sh -c '! cat many?.out long.out | grep .'
check 'all of the longest was recorded' sh -c 'test "$(ffmpeg -nostdin -v error -i recordings/long.flv -map v -c copy -f framehash - | grep -vc "^#")" -eq 240'
# By their parent: a number alone may belong to another process by now.
gone()
{
    for pid in $old_workers; do
        if workers_of | grep -qx "$pid"; then
            ls -l "/proc/$pid/fd"
            return 1
        fi
    done
}
check 'the old workers are gone' soon gone

# --------------------------------------------------------------------------------------------------------- notifications

mv events moved
nginx_here -s reopen
check 'the file is opened again' soon test -e events
start_peer http told 2
told_pid=$peer_pid told_port=$peer_port
start_peer http cloud 0
cloud_pid=$peer_pid cloud_port=$peer_port
write_stream_conf studio
check 'a reload to other places' reload
pace=-re
check 'a finding that is posted' not encode 320x180 30 2 $h264 -f flv "rtmp://127.0.0.1:$posted_port/live/$key"
check 'a POST is tried again' soon sh -c 'test "$(grep -c "^POST /hook" told)" -eq 3'
check 'with what Event Grid says of it' sh -c 'tr -d "\r" <told | grep "^aeg-" | sort | uniq -c | tr -s " " >aeg; cat aeg; [ "$(tr "\n" , <aeg)" = " 3 aeg-data-version: 1.0, 1 aeg-delivery-count: 0, 1 aeg-delivery-count: 1, 1 aeg-delivery-count: 2, 3 aeg-event-type: Notification, 3 aeg-metadata-version: 1, 3 aeg-subscription-name: NGINX," ]'
check 'Event Grid delivers an array' grep -q '^\[{.*MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED.*}\]' told
check 'as JSON' grep -qi '^content-type: application/json' told
check 'a CloudEvent, too' soon grep -q '^{.*"specversion":"1.0".*}$' cloud
check 'without headers of Event Grid' not grep -i '^aeg-' cloud
check 'as such' grep -qi '^content-type: application/cloudevents+json' cloud
stop_child $told_pid
stop_child $cloud_pid
check 'mpe_notify of a server stands in place of that outside' not grep . events

# To one worker that refuses everybody at port old, and posts that to $1.
refuse_all_to()
{
    place=$1
    byte_server="server { listen 127.0.0.1:$old_port; mpe_channel nobody; proxy_pass 127.0.0.1:$rtmp_port;
        mpe_refusals_per_minute 0; mpe_notify http://$place/refused; }"
    write_stream_conf studio
    reload
}
dropped() { grep -o "[0-9]* notifications to $place were dropped.*" error.log | tail -n 1 | grep -e "$1"; }
all_are_dropped()
{
    old_workers=$(workers_of)
    reload && soon gone && dropped "^$1 .*: $2"
}
lines_about_it() { [ "$(grep -c "$place" error.log)" -le "$1" ]; }
rss_kb() { sed -n 's/^VmRSS: *\([0-9]*\) kB/\1/p' "/proc/$(workers_of)/status"; }

workers=1
start_peer http refused 0
check 'a reload to one worker' refuse_all_to "127.0.0.1:$peer_port"
check '1000 are refused at once' ./tcp_peer flood "$old_port" 1000
check 'which are 1000 POSTs' soon sh -c 'test "$(grep -c "^POST /refused" refused)" -eq 1000'
check 'none is dropped' not dropped .
stop_child "$peer_pid"
# The first has nobody behind it, to the other the kernel has no way.
for place in "127.0.0.1:$peer_port" 255.255.255.255; do
    check "a reload to $place" refuse_all_to "$place"
    check '50 are refused while nobody takes POSTs' ./tcp_peer flood "$old_port" 50
    check 'they are dropped after some tries' soon dropped '^1 .*: no connection'
    check 'and counted' all_are_dropped 50 'no connection'
    check 'in a few lines' lines_about_it 3
done

start_peer stall
check 'a reload to a place that never answers' refuse_all_to "127.0.0.1:$peer_port"
rss_before=$(rss_kb)
check '8000 are refused at once' ./tcp_peer flood "$old_port" 8000
check 'more than wait in memory' soon dropped 'more wait than there is room for'
check 'which is bounded' test "$(($(rss_kb) - rss_before))" -lt 14000
stop_child "$peer_pid"
check 'all are counted' all_are_dropped 8000 'no connection'
check 'in a few lines' lines_about_it 9
workers=2
byte_server=

# ---------------------------------------------------------------------------------------------------------------- HTTP

pace=
url="http://127.0.0.1:$web_port/$token/ingest.isml/Streams(video)"
stored="store/$token/ingest.isml/Streams(video)"

# $1 the status, the others: arguments of curl. What came with the status is in the file body.
answers()
{
    expected=$1
    shift
    status=$(curl -s -g -m 10 -o body -w '%{http_code}' -H Expect: "$@")
    echo "status $status"
    cat body
    [ "$status" = "$expected" ]
}
told() { cat body && grep -q -e "$1" body; }

encode 320x180 30 5 $h264 $mp4 pipe:1 >good.mp4
encode 320x180 60 5 $h264 $mp4 pipe:1 >fast.mp4
encode 320x180 15 1 -c:v mpeg4 -c:a aac $mp4 pipe:1 >mpeg4.mp4
encode 2560x1440 5 1 $h264 -an $mp4 pipe:1 >large.mp4
# The first bytes are no type that a box may have.
{ printf '\377\377\377\377\377\377\377\377'; head -c 200000 /dev/urandom | tr '\000-\037' 'a-z'; } >noise
printf '\000\000\000\020moof\000\000\000\010mfhd' >moof
{ cat good.mp4; cat noise; } >spoilt.mp4
head -c "$(grep -abo moof good.mp4 | head -n 1 | sed 's/:.*//')" good.mp4 | head -c -4 >header
head -c 300 header >half
{ cat header; printf '\000\000\000\020moof\000\000\377\377traf'; } >bad_moof
: >nothing

: >events
check 'HTTP: a healthy stream is taken' answers 201 -T good.mp4 "$url"
check 'untouched' cmp good.mp4 "$stored"
check 'its end is an event' has_event MPE_CLIENT_DISCONNECTED $disconnected
check 'the access log says so' soon grep -q '^201 finished MPE_CLIENT_DISCONNECTED' http.log
check 'chunked' answers 204 -T - "$url" <good.mp4
check 'untouched' cmp good.mp4 "$stored"
check 'slowly' sh -c '{ head -c 5000 good.mp4; sleep 0.3; tail -c +5001 good.mp4; } | curl -s -g -m 10 -T - "$1"' - "$url"
check 'untouched' cmp good.mp4 "$stored"
check 'ffmpeg pushes' quietly encode 320x180 30 3 $h264 $mp4 -method PUT "$url"
check 'with nginx buffering' answers 201 -T good.mp4 "http://127.0.0.1:$web_port/buffered/a.isml/Streams(a)"
check 'untouched' cmp good.mp4 'store/buffered/a.isml/Streams(a)'
: >events
check 'an empty body is a probe' answers 204 -T nothing "$url"
check 'and no event' test ! -s events
check 'GET is not judged' answers 200 "$url"
check 'mpe off is off' answers 201 -T noise "http://127.0.0.1:$web_port/off/noise"

rm -r store/*
refusals='403:wrong/in.isml/Streams(a):good.mp4 403:nobody/in.isml/Streams(a):good.mp4 412:in:moof 412:in:half
    415:in:noise 415:in:mpeg4.mp4 400:in:fast.mp4 400:in:large.mp4 400:in:spoilt.mp4 400:in:bad_moof'
for refusal in $refusals; do
    IFS=: read -r status path file <<END
$refusal
END
    [ "$path" = in ] && path="$token/ingest.isml/Streams(video)"
    check "$status for $file at $path" answers "$status" -T - "http://127.0.0.1:$web_port/$path" <$file
    cp body "body.$status.$file"
done
check 'the upstream kept nothing of them' sh -c '! find store -type f | grep .'
check 'nor was it asked where the URL is wrong' not grep -e wrong -e nobody store.log
check 'JSON, with Content-Type' sh -c 'curl -s -g -i -m 10 -T noise "$1" | grep -i "^content-type: application/json"' - "$url"
check 'code and remedy' grep -q '"code":"MPE_INGEST_CODEC_NOT_SUPPORTED".*"remedy":"Set the encoder' body.415.mpeg4.mp4
check 'a header that is cut short is said to be' grep -q 'ended before its header was complete' body.412.half
check 'a header alone is taken' answers 201 -T - "http://127.0.0.1:$web_port/buffered/a.isml/Streams(a)" <header
check 'mpe_action log lets half a header pass' answers 201 -T half "http://127.0.0.1:$web_port/logged/half.isml/Streams(a)"
check 'the access log has the code' soon grep -q '^415 rejected MPE_INGEST_CODEC_NOT_SUPPORTED' http.log
check 'buffered by nginx' answers 415 -T mpeg4.mp4 "http://127.0.0.1:$web_port/buffered/a.isml/Streams(a)"
check "the operator's error_page" answers 415 -T - "http://127.0.0.1:$web_port/page/a.isml/Streams(a)" <mpeg4.mp4
check 'stands in place of ours' told "operator's page"
: >events
check 'mpe_action log lets all pass' answers 201 -T mpeg4.mp4 "http://127.0.0.1:$web_port/logged/a.isml/Streams(a)"
check 'untouched' cmp mpeg4.mp4 'store/logged/a.isml/Streams(a)'
check 'and says what it found' has_event MPE_INGEST_CODEC_NOT_SUPPORTED $rejected
check 'silence, where it may not last' sh -c '{ head -c 3000 good.mp4; sleep 3; } | curl -s -g -m 10 -T - "$1" | grep MPE_RTMP_SESSION_IDLE_TIMEOUT' - \
    "http://127.0.0.1:$web_port/idle/a.isml/Streams(a)"
pace=-re
check 'ffmpeg does not survive 60 frames a second' not encode 320x180 60 9 $h264 $mp4 -method PUT "$url"
pace=

# What mpe-smooth says to the same bodies.
smooth=$build/bin/mpe-smooth
same_as_smooth()
{
    "$smooth" --listen 127.0.0.1:0 --token $token --quiet 2>smooth.log &
    smooth_pid=$!
    children="$children $smooth_pid"
    soon grep -q 'listening on' smooth.log
    smooth_port=$(sed -n 's/^mpe-smooth: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' smooth.log)
    for known in 412.moof 412.half 415.noise 415.mpeg4.mp4 400.fast.mp4 400.large.mp4 400.spoilt.mp4 400.bad_moof; do
        answers "${known%%.*}" -X POST -T - "http://127.0.0.1:$smooth_port/$token/ingest.isml/Streams(video)" <"${known#*.}" || return 1
        cmp body "body.$known" || return 1
    done
    stop_child $smooth_pid
}
if [ -x "$smooth" ]; then
    check 'mpe-smooth says the same, byte for byte' same_as_smooth
else
    skip 'there is no mpe-smooth to compare with'
fi

# ------------------------------------------------------------------------------------------------------------ the end

: >events
pace=-re
encode 320x180 30 9 $h264 -f flv "rtmp://127.0.0.1:$guarded_port/live/last" >/dev/null &
last=$!
children="$children $last"
check 'a stream is under way' soon recorded last
check 'nginx stops' stop_nginx
wait $last
forget_child $last
check 'and that ends a session as maintenance' has_event MPI_SYSTEM_MAINTENANCE $disconnected
cat moved >>events
check 'notifications keep the key and the token' not grep -n -e "$key" -e "$token" events
check 'our lines in the log do, too' not grep -n "mpe: .*\($key\|$token\)" error.log
check 'the access logs do, too' not grep -n -e "$key" -e "$token" stream.log http.log
check 'nginx has nothing to complain about itself' not grep -n -e '\[alert\]' -e '\[emerg\]' -e '\[crit\]' -e 'exited on signal' error.log
closing
