--- libmpe for LuaJIT: says why a live ingest must be refused, or has broken.
--
--     local channel = mpe.channel(C.MPE_ENCODING)      -- local C = mpe.C
--     local session = channel:session()
--     session:feed(data, now_us)
--     for finding in session:findings() do print(finding.code, finding.message) end
--
-- Structs, constants and functions are read from the installed headers (MPE_INCLUDE names another include folder),
-- whose text is the documentation; mpe.C has all of them. Channels and sessions are freed when collected, or by
-- close(). A call that fails raises an error.
local ffi = require("ffi")

local INSTALL = "install libmpe: its packages libmpe0 and libmpe-dev, or 'make install && ldconfig' in its source tree"

local function read_header(folder, name)
    local file = io.open(folder .. "/mpe/" .. name)
    local text = file and file:read("*a")
    if file then file:close() end
    return text
end

local function read_headers()
    local set = os.getenv("MPE_INCLUDE")
    local folders = set and { set } or { "/usr/local/include", "/usr/include" }
    for _, folder in ipairs(folders) do
        local parts = {}
        for i, name in ipairs({ "version.h", "codes.h", "params.h", "mpe.h" }) do
            parts[i] = read_header(folder, name)
        end
        if #parts == 4 then return table.concat(parts, "\n") end
    end
    error("There is no mpe/mpe.h in " .. table.concat(folders, " or ") .. ": " .. INSTALL .. ".", 0)
end

-- What is left without the preprocessor's lines is plain C.
local text = read_headers()
ffi.cdef((text:gsub("#ifdef __cplusplus.-#endif", ""):gsub("\n#[^\n]*", "\n"):gsub("^#[^\n]*", "")
    :gsub("MPE_API ", "")))

local abi = text:match("#define MPE_ABI (%d+)")
local there, C = pcall(ffi.load, "libmpe.so." .. abi)
if not there then
    error("There is no libmpe.so." .. abi .. ", which belongs to the headers: " .. INSTALL .. ".", 0)
end

local function check(status)
    if status < 0 then error(ffi.string(C.mpe_status_text(status)), 0) end
    return status
end

--- One finding, or the ending of a session; what is not known is nil. 64-bit numbers are int64_t.
local function finding_of(raw)
    local function known(flag, value)
        if bit.band(raw.flags, C["MPE_ERROR_HAS_" .. flag]) ~= 0 then return value end
    end
    local unit = ffi.string(raw.unit)
    return {
        code = ffi.string(C.mpe_code_name(raw.code)),
        event = ffi.string(C.mpe_event_name(raw.event)),
        reason = raw.reason,
        track = raw.track >= 0 and raw.track or nil,
        value = known("VALUE", raw.value),
        limit = known("LIMIT", raw.limit),
        unit = unit ~= "" and unit or nil,
        offset = known("OFFSET", raw.offset_bytes),
        media_us = known("MEDIA_TIME", raw.media_us),
        message = ffi.string(raw.message),
        raw = raw,
    }
end

local function ask(call, handle)
    local raw = ffi.new("mpe_error", { struct_size = ffi.sizeof("mpe_error") })
    if check(call(handle, raw)) == C.MPE_EVENT then return finding_of(raw) end
end

-- Handles are freed once: by close() or by the collector.
local function close(self)
    local handle = ffi.gc(self.handle, nil)
    self.free(handle)
    self.handle = nil
end

local Session = { free = C.mpe_session_free, close = close }
Session.__index = Session

function Session:url(url) check(C.mpe_session_url(self.handle, url)) end

function Session:feed(data, now_us) check(C.mpe_session_feed(self.handle, data, #data, now_us or 0)) end

function Session:tick(now_us) check(C.mpe_session_tick(self.handle, now_us)) end

function Session:deadline() return C.mpe_session_deadline(self.handle) end

function Session:finish(code, now_us) check(C.mpe_session_finish(self.handle, code or 0, now_us or 0)) end

function Session:state() return check(C.mpe_session_state(self.handle)) end

--- Iterates over what was found and not yet taken.
function Session:findings()
    return function() return ask(C.mpe_session_poll_error, self.handle) end
end

function Session:ending() return ask(C.mpe_session_ending, self.handle) end

function Session:notification(finding, unix_us, schema)
    schema = schema or C.MPE_SCHEMA_CLOUD_EVENTS
    local needed = ffi.new("size_t[1]")
    C.mpe_error_json(self.handle, finding.raw, schema, unix_us, nil, 0, needed)
    local buffer = ffi.new("char[?]", needed[0] + 1)
    check(C.mpe_error_json(self.handle, finding.raw, schema, unix_us, buffer, needed[0], nil))
    return ffi.string(buffer)
end

local Channel = { free = C.mpe_channel_free, close = close }
Channel.__index = Channel

--- Sets a parameter, an MPE_PARAM_ number or its name: channel:set("max_width_px", 1280).
function Channel:set(param, value)
    local number = type(param) == "string" and C.mpe_param_by_name(param) or param
    check(C.mpe_channel_set(self.handle, number, value))
end

function Channel:set_text(which, value) check(C.mpe_channel_set_text(self.handle, which, value)) end

function Channel:allow(entry) check(C.mpe_channel_allow(self.handle, entry)) end

--- options: protocol, peer, id, now_us; all may be missing.
function Channel:session(options)
    options = options or {}
    local out = ffi.new("mpe_session *[1]")
    check(C.mpe_session_new(out, self.handle, options.protocol or C.MPE_PROTOCOL_AUTO, options.peer, options.id,
        options.now_us or 0))
    return setmetatable({ handle = ffi.gc(out[0], C.mpe_session_free) }, Session)
end

local function channel(kind)
    local out = ffi.new("mpe_channel *[1]")
    check(C.mpe_channel_new(out, kind or C.MPE_ENCODING, nil))
    return setmetatable({ handle = ffi.gc(out[0], C.mpe_channel_free) }, Channel)
end

--- What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known.
local function detect(head) return C.mpe_protocol_detect(head, #head) end

return { C = C, channel = channel, detect = detect }
