#!/bin/sh
# The pages for readers are true: programs are the examples, tables those of the code, paths and targets are there.
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

folders='include|lib|examples|tests|man|debian|pkgconfig'
files='c|h|sh|py|go|rs|js|lua|md|def|awk|yaml|txt|tsv|supp|[1-9]'
pages() { tests/sources.sh | tr '\0' '\n' | grep -E '\.md$|^man/' | grep -v '^CHANGELOG'; }
texts() { tests/sources.sh | tr '\0' '\n' | grep -vE '^(CHANGELOG|tests/fuzz/(seeds|regressions)/)|\.(png|svg|case)$'; }

# Standard input: names of files. Prints the paths in them that match, from the top of the tree.
paths_in() { xargs grep -ohE "(^|[^A-Za-z0-9_./}\$-])$1" | grep -oE "($folders)/.*" | sort -u; }

# A * is one of the shell; a word in capitals is for the reader to fill in.
missing_paths()
{
    while read -r path; do
        case $path in *NAME* | *CODE* | *TARGET* | *KIND* | *.N) continue ;; esac
        # shellcheck disable=SC2086  # it may hold a *
        ls -d $path >/dev/null 2>&1 || echo "$path"
    done
}

# In pages any path, in comments and scripts those with the ending of a file.
paths()
{
    missing=$({
        pages | paths_in "($folders)/[A-Za-z0-9_./*@-]*[A-Za-z0-9_*/]"
        texts | paths_in "($folders)/[A-Za-z0-9_./-]+\.($files)\b"
    } | sort -u | missing_paths)
    echo "$missing"
    [ -z "$missing" ]
}

# Names of files alone, in backquotes: one of the tree ends so.
names()
{
    tests/sources.sh | tr '\0' '\n' | sed 's|.*/||' | sort -u >"$scratch/names"
    missing=$(pages | grep '\.md$' | xargs grep -ohE '`[a-z][a-z0-9_-]*\.(c|h|sh|py|go|rs|js|lua|def|awk|yaml)`' | tr -d '`' | sort -u |
        grep -vxF -f "$scratch/names")
    echo "$missing"
    [ -z "$missing" ]
}

# The metrics that are written are those of the page for Prometheus.
metrics()
{
    grep -oE '"mpe_[a-z_]+' examples/common/server/metrics.c | tr -d '"' | sort -u >"$scratch/written"
    grep -oE '`mpe_[a-z_]+`' examples/prometheus/README.md | tr -d '`' | sort -u | diff -u "$scratch/written" -
}

# Links of a page are to files beside it.
links()
{
    missing=$(pages | grep '\.md$' | while read -r page; do
        grep -oE '\]\([^):]+\)' "$page" | tr -d '()]' | while read -r path; do
            [ -e "$(dirname "$page")/$path" ] || echo "$page: $path"
        done
    done)
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
    missing=$(pages | grep '\.md$' | xargs grep -ohE '(`|^    (sudo )?)make [a-z][a-z-]*' | sed 's/.*make //' | sort -u |
        while read -r target; do grep -q "^$target:" Makefile || echo "$target"; done)
    echo "$missing"
    [ -z "$missing" ]
}

check 'its first program is examples/classify_minimal.c' program 1 examples/classify_minimal.c
check 'that has at most 40 lines' is_short examples/classify_minimal.c 40
check 'its second program is examples/three_channels.c' program 2 examples/three_channels.c
check 'that has at most 85 lines' is_short examples/three_channels.c 85
check 'its table is that of lib/codes/codes.def' table
check 'every path that a page, a comment or a script names is there' paths
check 'every file that a page names alone is there' names
check 'the page for Prometheus has every metric' metrics
check 'every link is to a file that is there' links
check 'every path in lib/README.md is there' paths_of_layers
check 'every make target is there' targets
closing
