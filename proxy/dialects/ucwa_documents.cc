#include "proxy/dialects/ucwa_documents.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/status.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/dialects/url.h"
#include "proxy/dialects/xml.h"

namespace likeness::dialects {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kJsonType = "application/json; charset=utf-8";
constexpr std::string_view kXmlType = "application/xml; charset=utf-8";
constexpr std::string_view kXmlStart = R"(<?xml version="1.0" encoding="utf-8"?>)";

// How UCWA names what went wrong: status, code and subcode. Its names of statuses are those of
// skype-docs' ErrorsAndInformationalMessages and, for 412 and 504, ErrorCode_ref; the pairs are
// from the tables of synchronous errors of contactPhoto and of GenericSynchronousErrors. UCWA knows
// neither 401's body nor 422 and 502. Of contactPhoto's errors only Conflict/TooManyGroups has no
// cause here: there are no groups.
struct Words {
  int status;
  std::string_view code;
  std::string_view subcode = {};
};
Words words_of(Errc code) {
  switch (code) {
    case Errc::bad_request: return {400, "BadRequest", "ParameterValidationFailure"};
    case Errc::unauthorized: return {401, "Forbidden"};
    case Errc::forbidden:
    case Errc::origin_refused: return {403, "Forbidden"};
    case Errc::unknown_route:
    case Errc::no_photo:
    case Errc::not_found: return {404, "NotFound"};
    case Errc::unsupported_version: return {404, "NotFound", "APIVersionNotSupported"};
    case Errc::method_not_allowed: return {405, "MethodNotAllowed"};
    case Errc::conflict: return {409, "Conflict", "AlreadyExists"};
    case Errc::gone: return {410, "Gone", "CannotRedirect"};
    case Errc::precondition_failed: return {412, "PreconditionFailed"};
    case Errc::too_large: return {413, "EntityTooLarge"};
    case Errc::unsupported_media: return {415, "UnsupportedMediaType"};
    // "… moved to an unsupported version for the required feature": what comes cannot be used.
    case Errc::bad_source:
    case Errc::source_too_large: return {500, "ServiceFailure", "InvalidExchangeServerVersion"};
    case Errc::too_many_requests:
    case Errc::throttled: return {429, "TooManyRequests"};
    case Errc::overloaded:
    case Errc::store_unavailable:
    case Errc::shutting_down: return {503, "ServiceUnavailable"};
    case Errc::origin_timeout: return {504, "GatewayTimeout"};
    case Errc::origin_failed:
    case Errc::origin_unreachable:
    case Errc::abandoned:
    case Errc::internal: return {500, "ServiceFailure"};
  }
  return {500, "ServiceFailure"};
}

bool prefers_xml(std::string_view accept) {
  const auto xml = accept.find("xml");
  return xml != std::string_view::npos && xml < accept.find("json") && xml < accept.find("html");
}

UcwaDocument json(const ordered_json& document) {
  return {document.dump(-1, ' ', false, ordered_json::error_handler_t::replace), kJsonType};
}

UcwaDocument xml(const std::string& content) {
  return {std::string(kXmlStart) + content, kXmlType};
}

std::string element(std::string_view name, std::string_view text) {
  std::string made;
  made.append(1, '<').append(name).append(1, '>').append(escape_xml(text));
  return made.append("</").append(name).append(1, '>');
}

}  // namespace

int ucwa_status(Errc code) { return words_of(code).status; }

UcwaDocument ucwa_error(const Error& error, std::string_view accept) {
  const Words words = words_of(error.code);
  const auto message = message_of(error);
  if (prefers_xml(accept)) {
    std::string body = R"(<reason xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa">)";
    body += element("code", words.code);
    if (!words.subcode.empty()) body += element("subcode", words.subcode);
    return xml(body + element("message", message) + "</reason>");
  }
  ordered_json document{{"code", words.code}};
  if (!words.subcode.empty()) document["subcode"] = words.subcode;
  document["message"] = message;
  return json(document);
}

UcwaDocument ucwa_resource(const http::Request& request, const Call& call) {
  std::string self(request.path);
  if (self.ends_with('/')) self.pop_back();
  const bool mine =
      call.photo.view() == "me" && is(std::string_view(self).substr(self.size() - 3), "/me");
  const std::string_view rel = mine ? "me" : "contact";
  const std::string_view photo_rel = mine ? "photo" : "contactPhoto";
  std::string photo =
      (mine ? self.substr(0, self.size() - 3) : self) + '/' + std::string(photo_rel);
  if (const auto hash = participant_hash(request); !hash.empty())
    photo.append("?participantHash=").append(hash);
  const std::string_view id = call.photo.view();
  const bool has_address = id.find('@') != std::string_view::npos;
  const std::string uri = has_address ? "sip:" + std::string(id) : "";

  if (prefers_xml(request.header("accept"))) {
    std::string body = "<resource rel=\"" + std::string(rel) + "\" href=\"" + escape_xml(self) +
                       R"(" xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa"><link rel=")" +
                       std::string(photo_rel) + "\" href=\"" + escape_xml(photo) + "\"/>";
    body += R"(<property name="rel">)" + std::string(rel) + "</property>";
    if (has_address) {
      body += "<propertyList name=\"emailAddresses\">" + element("item", id) + "</propertyList>";
      body += R"(<property name="uri">)" + escape_xml(uri) + "</property>";
    }
    return xml(body + "</resource>");
  }
  ordered_json document{{"rel", rel}};
  if (has_address) {
    document["emailAddresses"] = ordered_json::array({id});
    document["uri"] = uri;
  }
  document["_links"]["self"]["href"] = self;
  document["_links"][std::string(photo_rel)]["href"] = photo;
  return json(document);
}

}  // namespace likeness::dialects
