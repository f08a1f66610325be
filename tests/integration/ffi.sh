#!/bin/sh
# The program of each language under examples/ffi answers as mpe-inspect --json does, byte for byte, and refuses nonsense
# with one sentence; a binding follows when the header moves on. Each binding wraps every exported function: its source names
# all of them, and its tour, which calls them, prints what the same calls print in C.
# BUILD: the build directory. A language that is not installed, and may not be, is skipped.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh
. tests/media.sh

BUILD=$(cd "${BUILD:-build}" && pwd) || exit 2
ffi=$PWD/examples/ffi
cache=$BUILD/ffi
mkdir -p "$cache"

command -v ffmpeg >/dev/null || skip_all 'there is no ffmpeg'

# ---------------------------------------------------------------------------------------------------- media and library

media=$scratch/media
mkdir "$media" && cd "$media" || exit 2
fragmented='-movflags frag_keyframe+empty_moov+default_base_moof'
make_media 320x180 30 2.2 healthy.flv
make_media 160x90 60 2.2 fps60.flv
make_media 2560x1440 5 0.4 large.flv
make_media 160x90 30 2.2 -c:a libmp3lame mp3.flv
make_media 160x90 60 2.2 -c:a libmp3lame -flvflags no_metadata three.flv
# shellcheck disable=SC2086  # a list of options
make_media 160x90 60 2.2 $fragmented fragmented60.mp4
# shellcheck disable=SC2086
make_media 160x90 30 2.2 $fragmented fragmented.mp4
make_media 2560x1440 5 0.4 plain.mp4
make_media 160x90 30 2.2 -movflags faststart plain_fast.mp4
make_media 32x32 1000 20 -movflags faststart plain_long.mp4 # moov is larger than a channel keeps
make_media 160x90 30 2.2 -movflags frag_keyframe promised.mp4
truncate -s $(($(grep -abo moof promised.mp4 | head -n 1 | cut -d: -f1) - 4)) promised.mp4 # its first fragment is cut off
build_flv_to_rtmp
../flv_to_rtmp 4096 three.flv three.rtmp /dev/null && ../flv_to_rtmp 128 healthy.flv healthy.rtmp /dev/null || exit 2
../flv_to_rtmp 4096 fps60.flv ../fps60.rtmp /dev/null || exit 2
: >empty
echo 'just a line of text' >text

# A plain MP4 with a last box of a size of 8 bytes, as printf writes them.
sized() { cat plain_fast.mp4 && printf "\\000\\000\\000\\001free$1"; }
sized '\377\377\377\377\377\377\377\377' >plain_2_64.mp4
sized '\177\377\377\377\377\377\377\377' >plain_2_63.mp4
to_last=$((16777215 - $(wc -c <plain_fast.mp4))) # the box ends at the last byte that a file can have
sized "$(printf '\\177\\377\\377\\377\\377\\%03o\\%03o\\%03o' $((to_last >> 16)) $((to_last >> 8 & 255)) $((to_last & 255)))" \
    >plain_last.mp4

