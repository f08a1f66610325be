#!/usr/bin/env node
/** Each call once: the tables, a channel, a recorded RTMP session, and one over HTTP. usage: tour.js FILE */
'use strict';

const fs = require('node:fs');
const mpe = require('./mpe');

const { constants } = mpe;
const print = (...words) => fs.writeSync(1, `${words.join(' ')}\n`);

function printTables() {
    print(mpe.version(), mpe.versionString());
    print(mpe.buildInfo());
    for (const { name, title, cause, remedy } of mpe.codes())
        print('code', mpe.codeByName(name), [name, title, cause, remedy].join('|'));
    for (const { number, name, remedy } of mpe.reasons())
        print('reason', number, `${name}|${remedy}`);
    for (const { number, name, unit, text } of mpe.params()) {
        const { min, max, standard } = mpe.bounds(number);
        print('param', mpe.paramByName(name), [name, unit, text, min, max, standard].join('|'));
    }
    for (const { name, title, remedy, severity } of mpe.conditions())
        print('condition', mpe.conditionByName(name), [name, title, remedy, severity].join('|'));
    print(mpe.eventName(constants.MPE_EVENT_ENCODER_DISCONNECTED));
    print('protocol', mpe.detect(Buffer.from('FLV\x01\x05\0\0\0\t')));
    print(mpe.statusText(constants.MPE_BAD_STATE));
}

function printFailure(call) {
    try {
        call();
        print('no error');
    } catch (error) {
        print(error instanceof mpe.MpeError ? error.message : error.stack);
    }
}

function tourChannel() {
    const channel = new mpe.Channel();
    channel.set('max_width_px', 1280);
    channel.setAction(constants.MPE_INGEST_FRAMERATE_EXCEEDED, constants.MPE_ACTION_REPORT);
    print(channel.get('max_width_px'), channel.getAction(constants.MPE_INGEST_FRAMERATE_EXCEEDED));
    printFailure(() => channel.set('max_width_px', -1));
    printFailure(() => channel.set('nonsense', 1));
    printFailure(() => channel.setText(constants.MPE_TEXT_VIDEO_CODECS, 'no codec'));
    channel.setText(constants.MPE_TEXT_SUBJECT, 'tour');
    channel.allow('203.0.113.0/24');
    channel.disallow('203.0.113.0/24');
    printFailure(() => channel.disallow('203.0.113.0/24'));
    channel.disallow(null);
    for (const name of ['media_clock', 'notices', 'conditions'])
        channel.set(name, 1);
    return channel;
}

function printFinding(session, finding) {
    print(finding.reported ? 'reported' : 'final');
    print(session.notification(finding, 0, constants.MPE_SCHEMA_EVENT_GRID));
    const { status, retryAfterS, body } = session.replyHttp(finding);
    print(status, retryAfterS, body);
}

function printReplies(session, finding) {
    const answered = constants.MPE_ANSWERED_CONNECT;
    print(session.replyRtmp(finding, answered, 64).toString('hex'));
    for (const { streamId, payload } of session.replyRtmpMessages(finding, answered))
        print(streamId, payload.toString('hex'));
    printFailure(() => session.replyReconnect({ tcUrl: 'rtmp://203.0.113.9/live' }));
}

function printNotice(session, notice) {
    const { kind, state, severity, track, value, limit, mediaUs, unit, message } = notice;
    print('notice', kind, state, severity, ...[track, value, limit, mediaUs].map((number) => number ?? '-'),
        unit + message);
    print(session.notification(notice, 0));
}

function rtmpSession(channel, data) {
    const session = channel.session({ peer: '203.0.113.7:52859', id: 'tour-1' });
    session.feed(data);
    for (const finding of session.findings()) {
        printFinding(session, finding);
        printReplies(session, finding);
    }
    session.latency(120, 3000000);
    session.wallClock(1717158363591000, 3000000);
    session.tick(3000000);
    for (const notice of session.notices())
        printNotice(session, notice);
    for (const { codec, headerSeen, frames, firstDtsUs, lastDtsUs } of session.tracks())
        print(codec, headerSeen, frames, firstDtsUs, lastDtsUs);
    const { leadUs, silenceUs, bytesSinceKeyFrame, lostUs, gainPermille, keyFrameIntervalUs, encodeToIngestUs } =
        session.health();
    print(...[leadUs, silenceUs, bytesSinceKeyFrame, lostUs, gainPermille, keyFrameIntervalUs, encodeToIngestUs]
        .map((n) => n ?? '-'));
    const { sessions, measuredBps, maxBitrateBps } = channel.totals();
    print(sessions, measuredBps, 'of', maxBitrateBps);
    print(session.protocol(), session.state(), session.asked(), session.taken(),
        Number(BigInt(session.deadline()) === 2n ** 63n - 1n));
    session.finish(constants.MPI_REST_API_CHANNEL_STOP, 3000000);
    printFinding(session, session.ending());
    printFailure(() => session.tick(3000000));
    session.close();
}

function httpSession(channel) {
    const lobby = new mpe.Channel(constants.MPE_OPEN);
    lobby.set('bind_late', 1);
    const session = lobby.session({ protocol: constants.MPE_PROTOCOL_FMP4 });
    print(Number(session.url('/live/a.isml/Streams(video)?x=y')));
    for (const part of ['APP', 'STREAM', 'QUERY', 'TC_URL'])
        print(session.name(constants[`MPE_NAME_${part}`]));
    session.bind(channel);
    print(Number(session.nextBody()));
    session.refuse(constants.MPI_SYSTEM_MAINTENANCE);
    for (const finding of session.findings())
        printFinding(session, finding);
    session.close();
    lobby.close();
}

printTables();
const channel = tourChannel();
rtmpSession(channel, fs.readFileSync(process.argv[2]));
httpSession(channel);
channel.close();
