"""mpe-guard as a source of notifications: it refuses everybody, and each refusal is one."""
import json
import os
import signal
import socket
import subprocess
import time

GUARD = os.environ["GUARD"]


def soon(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class Guard:
    def __init__(self, *arguments, prefix=(), events="events", config=None):
        self.events_file, self.log_file = os.path.abspath(events), os.path.abspath("log")
        open(self.events_file, "a").close()
        with open(self.log_file, "w") as log:
            options = ["--config", config] if config else [
                "--listen", "127.0.0.1:0", "--sink", "--allow", "10.0.0.0/8", "--refusals-per-minute", "0",
                "--max-per-address", "4096", "--events", events, *arguments]
            self.process = subprocess.Popen([*prefix, GUARD, *options], stderr=log, stdout=log)
        if not soon(lambda: "listening on" in self.log() or self.process.poll() is not None):
            raise RuntimeError(self.log())
        self.port = int(self.log().split("listening on 127.0.0.1:")[1].split()[0])

    def log(self):
        with open(self.log_file, errors="replace") as log:
            return log.read()

    def ids(self):
        """Of all notifications so far, in order."""
        with open(self.events_file) as lines:
            return [json.loads(line)["id"] for line in lines]

    def refuse(self, count):
        """As many notifications, whose ids it returns."""
        before = len(self.ids())
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", self.port)) as peer:
                peer.sendall(b"x")
                try:
                    peer.recv(1)
                except OSError:
                    pass
        if not soon(lambda: len(self.ids()) >= before + count):
            raise RuntimeError(f"{len(self.ids()) - before} of {count} notifications")
        return self.ids()[before:]

    def stop(self):
        """What runs it for a trace waits for it, and is not asked to end itself."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            traced = children.read().split()
        os.kill(int(traced[0]) if traced else pid, signal.SIGTERM)
        return self.process.wait(timeout=20)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
