#!/bin/sh
# What a configuration file says of channels beside their limits: profiles, conditions, notices, and addresses in the log.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
needs_program mpe-smooth
guard=$build/bin/mpe-guard
export MPE_PROFILE_DIR="$top/examples/profiles"
cd "$scratch" || exit 2

# $1 what is said of it, the others: lines of a file that has no listeners.
configure() { { echo 'listeners: [{ address: 127.0.0.1:0 }]'; printf '%s\n' "$@"; } >main.yaml; }
says() { "$guard" --config main.yaml --check >said 2>&1; status=$?; cat said; grep -q -- "$1" said && [ "$(wc -l <said)" -eq 1 ]; }
wrong()
{
    sentence=$1
    shift
    configure "$@"
    check "refused: $sentence" says "main.yaml:$sentence"
    check 'with status 2' test "$status" -eq 2
}

wrong '2: conditions: give off or report' 'defaults: { conditions: maybe }' 'channels: []'
wrong '3: notices: give false or true' 'channels:' '  - { name: a, app: a, notices: loud }'
wrong '3: profile nowhere: .*: No such file' 'channels:' '  - { name: a, app: a, profile: nowhere }'
wrong '2: video_codecs: give names' 'defaults: { set: { video_codecs: h264 } }'
wrong '2: KEY_FRAME_INTERVAL_LONG: give refuse, report or ignore' 'defaults: { actions: { KEY_FRAME_INTERVAL_LONG: stop } }'
wrong '2: addresses: give masked or shown' 'log: { addresses: hidden }'
wrong '2: there is no setting adres here; settings are: address, token_file' 'admin: { adres: 127.0.0.1:0 }'
wrong '2: admin: localhost:0: give a numeric' 'admin: { address: localhost:0 }'
configure 'admin: { address: 127.0.0.1:0 }' 'log: { addresses: shown }' \
    'defaults: { kind: pass-through-standard, profile: hls, conditions: report, notices: true }' \
    'channels: [{ name: a, app: a, profile: youtube, conditions: off, set: { video_codecs: "avc1 hvc1" } }]'
check 'all of it is taken' says 'main.yaml: 1 channels'

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was published'; closing; }

# $1 the path, $2 seconds, $3 codec of sound.
publish()
{
    timeout 30 ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=320x180:rate=30 -f lavfi -i sine=sample_rate=44100 \
        -t "$2" -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 150 -c:a "${3:-aac}" -f flv \
        "rtmp://127.0.0.1:$port/$1" 2>ffmpeg.err
    status=$?
    cat ffmpeg.err log
    return $status
}
told() { cat ffmpeg.err && grep -q "Server error: $1" ffmpeg.err; }
notified() { cat events && grep -q "\"eventType\":\"[A-Za-z.]*$1\".*$2\|$2.*\"eventType\":\"[A-Za-z.]*$1\"" events; }

: >events
configure 'events: [{ file: events }]' 'log: { addresses: masked }' \
    'defaults: { profile: ams-encoding, set: { heartbeat_us: 2000000 } }' 'channels:' \
    '  - { name: silent, app: silent, conditions: off }' \
    '  - { name: said, app: said, conditions: report, notices: true, set: { max_key_frame_interval_us: 2000000 } }' \
    '  - { name: mp3, app: mp3, profile: youtube, conditions: off }' \
    '  - { name: taken, app: taken, kind: open, set: { audio_codecs: .mp3 } }' \
    '  - { name: strict, app: strict, conditions: report, set: { max_key_frame_interval_us: 2000000 }, actions: { KEY_FRAME_INTERVAL_LONG: refuse } }'
