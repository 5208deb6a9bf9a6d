#ifndef LIKENESS_PROXY_HTTP_REQUEST_PARSER_H_
#define LIKENESS_PROXY_HTTP_REQUEST_PARSER_H_

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/settings.h"
#include "proxy/http/request_reader.h"

namespace likeness::http {

// One request's way through Boost.Beast's parser, with the rules that Beast leaves to its user.
// Included by request_reader.cc alone: the header is heavy.
//
// Loop-confined. Good for one request. The message's views point into what parse_head() was given.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  static constexpr int kNeedMore = -1;
  // What a request line may hold beside the target: method, version and the blanks between.
  static constexpr std::size_t kRestOfLine = 64;
  struct Progress {
    std::size_t consumed = 0;
    int status = 0;  // 0, kNeedMore, or the HTTP status of a refusal.
  };

  // All references outlive the parser. Empties `message`.
  RequestParser(Message& message, const HttpSettings& settings, const BodyRules& body_rules);

  // Parses a whole head, or needs more, which makes this parser useless.
  Progress parse_head(std::string_view bytes);
  // Parses as much of the body as there is. What it did not consume must be given again, with more.
  // Where a wanted body turns out to be over its limit the message says so, and is complete.
  Progress parse_body(std::string_view bytes);
  // The message's body holds only what has come since it was last emptied: nothing is left where it
  // lies.
  void read_in_pieces() { in_pieces_ = true; }

  using basic_parser::is_done;
  // The Content-Length, or 0 without one; after parse_head().
  [[nodiscard]] std::uint64_t body_size() const { return body_size_; }

 private:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, View method_name, View target, int version,
                       Code& code) override;
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(boost::beast::http::field field, View name, View value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(View body, Code& code) override;
  void on_chunk_header_impl(std::uint64_t size, View, Code&) override;
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Code& code) override;
  void on_finish_impl(Code&) override {}

  void refuse(int status, Code& code);
  bool take_target(boost::beast::http::verb method, std::string_view target);
  void check_framing(boost::beast::http::field field, std::string_view value, Code& code);
  void check_host(std::string_view value, Code& code);
  void add_body(std::string_view piece);
  [[nodiscard]] int status_of(const Code& code, std::string_view bytes) const;

  Message& message_;
  const HttpSettings& settings_;
  const BodyRules& body_rules_;
  std::string_view bytes_;  // Of the head.
  bool head_done_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
  bool wants_body_ = false;
  bool in_pieces_ = false;
  std::uint64_t body_size_ = 0;
  std::uint64_t chunk_left_ = 0;  // Of the chunk that is being read.
  int refusal_ = 0;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_REQUEST_PARSER_H_
