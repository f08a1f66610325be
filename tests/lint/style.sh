#!/bin/sh
# Sources stay within the sizes of the house. (Their format is clang-format's business: make format.)
. tests/tally.sh

sources() { find lib examples tests -name '*.[ch]'; }

long_lines() { sources | xargs grep -nE '^.{121,}$'; }

long_files() { sources | xargs wc -l | awk '$2 != "total" && $1 > 600'; }

# A function ends where a line is "}"; it begins with the line "{" before.
long_functions()
{
    sources | xargs awk '
        FNR == 1 { begin = 0 }
        /^\{$/ { begin = FNR }
        /^\}$/ && begin { if (FNR - begin - 1 > 60) print FILENAME ":" begin ": " FNR - begin - 1 " lines"; begin = 0 }'
}

nothing() { out=$("$@"); echo "$out"; [ -z "$out" ]; }

check 'no line over 120 columns' nothing long_lines
check 'no file over 600 lines' nothing long_files
check 'no function over 60 lines' nothing long_functions
closing
