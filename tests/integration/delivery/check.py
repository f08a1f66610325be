"""Notifications of mpe-guard against strict receivers: see delivery.sh. "check.py long" has what takes minutes."""
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

from guard import GUARD, Guard, soon
from receiver import Receiver

passed = failed = skipped = 0
QUICK = ("--retry-pauses", "200ms,400ms,800ms")
SPOOL = ("--spool", "spool")
KEY = "a key of 32 bytes, or about that"


def check(claim, holds, shown=""):
    global passed, failed
    if holds:
        passed += 1
        return
    failed += 1
    print("FAILED:", claim, str(shown)[:1000])


def skip(why):
    global skipped
    skipped += 1
    print("skipped:", why)


def write(name, text):
    with open(name, "w") as file:
        file.write(text)
    return name


def in_order(got, expected):
    """All are there, in this order; those that came twice count once."""
    return list(dict.fromkeys(got)) == list(expected)


def ends_well(guard, receiver, claim):
    check(f"{claim}: the receiver has nothing to find fault with", not receiver.faults, receiver.faults[:3])
    check(f"{claim}: the guard ends", guard.stop() == 0)
    receiver.close()


# ---------------------------------------------------------------------------------------------------- what is sent


def event_grid():
    write("headers", "# of this receiver\nAuthorization: Bearer s3cr3t-token\nX-Site: one\n")
    write("key", KEY + "\n")
    receiver = Receiver("grid", key=KEY.encode())
    guard = Guard("--events", receiver.url("/hook?code=s3cr3t-query"), "--headers-file", "headers", "--sign-with", "key",
                  "--subscription", "sub-one", "--topic", "not a URI")
    ids = guard.refuse(20)
    check("Event Grid: all come, in order", soon(lambda: receiver.ids() == ids), receiver.ids())
    check("Event Grid: one handshake", len(receiver.handshakes) == 1)
    requests = receiver.handshakes + receiver.requests
    check("own headers", all(one.headers["authorization"] == "Bearer s3cr3t-token" and one.headers["x-site"] == "one"
                             for one in requests))
    check("the subscription's name", all(one.headers["aeg-subscription-name"] == "sub-one" for one in requests))
    check("one event in an array", all(len(one.events) == 1 for one in receiver.requests))
    check("the id of the signature is that of the event",
          all(one.headers["webhook-id"] == one.events[0]["id"] for one in receiver.requests))
    ends_well(guard, receiver, "Event Grid")
    check("no secret in the log", "s3cr3t" not in guard.log() and KEY not in guard.log(), guard.log())


def handshake_of_event_grid():
    receiver = Receiver("grid", agrees=False)
    guard = Guard("--events", receiver.url(), *QUICK)
    ids = guard.refuse(3)
    soon(lambda: len(receiver.handshakes) >= 3)
    check("who does not validate gets nothing", len(receiver.handshakes) >= 3 and not receiver.requests)
    codes = {json.loads(one.body)[0]["data"]["validationCode"] for one in receiver.handshakes}
    check("each handshake has a code of its own", len(codes) >= 3)
    check("that is said once", guard.log().count("has not agreed") == 1, guard.log())
    receiver.agrees = True
    check("who validates later gets all", soon(lambda: receiver.ids() == ids))
    ends_well(guard, receiver, "handshake")

    write("headers", "aeg-sas-key: topic-key\n")
    receiver = Receiver("topic")
    guard = Guard("--events", receiver.url(), "--headers-file", "headers")
    ids = guard.refuse(2)
    check("a topic of Event Grid is asked nothing", soon(lambda: receiver.ids() == ids) and not receiver.handshakes)
    ends_well(guard, receiver, "a topic")

    receiver = Receiver("plain")
    guard = Guard("--events", receiver.url(), "--handshake", "off")
    ids = guard.refuse(2)
    check("--handshake off", soon(lambda: receiver.ids() == ids) and not receiver.handshakes)
    ends_well(guard, receiver, "no handshake")


