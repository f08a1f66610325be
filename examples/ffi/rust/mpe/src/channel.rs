//! Channels: one live event, its limits, its allow list, and what it adds up.
use std::ptr;

use crate::{c_optional, c_text, check, param_by_name, pointer, sys, written, Edge, Error, Session, Sums};

/// One live event: its limits and its allow list.
pub struct Channel(pub(crate) *mut sys::mpe_channel);

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
        check(unsafe { sys::mpe_channel_set(self.0, param_by_name(param).unwrap_or(0), value) })
    }

    pub fn get(&self, param: &str) -> Result<i64, Error> {
        let mut value = 0;
        check(unsafe { sys::mpe_channel_get(self.0, param_by_name(param).unwrap_or(0), &mut value) })?;
        Ok(value)
    }

    /// Sets a text, MPE_TEXT_...; None unsets it.
    pub fn set_text(&self, which: i32, value: Option<&str>) -> Result<(), Error> {
        let value = c_optional(value)?;
        check(unsafe { sys::mpe_channel_set_text(self.0, which, pointer(&value)) })
    }

    pub fn set_action(&self, code: i32, action: i32) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_set_action(self.0, code, action) })
    }

    pub fn action(&self, code: i32) -> Result<i32, Error> {
        let mut action = 0;
        check(unsafe { sys::mpe_channel_get_action(self.0, code, &mut action) })?;
        Ok(action)
    }

    /// Adds an entry to the allow list.
    pub fn allow(&self, entry: &str) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_allow(self.0, c_text(entry)?.as_ptr()) })
    }

    /// Makes the allow list exist, and adds nothing.
    pub fn allow_nobody(&self) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_allow(self.0, ptr::null()) })
    }

    /// Removes an entry from the allow list.
    pub fn disallow(&self, entry: &str) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_disallow(self.0, c_text(entry)?.as_ptr()) })
    }

    /// Removes the allow list.
    pub fn allow_everybody(&self) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_disallow(self.0, ptr::null()) })
    }

    pub fn totals(&self) -> Result<Sums, Error> {
        let mut sums = Sums::empty();
        check(unsafe { sys::mpe_channel_totals(self.0, &mut sums.0) })?;
        Ok(sums)
    }

    /// Makes the channel one of a fleet, before its first session.
    pub fn fleet(&self, key: &[u8], name: &str, edge: u64) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_fleet(self.0, key.as_ptr().cast(), key.len(), c_text(name)?.as_ptr(), edge) })
    }

    /// Another number than before: the other edges should have the share now.
    pub fn share_revision(&self, now_us: i64) -> u64 {
        unsafe { sys::mpe_channel_share_revision(self.0, now_us) }
    }

    /// What this process contributes, for the other edges.
    pub fn share(&self, now_us: i64, fleet_us: i64) -> Result<Vec<u8>, Error> {
        written(|buffer, size, needed| unsafe {
            sys::mpe_channel_share(self.0, now_us, fleet_us, buffer.cast(), size, needed)
        })
    }

    /// Takes the share of another edge; false: it is no news.
    pub fn remote(&self, share: &[u8], fleet_us: i64, lease_us: i64, now_us: i64) -> Result<bool, Error> {
        let status = unsafe {
            sys::mpe_channel_remote(self.0, share.as_ptr().cast(), share.len(), fleet_us, lease_us, now_us)
        };
        check(status)?;
        Ok(status == sys::MPE_OK)
    }

    pub fn remote_gone(&self, edge: u64, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_channel_remote_gone(self.0, edge, now_us) })
    }

    /// What is known of each other edge.
    pub fn edges(&self) -> Result<Vec<Edge>, Error> {
        let mut found = Vec::new();
        loop {
            let mut edge = Edge::empty();
            match unsafe { sys::mpe_channel_edge(self.0, found.len() as i32, &mut edge.0) } {
                sys::MPE_BAD_INDEX => return Ok(found),
                status => check(status)?,
            }
            found.push(edge);
        }
    }

    /// Opens a session; what is not known of its peer and its id is None.
    pub fn session(&self, protocol: i32, peer: Option<&str>, id: Option<&str>, now_us: i64) -> Result<Session, Error> {
        let mut session = Session(ptr::null_mut());
        let (peer, id) = (c_optional(peer)?, c_optional(id)?);
        check(unsafe {
            sys::mpe_session_new(&mut session.0, self.0, protocol, pointer(&peer), pointer(&id), now_us)
        })?;
        Ok(session)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        unsafe { sys::mpe_channel_free(self.0) }
    }
}
