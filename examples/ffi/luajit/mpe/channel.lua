-- Channels: one live event, its limits, its allow list, and what it adds up.
local ffi = require("ffi")
local library = require("mpe.library")
local filled_by = require("mpe.records").filled_by
local Session = require("mpe.session")
local C, check, encoded = library.C, library.check, library.encoded

local Channel = { free = C.mpe_channel_free, close = library.close }
Channel.__index = Channel

local function number_of(param)
    return type(param) == "string" and C.mpe_param_by_name(encoded(param)) or param
end

--- Sets a parameter, an MPE_PARAM_ number or its name: channel:set("max_width_px", 1280).
function Channel:set(param, value) check(C.mpe_channel_set(self.handle, number_of(param), value)) end

function Channel:get(param)
    local value = ffi.new("int64_t[1]")
    check(C.mpe_channel_get(self.handle, number_of(param), value))
    return value[0]
end

--- Sets a text, MPE_TEXT_...; nil unsets it.
function Channel:set_text(which, value) check(C.mpe_channel_set_text(self.handle, which, encoded(value))) end

function Channel:set_action(code, action) check(C.mpe_channel_set_action(self.handle, code, action)) end

function Channel:get_action(code)
    local action = ffi.new("int32_t[1]")
    check(C.mpe_channel_get_action(self.handle, code, action))
    return action[0]
end

--- Adds an entry to the allow list; nil makes the list exist.
function Channel:allow(entry) check(C.mpe_channel_allow(self.handle, encoded(entry))) end

--- Removes an entry from the allow list; nil removes the list.
function Channel:disallow(entry) check(C.mpe_channel_disallow(self.handle, encoded(entry))) end

--- The fields of mpe_channel_sums.
function Channel:totals()
    return filled_by("mpe_channel_sums", function(raw) return C.mpe_channel_totals(self.handle, raw) end)
end

--- Makes the channel one of a fleet, before its first session.
function Channel:fleet(key, name, edge) check(C.mpe_channel_fleet(self.handle, key, #key, encoded(name), edge)) end

--- Another number than before: the other edges should have the share now.
function Channel:share_revision(now_us) return C.mpe_channel_share_revision(self.handle, now_us) end

--- What this process contributes, for the other edges.
function Channel:share(now_us, fleet_us)
    return library.written(function(buffer, size, needed)
        return C.mpe_channel_share(self.handle, now_us, fleet_us, buffer, size, needed or ffi.new("size_t[1]"))
    end)
end

--- Takes the share of another edge; false: it is no news.
function Channel:remote(share, fleet_us, now_us, lease_us)
    return check(C.mpe_channel_remote(self.handle, share, #share, fleet_us, lease_us or 10000000, now_us)) == C.MPE_OK
end

function Channel:remote_gone(edge, now_us) check(C.mpe_channel_remote_gone(self.handle, edge, now_us)) end

--- The fields of mpe_edge_sums, of each other edge.
function Channel:edges()
    return library.list(function(index)
        return filled_by("mpe_edge_sums", function(raw) return C.mpe_channel_edge(self.handle, index, raw) end)
    end)
end

--- options: protocol, peer, id, now_us; all may be missing.
function Channel:session(options)
    options = options or {}
    local out = ffi.new("mpe_session *[1]")
    check(C.mpe_session_new(out, self.handle, options.protocol or C.MPE_PROTOCOL_AUTO, encoded(options.peer),
        encoded(options.id), options.now_us or 0))
    return setmetatable({ handle = ffi.gc(out[0], C.mpe_session_free) }, Session)
end

--- Makes a channel of a kind, MPE_ENCODING where there is none.
return function(kind)
    local out = ffi.new("mpe_channel *[1]")
    check(C.mpe_channel_new(out, kind or C.MPE_ENCODING, nil))
    return setmetatable({ handle = ffi.gc(out[0], C.mpe_channel_free) }, Channel)
end
