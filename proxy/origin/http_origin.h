#ifndef LIKENESS_PROXY_ORIGIN_HTTP_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_HTTP_ORIGIN_H_

#include <string>

#include "config/base/lifetime.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// The URL of a photo: `pattern` with every "{id}" replaced by the id, escaped.
[[nodiscard]] std::string expand(std::string_view pattern, std::string_view id);

// Photos at plain URLs: "http://HOST/path/{id}.jpg". Revalidates by ETag and Last-Modified.
class HttpOrigin final : public Origin {
 public:
  // `max_bytes` bounds a photo.
  HttpOrigin(Loop& loop, const OriginSettings& settings, SourcePolicy& policy, std::string pattern,
             std::size_t max_bytes);
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return client_.stats(); }

 private:
  Loop& loop_;
  HttpClient client_;
  std::string pattern_;
  std::size_t max_bytes_;
  Lifetime lifetime_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_HTTP_ORIGIN_H_
