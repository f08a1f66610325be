"""What the library reports: findings, notices, tracks, sums."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Optional

from .library import ErrorFlag, NoticeFlag, lib, struct

RawError, RawNotice, RawTrack, RawSums, RawHealth, RawEdge = (
    struct("mpe_" + name) for name in ("error", "notice", "track", "channel_sums", "health_snapshot",
                                     "edge_sums"))
INT64_MIN = -2**63


def empty(raw_type: type) -> Any:
    return raw_type(struct_size=ctypes.sizeof(raw_type))


class Record(SimpleNamespace):
    """The fields of a struct by their names; None where the library has measured nothing yet."""
    @staticmethod
    def of(raw: Any) -> Record:
        values = {name: getattr(raw, name) for name, _ in raw._fields_ if name not in ("struct_size", "reserved")}
        return Record(**{name: value.decode() if isinstance(value, bytes) else None if value == INT64_MIN else value
                         for name, value in values.items()})


@dataclass(frozen=True)
class Finding:
    """One finding, or the ending of a session; what is not known is None."""
    code: str
    event: str
    reason: int
    track: Optional[int]
    value: Optional[int]
    limit: Optional[int]
    unit: Optional[str]
    offset: Optional[int]
    media_us: Optional[int]
    message: str
    reported: bool
    raw: Any = field(repr=False)

    @staticmethod
    def of(raw: Any) -> Finding:
        def known(flag: str, value: int) -> Optional[int]:
            return value if raw.flags & ErrorFlag["MPE_ERROR_HAS_" + flag] else None
        return Finding(lib.mpe_code_name(raw.code).decode(), lib.mpe_event_name(raw.event).decode(), raw.reason,
                       raw.track if raw.track >= 0 else None, known("VALUE", raw.value), known("LIMIT", raw.limit),
                       raw.unit.decode() or None, known("OFFSET", raw.offset_bytes),
                       known("MEDIA_TIME", raw.media_us), raw.message.decode(),
                       bool(raw.flags & ErrorFlag.MPE_ERROR_REPORTED), raw)


class Notice(Record):
    """A condition that was set or cleared, or what happened: the fields of mpe_notice; what is not known is None."""
    @staticmethod
    def of(raw: Any) -> Notice:
        notice = Notice(**vars(Record.of(raw)), raw=raw)
        for flag, name in (("VALUE", "value"), ("LIMIT", "limit"), ("MEDIA_TIME", "media_us")):
            if not raw.flags & NoticeFlag["MPE_NOTICE_HAS_" + flag]:
                setattr(notice, name, None)
        notice.track = raw.track if raw.track >= 0 else None
        notice.other_track = raw.other_track if raw.other_track >= 0 else None
        return notice
