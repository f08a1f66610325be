#!/bin/sh
# The configuration that the Debian package installs: right as it is, right with all its settings, and it works.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-guard
guard=$build/bin/mpe-guard
example=$top/debian/example.yaml
export MPE_PROFILE_DIR="$top/examples/profiles"
cd "$scratch" || exit 2

says() { "$guard" --config "$2" --check >said 2>&1; cat said; grep -q "$1" said && [ "$(wc -l <said)" -eq 1 ]; }
check 'the example is right' says ': 1 channels$' "$example"

# All of it; what it names of the machine is here instead.
sed "s|^#:||; s|/etc/mpe|$scratch|; s|hooks.example.net|127.0.0.1|" "$example" >all.yaml
echo 'Authorization: Bearer 0123456789' >headers
echo 0123456789abcdef0123456789abcdef >hmac.key
chmod 600 headers hmac.key
mkdir channels.d
echo '- { name: more, app: more }' >channels.d/more.yaml
check 'and so are the settings that are not in force' says ': 4 channels$' all.yaml
check 'none is left' not grep '^#:' all.yaml

command -v ffmpeg >/dev/null || { skip 'there is no ffmpeg: nothing was published'; closing; }
sed "s|/var/log/mpe-guard@example|$scratch|; s/:1935/:0/; s/:9935/:0/" "$example" >own.yaml
start_program log "$guard" --config own.yaml
check 'an encoder publishes to it' timeout 20 ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=320x180:rate=30 -f lavfi \
    -i sine=sample_rate=44100 -t 3 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 60 -c:a aac -f flv \
    "rtmp://127.0.0.1:$port/live/anything"
has_event() { cat events.jsonl && grep -q '"resultCode":"MPE_CLIENT_TERMINATED_SESSION"' events.jsonl; }
check 'and its end is written down' soon has_event
stop 'the example'
closing
