#!/bin/sh
# --admin of mpe-guard and mpe-smooth: metrics, JSON, health, who may ask, how a session is ended, bad clients, the page
# in Chromium, and Prometheus. Screenshots stay in the build directory, in admin/.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
needs_program mpe-smooth
guard=$build/bin/mpe-guard
smooth=$build/bin/mpe-smooth
shots=$build/admin
mkdir -p "$shots" || exit 2
for tool in ffmpeg curl python3; do
    command -v $tool >/dev/null || { skip "there is no $tool"; passed=1; closing; }
done
cd "$scratch" || exit 2

# $1 where the log goes, the others: the program and its arguments. Sets pid and admin (a URL).
start()
{
    start_log=$1
    shift
    : >"$start_log"
    "$@" --admin 127.0.0.1:0 2>"$start_log" &
    pid=$!
    add_child "$pid"
    soon grep -q 'operators look at' "$start_log"
    admin=$(sed -n 's/.*operators look at \(.*\)\/$/\1/p' "$start_log")
    port=$(sed -n 's/.*: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$start_log")
}

get() { curl -sS --max-time 5 "$admin$1"; }
has() { get "$1" | grep -qF -- "$2"; }
status_of() { curl -sS --max-time 5 -o /dev/null -w '%{http_code}' "$@"; }
answers() { want=$1; shift; [ "$(status_of "$@")" = "$want" ]; }

# A session of the JSON by its channel, and what python makes of it.
session_where()
{
    get /api/v1/sessions | python3 -c "import json, sys; s = [s for s in json.load(sys.stdin)['sessions'] if $1]; assert s; print(s[0]['id'])"
}

ffmpeg -v error -y -f lavfi -i testsrc=size=640x360:rate=30 -f lavfi -i sine=sample_rate=44100 -t 90 -pix_fmt yuv420p \
    -c:v libx264 -preset ultrafast -g 60 -c:a aac ok.flv </dev/null || exit 2
ffmpeg -v error -y -f lavfi -i testsrc=size=1920x1080:rate=30 -t 1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast \
    large.flv </dev/null || exit 2

# $1 app and stream name, $2 where its words go.
publish()
{
    ffmpeg -v error -re -i "$top_file" -c copy -f flv "rtmp://127.0.0.1:$port/$1" </dev/null >/dev/null 2>"$2" &
    publisher=$!
    add_child "$publisher"
}

# ------------------------------------------------------------------------------------------ what both programs answer

# The same with key frames that were sent $1 seconds before; $2 the format and $3 the URL it is published to.
publish_late()
{
    (ffmpeg -v error -re -i ok.flv -c copy -f flv - </dev/null 2>/dev/null | python3 "$top/tests/integration/admin/sent_at.py" "$1" |
        ffmpeg -v error -probesize 4096 -analyzeduration 0 -f flv -i - -c copy $2 "$3" >/dev/null 2>&1) &
    add_child $!
}

# A session of channel $1 arrived $2 seconds after it was sent, or at most 10 s later; its channel has the metric.
arrives_late()
{
    session_where "s['channel'] == '$1' and s['encode_to_ingest_us'] is not None and $2e6 <= s['encode_to_ingest_us'] < $2e6 + 10e6" &&
        get /metrics | python3 -c "import re, sys; took = re.findall(r'mpe_channel_encode_to_ingest_seconds\{channel=\"$1\"\} (\S+)', sys.stdin.read()); print(took); assert $2 <= float(took[0]) < $2 + 10"
}

# $1 the program. Its metrics, who may ask what, and clients that are no good; a session of protocol $2 is on meanwhile.
is_sound()
{
    if command -v promtool >/dev/null; then
        check "$1: promtool finds nothing wrong" sh -c "curl -sS '$admin/metrics' | promtool check metrics >out 2>&1; code=\$?; cat out; [ \$code -eq 0 ] && [ ! -s out ]"
    else
        skip 'there is no promtool; apt-get install prometheus'
    fi
    for path in /metrics /api/v1/channels /api/v1/sessions; do
        check "$1: no key in $path" sh -c "curl -sS '$admin$path' >text && [ -s text ] && ! grep -E 'secretkey|wrongkey' text"
    done
    check "$1: healthz says ok" has /healthz ok
    check "$1: an unknown path is 404" answers 404 "$admin/nowhere"
    check "$1: a POST is 405" answers 405 -d x "$admin/metrics"
    check "$1: an unknown session is 404" answers 404 -X DELETE "$admin/api/v1/sessions/nobody"
    check "$1: a name of another site is refused" answers 403 -H 'Host: evil.example' "$admin/api/v1/sessions"
    check "$1: one that begins as this machine's is, too" answers 403 -H 'Host: localhost.evil.example' "$admin/api/v1/sessions"
    check "$1: and one that begins as its address" answers 403 -H 'Host: 127.0.0.1.evil.example' "$admin/api/v1/sessions"
    check "$1: localhost is this machine" answers 200 -H 'Host: localhost:8080' "$admin/api/v1/sessions"
    check "$1: a length beside chunks is refused" answers 400 -H 'Content-Length: 0' -H 'Transfer-Encoding: chunked' "$admin/healthz"
    check "$1: a folded header is refused" answers 400 -H "X: a$(printf '\r\n') b" "$admin/healthz"
    check "$1: the policy is strict" sh -c "curl -sSi '$admin/' | grep -i \"content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'\""
    check "$1: the page loads nothing from elsewhere" sh -c "for file in / /page.js /page.css; do curl -sS '$admin'\$file; done | grep -vF 'http://www.w3.org/2000/svg' >page && ! grep -E 'https?://|style=|onclick' page"
    before=$(received "$2")
    check "$1: clients that never read, and headers of 1 MB" python3 bad.py "${admin#http://}"
    check "$1: cost no session a byte" soon gained "$2" $((before + 20000))
}
received() { curl -sS --max-time 5 "$admin/metrics" | sed -n "s/^mpe_received_bytes_total{channel=\"[a-z]*\",protocol=\"$1\"} //p" | tail -n 1; }
gained() { [ "$(received "$1")" -gt "$2" ]; }

# $1 the program, the others: an option for each thing that it must refuse before it starts.
guards_itself()
{
    program=$1
    shift
    refuses() { "$build/bin/$program" --listen 127.0.0.1:0 "$@" 2>refused; [ $? -eq 2 ]; }
    check "$program: an address that others reach needs a token" refuses "$@" --admin 0.0.0.0:0
    check "$program: and it says what to do" grep -qF 'give a token by a file' refused
    echo short >token
    check "$program: a short token is refused" refuses "$@" --admin 127.0.0.1:0 --admin-token-file token
    check "$program: no file, no token" refuses "$@" --admin 127.0.0.1:0 --admin-token-file nowhere
    check "$program: a name is no address" refuses "$@" --admin localhost:0
    check "$program: a token alone is of no use" refuses "$@" --admin-token-file token
    token=0123456789abcdef0123
    echo $token >token
    start log-token "$build/bin/$program" --listen 127.0.0.1:0 "$@" --admin-token-file token
    check "$program: without the token: 401" answers 401 "$admin/metrics"
    check "$program: with a wrong one, too" answers 401 -H 'Authorization: Bearer 0123456789abcdef0124' "$admin/metrics"
    check "$program: as a bearer token" answers 200 -H "Authorization: Bearer $token" "$admin/metrics"
    check "$program: as a password" answers 200 -u "operator:$token" "$admin/"
    check "$program: nobody sees it" not grep -q $token log-token
    kill -TERM $pid
    check "$program: it ends" wait $pid
    forget_child "$pid"
}

cat >bad.py <<'PY'
import socket, sys, time
host, port = sys.argv[1].split(":")
idle = []
for i in range(100):  # more than it takes; half of them ask for the events and never read
    one = socket.create_connection((host, int(port)))
    if i % 2:
        one.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    idle.append(one)
print("there", flush=True)
time.sleep(4)
for one in idle:
    one.close()
large = socket.create_connection((host, int(port)))
answer = b""
try:
    large.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 1000000 + b"\r\n\r\n")
