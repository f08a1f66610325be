//! Sessions: one connection of an encoder.
use std::iter;

use crate::{c_optional, c_text, check, named, number, pointer, sys, written_text};
use crate::{Channel, Error, Finding, Health, Notice, Track};

/// One connection; it may outlive its channel.
pub struct Session(pub(crate) *mut sys::mpe_session);

unsafe impl Send for Session {}

impl Session {
    /// True: the session of a lobby has named its channel, bind it.
    pub fn url(&mut self, url: &str) -> Result<bool, Error> {
        named(unsafe { sys::mpe_session_url(self.0, c_text(url)?.as_ptr()) })
    }

    /// True: the session of a lobby has named its channel; bind it, and feed what comes after taken() bytes.
    pub fn feed(&mut self, data: &[u8], now_us: i64) -> Result<bool, Error> {
        named(unsafe { sys::mpe_session_feed(self.0, data.as_ptr().cast(), data.len(), now_us) })
    }

    pub fn taken(&self) -> usize {
        unsafe { sys::mpe_session_taken(self.0) }
    }

    /// True: as of url.
    pub fn next_body(&mut self, url: Option<&str>, ended: i32, now_us: i64) -> Result<bool, Error> {
        let url = c_optional(url)?;
        named(unsafe { sys::mpe_session_next_body(self.0, pointer(&url), ended, now_us) })
    }

    /// What the session of a lobby has named, MPE_NAME_...: a secret.
    pub fn name(&self, part: i32) -> Result<String, Error> {
        written_text(|buffer, size, needed| unsafe { sys::mpe_session_name(self.0, part, buffer, size, needed) })
    }

    pub fn bind(&mut self, channel: &Channel, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_bind(self.0, channel.0, now_us) })
    }

    pub fn refuse(&mut self, code: i32, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_refuse(self.0, code, now_us) })
    }

    pub fn tick(&mut self, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_tick(self.0, now_us) })
    }

    pub fn deadline(&self) -> i64 {
        unsafe { sys::mpe_session_deadline(self.0) }
    }

    pub fn latency(&mut self, latency_ms: i64, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_latency(self.0, latency_ms, now_us) })
    }

    pub fn wall_clock(&mut self, unix_us: i64, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_wall_clock(self.0, unix_us, now_us) })
    }

    pub fn finish(&mut self, code: i32, now_us: i64) -> Result<(), Error> {
        check(unsafe { sys::mpe_session_finish(self.0, code, now_us) })
    }

    /// What was found and not yet taken.
    pub fn findings(&mut self) -> impl Iterator<Item = Finding> + '_ {
        iter::from_fn(move || Finding::ask(|raw| unsafe { sys::mpe_session_poll_error(self.0, raw) }))
    }

    /// What happened, and which conditions were set or cleared, and not yet taken.
    pub fn notices(&mut self) -> impl Iterator<Item = Notice> + '_ {
        iter::from_fn(move || {
            let mut notice = Notice::empty();
            let status = unsafe { sys::mpe_session_poll_notice(self.0, &mut notice.0) };
            (status == sys::MPE_EVENT).then(|| notice)
        })
    }

    pub fn ending(&self) -> Option<Finding> {
        Finding::ask(|raw| unsafe { sys::mpe_session_ending(self.0, raw) })
    }

    pub fn state(&self) -> i32 {
        unsafe { sys::mpe_session_state(self.0) }
    }

    pub fn protocol(&self) -> i32 {
        unsafe { sys::mpe_session_protocol(self.0) }
    }

    /// What an RTMP encoder has asked for last, MPE_ASKED_...
    pub fn asked(&self) -> Result<i32, Error> {
        number(unsafe { sys::mpe_session_asked(self.0) })
    }

    pub fn track(&self, index: i32) -> Result<Track, Error> {
        let mut track = Track::empty();
        check(unsafe { sys::mpe_session_track(self.0, index, &mut track.0) })?;
        Ok(track)
    }

    /// All tracks, in order of appearance.
    pub fn tracks(&self) -> impl Iterator<Item = Track> + '_ {
        (0..).map_while(move |index| self.track(index).ok())
    }

    pub fn health(&self) -> Result<Health, Error> {
        let mut health = Health::empty();
        check(unsafe { sys::mpe_session_health(self.0, &mut health.0) })?;
        Ok(health)
    }

    /// The JSON that reports a finding of this session.
    pub fn notification(&self, finding: &Finding, unix_us: i64, schema: i32) -> Result<String, Error> {
        written_text(|buffer, size, needed| unsafe {
            sys::mpe_error_json(self.0, &finding.raw, schema, unix_us, buffer, size, needed)
        })
    }

    /// The JSON that reports a notice of this session.
    pub fn notice_notification(&self, notice: &Notice, unix_us: i64, schema: i32) -> Result<String, Error> {
        written_text(|buffer, size, needed| unsafe {
            sys::mpe_notice_json(self.0, &notice.0, schema, unix_us, buffer, size, needed)
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        unsafe { sys::mpe_session_free(self.0) }
    }
}
