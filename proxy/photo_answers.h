#ifndef LIKENESS_PROXY_PHOTO_ANSWERS_H_
#define LIKENESS_PROXY_PHOTO_ANSWERS_H_

#include "cache/record.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/http/message.h"
#include "proxy/photo/ask.h"

namespace likeness {

// Turns what became of an ask for a photo into the answer that its dialect gives: a picture or that
// the client has it (304), a document about the photo, what stands in for it, or an error, each
// with the lines that tell caches how long it holds. Pictures are sent from where they lie, without
// an allocation.
//
// Loop-confined. Outlives the exchanges it has been given.
class PhotoAnswers {
 public:
  // What it is given outlives it.
  PhotoAnswers(Loop& loop, fallback::Fallbacks& fallbacks, const Settings& settings);

  // Answers now, or takes `exchange` and answers when a stand-in has been made.
  void answer(const http::Request& request, const dialects::Call& call, Exchange& exchange,
              const photo::Outcome& outcome);

 private:
  void answer_found(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                    const photo::Found& found);
  void answer_failure(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                      const photo::Failure& failure);
  void answer_stand_in(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                       const photo::Failure& failure, const cache::PicturePtr& picture);

  Loop& loop_;
  fallback::Fallbacks& fallbacks_;
  const Settings& settings_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_PHOTO_ANSWERS_H_