# A plain MP4 whose moov comes after 4 GiB of media, which take no room on the disk.
box_bytes() { od -An -tu1 -j "$2" -N 4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'; }
ftyp=$(box_bytes plain_fast.mp4 0) moov=$(box_bytes plain_fast.mp4 "$(box_bytes plain_fast.mp4 0)")
{ head -c "$ftyp" plain_fast.mp4; printf '\000\000\000\001mdat\000\000\000\001\000\000\000\020'; } >../plain_4g.mp4
truncate -s $((ftyp + 4294967312)) ../plain_4g.mp4 || exit 2
tail -c +$((ftyp + 1)) plain_fast.mp4 | head -c "$moov" >>../plain_4g.mp4

# $1 the folder of the headers, $2 that of the library, $3 where both go, as if they were installed there.
lay_out()
{
    mkdir -p "$3/include" "$3/lib"
    cp -R "$1" "$3/include/mpe"
    cp -P "$2"/libmpe.so* "$3/lib/"
}

cd "$OLDPWD" || exit 2
lay_out include/mpe "$BUILD" "$scratch/installed"

lay_out include/mpe "$BUILD" "$scratch/other_abi"
sed -i 's/^#define MPE_ABI .*/#define MPE_ABI 99/' "$scratch/other_abi/include/mpe/version.h"

# Makes the bindings see what lies under $1.
use_library()
{
    export MPE_INCLUDE="$1/include" MPE_LIB="$1/lib" LD_LIBRARY_PATH="$1/lib"
    export CGO_CFLAGS="-I$1/include" CGO_LDFLAGS="-L$1/lib"
}

# The same library after its header moved on: fields in the middle of a struct, other constants.
move_on()
{
    mkdir "$scratch/moved_tree" && cp -R Makefile lib include man pkgconfig "$scratch/moved_tree" || return 1
    header=$scratch/moved_tree/include/mpe/mpe.h
    sed -i -e 's/^    uint32_t flags;  .*/    int64_t added[3];\n&/' -e 's/^    char unit\[16\];/    int32_t more[2];\n    char unit[24];/' \
        -e 's/MPE_ERROR_HAS_VALUE = 1/MPE_ERROR_HAS_VALUE = 32/' -e 's/MPE_ERROR_HAS_OFFSET = 4/MPE_ERROR_HAS_OFFSET = 1/' \
        -e 's/MPE_ERROR_HAS_REMOTE = 32/MPE_ERROR_HAS_REMOTE = 64/' -e 's/MPE_EVENT = 1,/MPE_EVENT = 5,/' "$header"
    sed -i 's/MPE_NOTICE_HAS_VALUE = 1/MPE_NOTICE_HAS_VALUE = 32/' "${header%mpe.h}health.h" # the flags of both are the same
    [ "$(diff include/mpe/mpe.h "$header" | grep -c '^>')" -eq 7 ] || { echo "the header is written otherwise"; return 1; }
    ${MAKE:-make} -C "$scratch/moved_tree" --no-print-directory -j2 BUILD=build CFLAGS=-O0 shared &&
        lay_out "$scratch/moved_tree/include/mpe" "$scratch/moved_tree/build" "$scratch/moved"
}

# -------------------------------------------------------------------------------------------------------- the languages

# build_X leaves its products in $1; run_X, with $1 the same, is the program $program, or classify. PATHs lead to what is installed.
build_python() { :; }
run_python() { shift; python3 "$ffi/python/${program:-classify}.py" "$@"; }

build_node()
{
    [ -d "$cache/node/node_modules/koffi" ] &&
        cmp -s "$ffi/node/package-lock.json" "$cache/node/package-lock.json" && return
    mkdir -p "$cache/node" && cp "$ffi/node/package.json" "$ffi/node/package-lock.json" "$cache/node/" &&
        npm ci --prefix "$cache/node" --no-audit --no-fund
}
run_node() { shift; NODE_PATH=$cache/node/node_modules node "$ffi/node/${program:-classify}.js" "$@"; }

build_go()
{
    export GOCACHE="$cache/gocache" GOPATH="$cache/gopath" GOPROXY=off GOTOOLCHAIN=local
    (cd "$ffi/go" && go build -buildvcs=false -o "$1/" ./cmd/...)
}
run_go() { where=$1; shift; "$where/mpe-${program:-classify}" "$@"; }

build_rust()
{
    cargo build --quiet --offline --locked --manifest-path "$ffi/rust/Cargo.toml" --target-dir "$1"
}
run_rust() { where=$1; shift; "$where/debug/mpe-${program:-classify}" "$@"; }

build_luajit() { :; }
run_luajit() { shift; luajit "$ffi/luajit/${program:-classify}.lua" "$@"; }

# ------------------------------------------------------------------------------------------------------------ the claims

exported() { sed -n 's/^ *\(mpe_[a-z_0-9]*\);$/\1/p' lib/libmpe.map; }

# The code of a binding, without comments and the programs that use it. $1 language.
binding_of()
{
    case $1 in
    python) cat "$ffi"/python/mpe/*.py ;;
    node) cat "$ffi"/node/lib/*.js ;;
    go) cat "$ffi"/go/*.go ;;
    rust) cat "$ffi"/rust/mpe/src/*.rs ;;
    luajit) cat "$ffi"/luajit/mpe/*.lua ;;
    esac | grep -vE '^ *(#|//|/\*|\*|--)'
}

# $1 language: its binding calls each function that the library exports.
wraps_all()
{
    exported | sort >"$scratch/exported"
    binding_of "$1" | grep -oE '\bmpe_[a-z_0-9]+' | sort -u >"$scratch/wrapped"
    missing=$(comm -23 "$scratch/exported" "$scratch/wrapped")
    [ "$(wc -l <"$scratch/exported")" -gt 60 ] && [ -z "$missing" ] && return
    echo "not wrapped: $missing"
    return 1
}

# $1 language, $2 folder of its products: the same calls give the same bytes as in C, but for what it was built with.
same_tour()
{
    program=tour "run_$1" "$2" "$scratch/fps60.rtmp" >"$scratch/got" || return 1
    sed 2d "$scratch/got" >"$scratch/got.tour"
    sed 2d "$scratch/want.tour" | diff - "$scratch/got.tour"
}

# What a late program prints, without numbers that are FFmpeg's. The others: its arguments.
late()
{
    language=$1 products=$2
    shift 2
    program=late "run_$language" "$products" "$@" "$scratch/fps60.rtmp" |
        sed -e 's/^\(MPE_[A-Z_]*\): .*/\1/' -e 's/ of [0-9]* bytes$//' -e 's/, [1-9][0-9]* frames$//'
}

