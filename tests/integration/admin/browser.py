"""A page of --admin in Chromium, driven over --remote-debugging-pipe; prints one line a claim: "ok TEXT" or "not TEXT"."""
import base64
import json
import os
import subprocess
import sys
import time


class Browser:
    def __init__(self, profile):
        to_browser, self.out = os.pipe()
        self.inp, from_browser = os.pipe()

        def wire():
            os.dup2(to_browser, 3)
            os.dup2(from_browser, 4)

        high = [os.dup2(fd, n) for n, fd in ((30, to_browser), (31, from_browser))]
        to_browser, from_browser = high
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
             "--user-data-dir=" + profile, "--remote-debugging-pipe", "about:blank"],
            preexec_fn=wire, pass_fds=(3, 4), stderr=subprocess.DEVNULL)
        self.rest, self.serial, self.session, self.log = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.inp, 1 << 20)
            if not more:
                sys.exit("not Chromium stays")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, **params):
        self.serial += 1
        message = {"id": self.serial, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.log.append(json.dumps(answer["params"]))
            if answer.get("id") == self.serial:
                return answer.get("result", {})

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                         returnByValue=True).get("result", {}).get("value")

    def soon(self, expression, within=12):
        end = time.time() + within
        while time.time() < end:
            if self.value(expression):
                return True
            time.sleep(0.1)
        return False

    def key(self, name, code):
        text = {"text": "\r"} if name == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code,
                      **(text if kind == "keyDown" else {}))

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def shoot(self, file):
        shot = self.call("Page.captureScreenshot", format="png")
        with open(file, "wb") as out:
            out.write(base64.b64decode(shot["data"]))


def claim(holds, text):
    print("ok" if holds else "not", text, flush=True)


def main():
    url, shots, profile, event = sys.argv[1:5]
    browser = Browser(profile)
    cards = "document.querySelectorAll('#session-list .card').length"
    text = "document.body.innerText"
    browser.size(1280, 1000)
    browser.call("Page.navigate", url=url)
    claim(browser.soon(cards + " >= 2"), "the page shows its encoders")
    claim(browser.soon("document.getElementById('link').textContent === 'Live'"), "it is live")
    claim(browser.soon(text + ".includes('H.264, 640×360')"), "codec and size are there")
    claim(browser.soon(text + ".includes('Shorten the key-frame interval of the encoder; most services ask for 2 s.')", 20), "a condition has its remedy")
    claim(browser.soon(text + ".match(/arrives [0-9.]+ s after it was sent/)"), "how long ago a key frame was sent is there")
    claim(browser.soon(text + ".match(/its clock is [0-9.]+ s ahead/)"), "a clock that disagrees, too")
    claim(browser.soon("[...document.querySelectorAll('.limit.over')].length > 0"), "a bar is beyond its line")
    claim(browser.soon("document.querySelector('.plot polyline').getAttribute('points').split(' ').length >= 2", 15), "plots grow")
    claim(browser.soon(text + ".includes('conditions: report in the configuration, turns them on')"), "where conditions are off, it says so")
    before = browser.value("document.querySelector('#session-list .who').textContent")
    claim(browser.soon("document.querySelector('#session-list .who').textContent !== " + json.dumps(before)), "it is brought up to date")
    sessions = browser.value("last.sessions.length")
    browser.value("""(() => {
        const hostile = '<img src=x onerror=hostile=1><script>hostile=1</' + 'script>', copy = structuredClone(last);
        Object.assign(copy.sessions[0], {channel: hostile, address: hostile});
        copy.sessions[0].tracks[0].codec = hostile;
        copy.channels[0].name = hostile;
        copy.refusals.push({at_ms: 1, id: hostile, channel: hostile, address: hostile, code: hostile, message: hostile});
        take({data: JSON.stringify(copy)});
    })()""")
    claim(browser.value(text + ".split('<img src=x onerror=').length >= 6"), "hostile names are shown as they are")
    claim(browser.value("document.querySelectorAll('script').length === 1 && !document.querySelector('main img, main script') "
                        "&& !window.hostile"), "and are text")
    browser.value("""(() => {
        const many = structuredClone(last);
        for (let i = 0; i < 1000; i++) many.sessions.push({...structuredClone(last.sessions[0]), id: 'many-' + i});
        const text = JSON.stringify(many);
        take({data: text});
        document.body.offsetHeight;
        const all = [];
        for (let i = 0; i < 5; i++) {
            const begin = performance.now();
            take({data: text});
            document.body.offsetHeight;
            all.push(performance.now() - begin);
        }
        window.took = Math.min(...all); // the machine may have other work
    })()""")
    took = browser.value("window.took")
    print("1,000 sessions: %.0f ms for an update and its layout" % took, file=sys.stderr)
    claim(took < 100, "an update with 1,000 sessions takes less than 100 ms")
    browser.soon("document.getElementById('count-sessions').textContent === '%d'" % sessions)
    refusals = browser.value("last.refusals.length")
    open(event, "w").close()
    newest = "document.querySelector('#refusals .sentence').textContent"
    claim(browser.soon("last.refusals.length > %d && %s.includes('an edge of 1080 px is above the limit of 720 px')"
                       % (refusals, newest), 20), "a refusal appears with its sentence")
    browser.size(1280, 1420)
    browser.shoot(shots + "/page.png")
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    dark = browser.value("getComputedStyle(document.body).backgroundColor")
    browser.shoot(shots + "/page-dark.png")
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    claim(dark != browser.value("getComputedStyle(document.body).backgroundColor"), "light and dark differ")
    browser.size(360, 2600)
    claim(browser.soon("document.documentElement.scrollWidth <= 360"), "360 px are wide enough")
    browser.shoot(shots + "/page-narrow.png")
    browser.size(1280, 1000)

    # By keyboard alone: to the first button that ends a session, through the question, and no further.
    for _ in range(40):
        browser.key("Tab", 9)
        if browser.value("document.activeElement.classList.contains('danger')"):
            break
    claim(browser.value("document.activeElement.getAttribute('aria-label').startsWith('End session')"), "a button is reached by keyboard")
    kicked = browser.value("document.activeElement.closest('.card').dataset.key")
    browser.key("Enter", 13)
    claim(browser.soon("document.getElementById('confirm').open && document.activeElement.id === 'confirm-no'"), "it asks first")
    browser.shoot(shots + "/page-confirm.png")
    browser.key("Enter", 13)
    time.sleep(1.5)
    claim(browser.value("!!document.querySelector('[data-key=\"%s\"]')" % kicked), "a no ends nothing")
    browser.value("document.querySelector('[data-key=\"%s\"] button').click()" % kicked)
    browser.key("Tab", 9)
    browser.key("Enter", 13)
    claim(browser.soon("!document.querySelector('#session-list [data-key=\"%s\"]')" % kicked), "a yes ends the session")
    claim(browser.soon(text + ".includes('MPI_REST_API_CHANNEL_RESET')"), "and it stands among the refusals")
    noise = [line for line in browser.log if "favicon" not in line]
    claim(not noise, "nothing breaks the content security policy: " + "; ".join(noise)[:300])
    browser.process.kill()


main()
