#!/bin/sh
# Notifications of mpe-guard against strict receivers (Python): what they are sent, what fails, and the spool.
# BUILD: the build directory. DELIVERY=long: what takes minutes.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2

command -v python3 >/dev/null || { echo 'skipped: there is no python3'; echo '0 passed, 0 failed, 1 skipped'; exit 0; }
GUARD=$build/bin/mpe-guard PYTHONPATH=$here/delivery PYTHONDONTWRITEBYTECODE=1 \
    timeout 300 python3 "$here/delivery/check.py" ${DELIVERY:+"$DELIVERY"}
