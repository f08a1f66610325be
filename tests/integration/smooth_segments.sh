#!/bin/sh
# mpe-smooth with tracks that come in many requests: DASH and HLS of ffmpeg, and init and segments that curl sends.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-smooth
smooth=$build/bin/mpe-smooth
cd "$scratch" || exit 2

# Starts it with these arguments: pid, host. Events go to the file events, the log to log.
start()
{
    : >events
    : >log
    "$smooth" --listen 127.0.0.1:0 --events events "$@" 2>log &
    pid=$!
    add_child $pid
    soon grep -q 'listening on' log
    host=http://127.0.0.1:$(sed -n 's/^mpe-smooth: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' log)
}

# $1 the status, $2 the method, $3 the file, $4 the path.
sends()
{
    status=$(curl -s -g -m 10 -o body -w '%{http_code}' -H Expect: -X "$2" -T "$3" "$host$4")
    echo "status $status"
    cat body
    [ "$status" = "$1" ]
}
deletes() { status=$(curl -s -g -m 10 -o body -w '%{http_code}' -X DELETE "$host$2"); echo "$status"; [ "$status" = "$1" ]; }

told() { cat body && grep -q "$1" body; }
count() { cat events && [ "$(grep -c "$1" events)" -eq "$2" ]; }

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was pushed'; closing; }

# $1 size, $2 frame rate, $3 seconds, the others: output options, the output last.
encode()
{
    video=testsrc=size=$1:rate=$2 length=$3
    shift 3
    # shellcheck disable=SC2048,SC2086
    timeout 20 ffmpeg -nostdin -v error $pace -f lavfi -i "$video" -f lavfi -i sine=sample_rate=44100 -t "$length" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -c:a aac $* 2>ffmpeg.err
    status=$?
    cat ffmpeg.err
    return $status
}
pace=

# --------------------------------------------------------------------------------------------------------------- ffmpeg

dash='-f dash -seg_duration 1 -window_size 2 -method PUT'
start
pace=-re
check 'DASH is pushed, and deletes its old segments' encode 320x180 30 6 $dash "$host/live/out.mpd"
pace=
check 'HLS is pushed' encode 320x180 30 6 -map 0 -f hls -hls_time 1 -hls_segment_type fmp4 -method PUT "$host/hls/out.m3u8"
check 'nothing was refused' count . 0
check 'no request was' not grep -q status log
check 'what is pushed in a folder ends with it' deletes 200 /live/
check 'its two tracks are two sessions' count MPE_CLIENT_DISCONNECTED 2
check 'then there is nothing' deletes 404 /live/
stop 'DASH and HLS'
check 'what was kept ends with the program' count MPI_SYSTEM_MAINTENANCE 1

# Over one connection that lasts, for the muxer looks at no answer of a file that it has closed.
start
pace=-re
check 'DASH with a picture that is too large ends' not encode 2560x1440 5 6 -g 5 $dash -http_persistent 1 "$host/large/out.mpd"
pace=
check 'it is refused once' count MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED 1
check 'its sound is not' count LiveEventConnectionRejected 1
stop 'DASH that is too large'

# ------------------------------------------------------------------------------------------------------- init and segments

# Files of a track: init.mp4, 1.m4s, 2.m4s ... in the folder $1.
record()
{
    mkdir -p "$1"
    folder=$1
    shift
    encode "$@" -map 0:v -f dash -seg_duration 1 -use_template 1 -use_timeline 0 \
        -init_seg_name init.mp4 -media_seg_name "\$Number\$.m4s" "$folder/out.mpd"
}
record good 320x180 30 5
record small 192x108 30 5
record fast 320x180 60 5
record large 2560x1440 30 2
check 'files of tracks' test -s good/4.m4s -a -s small/4.m4s -a -s fast/4.m4s -a -s large/1.m4s

# $1 the method, $2 the files, $3 the path of the first, $4 what stands before the number of others.
track()
{
    sends 200 "$1" "$2/init.mp4" "$3" || return 1
    for number in 1 2 3 4; do
        sends 200 "$1" "$2/$number.m4s" "$4$number${5-.m4s}" || return 1
    done
}

start --kind pass-through-standard
check 'a segment before its header' sends 412 PUT good/1.m4s /a/1.m4s
check 'its code' told MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED
: >events
check 'PUT' track PUT good /a/init.mp4 /a/
check 'POST' track POST good /b/init.mp4 /b/
check 'all requests to one path' track POST good '/c/ingest.isml/Streams(video)' '/c/ingest.isml/Streams(video)?'
check 'names of which the end is that of the header' track PUT good /d/init-hd.mp4 /d/chunk-hd-
check 'two tracks in one folder' track PUT small /d/init-sd.mp4 /d/chunk-sd-
check 'a name that is like none, beside one track' track PUT good /e/hd.mp4 /e/media
check 'a segment that comes again' sends 200 PUT good/3.m4s /a/3.m4s
check 'segments in the wrong order' sends 200 PUT good/2.m4s /a/2.m4s
check 'the header comes again' sends 200 PUT good/init.mp4 /a/init.mp4
check 'and a segment after it' sends 200 PUT good/5.m4s /a/5.m4s
check 'a name that two tracks may have' sends 412 PUT good/1.m4s /d/1.m4s
check 'that is all' count . 1
check 'a manifest' sends 200 PUT good/out.mpd /a/out.mpd
head -c 5000000 /dev/zero >endless.mpd
check 'one without end' sends 413 PUT endless.mpd /a/out.mpd
check 'an old segment is deleted' deletes 200 /a/1.m4s
check 'its track goes on' sends 200 PUT good/4.m4s /a/4.m4s
head -c 200 good/4.m4s >half
: >events
check 'a segment that ends inside a box' sends 400 PUT half /a/5.m4s
check 'is malformed' told MALFORMED_INPUT
printf '\000\000\000\010mfra' >mfra
check 'the box of the end, in a request of its own' sends 200 PUT mfra '/c/ingest.isml/Streams(video)'
check 'ends its track' count MPE_CLIENT_DISCONNECTED 1
check 'after it a segment has no header' sends 412 POST good/4.m4s '/c/ingest.isml/Streams(video)'
stop 'headers and segments'

