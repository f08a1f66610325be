//! libmpe for Rust: says why a live ingest must be refused, or has broken.
//!
//! ```no_run
//! # fn main() -> Result<(), mpe::Error> {
//! let channel = mpe::Channel::new(mpe::sys::MPE_ENCODING)?;
//! let mut session = channel.session(mpe::sys::MPE_PROTOCOL_AUTO, Some("203.0.113.7:52859"), 0)?;
//! session.feed(b"FLV...", 0)?;
//! for finding in session.findings() {
//!     println!("{}: {}", finding.code, finding.message);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Constants are those of the header, in [`sys`]; its text is the documentation.
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::{fmt, mem, ptr};

pub use mpe_sys as sys;

/// A mistake of the caller, or lack of memory: an mpe_status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error(pub i32);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(unsafe { sys::mpe_status_text(self.0) }))
    }
}

impl std::error::Error for Error {}

fn check(status: i32) -> Result<i32, Error> {
    if status < 0 { Err(Error(status)) } else { Ok(status) }
}

/// Texts of the library are NUL-terminated, and never NULL.
fn text(c: *const c_char) -> String {
    unsafe { CStr::from_ptr(c) }.to_string_lossy().into_owned()
}

fn c_text(rust: &str) -> Result<CString, Error> {
    CString::new(rust).map_err(|_| Error(sys::MPE_BAD_TEXT))
}

/// One finding, or the ending of a session.
#[derive(Clone)]
pub struct Finding {
    pub code: String,
    pub event: String,
    pub reason: i32,
    pub track: Option<i32>,
    pub value: Option<i64>,
    pub limit: Option<i64>,
    pub unit: Option<String>,
    pub offset_bytes: Option<u64>,
    pub media_us: Option<i64>,
    pub message: String,
    raw: sys::mpe_error,
}

impl Finding {
    /// What call, which fills an mpe_error, has to say.
    fn ask(call: impl FnOnce(*mut sys::mpe_error) -> i32) -> Option<Finding> {
        let mut raw: sys::mpe_error = unsafe { mem::zeroed() };
        raw.struct_size = mem::size_of::<sys::mpe_error>() as u32;
        if call(&mut raw) != sys::MPE_EVENT {
            return None;
        }
        let has = |flag: i32| raw.flags & flag as u32 != 0;
        Some(Finding {
            code: text(unsafe { sys::mpe_code_name(raw.code) }),
            event: text(unsafe { sys::mpe_event_name(raw.event) }),
            reason: raw.reason,
            track: Some(raw.track).filter(|track| *track >= 0),
            value: Some(raw.value).filter(|_| has(sys::MPE_ERROR_HAS_VALUE)),
            limit: Some(raw.limit).filter(|_| has(sys::MPE_ERROR_HAS_LIMIT)),
            unit: Some(text(raw.unit.as_ptr())).filter(|unit| !unit.is_empty()),
            offset_bytes: Some(raw.offset_bytes).filter(|_| has(sys::MPE_ERROR_HAS_OFFSET)),
            media_us: Some(raw.media_us).filter(|_| has(sys::MPE_ERROR_HAS_MEDIA_TIME)),
            message: text(raw.message.as_ptr()),
            raw,
        })
    }
}

/// One live event: its limits and its allow list.
pub struct Channel(*mut sys::mpe_channel);

// The library lets a channel be used on any thread at any time.
unsafe impl Send for Channel {}
unsafe impl Sync for Channel {}

impl Channel {
    pub fn new(kind: i32) -> Result<Channel, Error> {
        let mut channel = Channel(ptr::null_mut());
        check(unsafe { sys::mpe_channel_new(&mut channel.0, kind, ptr::null()) })?;
        Ok(channel)
    }

    /// Sets a parameter by its name: `set("max_width_px", 1280)`.
    pub fn set(&self, param: &str, value: i64) -> Result<(), Error> {
        let name = c_text(param)?;
        check(unsafe { sys::mpe_channel_set(self.0, sys::mpe_param_by_name(name.as_ptr()), value) }).map(drop)
    }

    pub fn set_text(&self, which: i32, value: &str) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_set_text(self.0, which, c_text(value)?.as_ptr()) }).map(drop)
    }

    pub fn allow(&self, entry: &str) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_allow(self.0, c_text(entry)?.as_ptr()) }).map(drop)
    }

    pub fn session(&self, protocol: i32, peer: Option<&str>, now_us: i64) -> Result<Session, Error> {
        let mut session = Session(ptr::null_mut());
        let peer = peer.map(c_text).transpose()?;
        let peer = peer.as_ref().map_or(ptr::null(), |peer| peer.as_ptr());
        check(unsafe { sys::mpe_session_new(&mut session.0, self.0, protocol, peer, ptr::null(), now_us) })?;
        Ok(session)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        unsafe { sys::mpe_channel_free(self.0) }
    }
}

/// One connection; it may outlive its channel.
pub struct Session(*mut sys::mpe_session);

unsafe impl Send for Session {}

impl Session {
    pub fn url(&mut self, url: &str) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_url(self.0, c_text(url)?.as_ptr()) }).map(drop)
    }

    pub fn feed(&mut self, data: &[u8], now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_feed(self.0, data.as_ptr().cast(), data.len(), now_us) }).map(drop)
    }

    pub fn tick(&mut self, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_tick(self.0, now_us) }).map(drop)
    }

    pub fn deadline(&self) -> i64 {
        unsafe { sys::mpe_session_deadline(self.0) }
    }

    pub fn finish(&mut self, code: i32, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_finish(self.0, code, now_us) }).map(drop)
    }

    /// What was found and not yet taken.
    pub fn findings(&mut self) -> impl Iterator<Item = Finding> + '_ {
        std::iter::from_fn(move || Finding::ask(|raw| unsafe { sys::mpe_session_poll_error(self.0, raw) }))
    }

    pub fn ending(&self) -> Option<Finding> {
        Finding::ask(|raw| unsafe { sys::mpe_session_ending(self.0, raw) })
    }

    pub fn state(&self) -> i32 {
        unsafe { sys::mpe_session_state(self.0) }
    }

    pub fn notification(&self, finding: &Finding, unix_us: i64, schema: i32) -> Result<String, Error> {
        let mut buffer = vec![0u8; 1 << 16]; // a notification is far below that
        let json = buffer.as_mut_ptr() as *mut c_char;
        check(unsafe {
            sys::mpe_error_json(self.0, &finding.raw, schema, unix_us, json, buffer.len(), ptr::null_mut())
        })?;
        Ok(text(json))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        unsafe { sys::mpe_session_free(self.0) }
    }
}

/// What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known.
pub fn detect(head: &[u8]) -> i32 {
    unsafe { sys::mpe_protocol_detect(head.as_ptr().cast(), head.len()) }
}
