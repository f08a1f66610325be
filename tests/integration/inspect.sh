#!/bin/sh
# mpe-inspect, classify_minimal and rtmp_listen with media that ffmpeg makes: codes, exit statuses, the shape of the
# JSON, wrong usage, standard input, arrival times.
# BUILD: the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh
. tests/media.sh

command -v ffmpeg >/dev/null || skip_all 'there is no ffmpeg'
bin=$build/bin
cd "$scratch" || exit 2

missed() { fail "$*" out err; }

# ------------------------------------------------------------------------------------------------------------- media

make_media 1280x720 30 3 ok.flv
make_media 320x180 60 3 fps60.flv
make_media 2560x1440 10 1 large.flv
make_media 160x90 30 3 -c:a libmp3lame mp3.flv
make_media 160x90 30 3 -flvflags no_metadata no_metadata.flv
make_media 160x90 60 3 -c:a libmp3lame -flvflags no_metadata three.flv
make_media 160x90 30 1 -c:v flv h263.flv
make_media 160x90 30 1 -pix_fmt yuv420p10le ten_bit.flv
make_media 160x90 30000/1001 7 -preset medium -bf 3 ntsc.flv
make_media 160x90 30 7 -output_ts_offset 2147480 wrap_31.flv
make_media 160x90 30 7 -output_ts_offset 4294964 wrap_32.flv
make_media 160x90 31 7 fps31.flv
make_media 1920x1088 10 1 edge.flv
make_media 1922x1080 10 1 wide.flv
make_media 160x90 30 3 -movflags frag_keyframe+empty_moov+default_base_moof fragmented.mp4
make_media 160x90 60 3 -movflags frag_keyframe+empty_moov+default_base_moof fps60.mp4
make_media 2560x1440 10 1 -f ismv -movflags isml+frag_keyframe large.ismv
make_media 160x90 30 3 -f ismv -movflags isml+frag_keyframe ok.ismv
make_media 160x90 30 1 plain.mp4
make_media 160x90 30 1 -movflags faststart plain_fast.mp4
make_media 160x90 30 1 -c:a libmp3lame plain_mp3.mp4
make_media 32x32 1000 20 -movflags faststart plain_long.mp4 # moov is larger than a channel keeps
make_media 160x90 30 3 -movflags frag_keyframe promised.mp4
truncate -s $(($(grep -abo moof promised.mp4 | head -n 1 | cut -d: -f1) - 4)) promised.mp4 # its first fragment is cut off
printf 'FLV\001\005\000\000\000\011\000\000\000\000' >header_only.flv
head -c 20000 ok.flv >cut.flv
: >empty
echo 'just a line of text' >text
mkdir folder

