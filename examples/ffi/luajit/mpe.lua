--- libmpe for LuaJIT: says why a live ingest must be refused, or has broken.
--
--     local channel = mpe.channel(C.MPE_ENCODING)      -- local C = mpe.C
--     local session = channel:session()
--     session:feed(data, now_us)
--     for finding in session:findings() do print(finding.code, finding.message) end
--
-- Structs, constants and functions are read from the installed headers (MPE_INCLUDE names another include folder),
-- whose text is the documentation; mpe.C has all of them. Channels and sessions are freed when collected, or by
-- close(). A call that fails raises an error, whose status and name say which mistake it was.
local mpe = { C = require("mpe.library").C, channel = require("mpe.channel") }
for name, call in pairs(require("mpe.tables")) do mpe[name] = call end
return mpe
