#!/bin/sh
# Several mpe-guards that are one over a Redis server: limits that hold over all of them, an edge that dies, a server that
# hangs, forgets, dies, or is somewhere else, hostile shares, and what the server gets to see.
# BUILD: the build directory. FLEET="a b": only these parts of it.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

programs=$build/bin
sums=$PWD/tests/integration/fleet/sums.py
liar=$PWD/tests/integration/fleet/liar.py

needs_program mpe-guard
for tool in redis-server redis-cli curl python3 ffmpeg; do
    command -v $tool >/dev/null || { skip "there is no $tool"; passed=1; closing; }
done

finish()
{
    for child in $children; do
        kill -CONT "$child" 2>/dev/null
        kill "$child" 2>/dev/null
    done
    wait
    rm -rf "$scratch"
}

check 'the encoders can be built' ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Itests -o "$scratch/fire" \
    tests/integration/fire/fire.c tests/unit/stream_out.c
cd "$scratch" || exit 2
[ $failed -eq 0 ] || closing

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# ------------------------------------------------------------------------------------------------------- the processes

# $1 its port, the others: options.
start_redis()
{
    redis_port=$1
    shift
    redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --appendonly no --dir "$scratch" "$@" >redis.log 2>&1 &
    redis=$!
    children="$children $redis"
    soon redis-cli -p "$redis_port" ping
}

redis() { redis-cli -p "$redis_port" "$@"; }

# $1 the name of the guard, $2 its servers. The channels are those of all, each of its own stream names.
write_config()
{
    cat >"$1.yaml" <<END
listeners: [{ address: 127.0.0.1:0 }]
admin: 127.0.0.1:0
events: [{ file: $scratch/$1.events }]
limits: { connections: 1000, connections_per_address: 500, refusals_per_minute: 0 }
fleet: { redis: "$2", key_file: $scratch/fleet.key }
defaults: { kind: encoding, set: { max_video_qualities: 0, max_bitrate_bps: 0 } }
channels:
  - name: sum
    app: live
    stream_name: "sum-*"
    shared: true
    set: { max_bitrate_bps: 20000000, trust_declared_bitrate: 1, sum_redundant: 1 }
  - name: measured
    app: live
    stream_name: "measured-*"
    shared: true
    set: { max_bitrate_bps: 20000000 }
  - { name: quality, app: live, stream_name: "quality-*", shared: true, set: { max_video_qualities: 2 } }
  - name: lease
    app: live
    stream_name: "lease-*"
    shared: true
    set: { max_bitrate_bps: 20000000, trust_declared_bitrate: 1, sum_redundant: 1 }
  - name: pair
    app: live
    stream_name: "pair-*"
    shared: true
    set: { max_bitrate_bps: 20000000, trust_declared_bitrate: 1, sum_redundant: 1 }
  - { name: any, app: live, stream_name: "any-*", shared: true }
END
}

# $1 guard or smooth, $2 its name: its pid, port and page are in pid_NAME, port_NAME and admin_NAME.
start_server()
{
    : >"$2.log"
    : >"$2.events"
    "$programs/mpe-$1" --config "$2.yaml" 2>"$2.log" &
    eval "pid_$2=$!"
    children="$children $!"
    soon grep -q 'operators look at' "$2.log"
    eval "port_$2=$(sed -n 's/^mpe-[a-z]*: listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$2.log")"
    eval "admin_$2=$(sed -n 's/.*operators look at \(.*\)\/$/\1/p' "$2.log")"
}

start_guard() { start_server guard "$1"; }

stop_guard()
{
    eval "kill -TERM \$pid_$1; wait \$pid_$1"
    status=$?
    eval "forget_child \$pid_$1"
    return $status
}

is_there() { [ "$(metric "$1" mpe_fleet_up)" = 1 ]; }
is_alone() { [ "$(metric "$1" mpe_fleet_up)" = 0 ]; }

# $1 the guard, $2 the name of a metric, with its labels
metric() { eval "curl -sS --max-time 5 \"\$admin_$1/metrics\"" | sed -n "s/^$2 //p"; }