# $1 file, $2 offset of a box: its bytes.
box_bytes() { od -An -tu1 -j "$2" -N 4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'; }

# A plain MP4 whose moov comes after 4 GiB of media, which take no room on the disk.
ftyp=$(box_bytes plain_fast.mp4 0)
moov=$(box_bytes plain_fast.mp4 "$ftyp")
{ head -c "$ftyp" plain_fast.mp4; printf '\000\000\000\001mdat\000\000\000\001\000\000\000\020'; } >plain_4g.mp4
truncate -s $((ftyp + 4294967312)) plain_4g.mp4 || exit 2
tail -c +$((ftyp + 1)) plain_fast.mp4 | head -c "$moov" >>plain_4g.mp4
build_flv_to_rtmp
./flv_to_rtmp 128 ok.flv ok128.rtmp ok128.tsv || exit 2
./flv_to_rtmp 4096 ok.flv ok.rtmp ok.tsv || exit 2
./flv_to_rtmp 65536 three.flv three.rtmp three.tsv || exit 2

# -------------------------------------------------------------------------------------------------------- the verdicts

number='(null|-?[0-9]+)'
line='^\{"code":"[A-Z_]+","event":"Microsoft\.Media\.LiveEvent(ConnectionRejected|EncoderDisconnected)"'
line="$line,\"track\":(null|[0-9]+),\"value\":$number,\"limit\":$number,\"unit\":(null|\"[^\"]+\"),\"offset\":(null|[0-9]+)"
line="$line,\"media_ms\":(null|-?[0-9]+(\.[0-9]+)?),\"message\":\"[^\"]+\"\}\$"

codes()
{
    sed -n 's/^{"code":"\([A-Z_]*\)".*/\1/p' out | sort -u | tr '\n' ' '
}

# $1 codes expected ("" = none), the others: arguments. Leaves out, err and status.
expect()
{
    want=$(echo "$1" | tr ' ' '\n' | sort -u | grep . | tr '\n' ' ')
    want_status=0
    [ -n "$want" ] && want_status=1
    shift
    timeout 20 "$bin/mpe-inspect" --json "$@" >out 2>err </dev/null
    status=$?
    if [ $status -ne $want_status ] || [ "$(codes)" != "$want" ]; then
        missed "mpe-inspect --json $*: wanted status $want_status, $want; got $status, $(codes)"
    elif grep -qvE "$line" out || [ -s err ]; then
        missed "mpe-inspect --json $*: not only well-formed lines"
    else
        pass
    fi
}

CODEC=MPE_INGEST_CODEC_NOT_SUPPORTED
METADATA=MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED
FRAMERATE=MPE_INGEST_FRAMERATE_EXCEEDED
RESOLUTION=MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED

for kind in encoding pass-through-basic pass-through-standard; do
    expect "" --kind $kind ok.flv
    expect $CODEC --kind $kind mp3.flv
    expect $CODEC --kind $kind h263.flv
    expect $METADATA --kind $kind no_metadata.flv
done
for healthy in ntsc wrap_31 wrap_32 edge; do
    expect "" $healthy.flv
done
expect $RESOLUTION wide.flv
expect $FRAMERATE fps31.flv
expect $FRAMERATE fps60.flv
expect "" --kind pass-through-standard fps60.flv
expect "" --set max_frame_rate_mfps=60000 fps60.flv
expect $RESOLUTION large.flv
expect "" --kind pass-through-standard large.flv
expect $RESOLUTION --kind pass-through-standard --set max_width_px=640 ok.flv
expect $CODEC ten_bit.flv
expect "" --kind pass-through-standard ten_bit.flv
expect "" --set metadata_required=0 no_metadata.flv
expect MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED --set max_bitrate_bps=50000 --set bitrate_window_us=1000000 ok.flv
expect "" cut.flv
expect "" header_only.flv
expect "" --set flv_idle_timeout_us=20000000 ok.flv
expect "" ok128.rtmp
expect "" ok.rtmp
expect "" --app live ok.rtmp
expect MPE_RTMP_APPID_AUTH_FAILURE --app live/0123456789abcdef0123456789abcdef ok.rtmp
expect "$CODEC $METADATA $FRAMERATE" three.flv
expect "$CODEC $METADATA $FRAMERATE" three.rtmp
expect "" fragmented.mp4
expect "" ok.ismv
expect "" promised.mp4
expect $FRAMERATE fps60.mp4
expect "" --kind pass-through-standard fps60.mp4
expect $RESOLUTION large.ismv
expect MPE_UNKNOWN_ERROR --protocol flv text
expect MPE_UNKNOWN_ERROR --protocol fmp4 ok.flv
expect MPE_UNKNOWN_ERROR --protocol fmp4 text
expect MPE_UNKNOWN_ERROR --protocol rtmp ok.flv

expect $CODEC --first three.flv
[ "$(wc -l <out)" -eq 1 ] && pass || missed "--first gave more than one finding"
expect $CODEC --first three.rtmp

# ------------------------------------------------------------------------------------------------------ standard input

same_from_stdin()
{
    "$bin/mpe-inspect" --json "$1" >whole 2>err
    { head -c 7 "$1"; sleep 0.1; tail -c +8 "$1" | head -c 30000; sleep 0.1; tail -c +30008 "$1"; } |
        "$bin/mpe-inspect" --json - >out 2>>err
    if cmp -s whole out; then pass; else fail "$1 from standard input differs"; fi
}

same_from_stdin three.flv
same_from_stdin three.rtmp
same_from_stdin ok.rtmp
"$bin/mpe-inspect" --json - <large.flv >out 2>err
[ "$(codes)" = "$RESOLUTION " ] && pass || missed "a file as standard input"

# A finding is written when it is found, not at the end of the input.
mkfifo slow
{ head -c 8192 mp3.flv; sleep 5; } >slow &
writer=$!
"$bin/mpe-inspect" --json - <slow >out 2>err &
reader=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s out ] && break
    sleep 0.1
