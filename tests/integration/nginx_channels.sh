#!/bin/sh
# nginx with one port for many channels: which one a stream belongs to stands in a variable. Real encoders, hostile names,
# and how much a stranger can make it say.
# BUILD: the build directory, where "make nginx" left the modules.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh
. tests/integration/nginx/server.sh
need_packages nginx libnginx-mod-stream libnginx-mod-rtmp ffmpeg curl
enter_scratch

for name in rtmp many host plain early strangers web store old; do
    free_port
    eval "${name}_port=$peer_port"
done

# ---------------------------------------------------------------------------------------------- the configuration

ok='mpe_channel a { kind encoding; }'
wrong 'unknown "nothing" variable' "$ok" 'mpe on; mpe_channel $nothing;'
wrong 'invalid variable name' "$ok" 'mpe on; mpe_channel a$;'
wrong 'whole number from 0 (no limit) to 100000' "$ok" 'mpe_refusals_per_minute -1;'
wrong 'whole number from 0 (no limit) to 100000' "$ok" 'mpe_refusals_per_minute 100001;'
wrong 'whole number from 0 (no limit) to 100000' "$ok" 'mpe_refusals_per_minute many;'
wrong 'is duplicate' "$ok" 'mpe_refusals_per_minute 1; mpe_refusals_per_minute 1;'
wrong 'is duplicate' "$ok" 'mpe_channel a; mpe_channel $mpe_stream;'

key=S3cr3t-K3y
cat >stream.conf <<CONF
    map \$mpe_app/\$mpe_stream \$channel {
        ~^live/small\z small;
        ~^live/$key\z keyed;
        ~^live/keyed-.* keyed;
        ~^live/free\z free;
        ~^live/nobody\z nobody;
        ~^live/gone\z gone;
    }
    map \$mpe_stream \$server { default 127.0.0.1:$rtmp_port; }
    log_format named '\$server_port \$status \$mpe_state \$mpe_channel \$mpe_code app=\$mpe_app host=\$mpe_host';
    access_log $scratch/named.log named;
    mpe_channel small { kind encoding; set max_width_px 160; }
    mpe_channel keyed { kind encoding; stream_name $key; set max_video_qualities 0; }
    mpe_channel free { kind encoding; set max_video_qualities 0; }
    mpe_channel a.example { kind encoding; set max_video_qualities 0; }
    mpe_channel 127.0.0.1 { kind encoding; set max_video_qualities 0; }
    mpe_channel nobody { kind encoding; allow none; }
    mpe_channel "" { kind encoding; }
    mpe on;
    mpe_notify $scratch/events;
    mpe_refusals_per_minute 0;
    server { listen 127.0.0.1:$many_port; mpe_channel \$channel; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$host_port; mpe_channel \$mpe_host; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$plain_port; mpe_channel free; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$early_port; mpe_channel \$channel; proxy_pass \$server; }
    server { listen 127.0.0.1:$strangers_port; mpe_channel \$channel; mpe_refusals_per_minute 5;
        mpe_notify $scratch/strangers; proxy_pass 127.0.0.1:$rtmp_port; }
