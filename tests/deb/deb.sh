#!/bin/sh
# The Debian packages: they build, lintian has nothing to say, and, where this is root on Debian, they are installed with
# apt, used as a stranger would use them, and purged again.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh

BUILD=${BUILD:-$PWD/build}
PATH=$PATH:/usr/sbin:/sbin
make=${MAKE:-make}
deb=$BUILD/deb
names='libmpe0 libmpe-dev libmpe-tools libnginx-mod-mpe'
version=$(sed -n 's/^#define MPE_VERSION_M[AI].* //p; s/^#define MPE_VERSION_PATCH //p' include/mpe/version.h | paste -sd.)


build_packages() { $make --no-print-directory BUILD="$BUILD" deb; }

four_packages()
{
    ls "$deb"
    for name in $names; do ls "$deb/${name}_${version}_"*.deb || return 1; done
    [ "$(find "$deb" -name '*.deb' | wc -l)" -eq 4 ]
}

has_file() { dpkg-deb -c "$deb/$1"_*.deb | grep -q " \./$2\( -> .*\)\{0,1\}\$"; }
depends() { dpkg-deb -f "$deb/$1"_*.deb Depends | tr ',' '\n' | grep "^ *$2"; }

command -v dpkg-buildpackage >/dev/null || {
    skip 'this is no Debian: there is no dpkg-buildpackage'
    echo '0 passed, 0 failed, 1 skipped'
    exit 0
}

check 'make deb' build_packages
check "it makes $names of version $version, and no other" four_packages
[ "$failed" -eq 0 ] || closing

check 'the library is where this architecture has it' has_file libmpe0 "usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/libmpe.so.0"
check 'programs get mended by an update of libmpe0' depends libmpe-tools libmpe0
check 'so do the nginx modules' depends libnginx-mod-mpe libmpe0
check 'these go with the nginx they were built for' depends libnginx-mod-mpe nginx-abi-
check 'their README comes with them' has_file libnginx-mod-mpe 'usr/share/doc/libnginx-mod-mpe/README\.md\(\.gz\)\{0,1\}'
check 'headers go with their library' depends libmpe-dev "libmpe0 (= $version)"
for page in man1/mpe-guard.1 man1/mpe-inspect.1 man1/mpe-smooth.1 man7/mpe_codes.7 man7/mpe_params.7; do
    check "libmpe-tools has $page" has_file libmpe-tools "usr/share/man/$page.gz"
done
check 'libmpe-dev has the page of every function' sh -c "dpkg-deb -c '$deb'/libmpe-dev_*.deb >'$scratch/list' &&
    sed 's/@.*//' tests/api/exported.txt | while read -r name; do grep -q \"man3/\$name\\.3\\.gz\" '$scratch/list' || exit 1; done"

# ------------------------------------------------------------------------------------------------- installed, and purged

