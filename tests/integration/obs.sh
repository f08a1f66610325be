#!/bin/sh
# OBS Studio, headless, through mpe-guard: a healthy push sets what is true of it, and of each refusal its user sees what is
# written here, which is what its log says. Software draws its pictures: they are small.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

guard=$build/bin/mpe-guard

needs_program mpe-guard
for needed in obs Xvfb ffmpeg; do
    command -v $needed >/dev/null || skip_all "there is no $needed"
done
cd "$scratch" || exit 2

# Within so many seconds, or the one command more that says why not.
within()
{
    for _ in $(seq "$(($1 * 5))"); do
        (shift && "$@") >/dev/null 2>&1 && return 0
        sleep 0.2
    done
    shift
    "$@"
}

# ------------------------------------------------------------------------------------------------------------ the parts

Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>display 2>xvfb.log &
children="$children $!"
within 10 test -s display || { cat xvfb.log; exit 2; }

# $@ options. Sets port.
start_guard()
{
    : >events
    : >log
    "$guard" --listen 127.0.0.1:0 --sink --events events --notices "$@" 2>log &
    guard_pid=$!
    children="$children $guard_pid"
    within 5 grep -q 'listening on' log
    port=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' log)
}

stop_guard()
{
    kill -TERM "$guard_pid"
    wait "$guard_pid"
    forget_child "$guard_pid"
}

# A profile of OBS: $1 frames a second, $2 frames between key frames, $3 stream key.
write_profile()
{
    rm -rf home
    folder=home/.config/obs-studio/basic
    mkdir -p $folder/profiles/p $folder/scenes run
    chmod 700 run
    cat >home/.config/obs-studio/global.ini <<INI
[General]
FirstRun=true
LastVersion=486539266
InfoIncrement=99
EnableAutoUpdates=false
ConfirmOnExit=false
[Basic]
Profile=p
ProfileDir=p
SceneCollection=s
SceneCollectionFile=s
INI
    cat >$folder/profiles/p/basic.ini <<INI
[General]
Name=p
[Output]
Mode=Simple
Reconnect=true
RetryDelay=2
MaxRetries=25
[SimpleOutput]
VBitrate=400
ABitrate=96
StreamEncoder=x264
UseAdvanced=true
Preset=ultrafast
x264Settings=keyint=$2 scenecut=0
[Video]
BaseCX=320
BaseCY=180
OutputCX=320
OutputCY=180
FPSType=0
FPSCommon=$1
[Audio]
SampleRate=48000
ChannelSetup=Stereo
INI
    cat >$folder/profiles/p/service.json <<JSON
{"type": "rtmp_custom", "settings": {"server": "rtmp://127.0.0.1:$port/live", "key": "$3", "use_auth": false}}
JSON
    cat >$folder/scenes/s.json <<JSON
{"name": "s", "current_scene": "Scene", "current_program_scene": "Scene", "scene_order": [{"name": "Scene"}], "sources": [
  {"id": "scene", "versioned_id": "scene", "name": "Scene", "settings": {"id_counter": 1, "items": [
    {"name": "Colour", "id": 1, "visible": true, "pos": {"x": 0, "y": 0}, "scale": {"x": 1, "y": 1}}]}},
  {"id": "color_source", "versioned_id": "color_source_v3", "name": "Colour",
    "settings": {"color": 4288046119, "width": 320, "height": 180}}]}
JSON
}

# OBS with such a profile, which streams at once. Its log is obs.log.
start_obs()
{
    write_profile "${1:-30}" "${2:-60}" "${3-key}"
    : >obs.log
    DISPLAY=:$(cat display) HOME=$scratch/home XDG_CONFIG_HOME=$scratch/home/.config XDG_RUNTIME_DIR=$scratch/run \
        LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb timeout -k 5 120 obs --multi --startstreaming \
        --minimize-to-tray --disable-updater >obs.log 2>&1 </dev/null &
    obs_pid=$!
    children="$children $obs_pid"
}

stop_obs()
{
    kill -TERM "$obs_pid" 2>/dev/null
    wait "$obs_pid" 2>/dev/null
    forget_child "$obs_pid"
}

told() { tail -n 25 obs.log; grep -q "$1" obs.log; }
in_log() { cat log; grep -q "$1" log; }
has_event() { cat events log; grep "$1" events | grep -q "$2"; }
is_on_air() { in_obs 'Streaming Start'; }
in_obs() { grep -q "$1" obs.log; }

# --------------------------------------------------------------------------------------------------------- it is healthy

# The conditions that were set, "A,B"; "-": none.
conditions()
{
    sed -n 's/.*"condition":"\([A-Z_]*\)","state":"set".*/\1/p' events | LC_ALL=C sort -u | paste -sd, - | sed 's/^$/-/'
}
sets() { got=$(conditions); echo "wanted $1, got ${got:--}"; grep '"condition"' events; [ "${got:--}" = "$1" ]; }

