//! libmpe for Rust: says why a live ingest must be refused, or has broken.
//!
//! ```no_run
//! # fn main() -> Result<(), mpe::Error> {
//! let channel = mpe::Channel::new(mpe::sys::MPE_ENCODING)?;
//! let mut session = channel.session(mpe::sys::MPE_PROTOCOL_AUTO, Some("203.0.113.7:52859"), None, 0)?;
//! session.feed(b"FLV", 0)?;
//! for finding in session.findings() {
//!     println!("{}: {}", finding.code, finding.message);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Constants are those of the header, in [`sys`]; its text is the documentation. A call that fails gives an [`Error`],
//! which says which mistake it was.
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::{fmt, ptr};

pub use channel::Channel;
pub use mpe_sys as sys;
pub use records::{Edge, Finding, Health, Notice, Sums, Track};
pub use replies::{Answer, Message};
pub use session::Session;
pub use tables::*;

mod channel;
mod records;
mod replies;
mod session;
mod tables;

/// A mistake of the caller, or lack of memory: an mpe_status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error(pub i32);

impl Error {
    /// "MPE_BAD_VALUE"
    pub fn name(self) -> &'static str {
        sys::STATUS_NAMES.iter().find(|(status, _)| *status == self.0).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", status_text(self.0), self.name())
    }
}

impl std::error::Error for Error {}

fn check(status: i32) -> Result<(), Error> {
    number(status).map(drop)
}

/// A number that is not negative.
fn number(status: i32) -> Result<i32, Error> {
    if status < 0 { Err(Error(status)) } else { Ok(status) }
}

/// Whether the session of a lobby has named its channel.
fn named(status: i32) -> Result<bool, Error> {
    number(status).map(|status| status == sys::MPE_NAMED)
}

/// Text in a struct, which ends with a NUL.
fn text(c: &[c_char]) -> String {
    String::from_utf8_lossy(&c.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect::<Vec<u8>>()).into_owned()
}

/// A text for C, which ends at a NUL: one that has a NUL in it is no text.
fn c_text(rust: &str) -> Result<CString, Error> {
    CString::new(rust).map_err(|_| Error(sys::MPE_BAD_TEXT))
}

/// The same of one that may be missing; it must outlive its pointer.
fn c_optional(rust: Option<&str>) -> Result<Option<CString>, Error> {
    rust.map(c_text).transpose()
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// What a function writes that takes a buffer, its size, and where the size that it needs goes.
fn written(call: impl Fn(*mut c_char, usize, *mut usize) -> i32) -> Result<Vec<u8>, Error> {
    let mut needed = 0;
    match call(ptr::null_mut(), 0, &mut needed) {
        sys::MPE_BUFFER_TOO_SMALL => {}
        status => check(status)?,
    }
    let mut buffer = vec![0u8; needed];
    check(call(buffer.as_mut_ptr().cast(), needed, &mut needed))?;
    Ok(buffer)
}

/// The same of a text, which ends with a NUL.
fn written_text(call: impl Fn(*mut c_char, usize, *mut usize) -> i32) -> Result<String, Error> {
    let bytes = written(call)?;
    Ok(String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(&bytes)).into_owned())
}

/// Texts of the library's tables are NUL-terminated, never NULL, and there for ever.
fn fixed(c: *const c_char) -> &'static str {
    unsafe { CStr::from_ptr(c) }.to_str().unwrap_or("")
}
