#include "proxy/origin/source.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "config/secret.h"
#include "proxy/contacts/store_thread.h"
#include "proxy/loop/side_thread.h"
#include "proxy/origin/embedded_origin.h"
#include "proxy/origin/ews_origin.h"
#include "proxy/origin/folder_origin.h"
#include "proxy/origin/graph_origin.h"
#include "proxy/origin/http_origin.h"
#include "proxy/origin/live_spec.h"
#include "proxy/origin/ucwa_origin.h"
#include "proxy/proof/tokens.h"

namespace likeness::origin {
namespace {

constexpr std::string_view kFolder = "folder:";
constexpr std::string_view kEmbedded = "embedded";
// Where "embedded" alone keeps its store.
constexpr std::string_view kDefaultStore = "contacts";

bool is_embedded(std::string_view spec) {
  return spec == kEmbedded || spec.starts_with("embedded:");
}

bool is_web(std::string_view spec) {
  return spec.starts_with("http://") || spec.starts_with("https://");
}

class FolderSource final : public Source {
 public:
  FolderSource(const std::string& path, const Settings& settings)
      : folder_(path, settings.imaging.max_source_bytes),
        reader_("photo-files", static_cast<std::size_t>(settings.origin.max_queued)) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<FolderOrigin>(loop, reader_, folder_);
  }
  void list(Loop& here, std::size_t most, Done done) override {
    auto home = std::make_shared<Done>(std::move(done));
    SideThread::Task task = [this, &here, most, home] {
      std::vector<Listed> listed;
      for (std::string& id : folder_.ids(most)) listed.push_back({id, id});
      here.post([home, listed = std::move(listed)]() mutable { (*home)(std::move(listed)); });
    };
    if (!reader_.submit(task)) here.post([home] { (*home)({}); });
  }

 private:
  PhotoFolder folder_;
  SideThread reader_;
};

// Of the first mailboxes' first contacts those that have a photo.
Result<std::vector<Source::Listed>> with_photos(contacts::ContactStore& store, std::size_t most) {
  std::vector<Source::Listed> listed;
  const auto mailboxes = store.mailboxes();
  if (!mailboxes) return std::unexpected(mailboxes.error());
  contacts::odata::Query query;
  query.top = contacts::odata::kMaxTop;
  for (const auto& mailbox : *mailboxes) {
    const auto page = store.list(mailbox.id, {}, query);
    if (!page) return std::unexpected(page.error());
    for (const auto& contact : page->contacts) {
      if (listed.size() == most) return listed;
      if (store.photo_info(mailbox.id, contact.id))
        listed.push_back({contact.id, contact.display_name.value_or(contact.id)});
    }
  }
  return listed;
}

class EmbeddedSource final : public Source {
 public:
  EmbeddedSource(const Settings& settings, const proof::Tokens& tokens)
      : tokens_(tokens),
        store_(directory_of(settings.origin.spec), settings.contacts.mailbox,
               static_cast<std::size_t>(settings.origin.max_queued)) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<EmbeddedOrigin>(loop, store_, tokens_);
  }
  void list(Loop& here, std::size_t most, Done done) override {
    store_.ask<std::vector<Listed>>(
        here, [most](contacts::ContactStore& store) { return with_photos(store, most); },
        [done = std::move(done)](auto listed) mutable {
          done(std::move(listed).value_or(std::vector<Listed>()));
        });
  }
  contacts::StoreThread* contacts() override { return &store_; }

 private:
  static std::string_view directory_of(std::string_view spec) {
    return spec == kEmbedded ? kDefaultStore : spec.substr(kEmbedded.size() + 1);
  }

  const proof::Tokens& tokens_;
  contacts::StoreThread store_;
};

Target target_or_throw(const std::string& url, std::string_view setting) {
  if (auto target = parse_target(url)) return *target;
  throw std::runtime_error(std::string(setting) + ": not a URL of http or https");
}

// The policy judges the place, whatever id stands in the URL.
SourcePolicy policy_of(const OriginSettings& settings, const std::string& url) {
  return {target_or_throw(expand(url, "id"), "origin.spec"), settings.redirects,
          settings.private_addresses};
}

class HttpSource final : public Source {
 public:
  HttpSource(const OriginSettings& settings, std::size_t max_bytes)
      : settings_(settings), policy_(policy_of(settings, settings.spec)), max_bytes_(max_bytes) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<HttpOrigin>(loop, settings_, policy_, settings_.spec, max_bytes_);
  }

 private:
  const OriginSettings& settings_;
  SourcePolicy policy_;
  const std::size_t max_bytes_;
};

