#!/bin/sh
# mpe_error, mpe_track, mpe_channel_sums, mpe_health_snapshot and mpe_edge_sums lie in memory as layout.txt says, without padding: bindings of other languages rely on it.
. tests/tally.sh

layout()
{
    $CC -std=c11 -Iinclude -o "$scratch/layout" tests/api/layout.c && "$scratch/layout" >"$scratch/layout.txt" &&
        diff -u tests/api/layout.txt "$scratch/layout.txt"
}

# A field that is not in layout.c would be taken for padding, so this also says that none was forgotten.
unpadded()
{
    [ "$(grep -c 'padding 0$' tests/api/layout.txt)" = 5 ]
}

check 'size and offsets are those of tests/api/layout.txt' layout
check 'no padding' unpadded
closing
