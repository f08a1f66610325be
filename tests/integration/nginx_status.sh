#!/bin/sh
# mpe_status of nginx: the same JSON and metrics as those of mpe-guard, over all workers of stream and http, across reloads
# and the death of a worker.
# BUILD: the build directory, where "make nginx" left the modules.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh
. tests/integration/nginx/server.sh
need_packages nginx libnginx-mod-stream libnginx-mod-rtmp ffmpeg curl python3
enter_scratch
workers=4

for name in rtmp many web store status old; do
    free_port
    eval "${name}_port=$peer_port"
done

# ---------------------------------------------------------------------------------------------- the configuration

zone='mpe_zone 1m;'
wrong 'give at least 64k' 'mpe_zone 1k;' ''
wrong 'give at least 64k' 'mpe_zone -1;' ''
wrong 'give at least 64k' 'mpe_zone big;' ''
wrong 'is duplicate' "$zone $zone" ''
wrong 'is not allowed here' '' "$zone"
wrong 'more than 100 bytes' "mpe_channel $(head -c 101 /dev/zero | tr '\0' a) { kind encoding; }" ''
check 'mpe_status needs a zone' refuses 'mpe_status needs what all workers share' http "server { listen 127.0.0.1:$old_port; location / { mpe_status; } }"
check 'and has no arguments' refuses 'invalid number of arguments' http "$zone server { listen 127.0.0.1:$old_port; location / { mpe_status on; } }"
two_sizes()
{
    echo 'mpe_zone 2m;' >stream.conf
    echo 'mpe_zone 1m;' >http.conf
    write_conf
    not nginx_here -t 2>err && cat err && grep -q 'conflicts with already declared size' err
}
check 'one zone has one size' two_sizes

