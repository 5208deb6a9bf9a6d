#ifndef LIKENESS_PROXY_CONTACTS_ODATA_LEXER_H_
#define LIKENESS_PROXY_CONTACTS_ODATA_LEXER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace likeness::contacts::odata {

// Splits an OData expression into tokens, one at a time. Plain value; `text` must outlive it.
class Lexer {
 public:
  enum class Kind : std::uint8_t {
    word,    // A name or a keyword: letters, digits, "_".
    number,  // What starts with a digit: a number or a date.
    string,  // 'It''s'; `text` is "It's".
    symbol,  // One of ( ) , / :
    end,
    bad,  // An open string, or a character that no expression has.
  };
  struct Token {
    Kind kind = Kind::end;
    std::string text;
  };

  explicit Lexer(std::string_view text) : rest_(text) { advance(); }

  [[nodiscard]] const Token& token() const { return token_; }
  void advance();

  // True, and past it, if the token is this symbol, or this word (keywords are lower case).
  bool take_symbol(char symbol);
  bool take_word(std::string_view word);

 private:
  std::string_view rest_;
  Token token_;
};

}  // namespace likeness::contacts::odata

#endif  // LIKENESS_PROXY_CONTACTS_ODATA_LEXER_H_