# $1 language, $2 folder of its products, $3 the apps of its channels; standard input: what it must print.
binds_late()
{
    # shellcheck disable=SC2086  # a list of apps
    late "$1" "$2" $3 >"$scratch/got" && diff - "$scratch/got"
}

binds_to_a_channel_that_refuses()
{
    binds_late "$1" "$2" 'live sports radio' <<END
live was named after 3333 bytes
MPE_INGEST_FRAMERATE_EXCEEDED
a reply
live: sessions 1, qualities 0 + 0
sports: sessions 0, qualities 0 + 0
radio: sessions 0, qualities 0 + 0
H.264 160x90
AAC 0x0
ended by MPE_INGEST_FRAMERATE_EXCEEDED
END
}

binds_to_a_channel_that_takes()
{
    binds_late "$1" "$2" 'news sports live' <<END
live was named after 3333 bytes
news: sessions 0, qualities 0 + 0
sports: sessions 0, qualities 0 + 0
live: sessions 1, qualities 1 + 1
H.264 160x90
AAC 0x0
ended by MPE_CLIENT_TERMINATED_SESSION
END
}

refuses_what_names_no_channel()
{
    binds_late "$1" "$2" 'news sports radio' <<END
live was named after 3333 bytes
MPE_RTMP_APPID_AUTH_FAILURE
a reply
news: sessions 0, qualities 0 + 0
sports: sessions 0, qualities 0 + 0
radio: sessions 0, qualities 0 + 0
ended by MPE_RTMP_APPID_AUTH_FAILURE
END
}

in_pieces() { head -c 50 "$1"; sleep 0.02; tail -c +51 "$1"; }

# Runs a program (the words after them) with input $2 the way $1: as a file, as standard input from a file, and from a
# pipe, which cannot be read twice. Writes its output, its status and the gist of what it refuses to $3.
answer()
{
    way=$1 input=$2 answer=$3
    shift 3
    case $way in
    file) "$@" "$input" ;;
    stdin) "$@" - <"$input" ;;
    pipe) in_pieces "$input" | "$@" - ;;
    esac >"$answer" 2>"$scratch/err"
    echo "status $?" >>"$answer"
    grep -oE 'is (a plain MP4|empty|neither FLV)' "$scratch/err" >>"$answer" || :
}

inspect() { "$BUILD/bin/mpe-inspect" --json "$@"; }

# $1 language, $2 folder of its products, $3 input.
same_answer()
{
    case $3 in
    healthy.flv | plain.mp4) ways='file stdin pipe' ;; # as standard input a file can be read twice, too
    *) ways='file pipe' ;;
    esac
    for way in $ways; do
        (cd "$media" && answer "$way" "$3" "$scratch/got" "run_$1" "$2") || return 1
        diff "$scratch/want.$way.$3" "$scratch/got" || { echo "as $way"; return 1; }
    done
}

# A parameter of the channel and its kind reach the library.
same_with_options()
{
    (
        cd "$media" || exit 1
        for options in '--set max_width_px=100 --set max_height_px=64' '--kind pass-through-standard'; do
            # shellcheck disable=SC2086  # a list of options
            "$BUILD/bin/mpe-inspect" --json $options fps60.flv >"$scratch/want"
            # shellcheck disable=SC2086
            "run_$1" "$2" $options fps60.flv >"$scratch/got"
            cmp "$scratch/want" "$scratch/got" || exit 1
        done
    )
}

