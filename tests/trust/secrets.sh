#!/bin/sh
# What the programs write about streams full of secrets holds none of them: text and JSON of mpe-inspect, log and events
# of mpe-guard and mpe-smooth. BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

cc=${CC:-cc}
secret=s3cr3t

# shellcheck disable=SC2046  # a list of libraries
check 'the streams can be written' $cc -std=c11 -Iinclude/mpe -Itests -Itests/unit -o "$scratch/write_secrets" \
    tests/trust/write_secrets.c tests/unit/secret_streams.c tests/unit/stream_out.c "$build/libmpe.a" -pthread \
    $(${PKG_CONFIG:-pkg-config} --libs libavformat libavcodec libavutil expat)
check 'a peer can be built' $cc -std=c11 -D_POSIX_C_SOURCE=200809L -o "$scratch/tcp_peer" tests/integration/guard/tcp_peer.c
cd "$scratch" || exit 2
mkdir streams
[ $failed -eq 0 ] && ./write_secrets streams >rows
check 'the streams are full of secrets' sh -c "[ \$(grep -l $secret streams/* | wc -l) -ge 20 ]"

no_secret() { ! grep -a "$secret" "$@"; }

# Starts a program that listens, with these arguments; log, output and events are what it writes.
start()
{
    : >events
    program=$1
    shift
    start_program log "$build/bin/$program" --listen 127.0.0.1:0 --events events "$@" >output
}

tab=$(printf '\t')

inspect()
{
    for how in '' --json --first; do
        # shellcheck disable=SC2086  # one option or none, and a list of them
        timeout 20 "$build/bin/mpe-inspect" $how $3 "streams/$1" >out 2>err
        check "mpe-inspect $how $1 shows no secret" no_secret out err
    done
}

guard()
{
    # shellcheck disable=SC2086  # a list of options
    start mpe-guard --sink $3
    timeout 20 ./tcp_peer send "$port" "streams/$1" answer 65536
    case $2 in
    MPI_* | MPE_RTMP_SESSION_IDLE_TIMEOUT) ;; # nobody stops this channel, and this peer leaves when it is done
    MPE_POLICY_CONDITION) ;; # an action of the configuration file, which this command line has none of
    *) check "mpe-guard $1: $2" soon grep -q "\"resultCode\":\"$2\"" events ;;
    esac
    stop_child "$pid"
    check "mpe-guard $1 shows no secret" no_secret log output events
}

smooth()
{
    # shellcheck disable=SC2086  # a list of options
    start mpe-smooth $3
    path="$secret-t0ken-0123456789/ingest.isml/Streams($secret-name)?auth=$secret"
    curl -s -m 10 -u "$secret:$secret" -H "Authorization: $secret" --data-binary "@streams/$1" \
        "http://127.0.0.1:$port/$path" >answer 2>&1
    check "mpe-smooth $1: $2" soon grep -q "\"resultCode\":\"$2\"" events
    stop_child "$pid"
    check "mpe-smooth $1 shows no secret" no_secret log output events answer
}

while IFS=$tab read -r name protocol code options <&3; do
    case $options in
    *--stream-name* | *--allow*) ;; # not of mpe-inspect
    *) inspect "$name" "$code" "$options" ;;
    esac
    case $options in
    *media_clock*) continue ;; # of files: a server has its own clock
    esac
    case $protocol in
    1) guard "$name" "$code" "$options" ;;
    3) if command -v curl >/dev/null; then smooth "$name" "$code" "$options"; else skip "mpe-smooth $name: no curl"; fi ;;
    esac
done 3<rows

start mpe-guard --upstream 127.0.0.1:1
timeout 20 ./tcp_peer send "$port" streams/healthy answer 65536
check 'a server that is not there: the log says so' soon grep -q MPI_SYSTEM_MAINTENANCE log
stop_child "$pid"
check 'a server that is not there: no secret' no_secret log output events
closing
