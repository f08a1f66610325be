//! Three live events on one port: a recorded RTMP connection is bound to the one whose app it names.
//! usage: mpe-late APP APP APP FILE (an encoding channel, a pass-through one, one without limits)
use std::{env, error::Error, fs};

use mpe::{sys, Channel, Session};

type Channels = Vec<(String, Channel)>;

fn bind_or_refuse(session: &mut Session, channels: &Channels) -> Result<(), mpe::Error> {
    let app = session.name(sys::MPE_NAME_APP)?;
    println!("{} was named after {} bytes", app, session.taken());
    match channels.iter().find(|(name, _)| *name == app) {
        Some((_, channel)) => session.bind(channel, 0),
        None => session.refuse(sys::MPE_RTMP_APPID_AUTH_FAILURE, 0),
    }
}

fn serve(session: &mut Session, channels: &Channels, mut data: &[u8]) -> Result<(), mpe::Error> {
    while session.feed(data, 0)? {
        data = &data[session.taken()..];
        bind_or_refuse(session, channels)?;
    }
    let findings: Vec<_> = session.findings().collect();
    for finding in &findings {
        println!("{}: {}", finding.code, finding.message);
        println!("a reply of {} bytes", session.reply_rtmp(finding, sys::MPE_ANSWERED_UNKNOWN, 0)?.len());
    }
    Ok(())
}

fn new_channel(kind: i32) -> Result<Channel, mpe::Error> {
    let channel = Channel::new(kind)?;
    channel.set("media_clock", 1)?;
    Ok(channel)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut channels = Channels::new();
    for kind in [sys::MPE_ENCODING, sys::MPE_PASS_THROUGH_STANDARD, sys::MPE_OPEN] {
        channels.push((arguments.next().ok_or("APP is missing")?, new_channel(kind)?));
    }
    let lobby = new_channel(sys::MPE_OPEN)?;
    lobby.set("bind_late", 1)?;
    let mut session = lobby.session(sys::MPE_PROTOCOL_RTMP, None, None, 0)?;
    for data in fs::read(arguments.next().ok_or("FILE is missing")?)?.chunks(4096) {
        serve(&mut session, &channels, data)?;
    }
    for (app, channel) in &channels {
        let sums = channel.totals()?;
        println!("{}: sessions {}, qualities {} + {}", app, sums.sessions, sums.video_qualities, sums.audio_qualities);
    }
    session.finish(0, 0)?;
    for track in session.tracks() {
        println!("{} {}x{}, {} frames", track.codec(), track.width_px, track.height_px, track.frames);
    }
    println!("ended by {}", session.ending().map_or("nothing".into(), |ending| ending.code));
    Ok(())
}
