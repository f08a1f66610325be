#!/usr/bin/env python3
"""Writes a capture of TCP connections whose clients send the given files: reordered, doubled, with holes, ..."""
import argparse
import random
import struct
import sys

SYN, FIN, RST, PSH, ACK = 2, 1, 4, 8, 16


def options():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("inputs", nargs="+", help="FILE, or other:FILE for a server that speaks first and no ingest")
    p.add_argument("--link", default="ethernet", choices=["ethernet", "sll", "sll2", "null", "loop", "raw"])
    p.add_argument("--ipv6", action="store_true")
    p.add_argument("--vlan", type=int, default=0, help="tags")
    p.add_argument("--pcapng", action="store_true")
    p.add_argument("--big-endian", action="store_true")
    p.add_argument("--nanoseconds", action="store_true")
    p.add_argument("--mss", type=int, default=1448)
    p.add_argument("--seconds", type=float, default=3.0, help="that the data of each connection takes")
    p.add_argument("--apart", type=float, default=0.0, help="seconds between the connections")
    p.add_argument("--port", type=int, default=1935)
    p.add_argument("--isn", type=lambda s: int(s, 0), default=1000)
    p.add_argument("--reorder", action="store_true", help="each 5 segments in another order")
    p.add_argument("--double", action="store_true", help="every third segment twice")
    p.add_argument("--overlap", type=int, default=0, help="bytes that each segment sends again")
    p.add_argument("--late", type=int, default=-1, help="this segment comes 8 later")
    p.add_argument("--lose", type=int, default=-1, help="this segment is not in the capture")
    p.add_argument("--skip", type=int, default=0, help="segments at the beginning that are not")
    p.add_argument("--no-syn", action="store_true")
    p.add_argument("--no-fin", action="store_true")
    p.add_argument("--reset", action="store_true")
    p.add_argument("--snap", type=int, default=262144)
    p.add_argument("--noise", action="store_true", help="UDP, ARP, fragments and damaged packets between")
    p.add_argument("--http", help="METHOD PATH: the file is the body")
    p.add_argument("--chunked", action="store_true")
    p.add_argument("--repeat", type=int, default=1, help="requests on one connection")
    p.add_argument("--stall", type=float, default=0.0, help="seconds of silence in the middle")
    p.add_argument("--wait", type=float, default=0.0, help="seconds until the last packet, which is of no connection")
    return p.parse_args()


