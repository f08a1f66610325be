-- The library as its headers describe it: functions, structs and constants.
local ffi = require("ffi")

local HEADERS = { "version.h", "codes.h", "params.h", "mpe.h", "conditions.h", "health.h", "reply.h",
    "share.h" }
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
        for i, name in ipairs(HEADERS) do
            parts[i] = read_header(folder, name)
        end
        if #parts == #HEADERS then return table.concat(parts, "\n") end
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

-- The names of mpe_status by their numbers.
local status_names = {}
for name, number in text:match("typedef int32_t mpe_status;%s*enum {(.-)\n}"):gmatch("(MPE_[%u_]+) = (%-?%d+)") do
    status_names[tonumber(number)] = name
end

-- A mistake of the caller, or lack of memory: status is its number, name its name.
local Error = { __tostring = function(self) return self.message end }

local function fail(status)
    local name = status_names[status]
    local message = ("%s (%s)"):format(ffi.string(C.mpe_status_text(status)), name)
    error(setmetatable({ status = status, name = name, message = message }, Error), 0)
end

local function check(status)
    if status < 0 then fail(status) end
    return status
end

-- A text for C, which ends at a NUL: one that has a NUL in it is no text.
local function encoded(value)
    if value and value:find("\0", 1, true) then fail(C.MPE_BAD_TEXT) end
    return value
end

-- What a function writes that takes a buffer, its size, and where the size that it needs goes.
local function written(call)
    local needed = ffi.new("size_t[1]")
    local status = call(nil, 0, needed)
    if status ~= C.MPE_BUFFER_TOO_SMALL then check(status) end
    local size = tonumber(needed[0])
    local buffer = ffi.new("char[?]", size + 1)
    check(call(buffer, size, nil))
    return ffi.string(buffer, size)
end

-- The same of a text, which ends with a NUL.
local function written_text(call) return (written(call):sub(1, -2)) end

-- A struct for the library to fill.
local function empty(kind) return ffi.new(kind, { struct_size = ffi.sizeof(kind) }) end

-- Each of the values that get(index) gives until there is none of that index.
local function list(get)
    local found = {}
    while true do
        local fine, value = pcall(get, #found)
        if not fine and type(value) == "table" and value.status == C.MPE_BAD_INDEX then return found end
        if not fine then error(value, 0) end
        found[#found + 1] = value
    end
end

-- Handles are freed once: by close() or by the collector.
local function close(self)
    local handle = ffi.gc(self.handle, nil)
    self.free(handle)
    self.handle = nil
end

return { C = C, text = text, check = check, encoded = encoded, written = written, written_text = written_text,
    empty = empty, list = list, close = close }
