"""The tables of the library: codes, reasons, events, parameters, conditions; its version; what bytes are."""
from __future__ import annotations

import ctypes
from typing import Any, Callable, List, NamedTuple, Optional, Tuple

from .library import Kind, Reason, check, encoded, lib


class CodeRow(NamedTuple):
    number: int
    name: str
    title: str
    cause: str
    remedy: str


class ReasonRow(NamedTuple):
    number: int
    name: str
    remedy: str


class ParamRow(NamedTuple):
    number: int
    name: str
    unit: str
    text: str


class ConditionRow(NamedTuple):
    number: int
    name: str
    title: str
    remedy: str
    severity: int


def _row(row: Any, number: int, *texts: Callable[[int], bytes]) -> Any:
    return row(number, *(text(number).decode() for text in texts))


def codes() -> List[CodeRow]:
    return [_row(CodeRow, lib.mpe_code_at(i), lib.mpe_code_name, lib.mpe_code_title, lib.mpe_code_cause,
                 lib.mpe_code_remedy) for i in range(lib.mpe_code_count())]


def code_by_name(name: str) -> Optional[int]:
    return lib.mpe_code_by_name(encoded(name)) or None


def reasons() -> List[ReasonRow]:
    return [_row(ReasonRow, number, lib.mpe_reason_name, lib.mpe_reason_remedy) for number in Reason]


def event_name(event: int) -> str:
    return lib.mpe_event_name(event).decode()


def params() -> List[ParamRow]:
    return [_row(ParamRow, lib.mpe_param_at(i), lib.mpe_param_name, lib.mpe_param_unit, lib.mpe_param_text)
            for i in range(lib.mpe_param_count())]


def param_by_name(name: str) -> Optional[int]:
    return lib.mpe_param_by_name(encoded(name)) or None


def bounds(param: int, kind: int = Kind.MPE_ENCODING) -> Tuple[int, int, int]:
    """Least and largest value of a parameter, and the default for a kind of channel."""
    values = [ctypes.c_int64() for _ in range(3)]
    check(lib.mpe_param_bounds(param, kind, *map(ctypes.byref, values)))
    return values[0].value, values[1].value, values[2].value


def conditions() -> List[ConditionRow]:
    return [ConditionRow(number, *(text(number).decode() for text in (
        lib.mpe_condition_name, lib.mpe_condition_title, lib.mpe_condition_remedy)), lib.mpe_condition_severity(number))
        for number in map(lib.mpe_condition_at, range(lib.mpe_condition_count()))]


def condition_by_name(name: str) -> Optional[int]:
    return lib.mpe_condition_by_name(encoded(name)) or None


def detect(head: bytes) -> int:
    """What the first bytes of a stream are: a Protocol, MPE_PROTOCOL_AUTO while not known."""
    return lib.mpe_protocol_detect(head, len(head))


def status_text(status: int) -> str:
    return lib.mpe_status_text(status).decode()


def version() -> int:
    """major * 1000000 + minor * 1000 + patch of the library that runs."""
    return lib.mpe_version()


def version_string() -> str:
    return lib.mpe_version_string().decode()


def build_info() -> str:
    return lib.mpe_build_info().decode()
