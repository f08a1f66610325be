/** The bytes that tell an encoder why it is refused or disconnected (mpe/reply.h): what a session replies with. */
'use strict';

const { check, constants, encoded, lib, written, writtenText } = require('./library');

class Replies {
    constructor(handle) { this.handle = handle; }

    /** What an RTMP encoder has asked for last, MPE_ASKED_... */
    asked() { return check(lib.mpe_session_asked(this.handle)); }

    /** Chunks ready to be sent. */
    replyRtmp(finding, answered = constants.MPE_ANSWERED_UNKNOWN, chunkSizeBytes = 0) {
        return written((...out) => lib.mpe_reply_rtmp(this.handle, finding.raw, answered, chunkSizeBytes, ...out));
    }

    /** The message streams and payloads of the same, for a host that makes its own chunks. */
    replyRtmpMessages(finding, answered = constants.MPE_ANSWERED_UNKNOWN) {
        const messages = [];
        const streamId = [0];
        const write = (...out) =>
            lib.mpe_reply_rtmp_message(this.handle, finding.raw, answered, messages.length, streamId, ...out);
        try {
            for (;;) {
                const payload = written(write);
                messages.push({ streamId: streamId[0], payload });
            }
        } catch (error) {
            if (error.code !== 'MPE_BAD_INDEX')
                throw error;
        }
        return messages;
    }

    replyReconnect({ tcUrl = null, description = null, chunkSizeBytes = 0 } = {}) {
        return written((...out) => lib.mpe_reply_reconnect(this.handle, encoded(tcUrl), encoded(description),
            chunkSizeBytes, ...out));
    }

    /** Status, seconds of Retry-After (0: none), and body of the answer to a request. */
    replyHttp(finding) {
        const [status, retryAfterS] = [[0], [0]];
        const body = writtenText((...out) =>
            lib.mpe_reply_http(this.handle, finding.raw, status, retryAfterS, ...out));
        return { status: status[0], retryAfterS: retryAfterS[0], body };
    }
}

module.exports = { Replies };