# $1 frames between key frames, $2 what is true of it, $3 seconds.
healthy()
{
    start_guard
    start_obs 30 "$1"
    check "a key frame each $1 frames: it is on the air" within 30 is_on_air
    sleep "$3"
    check 'nothing was refused' not grep -q ConnectionRejected events
    check 'it is connected' has_event LiveEventEncoderConnected '"ingestUrl":"rtmp://127.0.0.1'
    check 'both tracks came' test "$(grep -c LiveEventIncomingStreamReceived events)" -eq 2
    check 'each has a heartbeat' test "$(grep -c LiveEventIngestHeartbeat events)" -ge 2
    check "it sets exactly what is true of it: $2" sets "$2"
    check 'OBS was never thrown out' not in_obs Disconnected
    stop_obs
    check 'its end is its own' within 5 has_event LiveEventEncoderDisconnected MPE_CLIENT_TERMINATED_SESSION
    stop_guard
}

healthy 60 - 31
healthy 250 KEY_FRAME_INTERVAL_LONG 22

# ------------------------------------------------------------------------------------------------------ it cannot begin

# $1 the code, $2 what OBS says of it, $3 the stream key, the others: options of the guard.
is_refused_at_once()
{
    code=$1 status=$2 key=$3
    shift 3
    start_guard "$@"
    start_obs 30 60 "$key"
    check "$code ($*): OBS says so" within 30 told "$status ($code: "
    check 'and stops' within 10 told 'Streaming Stop'
    check 'it is notified' within 5 has_event LiveEventConnectionRejected "$code"
    stop_obs
    stop_guard
}

is_refused_at_once MPE_INGEST_ENCODER_CONNECTION_DENIED NetStream.Publish.Denied key --allow 192.0.2.1
is_refused_at_once MPE_RTMP_APPID_AUTH_FAILURE NetConnection.Connect.InvalidApp key --app live/other
is_refused_at_once MPE_RTMP_APPID_AUTH_FAILURE NetStream.Publish.Denied key --stream-name other
is_refused_at_once MPE_BAD_URL_SYNTAX NetStream.Publish.Denied ''

# ------------------------------------------------------------------------------ it is refused after it began to publish

# After Publish.Start OBS reads nothing: its next publish is answered from memory, and its user sees why.
# $1 the code, $2 part of the sentence, $3 frames a second, the others: options of the guard.
is_refused_for_what_it_is()
{
    code=$1 sentence=$2 fps=$3
    shift 3
    start_guard "$@"
    start_obs "$fps" $((2 * fps))
    check "$code: OBS is thrown out" within 40 told 'Disconnected from'
    check 'it is notified, with what was measured' within 5 has_event "LiveEvent.*$code" "$sentence"
    check 'OBS comes again, and then says why' within 20 told "NetStream.Publish.Rejected ($code: .*$sentence"
    check 'with when to try again' told 'Mend it and try again in [0-9]* s'
    # 2 s the first time, half as much again each further time, a little less by chance
    check 'it backs off' within 10 told 'Reconnecting in \(2[.][5-9]\|[3-9]\)'
    stop_obs
    stop_guard
}

is_refused_for_what_it_is MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED '320x180' 30 --set max_width_px=160
is_refused_for_what_it_is MPE_INGEST_FRAMERATE_EXCEEDED 'the limit is 30' 60
printf 'kind = open\nvideo_codecs = hvc1\n' >hevc
is_refused_for_what_it_is MPE_INGEST_CODEC_NOT_SUPPORTED 'H.264' 30 --profile ./hevc

# What is not of the encoder alone is not remembered: a backup must get in, and OBS gets in by itself when it may.
start_guard --set max_bitrate_bps=100000
start_obs
check 'MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED: OBS is thrown out' within 40 told 'Disconnected from'
check 'it is notified' within 5 has_event LiveEventConnectionRejected 'MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED'
check 'and comes again' within 10 told 'Reconnecting in'
check 'is let in again' within 20 sh -c 'test "$(grep -c "Connection to .* successful" obs.log)" -ge 2'
check 'and is told nothing from memory' not in_obs 'Known from your last try'
stop_obs
stop_guard

start_guard
ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=160x90:rate=30 -t 60 -pix_fmt yuv420p -c:v libx264 -g 60 -f flv \
    "rtmp://127.0.0.1:$port/live/first" 2>ffmpeg.err &
first=$!
children="$children $first"
within 10 grep -q LiveEventIncomingStreamReceived events
start_obs
check 'MPE_INGEST_MEDIA_QUALITIES_EXCEEDED: OBS is thrown out' within 40 told 'Disconnected from'
check 'it is notified' within 5 has_event LiveEventConnectionRejected 'MPE_INGEST_MEDIA_QUALITIES_EXCEEDED'
kill -INT $first
wait $first
forget_child $first
: >events
check 'when the other has gone it gets in by itself' within 40 has_event LiveEventIncomingStreamReceived video
stop_obs
stop_guard

printf 'kind = open\nconditions = 1\nrefuse = KEY_FRAME_INTERVAL_LONG\n' >strict
start_guard --profile ./strict
start_obs 30 250
check 'MPE_POLICY_CONDITION: OBS is thrown out' within 40 told 'Disconnected from'
check 'it is notified, with the condition' within 5 has_event MPE_POLICY_CONDITION 'KEY_FRAME_INTERVAL_LONG'
stop_obs
stop_guard

# --------------------------------------------------------------------------------------------------- the server goes down

start_guard
start_obs
check 'before a maintenance it is on the air' within 30 is_on_air
stop_guard
check 'MPI_SYSTEM_MAINTENANCE: OBS comes again' within 10 told 'Reconnecting in'
stop_obs
closing
