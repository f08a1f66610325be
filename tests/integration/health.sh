#!/bin/sh
# Healthy streams set exactly the conditions that are true of them, and none of severity error: what ffmpeg and
# GStreamer make, and each healthy file of the shared corpus where one is present (health_corpus.tsv says what is true).
# BUILD: the build directory.
set -u

cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh
. tests/media.sh
corpus=${MPE_CORPUS:-$top/../shared/corpus}
inspect=$build/bin/mpe-inspect
LONG=KEY_FRAME_INTERVAL_LONG

# What is set, once each, in alphabetical order, "A,B"; "-": nothing. Fails where one is an error.
conditions()
{
    timeout 60 "$inspect" --json --conditions "$@" >"$scratch/lines" 2>"$scratch/err"
    [ $? -le 2 ] || { echo "killed"; return 1; }
    grep '"type":"condition".*"severity":"error"' "$scratch/lines" >"$scratch/errors" && { cat "$scratch/errors"; return 1; }
    sed -n 's/.*"type":"condition","name":"\([A-Z_0-9]*\)","state":"set".*/\1/p' "$scratch/lines" | LC_ALL=C sort -u |
        paste -sd, - | sed 's/^$/-/'
}

# $1 what must be set, the others: arguments.
sets()
{
    want=$1
    shift
    got=$(conditions "$@") && [ "${got:--}" = "$want" ] || { echo "wanted $want, got $got"; cat "$scratch/lines"; return 1; }
}

# -------------------------------------------------------------------------------------------------- ffmpeg, GStreamer

# $1 frames between two key frames, $2 B-frames, the others: output options and the file.
make_34_s()
{
    group=$1 b_frames=$2
    shift 2
    ffmpeg -v error -y -f lavfi -i testsrc=size=320x180:rate=30 -f lavfi -i sine=sample_rate=48000 -t 34 \
        -pix_fmt yuv420p -c:v libx264 -preset veryfast -g "$group" -keyint_min "$group" -sc_threshold 0 -bf "$b_frames" \
        -c:a aac "$@" </dev/null || exit 2
}

# $1 frames between two key frames, $2 what that sets: as FLV, as RTMP by a clock, as fragmented MP4 of either kind.
push_all()
{
    for b_frames in 0 3; do
        what="ffmpeg, a key frame each $1 frames, $b_frames B-frames"
        make_34_s "$1" "$b_frames" a.flv
        "$scratch/flv_to_rtmp" 4096 a.flv a.rtmp a.tsv || exit 2
        ffmpeg -v error -y -i a.flv -c copy -movflags frag_keyframe+empty_moov+default_base_moof a.mp4 </dev/null || exit 2
        ffmpeg -v error -y -i a.flv -c copy -f ismv -movflags isml+frag_keyframe a.ismv </dev/null || exit 2
        check "$what, FLV" sets "$2" a.flv
        check "$what, RTMP with the times of its bytes" sets "$2" --timing a.tsv a.rtmp
        check "$what, fragmented MP4" sets "$2" a.mp4
        check "$what, Smooth Streaming" sets "$2" a.ismv
    done
}

if command -v ffmpeg >/dev/null; then
    cd "$scratch" || exit 2
    build_flv_to_rtmp
    push_all 60 -
    push_all 240 $LONG
else
    skip 'there is no ffmpeg'
fi

# $1 frames between two key frames
gstreamer()
{
    gst-launch-1.0 -q videotestsrc num-buffers=600 ! video/x-raw,width=320,height=180,framerate=30/1 ! \
        x264enc speed-preset=ultrafast key-int-max="$1" bframes=0 option-string=scenecut=0 ! h264parse ! \
        flvmux name=mux streamable=true ! filesink location=g.flv audiotestsrc num-buffers=862 ! \
        audio/x-raw,rate=44100,channels=2 ! voaacenc ! mux. >gst.log 2>&1 && [ -s g.flv ]
}

if command -v gst-launch-1.0 >/dev/null && cd "$scratch" && gstreamer 60; then
    check 'GStreamer, a key frame each 60 frames' sets - g.flv
    gstreamer 240
    check 'GStreamer, a key frame each 240 frames' sets $LONG g.flv
else
    skip 'there is no GStreamer with x264enc and flvmux'
fi

# ------------------------------------------------------------------------------------------------------- the corpus

healthy()
{
    awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["expected_encoding"] == "NONE" && $column["confidence"] == "high" { print $column["file"] }' \
        "$corpus/manifest.tsv"
}

is_in_table() { cut -f 1 "$top/tests/integration/health_corpus.tsv" | grep -qxF "$1" || { echo "judge $1 with ffprobe, and add its row"; return 1; }; }

if [ -r "$corpus/manifest.tsv" ]; then
    healthy >"$scratch/healthy"
    while read -r file; do
        check "$file has a row in health_corpus.tsv" is_in_table "$file"
    done <"$scratch/healthy"
    grep -v '^#' "$top/tests/integration/health_corpus.tsv" >"$scratch/table"
    while IFS='	' read -r file want why; do
        [ -r "$corpus/$file" ] && check "$file: ${why:-nothing}" sets "$want" "$corpus/$file"
    done <"$scratch/table"
else
    skip "there is no corpus at $corpus (set MPE_CORPUS to its folder)"
fi
closing
