#!/bin/sh
# The layers of lib/README.md hold: nobody looks up, FFmpeg stays in one file, and what must be pure is.
. tests/tally.sh

# Lowest first; codes and limits share a layer.
layers='base codes limits wire demux probe observe channel classify health notify reply session'

layer_of()
{
    n=0
    for layer in $layers; do
        case $layer in
        limits) ;; # as codes
        *) n=$((n + 1)) ;;
        esac
        [ "$layer" = "$1" ] && echo $n && return
    done
    echo 0
}

# "file: header" for every header in quotes that a layer above owns, or that no layer owns.
looking_up()
{
    for layer in $layers; do
        own=$(layer_of "$layer")
        grep -rHo --include='*.[ch]' '^#include "[^"]*"' "lib/$layer" 2>/dev/null |
            sed 's/:#include "/ /; s/"$//' | while read -r file header; do
            case $header in
            mpe.h | health.h | reply.h | share.h | codes.h | conditions.h | params.h | version.h | *.def) continue ;;
            esac
            other=$(layer_of "${header%%/*}")
            if [ "$other" -eq 0 ] || [ "$other" -gt "$own" ]; then
                echo "$file: $header"
            fi
        done
    done
}

# "file: folder" for every folder inside a layer that another file of that layer includes from: a layer's own headers are
# for its folders, theirs for themselves and the layers above.
circling()
{
    grep -rHoE --include='*.[ch]' '^#include "[a-z0-9]+/[a-z0-9]+/' lib | sed 's/:#include "/ lib\//' |
        while read -r file folder; do
            layer=$(echo "$file" | cut -d/ -f1-2)
            case $folder in
            "${file%/*}/") ;;
            "$layer"/*) echo "$file: $folder" ;;
            esac
        done
}

nothing() { out=$("$@"); echo "$out"; [ -z "$out" ]; }

every_folder_is_a_layer()
{
    for folder in lib/*/; do
        [ "$(layer_of "$(basename "$folder")")" -gt 0 ] || { echo "$folder"; return 1; }
    done
}

# The probe; and one function of libavutil that knows no media.
ffmpeg_in_one_file()
{
    files=$(grep -rE --include='*.[ch]' '#include [<"]lib(av|sw)' lib |
        grep -v '^lib/channel/digest.c:#include <libavutil/hmac.h>$' | cut -d: -f1 | sort -u)
    echo "$files"
    [ "$(echo "$files" | wc -l)" -eq 1 ] && case $files in lib/probe/*) ;; *) false ;; esac
}

# Headers that a pure layer has no use for.
impure_includes()
{
    grep -nE '#include <(stdio|time|sys/|unistd|stdlib|errno|locale|pthread|threads|assert|signal|jansson|lib(av|sw))' "$@"
}

mallocs()
{
    grep -rnE --include='*.[ch]' '\<(malloc|calloc|realloc|free|strdup|asprintf)\(' lib | grep -v '^lib/base/mem\.c:'
}

clocks_and_prints()
{
    grep -rnE --include='*.[ch]' \
        '\<(time|clock|clock_gettime|gettimeofday|printf|fprintf|puts|perror|abort|exit|assert|signal|av_log_set_level|av_log_set_callback)\(' \
        lib
}

# Symbols that the objects of these layers need, and that neither they nor the tables give.
needed_from_outside()
{
    objects=$(for layer in "$@"; do
        for source in lib/"$layer"/*.c; do echo "$OBJ/${source%.c}.o"; done
    done)
    for object in $objects; do [ -e "$object" ] || echo "no $object"; done
    # shellcheck disable=SC2086  # a list of files
    nm -g --defined-only $objects | sed -n 's/.* [A-Z] //p' | sort -u >"$scratch/given"
    # shellcheck disable=SC2086
    nm -u $objects | sed -n 's/.* U //p' | sort -u | grep -vxF -f "$scratch/given" |
        grep -vxE 'mem(cpy|set|cmp|move|chr)|strlen|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|mpe_(code|reason)_(row|rank|class)|mpe_codec_(rows?|by_fourcc)'
}

# With the headers that a compiler has of its own, and memset, which compilers want to be there even so.
builds_freestanding()
{
    case $($CC --version 2>/dev/null) in
    *clang*) headers=$($CC -print-resource-dir)/include ;;
    *) headers=$($CC -print-file-name=include) ;;
    esac
    mkdir -p "$scratch/freestanding"
    echo 'void *memset(void *, int, __SIZE_TYPE__);' >"$scratch/freestanding/string.h"
    for source in lib/classify/*.c; do
        $CC -std=c11 -Wall -Wextra -Werror -ffreestanding -nostdinc -isystem "$headers" -isystem "$scratch/freestanding" \
            -Iinclude/mpe -Ilib -O2 -c -o "$scratch/freestanding.o" "$source" || return 1
        needed=$(nm -u "$scratch/freestanding.o" | sed 's/.* U //' | grep -v '^mpe_\|^memset$')
        [ -z "$needed" ] || { echo "$source: $needed"; return 1; }
    done
}

check 'every folder of lib is a layer' every_folder_is_a_layer
check 'no include looks up, or past the layers' nothing looking_up
check 'no folder inside a layer is included from beside it' nothing circling
check 'FFmpeg headers are in one file of lib/probe, but for that of HMAC' ffmpeg_in_one_file
check 'only lib/base/mem.c allocates by itself' nothing mallocs
check 'the library reads no clock and prints nothing' nothing clocks_and_prints
for layer in classify observe wire demux; do
    check "lib/$layer includes nothing of the outside" nothing impure_includes -r "lib/$layer"
done
check 'observe and classify are pure: they call each other, the tables, mem*, strlen, and nothing else' \
    nothing needed_from_outside observe classify
check 'classify builds freestanding, and calls nothing' builds_freestanding
closing
