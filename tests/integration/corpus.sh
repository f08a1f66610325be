#!/bin/sh
# Compares mpe-inspect with the verdicts of a shared corpus of real files and captures, where one is present:
# ../shared/corpus beside the repository, or $MPE_CORPUS. Its manifest.tsv says what each file must give.
#
# Rows of kind flv and rtmp with confidence "high" must give exactly the expected set of codes; all others must be
# survived: no signal, no hang, exit status 0, 1 or 2.
# BUILD: the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

corpus=${MPE_CORPUS:-$top/../shared/corpus}
inspect=$build/bin/mpe-inspect
disputed=$top/tests/integration/corpus_disputed.tsv
[ -r "$corpus/manifest.tsv" ] || skip_all "there is no corpus at $corpus (set MPE_CORPUS to its folder)"

# The columns this test needs, by name, separated by a character that no shell collapses.
rows()
{
    awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            print $column["file"] ";" $column["kind"] ";" $column["confidence"] ";" $column["expected_encoding"] ";" \
                $column["expected_pass_through_standard"] ";" $column["offsets_encoding"]
        }' "$corpus/manifest.tsv"
}

# Runs mpe-inspect --json with the arguments; $status and $scratch/out say what came.
run()
{
    timeout -k 5 60 "$inspect" --json "$@" >"$scratch/out" 2>"$scratch/err"
    status=$?
}

found_codes()
{
    sed -n 's/^{"code":"\([A-Z_0-9]*\)".*/\1/p' "$scratch/out" | sort -u | tr '\n' ' '
}

# "A,B" or "NONE" as found_codes writes it.
expected_codes()
{
    echo "$1" | tr ',' '\n' | grep -v '^NONE$' | sort -u | tr '\n' ' '
}

is_flv()
{
    [ "$(head -c 3 "$1")" = FLV ]
}

# $1 file, $2 kind of the row, $3 expected, the others: arguments.
compare()
{
    file=$1 row_kind=$2 want=$(expected_codes "$3")
    shift 3
    run "$@" "$corpus/$file"
    got=$(found_codes)
    want_status=0
    [ -n "$want" ] && want_status=1
    if [ -z "$want" ] && [ "$row_kind" = flv ] && ! is_flv "$corpus/$file"; then
        want_status=2 # not what its name says: refused, and nothing said about it
    fi
    if [ "$row_kind" = mp4-plain ] && [ $status -ne 1 ]; then
        want_status=$status # no live ingest, or a piece of one; what its tracks are is told all the same
    fi
    if [ "$got" = "$want" ] && [ $status -eq $want_status ]; then
        pass
    else
        fail "$file ($*): wanted status $want_status: ${want:-NONE}, got status $status: ${got:-NONE}"
        cat "$scratch/out" "$scratch/err"
    fi
}

# The codec is decided within the first bytes of the tag body that names it: $1 file, $2 "NAME@TAG ...".
compare_codec_offsets()
{
    for fact in $2; do
        [ "${fact%@*}" = CODEC_NOT_SUPPORTED ] || continue
        body=$((${fact#*@} + 11))
        offsets=$(sed -n 's/^{"code":"MPE_INGEST_CODEC_NOT_SUPPORTED".*"offset":\([0-9]*\),.*/\1/p' "$scratch/out")
        for offset in $offsets; do
            if [ "$offset" -ge $body ] && [ "$offset" -le $((body + 8)) ]; then
                pass
                continue 2
            fi
        done
        fail "$1: no codec finding within bytes $body to $((body + 8)), but at: $offsets"
    done
}

survive()
{
    run "$@"
    case $status in
    0 | 1 | 2) pass ;;
    *) fail "$*: status $status" ;;
    esac
}

while IFS=';' read -r file kind confidence encoding standard offsets <&3; do
    if grep -q "^$file	" "$disputed"; then
        skip "disputed: $file"
        continue
    fi
    case $kind:$confidence in
    flv:high | rtmp:high)
        compare "$file" "$kind" "$standard" --kind pass-through-standard
        compare "$file" "$kind" "$encoding" --kind encoding
        [ "$kind" = flv ] && compare_codec_offsets "$file" "$offsets"
        timing=${file%.*}.timing.tsv
        [ -r "$corpus/$timing" ] && compare "$file" "$kind" "$encoding" --kind encoding --timing "$corpus/$timing"
        ;;
    fmp4:high | mp4-plain:high)
        compare "$file" "$kind" "$standard" --kind pass-through-standard
        compare "$file" "$kind" "$encoding" --kind encoding
        ;;
    *)
        survive "$corpus/$file"
        [ "${kind%%-*}" = rtmp ] && survive --protocol rtmp --first "$corpus/$file"
        ;;
    esac
done 3<<EOF
$(rows)
EOF

closing