def cloud_events():
    for mode, schema in (("structured", "cloud-events"), ("binary", "cloud-events-binary")):
        receiver = Receiver(mode, rate=240)
        guard = Guard("--events", receiver.url(), "--schema", schema, "--topic", "/live/one", "--subject", "ein Ort, 100 %")
        ids = guard.refuse(5)
        check(f"{schema}: all come, in order", soon(lambda: receiver.ids() == ids), receiver.ids())
        pauses = [b.at - a.at for a, b in zip(receiver.requests, receiver.requests[1:])]
        check(f"{schema}: no more a minute than allowed", min(pauses, default=0) > 0.2, pauses)
        with open("events") as lines:
            first = json.loads(lines.readline())
        got = receiver.taken[0]
        if mode == "binary":
            check("binary: the data is the body", got["data"] == first["data"], got)
            check("binary: attributes are headers", got["subject"] == "ein%20Ort,%20100%20%25" and got["source"] == "/live/one",
                  got)
        else:
            check("structured: the same as in a file", got == first, got)
        check(f"{schema}: no header of Event Grid", not any(name.startswith("aeg-") for name in receiver.requests[0].headers))
        ends_well(guard, receiver, schema)
        os.unlink("events")

    receiver = Receiver("structured", agrees=False)
    guard = Guard("--events", receiver.url(), "--schema", "cloud-events", *QUICK)
    ids = guard.refuse(2)
    soon(lambda: len(receiver.handshakes) >= 2)
    check("CloudEvents: without WebHook-Allowed-Origin nothing", len(receiver.handshakes) >= 2 and not receiver.requests)
    receiver.agrees = True
    check("CloudEvents: with it, all", soon(lambda: receiver.ids() == ids))
    ends_well(guard, receiver, "OPTIONS")


def batches():
    for mode, schema in (("plain", "event-grid"), ("batched", "cloud-events")):
        receiver = Receiver(mode, agrees=False, answer=lambda request: 413 if len(request.events) > 4 else 200)
        if mode == "plain":
            receiver.answer = lambda request: 503 if len(receiver.requests) < 1 else (413 if len(request.events) > 4 else 200)
        handshake = ["--handshake", "off"] if mode == "plain" else []
        guard = Guard("--events", receiver.url(), "--batch", "10", *handshake, "--schema", schema, "--retry-pauses", "1s")
        ids = guard.refuse(40)
        receiver.agrees = True
        check(f"batches, {schema}: all come, in order", soon(lambda: receiver.ids() == ids), receiver.ids())
        sizes = [len(one.events) for one in receiver.requests]
        check(f"batches, {schema}: up to as many as asked, less where they are too large",
              max(sizes) == 10 and sizes.count(4) + sizes.count(2) + sizes.count(5) > 1, sizes)
        ends_well(guard, receiver, f"batches, {schema}")


# ------------------------------------------------------------------------------------------------------ what fails


