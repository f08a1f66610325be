#!/bin/sh
# mpe-inspect with captures: written by capture/write.py in every way that packets come, and by tcpdump of real encoders.
# BUILD: the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh
. tests/media.sh

command -v ffmpeg >/dev/null && command -v python3 >/dev/null || skip_all 'there is no ffmpeg, or no python3'
bin=$build/bin
cd "$scratch" || exit 2

missed() { fail "$*" out err; }

write() { python3 "$top/tests/integration/capture/write.py" "$@"; }

# ------------------------------------------------------------------------------------------------------------- media

make_media 320x180 30 6 ok.flv
make_media 2560x1440 10 2 large.flv
make_media 160x90 30 3 -c:a libmp3lame mp3.flv
ffmpeg -v error -i ok.flv -c copy -movflags frag_keyframe+empty_moov+default_base_moof ok.mp4 </dev/null || exit 2
ffmpeg -v error -i large.flv -c copy -movflags frag_keyframe+empty_moov+default_base_moof large.mp4 </dev/null || exit 2
build_flv_to_rtmp
for name in ok large mp3; do
    ./flv_to_rtmp 4096 $name.flv $name.rtmp $name.tsv || exit 2
done
head -c 20000 ok.rtmp >short.rtmp
printf 'GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n%300s' '' >get
printf 'SSH-2.0-client\r\n%300s' '' >ssh
{ printf '\026\003\001\002\000'; head -c 600 ok.mp4; } >tls
RESOLUTION=MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED
CODEC=MPE_INGEST_CODEC_NOT_SUPPORTED
IDLE=MPE_RTMP_SESSION_IDLE_TIMEOUT

# -------------------------------------------------------------------------------------------------- one at a time

# The verdicts and ends of a capture's ingests, in one line.
verdicts() { sed -n 's/.*"verdict":"\([^"]*\)","end":"\([a-z_]*\)".*/\1 \2;/p' out | sort | tr '\n' ' ' | sed 's/ $//'; }

# $1 what is said of the ingests, $2 the exit status, the others: of write.py.
expect()
{
    want=$1 want_status=$2
    shift 2
    write t.pcap "$@" || exit 2
    timeout 20 "$bin/mpe-inspect" --json t.pcap >out 2>err
    status=$?
    if [ $status -eq "$want_status" ] && [ "$(verdicts)" = "$want" ]; then
        pass
    else
        missed "write.py $*: wanted status $want_status, '$want'; got $status, '$(verdicts)'"
    fi
}

has() { grep -q -- "$1" out && pass || missed "wanted $1"; }

for link in ethernet sll sll2 null loop raw; do
    expect "accepted closed;" 0 ok.rtmp --seconds 6 --link $link
    expect "$RESOLUTION closed;" 1 large.rtmp --link $link --ipv6
done
expect "$RESOLUTION closed;" 1 large.rtmp --vlan 1
expect "$RESOLUTION closed;" 1 large.rtmp --vlan 2 --pcapng
expect "$RESOLUTION closed;" 1 large.rtmp --pcapng --big-endian
expect "$RESOLUTION closed;" 1 large.rtmp --nanoseconds --big-endian
expect "$RESOLUTION closed;" 1 large.rtmp --port 19350
expect "accepted closed;" 0 ok.rtmp --seconds 6 --mss 7
expect "accepted closed;" 0 ok.rtmp --seconds 6 --mss 60000

# Put together again, whatever became of the segments.
for how in --reorder --double "--overlap 300" "--late 20" "--late 0" "--isn 0xfffffc00" --noise --no-syn --reset \
    "--reorder --double --overlap 700 --late 30 --isn 0xffffff00 --noise --mss 300"; do
    # shellcheck disable=SC2086  # options
    expect "accepted closed;" 0 ok.rtmp --seconds 6 $how
done
cp out in_disorder
expect "accepted closed;" 0 ok.rtmp --seconds 6 --mss 300
[ "$(grep -o '"bytes":[0-9]*' out)" = "$(grep -o '"bytes":[0-9]*' in_disorder)" ] && pass || missed "bytes came twice or not at all"
[ "$(grep -o '"bytes":[0-9]*' out)" = "\"bytes\":$(wc -c <ok.rtmp | tr -d ' ')" ] && pass || missed "not every byte was given"

# The same findings at the same bytes as of the bytes themselves.
"$bin/mpe-inspect" --json large.rtmp | grep -o '"offset":[0-9]*' >want
expect "$RESOLUTION closed;" 1 large.rtmp --reorder
grep -o '"offset":[0-9]*' out | cmp -s - want && pass || missed "the deciding byte differs"

