//! Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.
//! Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::num::{IntErrorKind, ParseIntError};
use std::os::unix::io::FromRawFd;
use std::process::ExitCode;

use mpe::{sys, Channel, Finding};
use plain_mp4::is_plain_mp4;

mod plain_mp4;

const USAGE: &str = "usage: mpe-classify [--kind encoding|pass-through-basic|pass-through-standard] \
                     [--set NAME=VALUE]... FILE|-";

/// 15 digits show 33.367 as it is.
fn milliseconds(us: i64) -> String {
    let rounded: f64 = format!("{:.14e}", us as f64 / 1000.0).parse().unwrap_or_default();
    if rounded.abs() >= 1e15 { format!("{:e}", rounded) } else { format!("{:?}", rounded) }
}

fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json += "\\n",
            '\r' => json += "\\r",
            '\t' => json += "\\t",
            '\u{8}' => json += "\\b",
            '\u{c}' => json += "\\f",
            c if c < ' ' => json += &format!("\\u{:04X}", c as u32),
            c => json.push(c),
        }
    }
    json + "\""
}

fn json(f: &Finding) -> String {
    fn or_null<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
        value.map_or("null".into(), text)
    }
    format!(
        r#"{{"code":{},"event":{},"track":{},"value":{},"limit":{},"unit":{},"offset":{},"media_ms":{},"message":{}}}"#,
        quoted(&f.code), quoted(&f.event), or_null(f.track, |v| v.to_string()), or_null(f.value, |v| v.to_string()),
        or_null(f.limit, |v| v.to_string()), or_null(f.unit.as_deref(), quoted),
        or_null(f.offset_bytes, |v| v.to_string()), or_null(f.media_us, milliseconds), quoted(&f.message)
    )
}

/// The first bytes of a stream, enough of them to tell what it is.
fn head_of(file: &mut impl Read, name: &str) -> Result<Vec<u8>, String> {
    let (mut head, mut buffer) = (Vec::new(), vec![0; 65536]);
    while mpe::detect(&head) == sys::MPE_PROTOCOL_AUTO && head.len() < 64 {
        match read(file, &mut buffer, name)? {
            0 => break,
            count => head.extend(&buffer[..count]),
        }
    }
    if head.is_empty() {
        return Err(format!("{name} is empty"));
    }
    if mpe::detect(&head) == sys::MPE_PROTOCOL_AUTO {
        return Err(format!("{name} is neither FLV nor fragmented MP4 nor the bytes that an RTMP encoder sends"));
    }
    Ok(head)
}

fn read(file: &mut impl Read, buffer: &mut [u8], name: &str) -> Result<usize, String> {
    file.read(buffer).map_err(|error| format!("cannot read {name}: {error}"))
}

fn classify(channel: &Channel, file: &mut File, name: &str) -> Result<bool, String> {
    let mut data = head_of(file, name)?;
    let mut len = data.len();
    let protocol = mpe::detect(&data);
    let is_mp4 = protocol == sys::MPE_PROTOCOL_FMP4;
    let mut is_plain = is_mp4 && is_plain_mp4(file);
    let mut found = false;
    let mut session = channel.session(protocol, None, None, 0).map_err(|error| error.to_string())?;
    data.resize(65536.max(len), 0);
    loop {
        let fed = if len > 0 { session.feed(&data[..len], 0).map(drop) } else { session.finish(0, 0) };
        fed.map_err(|error| error.to_string())?;
        for finding in session.findings() {
            is_plain |= is_mp4 && finding.reason == sys::MPE_REASON_PROTOCOL_NOT_SUPPORTED;
            if is_plain
                && (finding.code == "MPE_UNKNOWN_ERROR" || finding.reason == sys::MPE_REASON_MEDIA_BEFORE_HEADER)
            {
                continue;
            }
            found = true;
            writeln!(io::stdout(), "{}", json(&finding)).map_err(|_| "cannot write to standard output".to_string())?;
        }
        if len == 0 {
            break;
        }
        len = read(file, &mut data, name)?;
    }
    if is_plain { Err(format!("{name} is a plain MP4, not a live ingest")) } else { Ok(found) }
}

fn set(channel: &Channel, setting: &str) -> Result<(), String> {
    let advice = format!("--set {setting}: give NAME=VALUE, as in max_width_px=1280");
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    let value = value.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => format!("{advice} (more than 64 bits)"),
        _ => format!("{advice} (not a whole number)"),
    })?;
    channel.set(name, value).map_err(|error| format!("{advice} ({error})"))
}

struct Options {
    kind: i32,
    settings: Vec<String>,
    input: OsString, // a name may have any bytes
}

/// None: the usage is asked for.
fn options() -> Result<Option<Options>, String> {
    let misused = |what: &str| format!("{what}; {USAGE}");
    let mut kind = sys::MPE_ENCODING;
    let mut settings = vec!["report_all=1".into(), "media_clock=1".into(), "max_header_bytes=1048576".into()];
    let mut input = None;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        let mut value = || arguments.next().map(|value| value.to_string_lossy().into_owned());
        match text.as_str() {
            "--help" => return Ok(None),
            "--kind" => {
                kind = match value().as_deref() {
                    Some("encoding") => sys::MPE_ENCODING,
                    Some("pass-through-basic") => sys::MPE_PASS_THROUGH_BASIC,
                    Some("pass-through-standard") => sys::MPE_PASS_THROUGH_STANDARD,
                    Some(other) => return Err(misused(&format!("--kind {other} is none"))),
                    None => return Err(misused("--kind needs a value")),
                }
            }
            "--set" => settings.push(value().ok_or_else(|| misused("--set needs a value"))?),
            other if other.starts_with('-') && other != "-" => {
                return Err(misused(&format!("there is no option {other}")));
            }
            _ if input.is_some() => return Err(misused("give one input")),
            _ => input = Some(argument),
        }
    }
    let input = input.ok_or_else(|| misused("give one input"))?;
    Ok(Some(Options { kind, settings, input }))
}

fn run() -> Result<bool, String> {
    let Options { kind, settings, input } = match options()? {
        Some(options) => options,
        None => {
            println!("{USAGE}");
            return Ok(false);
        }
    };
    let channel = Channel::new(kind).map_err(|error| error.to_string())?;
    settings.iter().try_for_each(|setting| set(&channel, setting))?;
    if input == "-" {
        let mut stdin = ManuallyDrop::new(unsafe { File::from_raw_fd(0) }); // unbuffered, and left open
        return classify(&channel, &mut stdin, "standard input");
    }
    let name = input.to_string_lossy();
    let mut file = File::open(&input).map_err(|error| format!("cannot open {name}: {error}"))?;
    classify(&channel, &mut file, &name)
}

fn main() -> ExitCode {
    match run() {
        Ok(found) => ExitCode::from(u8::from(found)),
        Err(sentence) => {
            eprintln!("mpe-classify: {sentence}");
            ExitCode::from(2)
        }
    }
}
