-- What the library reports: findings, notices, tracks, sums. What is not known is nil. 64-bit numbers are int64_t.
local ffi = require("ffi")
local library = require("mpe.library")
local C = library.C

local function knower(raw, prefix)
    return function(flag, value)
        if bit.band(raw.flags, C[prefix .. flag]) ~= 0 then return value end
    end
end

local function index_or_nil(index) return index >= 0 and index or nil end

--- One finding, or the ending of a session.
local function finding_of(raw)
    local known = knower(raw, "MPE_ERROR_HAS_")
    local unit = ffi.string(raw.unit)
    return {
        code = ffi.string(C.mpe_code_name(raw.code)),
        event = ffi.string(C.mpe_event_name(raw.event)),
        reason = raw.reason,
        track = index_or_nil(raw.track),
        value = known("VALUE", raw.value),
        limit = known("LIMIT", raw.limit),
        unit = unit ~= "" and unit or nil,
        offset = known("OFFSET", raw.offset_bytes),
        media_us = known("MEDIA_TIME", raw.media_us),
        message = ffi.string(raw.message),
        reported = bit.band(raw.flags, C.MPE_ERROR_REPORTED) ~= 0,
        raw = raw,
    }
end

local INT64_MIN = -0x7fffffffffffffffLL - 1

-- The fields of a struct as in the header.
local function record_of(raw, kind)
    local body = library.text:gsub("/%*.-%*/", ""):match("typedef struct " .. kind .. " (%b{})")
    local record = {}
    for name, count in body:gmatch("([%w_]+)(%[?%d*%]?);") do
        local value = raw[name]
        if count ~= "" then value = ffi.string(value) end
        if not ffi.istype("int64_t", value) or value ~= INT64_MIN then record[name] = value end
    end
    record.struct_size, record.reserved = nil, nil
    return record
end

--- A condition that was set or cleared, or what happened.
local function notice_of(raw)
    local known = knower(raw, "MPE_NOTICE_HAS_")
    local notice = record_of(raw, "mpe_notice")
    notice.value = known("VALUE", raw.value)
    notice.limit = known("LIMIT", raw.limit)
    notice.media_us = known("MEDIA_TIME", raw.media_us)
    notice.track = index_or_nil(raw.track)
    notice.other_track = index_or_nil(raw.other_track)
    notice.raw = raw
    return notice
end

-- What a call fills that fails, or always fills.
local function filled_by(kind, call)
    local raw = library.empty(kind)
    library.check(call(raw))
    return record_of(raw, kind)
end

return { finding_of = finding_of, notice_of = notice_of, filled_by = filled_by }