# What is not there is said.
expect "no finding so far hole;" 0 ok.rtmp --seconds 6 --lose 50
has "\"hole_offset\":$((50 * 1448)),\"hole_bytes\":1448"
expect "no frame came hole;" 0 ok.rtmp --seconds 6 --snap 1400
has '"cut_packets":1'
expect "not judged hole;" 2 ok.rtmp --skip 3
has '"hole_offset":0,"hole_bytes":4344'
expect "not judged began_before_capture;" 2 ok.rtmp --skip 3 --no-syn
grep -q "start tcpdump first" err && pass || missed "how to capture it again"
expect "accepted capture_ended;" 0 ok.rtmp --seconds 6 --no-fin
"$bin/mpe-inspect" t.pcap >out 2>err
has "the capture ends before the connection does"

# Conditions, where their ingest says so; what is not asked for is not printed.
make_media 160x90 30 14 -g 180 slow.flv
./flv_to_rtmp 4096 slow.flv slow.rtmp slow.tsv || exit 2
write conditions.pcap ok.rtmp slow.rtmp --seconds 14 || exit 2
"$bin/mpe-inspect" --json --conditions conditions.pcap >out 2>err
has '^{"ingest":[0-9]*,"client":"[^"]*","server":"[^"]*","type":"condition","name":"KEY_FRAME_INTERVAL_LONG","state":"set"'
grep -q '"type":"notice"' out && missed "a notice that nobody asked for" || pass
"$bin/mpe-inspect" --json --notices conditions.pcap >out 2>err
has '"client":.*"type":"notice","name":"ENCODER_CONNECTED"'
grep -q '"type":"condition"' out && missed "a condition that nobody asked for" || pass
"$bin/mpe-inspect" --json conditions.pcap >out 2>err
grep -q '"type":' out && missed "a line that nobody asked for" || pass
"$bin/mpe-inspect" conditions.pcap >out 2>err
has '^KEY_FRAME_INTERVAL_LONG   warning   from [0-9]*\.[0-9]* s to the end   track 0'

# The packets say when.
expect "$IDLE closed;" 1 ok.rtmp --seconds 6 --stall 30
expect "accepted closed;" 0 ok.rtmp --seconds 6 --stall 3
expect "$IDLE capture_ended;" 1 ok.rtmp --seconds 6 --no-fin --wait 40
"$bin/mpe-inspect" --json --set rtmp_idle_timeout_us=0 t.pcap >out 2>err && pass || missed "--set with a capture"

# -------------------------------------------------------------------------------------------------------------- HTTP

expect "accepted closed;" 0 ok.mp4 --seconds 6 --http "POST /live/ok"
has '"protocol":"HTTP, MP4"'
expect "$RESOLUTION closed;" 1 large.mp4 --http "PUT /live/large" --chunked
expect "$RESOLUTION closed; $RESOLUTION closed;" 1 large.mp4 --http "POST /a.isml/Streams(v)" --repeat 2 --seconds 6
expect "$RESOLUTION closed; $RESOLUTION closed;" 1 large.mp4 --http "POST /a.isml/Streams%28v%29" --chunked --repeat 2 --mss 9 --seconds 6
expect "accepted closed;" 0 ok.flv --seconds 6 --http "POST /flv"
expect "MPE_UNKNOWN_ERROR closed;" 1 ssh --http "POST /a.isml/Streams(v)"
expect "" 2 ssh --http "POST /form"
has '"other_bodies":1'
grep -q "holds no RTMP connection" err && pass || missed "no ingest"
expect "no finding so far hole;" 0 ok.mp4 --seconds 6 --http "POST /x" --lose 40

# ------------------------------------------------------------------------------------------------- other traffic, many

expect "" 2 get ssh tls other:ssh
has '"other_connections":4'
has '"tls_connections":1'
expect "$RESOLUTION closed; accepted closed;" 1 get ok.rtmp ssh large.rtmp tls other:ssh --seconds 6 --noise

# 50 encoders of one service, and which of them were refused.
encoders=
for number in 1 2 3 4 5 6 7 8 9 10; do
    encoders="$encoders ok.rtmp ok.rtmp large.rtmp ok.rtmp mp3.rtmp"
done
# shellcheck disable=SC2086  # a list
write t.pcap $encoders --seconds 6 --apart 0.1 --reorder
"$bin/mpe-inspect" t.pcap >out 2>err
[ $? -eq 1 ] && grep -q '^50 ingests, 20 with findings' out && pass || missed "50 encoders"
[ "$(sed -n '/^ingest  client/,$p' out | grep -c "192.0.2.[0-9]*:40[0-9]*  *RTMP .* $RESOLUTION")" -eq 10 ] && pass || missed "10 of 50 are too large"
[ "$(sed -n '/^ingest  client/,$p' out | grep -c "192.0.2.[0-9]*:40[0-9]*  *RTMP .* $CODEC")" -eq 10 ] && pass || missed "10 of 50 have MP3"
sed -n '/^ingest  client/,$p' out | grep -A 1 "192.0.2.12:40002 " | grep -q "2560x1440" && pass || missed "the third encoder, and why"

