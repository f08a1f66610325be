#!/bin/sh
# Profiles of destinations: each is read, says what it would refuse or complain about, and mistakes have file and line.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

BUILD=$(cd "${BUILD:-build}" && pwd) || exit 2
profiles=$PWD/examples/profiles
unset MPE_PROFILE_DIR # "make examples" puts them where the programs look
inspect=$BUILD/bin/mpe-inspect

command -v ffmpeg >/dev/null || skip_all 'there is no ffmpeg'

# $1 the file, $2 the key-frame interval in frames, $3 the video bitrate, $4 audio codec
make_media()
{
    ffmpeg -v error -y -f lavfi -i testsrc=size=1280x720:rate=30 -f lavfi -i sine=sample_rate=48000 -t 16 \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g "$2" -b:v "$3" -minrate "$3" -maxrate "$3" -bufsize "$3" \
        -x264-params nal-hrd=cbr:force-cfr=1 -c:a "$4" -ac 2 "$1" </dev/null || exit 2
}

cd "$scratch" || exit 2
make_media good.flv 60 4M aac
make_media long.flv 180 4M aac
make_media low.flv 60 500k libmp3lame

says() { "$inspect" --profile "$1" --json --conditions "$2" >out; grep -q "\"$3\"" out || { cat out; return 1; }; }
is_quiet() { "$inspect" --profile "$1" --json --conditions "$2" >out && [ ! -s out ] || { cat out; return 1; }; }
is_wrong() { "$inspect" --profile "$1" good.flv >out 2>&1; [ $? -eq 2 ] && grep -q "$2" out || { cat out; return 1; }; }

for profile in "$profiles"/*; do
    check "$(basename "$profile") says nothing of a good stream" is_quiet "$(basename "$profile")" good.flv
done
check 'YouTube complains about key frames 6 s apart' says youtube long.flv KEY_FRAME_INTERVAL_LONG
check 'so does Facebook' says facebook long.flv KEY_FRAME_INTERVAL_LONG
check 'Cloudflare Stream does not' is_quiet cloudflare-stream long.flv
check 'YouTube complains about a low bitrate' says youtube low.flv BITRATE_LOW
check 'Facebook refuses MP3' says facebook low.flv MPE_INGEST_CODEC_NOT_SUPPORTED

# The summary names the destination.
ends() { "$inspect" --profile "$1" "$2" >out; grep -qxF "$3" out || { tail -n 4 out; return 1; }; }
check 'YouTube would take a good stream' ends youtube good.flv 'no finding: youtube would take this stream'
check 'and not complain' sh -c '! grep -q "would complain" out'
check 'what it complains about is named' ends youtube low.flv 'but youtube would complain about BITRATE_LOW'
check 'so is what Facebook refuses' ends facebook low.flv 'facebook would refuse this stream: MPE_INGEST_CODEC_NOT_SUPPORTED'
check 'a file of a profile is named without its folder' ends "$profiles/twitch" good.flv \
    'no finding: twitch would take this stream'

printf 'kind = open\n\n# a comment\nmax_widht_px = 1\n' >mistyped
printf 'max_width_px\n' >bare
printf 'report = MPE_NO_SUCH_CODE\n' >code
printf 'min_video_bitrates = 1080p60\n' >sizes
check 'a name that there is not' is_wrong ./mistyped './mistyped:4: .*max_width_px'
check 'a line without a value' is_wrong ./bare './bare:1: write'
check 'sizes without their bitrates' is_wrong ./sizes './sizes:1: min_video_bitrates takes lowest bitrates in bit/s'
check 'a code that there is not' is_wrong ./code './code:1: MPE_NO_SUCH_CODE'
check 'a folder of profiles' env MPE_PROFILE_DIR="$profiles" "$inspect" --profile twitch good.flv
check 'a profile that there is not' is_wrong nobody 'profile nobody'
closing
