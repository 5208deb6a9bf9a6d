#include <catch2/catch.hpp>
#include <string>

#include "proxy/origin/ews_origin.h"
#include "proxy/origin/graph_answer.h"
#include "proxy/origin/service_error.h"
#include "proxy/origin/ucwa_origin.h"

using namespace likeness;
using namespace likeness::origin;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

ClientResponse answer(int status, std::string body, Headers headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

std::string graph_error(const std::string& code, const std::string& message = "…") {
  return R"({"error":{"code":")" + code + R"(","message":")" + message +
         R"(","innerError":{"date":"2026-01-01","request-id":"1"}}})";
}

// The error's code, or nothing for a good answer.
template <class Trouble>
std::optional<Errc> code_of(Trouble trouble, const ClientResponse& response) {
  const auto error = trouble(response, WallClock::time_point());
  return error ? std::optional(error->code) : std::nullopt;
}

std::optional<Errc> graph(int status, std::string body, Headers headers = {}) {
  return code_of(&graph_trouble, answer(status, std::move(body), std::move(headers)));
}
std::optional<Errc> ews(int status, std::string body, Headers headers = {}) {
  return code_of(&ews_trouble, answer(status, std::move(body), std::move(headers)));
}
std::optional<Errc> ucwa(int status, std::string body, Headers headers = {}) {
  return code_of(&ucwa_trouble, answer(status, std::move(body), std::move(headers)));
}

std::string soap(const std::string& code, const std::string& more = "") {
  return R"(<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><m:GetUserPhotoResponse ResponseClass="Error">)"
         "<m:MessageText>…</m:MessageText><m:ResponseCode>" +
         code + "</m:ResponseCode>" + more + "</m:GetUserPhotoResponse></s:Body></s:Envelope>";
}

const std::string kJpeg = "\xff\xd8\xff\xe0 photo";
const std::string kHtml = "<!DOCTYPE html><html><body>404</body></html>";

}  // namespace

TEST_CASE("Graph and Outlook spell no photo in many ways") {
  for (const char* code :
       {"ErrorItemNotFound", "ImageNotFound", "GetUserPhoto", "ConsumerPhotoIsNotSupported"}) {
    CAPTURE(code);
    for (const int status : {200, 400, 404, 500})
      CHECK(graph(status, graph_error(code)) == Errc::no_photo);
  }
  CHECK(graph(404, graph_error("ResourceNotFound")) == Errc::no_photo);
  CHECK(graph(404, graph_error("Request_ResourceNotFound")) == Errc::no_photo);
  CHECK(graph(404, "") == Errc::no_photo);
  CHECK(graph(410, "") == Errc::no_photo);
  CHECK(graph(204, "") == Errc::no_photo);
  CHECK(graph(400, graph_error("ErrorInvalidIdMalformed")) == Errc::no_photo);
  CHECK(graph(404, "\xef\xbb\xbf \r\n" + graph_error("ErrorItemNotFound")) == Errc::no_photo);
}

TEST_CASE("a 404 that is not about the photo says nothing of it") {
  CHECK(graph(404, kHtml) == Errc::origin_failed);
  CHECK(graph(404, graph_error("RequestBroker-ParseUri")) == Errc::origin_failed);
  CHECK(graph(404, graph_error("BadRequest")) == Errc::origin_failed);
  CHECK(graph(404, "no such page") == Errc::origin_failed);
}

TEST_CASE("Graph's refusals, throttling and failures are told apart") {
  CHECK(graph(401, graph_error("InvalidAuthenticationToken")) == Errc::origin_refused);
  CHECK(graph(403, graph_error("ErrorAccessDenied")) == Errc::origin_refused);
  CHECK(graph(500, graph_error("ErrorInternalServerError")) == Errc::origin_failed);
  CHECK(graph(200, graph_error("ErrorInternalServerError")) == Errc::origin_failed);
  CHECK(graph(504, "") == Errc::origin_timeout);
  CHECK(graph(503, "") == Errc::origin_failed);
  CHECK(graph(429, graph_error("TooManyRequests")) == Errc::throttled);
  CHECK(graph(429, "") == Errc::throttled);
  CHECK(graph(200, graph_error("TooManyRequests")) == Errc::throttled);
  CHECK(graph(503, graph_error("ErrorServerBusy")) == Errc::throttled);
  CHECK(graph(503, "", {{"retry-after", "7"}}) == Errc::throttled);
  CHECK(graph(302, "", {{"location", "https://login.example/"}}) == Errc::origin_failed);
  CHECK_FALSE(graph(200, kJpeg));
  CHECK_FALSE(graph(304, ""));
  CHECK_FALSE(graph(200, R"({"@odata.mediaEtag":"\"1\""})"));
}