except OSError:
    pass
try:
    answer = large.recv(100)
except OSError:
    pass
sys.exit(0 if b" 200 " not in answer else 1)
PY

# --------------------------------------------------------------------------------------------------------- mpe-guard

# Keys that must be seen nowhere.
cat >guard.yaml <<'YAML'
listeners: [{ address: "127.0.0.1:0" }]
admin: 127.0.0.1:0
defaults:
  set: { max_height_px: 720, max_key_frame_interval_us: 1500000, conditions: 1 }
channels:
  - { name: sport, app: live, stream_name: secretkey-1, conditions: off }
  - { name: news, app: live, stream_name: secretkey-2 }
  - { name: late, app: live, stream_name: secretkey-3 }
  - { name: ahead, app: live, stream_name: secretkey-4 }
  - { name: unasked, app: live, stream_name: secretkey-5, conditions: off }
YAML
"$guard" --config guard.yaml 2>log &
guard_pid=$!
add_child "$guard_pid"
soon grep -q 'operators look at' log
admin=$(sed -n 's/.*operators look at \(.*\)\/$/\1/p' log)
port=$(sed -n 's/.*: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' log)
top_file=ok.flv
[ -n "$admin" ] || { check 'mpe-guard starts' false; cat log; closing; }
publish live/secretkey-1 words-1
publish live/secretkey-2 words-2

