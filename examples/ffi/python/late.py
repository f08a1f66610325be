#!/usr/bin/env python3
"""Three live events on one port: a recorded RTMP connection is bound to the one whose app it names.

usage: late.py APP APP APP FILE (an encoding channel, a pass-through one, one without limits)
"""
import sys

import mpe

KINDS = mpe.Kind.MPE_ENCODING, mpe.Kind.MPE_PASS_THROUGH_STANDARD, mpe.Kind.MPE_OPEN


def bind_or_refuse(session: mpe.Session, channels: dict) -> None:
    app = session.name(mpe.NamePart.MPE_NAME_APP)
    print(f"{app} was named after {session.taken()} bytes")
    if app in channels:
        session.bind(channels[app])
    else:
        session.refuse(mpe.Code.MPE_RTMP_APPID_AUTH_FAILURE)


def report(session: mpe.Session) -> None:
    for finding in session.findings():
        print(f"{finding.code}: {finding.message}")
        print(f"a reply of {len(session.reply_rtmp(finding))} bytes")


def serve(session: mpe.Session, channels: dict, data: bytes) -> None:
    while session.feed(data):
        data = data[session.taken():]
        bind_or_refuse(session, channels)
    report(session)


def main() -> None:
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    channels = {app: mpe.Channel(kind) for app, kind in zip(sys.argv[1:4], KINDS)}
    lobby = mpe.Channel(mpe.Kind.MPE_OPEN)
    lobby.set("bind_late", 1)
    for channel in [lobby, *channels.values()]:
        channel.set("media_clock", 1)
    session = lobby.session(mpe.Protocol.MPE_PROTOCOL_RTMP)
    with open(sys.argv[4], "rb") as file:
        while data := file.read(4096):
            serve(session, channels, data)
    for app, channel in channels.items():
        sums = channel.totals()
        print(f"{app}: sessions {sums.sessions}, qualities {sums.video_qualities} + {sums.audio_qualities}")
    session.finish()
    for track in session.tracks():
        print(f"{track.codec} {track.width_px}x{track.height_px}, {track.frames} frames")
    print(f"ended by {session.ending().code}")


main()
