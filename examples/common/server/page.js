// The page of --admin. What comes from encoders becomes text by textContent alone.
"use strict";

const MOST_CARDS = 60;      // sessions that are drawn at once; the filter finds the others
const SAMPLES = 60;         // five minutes
const SAMPLE_MS = 5000;
const LOST_AFTER_MS = 10000;
const SVG = "http://www.w3.org/2000/svg";

const by = id => document.getElementById(id);
const histories = new Map(); // of sessions, by id
let last = null;             // what came last
let lastAt = 0;
let toKick = null;

// ------------------------------------------------------------------------------------------------------------ elements

function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
}

function drawn(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
}

// Changes nothing that is right already: a screen reader and the layout are left alone.
function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

// Children by key, in this order; make(key) builds one, fill(node, item) brings it up to date.
function keep(parent, items, keyOf, make, fill) {
    const there = new Map([...parent.children].map(child => [child.dataset.key, child]));
    let before = parent.firstElementChild;
    for (const item of items) {
        const key = keyOf(item);
        let node = there.get(key);
        if (node) {
            there.delete(key);
        } else {
            node = make(item);
            node.dataset.key = key;
        }
        fill(node, item);
        if (node === before) before = before.nextElementSibling;
        else parent.insertBefore(node, before);
    }
    for (const node of there.values()) node.remove();
}

// --------------------------------------------------------------------------------------------------------------- words

const rate = bps => bps >= 999500 ? (bps / 1e6).toFixed(2) + " Mbit/s" : Math.round(bps / 1000) + " kbit/s";
const seconds = us => Math.abs(us) < 50000 ? "0 s" : (us / 1e6).toFixed(Math.abs(us) < 9950000 ? 1 : 0) + " s";

function inUnit(value, unit) {
    if (unit === "bps") return rate(value);
    if (unit === "mfps") return (value / 1000).toFixed(value % 1000 ? 2 : 0) + " fps";
    if (unit === "us") return seconds(value);
    return value + (unit ? " " + unit : "");
}

function lasted(ms) {
    const minutes = Math.floor(Math.max(0, ms) / 60000);
    if (minutes < 1) return Math.floor(Math.max(0, ms) / 1000) + " s";
    return minutes < 120 ? minutes + " min" : Math.floor(minutes / 60) + " h " + minutes % 60 + " min";
}

function trackText(track) {
    const parts = [track.codec || track.media];
    if (track.width_px) parts.push(track.width_px + "×" + track.height_px);
    if (track.media === "video" && track.frame_rate_mfps) parts.push(inUnit(track.frame_rate_mfps, "mfps"));
    if (track.sample_rate_hz) parts.push(track.sample_rate_hz / 1000 + " kHz");
    if (track.audio_channels) parts.push(track.audio_channels === 1 ? "mono" : track.audio_channels === 2 ? "stereo" : track.audio_channels + " channels");
    if (track.bitrate_bps) parts.push(rate(track.bitrate_bps));
    if (track.key_frame_interval_us) parts.push("key frame every " + seconds(track.key_frame_interval_us));
    return parts.join(", ");
}

// -------------------------------------------------------------------------------------------------------- bars, plots

// The limit is a line at four fifths of the bar: what lies beyond it is seen, too.
function makeLimit() {
    const node = element("div", "limit");
    const row = element("div", "row");
    row.append(element("span", "name"), element("span", "number"));
    const svg = drawn("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true"});
    svg.append(drawn("rect", {x: 0, y: 1, width: 100, height: 8, class: "bar-back"}), drawn("rect", {x: 0, y: 1, width: 0, height: 8, class: "bar bar-good"}),
        drawn("line", {x1: 80, x2: 80, y1: 0, y2: 10, class: "bar-line", "vector-effect": "non-scaling-stroke"}));
    node.append(row, svg);
    return node;
}

