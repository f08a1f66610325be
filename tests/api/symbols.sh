#!/bin/sh
# libmpe.so exports what exported.txt lists, no more and no less; the header declares the same; its soname is the ABI.
. tests/tally.sh

so=$BUILD/libmpe.so
abi=$(sed -n 's/^#define MPE_ABI //p' include/mpe/version.h)

exported()
{
    nm -D --defined-only "$so" | sed -n 's/.* [TDBR] \([^ ]*\)$/\1/p' | LC_ALL=C sort >"$scratch/exported"
    diff -u tests/api/exported.txt "$scratch/exported"
}

declared()
{
    printf '#include <%s>\n' mpe/mpe.h mpe/health.h mpe/reply.h mpe/share.h | $CC -E -P -x c -Iinclude - | grep -o '\<mpe_[a-z_]*(' | tr -d '(' | LC_ALL=C sort -u >"$scratch/declared"
    sed 's/@.*//' tests/api/exported.txt | diff -u - "$scratch/declared"
}

soname()
{
    objdump -p "$so" | grep "SONAME *libmpe.so.$abi\$"
}

prefixed()
{
    ! nm -g --defined-only "$BUILD/libmpe.a" | sed -n 's/.* [TDBRC] //p' | grep -v '^mpe_'
}

check 'exported symbols are those of tests/api/exported.txt' exported
check 'every exported symbol is declared in mpe.h, health.h, reply.h or share.h, and every declared one exported' declared
check 'the soname holds the ABI number' soname
check 'every external symbol of libmpe.a begins with mpe_' prefixed
closing