start
check 'the header of a picture that is too large' sends 400 PUT large/init.mp4 /a/init.mp4
check 'its code' told MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED
cp body first
check 'a segment of it' sends 400 PUT large/1.m4s /a/1.m4s
check 'has the same answer' cmp first body
check 'and another' sends 400 PUT large/1.m4s /a/2.m4s
check 'one notification says it' count . 1
check 'another header is judged afresh' track PUT good /a/init.mp4 /a/
check '60 frames a second' not track PUT fast /b/init.mp4 /b/
check 'are measured over segments' told MPE_INGEST_FRAMERATE_EXCEEDED
stop 'refusals'

# Two tracks at once, their requests between each other, and two requests of one track at the same time.
start --kind pass-through-standard
track PUT good /a/init-1.mp4 /a/chunk-1- >/dev/null &
track PUT small /a/init-2.mp4 /a/chunk-2- >/dev/null
wait $!
check 'two tracks at once' test $? -eq 0
{ head -c 3000 good/1.m4s; sleep 2; tail -c +3001 good/1.m4s; } |
    curl -s -g -m 10 -o slow_body -w '%{http_code}' -X PUT -T - "$host/a/chunk-1-5.m4s" >slow &
slow_pid=$!
sleep 0.5
check 'a second request of the track meanwhile is of nobody' sends 412 PUT good/2.m4s /a/chunk-1-6.m4s
check 'one with a header is of another encoder' sends 200 PUT good/init.mp4 /a/init-1.mp4
wait $slow_pid
check 'the first is not touched' grep -q 200 slow
check 'a request that breaks off' not timeout 1 sh -c "{ head -c 3000 good/2.m4s; sleep 5; } | curl -s -X PUT -T - '$host/a/chunk-2-5.m4s'"
check 'its track goes on' soon sends 200 PUT good/5.m4s /a/chunk-2-6.m4s
stop 'requests at once'

start --set fmp4_idle_timeout_us=1000000
sends 200 PUT good/init.mp4 /a/init.mp4 >/dev/null
sends 200 PUT good/1.m4s /a/1.m4s >/dev/null
check 'a track that is idle is ended' soon count MPE_RTMP_SESSION_IDLE_TIMEOUT 1
check 'what comes for it is told so' sends 400 PUT good/2.m4s /a/2.m4s
check 'with its code' told MPE_RTMP_SESSION_IDLE_TIMEOUT
stop 'an idle track'

start --kind pass-through-standard --max-connections 100 --max-per-address 3
for name in 1 2 3; do
    sends 200 PUT good/init.mp4 /$name/init.mp4
done >/dev/null
check 'more tracks than one address may have' sends 503 PUT good/init.mp4 /4/init.mp4
check 'those that are there go on' sends 200 PUT good/1.m4s /3/1.m4s
check 'one ends' deletes 200 /1/
check 'then there is room' sends 200 PUT good/init.mp4 /4/init.mp4
stop 'many tracks'

start --token s3cr3t
check 'a path that begins with the token' sends 200 PUT good/init.mp4 /s3cr3t/init.mp4
check 'and one that does not' sends 403 PUT good/1.m4s /x/1.m4s
check 'nor may it delete' deletes 403 /x/
check 'a manifest must, too' sends 403 PUT good/out.mpd /x/out.mpd
check 'the token is in no event and no log' not grep s3cr3t events log
stop 'a token'
check 'nor at the end' not grep s3cr3t events log

start --admin 127.0.0.1:0
admin=$(sed -n 's/.*operators look at \(http:.*\)\/$/\1/p' log)
sends 200 PUT good/init.mp4 /a/init.mp4 >/dev/null
sends 200 PUT good/1.m4s /a/1.m4s >/dev/null
check 'an operator sees a track between two requests' soon sh -c "curl -s '$admin/api/v1/sessions' | grep -q '\"id\":\"smooth-1\"'"
check 'and ends it' sh -c "[ \"\$(curl -s -o body -w '%{http_code}' -X DELETE '$admin/api/v1/sessions/smooth-1')\" = 202 ]"
check 'that is notified' soon count MPI_REST_API_CHANNEL_RESET 1
check 'and is the answer to what comes next' sends 503 PUT good/2.m4s /a/2.m4s
stop 'an operator'

closing
