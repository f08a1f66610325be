#!/bin/sh
# Runs test programs, JOBS (2) at a time, shows one line for each and the whole output of those that fail, and closes
# with the sum of their closing lines: "N passed, N failed[, N skipped]".
# usage: tests/run.sh COMMAND...   (a command may hold arguments: 'build/case_runner tests/cases')
#
# A program fails when it says so, exits with another status than 0, prints no closing line, or takes over
# TEST_SECONDS (600).
set -u

closing='^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed\(, \([0-9][0-9]*\) skipped\)\{0,1\}$'

# Runs command $2, writes "passed failed skipped command" to $1.sum and its output to $1.log.
run_one()
{
    began=$(date +%s)
    timeout -k 10 "${TEST_SECONDS:-600}" sh -c "$2" >"$1.log" 2>&1 </dev/null
    status=$?
    line=$(grep "$closing" "$1.log" | tail -n 1)
    counts=$(echo "$line" | sed -n "s/$closing/\1 \2 \4/p")
    # shellcheck disable=SC2086  # three numbers
    set -- "$1" "$2" $counts
    passed=${3:-0} failed=${4:-0} skipped=${5:-0} verdict=ok
    if [ -z "$line" ] || { [ $status -ne 0 ] && [ "$failed" -eq 0 ]; }; then
        failed=$((failed + 1))
    fi
    [ "$failed" -gt 0 ] && verdict=FAILED
    echo "$passed $failed $skipped $2" >"$1.sum"
    printf '%-6s %-44s %s, %d s\n' "$verdict" "${2##*"${OBJ:-build}"/}" "${line:-no closing line, exit status $status}" \
        $(($(date +%s) - began))
}

if [ "${1:-}" = --one ]; then
    run_one "$2" "$3"
    exit 0
fi

unset MAKEFLAGS MFLAGS MAKELEVEL

# check gives a test 4 seconds; a busy machine or a sanitizer needs more.
export CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-10}"
logs=$(mktemp -d) || exit 2
trap 'rm -rf "$logs"' EXIT
n=0
for command in "$@"; do
    n=$((n + 1))
    printf '%s\0%s\0' "$logs/$(printf %03d $n)" "$command"
done | xargs -0 -r -n 2 -P "${JOBS:-2}" "$0" --one

for sum in "$logs"/*.sum; do
    [ -e "$sum" ] || continue
    read -r _ failed _ command <"$sum"
    if [ "$failed" -gt 0 ]; then
        printf '\n---- %s:\n' "$command"
        tail -n 200 "${sum%.sum}.log"
    fi
done

echo
cat "$logs"/*.sum 2>/dev/null | awk -v wanted=$# '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (NR < wanted)
            failed += wanted - NR
        printf "%d passed, %d failed", passed, failed
        if (skipped)
            printf ", %d skipped", skipped
        print ""
        exit passed == 0 || failed > 0
    }'
