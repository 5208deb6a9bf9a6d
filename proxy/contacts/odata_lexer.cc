#include "proxy/contacts/odata_lexer.h"

namespace likeness::contacts::odata {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_word(char c) { return letter(c) || digit(c); }
bool in_number(char c) { return in_word(c) || c == '-' || c == ':' || c == '.' || c == '+'; }

template <class Predicate>
std::string_view take_while(std::string_view& rest, Predicate holds) {
  std::size_t length = 0;
  while (length < rest.size() && holds(rest[length])) ++length;
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

// The text of a string whose opening quote is first in `rest`; false if it never closes.
bool take_string(std::string_view& rest, std::string& into) {
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\'') {
      if (rest.empty() || rest.front() != '\'') return true;
      rest.remove_prefix(1);
    }
    into += c;
  }
  return false;
}

}  // namespace

void Lexer::advance() {
  take_while(rest_, [](char c) { return c == ' ' || c == '\t'; });
  token_ = {};
  if (rest_.empty()) return;
  const char c = rest_.front();
  if (letter(c)) {
    token_ = {Kind::word, std::string(take_while(rest_, in_word))};
  } else if (digit(c) || c == '-') {
    token_ = {Kind::number, std::string(take_while(rest_, in_number))};
  } else if (c == '\'') {
    token_.kind = take_string(rest_, token_.text) ? Kind::string : Kind::bad;
  } else if (std::string_view("(),/:").find(c) != std::string_view::npos) {
    token_ = {Kind::symbol, std::string(1, c)};
    rest_.remove_prefix(1);
  } else {
    token_ = {Kind::bad, std::string(1, c)};
  }
}

bool Lexer::take_symbol(char symbol) {
  if (token_.kind != Kind::symbol || token_.text.front() != symbol) return false;
  advance();
  return true;
}

bool Lexer::take_word(std::string_view word) {
  if (token_.kind != Kind::word || token_.text != word) return false;
  advance();
  return true;
}

}  // namespace likeness::contacts::odata
