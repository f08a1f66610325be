#!/usr/bin/env node
/**
 * Three live events on one port: a recorded RTMP connection is bound to the one whose app it names.
 * usage: late.js APP APP APP FILE (an encoding channel, a pass-through one, one without limits)
 */
'use strict';

const fs = require('node:fs');
const mpe = require('./mpe');

const { constants } = mpe;

function bindOrRefuse(session, channels) {
    const app = session.name(constants.MPE_NAME_APP);
    console.log(`${app} was named after ${session.taken()} bytes`);
    if (channels.has(app))
        session.bind(channels.get(app));
    else
        session.refuse(constants.MPE_RTMP_APPID_AUTH_FAILURE);
}

function serve(session, channels, data) {
    while (session.feed(data)) {
        data = data.subarray(Number(session.taken()));
        bindOrRefuse(session, channels);
    }
    for (const finding of session.findings()) {
        console.log(`${finding.code}: ${finding.message}`);
        console.log(`a reply of ${session.replyRtmp(finding).length} bytes`);
    }
}

function main(apps, file) {
    const kinds = [constants.MPE_ENCODING, constants.MPE_PASS_THROUGH_STANDARD, constants.MPE_OPEN];
    const channels = new Map(apps.map((app, i) => [app, new mpe.Channel(kinds[i])]));
    const lobby = new mpe.Channel(constants.MPE_OPEN);
    lobby.set('bind_late', 1);
    for (const channel of [lobby, ...channels.values()])
        channel.set('media_clock', 1);
    const session = lobby.session({ protocol: constants.MPE_PROTOCOL_RTMP });
    const data = fs.readFileSync(file);
    for (let at = 0; at < data.length; at += 4096)
        serve(session, channels, data.subarray(at, at + 4096));
    for (const [app, channel] of channels) {
        const { sessions, videoQualities, audioQualities } = channel.totals();
        console.log(`${app}: sessions ${sessions}, qualities ${videoQualities} + ${audioQualities}`);
    }
    session.finish();
    for (const track of session.tracks())
        console.log(`${track.codec} ${track.widthPx}x${track.heightPx}, ${track.frames} frames`);
    console.log(`ended by ${session.ending().code}`);
    for (const owned of [session, lobby, ...channels.values()])
        owned.close();
}

main(process.argv.slice(2, 5), process.argv[5]);