done
if [ -s out ] && kill -0 $writer 2>/dev/null; then pass; else fail "the finding of a slow input came late"; fi
kill $writer $reader 2>/dev/null
wait $writer $reader 2>/dev/null

cp ok.flv ./-ok.flv
expect "" -- -ok.flv

# ------------------------------------------------------------------------------------------------------- arrival times

half=$(awk '!/^#/ { end = $2 + $3 } END { print int(end / 2) }' ok.tsv)
awk -v half="$half" -v OFS='\t' '!/^#/ && $2 > half { $1 += 25 } { print }' ok.tsv >gap.tsv
awk -v OFS='\t' '!/^#/ { $1 = 0 } { print }' ok.tsv >burst.tsv
{ echo 'seconds	byte_offset	length'; echo; grep -v '^#' ok.tsv; } >words.tsv
printf '0\t0\t20000\n30\t20000\t%d\n' $(($(wc -c <ok.flv) - 20000)) >flv.tsv

expect "" --timing ok.tsv ok.rtmp
expect "" --timing ok128.tsv ok128.rtmp
expect "" --timing words.tsv ok.rtmp
expect MPE_RTMP_SESSION_IDLE_TIMEOUT --timing gap.tsv ok.rtmp
expect "" --timing gap.tsv --set rtmp_idle_timeout_us=0 ok.rtmp
expect "" --timing burst.tsv ok.rtmp
expect MPE_CAPACITY_LIMIT_REACHED --timing burst.tsv --set max_lead_us=1000000 ok.rtmp
expect "" --timing flv.tsv ok.flv
expect MPE_RTMP_SESSION_IDLE_TIMEOUT --timing flv.tsv --set flv_idle_timeout_us=20000000 ok.flv

# -------------------------------------------------------------------------------------------------------- wrong usage

