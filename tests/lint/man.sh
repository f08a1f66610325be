#!/bin/sh
# The man pages are clean, name every public function and option, and their examples compile.
. tests/tally.sh

lint() { mandoc -Tlint -Wwarning "$1"; }

# Each literal block of the EXAMPLES of a page is a C file.
examples_compile()
{
    awk '
        /^\.Sh/ { examples = $2 == "EXAMPLES" }
        /^\.Ed/ { block = 0 }
        block { gsub(/\\e/, "\\"); print }
        examples && /^\.Bd -literal/ { block = 1 }' "$1" >"$scratch/example.c"
    [ -s "$scratch/example.c" ] || { echo "$1 has no example"; return 1; }
    $CC -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Iinclude -c -o "$scratch/example.o" "$scratch/example.c"
}

named() { awk -f man/names.awk man/man3/*.3 | cut -d' ' -f1 | sed 's|man3/||; s|\.3$||' | sort -u; }

every_function_has_a_page()
{
    named >"$scratch/named"
    sed 's/@.*//' tests/api/exported.txt | grep -vxF -f "$scratch/named" && return 1
    grep -v '^libmpe$' "$scratch/named" | sed 's/$/@/' >"$scratch/named@"
    missing=$(while read -r name; do grep -q "^$name" tests/api/exported.txt || echo "$name"; done <"$scratch/named@")
    echo "$missing"
    [ -z "$missing" ]
}