# Exit status 2, nothing on standard output, one line of the program on standard error that holds $3. The others:
# arguments.
refuses()
{
    language=$1 products=$2 needle=$3
    shift 3
    (cd "$media" && "run_$language" "$products" "$@") >"$scratch/got" 2>"$scratch/err" </dev/null
    status=$?
    [ $status -eq 2 ] && [ ! -s "$scratch/got" ] && [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
        LC_ALL=C grep -q -- "^[a-z-]*classify[.a-z]*: .*$needle" "$scratch/err" && return
    echo "status $status"
    cat "$scratch/got" "$scratch/err"
    return 1
}

# Names with bytes that are no UTF-8 are names.
opens_any_name()
{
    name=$(printf 'fps\377.flv')
    cp "$media/fps60.flv" "$media/$name" && (cd "$media" && "run_$1" "$2" "$name") >"$scratch/got"
    status=$?
    rm "$media/$name"
    [ $status -eq 1 ] && grep -q FRAMERATE "$scratch/got"
}

helps() { "run_$1" "$2" --help >"$scratch/got" 2>"$scratch/err" && grep -q 'FILE|-' "$scratch/got" && [ ! -s "$scratch/err" ]; }

# Headers or library are not there: one sentence says what to install. $1 language, $2 folder of its products.
says_that_headers_are_missing()
{
    (use_library "$scratch/nowhere" && "build_$1" "$2" && "run_$1" "$2" "$media/healthy.flv") >"$scratch/got" 2>&1 && return 1
    grep 'There is no mpe/mpe.h.*install libmpe' "$scratch/got" || { cat "$scratch/got"; return 1; }
}

says_that_the_library_is_missing()
{
    (use_library "$scratch/other_abi" && refuses "$1" "$2" 'There is no libmpe\.so\.99.*install libmpe' healthy.flv) &&
        [ "$(wc -l <"$scratch/err")" -eq 1 ]
}

follows_the_header()
{
    (
        use_library "$scratch/moved"
        mkdir -p "$cache/moved_$1"
        "build_$1" "$cache/moved_$1" || exit 1
        for input in three.flv large.flv fragmented60.mp4 three.rtmp; do
            same_answer "$1" "$cache/moved_$1" "$input" || exit 1
        done
        same_tour "$1" "$cache/moved_$1" || exit 1
    )
}

# A header that lacks what the binding uses is noticed: $1 language.
notices_a_lost_field()
{
    lost=$scratch/lost_$1
    mkdir -p "$lost/products" && cp -R "$scratch/installed/." "$lost"
    sed -i 's/ media_us; / media_time; /' "$lost/include/mpe/mpe.h"
    (
        use_library "$lost"
        "build_$1" "$lost/products" && "run_$1" "$lost/products" "$media/fps60.flv"
    ) >"$scratch/got" 2>&1
    status=$?
    [ $status -ne 0 ] && ! grep -q '"media_ms"' "$scratch/got" && return
    echo "status $status"
    cat "$scratch/got"
    return 1
}

try_language()
{
    language=$1 products=$cache/$1
    mkdir -p "$products"
    use_library "$scratch/installed"
    check "$language: builds" "build_$language" "$products"
    for input in healthy.flv fps60.flv large.flv mp3.flv three.flv healthy.rtmp three.rtmp fragmented.mp4 fragmented60.mp4 \
        plain.mp4 plain_fast.mp4 plain_long.mp4 plain_2_63.mp4 plain_2_64.mp4 plain_last.mp4 promised.mp4 empty text; do
        check "$language: $input as mpe-inspect --json" same_answer "$language" "$products" $input
    done
    check "$language: a tour prints what it prints in C" same_tour "$language" "$products"
    check "$language: bound late to a channel that refuses" binds_to_a_channel_that_refuses "$language" "$products"
    check "$language: bound late to a channel that takes" binds_to_a_channel_that_takes "$language" "$products"
    check "$language: bound late to none" refuses_what_names_no_channel "$language" "$products"
    check "$language: with options as mpe-inspect --json" same_with_options "$language" "$products"
    check "$language: 4 GiB" refuses "$language" "$products" 'is a plain MP4' ../plain_4g.mp4
    check "$language: no input" refuses "$language" "$products" 'usage: '
    check "$language: two inputs" refuses "$language" "$products" 'usage: ' healthy.flv large.flv
    check "$language: an unknown option" refuses "$language" "$products" '-nonsense.*usage: ' --nonsense healthy.flv
    check "$language: an unknown letter" refuses "$language" "$products" 'usage: ' -é healthy.flv
    check "$language: an unknown kind" refuses "$language" "$products" 'kind.*usage: ' --kind nonsense healthy.flv
    check "$language: no kind" refuses "$language" "$products" 'kind.*usage: ' healthy.flv --kind
    check "$language: no parameter" refuses "$language" "$products" 'set.*usage: ' healthy.flv --set
    check "$language: its usage" helps "$language" "$products"
    check "$language: an unknown parameter" refuses "$language" "$products" 'NAME=VALUE' --set width=3 healthy.flv
    check "$language: a value out of bounds" refuses "$language" "$products" 'bounds' --set max_width_px=-1 healthy.flv
    for number in 18446744073709552896 -18446744073709550336 9223372036854775808; do
        check "$language: $number" refuses "$language" "$products" "max_width_px=$number: .*NAME=VALUE" \
            --set max_width_px=$number healthy.flv
    done
    for number in wide '' 12x 1_280 ' 1280' 0x500; do
        check "$language: '$number' for a number" refuses "$language" "$products" "max_width_px=$number: .*NAME=VALUE.*whole number" \
            --set "max_width_px=$number" healthy.flv
    done
    check "$language: no such file" refuses "$language" "$products" 'missing.flv' missing.flv
    check "$language: a folder" refuses "$language" "$products" '[^a-z.]\.[^a-z.].*directory\|directory.*[^a-z]\.$' .
    [ "$language" = node ] || # which takes its arguments for UTF-8
        check "$language: a name that is no UTF-8" opens_any_name "$language" "$products"
    check "$language: no such name" refuses "$language" "$products" 'No such\|no such' "$(printf 'no\377')"
    check "$language: an empty file" refuses "$language" "$products" 'is empty' empty
    if [ "$language" = go ] && echo '#include <mpe/mpe.h>' | ${CC:-cc} -E - >/dev/null 2>&1; then
        skip 'go: headers that are missing: they are installed on this machine'
    else
        check "$language: headers that are missing" says_that_headers_are_missing "$language" "$scratch/nothing_$1"
    fi
    case $language in
    go | rust) ;; # their programs are linked: the loader says it
    *) check "$language: a library that is missing" says_that_the_library_is_missing "$language" "$products" ;;
    esac
    use_library "$scratch/installed"
    check "$language: its line of the README" runs_the_readme "$language"
    check "$language: follows the header" follows_the_header "$language"
    check "$language: notices that a field is gone" notices_a_lost_field "$language"
}

