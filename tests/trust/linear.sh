#!/bin/sh
# The work of a session grows no faster than its bytes, whatever they are: see linear.c.
# BUILD: the build directory; the library is built once more in it, so that its steps can be counted.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 2
mkdir -p "${BUILD:-build}/steps"
build=$(cd "${BUILD:-build}/steps" && pwd) # always of one spelling: what depends on what is kept by names
cc=${CC:-cc}
pkg_config=${PKG_CONFIG:-pkg-config}

give_up()
{
    echo "FAILED: $1"
    echo "0 passed, 1 failed"
    exit 1
}

if ! echo 'int nothing;' | $cc -fsanitize-coverage=trace-pc -x c -c -o "$build/probe.o" - 2>/dev/null; then
    echo "skipped: $cc does not know -fsanitize-coverage=trace-pc"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
${MAKE:-make} -s BUILD="$build" CC="$cc" CFLAGS='-O1 -fsanitize-coverage=trace-pc' LDFLAGS= static >"$build/log" 2>&1 ||
    give_up "the library is not built: $(tail -n 5 "$build/log")"
# shellcheck disable=SC2046  # a list of libraries
$cc -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Iinclude -Iinclude/mpe -Itests -Itests/unit \
    -o "$build/linear" tests/trust/linear.c tests/unit/hostile.c tests/unit/stream_out.c "$build/libmpe.a" -pthread \
    $($pkg_config --libs libavformat libavcodec libavutil expat) || give_up 'linear.c is not built'
"$build/linear"
