#!/usr/bin/env luajit
-- Says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON per finding.
-- Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
local USAGE =
    "usage: classify.lua [--kind encoding|pass-through-basic|pass-through-standard] [--set NAME=VALUE]... FILE|-"
local MAX_BOXES = 10000 -- more than any MP4 for download has side by side
local ffi = require("ffi")
package.path = (arg[0]:match("^.*/") or "./") .. "?.lua;" .. package.path

local function die(sentence)
    io.stderr:write("classify.lua: ", sentence, "\n")
    os.exit(2)
end

-- "?": the loader found the module, and the module its way to say what is missing.
local there, mpe = pcall(require, "mpe")
if not there then die(tostring(mpe):match("There is no [^\n]*") or tostring(mpe)) end
local C = mpe.C

-- io.read waits until it has all it was asked for; a finding in a slow stream must not.
ffi.cdef("intptr_t read(int fd, void *buffer, size_t count); int open(const char *path, int flags, ...);"
    .. "intptr_t pread(int fd, void *buffer, size_t count, int64_t offset); char *strerror(int number);"
    .. "int64_t lseek(int fd, int64_t offset, int whence); long long strtoll(const char *text, char **end, int base);")
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

-- A number of count bytes of the input.
local function number(at, count)
    local value = 0
    for i = at, at + count - 1 do value = value * 256 + input[i] end
    return value
end

-- Where, between two places of a file, the body of the first box of a kind begins and ends; nil: there is none.
local function find(fd, kind, at, last)
    for _ = 1, MAX_BOXES do
        ffi.fill(input, 16)
        if last - at < 8 or ffi.C.pread(fd, input, 16, at) < 8 then return end
        local size, body = number(0, 4), at + 8
        if size == 1 then size, body = number(8, 8), at + 16 end
        at = size > 0 and size <= last - at and at + size or last
        if ffi.string(input + 4, 4) == kind then return body, at end
        if at < body then return end
    end
end

-- How many bytes of a file there are; 0: it is none that could be read at any place. Its position stays.
local function size_of(fd)
    local SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
    local at = ffi.C.lseek(fd, 0, SEEK_CUR)
    local size = at < 0 and 0 or tonumber(ffi.C.lseek(fd, 0, SEEK_END))
    if at >= 0 then ffi.C.lseek(fd, at, SEEK_SET) end
    return math.max(size, 0)
end

-- Whether a file is an MP4 for download, in which the order means nothing: moov and media, no fragment, no mvex.
local function is_plain_mp4(fd)
    local size = size_of(fd)
    local moov, moov_end = find(fd, "moov", 0, size)
    return moov and find(fd, "mdat", 0, size) and not find(fd, "moof", 0, size) and not find(fd, "mvex", moov, moov_end)
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
local kind, settings, path = "encoding", { "report_all=1", "media_clock=1", "max_header_bytes=1048576" }, nil
local function misused(what) die(what .. "; " .. USAGE) end
local i = 1
local function value_of(option)
    i = i + 1
    return arg[i] or misused(option .. " needs a value")
end
while i <= #arg do
    if arg[i] == "--help" then
        print(USAGE)
        os.exit(0)
    elseif arg[i] == "--kind" then
        kind = value_of("--kind")
    elseif arg[i] == "--set" then
        settings[#settings + 1] = value_of("--set")
    elseif arg[i]:match("^%-.") then
        misused("there is no option " .. arg[i])
    else
        path = path and misused("give one input") or arg[i]
    end
    i = i + 1
end
if not KINDS[kind] then misused("--kind " .. kind .. " is none") end
if not path then misused("give one input") end

local channel = mpe.channel(KINDS[kind])
for _, setting in ipairs(settings) do
    local name, value = setting:match("^([^=]*)=([-+]?%d+)$")
    local fine, why = false, "not a whole number"
    -- What goes beyond 64 bits, strtoll makes the last that do not: no parameter is that large.
    if value then fine, why = pcall(channel.set, channel, name, ffi.C.strtoll(value, nil, 10)) end
    if not fine then
        die(("--set %s: give NAME=VALUE, as in max_width_px=1280 (%s)"):format(setting, tostring(why)))
    end
end
local fd = path == "-" and 0 or ffi.C.open(path, 0)
if fd < 0 then die("cannot open " .. path .. ": " .. ffi.string(ffi.C.strerror(ffi.errno()))) end
os.exit(classify(channel, fd, path == "-" and "standard input" or path))
