#!/bin/sh
# tests/sources.sh, which "make deb" and the fresh Debians copy from: what git tracks, or all but what was built.
. tests/tally.sh

tree=$scratch/tree
script=$PWD/tests/sources.sh

# $1 the files that are listed, the others: a command before the script.
lists()
{
    wanted=$1
    shift
    listed=$(cd "$tree" && "$@" "$script" | tr '\0' '\n' | sed 's|^\./||' | sort | paste -sd ' ')
    echo "$listed"
    [ "$listed" = "$wanted" ]
}

mkdir -p "$tree/out" "$tree/a folder" && touch "$tree/out/made" "$tree/a folder/tracked" "$tree/new"
check 'a tree without git' lists 'a folder/tracked new' env BUILD=out
check 'BUILD may be an absolute path' lists 'a folder/tracked new' env BUILD="$tree/out"
check 'BUILD may be elsewhere' lists 'a folder/tracked new out/made' env BUILD=/elsewhere
if command -v git >/dev/null && git init -q "$tree" && git -C "$tree" add 'a folder/tracked'; then
    check 'what git tracks' lists 'a folder/tracked' env BUILD=out
    # The variable is of git's own tests.
    check 'a checkout that git distrusts' lists 'a folder/tracked new' env BUILD=out GIT_TEST_ASSUME_DIFFERENT_OWNER=1
    mkdir "$scratch/bin" && for tool in sh cat find mktemp realpath rm; do ln -s "$(command -v $tool)" "$scratch/bin"; done
    check 'a checkout on a machine without git' lists 'a folder/tracked new' env BUILD=out PATH="$scratch/bin"
else
    skip 'checkouts of git: there is no git'
fi
closing
