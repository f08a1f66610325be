#!/usr/bin/env luajit
-- Each call once: the tables, a channel, a recorded RTMP session, and one over HTTP. usage: tour.lua FILE
package.path = (arg[0]:match("^.*/") or "./") .. "?.lua;" .. package.path
local mpe = require("mpe")
local C = mpe.C

-- Words side by side; 64-bit numbers without the letters that Lua writes after them.
local function line(separator, ...)
    local words = { ... }
    for i = 1, select("#", ...) do
        words[i] = words[i] == nil and "-" or (tostring(words[i]):gsub("^(%-?%d+)U?LL$", "%1"))
    end
    return table.concat(words, separator)
end

local function print_line(...) io.write(line(" ", ...), "\n") end

local function print_tables()
    print_line(mpe.version(), mpe.version_string())
    print_line(mpe.build_info())
    for _, row in ipairs(mpe.codes()) do
        print_line("code", mpe.code_by_name(row.name), line("|", row.name, row.title, row.cause, row.remedy))
    end
    for _, row in ipairs(mpe.reasons()) do print_line("reason", row.number, line("|", row.name, row.remedy)) end
    for _, row in ipairs(mpe.params()) do
        print_line("param", mpe.param_by_name(row.name), line("|", row.name, row.unit, row.text, mpe.bounds(row.number)))
    end
    for _, row in ipairs(mpe.conditions()) do
        print_line("condition", mpe.condition_by_name(row.name), line("|", row.name, row.title, row.remedy, row.severity))
    end
    print_line(mpe.event_name(C.MPE_EVENT_ENCODER_DISCONNECTED))
    print_line("protocol", mpe.detect("FLV\1\5\0\0\0\t"))
    print_line(mpe.status_text(C.MPE_BAD_STATE))
end

local function print_failure(object, method, ...)
    local fine, why = pcall(object[method], object, ...)
    print_line(fine and "no error" or why)
end

local function tour_channel()
    local channel = mpe.channel()
    channel:set("max_width_px", 1280)
    channel:set_action(C.MPE_INGEST_FRAMERATE_EXCEEDED, C.MPE_ACTION_REPORT)
    print_line(channel:get("max_width_px"), channel:get_action(C.MPE_INGEST_FRAMERATE_EXCEEDED))
    print_failure(channel, "set", "max_width_px", -1)
    print_failure(channel, "set", "nonsense", 1)
    print_failure(channel, "set_text", C.MPE_TEXT_VIDEO_CODECS, "no codec")
    channel:set_text(C.MPE_TEXT_SUBJECT, "tour")
    channel:allow("203.0.113.0/24")
    channel:disallow("203.0.113.0/24")
    print_failure(channel, "disallow", "203.0.113.0/24")
    channel:disallow(nil)
    for _, name in ipairs({ "media_clock", "notices", "conditions" }) do channel:set(name, 1) end
    return channel
end

local function print_finding(session, finding)
    print_line(finding.reported and "reported" or "final")
    print_line(session:notification(finding, 0, C.MPE_SCHEMA_EVENT_GRID))
    local body, status, retry_after_s = session:reply_http(finding)
    print_line(status, retry_after_s, body)
end

local function hex(bytes)
    return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local function print_replies(session, finding)
    print_line(hex(session:reply_rtmp(finding, C.MPE_ANSWERED_CONNECT, 64)))
    for _, message in ipairs(session:reply_rtmp_messages(finding, C.MPE_ANSWERED_CONNECT)) do
        print_line(message.stream_id, hex(message.payload))
    end
    print_failure(session, "reply_reconnect", { tc_url = "rtmp://203.0.113.9/live" })
end

local function rtmp_session(channel, data)
    local session = channel:session({ peer = "203.0.113.7:52859", id = "tour-1" })
    session:feed(data)
    for finding in session:findings() do
        print_finding(session, finding)
        print_replies(session, finding)
    end
    session:latency(120, 3000000)
    session:wall_clock(1717158363591000, 3000000)
    session:tick(3000000)
    for notice in session:notices() do
        print_line("notice", notice.kind, notice.state, notice.severity, notice.track, notice.value, notice.limit,
            notice.media_us, notice.unit .. notice.message)
        print_line(session:notification(notice, 0))
    end
    for _, track in ipairs(session:tracks()) do
        print_line(track.codec, track.header_seen, track.frames, track.first_dts_us, track.last_dts_us)
    end
    local health = session:health()
    print_line(health.lead_us, health.silence_us, health.bytes_since_key_frame, health.lost_us, health.gain_permille,
        health.key_frame_interval_us, health.encode_to_ingest_us)
    local sums = channel:totals()
    print_line(sums.sessions, sums.measured_bps, "of", sums.max_bitrate_bps)
    print_line(session:protocol(), session:state(), session:asked(), session:taken(),
        session:deadline() == 0x7fffffffffffffffLL and 1 or 0)
    session:finish(C.MPI_REST_API_CHANNEL_STOP, 3000000)
    print_finding(session, session:ending())
    print_failure(session, "tick", 3000000)
    session:close()
end

local function http_session(channel)
    local lobby = mpe.channel(C.MPE_OPEN)
    lobby:set("bind_late", 1)
    local session = lobby:session({ protocol = C.MPE_PROTOCOL_FMP4 })
    print_line(session:url("/live/a.isml/Streams(video)?x=y") and 1 or 0)
    for _, part in ipairs({ C.MPE_NAME_APP, C.MPE_NAME_STREAM, C.MPE_NAME_QUERY, C.MPE_NAME_TC_URL }) do
        print_line(session:name(part))
    end
    session:bind(channel)
    print_line(session:next_body() and 1 or 0)
    session:refuse(C.MPI_SYSTEM_MAINTENANCE)
    for finding in session:findings() do print_finding(session, finding) end
end

local file = assert(io.open(arg[1], "rb"))
print_tables()
local channel = tour_channel()
rtmp_session(channel, file:read("*a"))
http_session(channel)