# $1 language: its line of the README, as it stands there.
runs_the_readme()
{
    line=$(grep "^    .*/$1/\|^    .*/$1 " "$ffi/README.md") || return 1
    [ "$1" = node ] && line=${line#*&& } # koffi is installed elsewhere
    (
        export CARGO_TARGET_DIR="$cache/rust" NODE_PATH="$cache/node/node_modules"
        eval "$(grep '^    encoder()' "$ffi/README.md")"
        eval "$line"
    ) >"$scratch/got" 2>&1
    grep '^{"code":"MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED"' "$scratch/got" || { cat "$scratch/got"; return 1; }
}

check 'a library whose header moved on' move_on
for each in python node go rust luajit; do
    check "$each: wraps every exported function" wraps_all $each
done

# The tour in C.
tour_in_c()
{
    ${CC:-cc} -std=c11 -Iinclude -o "$scratch/tour" tests/integration/ffi/tour.c -L"$BUILD" -lmpe &&
        LD_LIBRARY_PATH=$BUILD "$scratch/tour" "$scratch/fps60.rtmp" >"$scratch/want.tour" && [ -s "$scratch/want.tour" ]
}
check 'the tour in C' tour_in_c
for input in "$media"/*; do
    for way in file stdin pipe; do
        (cd "$media" && answer $way "${input##*/}" "$scratch/want.$way.${input##*/}" inspect)
    done
done
for each in python:python3 node:npm go:go rust:cargo luajit:luajit; do
    if [ "$each" = node:npm ] && ! build_node >"$scratch/npm" 2>&1; then
        skip 'node: npm cannot install koffi here'
    elif command -v "${each#*:}" >/dev/null; then
        try_language "${each%:*}"
    else
        skip "${each%:*}: there is no ${each#*:}"
    fi
done
closing
