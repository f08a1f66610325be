# For test scripts: ". tests/tally.sh", then "check TEXT COMMAND..." for each claim, "skip TEXT", and "closing" last.
# A claim holds when its command succeeds; the output of one that fails is shown.

passed=0 failed=0 skipped=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

check()
{
    claim=$1
    shift
    if "$@" >"$scratch/.output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $claim"
        sed 's/^/    /' "$scratch/.output" | head -n 60
    fi
}

skip()
{
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

closing()
{
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
    exit
}
