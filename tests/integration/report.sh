#!/bin/sh
# The page of mpe-inspect --report: what is in it, that nothing gets out of its text, and how Chromium shows it. The
# screenshots stay in the build directory, in report/.
# BUILD: the build directory.
set -u

cd "$(dirname "$0")/../.." || exit 2
. tests/tally.sh
. tests/media.sh
bin=$build/bin
shots=$build/report
mkdir -p "$shots" || exit 2

command -v ffmpeg >/dev/null && command -v python3 >/dev/null || skip_all 'there is no ffmpeg, or no python3'
cd "$scratch" || exit 2

make_media 320x180 30 12 -g 60 ok.flv
make_media 320x180 60 12 -g 60 fps60.flv
make_media 2560x1440 10 2 -g 60 large.flv
build_flv_to_rtmp
for name in ok fps60 large; do
    ./flv_to_rtmp 4096 $name.flv $name.rtmp $name.tsv || exit 2
done
python3 "$top/tests/integration/capture/write.py" service.pcap ok.rtmp fps60.rtmp large.rtmp ok.rtmp --seconds 12 || exit 2

# $1 exit status, $2 the page, the others: arguments.
report()
{
    want=$1 page=$2
    shift 2
    "$bin/mpe-inspect" --report "$page" "$@" >out 2>err
    [ $? -eq "$want" ] && [ -s "$page" ]
}

# Elements are closed in the order they were opened in; there is no script, no handler, and nothing from elsewhere.
cat >sound.py <<'PY'
import html.parser, re, sys

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "img", "base", "form"):
            self.wrong.append(tag)
        for name, value in attributes:
            outside = name in ("href", "src", "action") and not value.startswith("#")
            if name.startswith("on") or name == "style" or outside:
                self.wrong.append((tag, name, value))
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("/" + tag)

page, text = Page(), open(sys.argv[1], encoding="utf-8").read()
page.feed(text)
if page.open or page.wrong or "Content-Security-Policy" not in text or re.search(r"\b(nan|inf)\b", text):
    sys.exit(f"{page.open} {page.wrong}")
PY
sound() { python3 sound.py "$1"; }
holds() { grep -qF -- "$2" "$1"; }
plots() { [ "$(grep -c '<svg' "$1")" -eq "$2" ]; }

check 'a page of a healthy stream' report 0 ok.html ok.flv
check 'it is sound' sound ok.html
check 'it says that the stream is accepted' holds ok.html 'No finding: accepted by an encoding channel'
check 'bitrate, frame rate, key frames and composition offsets are plotted' plots ok.html 4
check 'what a file cannot say is said' holds ok.html 'this input does not say when its bytes arrived'
check 'the interval of the key frames is 2 s' holds ok.html '<b>Key-frame intervals</b> <span>2 s'
check 'a page of a stream with arrival times' report 1 fps60.html --timing fps60.tsv fps60.rtmp
check 'it is sound' sound fps60.html
check 'it has the code, what was measured, and the remedy' sh -c "grep -F MPE_INGEST_FRAMERATE_EXCEEDED fps60.html |
    grep -F '; limit 30 fps' fps60.html && grep -F 'What to do: Lower the frame rate' fps60.html"
check 'the lead is plotted, too' plots fps60.html 5
check 'the deciding byte is that of the finding' sh -c "byte=\$(sed -n 's/.*   byte \([0-9]*\).*/\1/p' out) && grep -F \">\$byte (0x\" fps60.html"
check 'the versions are there' holds fps60.html "$("$bin/mpe-inspect" --version)"
check 'a page of a capture' report 1 service.html service.pcap
check 'it is sound' sound service.html
check 'it counts the ingests' holds service.html '2 of 4 ingests would be refused or ended'
check 'each is there' sh -c '[ "$(grep -c "<section" service.html)" -eq 4 ]'
# Conditions: key frames 6 s apart, and from 14 s to 17 s nothing came.
make_media 320x180 30 30 -g 180 gap.flv
python3 - <<'PY2'
data = open("gap.flv", "rb").read()
out, at = bytearray(data[:13]), 13
while at + 15 <= len(data):
    size, ms = int.from_bytes(data[at + 1:at + 4], "big"), int.from_bytes(data[at + 4:at + 7], "big")
    if not 14000 <= ms < 17000:
        out += data[at:at + 15 + size]
    at += 15 + size
