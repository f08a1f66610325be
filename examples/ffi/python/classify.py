#!/usr/bin/env python3
"""Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.

Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
"""
import argparse
import json
import os
import re
import sys
from typing import BinaryIO, List, NoReturn, Optional, Tuple

try:
    import mpe
except ImportError as missing:
    sys.exit(print(f"classify.py: {missing}", file=sys.stderr) or 2)

KINDS = {"encoding": mpe.Kind.MPE_ENCODING, "pass-through-basic": mpe.Kind.MPE_PASS_THROUGH_BASIC,
         "pass-through-standard": mpe.Kind.MPE_PASS_THROUGH_STANDARD}


MAX_BOXES = 10000  # more than any MP4 for download has side by side


class Unusable(Exception):
    """Ends the program with one sentence."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(f"{message}; {' '.join(self.format_usage().split())}")


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


def find(file: BinaryIO, kind: bytes, at: int, end: int) -> Optional[Tuple[int, int]]:
    """Where, between two places of a file, the body of the first box of a kind begins and ends."""
    for _ in range(MAX_BOXES):
        head = os.pread(file.fileno(), 16, at) if end - at >= 8 else b""
        if len(head) < 8:
            break
        size, body = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(head[8:], "big"), at + 16
        at = at + size if 0 < size <= end - at else end
        if head[4:8] == kind:
            return body, at
        if at < body:
            break
    return None


def is_plain_mp4(file: BinaryIO) -> bool:
    """Whether a file is an MP4 for download, in which the order means nothing: moov and media, no fragment, no mvex."""
    whole = 0, os.fstat(file.fileno()).st_size
    moov = find(file, b"moov", *whole)
    has_media = find(file, b"mdat", *whole) is not None and find(file, b"moof", *whole) is None
    return moov is not None and has_media and find(file, b"mvex", *moov) is None


def read(file: BinaryIO, name: str) -> bytes:
    try:
        return file.read(65536)
    except OSError as error:
        raise Unusable(f"cannot read {name}: {error.strerror}") from None


def head_of(file: BinaryIO, name: str) -> bytes:
    """The first bytes of a stream, enough of them to tell what it is."""
    head = b""
    while not mpe.detect(head) and len(head) < 64 and (data := read(file, name)):
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
            data = read(file, name)
    if is_plain:
        raise Unusable(f"{name} is a plain MP4, not a live ingest")
    return 1 if count else 0


def set_up(channel: mpe.Channel, settings: List[str]) -> None:
    for setting in ["report_all=1", "media_clock=1", "max_header_bytes=1048576", *settings]:
        name, _, value = setting.partition("=")
        try:
            if not re.fullmatch("[-+]?[0-9]+", value):
                raise ValueError("not a whole number")
            channel.set(name, int(value))
        except (mpe.Error, ValueError) as error:
            raise Unusable(f"--set {setting}: give NAME=VALUE, as in max_width_px=1280 ({error})") from None


def main() -> int:
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="encoding")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="sets a parameter")
    parser.add_argument("input", metavar="FILE|-")
    options = parser.parse_args()
    with mpe.Channel(KINDS[options.kind]) as channel:
        set_up(channel, options.set)
        is_stdin = options.input == "-"
        name = "standard input" if is_stdin else options.input
        try:
            file = open(0 if is_stdin else name, "rb", buffering=0, closefd=not is_stdin)
        except OSError as error:
            raise Unusable(f"cannot open {name}: {error.strerror}") from None
        with file:
            return classify(channel, file, name)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError) as error:
        sys.exit(print(f"classify.py: {error}", file=sys.stderr) or 2)
