#include "proxy/dialects/ews_soap.h"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "proxy/contacts/encoding.h"
#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/dialects/xml.h"

namespace likeness::dialects {
namespace {

// Names come as "namespace local".
constexpr std::string_view kSoap11 = "http://schemas.xmlsoap.org/soap/envelope/ ";
constexpr std::string_view kSoap12 = "http://www.w3.org/2003/05/soap-envelope ";
constexpr std::string_view kMessages =
    "http://schemas.microsoft.com/exchange/services/2006/messages ";
// Headers nest deepest: Envelope, Header, ExchangeImpersonation, ConnectingSID, its address.
constexpr std::size_t kMaxDepth = 16;

bool is_soap(std::string_view name, std::string_view local) {
  const auto named = [&](std::string_view space) {
    return name.starts_with(space) && name.substr(space.size()) == local;
  };
  return named(kSoap11) || named(kSoap12);
}

// What an envelope says, gathered by expat's callbacks.
struct Reading {
  XML_Parser parser = nullptr;
  std::vector<std::string> open;  // The elements around what is read.
  std::string operation;          // The first element in the body.
  bool enveloped = false;
  bool refused = false;
  std::string email;
  std::string size;
  std::string* text = nullptr;  // Where the text that is read belongs.

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

void on_start(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
  auto& reading = *static_cast<Reading*>(data);
  auto& open = reading.open;
  if (open.size() == kMaxDepth) return reading.refuse();
  if (open.empty()) reading.enveloped = is_soap(name, "Envelope");
  const bool in_body = open.size() >= 2 && is_soap(open[1], "Body");
  if (in_body && open.size() == 2 && reading.operation.empty()) reading.operation = name;
  const auto is_message = [&](std::string_view local) {
    return std::string_view(name) == std::string(kMessages).append(local);
  };
  reading.text = nullptr;
  if (in_body && open.size() == 3 && is_message("Email")) reading.text = &reading.email;
  if (in_body && open.size() == 3 && is_message("SizeRequested")) reading.text = &reading.size;
  open.emplace_back(name);
}

void on_end(void* data, const XML_Char* /*name*/) {
  auto& reading = *static_cast<Reading*>(data);
  reading.open.pop_back();
  reading.text = nullptr;
}

void on_text(void* data, const XML_Char* text, int size) {
  const auto& reading = *static_cast<Reading*>(data);
  if (reading.text != nullptr) reading.text->append(text, static_cast<std::size_t>(size));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Reading*>(data)->refuse();
}

// False if the body is no XML that we read.
bool read(std::string_view body, Reading& reading) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreateNS(nullptr, ' '), &XML_ParserFree);
  if (!parser) return false;
  reading.parser = parser.get();
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto status = XML_Parse(parser.get(), body.data(), static_cast<int>(body.size()), XML_TRUE);
  return status == XML_STATUS_OK && !reading.refused;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::unexpected<SoapError> fault(std::string_view code, std::string message) {
  return std::unexpected(SoapError{500, code, std::move(message), true, {}});
}
std::unexpected<SoapError> answer(std::string_view code, std::string message) {
  return std::unexpected(SoapError{200, code, std::move(message), false, {}});
}

std::string in_envelope(const std::string& content) {
  return R"(<?xml version="1.0" encoding="utf-8"?>)"
         R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>)"
         R"(<h:ServerVersionInfo MajorVersion="15" MinorVersion="0" MajorBuildNumber="0" )"
         R"(MinorBuildNumber="0" Version="Exchange2013" )"
         R"(xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/>)"
         "</s:Header><s:Body>" +
         content + "</s:Body></s:Envelope>";
}

std::string response(std::string_view response_class, const std::string& content) {
  return in_envelope(
      "<m:GetUserPhotoResponse ResponseClass=\"" + std::string(response_class) +
      R"(" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">)" + content +
      "</m:GetUserPhotoResponse>");
}

}  // namespace

std::expected<Call, SoapError> parse_soap(std::string_view body, const Limits& limits) {
  Reading reading;
  if (!read(body, reading) || !reading.enveloped || reading.operation.empty())
    return fault("ErrorSchemaValidation", "The request is no SOAP envelope that is read here.");
  if (reading.operation != std::string(kMessages) + "GetUserPhoto")
    return fault("ErrorInvalidOperation",
                 "The only operation that is served here is GetUserPhoto.");
  const auto email = trimmed(reading.email);
  Call call{.dialect = Dialect::ews};
  if (email.empty() || email.size() > limits.max_id_bytes || !call.photo.append(email))
    return answer("ErrorInvalidArgument", "Email is missing or too long.");
  const auto size = trimmed(reading.size);
  if (size.empty()) return call;
  const auto box = parse_hr(size);
  if (!box || box->width > limits.max_edge || box->height > limits.max_edge)
    return answer("ErrorInvalidPhotoSize", "SizeRequested is no size that is served here.");
  call.ask.spec.box = *box;
  return call;
}

SoapError soap_error(const Error& error) {
  const auto busy = std::max(error.retry_after, milliseconds(1'000));
  const auto message = message_of(error);
  switch (error.code) {
    case Errc::no_photo:
    case Errc::not_found: return {404, "ErrorItemNotFound", message, false, {}};
    case Errc::bad_request: return {200, "ErrorInvalidArgument", message, false, {}};
    case Errc::unauthorized: return {401, "ErrorAccessDenied", message, true, {}};
    case Errc::forbidden:
    case Errc::origin_refused: return {200, "ErrorAccessDenied", message, false, {}};
    case Errc::too_many_requests:
    case Errc::throttled:
    case Errc::overloaded:
    case Errc::shutting_down: return {500, "ErrorServerBusy", message, true, busy};
    case Errc::origin_timeout: return {200, "ErrorTimeoutExpired", message, false, {}};
    case Errc::origin_failed:
    case Errc::origin_unreachable:
      return {200, "ErrorInternalServerTransientError", message, false, {}};
    case Errc::too_large: return {413, "ErrorMessageSizeExceeded", message, true, {}};
    default: return {200, "ErrorInternalServerError", message, false, {}};
  }
}

std::string soap_photo(std::string_view bytes, std::string_view content_type) {
  std::string content = "<m:ResponseCode>NoError</m:ResponseCode><m:HasChanged>";
  content.append(bytes.empty() ? "false" : "true").append("</m:HasChanged><m:PictureData>");
  content.append(contacts::base64(bytes)).append("</m:PictureData>");
  // Exchange's own client reads the type where there is a picture, and only there.
  if (!bytes.empty())
    content.append("<m:ContentType>").append(content_type).append("</m:ContentType>");
  return response("Success", content);
}

std::string soap_envelope(const SoapError& error) {
  const auto message = escape_xml(error.message);
  const std::string code(error.code);
  if (!error.fault)
    return response("Error", "<m:MessageText>" + message + "</m:MessageText><m:ResponseCode>" +
                                 code +
                                 "</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
                                 "<m:HasChanged>false</m:HasChanged>");
  std::string detail =
      "<e:ResponseCode>" + code + "</e:ResponseCode><e:Message>" + message + "</e:Message>";
  if (error.back_off.count() > 0)
    detail += "<t:MessageXml><t:Value Name=\"BackOffMilliseconds\">" +
              std::to_string(error.back_off.count()) + "</t:Value></t:MessageXml>";
  return in_envelope(
      R"(<s:Fault xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors" )"
      R"(xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><faultcode>t:)" +
      code + R"(</faultcode><faultstring xml:lang="en-US">)" + message + "</faultstring><detail>" +
      detail + "</detail></s:Fault>");
}

}  // namespace likeness::dialects
