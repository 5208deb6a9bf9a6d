#ifndef LIKENESS_TESTS_PROXY_DIALECTS_REQUESTS_H_
#define LIKENESS_TESTS_PROXY_DIALECTS_REQUESTS_H_

#include <string_view>

#include "proxy/http/message.h"

namespace likeness::test {

// A GET of a target, as the connection hands it on.
inline http::Request get(std::string_view target) {
  http::Request request;
  request.target = target;
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return request;
}

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_PROXY_DIALECTS_REQUESTS_H_
