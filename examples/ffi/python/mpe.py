"""libmpe for Python: says why a live ingest must be refused, or has broken.

    with mpe.Channel(mpe.Kind.MPE_ENCODING) as channel, channel.session() as session:
        session.feed(data, now_us)
        for finding in session.findings():
            print(finding.code, finding.message)

Structs, constants and functions are read from the installed headers (MPE_INCLUDE names another include folder), whose
text is the documentation. A call that fails raises mpe.Error.
"""
from __future__ import annotations

import ctypes
import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Iterator, Optional

INSTALL = "install libmpe: its packages libmpe0 and libmpe-dev, or 'make install && ldconfig' in its source tree"
SCALARS = {name + "_t": getattr(ctypes, "c_" + name) for name in ("int32", "uint32", "int64", "uint64")}
SCALARS |= {"size_t": ctypes.c_size_t, "mpe_status": ctypes.c_int32, "char": ctypes.c_char, "void": None}


def _read_headers() -> str:
    folders = [os.environ["MPE_INCLUDE"]] if "MPE_INCLUDE" in os.environ else ["/usr/local/include", "/usr/include"]
    for folder in folders:
        files = [Path(folder, "mpe", name) for name in ("version.h", "codes.h", "params.h", "mpe.h")]
        if all(file.exists() for file in files):
            return re.sub(r"/\*.*?\*/", "", "\n".join(file.read_text() for file in files), flags=re.S)
    raise ImportError(f"There is no mpe/mpe.h in {' or '.join(folders)}: {INSTALL}.")


_text = _read_headers()
_abi = re.search(r"#define MPE_ABI (\d+)", _text)[1]
try:
    _lib = ctypes.CDLL(f"libmpe.so.{_abi}")
except OSError:
    raise ImportError(f"There is no libmpe.so.{_abi}, which belongs to the headers: {INSTALL}.") from None


def _type_of(declaration: str) -> Any:
    """The type of "const void *data", "size_t len", "char unit[16]"; of pointers only texts are told apart."""
    const, base, stars, count = re.match(r"\s*(const )?(\w+)\s*(\**)[^[]*(?:\[(\d+)\])?", declaration).groups()
    if stars:
        return ctypes.c_char_p if const and base == "char" else ctypes.c_void_p
    return SCALARS[base] * int(count) if count else SCALARS[base]


def _enum(name: str) -> Any:
    body = re.search(rf"enum {name} \{{(.*?)\}}", _text, re.S)[1]
    return IntEnum(name, [(key, int(value)) for key, value in re.findall(r"(\w+) = (-?\d+)", body)])


def _struct(name: str) -> type:
    body = re.search(rf"typedef struct {name} \{{(.*?)\}} {name};", _text, re.S)[1]
    members = [member.strip() for member in body.split(";") if member.strip()]
    fields = [(re.search(r"(\w+)(?:\[\d+\])?$", member)[1], _type_of(member)) for member in members]
    return type(name, (ctypes.Structure,), {"_fields_": fields})


for _result, _name, _arguments in re.findall(r"MPE_API ([\w \*]+?)(\bmpe_\w+)\((.*?)\);", _text, re.S):
    _function = getattr(_lib, _name)
    _function.restype = _type_of(_result)
    _function.argtypes = [_type_of(argument) for argument in _arguments.split(",") if argument != "void"]

Kind, Protocol, Text, State, Schema, Code, Reason, Param, _Flag = (_enum("mpe_" + name) for name in (
    "channel_kind", "protocol", "text", "session_state", "schema", "code", "reason", "param", "error_flag"))
_EVENT = int(re.search(r"MPE_EVENT = (\d+)", _text)[1])
_Raw = _struct("mpe_error")


class Error(Exception):
    """A mistake of the caller, or lack of memory."""


def _check(status: int) -> int:
    if status < 0:
        raise Error(_lib.mpe_status_text(status).decode())
    return status


def _int64(value: int) -> int:
    """The int64_t nearest to a number, which ctypes would let wrap: no parameter and no time goes as far."""
    return max(-2**63, min(value, 2**63 - 1))


