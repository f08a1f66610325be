#!/usr/bin/env luajit
-- Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.
-- Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
local USAGE = "classify.lua [--kind encoding|pass-through-basic|pass-through-standard] [--set NAME=VALUE]... FILE|-"
local ffi = require("ffi")
package.path = (arg[0]:match("^.*/") or "./") .. "?.lua;" .. package.path

local function die(sentence)
    io.stderr:write("classify.lua: ", sentence, "\n")
    os.exit(2)
end

-- "?": the loader found the module, and the module its way to say what is missing.
local there, mpe = pcall(require, "mpe")
if not there then die(mpe:match("There is no [^\n]*") or mpe) end
local C = mpe.C

-- io.read waits until it has all it was asked for; a finding in a slow stream must not.
ffi.cdef("intptr_t read(int fd, void *buffer, size_t count); int open(const char *path, int flags, ...);"
    .. "intptr_t pread(int fd, void *buffer, size_t count, int64_t offset); char *strerror(int number);")
local INPUT_BYTES = 65536
local input = ffi.new("uint8_t[?]", INPUT_BYTES)

local function read(fd, name)
    local count = ffi.C.read(fd, input, INPUT_BYTES)
    if count < 0 then die("cannot read " .. name .. ": " .. ffi.string(ffi.C.strerror(ffi.errno()))) end
    return ffi.string(input, count)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
    ["\t"] = "\\t" }

local function text(value)
    if value == nil then return "null" end
    return '"' .. value:gsub('[%c"\\]', function(c)
        return ESCAPES[c] or c ~= "\127" and ("\\u%04X"):format(c:byte()) or nil
    end) .. '"'
end

local function integer(value)
    return value == nil and "null" or (tostring(value):gsub("U?LL$", ""))
end

local function milliseconds(us)
    if us == nil then return "null" end
    local digits = ("%.15g"):format(tonumber(us) / 1000):gsub("e%+", "e")
    return digits:find("[.e]") and digits or digits .. ".0"
end

local function json(f)
    return ('{"code":%s,"event":%s,"track":%s,"value":%s,"limit":%s,"unit":%s,"offset":%s,"media_ms":%s,"message":%s}')
        :format(text(f.code), text(f.event), integer(f.track), integer(f.value), integer(f.limit), text(f.unit),
            integer(f.offset), milliseconds(f.media_us), text(f.message))
end

-- Whether a file has a moov and media, but no fragment: an MP4 for download, in which the order means nothing.
local function is_plain_mp4(fd)
    local function number(at, count)
        local value = 0
        for i = at, at + count - 1 do value = value * 256 + input[i] end
        return value
    end
    local seen, at = {}, 0
    while at < 2 ^ 53 and ffi.C.pread(fd, input, 16, at) >= 8 do
        local size = number(0, 4)
        if size == 1 then size = number(8, 8) end
        seen[ffi.string(input + 4, 4)] = true
        if size < 8 then break end
        at = at + size
    end
    return seen.moov and seen.mdat and not seen.moof
end

local function head_of(fd, name)
    local head, more = "", nil
    repeat
        more = read(fd, name)
        head = head .. more
    until more == "" or #head >= 64 or mpe.detect(head) ~= 0
    if head == "" then die(name .. " is empty") end
    if mpe.detect(head) == 0 then
        die(name .. " is neither FLV nor fragmented MP4 nor the bytes that an RTMP encoder sends")
    end
    return head
end

local function classify(channel, fd, name)
    local data, count = head_of(fd, name), 0
    local protocol = mpe.detect(data)
    local is_mp4 = protocol == C.MPE_PROTOCOL_FMP4
    local is_plain = is_mp4 and is_plain_mp4(fd)
    local session = channel:session({ protocol = protocol })
    repeat
        local ended = data == ""
        if ended then session:finish() else session:feed(data) end
        for finding in session:findings() do
            is_plain = is_plain or is_mp4 and finding.reason == C.MPE_REASON_PROTOCOL_NOT_SUPPORTED
            if not (is_plain and (finding.code == "MPE_UNKNOWN_ERROR"
                    or finding.reason == C.MPE_REASON_MEDIA_BEFORE_HEADER)) then
                count = count + 1
                if not io.write(json(finding), "\n") or not io.flush() then die("cannot write to standard output") end
            end
        end
        data = ended or read(fd, name)
    until ended
    if is_plain then die(name .. " is a plain MP4, not a live ingest") end
    return count > 0 and 1 or 0
end

local KINDS = { encoding = C.MPE_ENCODING, ["pass-through-basic"] = C.MPE_PASS_THROUGH_BASIC,
    ["pass-through-standard"] = C.MPE_PASS_THROUGH_STANDARD }
local kind, settings, path = "encoding", { "report_all=1", "media_clock=1" }, nil
local i = 1
while i <= #arg do
    if arg[i] == "--kind" then
        kind, i = arg[i + 1], i + 1
    elseif arg[i] == "--set" then
        settings[#settings + 1], i = arg[i + 1] or "", i + 1
    elseif path or arg[i]:match("^%-.") then
        die("usage: " .. USAGE)
    else
        path = arg[i]
    end
    i = i + 1
end
if not path or not KINDS[kind or ""] then die("usage: " .. USAGE) end

local channel = mpe.channel(KINDS[kind])
for _, setting in ipairs(settings) do
    local name, value = setting:match("^([%w_]+)=(%-?%d+)$")
    local fine, why = pcall(channel.set, channel, name or "", tonumber(value) or 0)
    if not fine then die(("--set %s: give NAME=VALUE, as in max_width_px=1280 (%s)"):format(setting, why)) end
end
local fd = path == "-" and 0 or ffi.C.open(path, 0)
if fd < 0 then die("cannot open " .. path .. ": " .. ffi.string(ffi.C.strerror(ffi.errno()))) end
os.exit(classify(channel, fd, path == "-" and "standard input" or path))
