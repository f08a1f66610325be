#!/bin/sh
# mpe_zone of nginx: limits of sums hold over 4 workers as over one, with 200 encoders at once, across a reload, and after the
# death of a worker. Each encoder is a quality of its own.
# BUILD: the build directory, where "make nginx" left the modules.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh
. tests/integration/nginx/server.sh
need_packages nginx libnginx-mod-stream libnginx-mod-rtmp ffmpeg curl
enter_scratch
workers=4

for name in rtmp many sum web status store old; do
    free_port
    eval "${name}_port=$peer_port"
done

# The RTMP server is another nginx: that of a worker that dies goes on.
cat >server.conf <<CONF
load_module $system_modules/ngx_rtmp_module.so;
$([ "$(id -u)" = 0 ] && echo 'user root;')
worker_processes 1; pid $scratch/server.pid; error_log $scratch/server.log; events { worker_connections 2048; } daemon off;
rtmp { server { listen 127.0.0.1:$rtmp_port; application live { live on; } } }
CONF
nginx -p "$scratch" -c "$scratch/server.conf" -e "$scratch/server.log" &
children="$children $!"
has_rtmp=no

# $1 mpe_zone or nothing, $2 further settings.
configure()
{
    cat >stream.conf <<CONF
    $1
    mpe_channel many { kind encoding; set max_video_qualities 40; set max_bitrate_bps 0; $2 }
    mpe_channel sum { kind encoding; set max_video_qualities 0; set max_bitrate_bps 10000000; $2 }
    mpe_notify $scratch/events;
    mpe_refusals_per_minute 0;
    mpe on;
    server { listen 127.0.0.1:$many_port reuseport; mpe_channel many; proxy_pass 127.0.0.1:$rtmp_port; }
    server { listen 127.0.0.1:$sum_port reuseport; mpe_channel sum; proxy_pass 127.0.0.1:$rtmp_port; }
CONF
    cat >http.conf <<CONF
    $1
    server { listen 127.0.0.1:$status_port; location / { ${1:+mpe_status;} } }
    mpe_channel web { kind encoding; }
    mpe_refusals_per_minute 0;
    proxy_http_version 1.1;
    server { listen 127.0.0.1:$web_port reuseport;
        location / { mpe on; mpe_channel web; proxy_request_buffering off; proxy_pass http://127.0.0.1:$store_port; } }
    server { listen 127.0.0.1:$store_port; root $scratch/store; location / { dav_methods PUT; create_full_put_path on; } }
CONF
}
start_encoders()
{
    out=$1
    shift
    ./encoders "$@" >"$out" &
    encoders=$!
    children="$children $encoders"
}
wait_encoders()
{
    wait "$1"
    forget_child "$1"
}
# $1 a file of results, $2 what ended so: how many.
count_of() { sed -n "s/^\([0-9]*\) $2\$/\1/p" "$1" | grep . || echo 0; }
too_many=MPE_INGEST_VIDEO_QUALITY_COUNT_EXCEEDED

configure ''
rm -f error.log
start_nginx
check 'nginx runs' soon ./tcp_peer count "$many_port" 1
./encoders "$many_port" 200 2 100 live alone- x >alone
check 'without a zone each worker counts alone' test "$(count_of alone passed)" -gt 40
too_many=$(sed -n 's/^[0-9]* \(MPE_.*\)$/\1/p' alone)
check 'no worker takes more than its limit' test "$(count_of alone passed)" -le 160

# ------------------------------------------------------------------------------------------------------ qualities

configure 'mpe_zone 1m;'
check 'a reload to a zone' reload
rounds=${ZONE_ROUNDS:-3}
for round in $(seq "$rounds"); do
    ./encoders "$many_port" 200 2 100 live "many-$round-" x >many
    check "of 200 at once 40 pass: round $round" sh -c "cat many; grep -qx '40 passed' many && grep -qx '160 $too_many' many"
    sleep 0.5
done
check 'each was notified of' soon test "$(grep -c "$too_many" events)" -ge $((rounds * 160))

metric() { curl -sS -m 10 "http://127.0.0.1:$status_port/metrics" | sed -n "s/^$1 //p"; }
qualities() { q=$(metric 'mpe_channel_qualities{channel="stream\/many",media="video"}'); echo "$q"; [ "${q:-0}" -eq "$1" ]; }

# ------------------------------------------------------------------------------------------------ what others have now

# A worker with nobody of a channel on it looks at the zone no more, and what it has heard counts for a lease. Within that
# the one place of the channel is free again: whoever comes with all of its header at once finds that out before it is
# judged, on each of the workers.
picture() { timeout 20 ffmpeg -nostdin -v error -f lavfi -i "testsrc=s=$1:r=25" -t 1 -c:v libx264 -preset ultrafast \
    -pix_fmt yuv420p -f mp4 -movflags frag_keyframe+empty_moov pipe:1; }
put() { curl -s -g -m 10 -o body -w '%{http_code}\n' -H Expect: -T "$1" "http://127.0.0.1:$web_port/$2.isml/Streams(video)"; }
# Pushes one after the other, which all workers get some of: how many ended with this status.
puts()
{
    for one in $(seq 40); do
        put "$1" "$1-$one"
    done >"$1.statuses"
    cat "$1.statuses"
    [ "$(grep -c "^$2\$" "$1.statuses")" -eq 40 ]
}
picture 320x180 >small
picture 640x360 >other
{ cat small; sleep 15; } | curl -s -g -m 20 -o kept.body -T - "http://127.0.0.1:$web_port/kept.isml/Streams(video)" &
kept=$!
children="$children $kept"
one_is_on() { curl -sS "http://127.0.0.1:$status_port/metrics" | grep -q '^mpe_channel_qualities{channel="http/web",media="video"} 1'; }
check 'one is on' soon one_is_on
check 'another quality is refused on each worker' puts other 400
stop_child "$kept"
check 'it is gone' soon not one_is_on
sleep 0.3 # each worker asks the zone now and then
check 'whoever has gone counts no more for the next encoder' puts other 201

# ------------------------------------------------------------------------------------------------- a worker that hangs

# It is one of those before a reload: no new connection waits for it.
start_encoders hung "$many_port" 40 24 100 live hung- x
hung=$encoders
check '40 are on again' soon qualities 40
sleep 1
check 'a reload, again' reload
old_worker=$(pgrep -P "$nginx_pid" -f 'shutting down' | head -n 1)
kill -STOP "$old_worker"
stopped=$(date +%s)
fewer() { q=$(metric 'mpe_channel_qualities{channel="stream\/many",media="video"}'); echo "$q"; [ "${q:-40}" -lt 40 ]; }
./encoders "$many_port" 20 2 100 live waiting- x 500 >waiting
check 'what a worker that hangs wrote counts still' sh -c "cat waiting; grep -qx '20 $too_many' waiting"
sleep 3
soon fewer || soon fewer
held=$(($(date +%s) - stopped))
# The lease is 10 s from its last word, which may be 2.5 s old; sums are shown once a second.
check "until its lease is over: $held s" test $held -ge 7 -a $held -le 12
free=$((40 - $(metric 'mpe_channel_qualities{channel="stream\/many",media="video"}')))
./encoders "$many_port" 100 1 100 live instead- x 700 >instead
check "then its $free places are free" sh -c "cat instead; grep -qx '$free passed' instead"
kill -CONT "$old_worker"
check 'it goes on, and counts again' soon qualities 40
wait_encoders "$hung"
check 'nobody was cut' sh -c "cat hung; grep -qx '40 passed' hung"

# --------------------------------------------------------------------------------------------- a reload in the middle

start_encoders first "$many_port" 25 14 100 live first- x
first=$encoders
check '25 are on' soon qualities 25
check 'a reload' reload
check 'they are on still' soon qualities 25
# One of the old ones that has encoders: those without end at once.
old_worker=$(pgrep -P "$nginx_pid" -f 'shutting down' | head -n 1)
./encoders "$many_port" 175 2 100 live second- x 300 >second
check '15 more may come to the new workers' sh -c "cat second; grep -qx '15 passed' second && grep -qx '160 $too_many' second"
check 'their places are free again' soon qualities 25

# --------------------------------------------------------------------------------------------------- death of a worker

start_encoders third "$many_port" 60 8 100 live third- x 500
third=$encoders
check 'all places are taken' soon qualities 40
sleep 1 # until the last of them has come: it would take a place that is free again
kill -9 "$old_worker"
check 'those of a worker that was killed are free' soon fewer
free=$((40 - $(metric 'mpe_channel_qualities{channel="stream\/many",media="video"}')))
./encoders "$many_port" 100 2 100 live fourth- x 700 >fourth
check "$free more pass" sh -c "cat fourth; grep -qx '$free passed' fourth"
wait_encoders "$third"
wait_encoders "$first"
check 'of those before the reload nobody else was cut' sh -c "cat first; grep -qx '$((25 - free)) passed' first"
check 'nobody is on any more' soon sh -c "curl -sS 'http://127.0.0.1:$status_port/api/v1/channels' | grep -q '\"channels\":\[\]'"

# -------------------------------------------------------------------------------------------------------- bit rates

# How many libmpe lets pass of 20 Mbit/s where 10 are allowed, in 14 s: of one worker, and of four.
for workers in 1 4; do
    check "a reload to $workers" reload
    ./encoders "$sum_port" 200 14 100 live sum- x >"rate$workers"
    check "a sum of rates is judged, workers: $workers" grep -q MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED "rate$workers"
done
four=$(count_of rate4 passed)
one=$(count_of rate1 passed)
check "a sum of rates is the same: of 200 encoders pass $one and $four" test "$((four - one))" -le 4 -a "$((one - four))" -le 4

# ------------------------------------------------------------------------------------------------------------ the end

check 'nginx stops' stop_nginx
check 'nginx has nothing to complain about itself' sh -c '! grep -n -e "\[alert\]" -e "\[emerg\]" -e "\[crit\]" -e "exited on signal" -e "is left out" -e "is full" error.log | grep -v "exited on signal 9"'
closing