CONF
sed -i '/mpe_channel ""/d' stream.conf
cat >http.conf <<CONF
    map \$mpe_app/\$mpe_stream \$channel { ~^live/small/ small; ~^live/free/ free; }
    mpe_channel small { kind encoding; set max_width_px 160; }
    mpe_channel free { kind encoding; }
    mpe_notify $scratch/events;
    log_format named '\$status \$mpe_state \$mpe_channel \$mpe_code host=\$mpe_host';
    server {
        listen 127.0.0.1:$web_port;
        access_log $scratch/http.log named;
        mpe on;
        mpe_channel \$channel;
        proxy_request_buffering off;
        proxy_http_version 1.1;
        location / { proxy_pass http://127.0.0.1:$store_port; }
        location /early/ { set \$early \$channel; add_header X-Channel \$early; proxy_pass http://127.0.0.1:$store_port; }
    }
    server { listen 127.0.0.1:$store_port; root $scratch/store;
        location / { dav_methods PUT; create_full_put_path on; } }
CONF

rm -f error.log
start_nginx
check 'nginx runs with both modules' ./tcp_peer count "$many_port" 1

# ---------------------------------------------------------------------------------------------------- real encoders

h264='-c:v libx264 -preset ultrafast -g 30 -c:a aac'
rejected=LiveEventConnectionRejected

# $1 frame rate, the URL.
encode()
{
    # shellcheck disable=SC2086
    timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=$1" -f lavfi -i sine=sample_rate=44100 \
        -t 2 -pix_fmt yuv420p $h264 -f flv "$2" 2>ffmpeg.err
    status=$?
    cat ffmpeg.err
    return $status
}
has_event() { cat events && grep "\"resultCode\":\"$1\"" events | grep -q "Media.$2\""; }
# $1 the code, then as for encode.
refused()
{
    code=$1
    shift
    : >events
    not encode "$@" || return 1
    grep -q "Server error: $code: " ffmpeg.err && soon has_event "$code" $rejected
}
named() { cat named.log && grep -q -e "$1" named.log; }

check 'a channel that takes it' encode 30 "rtmp://127.0.0.1:$many_port/live/free"
check 'the access log names it' soon named "^$many_port 200 finished free MPE_CLIENT_TERMINATED_SESSION app=live host=127.0.0.1$"
check 'one that does not, on the same port' refused MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED 30 "rtmp://127.0.0.1:$many_port/live/small"
check 'the access log names this, too' soon named "^$many_port 403 rejected small MPE_INGEST_VIDEO"
check 'a frame rate' refused MPE_INGEST_FRAMERATE_EXCEEDED 60 "rtmp://127.0.0.1:$many_port/live/free"
check 'a name that no channel has' refused MPE_RTMP_APPID_AUTH_FAILURE 30 "rtmp://127.0.0.1:$many_port/live/other"
check 'one whose channel is not there' refused MPE_RTMP_APPID_AUTH_FAILURE 30 "rtmp://127.0.0.1:$many_port/live/gone"
check 'a channel that nobody may connect to' refused MPE_INGEST_ENCODER_CONNECTION_DENIED 30 "rtmp://127.0.0.1:$many_port/live/nobody"
check 'a key and its query' encode 30 "rtmp://127.0.0.1:$many_port/live/$key?token=$key"
check 'the stream name of the channel counts' refused MPE_RTMP_APPID_AUTH_FAILURE 30 "rtmp://127.0.0.1:$many_port/live/keyed-no"
check 'by host' encode 30 "rtmp://127.0.0.1:$host_port/live/x"

# ---------------------------------------------------------------------------------------------------- hostile names

# $1 what they end as, $2 the port, the others: app, stream name, tcUrl, with "%XX" for bytes.
ends_as()
{
    expected=$1 at=$2
    shift 2
    ./encoders "$at" 1 1 200 "$@" >result
    cat result
    [ "$(cat result)" = "1 $expected" ]
}
no=MPE_RTMP_APPID_AUTH_FAILURE

check 'an encoder of the test passes' ends_as passed "$many_port" live free rtmp://127.0.0.1/live
for url in 'rtmp://A.Example/live' 'rtmp://user:S3cr3t-K3y@a.example:1935/live' 'rtmps://a.example?x'; do
    check "the host of $url" ends_as passed "$host_port" live x "$url"
done
for url in '' a.example 'rtmp:a.example' 'rtmp://a.example%00/live' 'rtmp://a.example%0a/live' 'rtmp://b.example/@a.example' \
    'rtmp://[a.example]/live' 'rtmp://%22a.example/live' 'rtmp://'; do
    check "no host of a channel: $url" ends_as $no "$host_port" live x "$url"
done
for name in '' free%00 %00free free%0a FREE '$channel' '%24mpe_channel' free/../free 'free%20' '%ff%fe' '%c3%28' "'" '%22;}' \
    '%1b[31m' "$(head -c 900 /dev/zero | tr '\0' a)"; do
    check "no stream name of a channel: $name" ends_as $no "$many_port" live "$name" rtmp://127.0.0.1/live
done
for app in '' LIVE live%00 live/ live%0a other; do
    check "app '$app'" ends_as $no "$many_port" "$app" free rtmp://127.0.0.1/live
done
check 'the query is not looked at' ends_as passed "$many_port" "live?free=$key" "free?$key" "rtmp://127.0.0.1/live?$key"
check 'the same stream name again' ends_as passed "$many_port" live free x 0 free
check 'another one on the same connection' ends_as $no "$many_port" live free x 0 "$key"
check 'where the channel is given by its name, several' ends_as passed "$plain_port" live one x 0 two
check 'nginx goes on' ends_as passed "$many_port" live free rtmp://127.0.0.1/live
check 'what is worked out before a publish is not believed' ends_as MPI_SYSTEM_MAINTENANCE "$early_port" live free rtmp://127.0.0.1/live
check 'and the log says it' soon grep -q 'mpe: .* was used before the encoder has published' error.log
check 'a channel by its name needs no publish of a name' ends_as passed "$plain_port" live anything rtmp://127.0.0.1/live

# ---------------------------------------------------------------------------------------------------------- at once

check '40 encoders in two channels' sh -c './encoders "$0" 20 2 100 live keyed- x >keyed & ./encoders "$0" 1 2 100 live free x >free; wait; cat keyed free; grep -qx "20 MPE_RTMP_APPID_AUTH_FAILURE" keyed && grep -qx "1 passed" free' "$many_port"

# --------------------------------------------------------------------------------------------------------- strangers

# Five at once, and one more in 12 s.
reports_of_strangers() { grep -c "Media.$rejected" strangers; }
check 'a flood of strangers' sh -c './encoders "$0" 200 1 10 live stranger- x >result; cat result; grep -qx "200 MPE_RTMP_APPID_AUTH_FAILURE" result' "$strangers_port"
check 'is no flood of notifications' soon test "$(reports_of_strangers)" -le 12
check 'but some' test "$(reports_of_strangers)" -ge 5
check 'nor of lines' test "$(grep -c 'mpe: .*MPE_RTMP_APPID_AUTH_FAILURE' error.log)" -le 200
check 'who was admitted is notified of' ends_as passed "$strangers_port" live free x
check 'indeed' soon grep -q MPE_CLIENT_TERMINATED_SESSION strangers

# -------------------------------------------------------------------------------------------------------------- HTTP

mp4='-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof'
# shellcheck disable=SC2086
ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=30 -t 2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 $mp4 good.mp4
answers()
{
    status=$(curl -s -g -m 10 -o body -w '%{http_code}' -H Expect: -T good.mp4 "http://127.0.0.1:$web_port/$2")
    echo "status $status"
    cat body
    [ "$status" = "$1" ]
}
check 'HTTP: a channel that takes it' answers 201 'live/free/in.isml/Streams(a)'
check 'one that does not' answers 400 'live/small/in.isml/Streams(a)'
check 'says why' grep -q MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED body
check 'a name that no channel has' answers 403 'live/none/in.isml/Streams(a)'
check 'no name at all' answers 403 ''
check 'hostile names' answers 403 'live/free%0a/in.isml/Streams(a)%0a$channel%ff'
check 'names are known from the first phase on' answers 403 'early/in.isml/Streams(a)'
check 'the access log has the channel' soon grep -q '^400 rejected small MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED host=127.0.0.1$' http.log

# ------------------------------------------------------------------------------------------------------------ the end

check 'nginx stops' stop_nginx
check 'notifications keep the key' not grep -n -e "$key" events strangers
check 'our lines in the log do, too' not grep -n "mpe: .*$key" error.log
check 'the access logs do, too' not grep -n -e "$key" named.log http.log
check 'nginx has nothing to complain about itself' not grep -n -e '\[alert\]' -e '\[emerg\]' -e '\[crit\]' -e 'exited on signal' error.log
closing