function fillLimit(node, limit) {
    const share = Math.max(0, limit.value) / limit.limit;
    const bar = node.querySelector(".bar");
    bar.setAttribute("width", Math.min(100, share * 80));
    bar.setAttribute("class", "bar " + (share > 1 ? "bar-bad" : share > .9 && ["bps", "us"].includes(limit.unit) ? "bar-warn" : "bar-good"));
    node.classList.toggle("over", share > 1);
    say(node.querySelector(".name"), limit.name[0].toUpperCase() + limit.name.slice(1));
    say(node.querySelector(".number"), inUnit(limit.value, limit.unit) + " of " + inUnit(limit.limit, limit.unit) + (share > 1 ? ": over the limit" : ""));
}

function makePlot(name) {
    const node = element("div", "plot");
    const row = element("div", "row");
    row.append(element("span", "", name), element("span", "number"));
    const svg = drawn("svg", {viewBox: "0 0 " + (SAMPLES - 1) + " 100", preserveAspectRatio: "none", role: "img"});
    svg.append(drawn("line", {x1: 0, x2: SAMPLES - 1, y1: 99, y2: 99, class: "base"}), drawn("polyline", {points: ""}));
    node.append(row, svg);
    return node;
}

// The newest sample stands at the right; the scale begins at 0.
function fillPlot(node, values, write) {
    const top = Math.max(1, ...values) * 1.1;
    const first = SAMPLES - values.length;
    const points = values.map((value, i) => (first + i) + "," + (99 - 98 * value / top).toFixed(1)).join(" ");
    node.querySelector("polyline").setAttribute("points", points);
    const text = values.length ? "least " + write(Math.min(...values)) + ", most " + write(Math.max(...values)) : "no sample yet";
    say(node.querySelector(".number"), text);
    node.querySelector("svg").setAttribute("aria-label", node.firstChild.firstChild.textContent + ": " + text);
}

// ------------------------------------------------------------------------------------------------------------ sessions

function makeSession(session) {
    const node = element("article", "card");
    const head = element("div", "head");
    const title = element("h3");
    const kick = element("button", "danger", "End …");
    kick.type = "button";
    kick.setAttribute("aria-label", "End session " + session.id);
    kick.addEventListener("click", () => askToKick(session.id));
    head.append(title, kick);
    node.append(head, element("p", "facts who"), element("div", "tracks"), element("div", "conditions"), element("p", "hint"), element("div", "limits"),
        makePlot("Received, last 5 minutes"), makePlot("Frames per second, last 5 minutes"));
    return node;
}

// A number that is a set of bits says nothing to a person.
function conditionText(condition) {
    const numbers = [];
    if (condition.value !== null && condition.unit && condition.unit !== "bits") numbers.push(inUnit(condition.value, condition.unit));
    if (condition.limit !== null && condition.unit) numbers.push("limit " + inUnit(condition.limit, condition.unit));
    return condition.title + (numbers.length ? " (" + numbers.join(", ") + ")" : "") + ".";
}

function makeCondition() {
    const node = element("div", "condition");
    node.append(element("b"), element("span"));
    return node;
}

function fillConditions(parent, session) {
    const items = session.conditions.length || !session.conditions_asked_for ? session.conditions : [];
    keep(parent, items, one => one.name + one.track, makeCondition, (node, one) => {
        node.classList.toggle("error", one.severity === "error");
        say(node.firstChild, conditionText(one));
        say(node.lastChild, one.remedy + " Since " + new Date(one.since_ms).toLocaleTimeString() + ".");
    });
}

const NOT_LOOKED_FOR = "Conditions are not looked for here; --set conditions=1, or conditions: report in the configuration, turns them on.";
const stateText = {opening: "no verdict yet", admitted: "admitted"};

// By the encoder's clock against the server's, which may disagree.
function arrivalText(us) {
    if (us === null) return "";
    return us < 0 ? "its clock is " + seconds(-us) + " ahead" : "arrives " + seconds(us) + " after it was sent";
}

