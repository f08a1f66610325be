# For test scripts with servers: ". tests/servers.sh" in the place of tests/tally.sh, at the top of the tree. What is
# started in the background is a child (add_child PID), which the end of the script ends. Files of it lie in $scratch.
. tests/tally.sh

PATH=$PATH:/usr/sbin
children=

finish()
{
    # shellcheck disable=SC2086  # a list
    [ -n "$children" ] && kill $children 2>/dev/null
    wait
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

# $1 a program of the build directory, which must be there.
needs_program() { [ -x "$build/bin/$1" ] || { echo "there is no $build/bin/$1: build it first"; echo '0 passed, 1 failed'; exit 1; }; }

# Waits up to 10 s until a command succeeds, and is that command.
soon()
{
    tries=50
    while [ $tries -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        tries=$((tries - 1))
        sleep 0.2
    done
    "$@"
}

add_child() { children="$children $1"; }
forget_child() { children=$(echo " $children " | sed "s/ $1 / /"); }

stop_child()
{
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    forget_child "$1"
}

# $1 the log, the others: a program that says where it listens. Sets pid and port.
start_program()
{
    program_log=$1
    shift
    : >"$program_log"
    "$@" 2>"$program_log" &
    pid=$!
    add_child $pid
    soon grep -q 'listening on' "$program_log"
    port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$program_log" | head -n 1)
}

# The program of $pid ends by itself when it is told to.
ends_well()
{
    cat log
    kill -TERM "$pid"
    wait "$pid"
    status=$?
    forget_child "$pid"
    return $status
}
stop() { check "the program ends well after: $1" ends_well; }

in_log() { cat log && grep -q -- "$1" log; }

build_peer() { ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -o tcp_peer "$top/tests/integration/guard/tcp_peer.c"; }

# Starts tcp_peer with a mode that listens: peer_pid, peer_port.
start_peer()
{
    rm -f peer.port
    peer_mode=$1
    shift
    ./tcp_peer "$peer_mode" peer.port "$@" &
    peer_pid=$!
    add_child $peer_pid
    soon test -s peer.port
    peer_port=$(cat peer.port)
}

# A port that nobody listens at: peer_port.
free_port()
{
    start_peer http /dev/null 0
    stop_child "$peer_pid"
}
