#!/usr/bin/env python3
"""Each call once: the tables, a channel, a recorded RTMP session, and one over HTTP. usage: tour.py FILE"""
import sys

import mpe
from mpe import Code, NamePart, Schema


def print_tables() -> None:
    print(mpe.version(), mpe.version_string())
    print(mpe.build_info())
    for row in mpe.codes():
        print(f"code {mpe.code_by_name(row.name)} {row.name}|{row.title}|{row.cause}|{row.remedy}")
    for row in mpe.reasons():
        print(f"reason {row.number} {row.name}|{row.remedy}")
    for row in mpe.params():
        bounds = "|".join(map(str, mpe.bounds(row.number)))
        print(f"param {mpe.param_by_name(row.name)} {row.name}|{row.unit}|{row.text}|{bounds}")
    for row in mpe.conditions():
        print(f"condition {mpe.condition_by_name(row.name)} {row.name}|{row.title}|{row.remedy}|{row.severity}")
    print(mpe.event_name(mpe.Event.MPE_EVENT_ENCODER_DISCONNECTED))
    print("protocol", mpe.detect(b"FLV\1\5\0\0\0\t"))
    print(mpe.status_text(mpe.Status.MPE_BAD_STATE))


def print_failure(call, *arguments) -> None:
    try:
        call(*arguments)
        print("no error")
    except mpe.Error as error:
        print(error)


def tour_channel() -> mpe.Channel:
    channel = mpe.Channel()
    channel.set("max_width_px", 1280)
    channel.set_action(Code.MPE_INGEST_FRAMERATE_EXCEEDED, mpe.Action.MPE_ACTION_REPORT)
    print(channel.get("max_width_px"), channel.get_action(Code.MPE_INGEST_FRAMERATE_EXCEEDED))
    print_failure(channel.set, "max_width_px", -1)
    print_failure(channel.set, "nonsense", 1)
    print_failure(channel.set_text, mpe.Text.MPE_TEXT_VIDEO_CODECS, "no codec")
    channel.set_text(mpe.Text.MPE_TEXT_SUBJECT, "tour")
    channel.allow("203.0.113.0/24")
    channel.disallow("203.0.113.0/24")
    print_failure(channel.disallow, "203.0.113.0/24")
    channel.disallow(None)
    for name in "media_clock", "notices", "conditions":
        channel.set(name, 1)
    return channel


def print_finding(session: mpe.Session, finding: mpe.Finding) -> None:
    print("reported" if finding.reported else "final")
    print(session.notification(finding, 0, Schema.MPE_SCHEMA_EVENT_GRID))
    print(*session.reply_http(finding))


def print_replies(session: mpe.Session, finding: mpe.Finding) -> None:
    answered = mpe.Answered.MPE_ANSWERED_CONNECT
    print(session.reply_rtmp(finding, answered, 64).hex())
    for stream_id, payload in session.reply_rtmp_messages(finding, answered):
        print(stream_id, payload.hex())
    print_failure(session.reply_reconnect, "rtmp://203.0.113.9/live")


def print_notice(session: mpe.Session, notice: mpe.Notice) -> None:
    numbers = notice.track, notice.value, notice.limit, notice.media_us
    print("notice", notice.kind, notice.state, notice.severity, *("-" if n is None else n for n in numbers),
          notice.unit + notice.message)
    print(session.notification(notice, 0))


def rtmp_session(channel: mpe.Channel, data: bytes) -> None:
    with channel.session(peer="203.0.113.7:52859", session_id="tour-1") as session:
        session.feed(data)
        for finding in session.findings():
            print_finding(session, finding)
            print_replies(session, finding)
        session.latency(120, 3000000)
        session.wall_clock(1717158363591000, 3000000)
        session.tick(3000000)
        for notice in session.notices():
            print_notice(session, notice)
        for track in session.tracks():
            print(track.codec, track.header_seen, track.frames, track.first_dts_us, track.last_dts_us)
        health = session.health()
        print(*("-" if n is None else n for n in (health.lead_us, health.silence_us, health.bytes_since_key_frame,
                                                  health.lost_us, health.gain_permille, health.key_frame_interval_us,
                                                  health.encode_to_ingest_us)))
        sums = channel.totals()
        print(f"{sums.sessions} {sums.measured_bps} of {sums.max_bitrate_bps}")
        print(session.protocol(), session.state(), session.asked(), session.taken(),
              int(session.deadline() == 2**63 - 1))
        session.finish(Code.MPI_REST_API_CHANNEL_STOP, 3000000)
        print_finding(session, session.ending())
        print_failure(session.tick, 3000000)


def http_session(channel: mpe.Channel) -> None:
    with mpe.Channel(mpe.Kind.MPE_OPEN) as lobby:
        lobby.set("bind_late", 1)
        with lobby.session(mpe.Protocol.MPE_PROTOCOL_FMP4) as session:
            print(int(session.url("/live/a.isml/Streams(video)?x=y")))
            for part in NamePart:
                print(session.name(part))
            session.bind(channel)
            print(int(session.next_body()))
            session.refuse(Code.MPI_SYSTEM_MAINTENANCE)
            for finding in session.findings():
                print_finding(session, finding)


with open(sys.argv[1], "rb") as file:
    print_tables()
    toured = tour_channel()
    rtmp_session(toured, file.read())
    http_session(toured)
