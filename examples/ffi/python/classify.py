#!/usr/bin/env python3
"""Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.

Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
"""
import argparse
import json
import os
import sys
from typing import BinaryIO

try:
    import mpe
except ImportError as missing:
    sys.exit(print(f"classify.py: {missing}", file=sys.stderr) or 2)

KINDS = {"encoding": mpe.Kind.MPE_ENCODING, "pass-through-basic": mpe.Kind.MPE_PASS_THROUGH_BASIC,
         "pass-through-standard": mpe.Kind.MPE_PASS_THROUGH_STANDARD}


class Unusable(Exception):
    """Ends the program with one sentence."""


def json_of(finding: mpe.Finding) -> str:
    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    def milliseconds(media_us: int) -> str:
        digits = f"{media_us / 1000:.15g}".replace("e+", "e")
        return digits if "." in digits or "e" in digits else digits + ".0"
    media_ms = "null" if finding.media_us is None else milliseconds(finding.media_us)
    members = {"code": text(finding.code), "event": text(finding.event), "track": text(finding.track),
               "value": text(finding.value), "limit": text(finding.limit), "unit": text(finding.unit),
               "offset": text(finding.offset), "media_ms": media_ms, "message": text(finding.message)}
    return "{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}"


def is_plain_mp4(file: BinaryIO) -> bool:
    """Whether a file has a moov and media, but no fragment: an MP4 for download, in which the order means nothing."""
    seen, at = set(), 0
    while file.seekable() and len(head := os.pread(file.fileno(), 16, at)) >= 8 and b"moof" not in seen:
        size = int.from_bytes(head[8:] if head[:4] == b"\0\0\0\1" else head[:4], "big")
        seen.add(head[4:8])
        if size < 8:
            break
        at += size
    return {b"moov", b"mdat"} <= seen and b"moof" not in seen


def head_of(file: BinaryIO, name: str) -> bytes:
    """The first bytes of a stream, enough of them to tell what it is."""
    head = b""
    while not mpe.detect(head) and len(head) < 64 and (data := file.read(65536)):
        head += data
    if not head:
        raise Unusable(f"{name} is empty")
    if not mpe.detect(head):
        raise Unusable(f"{name} is neither FLV nor fragmented MP4 nor the bytes that an RTMP encoder sends")
    return head


def classify(channel: mpe.Channel, file: BinaryIO, name: str) -> int:
    data, count = head_of(file, name), 0
    is_mp4 = mpe.detect(data) == mpe.Protocol.MPE_PROTOCOL_FMP4
    is_plain = is_mp4 and is_plain_mp4(file)
    with channel.session(mpe.detect(data)) as session:
        while True:
            session.feed(data) if data else session.finish()
            for finding in session.findings():
                is_plain |= is_mp4 and finding.reason == mpe.Reason.MPE_REASON_PROTOCOL_NOT_SUPPORTED
                if is_plain and (finding.code == "MPE_UNKNOWN_ERROR"
                                 or finding.reason == mpe.Reason.MPE_REASON_MEDIA_BEFORE_HEADER):
                    continue
                count += 1
                print(json_of(finding), flush=True)
            if not data:
                break
            data = file.read(65536)
    if is_plain:
        raise Unusable(f"{name} is a plain MP4, not a live ingest")
    return 1 if count else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="encoding")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="sets a parameter")
    parser.add_argument("input", metavar="FILE|-")
    options = parser.parse_args()
    with mpe.Channel(KINDS[options.kind]) as channel:
        channel.set("report_all", 1)
        channel.set("media_clock", 1)
        for setting in options.set:
            name, _, value = setting.partition("=")
            try:
                channel.set(name, int(value))
            except (mpe.Error, ValueError) as error:
                raise Unusable(f"--set {setting}: give NAME=VALUE, as in max_width_px=1280 ({error})") from None
        is_stdin = options.input == "-"
        with open(0 if is_stdin else options.input, "rb", buffering=0, closefd=not is_stdin) as file:
            return classify(channel, file, "standard input" if is_stdin else options.input)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError) as error:
        sys.exit(print(f"classify.py: {error}", file=sys.stderr) or 2)