function fillSession(node, session) {
    const worst = session.conditions.some(one => one.severity === "error") ? "error" : session.conditions.length ? "warning" : "";
    node.className = "card " + worst;
    say(node.querySelector("h3"), session.channel);
    say(node.querySelector(".who"), [session.id, session.address, session.protocol.toUpperCase(), stateText[session.state] || session.state,
        "on for " + lasted(last.at_ms - session.since_ms), "lead " + seconds(session.lead_us),
        arrivalText(session.encode_to_ingest_us)].filter(Boolean).join(" · "));
    keep(node.querySelector(".tracks"), session.tracks.map((track, i) => ({track, i})), one => String(one.i),
        () => element("p", "facts media"), (child, one) => say(child, trackText(one.track)));
    fillConditions(node.querySelector(".conditions"), session);
    say(node.querySelector(".hint"), session.conditions_asked_for ? "" : NOT_LOOKED_FOR);
    keep(node.querySelector(".limits"), session.limits, one => one.name, makeLimit, fillLimit);
    const history = histories.get(session.id) || {kbps: [], mfps: []};
    const plots = node.querySelectorAll(".plot");
    fillPlot(plots[0], history.kbps, value => rate(value * 1000));
    fillPlot(plots[1], history.mfps.slice(history.mfps.findIndex(value => value > 0)), value => (value / 1000).toFixed(1));
}

function wanted(session) {
    const text = by("filter").value.trim().toLowerCase();
    if (by("only-problems").checked && !session.conditions.length) return false;
    return !text || [session.id, session.channel, session.address].some(one => String(one).toLowerCase().includes(text));
}

// --------------------------------------------------------------------------------------------- channels and refusals

function makeChannel() {
    const node = element("article", "card");
    node.append(element("h3"), element("p", "facts"), element("div", "edges"), element("div", "limits"));
    return node;
}

function edgeText(edge) {
    return (edge.here ? "This edge" : "Edge " + edge.edge) + ": " + edge.sessions + (edge.sessions === 1 ? " encoder" : " encoders") + ", " +
        rate(edge.bitrate_bps) + (edge.here ? "" : ", " + seconds(edge.age_ms * 1000) + " ago");
}

// What each process of the fleet has of it; the sums hold all of that.
function fillEdges(parent, channel) {
    keep(parent, channel.edges || [], one => one.edge, () => element("p", "facts"), (child, one) => say(child, edgeText(one)));
}

// Its server is away: each process judges by what it has itself.
function fillFleet(fleet) {
    by("fleet").hidden = !fleet;
    if (!fleet) return;
    say(by("fleet-state"), fleet.up ? "Joined" : "Alone");
    by("fleet-state").classList.toggle("bad", !fleet.up);
    by("fleet").title = "This process is edge " + fleet.edge;
}

function fillChannel(node, channel) {
    say(node.querySelector("h3"), channel.name);
    say(node.querySelector(".facts"), channel.sessions + (channel.sessions === 1 ? " encoder" : " encoders") + ", " + rate(channel.bitrate_bps) +
        (channel.declared_bps ? " (" + rate(channel.declared_bps) + " declared)" : ""));
    fillEdges(node.querySelector(".edges"), channel);
    keep(node.querySelector(".limits"), channel.limits, one => one.name, makeLimit, fillLimit);
}

function makeRefusal() {
    const node = element("li");
    node.append(element("div", "who"), element("div", "sentence"), element("div", "code"));
    return node;
}

function fillRefusal(node, refusal) {
    say(node.children[0], [new Date(refusal.at_ms).toLocaleTimeString(), refusal.channel, refusal.address, refusal.id].filter(Boolean).join(" · "));
    say(node.children[1], refusal.message);
    say(node.children[2], refusal.code);
}

// ------------------------------------------------------------------------------------------------------------ the whole

