#include "cache/record.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace likeness::cache {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr int kFormat = 1;
constexpr std::string_view kPictureMark = "likeness-picture";
// Far above what encode() writes; anything longer is not ours and not worth parsing.
constexpr std::size_t kMaxMetaText = 64 * 1024;
constexpr std::size_t kMaxHead = 4 * 1024;
constexpr std::array<std::string_view, 3> kStatusNames = {"photo", "no_photo", "failed"};

std::unexpected<Error> nonsense(std::string what) {
  return fail(Errc::store_unavailable, std::move(what));
}

// JSON text is UTF-8, header values are bytes: each byte stands for the code point of its number,
// so that any value survives and ASCII reads as itself.
std::string to_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

// The reverse; nothing for text that to_text() does not write. `text` is valid UTF-8.
std::optional<std::string> to_bytes(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
      continue;
    }
    if (lead > 0xC3 || i + 1 == text.size()) return std::nullopt;
    const auto next = static_cast<unsigned char>(text[++i]);
    bytes += static_cast<char>(((lead & 0x03) << 6) | (next & 0x3F));
  }
  return bytes;
}

std::int64_t to_ms(WallClock::time_point time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

// Reads an object's fields, each of which must be there with the right type and range; remembers
// the first that is not.
class Fields {
 public:
  explicit Fields(const json& object) : object_(object) {}

  std::string text(const char* key) {
    const json* value = find(key, &json::is_string);
    if (value == nullptr) return {};
    auto bytes = to_bytes(value->get_ref<const std::string&>());
    if (!bytes) blame(key);
    return std::move(bytes).value_or("");
  }

  // One that older versions of this program do not write; empty without it.
  std::string optional_text(const char* key) { return object_.contains(key) ? text(key) : ""; }

  std::int64_t number(const char* key, std::int64_t min, std::int64_t max) {
    const json* value = find(key, &json::is_number_integer);
    if (value == nullptr) return 0;
    // Unsigned values past the signed range would read as negative ones.
    const bool too_large = value->is_number_unsigned() &&
                           value->get<std::uint64_t>() >
                               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto n = value->get<std::int64_t>();
    if (!too_large && n >= min && n <= max) return n;
    blame(key);
    return 0;
  }

  WallClock::time_point time(const char* key) {
    constexpr auto kLimit =
        std::chrono::duration_cast<milliseconds>(WallClock::duration::max()).count();
    return WallClock::time_point(milliseconds(number(key, -kLimit, kLimit)));
  }

  void blame(const char* key) {
    if (wrong_.empty()) wrong_ = key;
  }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  const json* find(const char* key, bool (json::*is_right)() const noexcept) {
    const auto found = object_.find(key);
    if (found != object_.end() && ((*found).*is_right)()) return &*found;
    blame(key);
    return nullptr;
  }

  const json& object_;
  std::string wrong_;
};

std::optional<Errc> errc_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    if (name(static_cast<Errc>(i)) == text) return static_cast<Errc>(i);
  }
  return std::nullopt;
}

Meta read_meta(Fields& fields) {
  constexpr auto kMaxInt = std::numeric_limits<int>::max();
  Meta meta;
  const auto status = std::ranges::find(kStatusNames, fields.text("status"));
  if (status == kStatusNames.end()) fields.blame("status");
  meta.status = static_cast<Meta::Status>(status - kStatusNames.begin());
  const auto failure = errc_named(fields.text("failure"));
  if (!failure) fields.blame("failure");
  meta.failure = failure.value_or(Errc::internal);
  meta.version = fields.text("version");
  meta.content_type = fields.text("content_type");
  meta.width = static_cast<int>(fields.number("width", 0, kMaxInt));
  meta.height = static_cast<int>(fields.number("height", 0, kMaxInt));
  meta.bytes = static_cast<std::uint64_t>(
      fields.number("bytes", 0, std::numeric_limits<std::int64_t>::max()));
  meta.thumbhash = fields.optional_text("thumbhash");
  meta.colour = fields.optional_text("colour");
  meta.preview = fields.optional_text("preview");
  meta.origin_etag = fields.text("origin_etag");
  meta.origin_last_modified = fields.text("origin_last_modified");
  meta.fetched = fields.time("fetched");
  meta.modified = fields.time("modified");
  meta.fresh_until = fields.time("fresh_until");
  const bool is_photo = meta.status == Meta::Status::photo;
  if (is_photo && meta.version.empty()) fields.blame("version");
  if (is_photo && (meta.width == 0 || meta.height == 0)) fields.blame("width");
  return meta;
}

