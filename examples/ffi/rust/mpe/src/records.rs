//! What the library reports: findings, notices, tracks, sums.
use std::mem;
use std::ops::Deref;

use crate::{fixed, sys, text};

/// A struct for the library to fill, which knows its size.
macro_rules! empty {
    ($kind:ty) => {{
        let mut raw: $kind = unsafe { mem::zeroed() };
        raw.struct_size = mem::size_of::<$kind>() as u32;
        raw
    }};
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
    pub reported: bool,
    pub(crate) raw: sys::mpe_error,
}

impl Finding {
    /// What call, which fills an mpe_error, has to say.
    pub(crate) fn ask(call: impl FnOnce(*mut sys::mpe_error) -> i32) -> Option<Finding> {
        let mut raw = empty!(sys::mpe_error);
        if call(&mut raw) != sys::MPE_EVENT {
            return None;
        }
        let has = |flag: i32| raw.flags & flag as u32 != 0;
        Some(Finding {
            code: fixed(unsafe { sys::mpe_code_name(raw.code) }).into(),
            event: fixed(unsafe { sys::mpe_event_name(raw.event) }).into(),
            reason: raw.reason,
            track: Some(raw.track).filter(|track| *track >= 0),
            value: Some(raw.value).filter(|_| has(sys::MPE_ERROR_HAS_VALUE)),
            limit: Some(raw.limit).filter(|_| has(sys::MPE_ERROR_HAS_LIMIT)),
            unit: Some(text(&raw.unit)).filter(|unit| !unit.is_empty()),
            offset_bytes: Some(raw.offset_bytes).filter(|_| has(sys::MPE_ERROR_HAS_OFFSET)),
            media_us: Some(raw.media_us).filter(|_| has(sys::MPE_ERROR_HAS_MEDIA_TIME)),
            message: text(&raw.message),
            reported: has(sys::MPE_ERROR_REPORTED),
            raw,
        })
    }
}

/// A struct of the header, whose fields it has, beside what its functions say better.
macro_rules! record {
    ($(#[$about:meta])* $name:ident, $raw:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub struct $name(pub(crate) sys::$raw);

        impl $name {
            pub(crate) fn empty() -> $name {
                $name(empty!(sys::$raw))
            }
        }

        impl Deref for $name {
            type Target = sys::$raw;

            fn deref(&self) -> &sys::$raw {
                &self.0
            }
        }
    };
}

record! {
    /// What is known of a track; 0 where it is not known yet.
    Track, mpe_track
}

record! {
    /// What a channel adds up over its sessions; a limit of 0 is none.
    Sums, mpe_channel_sums
}

record! {
    /// What a channel knows of another edge of its fleet.
    Edge, mpe_edge_sums
}

record! {
    /// How a session is; what was not measured yet is None.
    Health, mpe_health_snapshot
}

record! {
    /// A condition that was set or cleared, or what happened.
    Notice, mpe_notice
}

/// A number, where there is one.
fn known(number: i64) -> Option<i64> {
    Some(number).filter(|number| *number != i64::MIN)
}

impl Track {
    pub fn codec(&self) -> String {
        text(&self.0.codec)
    }

    pub fn first_dts_us(&self) -> Option<i64> {
        known(self.0.first_dts_us)
    }

    pub fn last_dts_us(&self) -> Option<i64> {
        known(self.0.last_dts_us)
    }
}

impl Health {
    pub fn lead_us(&self) -> Option<i64> {
        known(self.0.lead_us)
    }

    pub fn silence_us(&self) -> Option<i64> {
        known(self.0.silence_us)
    }

    pub fn bytes_since_key_frame(&self) -> Option<i64> {
        known(self.0.bytes_since_key_frame)
    }

    pub fn lost_us(&self) -> Option<i64> {
        known(self.0.lost_us)
    }

    pub fn gain_permille(&self) -> Option<i64> {
        known(self.0.gain_permille)
    }

    pub fn key_frame_interval_us(&self) -> Option<i64> {
        known(self.0.key_frame_interval_us)
    }

    pub fn encode_to_ingest_us(&self) -> Option<i64> {
        known(self.0.encode_to_ingest_us)
    }
}

impl Notice {
    fn has(&self, flag: i32) -> bool {
        self.0.flags & flag as u32 != 0
    }

    pub fn track(&self) -> Option<i32> {
        Some(self.0.track).filter(|track| *track >= 0)
    }

    pub fn other_track(&self) -> Option<i32> {
        Some(self.0.other_track).filter(|track| *track >= 0)
    }

    pub fn value(&self) -> Option<i64> {
        Some(self.0.value).filter(|_| self.has(sys::MPE_NOTICE_HAS_VALUE))
    }

    pub fn limit(&self) -> Option<i64> {
        Some(self.0.limit).filter(|_| self.has(sys::MPE_NOTICE_HAS_LIMIT))
    }

    pub fn media_us(&self) -> Option<i64> {
        Some(self.0.media_us).filter(|_| self.has(sys::MPE_NOTICE_HAS_MEDIA_TIME))
    }

    pub fn arrival_us(&self) -> Option<i64> {
        known(self.0.arrival_us)
    }

    pub fn unit(&self) -> String {
        text(&self.0.unit)
    }

    pub fn message(&self) -> String {
        text(&self.0.message)
    }
}