TEST_CASE("the wait of a throttled service may be a fraction, and has a default") {
  const auto wait = [](Headers headers) {
    return graph_trouble(answer(429, "", std::move(headers)), WallClock::time_point())->retry_after;
  };
  CHECK(wait({{"retry-after", "2.128"}}) == milliseconds(2'128));
  CHECK(wait({}) == milliseconds(10'000));
  CHECK(wait({{"retry-after", "soon"}}) == milliseconds(10'000));
  CHECK(wait({{"retry-after", "1e99"}}) == milliseconds(3'600'000));
}

TEST_CASE("an error's detail names the code and repeats nothing else") {
  const auto detail = [](const std::string& body) {
    return graph_trouble(answer(500, body), WallClock::time_point())->detail;
  };
  CHECK(detail(graph_error("ErrorOther", "secret")) == "the origin answered 500: ErrorOther");
  CHECK(detail(graph_error("<b>\\n")) == "the origin answered 500: unreadable");
  CHECK(detail(graph_error(std::string(101, 'x'))) == "the origin answered 500: unreadable");
}

TEST_CASE("Graph's metadata gives the tag, or says that there is no photo") {
  CHECK(read_graph_metadata(R"({"@odata.mediaEtag":"\"BA09D118\"","width":648})").value() ==
        "\"BA09D118\"");
  CHECK(read_graph_metadata(R"({"Id":"103X77","Width":103,"Height":77})").value().empty());
  CHECK(read_graph_metadata(R"({"@odata.mediaEtag":""})").error().code == Errc::no_photo);
  CHECK(
      read_graph_metadata(
          R"({"@odata.mediaContentType":"image/gif","width":1,"height":1,"@odata.mediaEtag":"x"})")
          .error()
          .code == Errc::no_photo);
  CHECK(read_graph_metadata(R"({"@odata.mediaContentType":"image/gif","Width":1,"Height":1})")
            .error()
            .code == Errc::no_photo);
  CHECK(read_graph_metadata(R"({"@odata.mediaContentType":"image/gif","width":2,"height":1})")
            .has_value());
  CHECK(read_graph_metadata(R"({"@odata.mediaEtag":7})").value().empty());
  CHECK(read_graph_metadata(R"({"@odata.mediaEtag":")" + std::string(500, 'x') + "\"}")
            .value()
            .empty());
  for (const char* text : {"", "[]", "{", "1", "\xff\xd8", "null"}) {
    CAPTURE(text);
    CHECK(read_graph_metadata(text).error().code == Errc::origin_failed);
  }
}

TEST_CASE("a contact's addresses are read in both spellings, and only a few") {
  using Addresses = std::vector<std::string>;
  CHECK(
      read_graph_addresses(R"({"emailAddresses":[{"name":"A","address":"a@x"},{"address":"b@x"}]})")
          .value() == Addresses{"a@x", "b@x"});
  CHECK(read_graph_addresses(
            R"({"EmailAddresses":[{"Address":"a@x"},{"Address":"a@x"},{"Address":"/o=x"},{},1]})")
            .value() == Addresses{"a@x"});
  CHECK(read_graph_addresses(R"({"emailAddresses":[{"address":"1@x"},{"address":"2@x"},
        {"address":"3@x"},{"address":"4@x"}]})")
            .value()
            .size() == 3);
  CHECK(read_graph_addresses(R"({"emailAddresses":null})").value().empty());
  CHECK(read_graph_addresses("{}").value().empty());
  CHECK(read_graph_addresses("[1").error().code == Errc::origin_failed);
}

TEST_CASE("an id says where Graph and Outlook keep its photo") {
  const auto graph_photo = [](std::string_view id, std::string_view user = "me") {
    return graph_place(GraphFlavour::graph, id, user).photo;
  };
  const auto outlook_photo = [](std::string_view id, std::string_view user = "me") {
    return graph_place(GraphFlavour::outlook, id, user).photo;
  };
  CHECK(graph_photo("me") == "/v1.0/me/photo");
  CHECK(graph_photo("Ann@x.org") == "/v1.0/users/Ann%40x.org/photo");
  CHECK(graph_photo("48d31887-5fad-4d73-a9f5-3c356e68a038") ==
        "/v1.0/users/48d31887-5fad-4d73-a9f5-3c356e68a038/photo");
  CHECK(graph_photo("AAMk==") == "/v1.0/me/contacts/AAMk%3D%3D/photo");
  CHECK(graph_photo("AAMk", "boss@x") == "/v1.0/users/boss%40x/contacts/AAMk/photo");
  CHECK(graph_photo("ann@x/contacts/AA/contacts/b") ==
        "/v1.0/users/ann%40x/contacts/AA%2Fcontacts%2Fb/photo");
  CHECK(graph_photo("ME/contacts/AA") == "/v1.0/me/contacts/AA/photo");
  CHECK(graph_photo("../../x") == "/v1.0/me/contacts/..%2F..%2Fx/photo");
  CHECK(graph_photo("..") == "/v1.0/me/contacts/%2E%2E/photo");
  CHECK(outlook_photo("me") == "/api/v2.0/me/photo");
  CHECK(outlook_photo("o'neil@x") == "/api/v2.0/Users('o%27%27neil%40x')/photo");
  CHECK(outlook_photo("AA=") == "/api/v2.0/me/contacts('AA%3D')/photo");
  CHECK(graph_place(GraphFlavour::graph, "AA", "me").contact == "/v1.0/me/contacts/AA");
  CHECK(graph_place(GraphFlavour::graph, "a@x", "me").contact.empty());
}

TEST_CASE("Exchange spells no photo as 404 or 500") {
  CHECK(ews(404, "") == Errc::no_photo);
  CHECK(ews(404, kHtml) == Errc::no_photo);
  CHECK(ews(404, soap("NoError")) == Errc::no_photo);
  CHECK(ews(500, "") == Errc::no_photo);
  CHECK(ews(500, soap("ErrorItemNotFound")) == Errc::no_photo);
  CHECK(ews(200, soap("ErrorItemNotFound")) == Errc::no_photo);
  const auto error = ews_trouble(answer(500, "oops"), WallClock::time_point());
  CHECK(error->retry_after == milliseconds(10'000));
  CHECK(ews_trouble(answer(404, ""), WallClock::time_point())->retry_after.count() == 0);
}

TEST_CASE("Exchange is busy in a 503, a 500 and a 200") {
  const std::string busy =
      soap("ErrorServerBusy",
           R"(<m:MessageXml><t:Value Name="BackOffMilliseconds">297749</t:Value></m:MessageXml>)");
  for (const int status : {200, 500, 503}) {
    CAPTURE(status);
    const auto error = ews_trouble(answer(status, busy), WallClock::time_point());
    CHECK(error->code == Errc::throttled);
    CHECK(error->retry_after == milliseconds(297'749));
  }
  const std::string fault =
      "<s:Fault><faultcode xmlns:a=\"x\">a:ErrorServerBusy</faultcode></s:Fault>";
  CHECK(ews(500, fault) == Errc::throttled);
  CHECK(ews(503, "") == Errc::throttled);
  CHECK(ews_trouble(answer(503, ""), {})->retry_after == milliseconds(10'000));
  CHECK(ews_trouble(answer(503, "", {{"retry-after", "0.5"}}), {})->retry_after ==
        milliseconds(500));
  const auto absurd = soap("ErrorServerBusy", "BackOffMilliseconds\">99999999999");
  CHECK(ews_trouble(answer(500, absurd), {})->retry_after == milliseconds(3'600'000));
  CHECK(ews_trouble(answer(500, soap("ErrorServerBusy", "BackOffMilliseconds\">-5")), {})
            ->retry_after == milliseconds(10'000));
}

TEST_CASE("Exchange's other answers are what they seem") {
  CHECK_FALSE(ews(200, kJpeg));
  CHECK_FALSE(ews(304, ""));
  CHECK(ews(401, "") == Errc::origin_refused);
  CHECK(ews(440, kHtml) == Errc::origin_refused);
  CHECK(ews(200, kHtml) == Errc::origin_failed);
  CHECK(ews(500, soap("ErrorInternalServerError")) == Errc::origin_failed);
  CHECK(ews(200, soap("ErrorInvalidPhotoSize")) == Errc::origin_failed);
  CHECK(ews(502, kHtml) == Errc::origin_failed);
}

TEST_CASE("Exchange is asked by e-mail address") {
  CHECK(ews_target("ann+x@y.org").value() ==
        "/ews/Exchange.asmx/s/GetUserPhoto?email=ann%2Bx%40y.org&size=HR648x648");
  CHECK(ews_target("me/contacts/ann@y").value() ==
        "/ews/Exchange.asmx/s/GetUserPhoto?email=ann%40y&size=HR648x648");
  CHECK(ews_target("a@x&size=HR1x1").value().find("&size=HR1x1&") == std::string::npos);
  CHECK_FALSE(ews_target("AAMk="));
  CHECK_FALSE(ews_target("ann@y/contacts/AAMk="));
}

TEST_CASE("UCWA tells no photo from everything else by code and subcode") {
  CHECK(ucwa(404, R"({"code":"NotFound","message":"…"})") == Errc::no_photo);
  CHECK(ucwa(404, "") == Errc::no_photo);
  CHECK(ucwa(404, R"(<reason xmlns="x"><code>NotFound</code><debugInfo/></reason>)") ==
        Errc::no_photo);
  CHECK(ucwa(204, "") == Errc::no_photo);
  CHECK(ucwa(404, kHtml) == Errc::origin_failed);
  for (const char* subcode : {"ApplicationNotFound", "APIVersionNotSupported"})
    CHECK(ucwa(404, R"({"code":"NotFound","subcode":")" + std::string(subcode) + "\"}") ==
          Errc::origin_failed);
  CHECK(ucwa(403, R"({"code":"Forbidden","subcode":"None"})") == Errc::origin_refused);
  CHECK(ucwa(401, "") == Errc::origin_refused);
  CHECK(ucwa(409, R"({"code":"Conflict","subcode":"TooManyGroups"})") == Errc::origin_failed);
  CHECK(ucwa(410, R"({"code":"Gone","subcode":"CannotRedirect"})") == Errc::origin_failed);
  CHECK(ucwa(500, R"({"code":"ServiceFailure","subcode":"InvalidExchangeServerVersion"})") ==
        Errc::origin_failed);
  CHECK(ucwa(500, R"({"code":"ExchangeServiceFailure","subcode":"ExchangeTimeout"})") ==
        Errc::origin_timeout);
  CHECK(ucwa(504, R"({"code":"Timeout"})") == Errc::origin_timeout);
  CHECK(ucwa(429, R"({"code":"TooManyRequests"})") == Errc::throttled);
  CHECK(ucwa(503, "", {{"retry-after", "1"}}) == Errc::throttled);
  CHECK(ucwa(200, R"({"code":"ServiceFailure"})") == Errc::origin_failed);
  CHECK_FALSE(ucwa(200, kJpeg));
  CHECK_FALSE(ucwa(304, ""));
}

TEST_CASE("UCWA's paths and cookie") {
  CHECK(ucwa_target("me") == "/photo");
  CHECK(ucwa_target("ann@x") == "/photos/ann%40x");
  CHECK(ucwa_target("3") == "/people/3/contactPhoto");
  CHECK(ucwa_target("ann@x/contacts/3") == "/people/3/contactPhoto");
  CHECK(ucwa_cookie("session=1; cwt_ucwa=AAE=; x=y") == "cwt_ucwa=AAE=");
  CHECK(ucwa_cookie("cwt_ucwa=A") == "cwt_ucwa=A");
  CHECK(ucwa_cookie("xcwt_ucwa=A; session=1").empty());
  CHECK(ucwa_cookie(";; ;").empty());
}

TEST_CASE("a photo is bytes, not a stand-in for none and no text") {
  const auto photo = [](int status, std::string body) {
    return read_photo(
        answer(status, std::move(body), {{"etag", "\"1\""}, {"cache-control", "max-age=5"}}));
  };
  const auto good = photo(200, kJpeg);
  REQUIRE(good.has_value());
  CHECK(*good->bytes == kJpeg);
  CHECK(good->validators.etag == "\"1\"");
  CHECK(good->max_age == seconds(5));
  CHECK(photo(304, "").value().bytes == nullptr);
  CHECK(photo(200, "").error().code == Errc::no_photo);
  CHECK(photo(200, std::string("GIF89a\1\0\1\0\x80\0\0", 13)).error().code == Errc::no_photo);
  CHECK(photo(200, std::string("GIF89a\2\0\1\0\x80\0\0", 13)).has_value());
  CHECK(photo(200, kHtml).error().code == Errc::origin_failed);
  CHECK(photo(200, " {\"a\":1}").error().code == Errc::origin_failed);
}

TEST_CASE("an element's text is found whatever its prefix") {
  CHECK(element("<a><m:Code>x</m:Code></a>", "Code") == "x");
  CHECK(element("<Code a=\"1\">x</Code>", "Code") == "x");
  CHECK(element("</m:Code>y<m:Code>x</m:Code>", "Code") == "x");
  CHECK(element("<m:NoCode>y</m:NoCode><Code>x<", "Code") == "x");
  for (const char* text :
       {"", "<", "<Code", "<Code>", "<Code>x", "<Code/>", "Code>x<", "<Code a=<"}) {
    CAPTURE(text);
    CHECK(element(text, "Code").empty());
  }
}

TEST_CASE("an error's body may be anything") {
  CHECK(read_service_error(R"({"error":{"code":"A","message":"…"}})")->code == "A");
  CHECK(read_service_error(R"({"code":"B","subcode":"C"})")->subcode == "C");
  CHECK(read_service_error(R"({"error":{}})")->code.empty());
  for (const char* text : {"", "{", "[]", "{}", "null", "{\"code\":1}", "<html>", "\xff\xd8\xff",
                           R"({"error":"invalid_client"})", R"({"@odata.mediaEtag":"x"})"}) {
    CAPTURE(text);
    CHECK_FALSE(read_service_error(text));
  }
  CHECK_FALSE(read_service_error(std::string(200'000, '[')));
  CHECK_FALSE(read_service_error("{\"a\":" + std::string(200'000, '[')));
  CHECK_FALSE(read_service_error(std::string(200'000, '<')));
}
