#!/bin/sh
# README.md tells what is: its program is the example, its table the table of codes, its paths are there.
. tests/tally.sh

# $1 the number of a C block, $2 the example that it is
program()
{
    awk -v wanted="$1" '/^```$/ { on = 0 } on && at == wanted { print } /^```c$/ { on = 1; at++ }' README.md |
        diff -u "$2" -
}

is_short() { [ "$(wc -l <"$1")" -le "$2" ]; }

table()
{
    grep -o '^| `M[A-Z_]*` | [a-z]*' README.md | sed 's/[|`]//g; s/  */ /g; s/^ //' >"$scratch/readme"
    ${AWK:-awk} -f lib/codes/rows.awk -f "$scratch/table.awk" lib/codes/codes.def >"$scratch/rows"
    diff -u "$scratch/rows" "$scratch/readme"
}
cat >"$scratch/table.awk" <<'AWK'
function row(kind)
{
    if (field[1] < 400)
        print field[3], field[4] == "DISCONNECTED" ? "disconnected" : "rejected"
}
AWK

# What stands in backquotes and looks like a path of the tree.
paths()
{
    missing=$(grep -ohE '`(include|lib|examples|tests|man)/[^` ]*`|man/man7/[a-z_.0-9]*' README.md lib/README.md | tr -d '`' | sort -u |
        while read -r path; do [ -e "${path%%/<*}" ] || echo "$path"; done)
    echo "$missing"
    [ -z "$missing" ]
}

# The same of lib/README.md, whose paths begin in lib.
paths_of_layers()
{
    missing=$(grep -ohE '`[a-z]+/[a-z0-9_./*]+\.[a-z]+`' lib/README.md | tr -d '`' | sort -u | while read -r path; do
        # shellcheck disable=SC2086  # it may hold a *
        ls lib/$path >/dev/null 2>&1 || [ -e "$path" ] || echo "$path"
    done)
    echo "$missing"
    [ -z "$missing" ]
}

targets()
{
    missing=$(grep -ohE 'make [a-z-]+' README.md | sort -u | sed 's/make //' |
        while read -r target; do grep -q "^$target:" Makefile || echo "$target"; done)
    echo "$missing"
    [ -z "$missing" ]
}

check 'its first program is examples/classify_minimal.c' program 1 examples/classify_minimal.c
check 'that has at most 40 lines' is_short examples/classify_minimal.c 40
check 'its second program is examples/three_channels.c' program 2 examples/three_channels.c
check 'that has at most 85 lines' is_short examples/three_channels.c 85
check 'its table is that of lib/codes/codes.def' table
check 'every path is there' paths
check 'every path in lib/README.md is there' paths_of_layers
check 'every make target is there' targets
closing
