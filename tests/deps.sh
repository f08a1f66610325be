#!/bin/sh
# Installs the Debian packages that are missing, where it may; else says in one line what to install.
# usage: tests/deps.sh GROUP...             installs what is missing
#        tests/deps.sh --packages GROUP...  lists the packages, here or not
# groups: build examples check fleet obs browser prometheus demo nginx gstreamer ffi deb distro bench plot fuzz valgrind coverage
set -u

# group, what proves that it is there (pc: pkg-config module, cmd: command, file: file, deb: only itself), package
needs='
build    cmd:cc                     gcc
build    cmd:pkg-config             pkg-config
build    pc:libavformat             libavformat-dev
build    pc:libavcodec              libavcodec-dev
build    pc:libavutil               libavutil-dev
build    pc:expat                   libexpat1-dev
build    file:/usr/include/uthash.h uthash-dev
examples pc:jansson                 libjansson-dev
examples pc:libuv                   libuv1-dev
examples pc:libcurl                 libcurl4-openssl-dev
examples pc:libcyaml                libcyaml-dev
examples pc:yaml-0.1                libyaml-dev
examples pc:sqlite3                 libsqlite3-dev
examples pc:libcrypto               libssl-dev
examples pc:hiredis                 libhiredis-dev
examples pc:libpcap                 libpcap-dev
examples pc:libmicrohttpd           libmicrohttpd-dev
demo     cmd:ffmpeg                 ffmpeg
demo     cmd:curl                   curl
check    pc:check                   check
check    cmd:strace                 strace
check    pc:jansson                 libjansson-dev
check    cmd:ffmpeg                 ffmpeg
check    cmd:curl                   curl
check    cmd:python3                python3
check    cmd:c++                    g++
check    cmd:mandoc                 mandoc
check    cmd:tcpdump                tcpdump
check    cmd:nginx                  nginx
check    file:/usr/lib/nginx/modules/ngx_rtmp_module.so libnginx-mod-rtmp
check    cmd:gst-launch-1.0         gstreamer1.0-tools
check    gst:rtmp2sink              gstreamer1.0-plugins-bad
check    gst:x264enc                gstreamer1.0-plugins-ugly
check    gst:voaacenc               gstreamer1.0-plugins-bad
check    cmd:haproxy                haproxy
check    cmd:stunnel4               stunnel4
check    cmd:openssl                openssl
obs      cmd:obs                    obs-studio
obs      cmd:Xvfb                   xvfb
obs      cmd:ffmpeg                 ffmpeg
fleet    cmd:redis-server           redis-server
fleet    cmd:redis-cli              redis-tools
browser  cmd:chromium               chromium
prometheus cmd:promtool              prometheus
nginx    file:/usr/share/nginx/src/configure nginx-dev
nginx    file:/usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream
nginx    file:/usr/lib/nginx/modules/ngx_rtmp_module.so libnginx-mod-rtmp
nginx    cmd:nginx                  nginx
nginx    cmd:ffmpeg                 ffmpeg
nginx    cmd:curl                   curl
nginx    cmd:openssl                openssl
nginx    cmd:pgrep                  procps
nginx    cmd:gst-launch-1.0         gstreamer1.0-tools
nginx    gst:rtmp2sink              gstreamer1.0-plugins-bad
nginx    gst:x264enc                gstreamer1.0-plugins-ugly
gstreamer pc:gstreamer-base-1.0     libgstreamer1.0-dev
gstreamer cmd:gst-launch-1.0        gstreamer1.0-tools
gstreamer gst:videotestsrc          gstreamer1.0-plugins-base
gstreamer gst:flvmux                gstreamer1.0-plugins-good
gstreamer gst:x264enc               gstreamer1.0-plugins-ugly
gstreamer gst:voaacenc              gstreamer1.0-plugins-bad
gstreamer cmd:ffmpeg                ffmpeg
ffi      cmd:python3                python3
ffi      cmd:node                   nodejs
ffi      cmd:npm                    npm
ffi      cmd:go                     golang-go
ffi      cmd:rustc                  rustc
ffi      cmd:cargo                  cargo
ffi      cmd:luajit                 luajit
ffi      cmd:ffmpeg                 ffmpeg
deb      deb:build-essential        build-essential
deb      deb:debhelper              debhelper
deb      deb:nginx-dev              nginx-dev
deb      cmd:lintian                lintian
distro   cmd:mmdebstrap             mmdebstrap
distro   file:/usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
distro   cmd:unshare                util-linux
bench    so:libmediainfo.so.0       libmediainfo0v5
bench    cmd:ffmpeg                 ffmpeg
bench    cmd:haproxy                haproxy
plot     cmd:gnuplot                gnuplot-nox
fuzz     cmd:clang                  clang
fuzz     clang:libclang_rt.fuzzer   libclang-rt-dev
valgrind cmd:valgrind               valgrind
coverage cmd:gcovr                  gcovr
'

is_there()
{
    case $1 in
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 || [ -x "/usr/sbin/${1#cmd:}" ] ;;
    file:*) [ -e "${1#file:}" ] ;;
    clang:*) ls "$(clang -print-resource-dir 2>/dev/null)"/lib/linux/"${1#clang:}"* >/dev/null 2>&1 ;;
    so:*) PATH=$PATH:/sbin ldconfig -p | grep -qF "${1#so:} (" ;;
    deb:*) dpkg-query -W -f '${db:Status-Status}' "${1#deb:}" 2>/dev/null | grep -qx installed ;;
    gst:*) gst-inspect-1.0 --exists "${1#gst:}" >/dev/null 2>&1 ;;
    esac
}

# "proof package" of each need of these groups.
needs_of()
{
    echo "$needs" | while read -r group need; do
        case " $* " in
        *" $group "*) [ -z "$group" ] || echo "$need" ;;
        esac
    done
}

missing_of()
{
    needs_of "$@" | while read -r proof package; do
        is_there "$proof" || echo "$package"
    done | sort -u | tr '\n' ' '
}

# Root, or a sudo that asks nothing.
as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

install_them()
{
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root true 2>/dev/null || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" && return 0
    as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

if [ "${1:-}" = --packages ]; then
    shift
    needs_of "$@" | sed 's/.* //' | sort -u
    exit 0
fi
missing=$(missing_of "$@")
[ -z "$missing" ] && exit 0
echo "installing: $missing"
# shellcheck disable=SC2086  # package names have no blanks
install_them $missing >&2
still=$(missing_of "$@")
[ -z "$still" ] && exit 0
echo "These are missing and could not be installed here. As root: apt-get update && apt-get install $still" >&2
exit 1
