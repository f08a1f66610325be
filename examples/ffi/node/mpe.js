/**
 * libmpe for Node, by koffi: says why a live ingest must be refused, or has broken.
 *
 *     const channel = new mpe.Channel(mpe.constants.MPE_ENCODING);
 *     const session = channel.session();
 *     session.feed(buffer, nowUs);
 *     for (const finding of session.findings())
 *         console.log(finding.code, finding.message);
 *     session.close();
 *     channel.close();
 *
 * Structs, constants and functions are read from the installed headers (MPE_INCLUDE names another include folder),
 * whose text is the documentation. Times and other 64-bit numbers are a Number, or a BigInt above 2^53. A call that
 * fails throws.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const INSTALL = "install libmpe: its packages libmpe0 and libmpe-dev, or 'make install && ldconfig' in its source tree";

/** Why the module cannot be loaded, and what to install. */
class MissingError extends Error {}

function attempt(work, sentence) {
    try {
        return work();
    } catch (error) {
        throw new MissingError(sentence, { cause: error });
    }
}

function readHeaders() {
    const folders = process.env.MPE_INCLUDE ? [process.env.MPE_INCLUDE] : ['/usr/local/include', '/usr/include'];
    const folder = folders.find((each) => fs.existsSync(path.join(each, 'mpe', 'mpe.h')));
    return attempt(() => ['version.h', 'codes.h', 'params.h', 'mpe.h']
        .map((name) => fs.readFileSync(path.join(folder, 'mpe', name), 'utf8'))
        .join('\n').replace(/\/\*[^]*?\*\//g, ''),
    `There is no mpe/mpe.h in ${folders.join(' or ')}: ${INSTALL}.`);
}

const koffi = attempt(() => require('koffi'), 'There is no koffi: run npm install in the folder of mpe.js.');
const text = readHeaders();
const abi = text.match(/#define MPE_ABI (\d+)/)[1];
const library = attempt(() => koffi.load(`libmpe.so.${abi}`),
    `There is no libmpe.so.${abi}, which belongs to the headers: ${INSTALL}.`);

/** Answers for what is there, and throws where the header has moved on. */
const strict = (object) => new Proxy(object, { get(target, name) {
    if (typeof name === 'string' && !(name in target))
        throw new Error(`mpe.h has no ${name}`);
    return target[name];
} });

/** Every constant of the headers by its name. */
const constants = strict(Object.fromEntries(
    Array.from(text.matchAll(/\b(MP[EI]_\w+) = (-?\d+)/g), ([, name, value]) => [name, Number(value)])));

koffi.alias('mpe_status', 'int32_t');
for (const [, name] of text.matchAll(/typedef struct \w+ (\w+);/g))
    koffi.opaque(name);
koffi.opaque('mpe_allocator');

function defineStruct(name) {
    const body = text.match(new RegExp(`typedef struct ${name} \\{([^]*?)\\} ${name};`))[1];
    return koffi.struct(name, Object.fromEntries(Array.from(body.matchAll(/(\w+) (\w+)(?:\[(\d+)\])?;/g),
        ([, type, member, count]) => [member, count ? koffi.array(type, Number(count)) : type])));
}

const ERROR_BYTES = koffi.sizeof(defineStruct('mpe_error'));
defineStruct('mpe_track');

/** What is written through a pointer: handles and numbers come out, structs go in for their struct_size, too. */
function qualify(parameter) {
    if (/^(const|void)\b|\bchar \*/.test(parameter) || !parameter.includes('*'))
        return parameter;
    if (/\*\*|_t \*/.test(parameter))
        return `_Out_ ${parameter}`;
    return /^mpe_(error|track) /.test(parameter) ? `_Inout_ ${parameter}` : parameter;
}

const lib = strict(Object.fromEntries(Array.from(text.matchAll(/MPE_API ([\w *]+?)\b(mpe_\w+)\(([^]*?)\);/g),
    ([, result, name, parameters]) => {
        const qualified = parameters.split(',').map((parameter) => qualify(parameter.trim())).join(', ');
        return [name, library.func(`${result}${name}(${qualified.replace('char *buffer', 'void *buffer')})`)];
    })));

function check(status) {
    if (status < 0)
        throw new Error(lib.mpe_status_text(status));
    return status;
}

/** The int64_t nearest to a number, which koffi would let wrap: no parameter and no time goes as far. */
function int64(value) {
    if (Number.isSafeInteger(value))
        return value;
    const whole = BigInt(value);
    return BigInt.asIntN(64, whole) === whole ? whole : (whole < 0n ? -1n : 1n) * (2n ** 63n - 1n);
}

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
        raw: filled,
    };
}

/** One connection; Channel.session makes it. */
class Session {
    constructor(handle) { this.handle = handle; }

    url(url) { check(lib.mpe_session_url(this.handle, url)); }

    feed(data, nowUs = 0) { check(lib.mpe_session_feed(this.handle, data, data.length, int64(nowUs))); }

    tick(nowUs) { check(lib.mpe_session_tick(this.handle, int64(nowUs))); }

    deadline() { return lib.mpe_session_deadline(this.handle); }

    finish(code = 0, nowUs = 0) { check(lib.mpe_session_finish(this.handle, code, int64(nowUs))); }

    state() { return check(lib.mpe_session_state(this.handle)); }

    /** What was found and not yet taken. */
    * findings() {
        for (let finding; (finding = this.#ask(lib.mpe_session_poll_error)) !== null;)
            yield finding;
    }

    ending() { return this.#ask(lib.mpe_session_ending); }

    #ask(call) {
        const raw = { struct_size: ERROR_BYTES };
        return check(call(this.handle, raw)) === constants.MPE_EVENT ? findingOf(raw) : null;
    }

    notification(finding, unixUs, schema = constants.MPE_SCHEMA_CLOUD_EVENTS) {
        const needed = [0];
        const time = int64(unixUs);
        lib.mpe_error_json(this.handle, finding.raw, schema, time, null, 0, needed);
        const buffer = Buffer.alloc(Number(needed[0]) || 1);
        check(lib.mpe_error_json(this.handle, finding.raw, schema, time, buffer, buffer.length, null));
        return buffer.toString('utf8', 0, buffer.length - 1);
    }

    close() {
        lib.mpe_session_free(this.handle);
        this.handle = null;
    }
}

/** One live event: its limits and its allow list. */
class Channel {
    constructor(kind = constants.MPE_ENCODING) {
        const out = [null];
        check(lib.mpe_channel_new(out, kind, null));
        this.handle = out[0];
    }

    /** Sets a parameter, a number of constants or its name: set('max_width_px', 1280). */
    set(param, value) {
        const number = typeof param === 'string' ? lib.mpe_param_by_name(param) : param;
        check(lib.mpe_channel_set(this.handle, number, int64(value)));
    }

    setText(which, value) { check(lib.mpe_channel_set_text(this.handle, which, value)); }

    allow(entry) { check(lib.mpe_channel_allow(this.handle, entry)); }

    session({ protocol = constants.MPE_PROTOCOL_AUTO, peer = null, id = null, nowUs = 0 } = {}) {
        const out = [null];
        check(lib.mpe_session_new(out, this.handle, protocol, peer, id, int64(nowUs)));
        return new Session(out[0]);
    }

    close() {
        lib.mpe_channel_free(this.handle);
        this.handle = null;
    }
}

/** What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known. */
const detect = (head) => lib.mpe_protocol_detect(head, head.length);

module.exports = { Channel, Session, MissingError, constants, detect };