function draw() {
    const shown = last.sessions.filter(wanted);
    // Problems first, then by channel: a card must not jump about each second.
    shown.sort((a, b) => (b.conditions.length > 0) - (a.conditions.length > 0) || (a.channel + a.id < b.channel + b.id ? -1 : 1));
    const problems = last.sessions.filter(one => one.conditions.length).length;
    say(by("program"), last.program + " " + last.version);
    say(by("count-channels"), last.channels.length + (last.configured ? " of " + last.configured : ""));
    say(by("count-sessions"), String(last.sessions.length));
    say(by("count-rate"), rate(last.sessions.reduce((sum, one) => sum + (one.received_kbps || 0) * 1000, 0)));
    say(by("count-problems"), String(problems));
    fillFleet(last.fleet);
    by("count-problems").classList.toggle("bad", problems > 0);
    keep(by("channels"), last.channels.slice(0, MOST_CARDS), one => one.name, makeChannel, fillChannel);
    keep(by("session-list"), shown.slice(0, MOST_CARDS), one => one.id, makeSession, fillSession);
    keep(by("refusals"), last.refusals, one => one.id + one.at_ms + one.code, makeRefusal, fillRefusal);
    by("no-refusals").hidden = last.refusals.length > 0;
    by("no-channels").hidden = last.channels.length > 0;
    by("no-sessions").hidden = shown.length > 0;
    say(by("no-sessions"), last.sessions.length ? "No encoder is like that." : "No encoder is connected.");
    say(by("more"), shown.length > MOST_CARDS ? (shown.length - MOST_CARDS) + " more are not shown; narrow them down above." : "");
}

function remember(sessions, at) {
    const there = new Set();
    for (const session of sessions) {
        const history = histories.get(session.id) || {at: 0, kbps: [], mfps: []};
        there.add(session.id);
        histories.set(session.id, history);
        if (session.received_kbps === null || at - history.at < SAMPLE_MS) continue;
        const video = session.tracks.find(track => track.media === "video");
        history.at = at;
        history.kbps.push(session.received_kbps);
        history.mfps.push(video && video.frame_rate_mfps || 0);
        if (history.kbps.length > SAMPLES) {
            history.kbps.shift();
            history.mfps.shift();
        }
    }
    for (const id of histories.keys()) if (!there.has(id)) histories.delete(id);
}

function showLink(isLive) {
    by("link").className = isLive ? "live" : "lost";
    say(by("link"), isLive ? "Live" : "Connection lost: what is shown is old. Trying again …");
}

function take(message) {
    last = JSON.parse(message.data);
    lastAt = Date.now();
    remember(last.sessions, last.at_ms);
    showLink(true);
    draw();
}

async function loadHistory() {
    const answer = await fetch("/api/v1/sessions");
    if (!answer.ok) return;
    const body = await answer.json();
    for (const session of body.sessions) histories.set(session.id, {at: body.at_ms, kbps: session.history.kbps, mfps: session.history.mfps});
}

// ----------------------------------------------------------------------------------------------------------------- kick

function askToKick(id) {
    const session = last.sessions.find(one => one.id === id);
    if (!session) return;
    toKick = id;
    say(by("confirm-text"), id + " on channel " + session.channel + (session.address ? ", from " + session.address : "") + ".");
    by("confirm").showModal();
    by("confirm-no").focus();
}

async function kick() {
    by("confirm").close();
    const answer = await fetch("/api/v1/sessions/" + encodeURIComponent(toKick), {method: "DELETE"});
    if (!answer.ok) say(by("link"), await answer.text());
}

async function start() {
    by("confirm-no").addEventListener("click", () => by("confirm").close());
    by("confirm-yes").addEventListener("click", kick);
    by("filter").addEventListener("input", () => last && draw());
    by("only-problems").addEventListener("change", () => last && draw());
    await loadHistory().catch(() => {});
    const events = new EventSource("/api/v1/events");
    events.addEventListener("message", take);
    events.addEventListener("error", () => showLink(false));
    setInterval(() => Date.now() - lastAt > LOST_AFTER_MS && showLink(false), 1000);
}

start();
