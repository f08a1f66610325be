/** Sessions: one connection of an encoder. */
'use strict';

const { check, constants, encoded, int64, lib, writtenText } = require('./library');
const { empty, filledBy, findingOf, noticeOf } = require('./records');
const { Replies } = require('./replies');

/** Whether the session of a lobby has named its channel: bind it then. */
const isNamed = (status) => check(status) === constants.MPE_NAMED;

/** One connection; Channel.session makes it. */
class Session extends Replies {
    /** True: the session of a lobby has named its channel; bind it. */
    url(url) { return isNamed(lib.mpe_session_url(this.handle, encoded(url))); }

    /** True: the same; feed what comes after taken() bytes then. */
    feed(data, nowUs = 0) { return isNamed(lib.mpe_session_feed(this.handle, data, data.length, int64(nowUs))); }

    taken() { return lib.mpe_session_taken(this.handle); }

    /** True: as of url. */
    nextBody({ url = null, ended = constants.MPE_BODY_COMPLETE, nowUs = 0 } = {}) {
        return isNamed(lib.mpe_session_next_body(this.handle, encoded(url), ended, int64(nowUs)));
    }

    /** What the session of a lobby has named, MPE_NAME_...: a secret. */
    name(part) { return writtenText((...out) => lib.mpe_session_name(this.handle, part, ...out)); }

    bind(channel, nowUs = 0) { check(lib.mpe_session_bind(this.handle, channel.handle, int64(nowUs))); }

    refuse(code, nowUs = 0) { check(lib.mpe_session_refuse(this.handle, code, int64(nowUs))); }

    tick(nowUs) { check(lib.mpe_session_tick(this.handle, int64(nowUs))); }

    deadline() { return lib.mpe_session_deadline(this.handle); }

    finish(code = 0, nowUs = 0) { check(lib.mpe_session_finish(this.handle, code, int64(nowUs))); }

    wallClock(unixUs, nowUs = 0) { check(lib.mpe_session_wall_clock(this.handle, int64(unixUs), int64(nowUs))); }

    latency(latencyMs, nowUs = 0) { check(lib.mpe_session_latency(this.handle, int64(latencyMs), int64(nowUs))); }

    state() { return check(lib.mpe_session_state(this.handle)); }

    protocol() { return check(lib.mpe_session_protocol(this.handle)); }

    /** What was found and not yet taken. */
    * findings() {
        for (let raw; (raw = this.#ask(lib.mpe_session_poll_error, 'mpe_error')) !== null;)
            yield findingOf(raw);
    }

    /** What happened, and which conditions were set or cleared, and not yet taken. */
    * notices() {
        for (let raw; (raw = this.#ask(lib.mpe_session_poll_notice, 'mpe_notice')) !== null;)
            yield noticeOf(raw);
    }

    ending() {
        const raw = this.#ask(lib.mpe_session_ending, 'mpe_error');
        return raw && findingOf(raw);
    }

    #ask(call, type) {
        const raw = empty(type);
        return check(call(this.handle, raw)) === constants.MPE_EVENT ? raw : null;
    }

    track(index) { return filledBy('mpe_track', (raw) => lib.mpe_session_track(this.handle, index, raw)); }

    /** All tracks, in order of appearance. */
    tracks() {
        const found = [];
        try {
            for (;;)
                found.push(this.track(found.length));
        } catch (error) {
            if (error.code !== 'MPE_BAD_INDEX')
                throw error;
        }
        return found;
    }

    /** The members of mpe_health_snapshot. */
    health() { return filledBy('mpe_health_snapshot', (raw) => lib.mpe_session_health(this.handle, raw)); }

    /** The JSON that reports a finding or a notice of this session. */
    notification(record, unixUs, schema = constants.MPE_SCHEMA_CLOUD_EVENTS) {
        const write = 'kind' in record ? lib.mpe_notice_json : lib.mpe_error_json;
        return writtenText((...out) => write(this.handle, record.raw, schema, int64(unixUs), ...out));
    }

    close() {
        lib.mpe_session_free(this.handle);
        this.handle = null;
    }
}

module.exports = { Session };
