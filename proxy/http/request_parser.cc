#include "proxy/http/request_parser.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <functional>
#include <utility>

#include "proxy/http/body.h"

namespace likeness::http {
namespace {

namespace bh = boost::beast::http;

// Far above what browsers and proxies send (about 30), low enough to look headers up one by one.
constexpr std::size_t kMaxHeaders = 256;

// The characters of RFC 3986's authority without user information. Links are made of a host.
constexpr auto kHostCharacters = [] {
  std::array<bool, 256> known{};
  for (const char c :
       std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "-._~%!$&'()*+,;=:[]"))
    known[static_cast<unsigned char>(c)] = true;
  return known;
}();

std::string_view plain(boost::beast::string_view view) { return {view.data(), view.size()}; }

Method method_of(bh::verb verb) {
  switch (verb) {
    case bh::verb::get: return Method::get;
    case bh::verb::head: return Method::head;
    case bh::verb::post: return Method::post;
    case bh::verb::put: return Method::put;
    case bh::verb::patch: return Method::patch;
    case bh::verb::delete_: return Method::del;
    case bh::verb::options: return Method::options;
    default: return Method::other;
  }
}

bool visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// Without the scheme and authority of "http://host/path".
std::string_view without_authority(std::string_view target) {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_name(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?#", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

// Does the first line end in a well-formed version other than those that are spoken here?
bool names_other_version(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find_first_of("\r\n"));
  constexpr std::size_t kLength = std::string_view("HTTP/1.1").size();
  if (line.size() < kLength) return false;
  const auto version = line.substr(line.size() - kLength);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
         digit(version[7]) && version != "HTTP/1.0" && version != "HTTP/1.1";
}

}  // namespace

RequestParser::RequestParser(Message& message, const HttpSettings& settings,
                             const BodyRules& body_rules)
    : message_(message), settings_(settings), body_rules_(body_rules) {
  message_.request = {};
  message_.headers.clear();
  message_.body.clear();
  message_.keep_alive = true;
  message_.expects_continue = false;
  message_.body_left = false;
  header_limit(static_cast<std::uint32_t>(settings.max_head_bytes));
  basic_parser::body_limit(boost::none);  // Set when the head is known.
}

RequestParser::Progress RequestParser::parse_head(std::string_view bytes) {
  bytes_ = bytes;
  Code code;
  const std::size_t consumed = put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
  if (code) return {consumed, status_of(code, bytes)};
  if (consumed > settings_.max_head_bytes) return {consumed, 431};
  message_.keep_alive = keep_alive() && !message_.body_left;
  return {consumed, 0};
}

RequestParser::Progress RequestParser::parse_body(std::string_view bytes) {
  // Behind each chunk at least the five bytes of the last one are to come, and Beast asserts that
  // it gets no less.
  const auto least = [this]() -> std::size_t { return chunked() && chunk_left_ == 0 ? 5 : 1; };
  Code code;
  std::size_t consumed = 0;
  while (!is_done() && consumed + least() <= bytes.size() && !code) {
    const auto rest = bytes.substr(consumed);
    consumed += put(boost::asio::const_buffer(rest.data(), rest.size()), code);
  }
  if (wants_body_ && code == bh::error::body_limit) {
    message_.request.body_too_large = true;
    message_.body_left = true;
    message_.keep_alive = false;
    message_.body.clear();
  }
  return {consumed, code ? status_of(code, bytes) : 0};
}

void RequestParser::on_request_impl(bh::verb method, View method_name, View target, int version,
                                    Code& code) {
  Request& request = message_.request;
  request.method = method_of(method);
  request.method_name = plain(method_name);
  request.http10 = version == 10;
  if (target.size() > settings_.max_target_bytes) return refuse(414, code);
  if (method == bh::verb::connect) return refuse(501, code);
  if (!take_target(method, plain(target))) return refuse(400, code);
}

bool RequestParser::take_target(bh::verb method, std::string_view target) {
  if (!visible_ascii(target)) return false;
  target = without_authority(target);
  // A fragment does not belong here, and some clients send it all the same.
  target = target.substr(0, target.find('#'));
  const auto mark = std::min(target.find('?'), target.size());
  Request& request = message_.request;
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.target = target;
  // "http://host?query" has no path; the slash is understood.
  if (request.path.empty()) request.path = "/";
  return request.path.front() == '/' || (request.path == "*" && method == bh::verb::options);
}

void RequestParser::on_field_impl(bh::field field, View name, View value, Code& code) {
  if (head_done_) return;  // A trailer: nobody asked for it.
  // A folded value may hide a header from whoever reads line by line; RFC 9112 5.2 refuses it.
  // Beast unfolds it elsewhere, or skips line ends before it.
  const char* const name_end = name.data() + name.size();
  const bool moved = std::less<>()(value.data(), name_end) ||
                     std::less<>()(bytes_.data() + bytes_.size(), value.data());
  if (moved || std::find(name_end, value.data(), '\n') != value.data()) return refuse(400, code);
  if (message_.headers.size() == kMaxHeaders) return refuse(431, code);
  message_.headers.push_back({plain(name), plain(value)});
  switch (field) {
    case bh::field::host: return check_host(plain(value), code);
    case bh::field::content_length:
    case bh::field::transfer_encoding: return check_framing(field, plain(value), code);
    case bh::field::expect:
      message_.expects_continue =
          !message_.request.http10 && same_name(plain(value), "100-continue");
      return;
    default: return;
  }
}

// Beast refuses Content-Length beside Transfer-Encoding and what is no number.
void RequestParser::check_framing(bh::field field, std::string_view value, Code& code) {
  if (field == bh::field::content_length) {
    // "3, 3" and a second line are legal if equal, and a classic of request smuggling.
    if (std::exchange(has_length_, true) || value.find(',') != value.npos) refuse(400, code);
    return;
  }
  if (message_.request.http10) return refuse(400, code);
  if (!same_name(value, "chunked")) return refuse(501, code);
}

void RequestParser::check_host(std::string_view value, Code& code) {
  if (std::exchange(has_host_, true)) return refuse(400, code);
  const bool clean = std::ranges::all_of(
      value, [](char c) { return kHostCharacters[static_cast<unsigned char>(c)]; });
  if (!clean) refuse(400, code);
}

void RequestParser::on_header_impl(Code& code) {
  head_done_ = true;
  Request& request = message_.request;
  if (!has_host_ && !request.http10) return refuse(400, code);
  body_size_ = content_length().value_or(0);
  if (!chunked() && body_size_ == 0) return;
  const BodyRule rule = body_rules_(request.method, request.path);
  wants_body_ = rule.most > 0;
  const std::size_t most = wants_body_ ? rule.most : settings_.max_ignored_body_bytes;
  const bool too_large = body_size_ > most;
  if (too_large && !wants_body_) return refuse(413, code);
  // Whoever wanted the body finds the words for that there is too much of it.
  request.body_too_large = too_large;
  if (!too_large) basic_parser::body_limit(most);
  // Who asks before sending a body that nobody wants is answered at once. Whether the body comes
  // all the same cannot be known, so the connection ends with the answer.
  message_.body_left = too_large || (message_.expects_continue && !wants_body_);
  request.body_follows =
      rule.follows && wants_body_ && !too_large && (chunked() || body_size_ > kBodyBuffer);
  if (!chunked()) request.body_length = body_size_;
}

std::size_t RequestParser::on_body_impl(View body, Code&) {
  // Whole and in one piece, it is used where it lies.
  if (wants_body_ && !in_pieces_ && message_.body.empty() && body.size() == body_size_) {
    message_.request.body = plain(body);
  } else {
    add_body(plain(body));
  }
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, View, Code&) { chunk_left_ = size; }

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View body, Code&) {
  chunk_left_ -= body.size();
  add_body(plain(body));
  return body.size();
}

void RequestParser::add_body(std::string_view piece) {
  if (wants_body_) message_.body.append(piece);
}

void RequestParser::refuse(int status, Code& code) {
  refusal_ = status;
  code = bh::error::bad_value;
}

int RequestParser::status_of(const Code& code, std::string_view bytes) const {
  if (code == bh::error::need_more) return kNeedMore;
  if (refusal_ != 0) return refusal_;
  // The same status as for a long first line that comes in pieces (RequestReader::more_head).
  if (code == bh::error::header_limit)
    return bytes.find('\n') > settings_.max_target_bytes + kRestOfLine ? 414 : 431;
  if (code == bh::error::body_limit) return 413;
  if (code == bh::error::bad_version && names_other_version(bytes)) return 505;
  return 400;
}

}  // namespace likeness::http
