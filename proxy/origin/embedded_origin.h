#ifndef LIKENESS_PROXY_ORIGIN_EMBEDDED_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_EMBEDDED_ORIGIN_H_

#include "config/base/lifetime.h"
#include "proxy/contacts/store_thread.h"
#include "proxy/origin/origin.h"
#include "proxy/proof/tokens.h"

namespace likeness::origin {

// Photos in the embedded contact store: "embedded:DIR". The id is a contact's, a mailbox's, or an
// e-mail address. The validator is the photo's version. Another process may import into the store,
// so photos are asked for again after a minute: that costs one indexed query.
//
// The bearer of a token sees the photos of its user's contacts, and everybody's own.
class EmbeddedOrigin final : public Origin {
 public:
  EmbeddedOrigin(Loop& loop, contacts::StoreThread& store, const proof::Tokens& tokens)
      : loop_(loop), store_(store), tokens_(tokens) {}
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return stats_; }

 private:
  Loop& loop_;
  contacts::StoreThread& store_;
  const proof::Tokens& tokens_;
  OriginStats stats_;
  Lifetime lifetime_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_EMBEDDED_ORIGIN_H_
