/** The tables of the library: codes, reasons, events, parameters, conditions; its version; what bytes are. */
'use strict';

const { check, constants, encoded, lib } = require('./library');

const numbers = (count, at) => Array.from({ length: count }, (_, i) => at(i));

const codes = () => numbers(lib.mpe_code_count(), lib.mpe_code_at).map((number) => ({
    number,
    name: lib.mpe_code_name(number),
    title: lib.mpe_code_title(number),
    cause: lib.mpe_code_cause(number),
    remedy: lib.mpe_code_remedy(number),
}));

/** The number of a code; null: there is none of that name. */
const codeByName = (name) => lib.mpe_code_by_name(encoded(name)) || null;

const reasons = () => Object.entries(constants).filter(([name]) => name.startsWith('MPE_REASON_'))
    .map(([, number]) => ({ number, name: lib.mpe_reason_name(number), remedy: lib.mpe_reason_remedy(number) }));

const eventName = (event) => lib.mpe_event_name(event);

const params = () => numbers(lib.mpe_param_count(), lib.mpe_param_at).map((number) => ({
    number,
    name: lib.mpe_param_name(number),
    unit: lib.mpe_param_unit(number),
    text: lib.mpe_param_text(number),
}));

const paramByName = (name) => lib.mpe_param_by_name(encoded(name)) || null;

/** Least and largest value of a parameter, and the default for a kind of channel. */
function bounds(param, kind = constants.MPE_ENCODING) {
    const [min, max, standard] = [[0], [0], [0]];
    check(lib.mpe_param_bounds(param, kind, min, max, standard));
    return { min: min[0], max: max[0], standard: standard[0] };
}

const conditions = () => numbers(lib.mpe_condition_count(), lib.mpe_condition_at).map((number) => ({
    number,
    name: lib.mpe_condition_name(number),
    title: lib.mpe_condition_title(number),
    remedy: lib.mpe_condition_remedy(number),
    severity: lib.mpe_condition_severity(number),
}));

const conditionByName = (name) => lib.mpe_condition_by_name(encoded(name)) || null;

/** What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known. */
const detect = (head) => lib.mpe_protocol_detect(head, head.length);

const statusText = (status) => lib.mpe_status_text(status);

/** major * 1000000 + minor * 1000 + patch of the library that runs. */
const version = () => lib.mpe_version();

const versionString = () => lib.mpe_version_string();

const buildInfo = () => lib.mpe_build_info();

module.exports = { bounds, buildInfo, codeByName, codes, conditionByName, conditions, detect, eventName, paramByName,
    params, reasons, statusText, version, versionString };