# Of one channel: that 15 encoders have as many qualities is a finding then.
"$bin/mpe-inspect" --json --one-channel --set max_video_qualities=1 t.pcap >out 2>err
has MPE_INGEST_MEDIA_QUALITIES_EXCEEDED
"$bin/mpe-inspect" --json --set max_video_qualities=1 t.pcap >out 2>err
grep -q QUALITIES out && missed "a channel for each ingest" || pass

inputs=$(for number in $(seq 10000); do echo short.rtmp; done)
# shellcheck disable=SC2086  # a list
write many.pcap $inputs large.rtmp --seconds 2
timeout 60 "$bin/mpe-inspect" --json many.pcap >out 2>err
[ $? -eq 1 ] && grep -q '"ingests":10001,"with_findings":1,' out && pass || missed "10,000 connections"
rm many.pcap

# A port that serves again is another connection.
write a.pcap large.rtmp --no-fin
write b.pcap ok.rtmp --isn 500000 --seconds 6
{ cat a.pcap; tail -c +25 b.pcap; } >t.pcap
"$bin/mpe-inspect" --json t.pcap >out 2>err
[ "$(verdicts)" = "$RESOLUTION closed; accepted closed;" ] && pass || missed "the same port twice: $(verdicts)"

# ----------------------------------------------------------------------------------------------------- wrong usage

refuse()
{
    needle=$1
    shift
    timeout 20 "$bin/mpe-inspect" "$@" >out 2>err </dev/null
    [ $? -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$needle" err && pass || missed "mpe-inspect $*"
}

refuse "leave --timing out" --timing ok.tsv t.pcap
printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\177\000\000\000' >radio.pcap
refuse "tcpdump -i any" radio.pcap
head -c 20 t.pcap >cut.pcap
refuse "cannot be read" cut.pcap

cat t.pcap | "$bin/mpe-inspect" --json - >out 2>err
[ "$(verdicts)" = "$RESOLUTION closed; accepted closed;" ] && pass || missed "a capture from a pipe"

# ---------------------------------------------------------------------------------------------------- damaged captures

# Cut anywhere, and with bytes changed: a report or a sentence, never a crash or a hang.
cat >damage.py <<'PY'
import random, subprocess, sys
program, names = sys.argv[1], sys.argv[2:]
rng, bad = random.Random(5), 0
for name in names:
    whole = open(name, "rb").read()
    for turn in range(60):
        data = bytearray(whole[:rng.randrange(len(whole))] if turn % 2 == 0 else whole)
        for _ in range(rng.choice([0, 1, 5, 40])):
            if data:
                data[rng.randrange(min(len(data), 4000) if rng.random() < 0.5 else len(data))] = rng.randrange(256)
        open("damaged.pcap", "wb").write(data)
        result = subprocess.run([program, "--json", "damaged.pcap"], capture_output=True, timeout=20)
        if result.returncode not in (0, 1, 2) or (result.returncode == 2 and not result.stderr):
            bad += 1
            print(name, turn, result.returncode)
sys.exit(bad > 0)
PY
write d1.pcap large.rtmp get ok.rtmp --noise --reorder --mss 500
write d2.pcap large.mp4 --http "POST /a.isml/Streams(v)" --chunked --pcapng --ipv6 --vlan 1
write d3.pcap mp3.rtmp --link sll2 --lose 5
python3 damage.py "$bin/mpe-inspect" d1.pcap d2.pcap d3.pcap >out 2>err && pass || missed "damaged captures"

# -------------------------------------------------------------------------------------------------------- real packets

real()
{
    port=$((20000 + $$ % 10000))
    tcpdump -i lo -s 0 -U -w real.pcap tcp port $port 2>tcpdump.err &
    dumper=$!
    add_child $dumper
    soon grep -q "listening on" tcpdump.err || return 1
    start_program guard.err "$bin/mpe-guard" --listen 127.0.0.1:$port --sink
    for name in ok large; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            ffmpeg -v quiet -re -i $name.flv -c copy -f flv rtmp://127.0.0.1:$port/live/secretkey </dev/null
            grep -aq secretkey real.pcap && break
            sleep 0.3
        done
    done
    sleep 1
    stop_child $dumper
    stop_child "$pid"
}

if [ "$(id -u)" -eq 0 ] && command -v tcpdump >/dev/null && { timeout 1 tcpdump -i lo -c 1 -w /dev/null 2>probe; grep -q "listening on" probe; }; then
    real
    "$bin/mpe-inspect" real.pcap >out 2>err
    [ $? -eq 1 ] && grep -q "RTMP .* accepted$" out && grep -q "RTMP .* $RESOLUTION$" out && pass || missed "tcpdump of ffmpeg and mpe-guard"
    grep -q secretkey out && missed "the stream key is in the report" || pass
else
    skip "tcpdump may not capture here"
fi

closing
