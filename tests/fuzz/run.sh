#!/bin/sh
# Runs a fuzz target with libFuzzer. The bytes of the cases are seeds, too.
# usage: run.sh TARGET SECONDS   ENGINE, CASE_RUNNER and BUILD are set by make
#
# Inputs that reached something new stay in $BUILD/corpus/TARGET; one that breaks a promise goes to $BUILD/found-TARGET-*
# and belongs, made small (ENGINE -minimize_crash=1 FILE), into tests/fuzz/regressions/TARGET.
set -u

target=$1 seconds=$2 here=tests/fuzz
corpus=$BUILD/corpus/$target
mkdir -p "$corpus"

# Inputs of the others have a form of their own.
most_bytes=4096
case $target in
rtmp | flv | fmp4) with_cases=yes ;;
session | alloc) with_cases=no most_bytes=1500 ;;
health) with_cases=no most_bytes=600 ;;
*) with_cases=no ;;
esac

# Long cases repeat what short ones say.
if [ $with_cases = yes ] && [ ! -d "$BUILD/cases" ]; then
    mkdir -p "$BUILD/cases"
    find tests/cases -name '*.case' | while read -r file; do
        "$CASE_RUNNER" --write-bytes "$BUILD/cases/$(echo "${file#tests/cases/}" | tr / -)" "$file" 2>/dev/null
    done
    find "$BUILD/cases" -size +16k -delete
fi

cases=
[ $with_cases = yes ] && cases=$BUILD/cases
# shellcheck disable=SC2086  # no folder is no argument
exec nice -n 19 "$ENGINE" -max_total_time="$seconds" -max_len=$most_bytes -timeout=20 -rss_limit_mb=2500 \
    -dict=$here/words.dict -artifact_prefix="$BUILD/found-$target-" -print_final_stats=1 \
    "$corpus" "$here/seeds/$target" $cases
