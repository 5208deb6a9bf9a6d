#include "cache/redis_slots.h"

#include <charconv>
#include <utility>

namespace likeness::cache {
namespace {

std::uint16_t crc16(std::string_view text) {
  constexpr std::uint16_t kPolynomial = 0x1021;
  std::uint16_t crc = 0;
  for (const char c : text) {
    crc = static_cast<std::uint16_t>(crc ^ (static_cast<unsigned char>(c) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (crc & 0x8000) != 0;
      crc = static_cast<std::uint16_t>(crc << 1);
      if (carry) crc ^= kPolynomial;
    }
  }
  return crc;
}

bool is_slot(long long number) { return number >= 0 && number < static_cast<long long>(kSlots); }

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Error> no_slots() {
  return fail(Errc::store_unavailable, "Redis answered no map of slots: is it a cluster?");
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  if (const auto open = key.find('{'); open != std::string_view::npos) {
    const auto close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1)
      key = key.substr(open + 1, close - open - 1);
  }
  return crc16(key) % kSlots;
}

Result<std::vector<SlotRange>> read_slots(const RedisReply& reply, const RedisAddress& asked) {
  if (reply.kind != RedisReply::Kind::array) return no_slots();
  std::vector<SlotRange> ranges;
  for (const RedisReply& range : reply.elements) {
    if (range.elements.size() < 3 || range.elements[2].elements.size() < 2) return no_slots();
    const auto first = range.elements[0].integer;
    const auto last = range.elements[1].integer;
    const RedisReply& host = range.elements[2].elements[0];
    const auto port = range.elements[2].elements[1].integer;
    if (!is_slot(first) || !is_slot(last) || first > last || port < 1 || port > 65'535)
      return no_slots();
    const bool unknown = host.text.empty() || host.text == "?";
    ranges.push_back({static_cast<std::uint16_t>(first),
                      static_cast<std::uint16_t>(last),
                      {unknown ? asked.host : host.text, static_cast<std::uint16_t>(port)}});
  }
  return ranges;
}

std::optional<Redirect> read_redirect(const RedisReply& reply, std::string_view asked_host) {
  if (reply.kind != RedisReply::Kind::error) return std::nullopt;
  std::string_view text = reply.text;
  const auto word = [&text] {
    const auto end = std::min(text.find(' '), text.size());
    const auto first = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return first;
  };
  Redirect redirect;
  const auto kind = word();
  if (kind != "MOVED" && kind != "ASK") return std::nullopt;
  redirect.ask = kind == "ASK";
  const auto slot = parse_number<std::uint16_t>(word());
  const auto address = word();
  const auto colon = address.rfind(':');  // IPv6 addresses have no brackets here.
  if (!slot || *slot >= kSlots || colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(address.substr(colon + 1));
  if (!port || *port == 0) return std::nullopt;
  redirect.slot = *slot;
  redirect.to = {std::string(colon == 0 ? asked_host : address.substr(0, colon)), *port};
  return redirect;
}

}  // namespace likeness::cache
