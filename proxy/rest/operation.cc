#include "proxy/rest/operation.h"

#include <algorithm>
#include <utility>

#include "proxy/contacts/contact_json.h"
#include "proxy/contacts/odata.h"
#include "proxy/contacts/text.h"
#include "proxy/rest/query.h"

namespace likeness::rest {
namespace {

namespace odata = contacts::odata;
using contacts::ContactStore;
using contacts::RenderOptions;
using http::Method;
using Kind = Resource::Kind;

std::unexpected<Error> pass_on(Error& error) { return std::unexpected(std::move(error)); }

std::string weak_tag(const contacts::Contact& contact) { return "W/\"" + contact.change_key + '"'; }

// An operation on its way: what all kinds of it share.
class Work {
 public:
  Work(ContactStore& store, const Operation& operation) : store_(store), ask_(operation) {}

  Result<Answer> run() {
    auto mailbox = mailbox_of(store_, ask_.resource.user, ask_.caller);
    if (!mailbox) return pass_on(mailbox.error());
    mailbox_ = std::move(*mailbox);
    auto options = split_query(ask_.query);
    if (!options) return pass_on(options.error());
    options_ = std::move(*options);
    const bool contacts = ask_.resource.kind == Kind::contacts ||
                          ask_.resource.kind == Kind::contact || synchronises_folder();
    auto query = odata::parse(contacts ? odata::Entity::contact : odata::Entity::folder, options_);
    if (!query) return pass_on(query.error());
    query_ = std::move(*query);
    render_ = {.shape = ask_.resource.shape,
               .base = api_base(ask_.resource, ask_.site),
               .mailbox_id = mailbox_.id,
               .context_path = context_path(ask_.resource),
               .select = {}};
    if (contacts) {
      auto select = selection(query_.select, ask_.resource.shape);
      if (!select) return pass_on(select.error());
      render_.select = std::move(*select);
    }
    switch (ask_.resource.kind) {
      case Kind::contacts: return on_contacts();
      case Kind::contact: return on_contact();
      case Kind::folders: return on_folders();
      case Kind::folder: return on_folder();
    }
    return fail(Errc::internal);
  }

 private:
  [[nodiscard]] const std::string& id() const { return mailbox_.id; }
  [[nodiscard]] bool has_token() const {
    return !query_.delta_token.empty() || !query_.skip_token.empty();
  }

  Result<Answer> on_contacts() {
    const std::string& folder = ask_.resource.folder;
    if (ask_.method == Method::post) return create_contact();
    // A token without the preference is of a client that follows a link as it is.
    if (ask_.prefer.track_changes || has_token())
      return synchronise(folder.empty() ? "contacts" : folder);
    auto page = store_.list(id(), folder, paged());
    if (!page) return pass_on(page.error());
    return Answer{.body = contacts::render_contacts(page->contacts, render_, page->count,
                                                    next_link(page->more)),
                  .preference_applied = page_applied()};
  }

  Result<Answer> create_contact() {
    auto patch = contacts::parse_contact(ask_.body, ask_.resource.shape);
    if (!patch) return pass_on(patch.error());
    auto made = store_.create(id(), ask_.resource.folder, *patch);
    if (!made) return pass_on(made.error());
    return Answer{.status = 201,
                  .body = contacts::render_contact(*made, render_),
                  .etag = weak_tag(*made),
                  .location = contact_link(made->id)};
  }

  Result<Answer> on_contact() {
    const std::string& contact = ask_.resource.contact;
    if (auto there = in_folder(); !there) return pass_on(there.error());
    if (ask_.method == Method::patch) return patch_contact();
    if (ask_.method == Method::del) {
      const auto names = photo_names();
      if (auto gone = store_.remove(id(), contact, ask_.if_match); !gone)
        return pass_on(gone.error());
      return Answer{.status = 204, .stale_photos = names};
    }
    auto found = store_.get(id(), contact);
    if (!found) return pass_on(found.error());
    return Answer{.body = contacts::render_contact(*found, render_), .etag = weak_tag(*found)};
  }