std::string secret_or_throw(const std::string& setting, std::string_view name) {
  auto secret = config::read_secret(setting);
  if (!secret) throw std::runtime_error(std::string(name) + ": " + secret.error().detail);
  return std::move(*secret);
}

TokenSource tokens_of(const OriginSettings& settings, const Target& target) {
  if (settings.auth == "token") return TokenSource(secret_or_throw(settings.token, "origin.token"));
  if (settings.auth != "client-credentials") return TokenSource(std::string_view());
  return TokenSource(ClientCredentials{
      .token_url = settings.token_url,
      .client_id = settings.client_id,
      .client_secret = secret_or_throw(settings.client_secret, "origin.client_secret"),
      .scope = settings.scope.empty() ? target.scheme + "://" + target.host + "/.default"
                                      : settings.scope});
}

Auth auth_of(std::string_view word) {
  if (word == "none") return Auth::none;
  return word == "caller" ? Auth::caller : Auth::token;
}

// One of Microsoft's services, as the word before its URL says.
class LiveSource final : public Source {
 public:
  LiveSource(const Settings& settings, const OriginSettings& per_loop, const LiveSpec& spec)
      : per_loop_(client_of(per_loop, spec.kind)),
        kind_(spec.kind),
        base_(spec.base),
        shared_{.auth = auth_of(settings.origin.auth),
                .max_bytes = settings.imaging.max_source_bytes,
                .policy = policy_of(settings.origin, base_),
                .token_policy = token_policy_of(settings.origin),
                .tokens = tokens_of(settings.origin, target_or_throw(base_, "origin.spec")),
                .slots = std::make_shared<Slots>(slots_of(settings.origin, kind_),
                                                 settings.origin.max_queued)} {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    switch (kind_) {
      case LiveKind::graph:
        return std::make_unique<GraphOrigin>(loop, per_loop_, shared_, GraphFlavour::graph, base_);
      case LiveKind::outlook:
        return std::make_unique<GraphOrigin>(loop, per_loop_, shared_, GraphFlavour::outlook,
                                             base_);
      case LiveKind::ews: return std::make_unique<EwsOrigin>(loop, per_loop_, shared_, base_);
      case LiveKind::ucwa: return std::make_unique<UcwaOrigin>(loop, per_loop_, shared_, base_);
    }
    return nullptr;
  }

 private:
  // The token endpoint is the operator's own word too.
  static SourcePolicy token_policy_of(const OriginSettings& settings) {
    if (settings.auth != "client-credentials") return {Target{}, {}, "refuse"};
    return {
        target_or_throw(settings.token_url, "origin.token_url"), {}, settings.private_addresses};
  }
  static int slots_of(const OriginSettings& settings, LiveKind kind) {
    const bool per_app = kind == LiveKind::graph || kind == LiveKind::outlook;
    return per_app ? std::min(settings.max_concurrent, settings.max_concurrent_per_app)
                   : settings.max_concurrent;
  }

  // Exchange's 500 is an answer: a breaker would open on unknown users.
  static OriginSettings client_of(OriginSettings settings, LiveKind kind) {
    if (kind == LiveKind::ews) settings.breaker_failures = 0;
    return settings;
  }

  const OriginSettings per_loop_;
  const LiveKind kind_;
  const std::string base_;
  LiveShared shared_;
};

}  // namespace

bool names_people(std::string_view spec) { return !spec.starts_with(kFolder) && !is_web(spec); }

std::unique_ptr<Source> make_source(const Settings& settings, const OriginSettings& per_loop,
                                    const proof::Tokens& tokens) {
  const std::string& spec = settings.origin.spec;
  if (spec.starts_with(kFolder))
    return std::make_unique<FolderSource>(spec.substr(kFolder.size()), settings);
  if (is_embedded(spec)) return std::make_unique<EmbeddedSource>(settings, tokens);
  if (const auto live = live_spec(spec))
    return std::make_unique<LiveSource>(settings, per_loop, *live);
  if (is_web(spec))
    return std::make_unique<HttpSource>(per_loop, settings.imaging.max_source_bytes);
  throw std::runtime_error("origin.spec: no kind of origin that there is");
}

}  // namespace likeness::origin
