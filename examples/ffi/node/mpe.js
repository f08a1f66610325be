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
 * fails throws an MpeError, whose code says which mistake it was.
 */
'use strict';

const { MissingError, MpeError, constants } = require('./lib/library');

module.exports = { MissingError, MpeError, constants, ...require('./lib/channel'), ...require('./lib/session'),
    ...require('./lib/tables') };
