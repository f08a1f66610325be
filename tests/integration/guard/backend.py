"""What mpe-guard asks and is told: back-ends of on_publish for authorize.sh, each at a path of its own.

backend.py PORTFILE RECORD: every form that comes is a line of RECORD, in JSON.
"""
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ANSWERS = {
    "/accept": (200, {}, b""),
    "/refuse": (403, {}, b"no such key"),
    "/broken": (500, {}, b"oops"),
    "/garbage": (200, {}, b"{\"channel\": [" * 5),
    "/binary": (200, {}, bytes(range(256)) * 20),
    "/unknown": (200, {}, b'{"channel": "nobody"}'),
    "/channel": (200, {}, b'{"channel": "studio-b"}'),
    "/limits": (200, {}, b'{"channel": "studio-b", "set": {"max_frame_rate_mfps": 10000}}'),
    "/wrong": (200, {}, b'{"set": {"max_frame_rate_mfps": "fast"}}'),
    "/rename": (302, {"Location": "renamed-by-the-service"}, b""),
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode(), keep_blank_values=True).items()}
        with open(sys.argv[2], "a", encoding="utf-8") as record:
            record.write(json.dumps(form, sort_keys=True) + "\n")
        if self.path == "/hang":
            time.sleep(30)
        if self.path == "/lie":
            self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            return
        if self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return
        status, headers, body = ANSWERS.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # who asked has given up

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as port_file:
    port_file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
