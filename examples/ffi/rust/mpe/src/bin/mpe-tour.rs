//! Each call once: the tables, a channel, a recorded RTMP session, and one over HTTP. usage: mpe-tour FILE
use std::{env, error::Error, fs};

use mpe::{sys, Channel, Finding, Notice, Session};

type Outcome = Result<(), mpe::Error>;

fn print_tables() -> Outcome {
    println!("{} {}\n{}", mpe::version(), mpe::version_string(), mpe::build_info());
    for row in mpe::codes() {
        let number = mpe::code_by_name(row.name).unwrap_or(0);
        println!("code {} {}|{}|{}|{}", number, row.name, row.title, row.cause, row.remedy);
    }
    for row in mpe::reasons() {
        println!("reason {} {}|{}", row.number, row.name, row.remedy);
    }
    for row in mpe::params() {
        let number = mpe::param_by_name(row.name).unwrap_or(0);
        let (min, max, standard) = mpe::bounds(number, sys::MPE_ENCODING)?;
        println!("param {} {}|{}|{}|{}|{}|{}", number, row.name, row.unit, row.text, min, max, standard);
    }
    for row in mpe::conditions() {
        let number = mpe::condition_by_name(row.name).unwrap_or(0);
        println!("condition {} {}|{}|{}|{}", number, row.name, row.title, row.remedy, row.severity);
    }
    println!("{}", mpe::event_name(sys::MPE_EVENT_ENCODER_DISCONNECTED));
    println!("protocol {}\n{}", mpe::detect(b"FLV\x01\x05\0\0\0\t"), mpe::status_text(sys::MPE_BAD_STATE));
    Ok(())
}

fn print_failure<T>(outcome: Result<T, mpe::Error>) {
    println!("{}", outcome.err().map_or("no error".into(), |error| error.to_string()));
}

fn tour_channel() -> Result<Channel, mpe::Error> {
    let channel = Channel::new(sys::MPE_ENCODING)?;
    channel.set("max_width_px", 1280)?;
    channel.set_action(sys::MPE_INGEST_FRAMERATE_EXCEEDED, sys::MPE_ACTION_REPORT)?;
    println!("{} {}", channel.get("max_width_px")?, channel.action(sys::MPE_INGEST_FRAMERATE_EXCEEDED)?);
    print_failure(channel.set("max_width_px", -1));
    print_failure(channel.set("nonsense", 1));
    print_failure(channel.set_text(sys::MPE_TEXT_VIDEO_CODECS, Some("no codec")));
    channel.set_text(sys::MPE_TEXT_SUBJECT, Some("tour"))?;
    channel.allow("203.0.113.0/24")?;
    channel.disallow("203.0.113.0/24")?;
    print_failure(channel.disallow("203.0.113.0/24"));
    channel.allow_everybody()?;
    for name in ["media_clock", "notices", "conditions"] {
        channel.set(name, 1)?;
    }
    Ok(channel)
}

fn print_finding(session: &Session, finding: &Finding) -> Outcome {
    println!("{}", if finding.reported { "reported" } else { "final" });
    println!("{}", session.notification(finding, 0, sys::MPE_SCHEMA_EVENT_GRID)?);
    let answer = session.reply_http(finding)?;
    println!("{} {} {}", answer.status, answer.retry_after_s, answer.body);
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{:02x}", byte)).collect()
}

fn print_replies(session: &Session, finding: &Finding) -> Outcome {
    println!("{}", hex(&session.reply_rtmp(finding, sys::MPE_ANSWERED_CONNECT, 64)?));
    for message in session.reply_rtmp_messages(finding, sys::MPE_ANSWERED_CONNECT)? {
        println!("{} {}", message.stream_id, hex(&message.payload));
    }
    print_failure(session.reply_reconnect(Some("rtmp://203.0.113.9/live"), None, 0));
    Ok(())
}

fn or_dash(number: Option<i64>) -> String {
    number.map_or("-".into(), |number| number.to_string())
}

fn print_notice(session: &Session, notice: &Notice) -> Outcome {
    let numbers = [notice.track().map(i64::from), notice.value(), notice.limit(), notice.media_us()].map(or_dash);
    println!("notice {} {} {} {} {}{}", notice.kind, notice.state, notice.severity, numbers.join(" "), notice.unit(),
        notice.message());
    println!("{}", session.notice_notification(notice, 0, sys::MPE_SCHEMA_CLOUD_EVENTS)?);
    Ok(())
}

fn rtmp_session(channel: &Channel, data: &[u8]) -> Outcome {
    let mut session = channel.session(sys::MPE_PROTOCOL_AUTO, Some("203.0.113.7:52859"), Some("tour-1"), 0)?;
    session.feed(data, 0)?;
    for finding in session.findings().collect::<Vec<_>>() {
        print_finding(&session, &finding)?;
        print_replies(&session, &finding)?;
    }
    session.latency(120, 3000000)?;
    session.wall_clock(1717158363591000, 3000000)?;
    session.tick(3000000)?;
    for notice in session.notices().collect::<Vec<_>>() {
        print_notice(&session, &notice)?;
    }
    for track in session.tracks() {
        let (first, last) = (or_dash(track.first_dts_us()), or_dash(track.last_dts_us()));
        println!("{} {} {} {} {}", track.codec(), track.header_seen, track.frames, first, last);
    }
    let health = session.health()?;
    let numbers = [
        health.lead_us(), health.silence_us(), health.bytes_since_key_frame(), health.lost_us(), health.gain_permille(),
        health.key_frame_interval_us(), health.encode_to_ingest_us(),
    ];
    println!("{}", numbers.map(or_dash).join(" "));
    let sums = channel.totals()?;
    println!("{} {} of {}", sums.sessions, sums.measured_bps, sums.max_bitrate_bps);
    let is_never = i32::from(session.deadline() == i64::MAX);
    println!("{} {} {} {} {}", session.protocol(), session.state(), session.asked()?, session.taken(), is_never);
    session.finish(sys::MPI_REST_API_CHANNEL_STOP, 3000000)?;
    if let Some(ending) = session.ending() {
        print_finding(&session, &ending)?;
    }
    print_failure(session.tick(3000000));
    Ok(())
}

fn http_session(channel: &Channel) -> Outcome {
    let lobby = Channel::new(sys::MPE_OPEN)?;
    lobby.set("bind_late", 1)?;
    let mut session = lobby.session(sys::MPE_PROTOCOL_FMP4, None, None, 0)?;
    println!("{}", i32::from(session.url("/live/a.isml/Streams(video)?x=y")?));
    for part in [sys::MPE_NAME_APP, sys::MPE_NAME_STREAM, sys::MPE_NAME_QUERY, sys::MPE_NAME_TC_URL] {
        println!("{}", session.name(part)?);
    }
    session.bind(channel, 0)?;
    println!("{}", i32::from(session.next_body(None, sys::MPE_BODY_COMPLETE, 0)?));
    session.refuse(sys::MPI_SYSTEM_MAINTENANCE, 0)?;
    for finding in session.findings().collect::<Vec<_>>() {
        print_finding(&session, &finding)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = fs::read(env::args().nth(1).ok_or("usage: mpe-tour FILE")?)?;
    print_tables()?;
    let channel = tour_channel()?;
    rtmp_session(&channel, &data)?;
    http_session(&channel)?;
    Ok(())
}
