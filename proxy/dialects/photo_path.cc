#include "proxy/dialects/photo_path.h"

#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

constexpr std::string_view kContacts = "/contacts/";

// Takes "contacts('id')" or "contacts/id" off the path. Nothing, and the path as it was, if it does
// not begin with that collection; an empty id if that one is broken.
std::optional<std::string> take_id(std::string_view& path, std::string_view collection) {
  std::string_view rest = path;
  const auto segment = take_segment(rest);
  const auto keyed = segment ? split_keyed(*segment) : std::nullopt;
  if (!keyed || !is(keyed->word, collection)) return std::nullopt;
  const auto next = keyed->key ? std::optional<std::string_view>(*keyed->key) : take_segment(rest);
  if (!next) return std::nullopt;
  path = rest;
  return decode(*next).value_or("");
}

bool take_word(std::string_view& path, std::string_view word) {
  std::string_view rest = path;
  if (!is(take_segment(rest).value_or(""), word)) return false;
  path = rest;
  return true;
}

bool take_value(std::string_view& path) {
  std::string_view rest = path;
  const auto segment = take_segment(rest);
  const auto word = segment ? decode(*segment) : std::nullopt;
  if (!word || !is(*word, "$value")) return false;
  path = rest;
  return true;
}

// What a photo's id is made of must not itself read as two ids.
bool sensible(const std::optional<std::string>& id) {
  return !id || (!id->empty() && id->find(kContacts) == std::string::npos);
}

// "48x48" or "HR48x48" into `size`; "default" leaves it empty.
bool read_size(std::string_view text, std::optional<imaging::Size>& size) {
  if (is(text, "default")) return true;
  size = parse_plain_size(text);
  if (!size) size = parse_hr(text);
  return size.has_value();
}

std::unexpected<Error> unknown() { return fail(Errc::unknown_route, "not a photo"); }

// Reads what stands behind the photo's owner into `read`.
Result<void> read_photo(std::string_view path, PhotoPath& read) {
  const auto segment = take_segment(path);
  const auto keyed = segment ? split_keyed(*segment) : std::nullopt;
  if (!keyed) return unknown();
  const bool many = is(keyed->word, "photos");
  if (!many && (!is(keyed->word, "photo") || keyed->key)) return unknown();
  read.form = many ? Form::list : Form::metadata;

  std::optional<std::string> size = keyed->key;
  std::string_view behind = path;
  const bool more = !path.empty() && path != "/";
  if (!size && more && !take_value(behind)) size = take_segment(path);
  if (size) {
    read.form = Form::metadata;
    const auto plain = decode(*size);
    if (!plain || !read_size(*plain, read.size)) {
      if (many) return fail(Errc::bad_request, "size: expected <width>x<height>");
      return unknown();
    }
  }
  if (path.empty() || path == "/") return {};
  if (read.form == Form::list || !take_value(path) || !path.empty()) return unknown();
  read.form = Form::value;
  return {};
}

}  // namespace

std::optional<photo::PhotoId> PhotoPath::id(std::size_t limit) const {
  photo::PhotoId id;
  // A contact of the caller's has no other name than its id, which is unique in the world.
  const bool named = user || !contact;
  const bool fits = (!named || id.append(user ? std::string_view(*user) : "me")) &&
                    (!named || !contact || id.append(kContacts)) &&
                    (!contact || id.append(*contact));
  return fits && id.view().size() <= limit ? std::optional(id) : std::nullopt;
}

Result<PhotoPath> parse_photo_path(std::string_view path) {
  PhotoPath read;
  if (!take_word(path, "me")) {
    read.user = take_id(path, "users");
    if (!read.user) return unknown();
  }
  const bool in_folder = take_id(path, "contactfolders").has_value();
  read.contact = take_id(path, "contacts");
  if (in_folder && !read.contact) return unknown();
  if (auto rest = read_photo(path, read); !rest) return std::unexpected(std::move(rest.error()));
  if (!sensible(read.user) || !sensible(read.contact))
    return fail(Errc::bad_request, "the id is empty or badly encoded");
  return read;
}

std::string quoted_key(std::string_view id) {
  std::string text = "('";
  for (const char c : id) text.append(c == '\'' ? 2 : 1, c);
  return text + "')";
}

Parsed photo_call(Dialect dialect, const Result<PhotoPath>& path, std::string_view query,
                  const Limits& limits) {
  const auto refusal = [&](Errc code, std::string detail) {
    return std::unexpected(Refusal{dialect, {code, std::move(detail), {}}});
  };
  if (!path) return std::unexpected(Refusal{dialect, path.error()});
  const auto id = path->id(limits.max_id_bytes);
  if (!id) return refusal(Errc::bad_request, "the id is too long");
  Call call{.dialect = dialect, .photo = *id, .form = path->form};
  if (path->form == Form::list) call.ask.kind = photo::Ask::Kind::meta;
  auto size = path->size;
  const auto asked = path->form == Form::value ? query_value(query, "size") : std::nullopt;
  if (asked && !asked->empty()) {
    size = parse_hr(*asked);
    if (!size) return refusal(Errc::bad_request, "size: expected HR<width>x<height>");
  }
  if (size && (size->width > limits.max_edge || size->height > limits.max_edge))
    return refusal(Errc::bad_request, "size: this is larger than is served");
  if (size) call.ask.spec.box = *size;
  return call;
}

}  // namespace likeness::dialects
