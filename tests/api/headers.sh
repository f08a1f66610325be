#!/bin/sh
# Every public header compiles alone, as C99, C11 and C++11, without a warning, with each compiler that is here. How many
# functions mpe.h, and all of them, declare is bounded.
. tests/tally.sh

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wpadded -Werror'

compiles_alone()
{
    # shellcheck disable=SC2086  # a list of flags
    printf '#include <mpe/%s>\n#include <mpe/%s>\ntypedef int no_empty_unit;\n' "$3" "$3" | $1 $warnings $2 -Iinclude -fsyntax-only -
}

most_of_mpe_h=45
most_of_all=75

# at_most COUNT HEADER...
at_most()
{
    most=$1
    shift
    declared=$(cat "$@" | grep -c '^MPE_API ')
    echo "$declared functions, at most $most"
    [ "$declared" -gt 0 ] && [ "$declared" -le "$most" ]
}

check "mpe.h declares at most $most_of_mpe_h functions" at_most $most_of_mpe_h include/mpe/mpe.h
check "all headers declare at most $most_of_all functions" at_most $most_of_all include/mpe/*.h

for header in include/mpe/*.h; do
    header=${header##*/}
    for c in gcc clang; do
        if command -v $c >/dev/null; then
            check "$header, $c -std=c99" compiles_alone $c '-x c -std=c99' "$header"
            check "$header, $c -std=c11" compiles_alone $c '-x c -std=c11' "$header"
        else
            skip "$header with $c, which is not installed"
        fi
    done
    for cxx in g++ clang++; do
        if command -v $cxx >/dev/null; then
            check "$header, $cxx -std=c++11" compiles_alone $cxx '-x c++ -std=c++11' "$header"
        else
            skip "$header with $cxx, which is not installed"
        fi
    done
done
closing