  // A contact that is asked for in a folder must be there.
  Result<void> in_folder() {
    if (ask_.resource.folder.empty()) return {};
    const auto folder = store_.folder(id(), ask_.resource.folder);
    if (!folder) return std::unexpected(folder.error());
    const auto found = store_.get(id(), ask_.resource.contact);
    if (!found) return std::unexpected(found.error());
    if (found->folder_id != folder->id) return fail(Errc::not_found, "not in this folder");
    return {};
  }

  Result<Answer> patch_contact() {
    auto patch = contacts::parse_contact(ask_.body, ask_.resource.shape);
    if (!patch) return pass_on(patch.error());
    // New addresses are new names of the photo, and old ones are somebody else's now.
    const bool renames = patch->has(contacts::Property::email_addresses);
    std::vector<std::string> names;
    if (renames) names = photo_names();
    auto patched = store_.patch(id(), ask_.resource.contact, *patch, ask_.if_match);
    if (!patched) return pass_on(patched.error());
    if (renames) {
      for (std::string& name : photo_names()) names.push_back(std::move(name));
    }
    return Answer{.body = contacts::render_contact(*patched, render_),
                  .etag = weak_tag(*patched),
                  .stale_photos = std::move(names)};
  }

  // None where there is no photo: what is cached then, "no photo", stays right.
  std::vector<std::string> photo_names() {
    if (!store_.photo_info(id(), ask_.resource.contact)) return {};
    return store_.photo_names({id(), ask_.resource.contact}).value_or(std::vector<std::string>());
  }

  Result<Answer> on_folders() {
    const std::string& parent = ask_.resource.folder;
    if (ask_.method == Method::post) {
      auto name = contacts::parse_folder(ask_.body);
      if (!name) return pass_on(name.error());
      auto made = store_.create_folder(id(), parent, *name);
      if (!made) return pass_on(made.error());
      Resource itself = ask_.resource;
      itself.kind = Kind::folder;
      itself.folder = made->id;
      return Answer{.status = 201,
                    .body = contacts::render_folder(*made, folder_options(), query_.select),
                    .location = render_.base + link_path(itself)};
    }
    if (has_token()) return fail(Errc::bad_request, "$deltatoken: folders are not synchronised");
    auto page = store_.folders(id(), parent, paged());
    if (!page) return pass_on(page.error());
    return Answer{.body = contacts::render_folders(page->folders, render_, query_.select,
                                                   page->count, next_link(page->more)),
                  .preference_applied = page_applied()};
  }

  Result<Answer> on_folder() {
    const std::string& folder = ask_.resource.folder;
    if (ask_.method == Method::patch) {
      auto name = contacts::parse_folder(ask_.body);
      if (!name) return pass_on(name.error());
      auto renamed = store_.rename_folder(id(), folder, *name);
      if (!renamed) return pass_on(renamed.error());
      return Answer{.body = contacts::render_folder(*renamed, render_, query_.select)};
    }
    if (ask_.method == Method::del) {
      auto names = store_.photo_names_in(id(), folder);
      if (!names) return pass_on(names.error());
      if (auto gone = store_.remove_folder(id(), folder); !gone) return pass_on(gone.error());
      return Answer{.status = 204, .stale_photos = std::move(*names)};
    }
    if (synchronises_folder()) return synchronise_named_folder();
    auto found = store_.folder(id(), folder);
    if (!found) return pass_on(found.error());
    return Answer{.body = contacts::render_folder(*found, render_, query_.select)};
  }

