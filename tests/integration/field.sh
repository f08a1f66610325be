#!/bin/sh
# Compares mpe-inspect with what inputs that were rebuilt from public reports must give on an encoding channel, where
# their folder is present: ../shared/field beside the repository, or $MPE_FIELD. Hostile ones must be done in a time and
# an address space that a sound reader is far from.
# BUILD: the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

field=${MPE_FIELD:-$top/../shared/field}
inspect=$build/bin/mpe-inspect
[ -d "$field" ] || skip_all "there are no inputs from the field at $field (set MPE_FIELD to their folder)"

# file, what it must give ("-": nothing), what its message must say (a regular expression); one a line
expected='
stall-0.3-at-4.8.flv                        -
stall-0.9-at-4.2.flv                        -
stall-0.9-at-4.2.mp4                        -
set-back-150-every-10-s.flv                 -
set-back-450-every-10-s.flv                 -
drift-1001-for-1000.rtmp                    -
hvcc-under-codec-7.rtmp                     MPE_INGEST_CODEC_NOT_SUPPORTED              HEVC
stray-numbers-before-setdataframe.rtmp      -
second-sample-entry-2560x1440.mp4           MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED   2560x1440
chunks-extended-timestamp-forgotten.rtmp    MPE_UNKNOWN_ERROR                           MALFORMED_INPUT:
chunks-told-60000-cut-at-128.rtmp           MPE_UNKNOWN_ERROR                           MALFORMED_INPUT:
http-get.bin                                MPE_UNKNOWN_ERROR                           PROTOCOL_NOT_SUPPORTED:.*rtmp://
hostile/plain-4k-header.rtmp                MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED   3840x2160
hostile/forged-4k-header.rtmp               MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED   3840x2160
hostile/alternating-aac-headers.rtmp        MPE_UNKNOWN_ERROR                           INTERNAL_LIMIT:
hostile/cmov-in-sample-entry.mp4            any
hostile/esds-length.mp4                     any
hostile/avc1-without-avcC.mp4               any
hostile/tfdt-overflow.mp4                   any
'

missed() { fail "$*" "$scratch/out" "$scratch/err"; }

# Runs mpe-inspect --json with the arguments, within 5 s of the processor and 512 MiB of addresses.
run()
{
    (
        # shellcheck disable=SC3045  # dash and bash have both
        ulimit -t 5 && ulimit -v 524288
        exec timeout -k 5 60 "$inspect" --json "$@"
    ) >"$scratch/out" 2>"$scratch/err"
    status=$?
}

# $1 code, "-" or "any", $2 what its message must say: whether that came, and nothing else.
is_right()
{
    case $1 in
    -) [ $status -eq 0 ] && [ ! -s "$scratch/out" ] ;;
    any) [ $status -le 2 ] ;;
    *)
        [ $status -eq 1 ] && [ "$(wc -l <"$scratch/out")" -eq 1 ] &&
            grep -q "^{\"code\":\"$1\"" "$scratch/out" && grep -q "\"message\":\".*$2" "$scratch/out"
        ;;
    esac
}

# $1 file, $2 code, $3 what it says, the others: arguments.
compare()
{
    file=$1 code=$2 says=$3
    shift 3
    if [ ! -r "$field/$file" ]; then
        skip "there is no $file"
        return
    fi
    run "$@" "$field/$file"
    if is_right "$code" "$says"; then
        passed=$((passed + 1))
    else
        missed "$file ($*): wanted $code $says, got status $status:"
    fi
}

while read -r file code says <&3; do
    [ -n "$file" ] || continue
    timing=$field/${file%.*}.timing.tsv
    if [ -r "$timing" ]; then
        compare "$file" "$code" "$says" --timing "$timing"
    else
        compare "$file" "$code" "$says"
    fi
    compare "$file" "$code" "$says" --first
done 3<<EOF
$expected
EOF
compare http-get.bin MPE_UNKNOWN_ERROR 'PROTOCOL_NOT_SUPPORTED:.*rtmp://' --protocol rtmp
compare hostile/tfdt-overflow.mp4 any '' --set max_step_forward_us=0

# Each file that is there has a row.
for path in "$field"/*.* "$field"/hostile/*.*; do
    file=${path#"$field"/}
    case $file in *.md | *.tsv | '*.*' | 'hostile/*.*') continue ;; esac
    echo "$expected" | grep -q "^$file " || missed "$file has no row in this test"
done

closing
