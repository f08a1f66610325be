/** Channels: one live event, its limits, its allow list, and what it adds up. */
'use strict';

const { check, constants, encoded, int64, lib, written } = require('./library');
const { filledBy } = require('./records');
const { Session } = require('./session');

const numberOf = (param) => (typeof param === 'string' ? lib.mpe_param_by_name(encoded(param)) : param);

/** One live event: its limits and its allow list. */
class Channel {
    constructor(kind = constants.MPE_ENCODING) {
        const out = [null];
        check(lib.mpe_channel_new(out, kind, null));
        this.handle = out[0];
    }

    /** Sets a parameter, a number of constants or its name: set('max_width_px', 1280). */
    set(param, value) { check(lib.mpe_channel_set(this.handle, numberOf(param), int64(value))); }

    get(param) {
        const value = [0];
        check(lib.mpe_channel_get(this.handle, numberOf(param), value));
        return value[0];
    }

    /** Sets a text, MPE_TEXT_...; null unsets it. */
    setText(which, value) { check(lib.mpe_channel_set_text(this.handle, which, encoded(value))); }

    setAction(code, action) { check(lib.mpe_channel_set_action(this.handle, code, action)); }

    getAction(code) {
        const action = [0];
        check(lib.mpe_channel_get_action(this.handle, code, action));
        return action[0];
    }

    /** Adds an entry to the allow list; null makes the list exist. */
    allow(entry) { check(lib.mpe_channel_allow(this.handle, encoded(entry))); }

    /** Removes an entry from the allow list; null removes the list. */
    disallow(entry) { check(lib.mpe_channel_disallow(this.handle, encoded(entry))); }

    /** The members of mpe_channel_sums. */
    totals() { return filledBy('mpe_channel_sums', (raw) => lib.mpe_channel_totals(this.handle, raw)); }

    /** Makes the channel one of a fleet, before its first session. key: a Buffer of 32 bytes. */
    fleet(key, name, edge) { check(lib.mpe_channel_fleet(this.handle, key, key.length, encoded(name), edge)); }

    /** Another number than before: the other edges should have the share now. */
    shareRevision(nowUs) { return lib.mpe_channel_share_revision(this.handle, int64(nowUs)); }

    /** What this process contributes, for the other edges. */
    share(nowUs, fleetUs) {
        return written((buffer, size, needed) =>
            lib.mpe_channel_share(this.handle, int64(nowUs), int64(fleetUs), buffer, size, needed ?? [0]));
    }

    /** Takes the share of another edge; false: it is no news. */
    remote(share, fleetUs, nowUs, leaseUs = 10000000) {
        return check(lib.mpe_channel_remote(this.handle, share, share.length, int64(fleetUs), int64(leaseUs),
            int64(nowUs))) === constants.MPE_OK;
    }

    remoteGone(edge, nowUs) { check(lib.mpe_channel_remote_gone(this.handle, edge, int64(nowUs))); }

    /** The members of mpe_edge_sums, of each other edge. */
    edges() {
        const found = [];
        for (;;) {
            try {
                found.push(filledBy('mpe_edge_sums', (raw) => lib.mpe_channel_edge(this.handle, found.length, raw)));
            } catch (error) {
                if (error.status !== constants.MPE_BAD_INDEX)
                    throw error;
                return found;
            }
        }
    }

    session({ protocol = constants.MPE_PROTOCOL_AUTO, peer = null, id = null, nowUs = 0 } = {}) {
        const out = [null];
        check(lib.mpe_session_new(out, this.handle, protocol, encoded(peer), encoded(id), int64(nowUs)));
        return new Session(out[0]);
    }

    close() {
        lib.mpe_channel_free(this.handle);
        this.handle = null;
    }
}

module.exports = { Channel };
