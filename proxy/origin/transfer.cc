#include "proxy/origin/transfer.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/http/message.h"
#include "proxy/origin/address.h"

namespace likeness::origin {
namespace {

// Services send a few KiB; libcurl bounds a line, not their sum.
constexpr std::size_t kMaxHeaderBytes = 64 * kKiB;
constexpr int kMaxRedirects = 5;
// An original of some megabytes comes with an eighth of the system calls that libcurl's own 16 KiB
// take. It hands bytes on in pieces of 16 KiB all the same.
constexpr long kReadSize = 128 * kKiB;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<std::string> part(const Url& url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), what, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string result(text);
  curl_free(text);
  return result;
}

// libcurl's own parser: it and the one who decides must never disagree on where a URL leads.
std::optional<Target> target_of(const Url& url) {
  auto host = part(url, CURLUPART_HOST);
  const auto scheme = part(url, CURLUPART_SCHEME);
  const auto port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!host || !scheme || !port || (*scheme != "http" && *scheme != "https")) return std::nullopt;
  if (host->starts_with('[')) *host = host->substr(1, host->size() - 2);
  Target target{*scheme, lower(*host), 0};
  std::from_chars(port->data(), port->data() + port->size(), target.port);
  return target;
}

bool is_proof(std::string_view header) {
  const auto name = header.substr(0, header.find(':'));
  return http::same_name(name, "authorization") || http::same_name(name, "cookie");
}

}  // namespace

std::optional<Target> parse_target(const std::string& text) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  return target_of(url);
}

Transfer::Transfer(ClientRequest request, AnswerSink sink, SourcePolicy& policy)
    : request_(std::move(request)), sink_(std::move(sink)), policy_(policy) {}

void Transfer::begin_time(Loop& loop, milliseconds time, Loop::Task over) {
  if (!patience_) patience_.emplace(loop, time, std::move(over));
}

bool Transfer::prepare(const OriginSettings& settings) {
  easy_.reset(curl_easy_init());
  CURL* easy = easy_.get();
  if (easy == nullptr) return false;
  head_ = {};
  redirect_ = false;
  header_bytes_ = 0;
  body_bytes_ = 0;
  target_ = parse_target(request_.url).value_or(Target{});
  curl_slist* list = nullptr;
  for (const std::string& header : request_.headers) list = curl_slist_append(list, header.c_str());
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Likeness");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReadSize);
  if (!settings.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // Never by way of a proxy that the environment names.
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   std::max(1L, static_cast<long>(settings.connect_timeout.count())));
  const auto body = +[](char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->on_body({data, size});
  };
  const auto header = +[](char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->on_header({data, size});
  };
  const auto open = +[](void* self, curlsocktype, curl_sockaddr* address) {
    return static_cast<Transfer*>(self)->on_socket(*address);
  };
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  set_body();
  return true;
}

void Transfer::set_body() {
  CURL* easy = easy_.get();
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.source) {
    const auto read = +[](char* into, std::size_t, std::size_t size, void* self) {
      return static_cast<Transfer*>(self)->on_read({into, size});
    };
    const auto& length = request_.source->length;
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     length ? static_cast<curl_off_t>(*length) : curl_off_t{-1});
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  } else if (request_.method != "GET" || !request_.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
}

void Transfer::pause() {
  paused_ = true;
  patience_->stop();
}

CURLcode Transfer::resume() {
  paused_ = false;
  patience_->go_on();
  return curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

std::size_t Transfer::on_body(std::string_view data) {
  if (cancelled_) return 0;
  if (data.size() > request_.max_body_bytes - body_bytes_) {
    refusal_ = {Errc::source_too_large, "the origin's answer is over the byte limit", {}};
    return 0;
  }
  if (!redirect_ && !sink_.piece(data)) {
    pause();
    return CURL_WRITEFUNC_PAUSE;
  }
  body_bytes_ += data.size();
  return data.size();
}

std::size_t Transfer::on_read(std::span<char> into) {
  if (cancelled_) return CURL_READFUNC_ABORT;
  const auto size = request_.source->read(into);
  if (cancelled_) return CURL_READFUNC_ABORT;
  if (size) return *size;
  pause();
  return CURL_READFUNC_PAUSE;
}

std::size_t Transfer::on_header(std::string_view line) {
  if (cancelled_) return 0;
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    refusal_ = {Errc::origin_failed, "the origin's headers are over the byte limit", {}};
    return 0;
  }
  if (told_) return line.size();  // A trailer.
  if (line.starts_with("HTTP/")) {
    head_.headers.clear();  // A 1xx came before.
    return line.size();
  }
  if (line == "\r\n" || line == "\n") {
    end_of_head();
    return cancelled_ ? 0 : line.size();
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  auto name = lower(line.substr(0, colon));
  const auto value = trim(line.substr(colon + 1));
  if (name == "content-length" && request_.method != "HEAD") {
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    if (length > request_.max_body_bytes) {
      refusal_ = {Errc::source_too_large, "the origin's answer is over the byte limit", {}};
      return 0;
    }
  }
  head_.headers.emplace_back(std::move(name), value);
  return line.size();
}

void Transfer::end_of_head() {
  head_.status = status();
  if (head_.status < 200) return;
  redirect_ = is_redirect(head_.status);
  if (redirect_) return;
  told_ = true;
  sink_.head(head_);
}

curl_socket_t Transfer::on_socket(const curl_sockaddr& address) {
  if (!policy_.may_connect(target_, address.addr)) {
    refusal_ = {Errc::origin_unreachable,
                "the address " + to_text(address.addr) +
                    " is private or special, and not one that the settings allow",
                {}};
    return CURL_SOCKET_BAD;
  }
  refusal_.reset();  // A name may have more than one address; this one will do.
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

int Transfer::status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

bool Transfer::is_redirect(int status) const {
  const bool redirect =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return redirect && request_.method == "GET" && !head_.header("location").empty() &&
         policy_.follows_redirects();
}

bool Transfer::redirected() {
  if (!redirect_) return false;
  const std::string location(head_.header("location"));
  const Url url(curl_url());
  std::optional<Target> next;
  if (url && curl_url_set(url.get(), CURLUPART_URL, request_.url.c_str(), 0) == CURLUE_OK &&
      curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) == CURLUE_OK)
    next = target_of(url);
  if (!next || ++redirects_ > kMaxRedirects || !policy_.may_redirect(target_, *next)) {
    refusal_ = {Errc::origin_failed, "the origin redirected to where it may not", {}};
    return false;
  }
  if (*next != target_) std::erase_if(request_.headers, is_proof);
  request_.url = part(url, CURLUPART_URL).value_or(std::string());
  return true;
}

void Transfer::finish(CURLcode code) {
  if (refusal_) return fail(*refusal_);
  if (code != CURLE_OK) return fail(error_of(code));
  if (!told_) return fail({Errc::origin_failed, "the origin's answer has no head", {}});
  if (!cancelled_) sink_.done({});
}

void Transfer::fail(Error error) {
  if (!cancelled_) sink_.done(std::unexpected(std::move(error)));
}

Error Transfer::error_of(CURLcode code) const {
  const std::string detail = curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return {Errc::origin_timeout, detail, {}};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return {Errc::origin_unreachable, detail, {}};
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY: return {Errc::internal, detail, {}};
    default: return {Errc::origin_failed, detail, {}};
  }
}

}  // namespace likeness::origin