# The prototypes of a page, and of the header, without names of arguments and blanks.
prototypes_agree()
{
    awk '
        $1 == ".Ft" { type = $0; sub(/^\.Ft /, "", type) }
        $1 == ".Fn" { line = $0; sub(/^\.Fn /, "", line); name = line; sub(/ .*/, "", name); sub(/^[^ ]* /, "", line)
                      gsub(/" "/, ", ", line); gsub(/"/, "", line); print type " " name "(" line ")" }
        $1 == ".Fo" { name = $2; arguments = "" }
        $1 == ".Fa" && name != "" { a = $0; sub(/^\.Fa /, "", a); gsub(/"/, "", a)
                                    arguments = arguments (arguments == "" ? "" : ", ") a }
        $1 == ".Fc" { print type " " name "(" arguments ")"; name = "" }
        /^\.Sh DESCRIPTION/ { nextfile }' man/man3/*.3 | tr -d ' ' | LC_ALL=C sort >"$scratch/pages"
    printf '#include <%s>\n' mpe/mpe.h mpe/health.h mpe/reply.h mpe/share.h | $CC -E -P -x c -Iinclude - | tr '\n' ' ' | tr ';' '\n' |
        sed -n 's/.*__attribute__((visibility("default")))//p' | tr -d ' ' | LC_ALL=C sort >"$scratch/header"
    diff -u "$scratch/header" "$scratch/pages"
}

# The statuses that the header names with a function, and those that the page of the function names.
statuses='MPE_(OK|EVENT|NO_MEMORY|BAD_[A-Z_]+|BUFFER_TOO_SMALL|NOT_SUPPORTED|STALE|TOO_MANY_EDGES)'
statuses_agree()
{
    page=$1
    awk '$1 == ".Sh" { on = $2 == "RETURN" } on' "$page" | grep -owE "$statuses" | sort -u >"$scratch/on_page"
    awk '
        FNR == NR { if ($1 == ".Nm") functions[$2] = 1; next }
        /^\/\*/ { comment = "" }
        /^(\/\*| \*)/ { comment = comment $0 " " }
        /^MPE_API/ { match($0, /mpe_[a-z_]+\(/); if (substr($0, RSTART, RLENGTH - 1) in functions) print comment }
        /^$/ { comment = "" }' "$page" include/mpe/mpe.h include/mpe/health.h include/mpe/reply.h include/mpe/share.h | grep -owE "$statuses" | sort -u >"$scratch/in_header"
    diff -u "$scratch/in_header" "$scratch/on_page"
}

# The members that a page shows or names are those that its sources in lib/notify write.
members_agree()
{
    page=man/man3/$1.3
    shift
    grep -ohE '(mpe_json|put)_[a-z_]+\(([^,()]*|json), "[A-Za-z]+"' "$@" | sed 's/.*"\(.*\)"/\1/' | sort -u >"$scratch/written"
    { grep -oE '"[A-Za-z]+":' "$page" | tr -d '":'; grep -oE '^\.Va (mediaTimeMs|edges|remoteValue|remoteAgeMs)' "$page" | sed 's/^.Va //'; } |
        sort -u >"$scratch/shown"
    diff -u "$scratch/written" "$scratch/shown"
}

# Every item of a table but the last of its row is narrower than its column; else it runs into the next one.
columns_are_wide_enough()
{
    awk '
        function words(text) { gsub(/"/, "", text); gsub(/(^| )(Li|Ar|Em|Sy|No|Dv|Xr|Ns) /, " ", text); gsub(/^ +| +$/, "", text)
                               gsub(/  +/, " ", text); return text }
        /^\.Bl -column/ { sub(/^\.Bl -column "/, ""); sub(/"$/, ""); split($0, width, /" "/); on = 1; next }
        /^\.El/ { on = 0 }
        on && /^\.It/ { sub(/^\.It /, ""); count = split($0, item, / Ta /)
                        for (i = 1; i < count; i++)
                            if (length(words(item[i])) > length(width[i])) { print FILENAME ": " words(item[i]); bad = 1 } }
        END { exit bad }' man/man*/*
}

# The options that a program's usage shows are those of its page.
options_agree()
{
    program=$BUILD/bin/$1
    "$program" --help | grep -oE '(^|[ [])--[a-z][a-z-]*' | tr -d ' [' | sort -u >"$scratch/usage"
    grep -oE 'Fl -[a-z][a-z-]*' "man/man1/$1.1" | sed 's/Fl /-/' | sort -u >"$scratch/page"
    diff -u "$scratch/usage" "$scratch/page"
}

# The options that the DESCRIPTION has are in the SYNOPSIS.
synopsis_agrees()
{
    awk '/^\.Sh/ { section = $2 } section == "DESCRIPTION" && /^\.It Fl/' "$1" | grep -oE 'Fl -[a-z][a-z-]*' | sort -u >"$scratch/described"
    awk '/^\.Sh/ { section = $2 } section == "SYNOPSIS"' "$1" | grep -oE 'Fl -[a-z][a-z-]*' | sort -u >"$scratch/synopsis"
    missing=$(comm -23 "$scratch/described" "$scratch/synopsis")
    echo "$missing"
    [ -z "$missing" ]
}

# A command that a terminal of 80 columns wraps cannot be pasted.
commands_fit() { ! grep -nE '^\.Dl .{67,}' "$1"; }

for page in man/man*/*.[1-9]; do
    check "the commands of $page fit" commands_fit "$page"
    check "$page is clean" lint "$page"
done
for page in man/man3/*.3 man/man7/mpe_integration.7; do
    check "the examples of $page compile" examples_compile "$page"
done
for page in man/man3/mpe_*.3; do
    check "$page names the statuses that the header names" statuses_agree "$page"
done
check 'the columns of tables are wide enough' columns_are_wide_enough
check 'every public function has a page, and every page a function' every_function_has_a_page
check 'the pages declare what the header declares' prototypes_agree
check 'mpe_error_json(3) shows what is written' members_agree mpe_error_json lib/notify/envelope.c lib/notify/notification.c
check 'mpe_notice_json(3) shows what is written' members_agree mpe_notice_json lib/notify/envelope.c lib/notify/notice_json.c
for page in man/man1/*.1; do
    check "the synopsis of $page has every option" synopsis_agrees "$page"
    program=$(basename "$page" .1)
    if [ -x "$BUILD/bin/$program" ]; then
        check "the options of $program are those of its page" options_agree "$program"
    else
        skip "the options of $program, which is not built"
    fi
done
closing
