#!/bin/sh
# Runs a test program under valgrind: it fails when memory leaks or is read before it was written.
# usage: tests/valgrind.sh PROGRAM ARGUMENT...
export CK_FORK=no
exec valgrind -q --leak-check=full --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
    --error-exitcode=99 --suppressions=tests/valgrind.supp "$@"