def detect(head: bytes) -> int:
    """What the first bytes of a stream are: a Protocol, MPE_PROTOCOL_AUTO while not known."""
    return _lib.mpe_protocol_detect(head, len(head))


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
    raw: Any = field(repr=False)

    @staticmethod
    def of(raw: Any) -> Finding:
        def known(flag: str, value: int) -> Optional[int]:
            return value if raw.flags & _Flag["MPE_ERROR_HAS_" + flag] else None
        return Finding(_lib.mpe_code_name(raw.code).decode(), _lib.mpe_event_name(raw.event).decode(), raw.reason,
                       raw.track if raw.track >= 0 else None, known("VALUE", raw.value), known("LIMIT", raw.limit),
                       raw.unit.decode() or None, known("OFFSET", raw.offset_bytes),
                       known("MEDIA_TIME", raw.media_us), raw.message.decode(), raw)


class _Handle(AbstractContextManager):
    """Owns what the _free of its class takes."""
    def __init__(self) -> None:
        self._handle = ctypes.c_void_p()

    def close(self) -> None:
        self._free(self._handle)
        self._handle.value = None

    def __exit__(self, *_: object) -> None:
        self.close()

    __del__ = close


class Session(_Handle):
    """One connection, to be used on one thread at a time; Channel.session makes it."""
    _free = _lib.mpe_session_free

    def url(self, url: str) -> None:
        _check(_lib.mpe_session_url(self._handle, url.encode()))

    def feed(self, data: bytes, now_us: int = 0) -> None:
        _check(_lib.mpe_session_feed(self._handle, data, len(data), _int64(now_us)))

    def tick(self, now_us: int) -> None:
        _check(_lib.mpe_session_tick(self._handle, _int64(now_us)))

    def deadline(self) -> int:
        return _lib.mpe_session_deadline(self._handle)

    def finish(self, code: int = 0, now_us: int = 0) -> None:
        _check(_lib.mpe_session_finish(self._handle, code, _int64(now_us)))

    def findings(self) -> Iterator[Finding]:
        """What was found and not yet taken."""
        return iter(lambda: self._ask(_lib.mpe_session_poll_error), None)

    def ending(self) -> Optional[Finding]:
        return self._ask(_lib.mpe_session_ending)

    def _ask(self, function: Any) -> Optional[Finding]:
        raw = _Raw(struct_size=ctypes.sizeof(_Raw))
        return Finding.of(raw) if _check(function(self._handle, ctypes.byref(raw))) == _EVENT else None

    def state(self) -> int:
        return _check(_lib.mpe_session_state(self._handle))

    def notification(self, finding: Finding, unix_us: int, schema: int = Schema.MPE_SCHEMA_CLOUD_EVENTS) -> str:
        text = ctypes.create_string_buffer(65536)  # a notification is far below that
        raw = ctypes.byref(finding.raw)
        _check(_lib.mpe_error_json(self._handle, raw, schema, _int64(unix_us), text, len(text), None))
        return text.value.decode()


class Channel(_Handle):
    """One live event: its limits and its allow list."""
    _free = _lib.mpe_channel_free

    def __init__(self, kind: int = Kind.MPE_ENCODING) -> None:
        super().__init__()
        _check(_lib.mpe_channel_new(ctypes.byref(self._handle), kind, None))

    def set(self, param: int | str, value: int) -> None:
        """Sets a parameter, a Param or its name: set("max_width_px", 1280)."""
        number = _lib.mpe_param_by_name(param.encode()) if isinstance(param, str) else param
        _check(_lib.mpe_channel_set(self._handle, number, _int64(value)))

    def set_text(self, which: int, text: str) -> None:
        _check(_lib.mpe_channel_set_text(self._handle, which, text.encode()))

    def allow(self, entry: str) -> None:
        _check(_lib.mpe_channel_allow(self._handle, entry.encode()))

    def session(self, protocol: int = Protocol.MPE_PROTOCOL_AUTO, peer: Optional[str] = None,
                session_id: Optional[str] = None, now_us: int = 0) -> Session:
        session = Session()
        _check(_lib.mpe_session_new(ctypes.byref(session._handle), self._handle, protocol,
                                    peer and peer.encode(), session_id and session_id.encode(), _int64(now_us)))
        return session
