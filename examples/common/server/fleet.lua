-- One process (an edge) says what it has of a channel, and hears what the others have: in one step, on this server's clock.
-- KEYS  1 when each edge wrote (a sorted set; microseconds since 1970), 2 what it wrote (a hash). The first is the name
--       under which it is published, too.
-- ARGV  1 the edge, 2 its share ("": it leaves), 3 "1" where the others should hear of it at once, 4 up to when it has
--       heard them, 5 the lease in milliseconds, 6 how many shares it takes at most
-- Answers the time, up to when it has heard now, and the shares it has not heard.
local function text(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local lease = ARGV[5] * 1000
local newest = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or 0)

-- This server's clock was set back, or is that of another server: all of them say again what they have.
if newest > now + lease then
    redis.call('DEL', KEYS[1], KEYS[2])
    newest = 0
end

for _, edge in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(now - lease))) do
    redis.call('ZREM', KEYS[1], edge)
    redis.call('HDEL', KEYS[2], edge)
end

if ARGV[3] == '1' then redis.call('PUBLISH', KEYS[1], ARGV[1] .. ARGV[2]) end
if ARGV[2] == '' then
    redis.call('ZREM', KEYS[1], ARGV[1])
    redis.call('HDEL', KEYS[2], ARGV[1])
    return {text(now), '0'}
end

-- No two write at the same time: what was heard up to one of them is all that came before.
local written = math.max(now, newest + 1)
redis.call('ZADD', KEYS[1], text(written), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])

local since = tonumber(ARGV[4])
if since > newest then since = 0 end
local others = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(since), '(' .. text(written), 'WITHSCORES', 'LIMIT', 0,
    ARGV[6])
local answer = {text(now), text(written)}
if #others == 2 * ARGV[6] then answer[2] = text(tonumber(others[#others])) end
for i = 1, #others, 2 do
    local share = redis.call('HGET', KEYS[2], others[i])
    if share then answer[#answer + 1] = share end
end
return answer