# One sentence on standard error that holds $1, nothing on standard output, exit status 2. The others: arguments.
refuse()
{
    needle=$1
    shift
    timeout 120 "$bin/mpe-inspect" "$@" >out 2>err </dev/null
    status=$?
    if [ $status -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$needle" err; then
        pass
    else
        missed "mpe-inspect $*: wanted status 2 and '$needle', got status $status"
    fi
}

refuse "give one input"
refuse "give one input" ok.flv large.flv
refuse "no option --nonsense" --nonsense ok.flv
refuse "no option -x;" -x ok.flv
refuse "no option -xy;" -xy ok.flv
refuse "no option -é;" --json -é ok.flv
refuse "no option -é;" ok.flv -é
refuse "takes no value" --json=yes ok.flv
refuse "--kind needs a value" ok.flv --kind
refuse "--kind" --kind standard ok.flv
refuse "--protocol" --protocol hls ok.flv
refuse "NAME=VALUE" --set max_width_px ok.flv
refuse "max_width_px" --set width=3 ok.flv
refuse "whole number" --set max_width_px=wide ok.flv
refuse "whole number" --set max_width_px=-1 ok.flv
refuse "cannot open missing.flv" missing.flv
refuse "folder is a folder; to judge each file in it: for f in" folder
refuse "is empty" empty
refuse "is empty" -
refuse "neither FLV nor" text

# What is often held instead, and the line that makes an ingest of it; where it can run here, it does.
# $1 what it is, $2 the line, $3 the file; FILE in the line is it.
foreign()
{
    refuse "$1" "$3"
    grep -qF -- "$2" err && pass || missed "$3: wanted the line $2"
    command=$(printf '%s' "$2" | sed "s/FILE/$3/g; s|mpe-inspect|'$bin/mpe-inspect' --json|; s/^ffmpeg/ffmpeg -v error/")
    sh -c "$command" >out 2>err </dev/null
    [ $? -eq "${4:-0}" ] && [ ! -s err ] && pass || missed "$3: the line does not work: $command"
}

as_flv="ffmpeg -i FILE -c copy -f flv - | mpe-inspect -"
ffmpeg -v error -i ok.flv -c copy -f mpegts a.ts </dev/null
ffmpeg -v error -i ok.flv -c copy -f mpegts -mpegts_m2ts_mode 1 a.m2ts </dev/null
ffmpeg -v error -i ok.flv -c copy a.mkv </dev/null
ffmpeg -v error -i ok.flv -vn a.wav </dev/null
ffmpeg -v error -i ok.flv -c copy -f hls -hls_time 1 -hls_list_size 0 a.m3u8 </dev/null
ffmpeg -v error -i ok.flv -c copy -bsf:v h264_mp4toannexb a.avi </dev/null
gzip -c ok.flv >a.gz
foreign "is MPEG-TS" "$as_flv" a.ts
foreign "is MPEG-TS" "$as_flv" a.m2ts
foreign "is Matroska or WebM" "$as_flv" a.mkv
foreign "is WAV" "ffmpeg -i FILE -c:a aac -f flv - | mpe-inspect -" a.wav
foreign "is a playlist (HLS)" "$as_flv" a.m3u8
foreign "is AVI" "$as_flv" a.avi
foreign "is compressed" "gunzip -c FILE | mpe-inspect -" a.gz
{ printf 'POST /live HTTP/1.1\r\nContent-Length: 1\r\n\r\n'; cat fragmented.mp4; } >a.post
foreign "is an HTTP request with its headers" "sed '1,/^\\r\$/d' FILE | mpe-inspect -" a.post
printf '<?xml version="1.0"?>\n<!-- x -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>' >a.mpd
refuse "is a playlist (DASH)" a.mpd
printf 'GET /live/x HTTP/1.1\r\n\r\n' >get
expect MPE_UNKNOWN_ERROR get
grep -q "PROTOCOL_NOT_SUPPORTED: an HTTP request" out && pass || missed "an HTTP request is named"
refuse '"" is no name of a file' ""
refuse "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -" rtmp://127.0.0.1/live/x
refuse "is a URL, not a file; to judge what it holds: curl -s URL | mpe-inspect -" https://example.com/a.mp4
refuse "give the path" file:///tmp/ok.flv
refuse "is a plain MP4, not a live ingest" plain.mp4
refuse "is a plain MP4, not a live ingest" plain_fast.mp4
refuse "is a plain MP4, not a live ingest" plain_4g.mp4
refuse "cannot open the timing table" --timing missing.tsv ok.rtmp
refuse "holds no line" --timing empty ok.rtmp
refuse "cut.flv has less" --timing flv.tsv cut.flv
refuse "ok.rtmp has more" --timing flv.tsv ok.rtmp

if [ "$(id -u)" -ne 0 ]; then
    cp ok.flv secret.flv
    chmod 000 secret.flv
    refuse "cannot open secret.flv: Permission denied" secret.flv
else
    skip "root may read every file"
fi
"$bin/mpe-inspect" - >out 2>err <&-
[ $? -eq 2 ] && [ ! -s out ] && grep -q "cannot read standard input" err && pass || missed "no standard input"

# A pipe is read but once: the mdat before the moov was a finding already.
DESCRIPTION=MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED
"$bin/mpe-inspect" --json - <plain.mp4 >out 2>err
[ $? -eq 2 ] && [ ! -s out ] && grep -q "is a plain MP4" err && pass || missed "a plain MP4 as standard input"
cat plain.mp4 | "$bin/mpe-inspect" --json - >out 2>err
[ $? -eq 2 ] && [ "$(codes)" = "$DESCRIPTION " ] && [ "$(wc -l <out)" -eq 1 ] && grep -q "is a plain MP4" err && pass ||
    missed "a plain MP4 from a pipe"
for plain in plain plain_fast plain_mp3; do
    cat $plain.mp4 | "$bin/mpe-inspect" --json - >whole 2>said
    status=$?
    cat $plain.mp4 | "$bin/mpe-inspect" --json --first - >out 2>err
    [ $? -eq $status ] && cmp -s err said && head -n 1 whole | cmp -s - out && pass || missed "$plain.mp4 from a pipe, with --first"
    "$bin/mpe-inspect" --json $plain.mp4 >whole 2>said
    status=$?
    "$bin/mpe-inspect" --json --first $plain.mp4 >out 2>err
    [ $? -eq $status ] && cmp -s err said && cmp -s whole out && pass || missed "$plain.mp4 with --first"
done
[ "$(codes)" = "$CODEC " ] && pass || missed "the codec of plain_mp3.mp4, with --first"

# A fragment before its header is no plain MP4: --first ends there, though the pipe goes on.
first_moof=$(grep -abo moof fragmented.mp4 | head -n 1 | cut -d: -f1)
{ tail -c +$((first_moof - 3)) fragmented.mp4 | head -c 3000; sleep 3; } | { timeout 2 "$bin/mpe-inspect" --json --first - >out 2>err; echo $? >status; }
[ "$(cat status)" = 1 ] && [ "$(codes)" = "$DESCRIPTION " ] && [ ! -s err ] && pass || missed "a moof from a pipe, with --first"

# What is read but once is told by its moov, which may be as large as a header may be at all.
cat plain_long.mp4 | "$bin/mpe-inspect" - >out 2>err
[ $? -eq 2 ] && [ ! -s out ] && grep -q "standard input is a plain MP4" err && pass || missed "a large moov from a pipe"
cat plain_long.mp4 | "$bin/mpe-inspect" --set max_header_bytes=65536 - >out 2>err
[ $? -eq 1 ] && grep -q "INTERNAL_LIMIT: bytes of moov" out && pass || missed "a large moov, and the limit of channels"

# Of a pipe the length is known at its end only.
for part in "head -c 30000 ok.rtmp:less" "cat ok.rtmp ok.rtmp:more"; do
    ${part%:*} | "$bin/mpe-inspect" --json --timing ok.tsv - >out 2>err
    [ $? -eq 2 ] && grep -q "has ${part#*:};" err && pass || missed "the timing table of another pipe: $part"
done

# $1 what the sentence says, $2 the table.
refuse_table()
{
    printf '%b' "$2" >table.tsv
    refuse "$1" --timing table.tsv ok.rtmp
}

refuse_table "line 2 leaves a gap" '0\t0\t10\n1\t11\t5\n'
refuse_table "line 3 overlaps" '# a comment\n0\t0\t10\n1\t9\t5\n'
refuse_table "line 1 leaves a gap" '0\t1\t10\n'
refuse_table "line 2: the time 0.5 goes back" '1\t0\t10\n0.5\t10\t5\n'
refuse_table "line 1 has 2 of the 3 columns" '0\t0\n'
refuse_table "line 1 has more" '0\t0\t1\t2\n'
refuse_table "line 2: 'soon' is not a time" '0\t0\t1\nsoon\t1\t1\n'
refuse_table "line 1: '-1' is not a time" '-1\t0\t1\n'
refuse_table "line 1: '1e300' is not a time" '1e300\t0\t1\n'
refuse_table "line 1: '0x' is not a byte offset" '0\t0x\t1\n'
refuse_table "line 1: '-5' is not a length" '0\t0\t-5\n'
refuse_table "line 1: '99999999999999999999' is not a length" '0\t0\t99999999999999999999\n'

if [ -w /dev/full ]; then
    "$bin/mpe-inspect" ok.flv >/dev/full 2>err
    [ $? -eq 2 ] && grep -q 'cannot write' err && pass || missed "a full disk goes unnoticed"
    "$bin/mpe-inspect" --json mp3.flv >/dev/full 2>err
    [ $? -eq 2 ] && grep -q 'cannot write' err && pass || missed "a full disk goes unnoticed with --json"
fi

# ---------------------------------------------------------------------------------------------------------- for people

# $1 a text that the output must hold, $2 exit status, the others: command.
shows()
{
    needle=$1 want_status=$2
    shift 2
    timeout 20 "$@" >out 2>err </dev/null
    status=$?
    if [ $status -eq "$want_status" ] && grep -qF -- "$needle" out; then
        pass
    else
        missed "$*: wanted status $want_status and '$needle', got status $status"
    fi
}

shows "no finding: this stream would be accepted by an encoding channel" 0 "$bin/mpe-inspect" ok.flv
shows "accepted by a pass-through-basic channel" 0 "$bin/mpe-inspect" --kind pass-through-basic ok.flv
shows "1280x720" 0 "$bin/mpe-inspect" ok.flv
shows "44100 Hz" 0 "$bin/mpe-inspect" ok.rtmp
shows "limit 30.000 fps" 1 "$bin/mpe-inspect" fps60.flv
shows "LiveEventConnectionRejected" 1 "$bin/mpe-inspect" large.flv
shows "no frame came: whether this stream would be accepted is not known" 0 "$bin/mpe-inspect" promised.mp4
"$bin/mpe-inspect" promised.mp4 | grep -q 'would be accepted by' && missed "accepted without a frame" || pass
shows "no audio or video track" 0 "$bin/mpe-inspect" header_only.flv
shows "max_width_px=1920" 0 "$bin/mpe-inspect" --help
shows "max_width_px=4096" 0 "$bin/mpe-inspect" --kind pass-through-basic --help
shows "mpe-inspect 0." 0 "$bin/mpe-inspect" --version
shows "fragmented MP4" 0 "$bin/mpe-inspect" --help
for default in report_all=1 media_clock=1 max_header_bytes=1048576; do
    shows $default 0 "$bin/mpe-inspect" --help
done
shows "report_all=0" 0 "$bin/mpe-inspect" --first --help
shows "media_clock=0" 0 "$bin/mpe-inspect" --timing ok.tsv --help

# The bar appears on a terminal while a slow input is read, and is gone at the end.
if script -qec true /dev/null >out 2>err </dev/null; then
    slowly="{ head -c 50000 ok.flv; sleep 0.8; tail -c +50001 ok.flv; } | '$bin/mpe-inspect'"
    script -qec "sh -c \"$slowly - >/dev/null\"" /dev/null >out 2>err </dev/null
    grep -q 'MB/s' out && [ "$(tail -c 3 out | od -An -tx1 | tr -d ' \n')" = 1b5b4b ] && pass || missed "progress bar"
    script -qec "sh -c \"$slowly --json - >/dev/null\"" /dev/null >out 2>err </dev/null
    [ ! -s out ] && pass || missed "progress bar with --json"
else
    skip "there is no script(1), or no /dev/pts, to make a terminal"
fi

# ---------------------------------------------------------------------------------------------------- classify_minimal

# $1 text, $2 exit status, $3 input.
minimal()
{
    "$bin/classify_minimal" <"$3" >out 2>err
    status=$?
    if [ $status -eq "$2" ] && grep -q "^$1" out; then pass; else fail "classify_minimal <$3: status $status"; fi
}

minimal "$FRAMERATE: " 1 fps60.flv
minimal "$METADATA: " 1 no_metadata.flv
minimal "$CODEC: " 1 three.rtmp
minimal "MPE_UNKNOWN_ERROR: " 1 text
"$bin/classify_minimal" <ok.flv >out 2>err
[ $? -eq 0 ] && [ ! -s out ] && pass || missed "classify_minimal with a healthy stream"
"$bin/classify_minimal" <folder >out 2>err
[ $? -eq 2 ] && [ -s err ] && pass || missed "classify_minimal with an unreadable input"

# --------------------------------------------------------------------------------------------------------- rtmp_listen

# Sets url to one with the next port, below those that the kernel gives to connections.
port=$((10000 + $$ % 20000))
next_url()
{
    port=$((port + 1))
    url=rtmp://127.0.0.1:$port/live/key
}

# $1 exit status, $2 text, $3 file to push.
listen()
{
    next_url
    timeout 20 "$bin/rtmp_listen" "$url" >out 2>err &
    listener=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.2
        ffmpeg -v quiet -i "$3" -c copy -f flv "$url" </dev/null && break
        kill -0 $listener 2>/dev/null || break
    done
    wait $listener
    status=$?
    if [ $status -eq "$1" ] && grep -q "$2" out; then pass; else fail "rtmp_listen, $3: status $status"; fi
}

listen 0 "" ok.flv
listen 1 "^$RESOLUTION: " large.flv
listen 1 "^$CODEC: " mp3.flv
"$bin/rtmp_listen" >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && pass || missed "rtmp_listen without a URL"
timeout 10 "$bin/rtmp_listen" http://127.0.0.1:1/x >out 2>err
[ $? -eq 2 ] && [ -s err ] && pass || missed "rtmp_listen with another protocol"

closing
