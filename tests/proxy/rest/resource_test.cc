#include "proxy/rest/resource.h"

#include <catch2/catch.hpp>

namespace likeness::rest {
namespace {

using Kind = Resource::Kind;
constexpr std::size_t kMaxId = 40;

// The resource as "kind user/folder/contact", or the name of the error, or "-" for none of ours.
std::string read(std::string_view path) {
  const auto parsed = parse_resource(path, kMaxId);
  if (!parsed) return "-";
  if (!*parsed) return std::string(name(parsed->error().code));
  constexpr const char* kKinds[] = {"contacts", "contact", "folders", "folder"};
  const Resource& r = **parsed;
  return std::string(kKinds[static_cast<std::size_t>(r.kind)]) + ' ' + r.user + '/' + r.folder +
         '/' + r.contact;
}

TEST_CASE("paths of the contacts' API name resources", "[rest]") {
  for (const auto& [path, expected] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/api/beta/me/contacts", "contacts //"},
           {"/API/v2.0/Me/Contacts/", "contacts //"},
           {"/api/beta/me/contacts/abc=", "contact //abc="},
           {"/api/beta/me/contacts('abc=')", "contact //abc="},
           {"/api/beta/me/contacts(%27o%27%27neil%27)", "contact //o'neil"},
           {"/api/beta/me/contacts/a%20b/", "contact //a b"},
           {"/api/beta/users('a@b')/contacts", "contacts a@b//"},
           {"/api/beta/users/a%40b/contacts/c", "contact a@b//c"},
           {"/api/beta/me/contactfolders", "folders //"},
           {"/api/beta/me/contactfolders/f", "folder /f/"},
           {"/api/beta/me/ContactFolders('f')/childFolders", "folders /f/"},
           {"/api/beta/me/contactfolders/f/childfolders/g", "folder /g/"},
           {"/api/beta/me/contactfolders/f/childfolders('g')/contacts", "contacts /g/"},
           {"/api/beta/me/contactfolders('f')/contacts('c')", "contact /f/c"},
       }) {
    INFO(path);
    CHECK(read(path) == expected);
  }
}

TEST_CASE("photos and other paths are none of the contacts' API", "[rest]") {
  for (const char* path : {"/photos/a", "/", "/apis/beta/me/contacts", "/api/beta/me/photo",
                           "/api/beta/me/photos/48x48", "/api/beta/me/contacts/a/photo",
                           "/api/beta/me/contacts('a')/photo/$value",
                           "/api/beta/me/contactfolders/f/contacts/c/photo"}) {
    INFO(path);
    CHECK(read(path) == "-");
  }
  for (const char* path :
       {"/api", "/api/", "/api/v1.0/me/contacts", "/api/beta/me", "/api/beta/you/contacts",
        "/api/beta/me/messages", "/api/beta/me/contacts/a/b", "/api/beta/me/contacts(a)",
        "/api/beta/me/contacts('a'", "/api/beta/me/contacts('a'b')", "/api/beta/users",
        "/api/beta/users('a')", "/api/beta/me/contactfolders/a/b", "/api/beta//contacts"}) {
    INFO(path);
    CHECK(read(path) == "unknown_route");
  }
  CHECK(read("/api/beta/me/contacts('')") == "bad_request");
  CHECK(read("/api/beta/me/contacts/%00") == "bad_request");
  CHECK(read("/api/beta/me/contacts/%zz") == "bad_request");
  CHECK(read("/api/beta/me/contacts/" + std::string(kMaxId + 1, 'x')) == "bad_request");
  CHECK(read("/api/beta/me/contacts//x") == "bad_request");
}

TEST_CASE("links lead back to their resource", "[rest]") {
  for (const char* path :
       {"/Me/Contacts", "/Me/Contacts('a b''c')", "/Me/ContactFolders", "/Me/ContactFolders('f')",
        "/Me/ContactFolders('f')/ChildFolders", "/Me/ContactFolders('f')/Contacts('c')",
        "/Users('a@b')/ContactFolders('f')/Contacts", "/Users('o''neil@b')/Contacts"}) {
    INFO(path);
    std::string encoded(path);
    for (std::size_t at = 0; (at = encoded.find(' ', at)) != std::string::npos;)
      encoded.replace(at, 1, "%20");
    const auto resource = parse_resource("/api/beta" + encoded, kMaxId);
    REQUIRE(resource.has_value());
    REQUIRE(resource->has_value());
    CHECK(read("/api/beta" + link_path(**resource)) == read("/api/beta" + encoded));
    CHECK(api_base(**resource, "http://h") == "http://h/api/beta");
  }
}

TEST_CASE("contexts name the set that a resource is of", "[rest]") {
  for (const auto& [path, expected] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/me/contacts", "Me/Contacts"},
           {"/me/contacts/c", "Me/Contacts"},
           {"/users('a@b')/contacts", "Users('a@b')/Contacts"},
           {"/me/contactfolders", "Me/ContactFolders"},
           {"/me/contactfolders/f", "Me/ContactFolders"},
           {"/me/contactfolders/f/childfolders", "Me/ContactFolders('f')/ChildFolders"},
           {"/me/contactfolders/f/contacts", "Me/ContactFolders('f')/Contacts"}}) {
    INFO(path);
    CHECK(context_path(**parse_resource(std::string("/api/v2.0") + path, kMaxId)) == expected);
  }
}

}  // namespace
}  // namespace likeness::rest