def answers():
    counts = []

    def first_fails(status):
        seen = set()

        def answer(request):
            event = request.events[0]["id"]
            counts.append((event, request.headers["aeg-delivery-count"]))
            if event in seen:
                return 200
            seen.add(event)
            return status
        return answer

    for status in (500, 503, 408, 429, "close", (429, {"Retry-After": "1"})):
        counts.clear()
        receiver = Receiver("grid", answer=first_fails(status))
        guard = Guard("--events", receiver.url(), *QUICK)
        ids = guard.refuse(2)
        check(f"{status}: again, in order", soon(lambda: receiver.ids() == ids), receiver.ids())
        if status == "close":  # libcurl itself asks again, at once, where a connection of before was closed meanwhile
            check("close: each twice", [event for event, _ in counts] == [ids[0], ids[0], ids[1], ids[1]], counts)
        else:
            check(f"{status}: counted", counts == [(ids[0], "0"), (ids[0], "1"), (ids[1], "0"), (ids[1], "1")], counts)
        if isinstance(status, tuple):
            pause = receiver.requests[1].at - receiver.requests[0].at
            check("Retry-After is honoured", pause >= 0.9, pause)
        ends_well(guard, receiver, f"{status}")

    for status in (400, 401, 404, 410, 302):
        receiver = Receiver("grid", answer=lambda request, status=status: status)
        guard = Guard("--events", receiver.url(), *QUICK)
        guard.refuse(1)
        check(f"{status}: given up, and said", soon(lambda: f"1 notifications were not delivered: HTTP status {status}" in guard.log()),
              guard.log())
        if status == 410:
            guard.refuse(1)
        time.sleep(0.5)
        check(f"{status}: sent once", len(receiver.requests) == 1)
        ends_well(guard, receiver, f"{status}")

    write("headers", "Authorization: Bearer old\n")
    receiver = Receiver("grid", answer=lambda request: 200 if request.headers["authorization"] == "Bearer new" else 401)
    guard = Guard("--events", receiver.url(), "--headers-file", "headers", *QUICK)
    soon(lambda: receiver.handshakes)
    write("headers", "Authorization: Bearer new\n")
    ids = guard.refuse(1)
    check("401: with the new token of the file it is taken", soon(lambda: receiver.ids() == ids), guard.log())
    ends_well(guard, receiver, "a new token")

    receiver = Receiver("grid", answer=lambda request: 500)
    guard = Guard("--events", receiver.url(), "--retry-pauses", "50ms", "--retry-attempts", "4")
    guard.refuse(1)
    check("given up after as many attempts", soon(lambda: "1 notifications were not delivered: HTTP status 500" in guard.log()))
    check("no more than these", len(receiver.requests) == 4, len(receiver.requests))
    ends_well(guard, receiver, "attempts")

    receiver = Receiver("grid", answer=lambda request: 500)
    guard = Guard("--events", receiver.url(), "--retry-pauses", "300ms", "--retry-within", "1s")
    guard.refuse(1)
    check("given up after this time", soon(lambda: "they have waited too long" in guard.log()), guard.log())
    ends_well(guard, receiver, "time")


def several_places():
    away, here, cloud = Receiver("grid"), Receiver("grid", answer=lambda request: 200), Receiver("structured")
    away.close()
    hanging = Receiver("plain", answer=lambda request: "hang")
    write("config.yaml", f"""listeners: [{{ address: 127.0.0.1:0 }}]
limits: {{ refusals_per_minute: 0, connections_per_address: 4096 }}
retry: {{ pauses: 30s }}
spool: {{ path: spool, max_bytes: 8M }}
events:
  - file: events
  - url: {away.url()}
  - url: {here.url()}
    subscription: two
  - url: {cloud.url()}
    schema: cloud-events
  - url: {hanging.url()}
    handshake: off
defaults: {{ allow: [10.0.0.0/8] }}
channels: [{{ name: one, app: live, topic: /live/one }}]
""")
    guard = Guard(config="config.yaml")
    begin = time.monotonic()
    ids = guard.refuse(300)
    took = time.monotonic() - begin
    check("who is away or hangs slows nobody", took < 15, took)  # a try of one that hangs takes 30 s
    check("each place has all, in order", soon(lambda: here.ids() == ids and cloud.ids() == ids),
          (len(here.ids()), len(cloud.ids())))
    check("the same id in both schemas", here.ids() == cloud.ids())
    check("the configuration says the name", here.requests[0].headers["aeg-subscription-name"] == "two")
    check("a spool for each URL", len(glob.glob("spool/*.sqlite")) == 4, os.listdir("spool"))
    guard.stop()
    check("the log says what stays", guard.log().count("300 notifications stay in the spool") == 2, guard.log()[-2000:])
    for one in (here, cloud):
        check("several places: no fault", not one.faults, one.faults[:3])
        one.close()
    hanging.close()


