#include "proxy/origin/source.h"

#include <stdexcept>
#include <string>

#include "proxy/contacts/store_thread.h"
#include "proxy/loop/side_thread.h"
#include "proxy/origin/embedded_origin.h"
#include "proxy/origin/folder_origin.h"
#include "proxy/origin/http_origin.h"

namespace likeness::origin {
namespace {

constexpr std::string_view kFolder = "folder:";
constexpr std::string_view kEmbedded = "embedded:";

class FolderSource final : public Source {
 public:
  FolderSource(const std::string& path, const Settings& settings)
      : folder_(path, settings.imaging.max_source_bytes),
        reader_("photo-files", static_cast<std::size_t>(settings.origin.max_queued)) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<FolderOrigin>(loop, reader_, folder_);
  }

 private:
  PhotoFolder folder_;
  SideThread reader_;
};

class EmbeddedSource final : public Source {
 public:
  EmbeddedSource(const std::string& directory, const Settings& settings)
      : store_(directory, static_cast<std::size_t>(settings.origin.max_queued)) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<EmbeddedOrigin>(loop, store_);
  }
  contacts::StoreThread* contacts() override { return &store_; }

 private:
  contacts::StoreThread store_;
};

class HttpSource final : public Source {
 public:
  HttpSource(const OriginSettings& settings, std::size_t max_bytes)
      : settings_(settings), max_bytes_(max_bytes) {}
  std::unique_ptr<Origin> open(Loop& loop) override {
    return std::make_unique<HttpOrigin>(loop, settings_, settings_.spec, max_bytes_);
  }

 private:
  const OriginSettings& settings_;
  const std::size_t max_bytes_;
};

}  // namespace

std::unique_ptr<Source> make_source(const Settings& settings, const OriginSettings& per_loop) {
  const std::string& spec = settings.origin.spec;
  if (spec.starts_with(kFolder))
    return std::make_unique<FolderSource>(spec.substr(kFolder.size()), settings);
  if (spec.starts_with(kEmbedded))
    return std::make_unique<EmbeddedSource>(spec.substr(kEmbedded.size()), settings);
  if (spec.starts_with("http://") || spec.starts_with("https://"))
    return std::make_unique<HttpSource>(per_loop, settings.imaging.max_source_bytes);
  throw std::runtime_error("origin.spec: none of http(s)://…, folder:DIR and embedded:DIR");
}

}  // namespace likeness::origin
