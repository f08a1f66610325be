#!/bin/sh
# mpe-guard under fire, on 127.0.0.1: many encoders at once, some healthy, some to be refused, slow readers, half-open and
# slow-loris connections, resets in the middle of a chunk; an upstream server that dies and returns; SIGTERM under load.
# Each connection gets the verdict that it must get, and one notification; no descriptor and no memory is lost.
#
# FIRE_PUBLISHERS (100) encoders, FIRE_SECONDS (5) a round, of which there are four.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

guard=$build/bin/mpe-guard
publishers=${FIRE_PUBLISHERS:-100}
seconds=${FIRE_SECONDS:-5}
idle=$((seconds < 10 ? 3 : 5))

needs_program mpe-guard

check 'the load can be built' ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Itests -o "$scratch/fire" \
    tests/integration/fire/fire.c tests/unit/stream_out.c
cd "$scratch" || exit 2
[ $failed -eq 0 ] || closing

# Starts the guard with these arguments: guard_pid, port.
start_guard()
{
    : >events
    : >log
    "$guard" --listen 127.0.0.1:0 --events events --kind encoding --set max_bitrate_bps=0 --set max_video_qualities=0 \
        --set rtmp_idle_timeout_us=$((idle * 1000000)) --refusals-per-minute 0 "$@" 2>log &
    guard_pid=$!
    children="$children $guard_pid"
    soon grep -q 'listening on' log
    port=$(sed -n 's/^mpe-guard: listening on .*:\([0-9]*\)$/\1/p' log)
}

start_server()
{
    ./fire serve "$server_port" &
    server_pid=$!
    children="$children $server_pid"
}

stop_server()
{
    kill -KILL "$server_pid"
    wait "$server_pid" 2>/dev/null
    forget_child "$server_pid"
}

open_files() { find "/proc/$guard_pid/fd" -mindepth 1 | wc -l; }
files_are() { [ "$(open_files)" -eq "$1" ] || { echo "$(open_files) files are open, $1 were"; false; }; }
memory_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$guard_pid/status"; }

# Every connection in the file expected has its notification in events, with its code, and nothing else is there. A port
# may come twice: then both in their order.
all_notified()
{
    sed -n 's/.*"encoderPort":"\{0,1\}\([0-9]*\).*/\1 &/p' events | sed 's/^\([0-9]*\) .*"resultCode":"\([A-Z_]*\)".*/\1 \2/' >notified
    awk '
        NR == FNR { expected[$1, ++wanted[$1]] = $2; lines++; next }
        {
            n = ++got[$1]
            while (n < wanted[$1] && expected[$1, n] ~ /nothing/ && index("|" expected[$1, n] "|", "|" $2 "|") == 0)
                n = ++got[$1]
            if (n > wanted[$1])
                wrong("port " $1 ": " $2 ", which nobody expects")
            else if (index("|" expected[$1, n] "|", "|" $2 "|") == 0)
                wrong("port " $1 ": " $2 " instead of " expected[$1, n])
        }
        END {
            for (port in wanted)
                if (got[port] < wanted[port] && expected[port, wanted[port]] !~ /nothing/)
                    wrong("port " port ": no notification, " expected[port, wanted[port]] " is missing")
            if (lines == 0)
                wrong("nothing was expected")
            exit bad > 0
        }
        function wrong(text) { if (bad++ < 20) print text }' expected notified
}

stop_guard()
{
    kill -TERM "$guard_pid"
    wait "$guard_pid"
    status=$?
    forget_child "$guard_pid"
    check "the guard ends with status $status" test $status -eq 0
}

memory_is_flat() { echo "$1 kB, then $2 kB"; [ "$2" -le $(($1 + $1 / 20 + 512)) ]; }

# ------------------------------------------------------------------------------------------ all kinds, against the sink

start_guard --sink
base=$(open_files)
: >expected
peak=0
for round in 1 2; do
    ./fire publish "$port" "$publishers" "$seconds" all >round 2>fire.err &
    fire_pid=$!
    children="$children $fire_pid"
    sleep $((seconds - 1))
    loaded_files=$(open_files)
    wait $fire_pid
    status=$?
    forget_child "$fire_pid"
    check "round $round: nobody healthy was cut (status $status: $(head -n 1 fire.err))" test $status -eq 0
    check "round $round: $((publishers * 3 / 5)) or more were there at once" test "$loaded_files" -ge $((publishers * 3 / 5))
    cat round >>expected
    check "round $round: every file is closed again" soon files_are "$base"
    check "round $round: one notification each, with the right code" soon all_notified
    memory=$(memory_kb)
    [ $round -eq 1 ] || check "round $round: memory is where it was after the first" memory_is_flat "$peak" "$memory"
    peak=$memory
done
connections=$(wc -l <expected)
check "kinds that come again came again: $connections connections" test "$connections" -gt $((publishers * 2))
for code in $(sed 's/.* //' expected | sort -u); do
    check "$code was among them" grep -q "\"resultCode\":\"$code\"" events
done
stop_guard

# ------------------------------------------------------------------------------------- a server that dies and returns

server_port=$(./fire port)
start_server
start_guard --upstream "127.0.0.1:$server_port"
base=$(open_files)
./fire publish "$port" "$publishers" "$seconds" all early >expected 2>fire.err &
fire_pid=$!
children="$children $fire_pid"
sleep $((seconds / 3))
before=$(memory_kb)
stop_server
sleep 1
start_server
wait $fire_pid
check "a server dies: the load comes to its end ($(head -n 1 fire.err))" test $? -eq 0
forget_child "$fire_pid"
check 'a server dies: every file is closed again' soon files_are "$base"
check 'a server dies: one notification each' soon all_notified
check 'a server dies: what was running is said to be ended by it' grep -q MPI_REST_API_CHANNEL_RESET events
check 'a server dies: memory did not grow' memory_is_flat $((before + publishers * 64)) "$(memory_kb)"
./fire publish "$port" $((publishers / 4)) 3 healthy >later 2>fire.err
check "a server returns: encoders publish again ($(head -n 1 fire.err))" test $? -eq 0
cat later >>expected
check 'a server returns: they end by themselves' soon all_notified
stop_guard
stop_server

# ------------------------------------------------------------------------------------------------- SIGTERM under load

start_guard --sink
./fire publish "$port" "$publishers" "$seconds" healthy early >expected 2>fire.err &
fire_pid=$!
children="$children $fire_pid"
sleep $((seconds / 2))
stop_guard
wait $fire_pid
forget_child "$fire_pid"
sed 's/ .*/ MPI_SYSTEM_MAINTENANCE/' expected >all && mv all expected
check "SIGTERM: each of $publishers is told of maintenance" all_notified
check 'SIGTERM: all of them' test "$(wc -l <events)" -eq "$publishers"
closing