def away(seconds, *arguments):
    receiver = Receiver("grid")
    receiver.close()
    guard = Guard("--events", receiver.url(), *arguments)
    ids = guard.refuse(30)
    time.sleep(seconds)
    ids += guard.refuse(5)
    back = Receiver("grid", port=receiver.port)
    check(f"a receiver that was away for {seconds} s gets all, in order", soon(lambda: back.ids() == ids, 2 * seconds + 10),
          (len(back.ids()), guard.log()[-400:]))
    check("nothing was lost", "not delivered" not in guard.log())
    ends_well(guard, back, "away")


# ------------------------------------------------------------------------------------------------------- the spool


def fill_spool(count, *arguments):
    """A guard whose receiver is away is killed with so many in its spool: the port, their ids."""
    for name in ("spool", "events"):
        shutil.rmtree(name, ignore_errors=True)
    if os.path.exists("events"):
        os.unlink("events")
    receiver = Receiver("grid")
    receiver.close()
    guard = Guard("--events", receiver.url(), *SPOOL, "--retry-pauses", "30s", *arguments)
    ids = guard.refuse(count)
    time.sleep(0.5)
    guard.kill()
    return receiver.port, ids


def spool_file():
    return glob.glob("spool/*.sqlite")[0]


def killed():
    port, ids = fill_spool(50)
    receiver = Receiver("grid", port=port)
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK)
    check("after kill -9 all come, with their ids, in order", soon(lambda: receiver.ids() == ids), len(receiver.ids()))
    more = guard.refuse(3)
    check("new ones come after them", soon(lambda: receiver.ids() == ids + more))
    ends_well(guard, receiver, "kill -9")
    with sqlite3.connect(spool_file()) as database:
        check("nothing is left", database.execute("SELECT count(*) FROM event").fetchone() == (0,))

    # Killed again and again while it delivers: none is lost, and what comes twice has the same id.
    port, ids = fill_spool(200)
    receiver = Receiver("grid", port=port, answer=lambda request: time.sleep(0.01) or 200)
    for _ in range(4):
        guard = Guard("--events", receiver.url(), *SPOOL, *QUICK)
        time.sleep(0.3)
        guard.kill()
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK)
    check("killed four times, nothing is lost", soon(lambda: in_order(receiver.ids(), ids)), len(receiver.ids()))
    check("hardly anything comes twice", len(receiver.ids()) <= len(ids) + 20, len(receiver.ids()))
    ends_well(guard, receiver, "killed four times")


def power_lost():
    """What a disk has is what was synced: each notification is, before anything else happens to it."""
    if shutil.which("strace") is None or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode != 0:
        skip("there is no strace")
        return
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # which cannot be looked for under strace
    receiver = Receiver("grid")
    guard = Guard("--events", receiver.url(), *SPOOL, prefix=("strace", "-f", "-y", "-o", "calls", "-e",
                                                               "trace=fdatasync,fsync,sendto"))
    soon(lambda: receiver.handshakes)

    def synced_before_sent():
        with open("calls") as file:
            calls = [line for line in file if "sqlite-wal" in line or "aeg-event-type: N" in line or "POST /hook" in line]
        return sum("sync" in one and "sync" not in other and "sendto" in other for one, other in zip(calls, calls[1:]))
    for _ in range(3):
        guard.refuse(1)
        time.sleep(0.3)
    check("each was synced before it was sent", soon(lambda: synced_before_sent() >= 3), synced_before_sent())
    ends_well(guard, receiver, "power")


