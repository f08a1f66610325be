"""Channels: one live event, its limits, its allow list, and what it adds up."""
from __future__ import annotations

import ctypes
from typing import Optional

from .library import Handle, Kind, Protocol, Status, check, encoded, int64, lib, written
from .records import RawEdge, RawSums, Record, empty
from .session import Session


def _number_of(param: int | str) -> int:
    return lib.mpe_param_by_name(encoded(param)) if isinstance(param, str) else param


class Channel(Handle):
    """One live event; it may be used on any thread."""
    _free = lib.mpe_channel_free

    def __init__(self, kind: int = Kind.MPE_ENCODING) -> None:
        super().__init__()
        check(lib.mpe_channel_new(ctypes.byref(self._handle), kind, None))

    def set(self, param: int | str, value: int) -> None:
        """Sets a parameter, a Param or its name: set("max_width_px", 1280)."""
        check(lib.mpe_channel_set(self._handle, _number_of(param), int64(value)))

    def get(self, param: int | str) -> int:
        value = ctypes.c_int64()
        check(lib.mpe_channel_get(self._handle, _number_of(param), ctypes.byref(value)))
        return value.value

    def set_text(self, which: int, text: Optional[str]) -> None:
        """Sets a Text; None unsets it."""
        check(lib.mpe_channel_set_text(self._handle, which, encoded(text)))

    def set_action(self, code: int, action: int) -> None:
        check(lib.mpe_channel_set_action(self._handle, code, action))

    def get_action(self, code: int) -> int:
        action = ctypes.c_int32()
        check(lib.mpe_channel_get_action(self._handle, code, ctypes.byref(action)))
        return action.value

    def allow(self, entry: Optional[str]) -> None:
        """Adds an entry to the allow list; None makes the list exist."""
        check(lib.mpe_channel_allow(self._handle, encoded(entry)))

    def disallow(self, entry: Optional[str]) -> None:
        """Removes an entry from the allow list; None removes the list."""
        check(lib.mpe_channel_disallow(self._handle, encoded(entry)))

    def totals(self) -> Record:
        """The fields of mpe_channel_sums."""
        sums = empty(RawSums)
        check(lib.mpe_channel_totals(self._handle, ctypes.byref(sums)))
        return Record.of(sums)

    def fleet(self, key: bytes, name: str, edge: int) -> None:
        """Makes the channel one of a fleet, before its first session."""
        check(lib.mpe_channel_fleet(self._handle, key, len(key), encoded(name), edge))

    def share_revision(self, now_us: int) -> int:
        """Another number than before: the other edges should have the share now."""
        return lib.mpe_channel_share_revision(self._handle, int64(now_us))

    def share(self, now_us: int, fleet_us: int) -> bytes:
        """What this process contributes, for the other edges."""
        return written(lambda buffer, size, needed: lib.mpe_channel_share(
            self._handle, int64(now_us), int64(fleet_us), buffer, size, needed or ctypes.byref(ctypes.c_size_t())))

    def remote(self, share: bytes, fleet_us: int, now_us: int, lease_us: int = 10_000_000) -> bool:
        """Takes the share of another edge; False: it is no news."""
        return check(lib.mpe_channel_remote(self._handle, share, len(share), int64(fleet_us), int64(lease_us),
                                            int64(now_us))) == Status.MPE_OK

    def remote_gone(self, edge: int, now_us: int) -> None:
        check(lib.mpe_channel_remote_gone(self._handle, edge, int64(now_us)))

    def edges(self) -> list[Record]:
        """The fields of mpe_edge_sums, of each other edge."""
        found: list[Record] = []
        while True:
            sums = empty(RawEdge)
            status = lib.mpe_channel_edge(self._handle, len(found), ctypes.byref(sums))
            if status == Status.MPE_BAD_INDEX:
                return found
            check(status)
            found.append(Record.of(sums))

    def session(self, protocol: int = Protocol.MPE_PROTOCOL_AUTO, peer: Optional[str] = None,
                session_id: Optional[str] = None, now_us: int = 0) -> Session:
        session = Session()
        check(lib.mpe_session_new(ctypes.byref(session._handle), self._handle, protocol, encoded(peer),
                                  encoded(session_id), int64(now_us)))
        return session
