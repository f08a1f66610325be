# For test scripts that have ffmpeg make media: ". tests/media.sh" after tests/tally.sh or tests/servers.sh.

# $1 size, $2 frame rate, $3 seconds, the others: output options and the file.
make_media()
{
    video=testsrc=size=$1:rate=$2 length=$3
    shift 3
    ffmpeg -v error -y -f lavfi -i "$video" -f lavfi -i sine=sample_rate=44100 -t "$length" -pix_fmt yuv420p \
        -c:v libx264 -preset ultrafast -g 30 -c:a aac "$@" </dev/null || exit 2
}

# $scratch/flv_to_rtmp: FLV as an encoder would send it by RTMP.
build_flv_to_rtmp()
{
    ${CC:-cc} -std=c11 -I"$top/tests" -o "$scratch/flv_to_rtmp" "$top/tests/integration/flv_to_rtmp.c" || exit 2
}
