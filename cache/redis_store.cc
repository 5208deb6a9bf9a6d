#include "cache/redis_store.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

namespace likeness::cache {
namespace {

// Long enough to say what is wrong, too short for the photo ids and bytes that Redis may quote.
constexpr std::size_t kMaxQuoted = 80;

std::unexpected<Error> refused(const RedisReply& reply) {
  return fail(Errc::store_unavailable, "Redis: " + reply.text.substr(0, kMaxQuoted));
}

std::string field(std::string_view name) {
  return !is_variant(name) ? std::string(name) : "v:" + std::string(name);
}

RedisArg value(const Picture& picture) { return {encode_head(picture), picture.bytes}; }

// Nobody needs to be kept from guessing it, but no two may be the same: 128 random bits.
FillToken make_token() {
  std::random_device random;
  FillToken token;
  for (int i = 0; i < 4; ++i) token += std::to_string(random()) + '.';
  return token;
}

Result<bool> read_flag(const Result<RedisReply>& reply) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind == RedisReply::Kind::error) return refused(*reply);
  if (reply->kind != RedisReply::Kind::integer) {
    return fail(Errc::store_unavailable, "Redis answered no number");
  }
  return reply->integer != 0;
}

// An answer of HMGET: meta, then the pictures.
Result<StoredRecord> read_record(const Result<RedisReply>& reply, std::size_t pictures) {
  if (!reply) return std::unexpected(reply.error());
  StoredRecord record;
  record.pictures.resize(pictures);
  if (reply->kind == RedisReply::Kind::error) {
    if (reply->text.starts_with("WRONGTYPE")) return record;
    return refused(*reply);
  }
  if (reply->elements.size() != pictures + 1) {
    return fail(Errc::store_unavailable, "Redis answered too few values");
  }
  auto meta = decode_meta(reply->elements[0].text);
  if (!meta) return record;
  for (std::size_t i = 0; i < pictures; ++i) {
    auto picture = decode_picture(reply->elements[i + 1].text);
    if (!picture || picture->version != meta->version) continue;
    record.pictures[i] = std::make_shared<const Picture>(std::move(*picture));
  }
  record.meta = std::make_shared<const Meta>(std::move(*meta));
  return record;
}

}  // namespace

RedisStore::RedisStore(Loop& loop, RedisTarget target, const RedisSettings& settings,
                       int max_variants, RedisEvents events)
    : prefix_(settings.prefix),
      max_variants_(std::to_string(max_variants)),
      client_(loop, std::move(target), settings, std::move(events)) {}

std::string RedisStore::key(std::string_view photo) const {
  return std::string(prefix_).append(photo);
}

void RedisStore::look_up(std::string_view photo, const std::vector<std::string>& names,
                         Done<StoredRecord> done) {
  RedisCommand command{"HMGET", key(photo), "meta"};
  for (const std::string& name : names) command.emplace_back(field(name));
  client_.run(command, [count = names.size(), then = std::move(done)](
                           Result<RedisReply> reply) mutable { then(read_record(reply, count)); });
}

void RedisStore::claim(std::string_view photo, milliseconds lease,
                       Done<std::optional<FillToken>> done) {
  FillToken token = make_token();
  RedisCommand args{token, std::to_string(lease.count())};
  run(claim_, key(photo), std::move(args),
      [token = std::move(token), then = std::move(done)](Result<bool> claimed) mutable {
        if (!claimed) return then(std::unexpected(claimed.error()));
        then(*claimed ? std::optional(std::move(token)) : std::nullopt);
      });
}

void RedisStore::fill(std::string_view photo, const FillToken& token, const Write& write,
                      Done<bool> done) {
  RedisCommand args{token, write.meta.version, encode(write.meta),
                    std::to_string(milliseconds(write.life).count())};
  for (const auto& [name, picture] : write.pictures) {
    args.emplace_back(field(name));
    args.push_back(value(*picture));
  }
  run(fill_, key(photo), std::move(args), std::move(done));
}

void RedisStore::put_picture(std::string_view photo, std::string_view name,
                             const PicturePtr& picture, std::string_view instead_of,
                             Done<bool> done) {
  run(put_picture_, key(photo),
      {picture->version, field(name), value(*picture), max_variants_,
       instead_of.empty() ? std::string() : field(instead_of)},
      std::move(done));
}

void RedisStore::erase(std::string_view photo, Done<bool> done) {
  client_.run({"UNLINK", key(photo)}, [then = std::move(done)](Result<RedisReply> reply) mutable {
    then(read_flag(reply));
  });
}

void RedisStore::run(const RedisScript& script, std::string key, RedisCommand args,
                     Done<bool> done) {
  RedisCommand command{"EVALSHA", script.digest(), "1", std::move(key)};
  std::ranges::move(args, std::back_inserter(command));
  RedisCommand again = command;
  client_.run(command, [this, &script, retry = std::move(again),
                        then = std::move(done)](Result<RedisReply> reply) mutable {
    const bool forgotten =
        reply && reply->kind == RedisReply::Kind::error && reply->text.starts_with("NOSCRIPT");
    if (!forgotten) return then(read_flag(reply));
    retry[0] = "EVAL";
    retry[1] = script.source();
    client_.run(retry, [last = std::move(then)](Result<RedisReply> answered) mutable {
      last(read_flag(answered));
    });
  });
}

}  // namespace likeness::cache