check 'a session is there, with its codec and size' soon session_where "s['channel'] == 'news' and s['state'] == 'admitted' and s['tracks'][0]['codec'] == 'H.264' and s['tracks'][0]['height_px'] == 360"
check 'who is on, and since when' session_where "s['address'] == '127.0.0.xxx' and s['protocol'] == 'rtmp' and s['since_ms'] > 1600000000000"
check 'headroom to a limit' session_where "any(l['name'] == 'height' and l['value'] == 360 and l['limit'] == 720 for l in s['limits'])"
check 'frame rate, bitrate and key-frame interval are measured' soon session_where "28000 < (s['tracks'][0]['frame_rate_mfps'] or 0) < 32000 and (s['tracks'][0]['bitrate_bps'] or 0) > 0 and 1500000 < (s['tracks'][0]['key_frame_interval_us'] or 0) < 3000000"
check 'a condition stands, with its remedy' soon session_where "any(c['name'] == 'KEY_FRAME_INTERVAL_LONG' and c['remedy'] for c in s['conditions'])"
check 'the history has samples' soon session_where "s['history']['kbps'] and s['history']['kbps'][-1] > 50"
check 'a channel has its sums and limits' soon sh -c "curl -sS '$admin/api/v1/channels' | python3 -c \"import json, sys; c = {c['name']: c for c in json.load(sys.stdin)['channels']}; assert c['news']['sessions'] == 1 and c['news']['video_qualities'] == 1; assert any(l['name'] == 'bitrate' and l['limit'] == 20000000 for l in c['news']['limits'])\""

check 'who does not say when it was sent has no latency' session_where "s['channel'] == 'news' and s['encode_to_ingest_us'] is None"
publish_late 1.5 '-f flv' "rtmp://127.0.0.1:$port/live/secretkey-3"
publish_late -20 '-f flv' "rtmp://127.0.0.1:$port/live/secretkey-4"
publish_late 1.5 '-f flv' "rtmp://127.0.0.1:$port/live/secretkey-5"
check 'how long ago key frames were sent' soon arrives_late late 1.5
check 'a clock that is ahead is below 0' soon arrives_late ahead -20
check 'nothing is measured where conditions are off' session_where "s['channel'] == 'unasked' and s['encode_to_ingest_us'] is None and s['tracks'][0]['key_frames'] > 1"
check 'nor is there a metric' not has /metrics 'mpe_channel_encode_to_ingest_seconds{channel="unasked"}'

