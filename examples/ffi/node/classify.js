#!/usr/bin/env node
/**
 * Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.
 * Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
 */
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');

const USAGE =
    'usage: classify.js [--kind encoding|pass-through-basic|pass-through-standard] [--set NAME=VALUE]... FILE|-';
const KINDS = { encoding: 'MPE_ENCODING', 'pass-through-basic': 'MPE_PASS_THROUGH_BASIC',
    'pass-through-standard': 'MPE_PASS_THROUGH_STANDARD' };
const MAX_BOXES = 10000; // more than any MP4 for download has side by side

function millisecondsOf(us) {
    const rounded = Number((Number(us) / 1000).toPrecision(15));
    if (Math.abs(rounded) >= 1e15)
        return rounded.toExponential().replace('e+', 'e');
    return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}

function jsonOf(finding) {
    const { code, event, track, value, limit, unit, offset, mediaUs, message } = finding;
    const members = { code: JSON.stringify(code), event: JSON.stringify(event), track, value, limit,
        unit: JSON.stringify(unit), offset, media_ms: mediaUs === null ? null : millisecondsOf(mediaUs),
        message: JSON.stringify(message) };
    return `{${Object.entries(members).map(([key, member]) => `"${key}":${member}`).join(',')}}`;
}

/** Where, between two places of a file, the body of the first box of a kind begins and ends; null: there is none. */
function find(fd, kind, [begin, end]) {
    for (let at = begin, count = 0; end - at >= 8 && count < MAX_BOXES; count++) {
        const head = Buffer.alloc(16);
        if (fs.readSync(fd, head, 0, 16, at) < 8)
            break;
        const isLarge = head.readUInt32BE(0) === 1;
        const size = Number(isLarge ? head.readBigUInt64BE(8) : head.readUInt32BE(0));
        const body = at + (isLarge ? 16 : 8);
        at = size > 0 && size <= end - at ? at + size : end;
        if (head.toString('latin1', 4, 8) === kind)
            return [body, at];
        if (at < body)
            break;
    }
    return null;
}

/** Whether a file is an MP4 for download, in which the order means nothing: moov and media, no fragment, no mvex. */
function isPlainMp4(fd) {
    const file = fs.fstatSync(fd);
    const whole = [0, file.isFile() ? file.size : 0];
    const moov = find(fd, 'moov', whole);
    return moov !== null && find(fd, 'mdat', whole) !== null && find(fd, 'moof', whole) === null &&
        find(fd, 'mvex', moov) === null;
}

/** The chunks of a stream, the first of them long enough to tell what it is. */
async function* chunksOf(stream, mpe) {
    let head = Buffer.alloc(0);
    for await (const chunk of stream) {
        if (head === null) {
            yield chunk;
            continue;
        }
        head = Buffer.concat([head, chunk]);
        if (mpe.detect(head) || head.length >= 64) {
            yield head;
            head = null;
        }
    }
    if (head !== null)
        yield head;
}

async function classify(mpe, channel, fd, name) {
    const { constants } = mpe;
    const stream = fd === 0 ? process.stdin : fs.createReadStream(null, { fd });
    stream.on('error', (error) => { error.message = `cannot read ${name}: ${error.message}`; });
    let session = null;
    let [isMp4, isPlain, count] = [false, false, 0];
    const report = () => {
        for (const finding of session.findings()) {
            isPlain ||= isMp4 && finding.reason === constants.MPE_REASON_PROTOCOL_NOT_SUPPORTED;
            if (isPlain && (finding.code === 'MPE_UNKNOWN_ERROR' ||
                            finding.reason === constants.MPE_REASON_MEDIA_BEFORE_HEADER))
                continue;
            count++;
            fs.writeSync(1, `${jsonOf(finding)}\n`);
        }
    };
    for await (const chunk of chunksOf(stream, mpe)) {
        if (session === null) {
            const protocol = mpe.detect(chunk);
            if (!chunk.length)
                throw new Error(`${name} is empty`);
            if (!protocol)
                throw new Error(`${name} is neither FLV nor fragmented MP4 nor the bytes that an RTMP encoder sends`);
            isMp4 = protocol === constants.MPE_PROTOCOL_FMP4;
            isPlain = isMp4 && isPlainMp4(fd);
            session = channel.session({ protocol });
        }
        session.feed(chunk);
        report();
    }
    session.finish();
    report();
    session.close();
    if (isPlain)
        throw new Error(`${name} is a plain MP4, not a live ingest`);
    return count ? 1 : 0;
}

function setUp(channel, settings) {
    for (const setting of ['report_all=1', 'media_clock=1', 'max_header_bytes=1048576', ...settings]) {
        const [, name, sign, digits] = setting.match(/^([^=]*)=([-+]?)([0-9]+)$/) ?? [];
        try {
            if (digits === undefined)
                throw new Error('not a whole number');
            channel.set(name, sign === '-' ? -BigInt(digits) : BigInt(digits));
        } catch (error) {
            throw new Error(`--set ${setting}: give NAME=VALUE, as in max_width_px=1280 (${error.message})`);
        }
    }
}

/** What the command line says; null: it asks for the usage. */
function readOptions() {
    const options = { kind: { type: 'string', default: 'encoding' }, help: { type: 'boolean' },
        set: { type: 'string', multiple: true, default: [] } };
    try {
        const { values, positionals } = parseArgs({ allowPositionals: true, options });
        if (values.help)
            return null;
        if (!Object.hasOwn(KINDS, values.kind))
            throw new Error(`--kind ${values.kind} is none`);
        if (positionals.length !== 1)
            throw new Error('give one input');
        return { ...values, input: positionals[0] };
    } catch (error) {
        throw new Error(`${error.message.replace(/(\. To specify |\.?\n)[^]*/, '')}; ${USAGE}`);
    }
}

async function main() {
    const mpe = require('./mpe');
    const options = readOptions();
    if (options === null) {
        console.log(USAGE);
        return 0;
    }
    const { kind, set, input } = options;
    const channel = new mpe.Channel(mpe.constants[KINDS[kind]]);
    setUp(channel, set);
    return classify(mpe, channel, input === '-' ? 0 : fs.openSync(input), input === '-' ? 'standard input' : input);
}

main().catch((error) => {
    console.error(`classify.js: ${error.message}`);
    return 2;
}).then((status) => process.exit(status));