  // The contract synchronises a folder by its own URL, too, and by its name. The answer holds
  // contacts, and the options are those of contacts.
  [[nodiscard]] bool synchronises_folder() const {
    const bool reads = http::reads(ask_.method);
    if (ask_.resource.kind != Kind::folder || !reads) return false;
    return ask_.prefer.track_changes || std::ranges::any_of(options_, [](const auto& option) {
             const std::string name = contacts::ascii_lower(option.name);
             return name.ends_with("deltatoken") || name.ends_with("skiptoken");
           });
  }
  Result<Answer> synchronise_named_folder() {
    const std::string& folder = ask_.resource.folder;
    std::string meant = folder;
    if (!store_.folder(id(), folder)) {
      odata::Query by_name;
      std::string quoted;
      for (const char c : folder) quoted.append(c == '\'' ? 2 : 1, c);
      auto filter = odata::parse_filter(odata::Entity::folder, "DisplayName eq '" + quoted + "'");
      if (!filter) return pass_on(filter.error());
      by_name.filter = std::move(*filter);
      const auto found = store_.folders(id(), {}, by_name);
      if (!found) return std::unexpected(found.error());
      if (found->folders.empty()) return fail(Errc::not_found, "no such folder");
      meant = found->folders.front().id;
    }
    Resource contacts = ask_.resource;
    contacts.kind = Kind::contacts;
    render_.context_path = context_path(contacts);
    return synchronise(meant);
  }

  // The first answer of a round over everything has a $deltatoken even where there is more: the
  // contract's clients ask again with it in any case.
  Result<Answer> synchronise(std::string_view folder) {
    if (auto fits = check_sync_options(query_); !fits) return pass_on(fits.error());
    const std::string& token = query_.delta_token.empty() ? query_.skip_token : query_.delta_token;
    auto page =
        store_.changes(id(), folder, token, ask_.prefer.max_page_size.value_or(odata::kDefaultTop));
    if (!page) return pass_on(page.error());
    const char* option = page->more && !token.empty() ? "%24skiptoken=" : "%24deltatoken=";
    const std::string link = render_.base + link_path(ask_.resource) + "/?" +
                             kept_selection(options_) + option + page->token;
    return Answer{.body = contacts::render_changes(page->changes, render_, link),
                  .preference_applied = "odata.track-changes"};
  }

  // The query with the page size that Prefer asks for, unless $top does.
  [[nodiscard]] odata::Query paged() const {
    odata::Query query = query_;
    if (!query.top) query.top = ask_.prefer.max_page_size;
    return query;
  }
  [[nodiscard]] std::string page_applied() const {
    if (query_.top || !ask_.prefer.max_page_size) return {};
    return "odata.maxpagesize=" + std::to_string(*ask_.prefer.max_page_size);
  }
  [[nodiscard]] std::string next_link(bool more) const {
    if (!more) return {};
    const std::int64_t next = query_.skip + paged().top.value_or(odata::kDefaultTop);
    return render_.base + link_path(ask_.resource) + '?' + odata::with_skip(options_, next);
  }

  [[nodiscard]] std::string contact_link(const std::string& contact) const {
    return render_.base + "/Users('" + mailbox_.id + "')/Contacts('" + contact + "')";
  }
  // Of one folder rather than of the folders in it.
  [[nodiscard]] RenderOptions folder_options() const {
    Resource itself = ask_.resource;
    itself.kind = Kind::folder;
    RenderOptions options = render_;
    options.context_path = context_path(itself);
    return options;
  }

  ContactStore& store_;
  const Operation& ask_;
  contacts::Mailbox mailbox_;
  std::vector<odata::Option> options_;
  odata::Query query_;
  RenderOptions render_;
};

}  // namespace

Result<contacts::Mailbox> mailbox_of(ContactStore& store, std::string_view user,
                                     const Caller& caller) {
  if (!user.empty() && !caller.confined) return store.mailbox(user);
  auto own = store.mailbox(caller.user);
  if (!own && own.error().code == Errc::not_found) own = store.ensure_mailbox(caller.user);
  if (!own || user.empty()) return own;
  const auto named = store.mailbox(user);
  if (!named || named->id != own->id) return fail(Errc::forbidden, "another user's mailbox");
  return own;
}

Result<Answer> perform(ContactStore& store, const Operation& operation) {
  return Work(store, operation).run();
}

}  // namespace likeness::rest
