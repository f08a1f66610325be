"""The library as its headers describe it: functions, structs and constants."""
from __future__ import annotations

import ctypes
import os
import re
from enum import IntEnum
from pathlib import Path
from typing import Any, Callable

INSTALL = "install libmpe: its packages libmpe0 and libmpe-dev, or 'make install && ldconfig' in its source tree"
HEADERS = ("version.h", "codes.h", "params.h", "mpe.h", "conditions.h", "health.h", "reply.h", "share.h")
SCALARS = {name + "_t": getattr(ctypes, "c_" + name) for name in ("int32", "uint32", "int64", "uint64")}
SCALARS |= {"size_t": ctypes.c_size_t, "mpe_status": ctypes.c_int32, "char": ctypes.c_char, "void": None}


def _read_headers() -> str:
    folders = [os.environ["MPE_INCLUDE"]] if "MPE_INCLUDE" in os.environ else ["/usr/local/include", "/usr/include"]
    for folder in folders:
        files = [Path(folder, "mpe", name) for name in HEADERS]
        if all(file.exists() for file in files):
            return re.sub(r"/\*.*?\*/", "", "\n".join(file.read_text() for file in files), flags=re.S)
    raise ImportError(f"There is no mpe/mpe.h in {' or '.join(folders)}: {INSTALL}.")


_text = _read_headers()
_abi = re.search(r"#define MPE_ABI (\d+)", _text)[1]
try:
    lib = ctypes.CDLL(f"libmpe.so.{_abi}")
except OSError:
    raise ImportError(f"There is no libmpe.so.{_abi}, which belongs to the headers: {INSTALL}.") from None


def _type_of(declaration: str) -> Any:
    """The type of "const void *data", "size_t len", "char unit[16]"; of pointers only texts are told apart."""
    const, base, stars, count = re.match(r"\s*(const )?(\w+)\s*(\**)[^[]*(?:\[(\d+)\])?", declaration).groups()
    if stars:
        return ctypes.c_char_p if const and base == "char" else ctypes.c_void_p
    return SCALARS[base] * int(count) if count else SCALARS[base]


def _enum(name: str, head: str) -> Any:
    body = re.search(rf"{head} \{{(.*?)\}}", _text, re.S)[1]
    return IntEnum(name, [(key, int(value)) for key, value in re.findall(r"(\w+) = (-?\d+)", body)])


def struct(name: str) -> type:
    body = re.search(rf"typedef struct {name} \{{(.*?)\}} {name};", _text, re.S)[1]
    members = [member.strip() for member in body.split(";") if member.strip()]
    fields = [(re.search(r"(\w+)(?:\[\d+\])?$", member)[1], _type_of(member)) for member in members]
    return type(name, (ctypes.Structure,), {"_fields_": fields})


for _result, _name, _arguments in re.findall(r"MPE_API ([\w \*]+?)(\bmpe_\w+)\((.*?)\);", _text, re.S):
    _function = getattr(lib, _name)
    _function.restype = _type_of(_result)
    _function.argtypes = [_type_of(argument) for argument in _arguments.split(",") if argument != "void"]

Status = _enum("mpe_status", r"typedef int32_t mpe_status;\s*enum")
(Kind, Protocol, Text, Media, State, Event, Action, NamePart, BodyEnd, ErrorFlag, Schema, Code, Reason, Param,
 Condition, Severity, NoticeState, NoticeKind, Latency, NoticeFlag, Asked, Answered) = (
    _enum("mpe_" + name, "enum mpe_" + name) for name in (
        "channel_kind", "protocol", "text", "media", "session_state", "event", "action", "name_part", "body_end",
        "error_flag", "schema", "code", "reason", "param", "condition", "severity", "notice_state", "notice_kind",
        "latency_result", "notice_flag", "asked", "answered"))


class Error(Exception):
    """A mistake of the caller, or lack of memory; status says which."""
    def __init__(self, status: int) -> None:
        self.status = Status(status)
        super().__init__(f"{lib.mpe_status_text(status).decode()} ({self.status.name})")


def check(status: int) -> int:
    if status < 0:
        raise Error(status)
    return status


def int64(value: int) -> int:
    """The int64_t nearest to a number, which ctypes would let wrap: no parameter and no time goes as far."""
    return max(-2**63, min(value, 2**63 - 1))


def encoded(text: str | None) -> bytes | None:
    """A text for C, which ends at a NUL: one that has a NUL in it is no text."""
    if text is not None and "\0" in text:
        raise Error(Status.MPE_BAD_TEXT)
    return None if text is None else text.encode()


def written(call: Callable[[Any, int, Any], int]) -> bytes:
    """What a function writes that takes a buffer, its size, and where the size that it needs goes."""
    needed = ctypes.c_size_t()
    status = call(None, 0, ctypes.byref(needed))
    if status != Status.MPE_BUFFER_TOO_SMALL:
        check(status)
    buffer = ctypes.create_string_buffer(needed.value or 1)
    check(call(buffer, needed.value, None))
    return buffer.raw[:needed.value]


class Handle:
    """Owns what the _free of its class takes; a with statement closes it."""
    _free: Any

    def __init__(self) -> None:
        self._handle = ctypes.c_void_p()

    def close(self) -> None:
        self._free(self._handle)
        self._handle.value = None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    __del__ = close
