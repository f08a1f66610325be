#!/bin/sh
# make install puts everything where its variables say, a program finds it by pkg-config, and uninstall leaves nothing.
. tests/tally.sh

make=${MAKE:-make}
stage=$scratch/stage

# Installs or uninstalls (the words after it) with the flags this tree was built with, so that nothing is built anew.
run_make() { $make --no-print-directory BUILD="$BUILD" "$@"; }

has() { for path in "$@"; do [ -e "$stage$path" ] || { echo "no $path"; find "$stage" ! -type d; return 1; }; done; }

nothing_left()
{
    left=$(find "$stage" ! -type d 2>/dev/null)
    echo "$left"
    [ -z "$left" ] && [ ! -d "$stage$1/mpe" ]
}

with_pc() { PKG_CONFIG_PATH=$1 $PKG_CONFIG $2 "${3:-libmpe}"; }

# The README's program, outside this tree, against what was installed under $1, linked shared or static.
builds_and_runs()
{
    prefix=$1 how=$2
    case $how in
    shared) flags=$(with_pc "$prefix/lib/pkgconfig" '--cflags --libs') ;;
    static) flags=$(with_pc "$prefix/lib/pkgconfig" '--cflags --libs' libmpe-static) ;;
    esac
    cp examples/classify_minimal.c "$scratch/program.c"
    # shellcheck disable=SC2086  # lists of flags
    (cd "$scratch" && $CC $CFLAGS -o program_$how program.c $flags $LDFLAGS) || return 1
    case $how in
    shared) ldd "$scratch/program_shared" 2>&1 | grep -q 'libmpe\.so\.0' || { echo 'not linked to libmpe.so.0'; return 1; } ;;
    static) ldd "$scratch/program_static" 2>&1 | grep 'libmpe' && { echo 'linked to libmpe.so'; return 1; } ;;
    esac
    # No stream at all is no finding.
    LD_LIBRARY_PATH=$prefix/lib "$scratch/program_$how" </dev/null
}

# --- every default below PREFIX

prefix=$stage/usr
check 'install with PREFIX' run_make install PREFIX="$prefix"
check 'library, header, pkg-config file, programs and pages are there' has /usr/lib/libmpe.a /usr/lib/libmpe.so \
    /usr/lib/libmpe.so.0 /usr/include/mpe/mpe.h /usr/include/mpe/codes.h /usr/include/mpe/params.h /usr/include/mpe/reply.h \
    /usr/include/mpe/version.h /usr/lib/pkgconfig/libmpe.pc /usr/bin/mpe-inspect /usr/bin/mpe-guard \
    /usr/share/man/man1/mpe-inspect.1 /usr/share/man/man3/libmpe.3 /usr/share/man/man3/mpe_session_feed.3 \
    /usr/share/man/man7/mpe_codes.7
check 'the links of the shared library are relative' test "$(readlink "$prefix/lib/libmpe.so")" = libmpe.so.0
check 'the pkg-config file is relative to its prefix' grep -qx 'libdir=${exec_prefix}/lib' "$prefix/lib/pkgconfig/libmpe.pc"
check 'its version is that of the header' test "$(with_pc "$prefix/lib/pkgconfig" --modversion)" = \
    "$(sed -n 's/^#define MPE_VERSION_M[AI].* //p; s/^#define MPE_VERSION_PATCH //p' include/mpe/version.h | paste -sd.)"
check 'it names its libraries for a static link' sh -c "PKG_CONFIG_PATH='$prefix/lib/pkgconfig' $PKG_CONFIG --static --libs libmpe | grep -e '-lmpe.*-lavformat'"
check 'it keeps FFmpeg out of a shared link' sh -c "! PKG_CONFIG_PATH='$prefix/lib/pkgconfig' $PKG_CONFIG --libs libmpe | grep lavformat"
check "the README's program, linked to libmpe.so" builds_and_runs "$prefix" shared
check "the README's program, linked to libmpe.a" builds_and_runs "$prefix" static
check 'the installed mpe-inspect runs without libmpe.so' "$prefix/bin/mpe-inspect" --version
check 'the installed mpe-guard runs without libmpe.so' "$prefix/bin/mpe-guard" --help
check 'every installed program has its page' sh -c "cd '$prefix' && for p in bin/*; do [ -e share/man/man1/\${p#bin/}.1 ] || exit 1; done"
check 'installed programs know no path of the build' sh -c "! readelf -d '$prefix/bin/'* | grep -E 'RPATH|RUNPATH'"
check 'man finds a function by the page of its group' sh -c "mandoc -a '$prefix/share/man/man3/mpe_session_feed.3' | grep -q mpe_session_new ||
    MANPATH='$prefix/share/man' man -P cat mpe_session_feed | grep -q mpe_session_new || grep -qx '.so man3/mpe_session_new.3' '$prefix/share/man/man3/mpe_session_feed.3'"
check 'uninstall' run_make uninstall PREFIX="$prefix"
check 'leaves nothing' nothing_left /usr/include

# --- every variable on its own, under DESTDIR, in capitals and in small letters

somewhere_else() # $1: install or uninstall, $2: how to write a variable
{
    case $2 in
    capitals) run_make "$1" DESTDIR="$stage" PREFIX=/p EXEC_PREFIX=/e BINDIR=/b LIBDIR=/l INCLUDEDIR=/i MANDIR=/m \
        PKGCONFIGDIR=/c DATADIR=/d ;;
    small) run_make "$1" DESTDIR="$stage" prefix=/p exec_prefix=/e bindir=/b libdir=/l includedir=/i mandir=/m \
        pkgconfigdir=/c datadir=/d ;;
    esac
}