ffmpeg -v error -re -i large.flv -c copy -f flv "rtmp://127.0.0.1:$port/live/secretkey-2" </dev/null >/dev/null 2>&1
ffmpeg -v error -re -i large.flv -c copy -f flv "rtmp://127.0.0.1:$port/live/wrongkey-3" </dev/null >/dev/null 2>&1
check 'a refusal is listed, with its sentence' soon has /api/v1/channels 'an edge of 1080 px is above the limit of 720 px'
check 'an ending is counted' soon has /metrics 'mpe_session_endings_total{channel="news",event="ConnectionRejected",code="MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED",reason="RESOLUTION"} 1'
check 'one of no channel, too' soon has /metrics 'mpe_session_endings_total{channel="(none)",event="ConnectionRejected",code="MPE_RTMP_APPID_AUTH_FAILURE"'
check 'sessions are counted' has /metrics 'mpe_sessions{channel="news",protocol="rtmp",state="admitted"} 1'
check 'bytes are counted' sh -c "[ \$(curl -sS '$admin/metrics' | sed -n 's/^mpe_received_bytes_total{channel=\"news\",protocol=\"rtmp\"} //p') -gt 100000 ]"
check 'a condition is a metric' has /metrics ',condition="KEY_FRAME_INTERVAL_LONG"} 1'
if command -v promtool >/dev/null; then
    check 'promtool takes the alert rules' promtool check rules "$top/examples/prometheus/rules.yaml"
    check 'and their tests hold' sh -c "cp '$top'/examples/prometheus/rules*.yaml . && promtool test rules rules_test.yaml"
else
    skip 'there is no promtool; apt-get install prometheus'
fi
if command -v prometheus >/dev/null; then
    prometheus_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    sed "s/127.0.0.1:9090/${admin#http://}/; s/15s/1s/" "$top/examples/prometheus/prometheus.yaml" >prometheus.yaml
    cp "$top/examples/prometheus/rules.yaml" .
    prometheus --config.file=prometheus.yaml --storage.tsdb.path=tsdb --web.listen-address="127.0.0.1:$prometheus_port" >prometheus.log 2>&1 &
    add_child $!
    scraped() { curl -sS "http://127.0.0.1:$prometheus_port/api/v1/query?query=$1" | grep -qF '"value":['; }
    check 'Prometheus scrapes it' soon scraped 'mpe_build_info'
    check 'and has no more to say about its series' soon scraped 'scrape_samples_scraped>10'
else
    skip 'there is no prometheus; apt-get install prometheus'
fi

is_sound mpe-guard rtmp

# ---------------------------------------------------------------------------------------------------------- a browser

if command -v chromium >/dev/null; then
    (while [ ! -e now ]; do sleep 0.1; done
        ffmpeg -v error -re -i large.flv -c copy -f flv "rtmp://127.0.0.1:$port/live/secretkey-2" </dev/null >/dev/null 2>&1) &
    add_child $!
    timeout 120 python3 "$top/tests/integration/admin/browser.py" "$admin/" "$shots" "$scratch/profile" now >claims 2>browser.err; grep sessions browser.err
    grep -q . claims || cat browser.err
    while read -r verdict text; do
        check "Chromium: $text" test "$verdict" = ok
    done <claims
    check 'Chromium: all was looked at' [ "$(wc -l <claims)" -ge 18 ]
else
    skip 'there is no chromium; apt-get install chromium'
fi

# ----------------------------------------------------------------------------------------------------------- the kick

publish live/secretkey-2 words-kick
check 'a session to be ended' soon session_where "s['channel'] == 'news' and s['state'] == 'admitted'"
id=$(session_where "s['channel'] == 'news' and s['state'] == 'admitted'")
check 'DELETE is taken' answers 202 -X DELETE "$admin/api/v1/sessions/$id"
check 'the encoder gets the code, and who ended it' soon grep -q 'MPI_REST_API_CHANNEL_RESET: .*its operator has ended this session' words-kick words-2
check 'it is counted as what it is' soon has /metrics 'code="MPI_REST_API_CHANNEL_RESET"'
check 'it is gone' soon not has /api/v1/sessions "\"$id\""
kill -TERM "$guard_pid"
check 'the guard ends in good order' wait "$guard_pid"

# --------------------------------------------------------------------------------------------------- who may not look

guards_itself mpe-guard --sink
guards_itself mpe-smooth
printf 'admin: "0.0.0.0:0"\nlisteners: [{ address: "127.0.0.1:0" }]\nchannels: [{ name: a, app: a }]\n' >wrong.yaml
check 'a configuration is told with its line' sh -c "'$guard' --config wrong.yaml --check 2>refused; [ \$? -eq 2 ] && grep -F 'wrong.yaml:1:' refused"

