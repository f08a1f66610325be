"""Sessions: one connection of an encoder."""
from __future__ import annotations

import ctypes
from typing import Any, Iterator, List, Optional

from .library import BodyEnd, Error, Handle, Schema, Status, check, encoded, int64, lib, written
from .records import Finding, Notice, RawError, RawHealth, RawNotice, RawTrack, Record, empty
from .replies import Replies


class Session(Replies, Handle):
    """One connection, to be used on one thread at a time; Channel.session makes it."""
    _free = lib.mpe_session_free

    def url(self, url: str) -> bool:
        """True: the session of a lobby has named its channel, bind it."""
        return check(lib.mpe_session_url(self._handle, encoded(url))) == Status.MPE_NAMED

    def feed(self, data: bytes, now_us: int = 0) -> bool:
        """True: the session of a lobby has named its channel; bind it, and feed what comes after taken() bytes."""
        return check(lib.mpe_session_feed(self._handle, data, len(data), int64(now_us))) == Status.MPE_NAMED

    def taken(self) -> int:
        return lib.mpe_session_taken(self._handle)

    def next_body(self, url: Optional[str] = None, ended: int = BodyEnd.MPE_BODY_COMPLETE, now_us: int = 0) -> bool:
        """True: as of url."""
        return check(lib.mpe_session_next_body(self._handle, encoded(url), ended, int64(now_us))) == Status.MPE_NAMED

    def name(self, part: int) -> str:
        """What the session of a lobby has named, a NamePart: a secret."""
        text = written(lambda *buffer: lib.mpe_session_name(self._handle, part, *buffer))
        return text[:-1].decode(errors="surrogateescape")

    def bind(self, channel: Any, now_us: int = 0) -> None:
        check(lib.mpe_session_bind(self._handle, channel._handle, int64(now_us)))

    def refuse(self, code: int, now_us: int = 0) -> None:
        check(lib.mpe_session_refuse(self._handle, code, int64(now_us)))

    def tick(self, now_us: int) -> None:
        check(lib.mpe_session_tick(self._handle, int64(now_us)))

    def deadline(self) -> int:
        return lib.mpe_session_deadline(self._handle)

    def finish(self, code: int = 0, now_us: int = 0) -> None:
        check(lib.mpe_session_finish(self._handle, code, int64(now_us)))

    def latency(self, latency_ms: int, now_us: int = 0) -> None:
        check(lib.mpe_session_latency(self._handle, int64(latency_ms), int64(now_us)))

    def wall_clock(self, unix_us: int, now_us: int = 0) -> None:
        check(lib.mpe_session_wall_clock(self._handle, int64(unix_us), int64(now_us)))

    def findings(self) -> Iterator[Finding]:
        """What was found and not yet taken."""
        return iter(lambda: self._ask(lib.mpe_session_poll_error, RawError, Finding), None)

    def notices(self) -> Iterator[Notice]:
        """What happened, and which conditions were set or cleared, and not yet taken."""
        return iter(lambda: self._ask(lib.mpe_session_poll_notice, RawNotice, Notice), None)

    def ending(self) -> Optional[Finding]:
        return self._ask(lib.mpe_session_ending, RawError, Finding)

    def _ask(self, function: Any, raw_type: type, record: Any) -> Any:
        raw = empty(raw_type)
        return record.of(raw) if check(function(self._handle, ctypes.byref(raw))) == Status.MPE_EVENT else None

    def state(self) -> int:
        return check(lib.mpe_session_state(self._handle))

    def protocol(self) -> int:
        return check(lib.mpe_session_protocol(self._handle))

    def track(self, index: int) -> Record:
        """The fields of mpe_track."""
        raw = empty(RawTrack)
        check(lib.mpe_session_track(self._handle, index, ctypes.byref(raw)))
        return Record.of(raw)

    def tracks(self) -> List[Record]:
        """All tracks, in order of appearance."""
        found: List[Record] = []
        try:
            while True:
                found.append(self.track(len(found)))
        except Error as error:
            if error.status != Status.MPE_BAD_INDEX:
                raise
        return found

    def health(self) -> Record:
        """The fields of mpe_health_snapshot."""
        raw = empty(RawHealth)
        check(lib.mpe_session_health(self._handle, ctypes.byref(raw)))
        return Record.of(raw)

    def notification(self, record: Finding | Notice, unix_us: int,
                     schema: int = Schema.MPE_SCHEMA_CLOUD_EVENTS) -> str:
        """The JSON that reports a finding or a notice of this session."""
        write = lib.mpe_error_json if isinstance(record, Finding) else lib.mpe_notice_json
        raw = ctypes.byref(record.raw)
        return written(lambda *buffer: write(self._handle, raw, schema, int64(unix_us), *buffer))[:-1].decode()