installed_names() { dpkg-query -W -f '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort; }

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    skip 'installing them: needs root and apt-get'
    closing
fi
# shellcheck disable=SC2086  # a list
if installed_names | grep -xE "$(echo $names | tr ' ' '|')"; then
    skip 'installing them: there are some already'
    closing
fi

apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"; }
installed_names >"$scratch/before"

# What came as a dependency goes, too.
purge()
{
    new=$(installed_names | comm -13 "$scratch/before" - | tr '\n' ' ')
    # shellcheck disable=SC2086  # a list
    [ -z "$new" ] || apt purge $new
}
finish() { purge >/dev/null 2>&1; rm -rf "$scratch"; }
trap finish EXIT
trap 'exit 1' INT TERM

# Nothing of this tree is to help: flags and paths of the caller are gone.
clean() { (cd "$scratch" && env -i PATH="$PATH" HOME="$scratch" LANG=C.UTF-8 "$@"); }

builds_and_runs()
{
    clean sh -c 'cc -o program program.c $(pkg-config --cflags --libs libmpe) && ldd program | grep libmpe' || return 1
    clean ./program </dev/null || return 1
    clean ./program <"$scratch/large.flv" >"$scratch/said"
    [ $? -eq 1 ] && cat "$scratch/said" && grep -q "^$1: " "$scratch/said"
}

links_statically()
{
    clean sh -c 'cc -o static program.c -l:libmpe.a $(pkg-config --libs $(pkg-config --print-requires-private libmpe)) &&
        ./static </dev/null' && not sh -c "ldd '$scratch/static' | grep libmpe"
}

inspects()
{
    clean mpe-inspect large.flv >"$scratch/said"
    [ $? -eq 1 ] && grep "$1" "$scratch/said"
}

cp examples/classify_minimal.c "$scratch/program.c"
chmod 755 "$scratch"
# A picture of 2560x1440.
ffmpeg -v error -f lavfi -i testsrc=size=2560x1440:rate=5 -t 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
    "$scratch/large.flv" </dev/null
too_large=MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED

check 'apt-get installs them' apt install "$deb"/*.deb
check "the README's program, by pkg-config" builds_and_runs $too_large
check 'the same with libmpe.a' links_statically
check 'mpe-inspect' inspects $too_large
for program in mpe-inspect mpe-guard mpe-smooth; do
    check "$program --version" clean $program --version
done

# --- the unit

unit=/lib/systemd/system/mpe-guard.service
units='mpe-guard mpe-guard@ mpe-smooth'
enabled() { find /etc/systemd/system -name 'mpe-*' | grep .; }
# As the unit starts it: the words of /etc/default/mpe-guard.
options_of_default() { sed -n "s/^${1}MPE_GUARD_OPTIONS=//p" /etc/default/mpe-guard; }
runs_as_proposed()
{
    # shellcheck disable=SC2046  # words
    timeout 1 mpe-guard $(options_of_default '#' | sed 's/:1935/:0/') 2>"$scratch/said"
    cat "$scratch/said"
    grep 'listening on' "$scratch/said"
}
unconfigured_is_told()
{
    # shellcheck disable=SC2046  # words
    mpe-guard $(options_of_default '') 2>"$scratch/said"
    [ $? -eq 2 ] && grep -q -e '--listen is missing' "$scratch/said" && grep -q RestartPreventExitStatus=2 $unit
}

# What dpkg runs of the package: on an upgrade what runs is started again and never only stopped, on removal it is stopped.
scripts=/var/lib/dpkg/info/libmpe-tools
restarts()
{
    cat $scripts.postinst
    for one in mpe-guard.service mpe-smooth.service; do grep "try-restart.*$one\|$one.*try-restart\|deb-systemd-invoke \$_dh_action.*$one" $scripts.postinst || return 1; done
    grep -q "try-restart \"\$unit\"" $scripts.postinst
}
stops_before_upgrade() { grep -s 'deb-systemd-invoke stop' $scripts.preinst; }
stops_on_removal() { cat $scripts.prerm && grep -A3 '= remove' $scripts.prerm | grep -q 'deb-systemd-invoke stop mpe-guard.service mpe-smooth.service'; }
check 'an upgrade starts again what runs' restarts
check 'and does not stop it before' not stops_before_upgrade
check 'a removal stops it' stops_on_removal
check 'no unit is enabled' not enabled
check 'the group of the units is there' getent group mpe
check 'each unit reads its configuration again on a reload' sh -c "for unit in $units; do grep '^ExecReload=.*HUP' /lib/systemd/system/\$unit.service || exit 1; done"
check 'the configuration that is installed is right' clean mpe-guard --config /etc/mpe/example.yaml --check
runs_example()
{
    sed "s|/var/log/mpe-guard@example|$scratch|; s/:1935/:0/; s/:9935/:0/" /etc/mpe/example.yaml >"$scratch/example.yaml"
    timeout 1 mpe-guard --config "$scratch/example.yaml" 2>"$scratch/said"
    cat "$scratch/said"
    grep 'listening on' "$scratch/said" && grep 'operators look at' "$scratch/said"
}
check 'and works' runs_example
if command -v logrotate >/dev/null; then
    check 'logrotate takes its file' logrotate -d /etc/logrotate.d/libmpe-tools
else
    skip 'logrotate: there is none'
fi
check 'the options that /etc/default/mpe-guard proposes work' runs_as_proposed
check 'as installed, it ends with one sentence, and is not started again' unconfigured_is_told
if command -v systemd-analyze >/dev/null; then
    for one in mpe-guard mpe-guard@example mpe-smooth; do
        check "systemd-analyze verifies $one" sh -c "systemd-analyze verify $one.service 2>&1 | grep mpe- && exit 1 || exit 0"
    done
    for one in $units; do
        check "the exposure of $one is small (below 2 of 10)" systemd-analyze security --no-pager --offline=true \
            --threshold=20 "/lib/systemd/system/$one.service"
    done
else
    skip 'the unit: there is no systemd-analyze'
fi

# --- nginx

# As /etc/nginx/nginx.conf includes them.
write_nginx_conf()
{
    cat >"$scratch/nginx.conf" <<CONF
include /etc/nginx/modules-enabled/*.conf;
pid $scratch/nginx.pid;
events {}
stream { mpe_channel a { kind encoding; } server { listen 127.0.0.1:1; mpe on; mpe_channel a; proxy_pass 127.0.0.1:2; } }
http { access_log off; mpe_channel a { kind encoding; }
    server { listen 127.0.0.1:3; mpe on; mpe_channel a; location / { proxy_pass http://127.0.0.1:4; } } }
CONF
}
write_nginx_conf
check 'both nginx modules are enabled' sh -c 'cd /etc/nginx/modules-enabled && ls -l 50-mod-http-mpe.conf 70-mod-stream-mpe.conf'
check 'nginx takes their directives' nginx -t -q -e stderr -c "$scratch/nginx.conf"

# --- the README's table: each line in a copy of this tree, until it says what it should

copy_tree()
{
    mkdir "$scratch/tree" "$scratch/tree/build" || return 1
    if [ -e .git ]; then git ls-files -z; else find . -path ./build -prune -o ! -type d -print0; fi |
        tar -c --null -T - | tar -x -C "$scratch/tree"
    mv "$scratch/large.flv" "$scratch/tree/recording.flv"
}

# Where a port may be taken here, any free one does.
lines_of_readme()
{
    sed -n '/^## Your server/,/^## The program/s/^| \([^|]*\) | `\([^|]*\)` | .*/\1:\2/p' README.md |
        sed 's/--listen 127\.0\.0\.1:[0-9]*/--listen 127.0.0.1:0/'
}

