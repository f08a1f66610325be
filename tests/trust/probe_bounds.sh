#!/bin/sh
# A probe costs no more than a bound, whatever the header is: see probe_bounds.c.
# BUILD: the build directory. Inputs of the shared folder are tried where it is there.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
build=${BUILD:-build}
cc=${CC:-cc}
pkg_config=${PKG_CONFIG:-pkg-config}

give_up()
{
    echo "FAILED: $1"
    echo "0 passed, 1 failed"
    exit 1
}

# shellcheck disable=SC2046  # a list of libraries
$cc -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Iinclude -Iinclude/mpe -Ilib -Itests \
    -o "$build/probe_bounds" tests/trust/probe_bounds.c tests/trust/costly.c "$build/libmpe.a" -pthread \
    $($pkg_config --libs libavformat libavcodec libavutil expat) || give_up 'probe_bounds.c is not built'

set --
for file in ../shared/field/hostile/* ../shared/field/second-sample-entry-2560x1440.mp4; do
    [ -f "$file" ] && set -- "$@" "$file"
done
"$build/probe_bounds" "$@" >"$build/probe_bounds.out"
failed=$?
sed '$d' "$build/probe_bounds.out"

# Without a counter of the processor: under callgrind, which writes "desc: Trigger: Client Request: NAME, most N".
counted=0 over=0
if grep -q ' -1 instructions' "$build/probe_bounds.out" && command -v valgrind >/dev/null; then
    rm -f "$build"/probe_bounds.callgrind*
    valgrind --tool=callgrind --callgrind-out-file="$build/probe_bounds.callgrind" "$build/probe_bounds" "$@" \
        >/dev/null 2>"$build/probe_bounds.log" || give_up "callgrind: $(tail -n 3 "$build/probe_bounds.log")"
    for file in "$build"/probe_bounds.callgrind.*; do
        what=$(sed -n 's/^desc: Trigger: Client Request: //p' "$file")
        most=${what##*, most }
        total=$(sed -n 's/^totals: //p' "$file")
        [ "$what" != "$most" ] || continue
        counted=$((counted + 1))
        echo "$total instructions: $what"
        [ "$total" -le "$most" ] && continue
        over=$((over + 1))
        echo "FAILED: $what"
    done
    [ $counted -gt 0 ] || echo 'skipped: the instructions, without the headers of valgrind'
fi
sed -n "\$s/ passed.*//p" "$build/probe_bounds.out" | {
    read -r passed
    echo "$((passed + counted - over)) passed, $((failed + over)) failed"
}
[ $failed -eq 0 ] && [ $over -eq 0 ]