open("gap.flv", "wb").write(out)
PY2
check 'a page with conditions' report 0 gap.html gap.flv
check 'it is sound' sound gap.html
check 'each has its severity' holds gap.html "<div class='verdict warning'><p class='code'>KEY_FRAME_INTERVAL_LONG (warning)"
check 'its remedy' holds gap.html 'What to do: Shorten the key-frame interval of the encoder; most services ask for 2 s.'
check 'when it was set and cleared, what was measured, and the limit' sh -c "grep -E \
    'from 17\.[0-9]+ s to 2[0-9]\.[0-9]+ s; track 0; measured 3\.[0-9]+ s; limit 0\.[0-9]+ s' gap.html"
check 'the gap is plotted, and marked in every plot' sh -c "grep -F '<b>Gaps and jumps of decode times</b> <span>3' gap.html &&
    [ \$(grep -c \"<line class='mark gap'\" gap.html) -ge 5 ]"
check 'it is among what happened' sh -c "grep -A9 '<h3>What happened' gap.html | grep -F 'A gap of 3'"
check 'the page has them with --json, too' report 0 json.html --json gap.flv
check 'as without' cmp gap.html json.html
check 'and no line says so' test ! -s out
check 'a healthy stream has none' sh -c "! grep -q \"class='verdict [wse]\" ok.html"
check 'a profile is named' report 0 profile.html --profile "$top/examples/profiles/youtube" --set min_video_bitrate_bps=0 gap.flv
check 'as who takes it' holds profile.html 'No finding: youtube would take this stream'

check 'a page without a frame' sh -c "head -c 13 ok.flv >none.flv; '$bin/mpe-inspect' --report none.html none.flv && grep -F 'No verdict' none.html"
check 'it is sound' sound none.html

# Names and texts of the stream and the file are text.
hostile='<script>alert(1)<!--"&'"'"'><img src=x onerror=x>.flv'
ffmpeg -v error -i ok.flv -c copy -metadata title="$hostile" hostile.flv </dev/null && mv hostile.flv "${hostile%%/*}"
check 'a hostile name' report 0 hostile.html "$hostile"
check 'is text' sound hostile.html
check 'and shown as it is' holds hostile.html '&lt;script&gt;alert(1)&lt;!--&quot;&amp;&#39;&gt;&lt;img src=x onerror=x&gt;.flv'
odd=$(printf 'a\033[31m\377\342\200\256b.flv')
cp ok.flv "$odd"
check 'a name that is no UTF-8, with controls' report 0 odd.html "$odd"
check 'is text' sound odd.html

# A day of it is no larger.
check 'a series thins itself' sh -c "ffmpeg -v error -stream_loop 300 -i ok.flv -c copy -f flv hour.flv </dev/null &&
    '$bin/mpe-inspect' --report hour.html hour.flv && [ \$(wc -c <hour.html) -lt 100000 ]"
check 'and is sound' sound hour.html

check 'a page that cannot be written is said' sh -c "'$bin/mpe-inspect' --report /nowhere/x.html ok.flv 2>err; [ \$? -eq 2 ] && grep -q 'cannot write the page /nowhere/x.html' err"
[ -w /dev/full ] && check 'so is a full disk' sh -c "'$bin/mpe-inspect' --report /dev/full ok.flv 2>err; [ \$? -eq 2 ] && grep -q 'cannot write the page' err"

# -------------------------------------------------------------------------------------------------- in a real browser

browser() { timeout 60 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$scratch/profile" "$@" 2>browser.err; }

if command -v chromium >/dev/null; then
    for page in ok fps60 service hostile; do
        browser --dump-dom "file://$scratch/$page.html" >dom
        check "Chromium loads $page.html" grep -q '<footer' dom
    done
    check 'no script came to life' sh -c "! grep -i '<script' dom"
    browser --dump-dom "file://$scratch/fps60.html" >dom
    check 'it shows the verdict' grep -q 'MPE_INGEST_FRAMERATE_EXCEEDED' dom
    for page in ok fps60 service; do
        browser --window-size=1280,1400 --hide-scrollbars --screenshot="$shots/$page.png" "file://$scratch/$page.html"
        check "a screenshot of $page.html" test -s "$shots/$page.png"
    done
    browser --window-size=420,1600 --hide-scrollbars --blink-settings=preferredColorScheme=0 --screenshot="$shots/fps60-dark-narrow.png" "file://$scratch/fps60.html"
    check 'dark, on a telephone' test -s "$shots/fps60-dark-narrow.png"
    browser --no-pdf-header-footer --print-to-pdf="$shots/fps60.pdf" "file://$scratch/fps60.html"
    check 'on paper' test -s "$shots/fps60.pdf"
else
    skip 'there is no chromium; apt-get install chromium'
fi
closing
