-- The tables of the library: codes, reasons, events, parameters, conditions; its version; what bytes are.
local ffi = require("ffi")
local library = require("mpe.library")
local C, encoded = library.C, library.encoded
local string_of = ffi.string

local tables = {}

local function rows(count, row_at)
    local list = {}
    for i = 0, count - 1 do list[i + 1] = row_at(i) end
    return list
end

local function number_or_nil(number) return number ~= 0 and number or nil end

function tables.codes()
    return rows(C.mpe_code_count(), function(i)
        local number = C.mpe_code_at(i)
        return { number = number, name = string_of(C.mpe_code_name(number)), title = string_of(C.mpe_code_title(number)),
            cause = string_of(C.mpe_code_cause(number)), remedy = string_of(C.mpe_code_remedy(number)) }
    end)
end

--- The number of a code; nil: there is none of that name.
function tables.code_by_name(name) return number_or_nil(C.mpe_code_by_name(encoded(name))) end

function tables.reasons()
    local list = {}
    for number in library.text:gmatch("MPE_REASON_[%u_]+ = (%d+)") do
        number = tonumber(number)
        list[#list + 1] = { number = number, name = string_of(C.mpe_reason_name(number)),
            remedy = string_of(C.mpe_reason_remedy(number)) }
    end
    return list
end

function tables.event_name(event) return string_of(C.mpe_event_name(event)) end

function tables.params()
    return rows(C.mpe_param_count(), function(i)
        local number = C.mpe_param_at(i)
        return { number = number, name = string_of(C.mpe_param_name(number)),
            unit = string_of(C.mpe_param_unit(number)), text = string_of(C.mpe_param_text(number)) }
    end)
end

function tables.param_by_name(name) return number_or_nil(C.mpe_param_by_name(encoded(name))) end

--- Least and largest value of a parameter, and the default for a kind of channel.
function tables.bounds(param, kind)
    local least, most, standard = ffi.new("int64_t[1]"), ffi.new("int64_t[1]"), ffi.new("int64_t[1]")
    library.check(C.mpe_param_bounds(param, kind or C.MPE_ENCODING, least, most, standard))
    return least[0], most[0], standard[0]
end

function tables.conditions()
    return rows(C.mpe_condition_count(), function(i)
        local number = C.mpe_condition_at(i)
        return { number = number, name = string_of(C.mpe_condition_name(number)),
            title = string_of(C.mpe_condition_title(number)), remedy = string_of(C.mpe_condition_remedy(number)),
            severity = C.mpe_condition_severity(number) }
    end)
end

function tables.condition_by_name(name) return number_or_nil(C.mpe_condition_by_name(encoded(name))) end

--- What the first bytes of a stream are: MPE_PROTOCOL_..., MPE_PROTOCOL_AUTO while not known.
function tables.detect(head) return C.mpe_protocol_detect(head, #head) end

function tables.status_text(status) return string_of(C.mpe_status_text(status)) end

--- major * 1000000 + minor * 1000 + patch of the library that runs.
function tables.version() return C.mpe_version() end

function tables.version_string() return string_of(C.mpe_version_string()) end

function tables.build_info() return string_of(C.mpe_build_info()) end

return tables
