#include "cache/redis_store.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <random>
#include <utility>

namespace likeness::cache {
namespace {

// Long enough to say what is wrong, too short for the photo ids and bytes that Redis may quote.
constexpr std::size_t kMaxQuoted = 80;

// Keys per step of erasing many: below a millisecond of Redis' time.
constexpr const char* kScanStep = "1000";

std::unexpected<Error> refused(const RedisReply& reply) {
  return fail(Errc::store_unavailable, "Redis: " + reply.text.substr(0, kMaxQuoted));
}

constexpr std::string_view kVariantPrefix = "v:";

std::string field(std::string_view name) {
  return std::string(is_variant(name) ? kVariantPrefix : std::string_view()).append(name);
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

// What a script answers: the time, and flags behind it.
Result<Stamp> read_stamp(const Result<RedisReply>& reply, std::size_t flags) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind == RedisReply::Kind::error) return refused(*reply);
  const auto is_number = [](const auto& one) { return one.kind == RedisReply::Kind::integer; };
  if (flags == 0 && is_number(*reply)) return Stamp(reply->integer);
  if (flags == 0 || reply->elements.size() != flags + 1 ||
      !std::ranges::all_of(reply->elements, is_number))
    return fail(Errc::store_unavailable, "Redis answered no time");
  return Stamp(reply->elements[0].integer);
}

std::optional<Span> read_span(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::int64_t asked = 0;
  std::int64_t filled = 0;
  const auto [blank, error] = std::from_chars(text.data(), end, asked);
  if (error != std::errc() || blank == end) return std::nullopt;
  if (std::from_chars(blank + 1, end, filled).ec != std::errc()) return std::nullopt;
  return Span{Stamp(asked), Stamp(filled)};
}

Result<Peeked> read_peeked(const Result<RedisReply>& reply) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind == RedisReply::Kind::error) {
    if (reply->text.starts_with("WRONGTYPE")) return Peeked();
    return refused(*reply);
  }
  if (reply->elements.size() != 2) {
    return fail(Errc::store_unavailable, "Redis answered too few values");
  }
  Peeked peeked;
  const RedisReply& version = reply->elements[0];
  if (version.kind == RedisReply::Kind::string) peeked.version = version.text;
  const std::string& fill = reply->elements[1].text;
  if (const auto blank = fill.rfind(' '); blank != std::string::npos)
    peeked.claim = fill.substr(blank + 1);
  return peeked;
}

// An answer of kListScript.
Result<Listing> read_listing(const Result<RedisReply>& reply) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind == RedisReply::Kind::error) return refused(*reply);
  const auto& values = reply->elements;
  Listing listing;
  if (values.size() < 4) return listing;
  if (auto meta = decode_meta(values[0].text)) {
    meta->span = read_span(values[1].text);
    listing.meta = std::make_shared<const Meta>(std::move(*meta));
  }
  listing.claimed = values[2].integer == 1;
  listing.life = milliseconds(std::max<std::int64_t>(0, values[3].integer));
  for (std::size_t i = 4; i + 1 < values.size(); i += 2) {
    std::string_view name = values[i].text;
    if (name.starts_with(kVariantPrefix)) name.remove_prefix(kVariantPrefix.size());
    listing.pictures.emplace_back(name, static_cast<std::size_t>(values[i + 1].integer));
  }
  std::ranges::sort(listing.pictures);
  return listing;
}

// Matches exactly what begins with `text`, by the rules of SCAN's patterns.
std::string as_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[]\\^-").contains(c)) pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

// An answer of HMGET: meta, span, then the pictures.
Result<StoredRecord> read_record(const Result<RedisReply>& reply, std::size_t pictures) {
  if (!reply) return std::unexpected(reply.error());
  StoredRecord record;
  record.pictures.resize(pictures);
  if (reply->kind == RedisReply::Kind::error) {
    if (reply->text.starts_with("WRONGTYPE")) return record;
    return refused(*reply);
  }
  if (reply->elements.size() != pictures + 2) {
    return fail(Errc::store_unavailable, "Redis answered too few values");
  }
  auto meta = decode_meta(reply->elements[0].text);
  if (!meta) return record;
  meta->span = read_span(reply->elements[1].text);
  for (std::size_t i = 0; i < pictures; ++i) {
    auto picture = decode_picture(reply->elements[i + 2].text);
    if (!picture || picture->version != meta->version) continue;
    record.pictures[i] = std::make_shared<const Picture>(std::move(*picture));
  }
  record.meta = std::make_shared<const Meta>(std::move(*meta));
  return record;
}

}  // namespace

