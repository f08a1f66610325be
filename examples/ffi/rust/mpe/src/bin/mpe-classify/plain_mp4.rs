//! MP4 for download, which is no live ingest.
use std::fs::File;
use std::os::unix::fs::FileExt;

/// More than any MP4 for download has side by side.
const MAX_BOXES: u32 = 10000;

/// Where, between two places of a file, the body of the first box of a kind begins and ends.
fn find(file: &File, kind: &[u8; 4], (mut at, end): (u64, u64)) -> Option<(u64, u64)> {
    for _ in 0..MAX_BOXES {
        let mut head = [0u8; 16];
        if at + 8 > end || file.read_at(&mut head, at).map_or(true, |count| count < 8) {
            return None;
        }
        let (size, body) = match u64::from(u32::from_be_bytes(head[..4].try_into().unwrap())) {
            1 => (u64::from_be_bytes(head[8..].try_into().unwrap()), at + 16),
            size => (size, at + 8),
        };
        at = if size == 0 || size > end - at { end } else { at + size };
        if head[4..8] == kind[..] {
            return Some((body, at));
        }
        if at < body {
            return None;
        }
    }
    None
}

/// Whether a file is an MP4 for download, in which the order means nothing: moov and media, no fragment, no mvex.
pub fn is_plain_mp4(file: &File) -> bool {
    let whole = (0, file.metadata().map_or(0, |about| if about.is_file() { about.len() } else { 0 }));
    find(file, b"moov", whole).map_or(false, |moov| find(file, b"mvex", moov).is_none())
        && find(file, b"mdat", whole).is_some()
        && find(file, b"moof", whole).is_none()
}
