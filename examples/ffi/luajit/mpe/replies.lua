-- The bytes that tell an encoder why it is refused or disconnected (mpe/reply.h): what a session replies with.
local ffi = require("ffi")
local library = require("mpe.library")
local C, encoded, written = library.C, library.encoded, library.written

local Replies = {}

--- What an RTMP encoder has asked for last, MPE_ASKED_...
function Replies:asked() return library.check(C.mpe_session_asked(self.handle)) end

--- Chunks ready to be sent.
function Replies:reply_rtmp(finding, answered, chunk_size_bytes)
    return written(function(...)
        return C.mpe_reply_rtmp(self.handle, finding.raw, answered or 0, chunk_size_bytes or 0, ...)
    end)
end

--- The message streams and payloads of the same, for a host that makes its own chunks.
function Replies:reply_rtmp_messages(finding, answered)
    return library.list(function(index)
        local stream_id = ffi.new("uint32_t[1]")
        local payload = written(function(...)
            return C.mpe_reply_rtmp_message(self.handle, finding.raw, answered or 0, index, stream_id, ...)
        end)
        return { stream_id = stream_id[0], payload = payload }
    end)
end

--- options: tc_url, description, chunk_size_bytes; all may be missing.
function Replies:reply_reconnect(options)
    options = options or {}
    return written(function(...)
        return C.mpe_reply_reconnect(self.handle, encoded(options.tc_url), encoded(options.description),
            options.chunk_size_bytes or 0, ...)
    end)
end

--- Body, status, and seconds of Retry-After (0: none) of the answer to a request.
function Replies:reply_http(finding)
    local status, retry_after_s = ffi.new("int32_t[1]"), ffi.new("int32_t[1]")
    local body = library.written_text(function(...)
        return C.mpe_reply_http(self.handle, finding.raw, status, retry_after_s, ...)
    end)
    return body, status[0], retry_after_s[0]
end

return Replies