for letters in capitals small; do
    check "install with every variable, in $letters" somewhere_else install $letters
    check 'everything is where they say' has /b/mpe-inspect /b/mpe-guard /l/libmpe.a /l/libmpe.so.0 /i/mpe/mpe.h \
        /m/man3/libmpe.3 /m/man1/mpe-guard.1 /c/libmpe.pc /d/libmpe/profiles/youtube
    check 'and nowhere else' sh -c "[ \"\$(ls '$stage' | tr '\n' ' ')\" = 'b c d i l m ' ] || [ \"\$(ls '$stage' | tr '\n' ' ')\" = 'b c d i l m usr ' ]"
    check 'the pkg-config file says the same' sh -c "grep -qx libdir=/l '$stage/c/libmpe.pc' && grep -qx includedir=/i '$stage/c/libmpe.pc'"
    check 'uninstall' somewhere_else uninstall $letters
    check 'leaves nothing' nothing_left /i
done

# --- paths that are no paths, or that libmpe.pc cannot hold

refuses() # $1: what is said of it, the others: variables
{
    said=$1
    shift
    run_make install DESTDIR="$stage" PROGRAMS= "$@" >"$scratch/said" 2>&1 && { echo 'installed'; return 1; }
    cat "$scratch/said"
    grep -qF -- "$said" "$scratch/said" && grep -q ': give ' "$scratch/said" && nothing_left /nowhere
}

for path in '/opt/my dir' '/opt/R&D' '/opt/a|b' '/opt/a\b' "/opt/it's" '/opt/50%' '/opt/a"b' '/opt/médias' '/opt/$$HOME' \
    '/opt/#1' /opt/a:b usr '~/mpe'; do
    check "PREFIX=$path is refused" refuses "PREFIX=$(printf '%s\n' "$path" | sed 's/\$\$/$/'): give " PREFIX="$path"
done
check 'LIBDIR with a blank is refused' refuses 'LIBDIR=/my lib: give ' LIBDIR='/my lib'
check 'INCLUDEDIR with a blank is refused' refuses 'INCLUDEDIR=/my include: give ' INCLUDEDIR='/my include'
check "DESTDIR with a ' is refused" refuses DESTDIR DESTDIR="$stage/it's"
check 'a program that is none is refused' refuses 'PROGRAMS=mpe-guard foo: give some of mpe-inspect mpe-guard mpe-smooth' \
    PROGRAMS='mpe-guard foo'
check 'BUILD with a blank is refused' refuses 'two_names: give a path without a blank' BUILD="$scratch/build two_names"
check 'and makes no folder' test ! -e two_names -a ! -e "$scratch/build"
check 'nothing lies beside the stage' test -z "$(find "$scratch" -path "$stage" -prune -o -name '*mpe.h' -print)"
check 'a path of its own kind' run_make install DESTDIR="$stage" PREFIX=/opt/mpe-0.1+a_b,c=d@e~f PROGRAMS=
check 'is in the pkg-config file' grep -qx 'prefix=/opt/mpe-0.1+a_b,c=d@e~f' \
    "$stage/opt/mpe-0.1+a_b,c=d@e~f/lib/pkgconfig/libmpe.pc"
check 'and pkg-config gives it as it is' test "$(with_pc "$stage/opt/mpe-0.1+a_b,c=d@e~f/lib/pkgconfig" --libs-only-L | tr -d ' ')" = \
    '-L/opt/mpe-0.1+a_b,c=d@e~f/lib'
check 'uninstall' run_make uninstall DESTDIR="$stage" PREFIX=/opt/mpe-0.1+a_b,c=d@e~f PROGRAMS=
check 'leaves nothing' nothing_left /opt
odd="$stage/my & |stage\"\\"
check 'DESTDIR may hold what it likes' run_make install DESTDIR="$odd" PREFIX=/usr
check 'everything is there' test -e "$odd/usr/bin/mpe-inspect" -a -e "$odd/usr/share/man/man3/mpe_session_feed.3"
check 'the pkg-config file knows nothing of it' grep -qx 'prefix=/usr' "$odd/usr/lib/pkgconfig/libmpe.pc"
check 'uninstall' run_make uninstall DESTDIR="$odd" PREFIX=/usr
check 'leaves nothing' nothing_left "${odd#"$stage"}/usr/include"

installs_for_everybody()
{
    (umask 077 && run_make install DESTDIR="$stage" PREFIX=/usr PROGRAMS=) || return 1
    closed=$(find "$stage/usr" \( -type f ! -perm -444 \) -o \( -type d ! -perm -555 \))
    echo "$closed"
    [ -z "$closed" ]
}

check 'a umask of 077 closes no file and no folder' installs_for_everybody
check 'uninstall' run_make uninstall DESTDIR="$stage" PREFIX=/usr PROGRAMS=
check 'leaves nothing' nothing_left /usr/include

check 'DATADIR moves the pages' run_make install DESTDIR="$stage" PREFIX=/p DATADIR=/d PROGRAMS=
check 'they are there' has /d/man/man3/libmpe.3
check 'PROGRAMS= installs no program and no page of one' sh -c "! ls '$stage/p/bin' '$stage/d/man/man1/'*"
check 'uninstall' run_make uninstall DESTDIR="$stage" PREFIX=/p DATADIR=/d PROGRAMS=
check 'leaves nothing' nothing_left /p/include
closing
