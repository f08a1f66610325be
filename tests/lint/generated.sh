#!/bin/sh
# What is generated from rows, and committed, is what the rows give today.
. tests/tally.sh

rows='lib/codes/rows.awk'

same()
{
    committed=$1 program=$2
    shift 2
    ${AWK:-awk} -f $rows -f "$program" "$@" >"$scratch/fresh" && diff -u "$committed" "$scratch/fresh"
}

codes='lib/codes/codes.def lib/codes/reasons.def'

# make has brought the files of the tree up to date before this runs: a stale commit shows as a change against it.
# Rows that are not committed yet may have their files not committed either.
committed()
{
    git rev-parse --git-dir >/dev/null 2>&1 || return 0
    git diff --quiet HEAD -- lib/codes lib/limits || return 0
    git diff --exit-code HEAD -- include/mpe/codes.h include/mpe/conditions.h include/mpe/params.h man/man7
}

# shellcheck disable=SC2086  # two files
check 'include/mpe/codes.h' same include/mpe/codes.h lib/codes/codes_h.awk $codes
check 'include/mpe/conditions.h' same include/mpe/conditions.h lib/codes/conditions_h.awk lib/codes/conditions.def
check 'include/mpe/params.h' same include/mpe/params.h lib/limits/params_h.awk lib/limits/limits.def
# shellcheck disable=SC2086
check 'man/man7/mpe_codes.7' same man/man7/mpe_codes.7 lib/codes/codes_man.awk $codes
check 'man/man7/mpe_conditions.7' same man/man7/mpe_conditions.7 lib/codes/conditions_man.awk lib/codes/conditions.def \
    lib/codes/elsewhere.def
check 'man/man7/mpe_params.7' same man/man7/mpe_params.7 lib/limits/params_man.awk lib/limits/limits.def
check 'they are committed as they are' committed

# Without it the packages do not build.
has_symbols()
{
    sed 's/@.*//' tests/api/exported.txt | LC_ALL=C sort >"$scratch/exported"
    sed -n 's/^ \(mpe_[a-z0-9_]*\)@.*/\1/p' debian/libmpe0.symbols | LC_ALL=C sort | diff "$scratch/exported" -
}
check 'debian/libmpe0.symbols has what the library exports' has_symbols
closing
