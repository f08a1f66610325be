"""An encoder that reads nothing while it writes: slow_writer.py PORT FILE SECONDS.

Sends FILE, then a byte each half second for so long, then reads. Prints for how many seconds it could write; writes what
it read to standard error.
"""
import socket
import sys
import time

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as peer, open(sys.argv[2], "rb") as said:
    peer.sendall(said.read())
    begin = time.monotonic()
    try:
        while time.monotonic() - begin < float(sys.argv[3]):
            time.sleep(0.5)
            peer.sendall(b"\0")
        print(round(time.monotonic() - begin), flush=True)
        while True:
            more = peer.recv(65536)
            if not more:
                break
            sys.stderr.buffer.write(more)
    except OSError:
        print(round(time.monotonic() - begin), flush=True)