def http(o, body):
    method, path = o.http.split(" ", 1)
    head = f"{method} {path} HTTP/1.1\r\nHost: ingest.example\r\n".encode()
    if o.chunked:
        parts = [body[i:i + 1000] for i in range(0, len(body), 1000)]
        framed = b"".join(b"%x;x=y\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\nX-Trailer: 1\r\n\r\n"
        return (head + b"Transfer-Encoding: chunked\r\n\r\n" + framed) * o.repeat
    return (head + b"Content-Length: %d\r\n\r\n" % len(body) + body) * o.repeat


def address(o, last):
    return bytes([0x20, 1, 0x0D, 0xB8] + [0] * 11 + [last]) if o.ipv6 else bytes([192, 0, 2, last])


def packet(o, src, dst, flags, seq, ack, data):
    (sa, sp), (da, dp) = src, dst
    tcp = struct.pack("!HHIIBBHHH", sp, dp, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags, 65535, 0, 0) + data
    if o.ipv6:
        return struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + sa + da + tcp
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + sa + da + tcp


def framed(o, ip):
    ether = 0x86DD if ip[0] >> 4 == 6 else 0x0800
    if o.link == "ethernet":
        tags = struct.pack("!HH", 0x8100, 7) * o.vlan
        return (b"\2" * 6 + b"\4" * 6 + tags + struct.pack("!H", ether) + ip).ljust(60, b"\xEE")
    if o.link == "sll":
        return struct.pack("!HHH8sH", 0, 1, 6, b"", ether) + ip
    if o.link == "sll2":
        return struct.pack("!HHIHBB8s", ether, 0, 1, 1, 0, 6, b"") + ip
    if o.link == "null":
        return struct.pack("<I", 2 if ether == 0x0800 else 10) + ip
    if o.link == "loop":
        return struct.pack("!I", 2 if ether == 0x0800 else 24) + ip
    return ip


def disorder(o, parts):
    """(time, seq offset, data) in the order of the capture."""
    if o.late >= 0 and o.late + 8 < len(parts):
        part = parts.pop(o.late)
        parts.insert(o.late + 8, (parts[o.late + 7][0],) + part[1:])
    if o.reorder:
        rng = random.Random(1)
        for i in range(0, len(parts) - 5, 5):
            group = parts[i:i + 5]
            times = [p[0] for p in group]
            rng.shuffle(group)
            parts[i:i + 5] = [(t,) + p[1:] for t, p in zip(times, group)]
    if o.double:
        parts = [q for i, p in enumerate(parts) for q in ([p, p] if i % 3 == 0 else [p])]
    return parts


def connection(o, index, data, begin, is_other):
    client = (address(o, 10 + index % 200), 40000 + index // 200 * 200 + index % 200)
    server = (address(o, 1), 22 if is_other else o.port)
    isn, packets = o.isn + index * 7919, []
    if not o.no_syn:
        packets.append((begin, client, server, SYN, isn, 0, b""))
        packets.append((begin + 0.001, server, client, SYN | ACK, 77, isn + 1, b""))
    packets.append((begin + 0.002, server, client, ACK | PSH, 78, isn + 1, b"SSH-2.0-test\r\n" * 9))
    parts = []
    for at in range(0, len(data), o.mss):
        first = max(0, at - o.overlap)
        time = begin + 0.01 + o.seconds * at / max(1, len(data)) + (o.stall if at > len(data) // 2 else 0.0)
        parts.append((time, first, data[first:at + o.mss]))
    if o.lose >= 0:
        del parts[o.lose]
    last = begin + 0.02 + o.seconds + o.stall
    for time, at, part in disorder(o, parts[o.skip:]):
        packets.append((time, client, server, ACK | PSH, isn + 1 + at, 200, part))
        packets.append((time + 0.0001, server, client, ACK, 200, isn + 1 + at + len(part), b""))
    if o.reset:
        packets.append((last, client, server, RST | ACK, isn + 1 + len(data), 200, b""))
    elif not o.no_fin:
        packets.append((last, client, server, FIN | ACK, isn + 1 + len(data), 200, b""))
        packets.append((last + 0.001, server, client, FIN | ACK, 200, isn + 2 + len(data), b""))
        packets.append((last + 0.002, client, server, ACK, isn + 2 + len(data), 201, b""))
    return packets


class File:
    def __init__(self, o):
        self.o, self.out = o, open(o.out, "wb")
        self.e = ">" if o.big_endian else "<"
        link = {"ethernet": 1, "sll": 113, "sll2": 276, "null": 0, "loop": 108, "raw": 101}[o.link]
        if o.pcapng:
            self.block(0x0A0D0D0A, struct.pack(self.e + "IHHq", 0x1A2B3C4D, 1, 0, -1))
            self.block(1, struct.pack(self.e + "HHI", link, 0, o.snap))
        else:
            magic = 0xA1B23C4D if o.nanoseconds else 0xA1B2C3D4
            self.out.write(struct.pack(self.e + "IHHiIII", magic, 2, 4, 0, 0, o.snap, link))

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        size = struct.pack(self.e + "I", len(body) + 12)
        self.out.write(struct.pack(self.e + "I", kind) + size + body + size)

    def add(self, time, frame):
        kept = frame[:self.o.snap]
        micros = int(time * 1e6)
        if self.o.pcapng:
            self.block(6, struct.pack(self.e + "IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(kept), len(frame)) + kept)
            return
        part = micros % 1000000 * (1000 if self.o.nanoseconds else 1)
        self.out.write(struct.pack(self.e + "IIII", micros // 1000000, part, len(kept), len(frame)) + kept)


def noise(o, rng):
    udp = struct.pack("!BBHHHBBH", 0x45, 0, 36, 0, 0, 64, 17, 0) + address(o, 9)[:4] * 2 + b"\0\x35\0\x35" + b"x" * 12
    fragment = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0x2001, 64, 6, 0) + b"\1" * 8 + b"y" * 20
    return rng.choice([framed(o, udp), framed(o, fragment), rng.randbytes(rng.randrange(1, 80)), framed(o, udp)[:17]])


def main():
    o, begin, packets = options(), 1790000000.0, []
    for index, name in enumerate(o.inputs):
        is_other = name.startswith("other:")
        with open(name[6:] if is_other else name, "rb") as file:
            data = file.read()
        if o.http and not is_other:
            data = http(o, data)
        packets += connection(o, index, data, begin + o.apart * index, is_other)
    packets.sort(key=lambda p: p[0])
    out, rng = File(o), random.Random(2)
    for time, src, dst, flags, seq, ack, data in packets:
        out.add(time, framed(o, packet(o, src, dst, flags, seq, ack, data)))
        if o.noise:
            out.add(time, noise(o, rng))
    if o.wait:
        src, dst = (address(o, 250), 9), (address(o, 251), 9)
        out.add(packets[-1][0] + o.wait, framed(o, packet(o, src, dst, ACK, 1, 1, b"")))
    out.out.close()


sys.exit(main())