# --------------------------------------------------------------------------------------------------------- mpe-smooth

ffmpeg -v error -y -i ok.flv -t 60 -c copy -f ismv -movflags isml+frag_keyframe live.isml </dev/null 2>/dev/null
cat >smooth.yaml <<'YAML'
listeners: [{ address: "127.0.0.1:0" }]
admin: { address: "127.0.0.1:0" }
defaults: { conditions: report, set: { max_height_px: 720, max_key_frame_interval_us: 1500000 } }
channels: [{ name: news, app: secretkey-1 }, { name: plain, app: secretkey-2, conditions: off }, { name: late, app: secretkey-3 }]
YAML
: >log-smooth
"$smooth" --config smooth.yaml 2>log-smooth &
pid=$!
add_child $pid
soon grep -q 'operators look at' log-smooth
admin=$(sed -n 's/.*operators look at \(.*\)\/$/\1/p' log-smooth)
port=$(sed -n 's/.*: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' log-smooth)
# $1 the app, $2 where its words go.
post() { curl -sS --limit-rate 40k -H 'Transfer-Encoding: chunked' -T live.isml "http://127.0.0.1:$port/$1/ingest.isml/Streams(video)" >"$2" 2>&1 & add_child $!; }
post secretkey-1 words-smooth
check 'mpe-smooth: a POST is there, with its codec and size' soon session_where "s['channel'] == 'news' and s['protocol'] == 'fmp4' and s['state'] == 'admitted' and s['tracks'][0]['codec'] == 'H.264' and s['tracks'][0]['height_px'] == 360"
check 'mpe-smooth: who is on, and since when' session_where "s['address'] == '127.0.0.xxx' and s['since_ms'] > 1600000000000"
check 'mpe-smooth: headroom to a limit' session_where "any(l['name'] == 'height' and l['value'] == 360 and l['limit'] == 720 for l in s['limits'])"
check 'mpe-smooth: a condition stands, with its remedy' soon session_where "any(c['name'] == 'KEY_FRAME_INTERVAL_LONG' and c['remedy'] for c in s['conditions'])"
check 'mpe-smooth: sessions are counted' has /metrics 'mpe_sessions{channel="news",protocol="fmp4",state="admitted"} 1'
publish_late 1.5 '-f ismv -movflags isml+frag_keyframe' "http://127.0.0.1:$port/secretkey-3/ingest.isml/Streams(video)"
check 'mpe-smooth: how long ago key frames were sent' soon arrives_late late 1.5
post secretkey-2 words-plain
check 'mpe-smooth: where conditions are off, that is said' soon session_where "s['channel'] == 'plain' and not s['conditions_asked_for']"
ffmpeg -v error -y -i large.flv -c copy -f ismv -movflags isml+frag_keyframe large.isml </dev/null 2>/dev/null
curl -sS -T large.isml "http://127.0.0.1:$port/secretkey-1/ingest.isml/Streams(large)" >words-large 2>&1
check 'mpe-smooth: a refusal is listed, with its sentence' soon has /api/v1/channels 'an edge of 1080 px is above the limit of 720 px'
check 'mpe-smooth: and counted' soon has /metrics 'mpe_session_endings_total{channel="news",event="ConnectionRejected",code="MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED",reason="RESOLUTION"} 1'
is_sound mpe-smooth fmp4
id=$(session_where "s['channel'] == 'news' and s['state'] == 'admitted'")
check 'mpe-smooth: DELETE is taken' answers 202 -X DELETE "$admin/api/v1/sessions/$id"
check 'mpe-smooth: it is gone' soon not has /api/v1/sessions "\"$id\""
check 'mpe-smooth: the encoder gets the code, and who ended it' soon grep -q 'MPI_REST_API_CHANNEL_RESET.*its operator has ended this session' words-smooth
check 'mpe-smooth: it is counted' soon has /metrics 'code="MPI_REST_API_CHANNEL_RESET"'
kill -TERM $pid
check 'mpe-smooth: it ends' wait $pid
closing