key=s3cr3t-k3y
configure()
{
    cat >stream.conf <<CONF
    mpe_zone 1m;
    map \$mpe_stream \$channel { ~^$key- sport; }
    mpe_channel sport { kind encoding; set max_video_qualities 0; set max_key_frame_interval_us 500000; set conditions 1; $1 }
    mpe_channel "quote\\"and\\\\more" { kind encoding; set max_video_qualities 0; }
    mpe_notify $scratch/events;
    mpe on;
    server { listen 127.0.0.1:$many_port; mpe_channel \$channel; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$old_port; mpe_channel "quote\\"and\\\\more"; proxy_pass 127.0.0.1:$rtmp_port; }
CONF
}
configure
cat >http.conf <<CONF
    mpe_zone 1m;
    mpe_channel sport { kind encoding; }
    server { listen 127.0.0.1:$status_port; location /mpe/ { mpe_status; } location / { mpe_status; } }
    server { listen 127.0.0.1:$web_port; location / { mpe on; mpe_channel sport; proxy_request_buffering off;
        proxy_http_version 1.1; proxy_pass http://127.0.0.1:$store_port; } }
    server { listen 127.0.0.1:$store_port; root $scratch/store; location / { dav_methods PUT; create_full_put_path on; } }
CONF

rm -f error.log
start_nginx
status=http://127.0.0.1:$status_port

# --------------------------------------------------------------------------------------------------------- nobody is on

get() { curl -sS -m 10 "$status$1"; }
has() { get "$1" >out; cat out; grep -qF -e "$2" out; }
code() { curl -sS -m 10 -o out -w '%{http_code}' "$@"; }
answers() { want=$1; shift; got=$(code "$@"); echo "$got"; [ "$got" = "$want" ]; }
# $1 a path, $2 what must hold of it in Python, as j.
holds() { get "$1" >json; cat json; python3 -c "import json, sys; j = json.load(open('json')); sys.exit(0 if ($2) else 1)"; }
metric() { get /metrics | sed -n "s/^$1 //p"; }

check 'channels are JSON' holds /api/v1/channels "j['program'] == 'nginx' and j['channels'] == [] and j['refusals'] == []"
check 'sessions, too' holds /api/v1/sessions "j['sessions'] == []"
check 'under any path' holds /mpe/api/v1/sessions "j['sessions'] == []"
check 'the type of JSON' sh -c "curl -sSi '$status/api/v1/channels' | grep -i '^content-type: application/json'"
check 'the type of metrics' sh -c "curl -sSi '$status/metrics' | grep -i '^content-type: text/plain; version=0.0.4'"
check 'HEAD' sh -c "curl -sSI '$status/metrics' | grep '200 OK'"
check 'nothing else is there' answers 404 "$status/api/v1/other"
check 'nor can it be written' answers 405 -X POST -d x "$status/metrics"
check 'nor be ended' answers 405 -X DELETE "$status/api/v1/sessions/x"

# ------------------------------------------------------------------------------------------------------------ sessions

start_encoders()
{
    ./encoders "$@" >encoders.out &
    encoders=$!
    children="$children $encoders"
}
wait_encoders()
{
    wait "$encoders"
    forget_child "$encoders"
}
sessions_are() { holds /api/v1/sessions "len([s for s in j['sessions'] if s['state'] == 'admitted']) == $1"; }

start_encoders "$many_port" 40 12 200 live "$key-" rtmp://127.0.0.1/live
check 'all 40 of 4 workers are seen' soon sessions_are 40
check 'each once' holds /api/v1/sessions "len({s['id'] for s in j['sessions']}) == 40"
check 'with what is known of them' soon holds /api/v1/sessions "all(s['channel'] == 'stream/sport' and s['address'] == '127.0.0.xxx' and s['protocol'] == 'rtmp' and s['tracks'][0]['codec'] == 'H.264' and s['tracks'][0]['height_px'] == 720 for s in j['sessions'])"
check 'measured' soon holds /api/v1/sessions "all(24000 < (s['tracks'][0]['frame_rate_mfps'] or 0) < 26000 and s['history']['kbps'] for s in j['sessions'])"
check 'and no word of when key frames were sent' holds /api/v1/sessions "all(s['encode_to_ingest_us'] is None for s in j['sessions'])"
check 'with conditions' soon holds /api/v1/sessions "all(any(c['name'] == 'KEY_FRAME_INTERVAL_LONG' for c in s['conditions']) for s in j['sessions'])"
check 'whoever is asked' sh -c "for i in 1 2 3 4 5 6 7 8; do curl -sS '$status/api/v1/sessions' | grep -o '\"id\"' | wc -l; done | sort -u >counts; cat counts; [ \"\$(cat counts)\" = 40 ]"
check 'the sums are of all workers' soon holds /api/v1/channels "[(c['sessions'], c['video_qualities']) for c in j['channels']] == [(40, 40)] and 6500000 < j['channels'][0]['bitrate_bps'] < 9500000"
check 'sessions are counted' has /metrics 'mpe_sessions{channel="stream/sport",protocol="rtmp",state="admitted"} 40'
check 'nothing is left out' has /metrics 'mpe_sessions_left_out 0'
bytes_before=$(metric 'mpe_received_bytes_total{channel="stream\/sport",protocol="rtmp"}')
configure 'set max_width_px 160;'
check 'a reload under load' reload
check 'the old workers are seen still' soon sessions_are 40
bytes_after=$(metric 'mpe_received_bytes_total{channel="stream\/sport",protocol="rtmp"}')
check "counters go on: $bytes_before, $bytes_after" test "$bytes_after" -ge "$bytes_before"
wait_encoders
check 'all passed' grep -qx '40 passed' encoders.out
check 'all are gone' soon holds /api/v1/sessions "j['sessions'] == []"
check 'so is the channel' soon holds /api/v1/channels "j['channels'] == []"
check 'their ends are counted, also those in workers that ended' soon has /metrics 'mpe_session_endings_total{channel="stream/sport",event="EncoderDisconnected",code="MPE_CLIENT_TERMINATED_SESSION",reason="ENDED"} 40'
total=$(metric 'mpe_received_bytes_total{channel="stream\/sport",protocol="rtmp"}')
check "all bytes were counted: $total" test "$total" -gt 10000000

# ------------------------------------------------------------------------------------------------------------ refusals

./encoders "$many_port" 30 1 200 live "$key-" x >result
check 'what is refused' sh -c 'cat result; grep -qx "30 MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED" result'
./encoders "$many_port" 3 1 200 live "other-$key" x >result
check 'is listed, with its sentence' soon holds /api/v1/channels "sum(r['code'] == 'MPE_RTMP_APPID_AUTH_FAILURE' and r['channel'] == 'stream/(none)' for r in j['refusals']) == 3"
check 'and counted' soon has /metrics 'mpe_session_endings_total{channel="stream/(none)",event="ConnectionRejected",code="MPE_RTMP_APPID_AUTH_FAILURE",reason="HOST_REFUSED"} 3'
check '60 more' sh -c "./encoders $many_port 60 1 200 live other x >result; cat result; grep -qx '60 MPE_RTMP_APPID_AUTH_FAILURE' result"
check 'of which the last 50 are kept' soon holds /api/v1/channels "len(j['refusals']) == 50 and j['refusals'][0]['at_ms'] >= j['refusals'][49]['at_ms']"
check 'and all counted, though not all are notified of' has /metrics 'code="MPE_RTMP_APPID_AUTH_FAILURE",reason="HOST_REFUSED"} 63'
start_encoders "$old_port" 1 4 200 live quoted x
check 'a name is escaped in JSON' soon holds /api/v1/sessions "[s['channel'] for s in j['sessions']] == ['stream/quote\"and\\\\more']"
check 'and in metrics' has /metrics 'channel="stream/quote\"and\\more"'
if command -v promtool >/dev/null; then
    check 'promtool finds nothing wrong' sh -c "curl -sS '$status/metrics' | promtool check metrics >out 2>&1; code=\$?; cat out; [ \$code -eq 0 ] && [ ! -s out ]"
else
    skip 'there is no promtool; apt-get install prometheus'
fi
wait_encoders

# ---------------------------------------------------------------------------------------------------------------- HTTP

ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=30 -t 6 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 \
    -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof good.mp4
curl -s -g --limit-rate "$(($(wc -c <good.mp4) / 5))" -T good.mp4 "http://127.0.0.1:$web_port/live/$key/in.isml/Streams(a)" &
push=$!
children="$children $push"
check 'HTTP: a session is seen' soon holds /api/v1/sessions "[(s['channel'], s['protocol']) for s in j['sessions']] == [('http/sport', 'fmp4')]"
wait $push
forget_child $push
check 'its end is counted' soon has /metrics 'mpe_session_endings_total{channel="http/sport",event="EncoderDisconnected",code="MPE_CLIENT_DISCONNECTED"'
for path in /metrics /api/v1/channels /api/v1/sessions; do
    check "no key in $path" sh -c "curl -sS '$status$path' >text && [ -s text ] && ! grep '$key' text"
done

# ------------------------------------------------------------------------------------------------- death of a worker

configure
check 'another reload' reload
ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=30 -t 12 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 late.flv
(ffmpeg -nostdin -v error -re -i late.flv -c copy -f flv - | python3 "$top/tests/integration/admin/sent_at.py" 1.5 |
    ffmpeg -nostdin -v error -f flv -i - -c copy -f flv "rtmp://127.0.0.1:$many_port/live/$key-late" 2>/dev/null) &
late=$!
children="$children $late"
check 'how long ago key frames were sent' soon holds /api/v1/sessions "[1500000 <= (s['encode_to_ingest_us'] or 0) < 11500000 for s in j['sessions']] == [True]"
check 'is a metric' has /metrics 'mpe_channel_encode_to_ingest_seconds{channel="stream/sport"} '
wait $late
forget_child $late
check 'its encoder is gone' soon holds /api/v1/sessions "j['sessions'] == []"
start_encoders "$many_port" 40 10 200 live "$key-" x
check 'all 40 are seen' soon sessions_are 40
for pid in $(workers_of); do
    kill -9 "$pid"
    break
done
fewer() { holds /api/v1/sessions "0 < len(j['sessions']) < 40"; }
check 'those of a worker that was killed are gone' soon fewer
# It was the RTMP server of some others, too.
sleep 2.5
get /api/v1/sessions >left
wait_encoders
check 'as many as were cut' sh -c 'cat encoders.out; passed=$(sed -n "s/ passed//p" encoders.out); seen=$(grep -o "\"id\"" left | wc -l); echo "$passed $seen"; [ "$passed" = "$seen" ]'
check 'a new worker took its place' soon test "$(workers_of | wc -l)" -eq 4
check 'and all are gone at the end' soon holds /api/v1/sessions "j['sessions'] == []"

# ------------------------------------------------------------------------------------------------------ a zone that is full

sed -i 's/mpe_zone 1m/mpe_zone 96k/' stream.conf http.conf
check 'a reload to a small zone' reload
start_encoders "$many_port" 60 8 100 live "$key-" x
check 'sessions are left out' soon sh -c "[ \"\$(curl -sS '$status/metrics' | sed -n 's/^mpe_sessions_left_out //p')\" -gt 0 ]"
check 'the others are seen' soon holds /api/v1/sessions "len(j['sessions']) > 5"
check 'the log says it' soon grep -q 'mpe_zone is full' error.log
wait_encoders
check 'and nobody was cut for it' grep -qx '60 passed' encoders.out

# ------------------------------------------------------------------------------------------------------------ the end

check 'nginx stops' stop_nginx
check 'nginx has nothing to complain about itself' sh -c '! grep -n -e "\[alert\]" -e "\[emerg\]" -e "\[crit\]" -e "exited on signal" error.log | grep -v "exited on signal 9"'
closing
