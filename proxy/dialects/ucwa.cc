#include "proxy/dialects/ucwa.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

Refusal refusal(Errc code, std::string detail) {
  return {Dialect::ucwa, {code, std::move(detail), {}}};
}

// UCWA's names for HTTP statuses (skype-docs, ErrorsAndInformationalMessages; ErrorCode_ref for
// 504).
std::string_view code_of(int status) {
  switch (status) {
    case 400: return "BadRequest";
    case 401:
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "PreconditionFailed";
    case 413: return "EntityTooLarge";
    case 415: return "UnsupportedMediaType";
    case 429: return "TooManyRequests";
    case 503: return "ServiceUnavailable";
    case 504: return "GatewayTimeout";
    default: return "ServiceFailure";
  }
}

std::string_view subcode_of(Errc code) {
  return code == Errc::bad_request ? "ParameterValidationFailure" : std::string_view();
}

bool prefers_xml(std::string_view accept) {
  const auto xml = accept.find("xml");
  return xml != std::string_view::npos && xml < accept.find("json") && xml < accept.find("html");
}

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::optional<Parsed> parse_ucwa(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  const auto word = [&](std::string_view expected) {
    const auto segment = take_segment(path);
    return segment && is(*segment, expected);
  };
  if (!word("ucwa")) return std::nullopt;
  const auto unknown = std::unexpected(refusal(Errc::unknown_route, "not a photo of UCWA"));
  auto version = take_segment(path);
  if (version && is(*version, "oauth")) version = take_segment(path);
  if (!version || !is(*version, "v1") || !word("applications") || !take_segment(path))
    return unknown;
  const auto kind = take_segment(path);
  const auto person = take_segment(path);
  if (!kind || !person) return unknown;
  const bool by_person = is(*kind, "people") && word("contactphoto");
  if (!(by_person || is(*kind, "photos")) || !path.empty()) return unknown;

  const auto id = decode_id(*person, limits.max_id_bytes);
  if (!id)
    return std::unexpected(refusal(Errc::bad_request, "the person is missing or badly encoded"));
  Call call{Dialect::ucwa, *id, {}};
  call.ask.spec.box = kDefaultSize;
  const auto size = query_value(request.query, "size");
  if (!size || size->empty()) return call;
  const auto box = parse_hr(*size);
  if (!box || box->width > limits.max_edge || box->height > limits.max_edge)
    return std::unexpected(refusal(Errc::bad_request, "size: expected HR<length>X<width>"));
  call.ask.spec.box = *box;
  return call;
}

UcwaError ucwa_error(const Error& error, std::string_view accept) {
  const auto code = code_of(status_of(error.code));
  const auto subcode = subcode_of(error.code);
  const auto message = message_of(error);
  if (prefers_xml(accept)) {
    std::string body = R"(<?xml version="1.0" encoding="utf-8"?>)"
                       R"(<reason xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa"><code>)";
    body.append(code).append("</code>");
    if (!subcode.empty()) body.append("<subcode>").append(subcode).append("</subcode>");
    body.append("<message>").append(escape_xml(message)).append("</message></reason>");
    return {std::move(body), "application/xml; charset=utf-8"};
  }
  nlohmann::ordered_json document{{"code", code}};
  if (!subcode.empty()) document["subcode"] = subcode;
  document["message"] = message;
  return {document.dump(), "application/json; charset=utf-8"};
}

}  // namespace likeness::dialects