def damaged():
    port, ids = fill_spool(200)
    with sqlite3.connect(spool_file()) as database:  # what is in the log belongs into the file, whose middle is hit
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = os.path.getsize(spool_file())
    with open(spool_file(), "r+b") as file:
        for page in range(size // 4096 // 3, size // 4096 // 3 + 4):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    receiver = Receiver("grid", port=port)
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK)
    more = guard.refuse(3)
    check("a damaged spool: sessions go on", soon(lambda: receiver.ids()[-3:] == more), guard.log()[-600:])
    got = receiver.ids()[:-3]
    check("what can be read is delivered, in order", 100 <= len(got) < 200 and [one for one in ids if one in got] == got,
          len(got))
    check("the loss is said", f"the spool is damaged (database disk image is malformed): {len(got)} notifications" in guard.log(), guard.log()[-600:])
    check("the file is kept", os.path.exists(spool_file() + ".damaged"))
    ends_well(guard, receiver, "damaged")

    port, ids = fill_spool(1)
    for name in glob.glob("spool/*"):
        os.unlink(name) if name.endswith("-wal") else write(name, "no database " * 1000)
    receiver = Receiver("grid", port=port)
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK)
    more = guard.refuse(2)
    check("no database at all: sessions go on", soon(lambda: receiver.ids() == more), guard.log()[-600:])
    check("that is said", "the spool is damaged (file is not a database): 0 notifications" in guard.log(), guard.log())
    ends_well(guard, receiver, "no database")


def full():
    port, ids = fill_spool(1500, "--spool-bytes", "1M")
    size = os.path.getsize(spool_file())
    check("a spool stays in its bound", size <= 1 << 20, size)
    receiver = Receiver("grid", port=port)
    guard = Guard("--events", receiver.url(), *SPOOL, "--spool-bytes", "1M", *QUICK)
    check("the log says how many are there", soon(lambda: "notifications of before are in the spool" in guard.log()))
    more = guard.refuse(2)
    check("new ones come when there is room", soon(lambda: receiver.ids()[-2:] == more, 60))
    got = receiver.ids()[:-2]
    check("the first ones are delivered, in order", 500 < len(got) < 1500 and got == ids[:len(got)], len(got))
    ends_well(guard, receiver, "full")

    receiver = Receiver("grid", agrees=False)
    guard = Guard("--events", receiver.url(), *SPOOL, "--spool-bytes", "1M", *QUICK)
    guard.refuse(1500)
    check("a full spool is said", soon(lambda: "were not delivered: the spool is full" in guard.log()), guard.log()[-600:])
    ends_well(guard, receiver, "a full spool")


def no_room_on_disk():
    """A file may not grow beyond 64 KB: what a disk without room is, as far as SQLite knows."""
    receiver = Receiver("grid", agrees=False)
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK,
                  prefix=("sh", "-c", 'ulimit -f 128; exec "$@"', "-"))
    ids = guard.refuse(40)
    check("no room: it is said", soon(lambda: "kept in memory" in guard.log()), guard.log()[-600:])
    receiver.agrees = True
    check("no room: none is lost, in order", soon(lambda: in_order(receiver.ids(), ids)), len(receiver.ids()))
    ends_well(guard, receiver, "no room")


