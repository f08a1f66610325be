#!/usr/bin/env node
/**
 * Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.
 * Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
 */
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');

const USAGE = 'classify.js [--kind encoding|pass-through-basic|pass-through-standard] [--set NAME=VALUE]... FILE|-';

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

/** Whether a file has a moov and media, but no fragment: an MP4 for download, in which the order means nothing. */
function isPlainMp4(fd) {
    const seen = new Set();
    const head = Buffer.alloc(16);
    let at = 0n;
    while (fs.fstatSync(fd).isFile() && fs.readSync(fd, head, 0, 16, at) >= 8 && !seen.has('moof')) {
        const short = head.readUInt32BE(0);
        const size = short === 1 ? head.readBigUInt64BE(8) : BigInt(short);
        seen.add(head.toString('latin1', 4, 8));
        if (size < 8n || at + size >= 2n ** 63n)
            break;
        at += size;
    }
    return seen.has('moov') && seen.has('mdat') && !seen.has('moof');
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
    for (const setting of ['report_all=1', 'media_clock=1', ...settings]) {
        const [, name, value] = setting.match(/^(\w+)=(-?\d+)$/) ?? [];
        try {
            channel.set(name ?? '', BigInt(value ?? 0));
        } catch (error) {
            throw new Error(`--set ${setting}: give NAME=VALUE, as in max_width_px=1280 (${error.message})`);
        }
    }
}

async function main() {
    const mpe = require('./mpe');
    const { values, positionals } = parseArgs({ allowPositionals: true, options: {
        kind: { type: 'string', default: 'encoding' }, set: { type: 'string', multiple: true, default: [] } } });
    const kind = { encoding: 'MPE_ENCODING', 'pass-through-basic': 'MPE_PASS_THROUGH_BASIC',
        'pass-through-standard': 'MPE_PASS_THROUGH_STANDARD' }[values.kind];
    if (positionals.length !== 1 || kind === undefined)
        throw new Error(`usage: ${USAGE}`);
    const [input] = positionals;
    const channel = new mpe.Channel(mpe.constants[kind]);
    setUp(channel, values.set);
    return classify(mpe, channel, input === '-' ? 0 : fs.openSync(input), input === '-' ? 'standard input' : input);
}

main().catch((error) => {
    console.error(`classify.js: ${error.message}`);
    return 2;
}).then((status) => process.exit(status));