RedisStore::RedisStore(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
                       int max_variants, RouterEvents events)
    : prefix_(settings.prefix),
      max_variants_(std::to_string(max_variants)),
      router_(make_router(loop, target, settings, std::move(events))) {}

std::string RedisStore::key(std::string_view photo) const {
  return std::string(prefix_).append(photo);
}

void RedisStore::look_up(std::string_view photo, const std::vector<std::string>& names,
                         Done<StoredRecord> done) {
  std::string record = key(photo);
  RedisCommand command{"HMGET", record, "meta", "span"};
  for (const std::string& name : names) command.emplace_back(field(name));
  router_->run(record, std::move(command),
               [count = names.size(), then = std::move(done)](Result<RedisReply> reply) mutable {
                 then(read_record(reply, count));
               });
}

void RedisStore::claim(std::string_view photo, milliseconds lease, Done<Claimed> done) {
  FillToken token = make_token();
  RedisCommand args{token, std::to_string(lease.count())};
  run(claim_, key(photo), std::move(args),
      [this, name = std::string(photo), token = std::move(token),
       then = std::move(done)](const Result<RedisReply>& reply) mutable {
        const auto now = read_stamp(reply, 1);
        if (!now) {
          // It may have won all the same: behind it, on the same connection, this undoes it.
          release(name, token);
          return then(std::unexpected(now.error()));
        }
        const bool is_ours = reply->elements[1].integer == 1;
        then(Claimed{*now, is_ours ? std::optional(std::move(token)) : std::nullopt});
      });
}

void RedisStore::fill(std::string_view photo, const FillToken& token, const Write& write,
                      Done<Filled> done) {
  RedisCommand args{token, write.meta.version, encode(write.meta),
                    std::to_string(milliseconds(write.life).count())};
  for (const auto& [name, picture] : write.pictures) {
    args.emplace_back(field(name));
    args.push_back(value(*picture));
  }
  run(fill_, key(photo), std::move(args),
      [then = std::move(done)](const Result<RedisReply>& reply) mutable {
        const auto now = read_stamp(reply, 2);
        if (!now) return then(std::unexpected(now.error()));
        then(Filled{*now, reply->elements[1].integer == 1, reply->elements[2].integer == 1});
      });
}

void RedisStore::renew(std::string_view photo, const FillToken& token, milliseconds lease) {
  run_flag(renew_, key(photo), {token, std::to_string(lease.count())}, [](auto) {});
}

void RedisStore::release(std::string_view photo, const FillToken& token) {
  renew(photo, token, milliseconds(0));
}

void RedisStore::put_picture(std::string_view photo, std::string_view name,
                             const PicturePtr& picture, std::string_view instead_of,
                             Done<bool> done) {
  run_flag(put_picture_, key(photo),
           {picture->version, field(name), value(*picture), max_variants_,
            instead_of.empty() ? std::string() : field(instead_of)},
           std::move(done));
}

void RedisStore::peek(std::string_view photo, Done<Peeked> done) {
  const std::string record = key(photo);
  router_->run(
      record, {"HMGET", record, "version", "fill"},
      [then = std::move(done)](Result<RedisReply> reply) mutable { then(read_peeked(reply)); });
}

void RedisStore::list(std::string_view photo, Done<Listing> done) {
  run(list_, key(photo), {}, [then = std::move(done)](const Result<RedisReply>& reply) mutable {
    then(read_listing(reply));
  });
}

void RedisStore::erase(std::string_view photo, const Spared& spared, Done<Stamp> done) {
  const auto since = spared.asked_since;
  RedisCommand args{since ? std::to_string(since->count()) : std::string()};
  if (spared.version) args.emplace_back(*spared.version);
  run(erase_, key(photo), std::move(args),
      [then = std::move(done)](const Result<RedisReply>& reply) mutable {
        then(read_stamp(reply, 0));
      });
}

