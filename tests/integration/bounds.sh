#!/bin/sh
# Connections that mpe-guard and mpe-smooth do not serve: too many in a second, too late, too many at once; each is
# counted by why, and said.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
needs_program mpe-smooth
guard=$build/bin/mpe-guard
smooth=$build/bin/mpe-smooth
for tool in python3 curl; do
    command -v $tool >/dev/null || { skip "there is no $tool"; passed=1; closing; }
done
cd "$scratch" || exit 2
check 'tcp_peer.c compiles' build_peer

is_wrong() { "$@" >said 2>&1; status=$?; cat said; [ $status -eq 2 ] && [ "$(wc -l <said)" -eq 1 ] && grep -qF -- "$sentence" said; }
wrong() { sentence=$1; shift; check "usage: $sentence" is_wrong "$guard" --listen 127.0.0.1:0 --sink "$@"; }
wrong '--handshakes-per-second x: give a whole number from 0' --handshakes-per-second x
wrong '--handshakes-per-address -1: give a whole number from 0' --handshakes-per-address -1
wrong '--publish-within soon: give a duration' --publish-within soon
wrong_file() { sentence=$1; printf 'listeners: [{ address: 127.0.0.1:0 }]\nlimits: { %s }\n' "$2" >wrong.yaml; check "a file: $1" is_wrong "$guard" --config wrong.yaml --check; }
wrong_file 'wrong.yaml:2: handshakes_per_second: give a whole number' 'handshakes_per_second: many'
wrong_file 'wrong.yaml:2: handshakes_per_address: give a whole number' 'handshakes_per_address: 1.5'
wrong_file 'wrong.yaml:2: publish_within: give a duration' 'publish_within: 0'

sentence='wrong.yaml:2: publish_within: mpe-smooth has none'
printf 'listeners: [{ address: 127.0.0.1:0 }]\nlimits: { publish_within: 5s }\n' >wrong.yaml
check "mpe-smooth has nothing to publish" is_wrong "$smooth" --config wrong.yaml --check

# $1 the program, the others: its options, --admin besides.
start()
{
    start_program log "$@" --listen 127.0.0.1:0 --admin 127.0.0.1:0
    admin=$(sed -n 's/.*operators look at \(.*\)\/$/\1/p' log)
}
counted() { curl -sS "$admin/metrics" | tee metrics | grep -F "mpe_connections_turned_away_total{why=\"$1\"} $2"; }
stay() { said=$(./tcp_peer count "$port" "$1"); echo "$said stay"; [ "$said" -eq "$2" ]; }

# Opens as many connections from 127.0.0.$2 at once; prints how many are open 300 ms later.
cat >open.py <<'PY'
import socket, sys, time
peers = []
for _ in range(int(sys.argv[3])):
    one = socket.socket()
    one.bind(("127.0.0." + sys.argv[2], 0))
    one.connect(("127.0.0.1", int(sys.argv[1])))
    peers.append(one)
time.sleep(0.3)
count = 0
for one in peers:
    one.setblocking(False)
    try:
        count += one.recv(1) != b""
    except BlockingIOError:
        count += 1
    except OSError:
        pass
print(count)
PY
from_address() { said=$(python3 open.py "$port" "$1" "$2"); echo "$said stay"; [ "$said" -eq "$3" ]; }

for program in guard smooth; do
    [ $program = guard ] && set -- "$guard" --sink || set -- "$smooth"
    start "$@" --handshakes-per-second 5
    check "$program: no more come in a second than may" stay 20 5
    check "$program: the others are counted" soon counted rate 15
    check "$program: and said" in_log 'turned away: more came in a second than --handshakes-per-second'
    sleep 1
    check "$program: a second later others may" stay 20 5
    stop "$program: handshakes"
    start "$@" --handshakes-per-second 12 --handshakes-per-address 4
    check "$program: of one address, too" from_address 2 10 4
    check "$program: which are counted as such" soon counted address_rate 6
    check "$program: and take nothing from others" from_address 3 10 4
    check "$program: and said" in_log 'more of one address came in a second than --handshakes-per-address'
    stop "$program: addresses"
    start "$@" --max-per-address 3
    check "$program: connections of one address" from_address 2 10 3
    check "$program: are counted" soon counted address 7
    stop "$program: at once"
done

start "$guard" --sink --publish-within 1s --max-connections 50 --max-per-address 100
before=$(date +%s)
check 'who publishes nothing is closed in time' timeout 5 ./tcp_peer wait "$port"
check 'which is not at once' test $(($(date +%s) - before)) -ge 1
check 'and counted' soon counted late 1
check 'and said' in_log 'connections were closed: they did not say in time what they publish'
if command -v ffmpeg >/dev/null; then
    check 'who publishes has as long as it likes' timeout 20 ffmpeg -nostdin -v error -re -f lavfi \
        -i testsrc=size=320x180:rate=30 -t 3 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -f flv \
        "rtmp://127.0.0.1:$port/live/key"
else
    skip 'there is no ffmpeg'
fi
check 'more connections than may be open' from_address 2 60 50
check 'are counted' soon counted connections 10
stop 'time'

start "$guard" --sink --max-memory 4M
./tcp_peer hoard "$port" 10 >held
ended() { counted memory '' | grep -v ' 0$'; }
check 'connections that are ended for their memory are counted' soon ended
stop 'memory'
closing
