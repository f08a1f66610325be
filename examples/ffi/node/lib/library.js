/** The library as its headers describe it: functions, structs and constants. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const HEADERS = ['version.h', 'codes.h', 'params.h', 'mpe.h', 'conditions.h', 'health.h', 'reply.h', 'share.h'];
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
    return attempt(() => HEADERS
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

/** The bytes of each struct that the library fills. */
const sizes = Object.fromEntries(['mpe_error', 'mpe_notice', 'mpe_track', 'mpe_channel_sums',
    'mpe_health_snapshot', 'mpe_edge_sums']
    .map((name) => [name, koffi.sizeof(defineStruct(name))]));

/** What is written through a pointer: handles and numbers come out, structs go in for their struct_size, too. */
function qualify(parameter) {
    if (/^(const|void)\b|\bchar \*/.test(parameter) || !parameter.includes('*'))
        return parameter;
    if (/\*\*|_t \*/.test(parameter))
        return `_Out_ ${parameter}`;
    return sizes[parameter.split(' ')[0]] ? `_Inout_ ${parameter}` : parameter;
}

const lib = strict(Object.fromEntries(Array.from(text.matchAll(/MPE_API ([\w *]+?)\b(mpe_\w+)\(([^]*?)\);/g),
    ([, result, name, parameters]) => {
        const qualified = parameters.split(',').map((parameter) => qualify(parameter.trim())).join(', ');
        return [name, library.func(`${result}${name}(${qualified.replace('char *buffer', 'void *buffer')})`)];
    })));

/** The names of mpe_status by their numbers. */
const statusNames = new Map(Array.from(
    text.match(/typedef int32_t mpe_status;\s*enum \{([^]*?)\}/)[1].matchAll(/(\w+) = (-?\d+)/g),
    ([, name, value]) => [Number(value), name]));

/** A mistake of the caller, or lack of memory: status is its number, code its name. */
class MpeError extends Error {
    constructor(status) {
        super(`${lib.mpe_status_text(status)} (${statusNames.get(status)})`);
        this.status = status;
        this.code = statusNames.get(status);
    }
}

function check(status) {
    if (status < 0)
        throw new MpeError(status);
    return status;
}

/** The int64_t nearest to a number, which koffi would let wrap: no parameter and no time goes as far. */
function int64(value) {
    if (Number.isSafeInteger(value))
        return value;
    const whole = BigInt(value);
    return BigInt.asIntN(64, whole) === whole ? whole : (whole < 0n ? -1n : 1n) * (2n ** 63n - 1n);
}


/** A text for C, which ends at a NUL: one that has a NUL in it is no text. */
function encoded(value) {
    if (value?.includes('\0'))
        throw new MpeError(constants.MPE_BAD_TEXT);
    return value;
}

/** What a function writes that takes a buffer, its size, and where the size that it needs goes. */
function written(call) {
    const needed = [0];
    const status = call(null, 0, needed);
    if (status !== constants.MPE_BUFFER_TOO_SMALL)
        check(status);
    const buffer = Buffer.alloc(Number(needed[0]));
    check(call(buffer, buffer.length, null));
    return buffer;
}

/** The same of a text, which ends with a NUL. */
const writtenText = (call) => written(call).toString('utf8').slice(0, -1);

module.exports = { MissingError, MpeError, check, constants, encoded, int64, lib, sizes, statusNames, strict, written,
    writtenText };