def read_only():
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        skip("a spool that is read-only needs root and setpriv")
        return
    port, ids = fill_spool(20)
    for name in glob.glob("spool/*"):
        os.chmod(name, 0o444)
    os.chmod("spool", 0o555)
    os.chmod(".", 0o755)
    os.chmod("events", 0o666)
    receiver = Receiver("grid", port=port)
    guard = Guard("--events", receiver.url(), *SPOOL, *QUICK,
                  prefix=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
    more = guard.refuse(3)
    check("read-only: what is there is delivered, and what is new", soon(lambda: receiver.ids() == ids + more),
          (len(receiver.ids()), guard.log()[-600:]))
    check("read-only: it is said", "cannot be used" in guard.log() and "20 notifications could be read" in guard.log(),
          guard.log())
    ends_well(guard, receiver, "read-only")
    os.chmod("spool", 0o755)


# ------------------------------------------------------------------------------------------------ wrong settings


def wrong_settings():
    url = "http://127.0.0.1:9/hook"
    write("short", "too short")
    write("bad", "Authorization: fine\nno header s3cr3t\n")
    write("ours", "aeg-event-type: x\n")
    for sentence, arguments in (
            ("URI reference", ["--events", url, "--schema", "cloud-events", "--topic", "a topic"]),
            ("URI reference", ["--events", "events", "--schema", "cloud-events", "--topic", "a:b:c d"]),
            ("bad:2: write a header", ["--events", url, "--headers-file", "bad"]),
            ("ours:1: this header", ["--events", url, "--headers-file", "ours"]),
            ("No such file", ["--events", url, "--headers-file", "nothing"]),
            ("at least 16 bytes", ["--events", url, "--sign-with", "short"]),
            ("after --events URL", ["--sign-with", "short", "--events", url]),
            ("after --events URL", ["--events", "events", "--batch", "2"]),
            ("give on or off", ["--events", url, "--handshake", "maybe"]),
            ("one event in a POST", ["--events", url, "--batch", "2", "--schema", "cloud-events-binary"]),
            ("as in 10s,30s", ["--events", url, "--retry-pauses", "10"]),
            ("--spool-bytes", ["--events", url, "--spool", "spool", "--spool-bytes", "1"]),
    ):
        run = subprocess.run([GUARD, "--listen", "127.0.0.1:0", "--sink", *arguments], capture_output=True, timeout=10)
        text = run.stderr.decode()
        check(f"{arguments[1:]} is wrong", run.returncode == 2 and sentence in text and text.count("\n") == 1 and "s3cr3t" not in text,
              text)
    write("config.yaml", f"""listeners: [{{ address: 127.0.0.1:0 }}]
events: [{{ url: "{url}", schema: cloud-events }}]
channels:
  - {{ name: one, app: live }}
  - {{ name: two, app: more, topic: "a b" }}
""")
    run = subprocess.run([GUARD, "--config", "config.yaml", "--check"], capture_output=True, timeout=10)
    check("a topic of the configuration, with its line", run.returncode == 2 and b"config.yaml:5: topic" in run.stderr, run.stderr)


def hangs():
    first = []

    def answer(request):
        first.append(request)
        return "hang" if len(first) == 1 else 200
    receiver = Receiver("grid", answer=answer)
    guard = Guard("--events", receiver.url(), *QUICK)
    ids = guard.refuse(2)
    check("a receiver that hangs is asked again", soon(lambda: receiver.ids() == ids, 40), receiver.ids())
    ends_well(guard, receiver, "hangs")


def away_for_a_moment():
    away(3, *QUICK)


def away_for_45_s():
    away(45)


SHORT = [answers, full, killed, several_places, power_lost, away_for_a_moment, cloud_events, damaged, batches,
         handshake_of_event_grid, wrong_settings, read_only, no_room_on_disk, event_grid]
LONG = [away_for_45_s, hangs]
AT_ONCE = 4


def run_one(name):
    """In a folder of its own, which is the current one."""
    begin = time.monotonic()
    try:
        globals()[name]()
    except Exception as error:  # pylint: disable=broad-except
        check(f"{name} runs to its end", False, f"{type(error).__name__}: {error}")
    if os.environ.get("TIMES"):
        print(f"{name}: {time.monotonic() - begin:.1f} s")
    print(passed, failed, skipped)


def start(name):
    os.mkdir(name)
    return subprocess.Popen([sys.executable, os.path.abspath(__file__), "one", name], cwd=name, stdout=subprocess.PIPE,
                            text=True)


def run_all(names):
    global passed, failed, skipped
    running = []
    while names or running:
        while names and len(running) < AT_ONCE:
            running.append(start(names.pop(0)))
        output = running.pop(0).communicate()[0].splitlines() or ["0 1 0"]
        print("\n".join(output[:-1]), end="\n" if output[:-1] else "")
        more = [int(number) for number in output[-1].split()] if output[-1].count(" ") == 2 else [0, 1, 0]
        passed, failed, skipped = passed + more[0], failed + more[1], skipped + more[2]
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


if sys.argv[1:2] == ["one"]:
    run_one(sys.argv[2])
else:
    run_all([one.__name__ for one in (LONG if sys.argv[1:] == ["long"] else SHORT)])
