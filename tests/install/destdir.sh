#!/bin/sh
# What a packager does: install under DESTDIR, then build a program against what lies there, as if it were the root.
. tests/tally.sh

make=${MAKE:-make}
stage=$scratch/stage

run_make() { $make --no-print-directory BUILD="$BUILD" DESTDIR="$stage" PREFIX=/opt/mpe "$@"; }

# pkg-config, told that / is the stage.
with_pc() { PKG_CONFIG_SYSROOT_DIR=$stage PKG_CONFIG_PATH=$stage/opt/mpe/lib/pkgconfig $PKG_CONFIG "$@" libmpe; }

builds_and_runs()
{
    cp "$1" "$scratch/program.$2"
    # shellcheck disable=SC2046,SC2086  # lists of flags
    (cd "$scratch" && $3 $CFLAGS -o program "program.$2" $(with_pc --cflags --libs) $LDFLAGS) || return 1
    ldd "$scratch/program" 2>&1 | grep -q 'libmpe\.so\.0' || { echo 'not linked to libmpe.so.0'; return 1; }
    LD_LIBRARY_PATH=$stage/opt/mpe/lib "$scratch/program" </dev/null
}

cat >"$scratch/version.cc" <<'CC'
#include <mpe/mpe.h>

int main()
{
    return mpe_version() == MPE_VERSION_MAJOR * 1000000 + MPE_VERSION_MINOR * 1000 + MPE_VERSION_PATCH ? 0 : 1;
}
CC

check 'install under DESTDIR' run_make install
check 'nothing lies beside it' test "$(ls "$stage")" = opt
check 'the pkg-config file knows nothing of the stage' sh -c "! grep -r '$stage' '$stage/opt/mpe/lib/pkgconfig' '$stage/opt/mpe/include'"
check 'pkg-config points into the stage' sh -c "echo '$(with_pc --cflags)' | grep -q -- '-I$stage/opt/mpe/include'"
check 'a C program is built by it' builds_and_runs examples/classify_minimal.c c "$CC"
if command -v "${CXX:-c++}" >/dev/null; then
    check 'a C++ program is built by it' builds_and_runs "$scratch/version.cc" cc "${CXX:-c++}"
else
    skip 'a C++ program: no C++ compiler'
fi
check 'uninstall' run_make uninstall
check 'leaves nothing' test -z "$(find "$stage" ! -type d)"
closing
