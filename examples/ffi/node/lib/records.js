/** What the library reports: findings, notices, tracks, sums. */
'use strict';

const { check, constants, lib, sizes, strict } = require('./library');

const INT64_MIN = -(2n ** 63n);

const empty = (type) => ({ struct_size: sizes[type] });

/** One finding, or the ending of a session; what is not known is null. */
function findingOf(filled) {
    const raw = strict(filled);
    const known = (flag, value) => (raw.flags & constants[`MPE_ERROR_HAS_${flag}`] ? value : null);
    return {
        code: lib.mpe_code_name(raw.code),
        event: lib.mpe_event_name(raw.event),
        reason: raw.reason,
        track: raw.track >= 0 ? raw.track : null,
        value: known('VALUE', raw.value),
        limit: known('LIMIT', raw.limit),
        unit: raw.unit || null,
        offset: known('OFFSET', raw.offset_bytes),
        mediaUs: known('MEDIA_TIME', raw.media_us),
        message: raw.message,
        reported: Boolean(raw.flags & constants.MPE_ERROR_REPORTED),
        raw: filled,
    };
}

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The members of a struct as in the header, but in camelCase; null where the library has measured nothing yet. */
function recordOf(filled) {
    const members = Object.entries(filled).filter(([name]) => !['struct_size', 'reserved'].includes(name));
    return Object.fromEntries(members.map(([name, value]) => [camel(name), value === INT64_MIN ? null : value]));
}

/** A condition that was set or cleared, or what happened; what is not known is null. */
function noticeOf(filled) {
    const raw = strict(filled);
    const notice = { ...recordOf(filled), raw: filled };
    for (const [flag, name] of [['VALUE', 'value'], ['LIMIT', 'limit'], ['MEDIA_TIME', 'mediaUs']]) {
        if (!(raw.flags & constants[`MPE_NOTICE_HAS_${flag}`]))
            notice[name] = null;
    }
    notice.track = raw.track >= 0 ? raw.track : null;
    notice.otherTrack = raw.other_track >= 0 ? raw.other_track : null;
    return notice;
}

/** What a function fills that fails, or always fills. */
function filledBy(type, call) {
    const raw = empty(type);
    check(call(raw));
    return recordOf(raw);
}

module.exports = { empty, filledBy, findingOf, noticeOf };
