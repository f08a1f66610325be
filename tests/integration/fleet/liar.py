"""A server that says it is Redis, and is not. MODE PORT: "wrong" answers OK to all, "garbage" what is no answer,
"endless" an answer without an end, "silent" nothing; "late" is right until it is asked for a report, and then endless."""
import os
import socket
import sys
import threading

mode, port = sys.argv[1], int(sys.argv[2])


def pour(peer):
    peer.sendall(b"$500000000\r\n")
    for _ in range(480):
        peer.sendall(bytes(1 << 20))


def serve(peer):
    try:
        while request := peer.recv(65536):
            if mode == "wrong":
                peer.sendall(b"+OK\r\n" * max(1, request.count(b"*")))
            elif mode == "garbage":
                peer.sendall(b"\x00?" + os.urandom(300) + b"\r\n")
            elif mode == "endless" or (mode == "late" and b"EVAL" in request):
                pour(peer)
            elif mode == "late" and b"TIME" in request:
                peer.sendall(b"*2\r\n$10\r\n1795806763\r\n$1\r\n5\r\n")
            elif mode == "late" and b"PING" in request:
                peer.sendall(b"+PONG\r\n")
    except OSError:
        pass
    peer.close()


listener = socket.create_server(("127.0.0.1", port))
print("listening", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
