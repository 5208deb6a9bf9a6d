#include "proxy/kept_request.h"

#include <algorithm>
#include <span>

namespace likeness {

KeptRequest::KeptRequest(const http::Request& request, const dialects::Call& call)
    : call_(call), target_(request.target), forwarded_host_(request.forwarded_host) {
  for (std::size_t i = 0; i < kNames.size(); ++i) values_[i] = http::joined(request, kNames[i]);
  request_ = request;
  request_.target = target_;
  request_.path = std::string_view(target_).substr(0, request.path.size());
  const auto query = std::string_view(target_).substr(request.path.size());
  request_.query = query.substr(std::min<std::size_t>(1, query.size()));
  request_.method_name = {};
  request_.client = {};
  request_.forwarded_host = forwarded_host_;
  request_.body = {};
  // A header that was not sent must stay absent: an empty If-None-Match is not none at all.
  std::size_t present = 0;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (!request.header(kNames[i]).empty()) headers_[present++] = {kNames[i], values_[i]};
  request_.headers = std::span(headers_).first(present);
}

}  // namespace likeness
