//! The tables of the library: codes, reasons, events, parameters, conditions; its version; what bytes are.
use std::os::raw::c_char;

use crate::{c_text, check, fixed, sys, Error};

pub struct CodeRow {
    pub number: i32,
    pub name: &'static str,
    pub title: &'static str,
    pub cause: &'static str,
    pub remedy: &'static str,
}

pub struct ReasonRow {
    pub number: i32,
    pub name: &'static str,
    pub remedy: &'static str,
}

pub struct ParamRow {
    pub number: i32,
    pub name: &'static str,
    pub unit: &'static str,
    pub text: &'static str,
}

pub struct ConditionRow {
    pub number: i32,
    pub name: &'static str,
    pub title: &'static str,
    pub remedy: &'static str,
    pub severity: i32,
}

fn by_name(name: &str, find: unsafe extern "C" fn(*const c_char) -> i32) -> Option<i32> {
    let name = c_text(name).ok()?;
    Some(unsafe { find(name.as_ptr()) }).filter(|number| *number > 0)
}

pub fn codes() -> Vec<CodeRow> {
    let row = |index| unsafe {
        let number = sys::mpe_code_at(index);
        CodeRow {
            number,
            name: fixed(sys::mpe_code_name(number)),
            title: fixed(sys::mpe_code_title(number)),
            cause: fixed(sys::mpe_code_cause(number)),
            remedy: fixed(sys::mpe_code_remedy(number)),
        }
    };
    (0..unsafe { sys::mpe_code_count() }).map(row).collect()
}

pub fn code_by_name(name: &str) -> Option<i32> {
    by_name(name, sys::mpe_code_by_name)
}

pub fn reasons() -> Vec<ReasonRow> {
    let row = |number| unsafe {
        ReasonRow { number, name: fixed(sys::mpe_reason_name(number)), remedy: fixed(sys::mpe_reason_remedy(number)) }
    };
    (1..=sys::MPE_REASON_ENDED).map(row).filter(|row| !row.name.is_empty()).collect() // MPE_REASON_ENDED is the last one
}

pub fn event_name(event: i32) -> &'static str {
    fixed(unsafe { sys::mpe_event_name(event) })
}

pub fn params() -> Vec<ParamRow> {
    let row = |index| unsafe {
        let number = sys::mpe_param_at(index);
        ParamRow {
            number,
            name: fixed(sys::mpe_param_name(number)),
            unit: fixed(sys::mpe_param_unit(number)),
            text: fixed(sys::mpe_param_text(number)),
        }
    };
    (0..unsafe { sys::mpe_param_count() }).map(row).collect()
}

pub fn param_by_name(name: &str) -> Option<i32> {
    by_name(name, sys::mpe_param_by_name)
}

/// Least and largest value of a parameter, and the default for a kind of channel.
pub fn bounds(param: i32, kind: i32) -> Result<(i64, i64, i64), Error> {
    let (mut min, mut max, mut standard) = (0, 0, 0);
    check(unsafe { sys::mpe_param_bounds(param, kind, &mut min, &mut max, &mut standard) })?;
    Ok((min, max, standard))
}

pub fn conditions() -> Vec<ConditionRow> {
    let row = |index| unsafe {
        let number = sys::mpe_condition_at(index);
        ConditionRow {
            number,
            name: fixed(sys::mpe_condition_name(number)),
            title: fixed(sys::mpe_condition_title(number)),
            remedy: fixed(sys::mpe_condition_remedy(number)),
            severity: sys::mpe_condition_severity(number),
        }
    };
    (0..unsafe { sys::mpe_condition_count() }).map(row).collect()
}

pub fn condition_by_name(name: &str) -> Option<i32> {
    by_name(name, sys::mpe_condition_by_name)
}

/// What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known.
pub fn detect(head: &[u8]) -> i32 {
    unsafe { sys::mpe_protocol_detect(head.as_ptr().cast(), head.len()) }
}

/// One sentence about a status.
pub fn status_text(status: i32) -> &'static str {
    fixed(unsafe { sys::mpe_status_text(status) })
}

/// major * 1000000 + minor * 1000 + patch of the library that runs.
pub fn version() -> u32 {
    unsafe { sys::mpe_version() }
}

pub fn version_string() -> &'static str {
    fixed(unsafe { sys::mpe_version_string() })
}

pub fn build_info() -> &'static str {
    fixed(unsafe { sys::mpe_build_info() })
}