// Where a search through all servers stands.
struct RedisStore::Search {
  std::string pattern;
  std::vector<std::string> masters;  // Those still to be searched, the last one first.
  Wanted wanted = {};                // Empty: what is found is erased.
  std::vector<std::string> found = {};
  std::move_only_function<void(Result<void>, std::vector<std::string> found)> done;
  std::string cursor = "0";
};

void RedisStore::erase_all(std::string_view photos, Done<void> done) {
  search(std::make_unique<Search>(
      Search{.pattern = as_pattern(key(photos)),
             .masters = router_->masters(),
             .done = [then = std::move(done)](Result<void> erased, const auto&) mutable {
               then(std::move(erased));
             }}));
}

void RedisStore::find_all(Wanted wanted, Done<std::vector<std::string>> done) {
  search(std::make_unique<Search>(
      Search{.pattern = as_pattern(key({})),
             .masters = router_->masters(),
             .wanted = std::move(wanted),
             .done = [then = std::move(done)](const Result<void>& searched, auto found) mutable {
               if (!searched) return then(std::unexpected(searched.error()));
               then(std::move(found));
             }}));
}

void RedisStore::search(std::unique_ptr<Search> search) {
  const RedisCommand scan{"SCAN", search->cursor, "MATCH", search->pattern, "COUNT", kScanStep};
  const std::string master = search->masters.back();
  router_->run_on(master, scan, [this, at = std::move(search)](Result<RedisReply> reply) mutable {
    if (!reply) return at->done(std::unexpected(reply.error()), {});
    if (reply->kind == RedisReply::Kind::error) return at->done(refused(*reply), {});
    if (reply->elements.size() != 2)
      return at->done(fail(Errc::store_unavailable, "Redis answered no page of keys"), {});
    at->cursor = std::move(reply->elements[0].text);
    use(std::move(at), reply->elements[1].elements);
  });
}

void RedisStore::use(std::unique_ptr<Search> search, const std::vector<RedisReply>& keys) {
  if (search->wanted) {
    for (const RedisReply& found : keys) {
      const auto photo = std::string_view(found.text).substr(prefix_.size());
      if (search->wanted(photo)) search->found.emplace_back(photo);
    }
    return search_on(std::move(search));
  }
  erase_keys(keys, [this, at = std::move(search)](Result<void> erased) mutable {
    if (!erased) return at->done(std::move(erased), {});
    search_on(std::move(at));
  });
}

void RedisStore::search_on(std::unique_ptr<Search> search) {
  if (search->cursor == "0") search->masters.pop_back();
  if (search->masters.empty()) return search->done({}, std::move(search->found));
  this->search(std::move(search));
}

// One command a key, since those of a cluster may not name two slots.
void RedisStore::erase_keys(const std::vector<RedisReply>& keys, Done<void> done) {
  struct Step {
    std::size_t left;
    Result<void> result;
    Done<void> done;
  };
  if (keys.empty()) return done({});
  auto step = std::make_shared<Step>(keys.size(), Result<void>(), std::move(done));
  for (const RedisReply& key : keys) {
    router_->run(key.text, {"UNLINK", key.text}, [step](Result<RedisReply> reply) {
      if (!reply) {
        step->result = std::unexpected(reply.error());
      } else if (reply->kind == RedisReply::Kind::error) {
        step->result = refused(*reply);
      }
      if (--step->left == 0) step->done(std::move(step->result));
    });
  }
}

void RedisStore::run_flag(const RedisScript& script, const std::string& key, RedisCommand args,
                          Done<bool> done) {
  run(script, key, std::move(args),
      [then = std::move(done)](Result<RedisReply> reply) mutable { then(read_flag(reply)); });
}

void RedisStore::run(const RedisScript& script, const std::string& key, RedisCommand args,
                     Done<RedisReply> done) {
  RedisCommand command{"EVALSHA", script.digest(), "1", key};
  std::ranges::move(args, std::back_inserter(command));
  RedisCommand again = command;
  router_->run(key, std::move(command),
               [this, &script, key, retry = std::move(again),
                then = std::move(done)](Result<RedisReply> reply) mutable {
                 const bool forgotten = reply && reply->kind == RedisReply::Kind::error &&
                                        reply->text.starts_with("NOSCRIPT");
                 if (!forgotten) return then(std::move(reply));
                 retry[0] = "EVAL";
                 retry[1] = script.source();
                 router_->run(key, std::move(retry), std::move(then));
               });
}

}  // namespace likeness::cache