# $1 the guard, $2 the channel, $3 what of it: sessions or bps, of all edges as this one sees them
sum_of() { eval "curl -sS --max-time 5 \"\$admin_$1/api/v1/channels\"" | python3 "$sums" "$2" "$3"; }
is_between() { echo "$1: $2 to $3"; [ -n "$1" ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

# $1 the guard, $2 the begin of the names, $3 how many, $4 for how many seconds, $5 kbit/s of each. Its pid is in pushing.
push()
{
    eval "\"$scratch/fire\" steady \"\$port_$1\" $2 $3 $4 $5" >"$2.out" 2>"$2.err" &
    pushing=$!
    children="$children $pushing"
}

# Waits for those that push under these names.
pushed()
{
    for pusher in "$@"; do
        wait "$pusher"
        forget_child "$pusher"
    done
}

count_cut() { cat "$@" | grep -c ' cut '; }
has_cut() { want=$1; shift; cat "$@"; [ "$(count_cut "$@")" -eq "$want" ]; }
codes() { sed -n 's/.*"resultCode":"\([A-Z_]*\)".*/\1/p' "$@" | sort | uniq -c; }

# --------------------------------------------------------------------------------------------------------- the parts

limit_holds()
{
    push a sum-a 20 14 400; one=$pushing
    push b sum-b 20 14 400; two=$pushing
    push c sum-c 20 14 400; three=$pushing
    sleep 10
    check 'of 60 encoders of 400 kbit/s as many are on as 20 Mbit/s hold, to 5 %' \
        is_between "$(($(sum_of a sum sessions) * 400000))" 19000000 21000000
    check 'and each edge sees the same of all three' \
        is_between "$(($(sum_of b sum sessions) - $(sum_of c sum sessions)))" 0 0
    check 'the sum of the measured rates is that of the video' is_between "$(sum_of c sum bps)" 16000000 21000000
    check 'an operator sees two other edges' [ "$(metric a 'mpe_channel_edges{channel="sum"}')" = 2 ]
    pushed "$one" "$two" "$three"
    left=$(($(grep -c ' done' sum-a.out) + $(grep -c ' done' sum-b.out) + $(grep -c ' done' sum-c.out)))
    check 'those that were on stayed until their end' is_between "$((left * 400000))" 19000000 21000000
    check 'the others were refused for the sum' \
        [ "$(codes a.events b.events c.events | grep -c AGGREGATED_EXCEEDED)" -eq 1 ]
    check 'and nobody for anything else' [ "$(codes a.events b.events c.events | wc -l)" -eq 2 ]
    check 'evidence says how much is on other edges' grep -qE 'other (edges|processes|hosts)' a.events b.events c.events
}

# Measured rates take a while: other parts come meanwhile.
measured_limit_begins()
{
    push a measured-a 1 24 15000; measured=$pushing
    sleep 1
    push b measured-b 1 23 9000; measured="$measured $pushing"
}

measured_limit_holds()
{
    # shellcheck disable=SC2086  # a list
    pushed $measured
    check 'of two measured streams that are too much together the second goes' has_cut 1 measured-b.out
    check 'and the first stays' has_cut 0 measured-a.out
}

one_quality_too_many()
{
    push a quality-a 1 9 100; one=$pushing
    sleep 1
    push b quality-b 1 8 200; two=$pushing
    sleep 1
    push c quality-c 1 6 300; three=$pushing
    push c quality-d 1 6 200; four=$pushing
    pushed "$one" "$two" "$three" "$four"
    check 'the third quality is refused, on an edge that has one' has_cut 1 quality-c.out
    check 'for that' grep -q MPE_INGEST_MEDIA_QUALITIES_EXCEEDED c.events
    check 'a redundant push of one that is on another edge is not, nor the two' \
        has_cut 0 quality-a.out quality-b.out quality-d.out
}

# $1 the status that the push gets
smooth_answers()
{
    status=$(curl -s -g -m 20 --limit-rate 20k -o body -w '%{http_code}' -X POST -T - \
        "http://127.0.0.1:$port_s/live/ingest.isml/Streams(quality-s)" <quality.ismv)
    echo "status $status"
    cat body
    [ "$status" = "$1" ]
}

an_edge_of_another_protocol()
{
    ffmpeg -nostdin -v error -f lavfi -i testsrc=size=320x180:rate=30 -t 4 -pix_fmt yuv420p -c:v libx264 -preset ultrafast \
        -g 30 -f ismv -movflags isml+frag_keyframe quality.ismv
    write_config s "redis://127.0.0.1:$redis_port"
    start_server smooth s
    check 'mpe-smooth is one of the fleet' soon is_there s
    check 'it takes a quality while there is room' smooth_answers 200
    push a quality-e 1 12 100; one=$pushing
    push b quality-f 1 12 200; two=$pushing
    sleep 3
    check 'and refuses it where two edges of RTMP have two others' smooth_answers 400
    check 'for that' grep -q MPE_INGEST_MEDIA_QUALITIES_EXCEEDED body
    pushed "$one" "$two"
    check 'who were there go on' has_cut 0 quality-e.out quality-f.out
    check 'it ends well' stop_guard s
}

an_edge_dies()
{
    push c lease-c 1 40 15000; one=$pushing
    sleep 3
    push a lease-a 1 3 15000; two=$pushing
    pushed "$two"
    check 'while another edge has 15 of 20 Mbit/s, as many more are refused' has_cut 1 lease-a.out
    kill -9 "$pid_c"
    killed_ms=$(now_ms)
    wait "$pid_c" 2>/dev/null
    forget_child "$pid_c"
    is_free() { push a lease-again 1 2 15000; pushed "$pushing"; has_cut 0 lease-again.out; }
    soon is_free
    check 'when that edge is killed, its share is free within the lease of 10 s' \
        is_between "$(($(now_ms) - killed_ms))" 0 13500
    check 'and not before' is_between "$(($(now_ms) - killed_ms))" 6000 13500
    pushed "$one"
    start_guard c
    check 'it comes again' soon is_there c
}

# The other edge is in the channel, too: it must hear that this one has left.
an_edge_ends()
{
    push a lease-f 1 9 100; one=$pushing
    push c lease-d 1 20 15000; two=$pushing
    sleep 3
    check 'an edge ends well while encoders are on' stop_guard c
    push a lease-e 1 3 15000; three=$pushing
    pushed "$one" "$two" "$three"
    check 'its share is free at once' has_cut 0 lease-e.out lease-f.out
    start_guard c
    check 'it comes again, too' soon is_there c
}

both_at_once()
{
    round=0
    good=0
    while [ $round -lt 5 ]; do
        push a pair-a$round 1 3 12000; one=$pushing
        push b pair-b$round 1 3 12000; two=$pushing
        pushed "$one" "$two"
        [ "$(count_cut pair-a$round.out pair-b$round.out)" -eq 1 ] && good=$((good + 1))
        round=$((round + 1))
    done
    check 'of two that pass the limit at the same moment exactly one is refused, five times' [ "$good" -eq 5 ]
}

the_server_hangs()
{
    push a any-a 5 26 400; one=$pushing
    push b any-b 5 26 800; two=$pushing
    sleep 2
    kill -STOP "$redis"
    check 'a server that hangs is seen' soon is_alone a
    sleep 8
    check 'the log says once that it is away' [ "$(grep -c 'is away' a.log)" -eq 1 ]
    sleep 3
    kill -CONT "$redis"
    check 'it is found again' soon is_there a
    check 'by the others, too' soon is_there b
    pushed "$one" "$two"
    check 'nobody was dropped' has_cut 0 any-a.out any-b.out
}

both_are_there() { [ "$(redis hlen "$(redis --scan --pattern 'mpe:*:s' | head -n 1)")" = 2 ]; }

the_server_forgets()
{
    push a any-c 1 12 400; one=$pushing
    push b any-d 1 12 800; two=$pushing
    check 'both edges are there' soon both_are_there
    redis flushall >flushed
    redis script flush >>flushed
    flushed_ms=$(now_ms)
    soon both_are_there
    check 'a server that was emptied heals within two refreshes' is_between "$(($(now_ms) - flushed_ms))" 0 5200
    pushed "$one" "$two"
    check 'and nobody was dropped' has_cut 0 any-c.out any-d.out
}

hostile_shares()
{
    push a any-e 1 10 400; one=$pushing
    sleep 1
    key=$(redis --scan --pattern 'mpe:*:s' | head -n 1)
    name=${key%:s}
    refused=$(metric a mpe_fleet_shares_refused_total)
    now_us=$(date +%s%6N)
    for edge in 00000000000000aa 00000000000000bb; do
        redis hset "$key" $edge "$(head -c 300 /dev/urandom | base64 -w 0)" >/dev/null
        redis zadd "$name:w" "$now_us" $edge >/dev/null
    done
    own=$(redis hkeys "$key" | grep -v '^00000000000000')
    redis --raw hget "$key" "$own" >stolen
    redis publish "$name:w" "00000000000000cc$(head -c 40 stolen | tr -d '\0')" >/dev/null
    redis publish "$name:w" "" >/dev/null
    redis publish "$name:w" "0123" >/dev/null
    redis publish "$name:w" "zzzzzzzzzzzzzzzz" >/dev/null
    has_refused() { [ "$(metric a mpe_fleet_shares_refused_total)" -ge $((refused + 3)) ]; }
    check 'shares that are damaged are refused and counted' soon has_refused
    check 'the log says so, within bounds' is_between "$(grep -c 'shares of the fleet were not taken' a.log)" 1 2
    redis set "mpe:{x}:w" 1 >/dev/null
    pushed "$one"
    check 'and the encoder goes on' has_cut 0 any-e.out
}

the_server_dies()
{
    push a any-f 2 14 400; one=$pushing
    sleep 1
    kill -9 "$redis"
    wait "$redis" 2>/dev/null
    forget_child "$redis"
    check 'a server that dies is seen' soon is_alone a
    sleep 2
    start_redis "$redis_port"
    check 'one that comes again is found' soon is_there a
    pushed "$one"
    check 'and nobody was dropped, with it or without it' has_cut 0 any-f.out
}

# Everything that the server got to hear is in monitor, each line without its time and the client's address.
nothing_in_clear()
{
    sed 's/^[^"]*//' monitor >heard
    echo "$(wc -l <heard) lines"
    [ "$(grep -c EVALSHA heard)" -gt 3 ] && ! grep -nE \
        'sum-|quality-|lease-|any-|pair-|live|127\.0\.0|rtmp|guard|'"$(cut -c 1-16 fleet.key)" heard
}

# ------------------------------------------------------------------------------------------------- other ways to it

# $1 the servers, the others: what must come true. One guard, with a log of its own.
with_servers()
{
    write_config d "$1"
    shift
    start_guard d
    soon "$@"
    held=$?
    stop_guard d
    cat d.log
    return $held
}

other_servers()
{
    password=$(openssl rand -hex 12)
    check 'of a list the one that is there is taken' with_servers "redis://127.0.0.1:1,redis://localhost:$redis_port/3" \
        is_there d
    redis config set requirepass "$password" >/dev/null
    check 'with the password it is let in' with_servers "redis://:$password@127.0.0.1:$redis_port" is_there d
    check 'without it, not' with_servers "redis://127.0.0.1:$redis_port" grep -q 'is away: NOAUTH' d.log
    check 'with another one, neither' with_servers "redis://:x$password@127.0.0.1:$redis_port" grep -q 'is away: ' d.log
    check 'no log has it' not grep -q "$password" d.log
    redis-cli -p "$redis_port" -a "$password" --no-auth-warning config set requirepass '' >/dev/null
    redis-server --port 0 --unixsocket "$scratch/redis.sock" --save '' --dir "$scratch" >unix.log 2>&1 &
    other=$!
    children="$children $other"
    soon [ -S redis.sock ]
    check 'a socket of this machine' with_servers "unix://$scratch/redis.sock" is_there d
    kill "$other"
    wait "$other"
    forget_child "$other"
    sentinel_port=$("$scratch/fire" port)
    printf 'port %s\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 %s 1\n' "$sentinel_port" "$redis_port" >sentinel.conf
    redis-server sentinel.conf --sentinel >sentinel.log 2>&1 &
    other=$!
    children="$children $other"
    soon redis-cli -p "$sentinel_port" ping
    check 'a Sentinel says which' with_servers "sentinel://127.0.0.1:$sentinel_port/main" is_there d
    check 'one that knows no server of this name' with_servers "sentinel://127.0.0.1:$sentinel_port/other" \
        grep -q 'it knows no server of this name' d.log
    kill "$other"
    wait "$other"
    forget_child "$other"
    redis replicaof 127.0.0.1 1 >/dev/null
    a_replica() { push d any-r 1 3 100; pushed "$pushing"; grep -q 'is away: READONLY' d.log; }
    check 'a replica, which takes nothing, is left' with_servers "redis://127.0.0.1:$redis_port" a_replica
    redis replicaof no one >/dev/null
}

# $1 how it lies. A guard with an encoder on does without it, and does not grow.
lies()
{
    liar_port=$("$scratch/fire" port)
    python3 "$liar" "$1" "$liar_port" >liar.log &
    lying=$!
    children="$children $lying"
    soon grep -q listening liar.log
    write_config d "redis://127.0.0.1:$liar_port"
    start_guard d
    push d "any-$1" 1 3 100
    soon grep -q 'is away: ' d.log
    found=$?
    pushed "$pushing"
    # shellcheck disable=SC2154  # of start_guard
    grown_kib=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid_d/status")
    stop_guard d
    ended=$?
    kill "$lying"
    wait "$lying"
    forget_child "$lying"
    cat d.log
    echo "found $found, ended $ended, $grown_kib KiB, $(cat "any-$1.out")"
    # A sanitizer is large by itself.
    [ $found -eq 0 ] && [ $ended -eq 0 ] && [ "$grown_kib" -lt 250000 ] && [ "$(grep -c 'is away' d.log)" -eq 1 ] &&
        has_cut 0 "any-$1.out"
}

servers_that_lie()
{
    for way in wrong garbage endless late silent; do
        check "a server that lies: $way" lies $way
    done
}

# $1 the setting, $2 what is said after the line
is_wrong()
{
    sed "s|^fleet: .*|fleet: $1|" a.yaml >wrong.yaml
    line=$(grep -n '^fleet:' wrong.yaml | cut -d: -f1)
    "$programs/mpe-guard" --config wrong.yaml --check >said 2>&1
    status=$?
    cat said
    [ $status -eq 2 ] && [ "$(wc -l <said)" -eq 1 ] && grep -qF "wrong.yaml:$line: $2" said
}

wrong_settings()
{
    head -c 20 fleet.key >short.key
    cp fleet.key open.key
    chmod 600 short.key
    chmod 644 open.key
    check 'a server that is none' is_wrong "{ redis: localhost, key_file: $scratch/fleet.key }" 'redis: server 1 of the'
    check 'a setting that is missing' is_wrong '{ redis: "redis://h" }' 'redis: a fleet needs a key'
    check 'a key that is too short' is_wrong "{ redis: \"redis://h\", key_file: $scratch/short.key }" 'key_file: '
    check 'a key that others can read' is_wrong "{ redis: \"redis://h\", key_file: $scratch/open.key }" 'key_file: '
    check 'a setting that does not exist' is_wrong '{ redus: x }' 'there is no setting redus here'
    check 'what is right' "$programs/mpe-guard" --config a.yaml --check
    check 'the same by options: the key is missing' not "$programs/mpe-guard" --listen 127.0.0.1:0 --sink --fleet redis://h
}

# ------------------------------------------------------------------------------------------------------------ the whole

openssl rand -hex 32 >fleet.key
chmod 600 fleet.key
start_redis "$("$scratch/fire" port)"
redis monitor >monitor 2>&1 &
monitor=$!
children="$children $monitor"
for guard in a b c; do
    write_config $guard "redis://127.0.0.1:$redis_port"
    start_guard $guard
    check "edge $guard is one of the fleet" soon is_there $guard
done
for part in ${FLEET:-limit_holds measured_limit_begins one_quality_too_many an_edge_of_another_protocol measured_limit_holds \
    both_at_once an_edge_dies an_edge_ends the_server_forgets hostile_shares the_server_hangs}; do
    $part
done
check 'no name, key or address went to the server in clear' nothing_in_clear
if [ -z "${FLEET:-}" ]; then
    the_server_dies
    other_servers
    servers_that_lie
    wrong_settings
fi
for guard in a b c; do
    check "edge $guard ends well" stop_guard $guard
done
[ -n "${FLEET:-}" ] || check 'and leaves nothing behind' [ -z "$(redis --scan --pattern 'mpe:*:s')" ]
closing