// Takes the text up to the next blank off the front of `rest`; empty if there is no blank.
std::string_view take_word(std::string_view& rest) {
  const auto at = rest.find(' ');
  if (at == std::string_view::npos) return {};
  const auto word = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return word;
}

template <class T>
std::optional<T> take_number(std::string_view& rest) {
  const auto word = take_word(rest);
  T value{};
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || stop != end || std::cmp_less(value, 0)) return std::nullopt;
  return value;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c != 0x7F; });
}

// It ends up in a header line.
bool is_line(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c != 0x7F; });
}

}  // namespace

std::string encode(const Meta& meta) {
  json object = {
      {"format", kFormat},
      {"status", kStatusNames[static_cast<std::size_t>(meta.status)]},
      {"failure", name(meta.failure)},
      {"version", to_text(meta.version)},
      {"content_type", to_text(meta.content_type)},
      {"width", meta.width},
      {"height", meta.height},
      {"bytes", meta.bytes},
      {"origin_etag", to_text(meta.origin_etag)},
      {"origin_last_modified", to_text(meta.origin_last_modified)},
      {"fetched", to_ms(meta.fetched)},
      {"modified", to_ms(meta.modified)},
      {"fresh_until", to_ms(meta.fresh_until)},
  };
  const auto add = [&object](const char* key, const std::string& text) {
    if (!text.empty()) object[key] = to_text(text);
  };
  add("thumbhash", meta.thumbhash);
  add("colour", meta.colour);
  add("preview", meta.preview);
  return object.dump();
}

Result<Meta> decode_meta(std::string_view text) {
  if (text.size() > kMaxMetaText) return nonsense("meta is too long");
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return nonsense("meta is no JSON object");
  Fields fields(object);
  fields.number("format", kFormat, kFormat);
  if (!fields.wrong().empty()) return nonsense("meta is of another format");
  Meta meta = read_meta(fields);
  if (!fields.wrong().empty()) return nonsense("meta has no good \"" + fields.wrong() + '"');
  return meta;
}

std::string encode_head(const Picture& picture) {
  assert(is_word(picture.version) && is_word(picture.etag));
  std::string head(kPictureMark);
  head.append(" ").append(std::to_string(kFormat)).append(" ").append(picture.version);
  head.append(" ").append(std::to_string(picture.width));
  head.append(" ").append(std::to_string(picture.height));
  head.append(" ").append(std::to_string(picture.bytes->size()));
  head.append(" ").append(picture.etag).append(" ").append(picture.content_type).append("\n");
  return head;
}

Result<Picture> decode_picture(std::string_view stored) {
  const auto line_end = stored.substr(0, kMaxHead).find('\n');
  if (line_end == std::string_view::npos) return nonsense("picture has no head");
  std::string_view head = stored.substr(0, line_end);
  const std::string_view body = stored.substr(line_end + 1);
  if (take_word(head) != kPictureMark) return nonsense("not a picture");
  if (take_number<int>(head) != kFormat) return nonsense("picture is of another format");
  const auto version = take_word(head);
  const auto width = take_number<int>(head);
  const auto height = take_number<int>(head);
  const auto bytes = take_number<std::size_t>(head);
  const auto etag = take_word(head);
  if (!is_word(version) || !is_word(etag) || !is_line(head) || width.value_or(0) == 0 ||
      height.value_or(0) == 0 || !bytes) {
    return nonsense("picture has a damaged head");
  }
  if (*bytes != body.size()) return nonsense("picture has lost bytes");
  return Picture{.bytes = share(std::string(body)),
                 .content_type = std::string(head),
                 .width = *width,
                 .height = *height,
                 .etag = std::string(etag),
                 .version = std::string(version),
                 .head = {}};
}

}  // namespace likeness::cache
