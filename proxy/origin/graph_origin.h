#ifndef LIKENESS_PROXY_ORIGIN_GRAPH_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_GRAPH_ORIGIN_H_

#include <string>

#include "proxy/origin/graph_answer.h"
#include "proxy/origin/live_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// Photos of Microsoft Graph ("graph:BASE") or of the Outlook REST API ("outlook:BASE"): contacts'
// and users'. Where a contact has no photo, that of the user with its e-mail address may stand for
// it.
//
// $value knows no conditional requests, so the metadata's entity tag is the validator: it is read
// before the bytes, and they are fetched only if it has changed. (Read first: if the photo changes
// in between, the next revalidation sees it.) Where the metadata has no tag, the validators of the
// bytes' own answer serve.
class GraphOrigin final : public Origin {
 public:
  // `base` is the service's URL without a slash at its end.
  GraphOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared, GraphFlavour flavour,
              std::string base);
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return client_.stats(); }

 private:
  class Search;

  const OriginSettings& settings_;
  const GraphFlavour flavour_;
  const std::string base_;
  LiveClient client_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_GRAPH_ORIGIN_H_
