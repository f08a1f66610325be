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

ours() { find lib examples tests include -name '*.[ch]'; }

texts()
{
    ours | grep -vE '^lib/(health/|observe/(health|chunks|lead|regular)\.|session/(health|notices|origin|compare)\.|wire/nal/)'
    find lib -name '*.def'
    ls man/man*/* README.md CONTRIBUTING.md SECURITY.md lib/README.md tests/*/README.md examples/*/README.md
}

# Below "#!", the first comment says what a file is, in three words at least; a comment of several lines may open alone.
scripts_and_sources()
{
    find lib include examples tests man .ci debian \( -name node_modules -o -name target -o -name __pycache__ \) -prune \
        -o -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.awk' -o -name '*.def' -o -name '*.py' -o -name '*.go' \
        -o -name '*.rs' -o -name '*.js' -o -name '*.lua' -o -path .ci/run -o -path examples/demo/run \) -print
}
without_first_line()
{
    scripts_and_sources | xargs awk '
        FNR == 1 { opened = 0 }
        FNR == 1 && /^#!/ { next }
        !opened && /^\/\*\*?$/ { opened = 1; next }
        { says = (opened && /^ \* /) || /^(\/\*\*?|\/\/!?|#|---?|""") ?[A-Za-z"-]/
          if (!says || split($0, words, " ") < 4) print FILENAME
          nextfile }'
}

bare_sizeof() { ours | xargs grep -nE '\bsizeof [^(]' | grep -v 'sizeof the struct'; }

# Words that readers of other code do not know; lib/README.md has those of this one.
words='pass(es|ed|ing)?[ _]over|short[ _]way|could not be had|anew|leaps|_told|told_|tell_|incomings|3 a\.m\.|research|CONTRACT\.md'
odd_words() { texts | xargs grep -nE "\b($words)\b|_told|_pass_over"; }

nothing() { out=$("$@"); echo "$out"; [ -z "$out" ]; }

check 'no line over 120 columns' nothing long_lines
check 'no file over 600 lines' nothing long_files
check 'no function over 60 lines' nothing long_functions
check 'each source begins with a line that says what it is' nothing without_first_line
check 'sizeof has parentheses' nothing bare_sizeof
check 'the words are those of the field' nothing odd_words
closing
