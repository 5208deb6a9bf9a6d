#include "proxy/rest/resource.h"

#include <utility>

#include "proxy/contacts/odata.h"
#include "proxy/dialects/url.h"

namespace likeness::rest {
namespace {

using dialects::is;
using Kind = Resource::Kind;

// The rest of a path, read word by word.
class Steps {
 public:
  Steps(std::string_view path, std::size_t max_id_bytes) : path_(path), max_id_(max_id_bytes) {}

  [[nodiscard]] bool at_end() const { return path_.empty() || path_ == "/"; }

  // The next word in lower case, and whether it has a key in parentheses; false where they are
  // broken.
  bool take_word() {
    key_.reset();
    word_.clear();
    const auto segment = dialects::take_segment(path_);
    auto keyed = segment ? dialects::split_keyed(*segment) : std::nullopt;
    if (!keyed) return false;
    word_ = std::move(keyed->word);
    key_ = std::move(keyed->key);
    return true;
  }

  [[nodiscard]] bool word_is(std::string_view expected) const { return is(word_, expected); }

  // The word's key: in parentheses or the next segment. Empty where there is none.
  Result<std::string> take_key() {
    if (!key_) {
      if (at_end()) return std::string();
      key_ = std::string(dialects::take_segment(path_).value_or(""));
    }
    auto id = dialects::decode(*key_);
    if (!id || id->empty() || id->size() > max_id_)
      return fail(Errc::bad_request, "an id in the URL is empty, too long or badly encoded");
    return std::move(*id);
  }

 private:
  std::string_view path_;
  std::size_t max_id_;
  std::string word_;
  std::optional<std::string> key_;
};

std::unexpected<Error> unknown() { return fail(Errc::unknown_route, "not of the contacts' API"); }

bool is_photo(const Steps& steps) { return steps.word_is("photo") || steps.word_is("photos"); }

using Parsed = std::optional<Result<Resource>>;

Parsed parse_contacts(Steps& steps, Resource resource) {
  auto id = steps.take_key();
  if (!id) return std::unexpected(std::move(id.error()));
  if (id->empty()) return resource;
  resource.kind = Kind::contact;
  resource.contact = std::move(*id);
  if (steps.at_end()) return resource;
  if (steps.take_word() && is_photo(steps)) return std::nullopt;
  return unknown();
}

Parsed parse_folders(Steps& steps, Resource resource) {
  resource.kind = Kind::folders;
  while (true) {
    auto id = steps.take_key();
    if (!id) return std::unexpected(std::move(id.error()));
    if (id->empty()) return resource;
    resource.kind = Kind::folder;
    resource.folder = std::move(*id);
    if (steps.at_end()) return resource;
    if (!steps.take_word()) return unknown();
    if (steps.word_is("contacts")) {
      resource.kind = Kind::contacts;
      return parse_contacts(steps, std::move(resource));
    }
    if (!steps.word_is("childfolders")) return unknown();
    resource.kind = Kind::folders;
  }
}

// ('id'), with its quotes doubled.
std::string key(std::string_view id, bool encode) {
  std::string text = "('";
  for (const char c : id) text.append(c == '\'' ? 2 : 1, c);
  text += "')";
  return encode ? contacts::odata::percent_encode(text) : text;
}

// A link names the resource itself, percent-encoded; a context names the set that it is of.
enum class Form : std::uint8_t { link, context };

std::string place(const Resource& resource, Form form) {
  const bool link = form == Form::link;
  std::string path = resource.user.empty() ? "Me" : "Users" + key(resource.user, link);
  const bool is_folder = resource.kind == Kind::folder;
  const bool of_folders = is_folder || resource.kind == Kind::folders;
  const bool in_folder = !resource.folder.empty();
  if (of_folders || in_folder) path += "/ContactFolders";
  if (in_folder && (link || !is_folder)) path += key(resource.folder, link);
  if (!of_folders) path += "/Contacts";
  if (in_folder && resource.kind == Kind::folders) path += "/ChildFolders";
  if (link && resource.kind == Kind::contact) path += key(resource.contact, link);
  return path;
}

}  // namespace

std::optional<Result<Resource>> parse_resource(std::string_view path, std::size_t max_id_bytes) {
  if (const auto api = dialects::take_segment(path); !api || !is(*api, "api")) return std::nullopt;
  const auto version = dialects::take_segment(path).value_or("");
  Resource resource;
  if (is(version, "v2.0")) {
    resource.shape = contacts::Shape::v2;
  } else if (!is(version, "beta")) {
    return unknown();
  }
  Steps steps(path, max_id_bytes);
  if (!steps.take_word()) return unknown();
  if (steps.word_is("users")) {
    auto user = steps.take_key();
    if (!user) return std::unexpected(std::move(user.error()));
    resource.user = std::move(*user);
  }
  if (resource.user.empty() && !steps.word_is("me")) return unknown();
  if (!steps.take_word()) return unknown();
  if (is_photo(steps)) return std::nullopt;
  if (steps.word_is("contacts")) return parse_contacts(steps, std::move(resource));
  if (steps.word_is("contactfolders")) return parse_folders(steps, std::move(resource));
  return unknown();
}

std::string_view allowed_methods(Kind kind) {
  const bool collection = kind == Kind::contacts || kind == Kind::folders;
  return collection ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, PATCH, DELETE, OPTIONS";
}

std::string api_base(const Resource& resource, std::string_view site) {
  return std::string(site) + (resource.shape == contacts::Shape::beta ? "/api/beta" : "/api/v2.0");
}

std::string context_path(const Resource& resource) { return place(resource, Form::context); }

std::string link_path(const Resource& resource) { return '/' + place(resource, Form::link); }

}  // namespace likeness::rest
