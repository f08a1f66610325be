#!/usr/bin/env luajit
-- Three live events on one port: a recorded RTMP connection is bound to the one whose app it names.
-- usage: late.lua APP APP APP FILE (an encoding channel, a pass-through one, one without limits)
package.path = (arg[0]:match("^.*/") or "./") .. "?.lua;" .. package.path
local mpe = require("mpe")
local C = mpe.C

local apps = { arg[1], arg[2], arg[3] }
local channels = {}
for i, kind in ipairs({ C.MPE_ENCODING, C.MPE_PASS_THROUGH_STANDARD, C.MPE_OPEN }) do
    channels[apps[i]] = mpe.channel(kind)
    channels[apps[i]]:set("media_clock", 1)
end
local lobby = mpe.channel(C.MPE_OPEN)
lobby:set("bind_late", 1)
lobby:set("media_clock", 1)
local session = lobby:session({ protocol = C.MPE_PROTOCOL_RTMP })

local function print_line(...) print((...):format(select(2, ...))) end

local function bind_or_refuse()
    local app = session:name(C.MPE_NAME_APP)
    print_line("%s was named after %d bytes", app, session:taken())
    if channels[app] then
        session:bind(channels[app])
    else
        session:refuse(C.MPE_RTMP_APPID_AUTH_FAILURE)
    end
end

local file = assert(io.open(arg[4], "rb"))
for data in function() return file:read(4096) end do
    while session:feed(data) do
        data = data:sub(session:taken() + 1)
        bind_or_refuse()
    end
    for finding in session:findings() do
        print_line("%s: %s", finding.code, finding.message)
        print_line("a reply of %d bytes", #session:reply_rtmp(finding))
    end
end
for _, app in ipairs(apps) do
    local sums = channels[app]:totals()
    print_line("%s: sessions %d, qualities %d + %d", app, sums.sessions, sums.video_qualities, sums.audio_qualities)
end
session:finish()
for _, track in ipairs(session:tracks()) do
    print_line("%s %dx%d, %d frames", track.codec, track.width_px, track.height_px, tonumber(track.frames))
end
print_line("ended by %s", session:ending().code)
