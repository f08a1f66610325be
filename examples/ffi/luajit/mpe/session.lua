-- Sessions: one connection of an encoder.
local library = require("mpe.library")
local records = require("mpe.records")
local C, check, encoded = library.C, library.check, library.encoded

local Session = { free = C.mpe_session_free, close = library.close }
Session.__index = Session
for name, call in pairs(require("mpe.replies")) do Session[name] = call end

-- Whether the session of a lobby has named its channel: bind it then.
local function is_named(status) return check(status) == C.MPE_NAMED end

--- True: the session of a lobby has named its channel; bind it.
function Session:url(url) return is_named(C.mpe_session_url(self.handle, encoded(url))) end

--- True: the same; feed what comes after taken() bytes then.
function Session:feed(data, now_us) return is_named(C.mpe_session_feed(self.handle, data, #data, now_us or 0)) end

function Session:taken() return tonumber(C.mpe_session_taken(self.handle)) end

--- True: as of url. options: url, ended, now_us; all may be missing.
function Session:next_body(options)
    options = options or {}
    return is_named(C.mpe_session_next_body(self.handle, encoded(options.url), options.ended or C.MPE_BODY_COMPLETE,
        options.now_us or 0))
end

--- What the session of a lobby has named, MPE_NAME_...: a secret.
function Session:name(part)
    return library.written_text(function(...) return C.mpe_session_name(self.handle, part, ...) end)
end

function Session:bind(channel, now_us) check(C.mpe_session_bind(self.handle, channel.handle, now_us or 0)) end

function Session:refuse(code, now_us) check(C.mpe_session_refuse(self.handle, code, now_us or 0)) end

function Session:tick(now_us) check(C.mpe_session_tick(self.handle, now_us)) end

function Session:deadline() return C.mpe_session_deadline(self.handle) end

function Session:finish(code, now_us) check(C.mpe_session_finish(self.handle, code or 0, now_us or 0)) end

function Session:latency(latency_ms, now_us) check(C.mpe_session_latency(self.handle, latency_ms, now_us or 0)) end

function Session:wall_clock(unix_us, now_us) check(C.mpe_session_wall_clock(self.handle, unix_us, now_us or 0)) end

function Session:state() return check(C.mpe_session_state(self.handle)) end

function Session:protocol() return check(C.mpe_session_protocol(self.handle)) end

local function ask(call, handle, kind, record_of)
    local raw = library.empty(kind)
    if check(call(handle, raw)) == C.MPE_EVENT then return record_of(raw) end
end

--- Iterates over what was found and not yet taken.
function Session:findings()
    return function() return ask(C.mpe_session_poll_error, self.handle, "mpe_error", records.finding_of) end
end

--- Iterates over what happened, and which conditions were set or cleared, and not yet taken.
function Session:notices()
    return function() return ask(C.mpe_session_poll_notice, self.handle, "mpe_notice", records.notice_of) end
end

function Session:ending() return ask(C.mpe_session_ending, self.handle, "mpe_error", records.finding_of) end

--- The fields of mpe_track; index counts from 0, as the track of a finding does.
function Session:track(index)
    return records.filled_by("mpe_track", function(raw) return C.mpe_session_track(self.handle, index, raw) end)
end

--- All tracks, in order of appearance.
function Session:tracks()
    return library.list(function(index) return self:track(index) end)
end

--- The fields of mpe_health_snapshot.
function Session:health()
    return records.filled_by("mpe_health_snapshot", function(raw) return C.mpe_session_health(self.handle, raw) end)
end

--- The JSON that reports a finding or a notice of this session.
function Session:notification(record, unix_us, schema)
    local write = record.kind and C.mpe_notice_json or C.mpe_error_json
    return library.written_text(function(...)
        return write(self.handle, record.raw, schema or C.MPE_SCHEMA_CLOUD_EVENTS, unix_us, ...)
    end)
end

return Session