start_program log "$guard" --config main.yaml
check 'a stream of a channel that asks for notices and conditions' publish said/key 12
check 'its heartbeats come' soon notified LiveEventIngestHeartbeat liveEvent/said
check 'and its condition' soon notified LiveEventCondition KEY_FRAME_INTERVAL_LONG
: >events
check 'the same stream where nobody asks' publish silent/key 6
check 'is over' soon notified LiveEventEncoderDisconnected liveEvent/silent
check 'and says nothing else' sh -c 'cat events; [ "$(grep -c liveEvent/silent events)" -eq 1 ]'
check 'the profile of the defaults refuses MP3' not publish silent/mp3 2 libmp3lame
check 'which is told' told MPE_INGEST_CODEC_NOT_SUPPORTED
check "a channel's own profile takes it" publish mp3/key 2 libmp3lame
check 'a list of codecs, too' publish taken/key 2 libmp3lame
check 'and nothing else' not publish taken/other 2
check 'a condition that is refused' not publish strict/key 12
check 'is told as that' told 'MPE_POLICY_CONDITION: .*key-frame interval'
sed -i 's/KEY_FRAME_INTERVAL_LONG: refuse/KEY_FRAME_INTERVAL_LONG: report/' main.yaml
kill -HUP "$pid"
soon in_log 'was read again'
check 'after a reload it is only reported' publish strict/key 8
check 'the log has networks' in_log ' 127.0.0.0/24 MPE_'
check 'and no address' not grep -e ' 127\.0\.0\.1 ' -e xxx log
stop 'settings of channels'

configure 'log: { addresses: shown, format: json }' 'channels: [{ name: a, app: a }]'
start_program log "$guard" --config main.yaml
port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\)".*/\1/p' log)
publish a/key 1 >published
check 'addresses are shown where that is asked for' soon in_log '"address":"127.0.0.1"'
stop 'addresses'
# --notices of both programs: what the same stream says with it and without.
ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=30 -t 12 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 \
    -f ismv -movflags isml+frag_keyframe live.isml
push() { timeout 30 curl -s -g --limit-rate "$(($(wc -c <live.isml) / 6))" -X POST -T - "http://127.0.0.1:$port/a/ingest.isml/Streams(v)" <live.isml; }
for notices in '' --notices; do
    : >events
    # shellcheck disable=SC2086  # an option or none
    start_program log "$guard" --listen 127.0.0.1:0 --sink --events events --set heartbeat_us=2000000 $notices
    publish a/key 6 >published
    soon notified LiveEventEncoderDisconnected
    check "mpe-guard: heartbeats with ${notices:-nothing}" test "$(grep -c LiveEventIngestHeartbeat events)" $([ -n "$notices" ] && echo -ge 2 || echo -eq 0)
    stop "mpe-guard $notices"
    : >events
    # shellcheck disable=SC2086  # an option or none
    start_program log "$build/bin/mpe-smooth" --listen 127.0.0.1:0 --events events --set heartbeat_us=2000000 $notices
    push >pushed
    soon notified LiveEventEncoderDisconnected
    check "mpe-smooth: heartbeats with ${notices:-nothing}" test "$(grep -c LiveEventIngestHeartbeat events)" $([ -n "$notices" ] && echo -ge 2 || echo -eq 0)
    stop "mpe-smooth $notices"
done

# The journal: its socket in a mount namespace of its own, for the path is systemd's.
cat >journal.py <<'PY'
import os, socket, subprocess, sys
os.makedirs("/run/systemd/journal", exist_ok=True)
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
journal.settimeout(10)
out, into = os.pipe()
there = os.fstat(into)
guard = subprocess.Popen(sys.argv[1:], stderr=into, env={**os.environ, "JOURNAL_STREAM": "%d:%d" % (there.st_dev, there.st_ino)})
listening = journal.recv(4096).decode()
port = int(listening.split("MESSAGE=listening on 127.0.0.1:")[1].split()[0])
with socket.create_connection(("127.0.0.1", port)) as one:
    one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
    refused = journal.recv(4096).decode()
guard.terminate()
guard.wait()
assert "PRIORITY=6\nSYSLOG_IDENTIFIER=mpe-guard\n" in listening, listening
assert "\nMPE_CODE=MPE_UNKNOWN_ERROR\nMPE_SESSION=guard-1\nMPE_ADDRESS=127.0.0.xxx\n" in refused, refused
PY
if unshare -m true 2>/dev/null && command -v python3 >/dev/null; then
    journals() { unshare -m sh -c 'mount -t tmpfs none /run && exec "$@"' - timeout 30 python3 journal.py "$guard" --listen 127.0.0.1:0 --sink; }
    check 'under systemd each line of the log has fields' journals
else
    skip 'a mount namespace is not to be had, or there is no python3'
fi
closing
