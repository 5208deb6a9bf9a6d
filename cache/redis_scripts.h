#ifndef LIKENESS_CACHE_REDIS_SCRIPTS_H_
#define LIKENESS_CACHE_REDIS_SCRIPTS_H_

#include <string>
#include <string_view>

namespace likeness::cache {

// A Lua script that Redis runs as one atomic step. Immutable.
class RedisScript {
 public:
  explicit RedisScript(std::string_view source);
  [[nodiscard]] const std::string& source() const { return source_; }
  // What EVALSHA calls it.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::string source_;
  std::string digest_;
};

// The scripts of RedisStore. KEYS[1] is the record, a hash with the fields
//   meta     encode(Meta)
//   version  that of meta, so that scripts need not read JSON; "" without a photo
//   span     "<asked> <filled>", server's clock, us: when the record was claimed and filled
//   fill     "<end of the lease, ms> <claimed, us> <token>" while somebody has claimed the record
//   source, master, v:<name>  encode_head(Picture) and its bytes
// A value of another type under our key is nobody's record: a claim replaces it. Each script is one
// key, so one slot of a cluster, and reads the server's clock: clients' clocks do not matter.

// ARGV: token, lease in ms. Returns the time, and 1 if claimed. The record lives at least as long
// as the lease, and one that holds nothing but the claim goes away with it.
inline constexpr std::string_view kClaimScript = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ms = math.floor(now / 1000)
local held = redis.pcall('HGET', KEYS[1], 'fill')
if type(held) == 'table' then
  redis.call('UNLINK', KEYS[1])
elseif held then
  local lease_end = tonumber(string.match(held, '^(%d+) '))
  if lease_end and lease_end > ms then return {now, 0} end
end
redis.call('HSET', KEYS[1], 'fill', string.format('%.0f %.0f %s', ms + ARGV[2], now, ARGV[1]))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {now, 1}
)lua";

// ARGV: token, lease in ms, 0 to give the claim back. Returns 1 if the claim still counts.
inline constexpr std::string_view kRenewScript = R"lua(
local held = redis.pcall('HGET', KEYS[1], 'fill')
local since, token = string.match(type(held) == 'string' and held or '', '^%d+ (%d+) (.*)$')
if token ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('HDEL', KEYS[1], 'fill') end
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'fill', string.format('%.0f %s %s', ms + ARGV[2], since, token))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
)lua";

// ARGV: token, version, meta, life in ms, then field and value of each picture. Returns the time, 1
// if written, and 1 if another version made room. A stored picture stays if its head's first three
// words (mark, format, version) are those of the new one; anything else under its name is damage,
// and is overwritten.
inline constexpr std::string_view kFillScript = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local held = redis.pcall('HGET', KEYS[1], 'fill')
local since, token = string.match(type(held) == 'string' and held or '', '^%d+ (%d+) (.*)$')
if token ~= ARGV[1] then return {now, 0, 0} end
local version = redis.call('HGET', KEYS[1], 'version')
if ARGV[2] == '' or version ~= ARGV[2] then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'meta', ARGV[3],
           'span', string.format('%s %.0f', since, now))
redis.call('HDEL', KEYS[1], 'fill')
for i = 5, #ARGV, 2 do
  local mark = string.match(ARGV[i + 1], '^%S+ %S+ %S+ ')
  local there = redis.call('HGET', KEYS[1], ARGV[i])
  if not there or string.sub(there, 1, #mark) ~= mark then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {now, 1, version and version ~= ARGV[2] and 1 or 0}
)lua";

// ARGV: version, field, value, most variants, field to drop or "". Returns 1 if written.
inline constexpr std::string_view kPutPictureScript = R"lua(
local version = redis.pcall('HGET', KEYS[1], 'version')
if version ~= ARGV[1] then return 0 end
local there = redis.call('HGET', KEYS[1], ARGV[2])
if there then
  local mark = string.match(ARGV[3], '^%S+ %S+ %S+ ')
  if string.sub(there, 1, #mark) == mark then return 0 end
elseif ARGV[2] ~= 'source' and ARGV[2] ~= 'master' then
  local variants = redis.call('HLEN', KEYS[1])
  for _, field in ipairs({'meta', 'version', 'span', 'fill', 'source', 'master'}) do
    variants = variants - redis.call('HEXISTS', KEYS[1], field)
  end
  if variants >= tonumber(ARGV[4]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
if ARGV[5] ~= '' then redis.call('HDEL', KEYS[1], ARGV[5]) end
return 1
)lua";

// Returns meta, span, 1 while claimed, what is left of its life in ms, then field and length of
// each picture; nothing where there is no record.
inline constexpr std::string_view kListScript = R"lua(
local found = redis.pcall('HMGET', KEYS[1], 'meta', 'span', 'fill')
if found.err or not (found[1] or found[3]) then return {} end
local list = {found[1] or '', found[2] or '', found[3] and 1 or 0, redis.call('PTTL', KEYS[1])}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if field == 'source' or field == 'master' or string.sub(field, 1, 2) == 'v:' then
    list[#list + 1] = field
    list[#list + 1] = redis.call('HSTRLEN', KEYS[1], field)
  end
end
return list
)lua";

// ARGV: a time in us, from which on records and claims are spared, or ""; and maybe a version that
// is. Returns the time.
inline constexpr std::string_view kEraseScript = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local found = redis.pcall('HMGET', KEYS[1], 'version', 'span', 'fill')
if found.err then
  redis.call('UNLINK', KEYS[1])
  return now
end
local function is_new(text, pattern)
  local at = tonumber(string.match(text or '', pattern) or '')
  return at and ARGV[1] ~= '' and at >= tonumber(ARGV[1])
end
local claim_stays = is_new(found[3], '^%d+ (%d+) ')
local spared = found[1] and (is_new(found[2], '^(%d+) ') or found[1] == ARGV[2])
if found[1] and not spared or not found[1] and not claim_stays then
  redis.call('UNLINK', KEYS[1])
elseif found[3] and not claim_stays then
  redis.call('HDEL', KEYS[1], 'fill')
end
return now
)lua";

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_SCRIPTS_H_
