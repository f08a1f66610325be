#!/bin/sh
# Builds this tree in a fresh Debian, warnings being errors, and tests it there: with the compiler, the FFmpeg and the
# libmicrohttpd of that release, or for another processor (cross compilers, multiarch libraries, qemu-user).
# usage: tests/distro/distro.sh RELEASE [s390x|arm64|i386]   root; from the top of the tree
# MIRROR: of Debian, where apt of this machine has none. BUILD: holds the fresh Debians, one archive each.
. tests/tally.sh

release=$1 arch=${2:-} name=$1${2:+-$2}
deps=${0%/*}/../deps.sh
folder=${BUILD:-build}/distro

gone()
{
    skip "$*"
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
}

target=check-distro
[ -z "$arch" ] || target="check-arch ARCH=$arch"
case $arch in
'') ;;
s390x) triplet=s390x-linux-gnu multiarch=$triplet qemu=qemu-s390x ;;
arm64) triplet=aarch64-linux-gnu multiarch=$triplet qemu=qemu-aarch64 ;;
i386) triplet=i686-linux-gnu multiarch=i386-linux-gnu qemu=qemu-i386 ;;
*) echo "ARCH=$arch: give s390x, arm64 or i386" >&2; exit 2 ;;
esac

# ------------------------------------------------------------------------------------------------------ a fresh Debian

# Headers without code, and programs, are of this machine; libraries of the other one.
packages_for()
{
    if [ -z "$arch" ]; then
        echo make
        "$deps" --packages build examples check
    else
        printf '%s\n' make "gcc-$(echo $triplet | tr _ -)" qemu-user ffmpeg "check:$arch"
        "$deps" --packages build examples | sed "s/^lib.*/&:$arch/"
    fi
}

# That of apt's own list.
mirror_of_apt()
{
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

has_release()
{
    timeout 60 /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$mirror/dists/$release/Release" \
        "$scratch/release" >/dev/null 2>&1
}

bootstrap()
{
    rm -f "$folder/$name"-*.tar
    mmdebstrap --variant=apt --architectures="$(dpkg --print-architecture)${arch:+,$arch}" \
        --include="$(packages_for | paste -sd ,)" "$release" "$folder/new-$name.tar" "deb $mirror $release main" &&
        mv "$folder/new-$name.tar" "$archive"
}

make_archive()
{
    mirror=${MIRROR:-$(mirror_of_apt)}
    mirror=${mirror%/}
    has_release || gone "there is no archive of Debian $release at \"$mirror\", or no network to it (MIRROR=URL: of another)"
    mkdir -p "$folder" && check "Debian $name is made anew" bootstrap
    [ -e "$archive" ] || closing
}

[ "$(id -u)" = 0 ] || gone "a fresh Debian is made by root: sudo make $target RELEASE=$release"
unshare --mount true 2>/dev/null || gone 'a fresh Debian needs mount namespaces, which are not allowed here'
"$deps" distro || gone 'there is no mmdebstrap'
# Other packages, another archive.
archive=$folder/$name-$(packages_for | cksum | cut -d ' ' -f 1).tar
[ -e "$archive" ] || make_archive

# ----------------------------------------------------------------------------------------------------- this tree in it

# What is mounted is mounted for the command alone, and gone with it.
inside()
{
    # shellcheck disable=SC2016  # the inner shells' variables
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$1" \
            env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 JOBS="$2" sh -c "cd /libmpe && $3"' \
        - "$root" "${JOBS:-2}" "$1"
}

unpack()
{
    mkdir "$root/libmpe" && tar -x -f "$archive" -C "$root" --exclude './dev/*' &&
        "${0%/*}/../sources.sh" | tar -c --null -T - | tar -x -C "$root/libmpe"
}

# The sum of the tests that a command runs is added to this one's.
tested()
{
    inside "$2" >"$scratch/log" 2>&1
    line=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p' "$scratch/log" | tail -n 1)
    echo "$1: ${line:-no closing line} (passed, failed, skipped)"
    # shellcheck disable=SC2086  # numbers
    set -- ${line:-0 1}
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
    [ "$2" -eq 0 ] || tail -n 100 "$scratch/log"
}

root=$(mktemp -d "$folder/$name.XXXXXX") || exit 2
trap 'rm -rf --one-file-system "$root" "$scratch"' EXIT
trap 'exit 1' INT TERM
check 'the sources are copied' unpack
if [ -n "$arch" ]; then
    # As README.md says it.
    make="PKG_CONFIG_LIBDIR=/usr/lib/$multiarch/pkgconfig:/usr/share/pkgconfig make CC=$triplet-gcc AR=$triplet-ar"
    inside "$triplet-gcc -dumpversion && $qemu --version | head -n 1"
    # What this kernel runs by itself (i386 on amd64) needs no emulator.
    inside "echo 'int main(void) { return 0; }' | $triplet-gcc -o /tmp/runs -x c - && /tmp/runs" 2>/dev/null && qemu=
    # What valgrind is spared, too: minutes of arithmetic, the same on every processor.
    make="$make EMULATOR=$qemu CASE_CUTS=${CASE_CUTS:-1} SKIPPED='%/check_time %/check_bounds'"
else
    make="make CASE_CUTS=${CASE_CUTS:-3}"
    inside 'gcc -dumpversion && ffmpeg -version | head -n 1 && pkg-config --modversion libmicrohttpd'
fi
make="TEST_SECONDS=3000 CK_TIMEOUT_MULTIPLIER=100 TEST_SLOW=1 $make WERROR=1"
check 'library and programs are built' inside "$make -j${JOBS:-2} lib examples"
tested 'unit tests' "$make -j${JOBS:-2} check-unit"
tested 'cases' "$make -j${JOBS:-2} check-cases"
if [ -z "$arch" ]; then
    tested 'headers and symbols' "$make check-api"
    tested 'programs' "$make check-integration INTEGRATION_RUN='tests/integration/inspect.sh tests/integration/smooth.sh'"
fi
closing
