"""The bytes that tell an encoder why it is refused or disconnected (mpe/reply.h)."""
from __future__ import annotations

import ctypes
from typing import Any, List, Optional, Tuple

from .library import Answered, Error, Status, check, encoded, lib, written
from .records import Finding


class Replies:
    """What a session replies with."""
    _handle: Any

    def asked(self) -> int:
        """What an RTMP encoder has asked for last, an Asked."""
        return check(lib.mpe_session_asked(self._handle))

    def reply_rtmp(self, finding: Finding, answered: int = Answered.MPE_ANSWERED_UNKNOWN,
                   chunk_size_bytes: int = 0) -> bytes:
        """Chunks ready to be sent."""
        raw = ctypes.byref(finding.raw)
        return written(lambda *buffer: lib.mpe_reply_rtmp(self._handle, raw, answered, chunk_size_bytes, *buffer))

    def reply_rtmp_messages(self, finding: Finding,
                            answered: int = Answered.MPE_ANSWERED_UNKNOWN) -> List[Tuple[int, bytes]]:
        """The message streams and payloads of the same, for a host that makes its own chunks."""
        raw, stream_id, messages = ctypes.byref(finding.raw), ctypes.c_uint32(), []

        def write(*buffer: Any) -> int:
            return lib.mpe_reply_rtmp_message(self._handle, raw, answered, len(messages), ctypes.byref(stream_id),
                                              *buffer)
        try:
            while True:
                payload = written(write)
                messages.append((stream_id.value, payload))
        except Error as error:
            if error.status != Status.MPE_BAD_INDEX:
                raise
        return messages

    def reply_reconnect(self, tc_url: Optional[str] = None, description: Optional[str] = None,
                        chunk_size_bytes: int = 0) -> bytes:
        texts = encoded(tc_url), encoded(description)
        return written(lambda *buffer: lib.mpe_reply_reconnect(self._handle, *texts, chunk_size_bytes, *buffer))

    def reply_http(self, finding: Finding) -> Tuple[int, int, str]:
        """Status, seconds of Retry-After (0: none), and body of the answer to a request."""
        raw, status, retry_after_s = ctypes.byref(finding.raw), ctypes.c_int32(), ctypes.c_int32()
        numbers = ctypes.byref(status), ctypes.byref(retry_after_s)
        body = written(lambda *buffer: lib.mpe_reply_http(self._handle, raw, *numbers, *buffer))
        return status.value, retry_after_s.value, body[:-1].decode()
