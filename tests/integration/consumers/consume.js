// Reads what every_notice prints, as real consumers do: Event Grid's client and the SDK of CloudEvents.
'use strict';

const assert = require('assert');
const fs = require('fs');
const { EventGridDeserializer, isSystemEvent } = require('@azure/eventgrid');
const { CloudEvent, HTTP } = require('cloudevents');

const string = 'string', number = 'number', boolean = 'boolean';
const connection = { streamId: string, ingestUrl: string, encoderIp: string, encoderPort: string };
const track = { trackType: string, trackName: string, bitrate: number };

// The documented members of each event, in the names and types of the client.
const events = {
  LiveEventConnectionRejected: { ...connection, resultCode: string },
  LiveEventEncoderConnected: connection,
  LiveEventEncoderDisconnected: { ...connection, resultCode: string },
  LiveEventIncomingStreamReceived: {
    ...track, ingestUrl: string, encoderIp: string, encoderPort: string, timestamp: string, duration: string,
    timescale: string,
  },
  LiveEventIncomingDataChunkDropped: { ...track, timestamp: string, timescale: string, resultCode: string },
  LiveEventIncomingStreamsOutOfSync: {
    minLastTimestamp: string, typeOfStreamWithMinLastTimestamp: string, maxLastTimestamp: string,
    typeOfStreamWithMaxLastTimestamp: string, timescaleOfMinLastTimestamp: string, timescaleOfMaxLastTimestamp: string,
  },
  LiveEventIncomingVideoStreamsOutOfSync: {
    firstTimestamp: string, firstDuration: string, secondTimestamp: string, secondDuration: string, timescale: string,
  },
  LiveEventIngestHeartbeat: {
    ...track, incomingBitrate: number, lastTimestamp: string, timescale: string, overlapCount: number,
    discontinuityCount: number, nonincreasingCount: number, unexpectedBitrate: boolean, state: string,
    healthy: boolean, lastFragmentArrivalTime: string, ingestDriftValue: string, transcriptionState: string,
    transcriptionLanguage: string,
  },
  LiveEventTrackDiscontinuityDetected: {
    ...track, previousTimestamp: string, newTimestamp: string, discontinuityGap: string, timescale: string,
  },
  LiveEventChannelArchiveHeartbeat: { channelLatencyMs: string, latencyResultCode: string },
};

const prefix = 'Microsoft.Media.';
const ours = ['org.libmpe.LiveEventCondition', 'org.libmpe.LiveEventFindingReported'];
const evidence = ['evidence'];

// Every documented member is there with its type, and nothing else is.
function checkData(name, data, isTyped) {
  for (const [member, type] of Object.entries(events[name])) {
    const value = data[member];
    const isDate = isTyped && value instanceof Date;
    assert.ok(isDate || typeof value === type, `${name}.${member} is ${JSON.stringify(value)}, not a ${type}`);
  }
  for (const member of Object.keys(data))
    assert.ok(member in events[name] || evidence.includes(member), `${name} has ${member}, which nobody documented`);
}

// What .NET's client reads as numbers, and throws where they are none.
function checkNumbers(name, data) {
  const isWhole = (text) => text === 'n/a' || /^\d+$/.test(text);
  if (name === 'LiveEventIngestHeartbeat') {
    assert.ok(isWhole(data.ingestDriftValue), data.ingestDriftValue);
    assert.ok(!Number.isNaN(Date.parse(data.lastFragmentArrivalTime)));
  }
  if (name === 'LiveEventChannelArchiveHeartbeat')
    assert.ok(isWhole(data.channelLatencyMs), data.channelLatencyMs);
}

async function eventGrid(text) {
  const [event] = await new EventGridDeserializer().deserializeEventGridEvents(`[${text}]`);
  if (ours.includes(event.eventType))
    return event.eventType;
  const name = event.eventType.slice(prefix.length);
  assert.ok(name in events, event.eventType);
  assert.ok(isSystemEvent(prefix + name, event), `${event.eventType} is no event of the system`);
  assert.ok(event.eventTime instanceof Date && !Number.isNaN(event.eventTime.getTime()));
  checkData(name, event.data, true);
  checkNumbers(name, JSON.parse(text).data);
  return name;
}

async function cloudEvent(text) {
  const headers = { 'content-type': 'application/cloudevents+json' };
  const event = HTTP.toEvent({ headers, body: text });
  assert.ok(event instanceof CloudEvent && event.validate());
  const [typed] = await new EventGridDeserializer().deserializeCloudEvents(`[${text}]`);
  if (ours.includes(event.type))
    return event.type;
  const name = event.type.slice(prefix.length);
  assert.ok(isSystemEvent(prefix + name, typed), `${event.type} is no event of the system`);
  checkData(name, event.data, false);
  checkData(name, typed.data, true);
  return name;
}

async function main() {
  const seen = { grid: new Set(), cloud: new Set() };
  const ids = new Set();
  for (const text of fs.readFileSync(0, 'utf8').split('\n').filter((line) => line !== '')) {
    const isCloud = 'specversion' in JSON.parse(text);
    seen[isCloud ? 'cloud' : 'grid'].add(await (isCloud ? cloudEvent(text) : eventGrid(text)));
    const id = JSON.parse(text).id + isCloud;
    assert.ok(!ids.has(id), `two notifications have the id ${id}`);
    ids.add(id);
  }
  for (const name of Object.keys(events)) {
    for (const schema of Object.keys(seen))
      assert.ok(seen[schema].has(name), `no ${name} came in the schema ${schema}`);
    console.log(`${name} is read by both`);
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