# $1 a line, $2 what it says.
says()
{
    : >"$scratch/said"
    (
        cd "$scratch/tree" || exit 1
        # What make and these tests set is not a stranger's; proxies and the like are.
        unset BUILD OBJ CC CXX CFLAGS CPPFLAGS LDFLAGS LDLIBS AWK PKG_CONFIG MAKE PKG_CONFIG_PATH LD_LIBRARY_PATH
        export MAKEFLAGS=-j2
        exec timeout 120 sh -c "$1" >../said 2>&1 </dev/null
    ) &
    running=$!
    while kill -0 $running 2>/dev/null && ! grep -q -e "$2" "$scratch/said"; do sleep 0.2; done
    kill $running 2>/dev/null
    wait $running
    tail -n 20 "$scratch/said"
    grep -q -e "$2" "$scratch/said"
}

check 'a copy of this tree' copy_tree
lines_of_readme >"$scratch/lines"
check 'the table has its lines' test "$(wc -l <"$scratch/lines")" -ge 10
while IFS=: read -r server line; do
    missing=
    for program in npm go cargo luajit gst-launch-1.0; do
        case " $line" in *[\ \(]"$program "*) command -v $program >/dev/null || missing=$program ;; esac
    done
    [ -z "$missing" ] || { skip "README: $server: there is no $missing"; continue; }
    case $line in
    *apt-get*) ;; # this script has done that
    *--listen*) check "README: $server" says "$line" 'listening on 127\.0\.0\.1' ;;
    *) check "README: $server" says "$line" $too_large ;;
    esac
done <"$scratch/lines"

# --- gone again

left_over()
{
    for place in /usr/lib/*/libmpe.* /usr/lib/nginx/modules/*mpe* /usr/include/mpe /usr/bin/mpe-* /lib/systemd/system/mpe-* \
        /etc/default/mpe-* /etc/nginx/modules-enabled/*mpe* /usr/share/nginx/modules-available/*mpe* /var/log/mpe-*; do
        [ -e "$place" ] || [ -L "$place" ] && echo "$place"
    done
}
nothing_left() { left=$(left_over); echo "$left"; [ -z "$left" ]; }
check 'they are purged' purge
check 'nothing of them is left' nothing_left
closing
