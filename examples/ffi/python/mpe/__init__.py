"""libmpe for Python: says why a live ingest must be refused, or has broken.

    with mpe.Channel(mpe.Kind.MPE_ENCODING) as channel, channel.session() as session:
        session.feed(data, now_us)
        for finding in session.findings():
            print(finding.code, finding.message)

Structs, constants and functions are read from the installed headers (MPE_INCLUDE names another include folder), whose
text is the documentation. A call that fails raises mpe.Error, whose status says which mistake it was.
"""
from .channel import Channel
from .library import (Action, Answered, Asked, BodyEnd, Code, Condition, Error, Event, Kind, Latency, Media, NamePart,
                      NoticeKind, NoticeState, Param, Protocol, Reason, Schema, Severity, State, Status, Text)
from .records import Finding, Notice, Record
from .session import Session
from .tables import (CodeRow, ConditionRow, ParamRow, ReasonRow, bounds, build_info, code_by_name, codes,
                     condition_by_name, conditions, detect, event_name, param_by_name, params, reasons, status_text,
                     version, version_string)
