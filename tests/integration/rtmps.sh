#!/bin/sh
# RTMPS: HAProxy and stunnel end TLS in front of mpe-guard. ffmpeg publishes through each, the real address arrives by the
# PROXY protocol, and a refusal is told through TLS.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

guard=$build/bin/mpe-guard

needs_program mpe-guard
for needed in ffmpeg haproxy stunnel4 openssl python3; do
    command -v $needed >/dev/null || skip_all "there is no $needed"
done
cd "$scratch" || exit 2

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# ---------------------------------------------------------------------------------------------- guard, HAProxy, stunnel

cat >main.yaml <<YAML
listeners: [{ address: 127.0.0.1:0, proxy_protocol: { from: [127.0.0.0/8] } }]
events: [{ file: events }]
defaults: { set: { mask_address: 0 } }
channels:
  - { name: studio, app: live, stream_name: "*" }
YAML
: >events
"$guard" --config main.yaml 2>log &
children="$children $!"
soon grep -q 'listening on' log
guard_port=$(sed -n 's/.*: listening on .*:\([0-9]*\)$/\1/p' log)

openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=localhost 2>/dev/null || exit 2
cat tls.crt tls.key >tls.pem

haproxy_port=$(free_port)
stunnel_port=$(free_port)
to_haproxy=$(free_port)
to_stunnel=$(free_port)

# What is not in "rtmps" gives the encoder an address of its own: 127.0.0.77, in front of either.
cat >haproxy.cfg <<CONF
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen rtmps
    bind 127.0.0.1:$haproxy_port ssl crt $scratch/tls.pem
    server guard 127.0.0.1:$guard_port send-proxy-v2
listen encoder_of_haproxy
    bind 127.0.0.1:$to_haproxy
    server tls 127.0.0.1:$haproxy_port source 127.0.0.77
listen encoder_of_stunnel
    bind 127.0.0.1:$to_stunnel
    server tls 127.0.0.1:$stunnel_port source 127.0.0.77
CONF
cat >stunnel.conf <<CONF
foreground = yes
pid =
[rtmps]
accept = 127.0.0.1:$stunnel_port
connect = 127.0.0.1:$guard_port
protocol = proxy
cert = $scratch/tls.crt
key = $scratch/tls.key
CONF
haproxy -f haproxy.cfg >haproxy.log 2>&1 &
children="$children $!"
stunnel4 stunnel.conf >stunnel.log 2>&1 &
children="$children $!"

speaks_tls() { openssl s_client -connect "127.0.0.1:$1" </dev/null; }
soon speaks_tls "$to_haproxy" || cat haproxy.log
soon speaks_tls "$to_stunnel" || cat stunnel.log

# --------------------------------------------------------------------------------------------------------------- pushes

# $1 the port, $2 frame rate, $3 seconds, $4 app and key
publish()
{
    timeout 30 ffmpeg -nostdin -v error -re -f lavfi -i "testsrc=size=320x180:rate=$2" -t "$3" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -f flv "rtmps://127.0.0.1:$1/$4" 2>ffmpeg.err
}

has_event() { cat events log; grep "\"resultCode\":\"$1\"" events | grep -q "$2"; }
is_told() { cat ffmpeg.err; grep -q "Server error: $1" ffmpeg.err; }

# $1 its name, $2 the port
through()
{
    : >events
    check "ffmpeg publishes by rtmps:// through $1" publish "$2" 30 3 live/s3cr3t
    check "through $1 the encoder has its own address" soon has_event MPE_CLIENT_TERMINATED_SESSION \
        '"encoderIp":"127.0.0.77"'
    : >events
    check "too many frames are refused through $1" not publish "$2" 60 8 live/other
    check "which ffmpeg is told through $1" is_told MPE_INGEST_FRAMERATE_EXCEEDED
    check "and is notified with its address" soon has_event MPE_INGEST_FRAMERATE_EXCEEDED '"encoderIp":"127.0.0.77"'
    check "an app that no channel has is refused through $1" not publish "$2" 30 2 nowhere/s3cr3t
    check "which is told, too" is_told MPE_RTMP_APPID_AUTH_FAILURE
}

through HAProxy "$to_haproxy"
through stunnel "$to_stunnel"
check 'no key is in the log' not grep s3cr3t log events
closing
