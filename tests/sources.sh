#!/bin/sh
# Lists the sources of this tree, each ended by a NUL: what git tracks; where there is no git, or it does not trust this
# checkout (safe.directory), every file outside BUILD.
# usage: tests/sources.sh >LIST   from the top of the tree
set -u

# All or nothing: what git wrote before it failed is no list.
list=$(mktemp) || exit 2
trap 'rm -f "$list"' EXIT
if [ -e .git ] && git ls-files -z >"$list" 2>/dev/null && [ -s "$list" ]; then
    cat "$list"
else
    build=$(realpath -m --relative-to=. "${BUILD:-build}") || exit 2
    find . \( -path ./.git -o -path "./$build" \) -prune -o ! -type d -print0
fi
