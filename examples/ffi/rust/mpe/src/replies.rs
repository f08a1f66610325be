//! The bytes that tell an encoder why it is refused or disconnected (mpe/reply.h): what a session replies with.
use std::cell::Cell;

use crate::{c_optional, pointer, sys, written, written_text, Error, Finding, Session};

/// The payload of an RTMP command, and the message stream to send it on.
pub struct Message {
    pub stream_id: u32,
    pub payload: Vec<u8>,
}

/// The answer to an HTTP request; retry_after_s 0: without Retry-After.
pub struct Answer {
    pub status: i32,
    pub retry_after_s: i32,
    pub body: String,
}

impl Session {
    /// Chunks ready to be sent; a chunk size of 0 is that of a server that has announced none.
    pub fn reply_rtmp(&self, finding: &Finding, answered: i32, chunk_size_bytes: u32) -> Result<Vec<u8>, Error> {
        written(|buffer, size, needed| unsafe {
            sys::mpe_reply_rtmp(self.0, &finding.raw, answered, chunk_size_bytes, buffer.cast(), size, needed)
        })
    }

    /// The same for a host that makes its own chunks.
    pub fn reply_rtmp_messages(&self, finding: &Finding, answered: i32) -> Result<Vec<Message>, Error> {
        let mut messages = Vec::new();
        loop {
            let (index, stream_id) = (messages.len() as i32, Cell::new(0));
            let payload = written(|buffer, size, needed| unsafe {
                sys::mpe_reply_rtmp_message(self.0, &finding.raw, answered, index, stream_id.as_ptr(), buffer.cast(),
                    size, needed)
            });
            match payload {
                Err(Error(sys::MPE_BAD_INDEX)) => return Ok(messages),
                payload => messages.push(Message { payload: payload?, stream_id: stream_id.get() }),
            }
        }
    }

    /// Asks the encoder to connect to another URL, or, with None, to the same one.
    pub fn reply_reconnect(
        &self, tc_url: Option<&str>, description: Option<&str>, chunk_size_bytes: u32,
    ) -> Result<Vec<u8>, Error> {
        let (tc_url, description) = (c_optional(tc_url)?, c_optional(description)?);
        written(|buffer, size, needed| unsafe {
            sys::mpe_reply_reconnect(self.0, pointer(&tc_url), pointer(&description), chunk_size_bytes, buffer.cast(),
                size, needed)
        })
    }

    /// The answer to the request whose body the session was.
    pub fn reply_http(&self, finding: &Finding) -> Result<Answer, Error> {
        let (status, retry_after_s) = (Cell::new(0), Cell::new(0));
        let body = written_text(|buffer, size, needed| unsafe {
            sys::mpe_reply_http(self.0, &finding.raw, status.as_ptr(), retry_after_s.as_ptr(), buffer, size, needed)
        })?;
        Ok(Answer { status: status.get(), retry_after_s: retry_after_s.get(), body })
    }
}
