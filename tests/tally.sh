# For test scripts: ". tests/tally.sh" at the top of the tree, then "check TEXT COMMAND..." for each claim, "skip TEXT",
# and "closing" last. A claim holds when its command succeeds; the output of one that fails is shown. $top is the tree,
# $build the build directory (BUILD), $scratch a folder that goes with the script.

top=$PWD
build=$(cd "${BUILD:-build}" 2>/dev/null && pwd)
passed=0 failed=0 skipped=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

pass() { passed=$((passed + 1)); }

# $1 the claim, the others: files that are shown.
fail()
{
    failed=$((failed + 1))
    echo "FAILED: $1"
    shift
    [ $# -eq 0 ] || cat "$@" 2>/dev/null | cut -c 1-600 | sed 's/^/    /' | head -n 60
}

check()
{
    claim=$1
    shift
    if "$@" >"$scratch/.output" 2>&1; then
        pass
    else
        fail "$claim" "$scratch/.output"
    fi
}

not() { ! "$@"; }

skip()
{
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# In the place of everything that follows.
skip_all()
{
    skip "$1"
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
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
