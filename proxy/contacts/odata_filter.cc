#include <algorithm>
#include <array>
#include <utility>

#include "proxy/contacts/odata.h"
#include "proxy/contacts/odata_lexer.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts::odata {
namespace {

using Kind = Lexer::Kind;

constexpr std::array<std::pair<std::string_view, Operator>, 6> kComparisons{{{"eq", Operator::eq},
                                                                             {"ne", Operator::ne},
                                                                             {"gt", Operator::gt},
                                                                             {"ge", Operator::ge},
                                                                             {"lt", Operator::lt},
                                                                             {"le", Operator::le}}};
constexpr std::array<std::pair<std::string_view, Operator>, 3> kFunctions{
    {{"startswith", Operator::startswith},
     {"endswith", Operator::endswith},
     {"contains", Operator::contains}}};

template <class Table>
std::optional<Operator> look_up(const Table& table, std::string_view word) {
  const auto found = std::ranges::find(table, word, [](const auto& entry) { return entry.first; });
  if (found == table.end()) return std::nullopt;
  return found->second;
}

Operator mirrored(Operator op) {
  switch (op) {
    case Operator::gt: return Operator::lt;
    case Operator::ge: return Operator::le;
    case Operator::lt: return Operator::gt;
    case Operator::le: return Operator::ge;
    default: return op;
  }
}

// The grammar, lowest precedence first:
//   or   = and { "or" and }        and  = unary { "and" unary }
//   unary = "not" unary | "(" or ")" [truth] | call [truth] | lambda | comparison
//   truth = ("eq" | "ne") ("true" | "false")
// A fault throws away the whole filter; the first one is kept.
class Parser {
 public:
  Parser(Entity entity, std::string_view text) : entity_(entity), lexer_(text) {}

  Result<Filter> parse() {
    Filter filter = disjunction();
    if (lexer_.token().kind != Kind::end) blame("unexpected '" + lexer_.token().text + "'");
    if (!fault_.empty()) return fail(Errc::bad_request, "$filter: " + fault_);
    return filter;
  }

 private:
  // One level of nesting; levels count whatever opens them.
  struct Level {
    explicit Level(int& levels) : depth(levels) { ++depth; }
    ~Level() { --depth; }
    int& depth;
  };

  // A field, a literal, or neither after a fault.
  struct Operand {
    const Field* field = nullptr;
    std::optional<Literal> literal;
  };

  void blame(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }
  [[nodiscard]] bool failed() const { return !fault_.empty(); }

  Filter disjunction() { return chain("or", Filter::Kind::disjunction, &Parser::conjunction); }
  Filter conjunction() { return chain("and", Filter::Kind::conjunction, &Parser::unary); }

  Filter chain(std::string_view word, Filter::Kind kind, Filter (Parser::*part)()) {
    Filter first = (this->*part)();
    if (failed() || lexer_.token().text != word || lexer_.token().kind != Kind::word) return first;
    Filter all{.kind = kind};
    all.operands.push_back(std::move(first));
    while (!failed() && lexer_.take_word(word)) all.operands.push_back((this->*part)());
    return all;
  }

  Filter unary() {
    const Level level(depth_);
    if (depth_ > kMaxDepth) {
      blame("is nested too deeply");
      return {};
    }
    if (lexer_.take_word("not")) return negated(unary());
    if (lexer_.take_symbol('(')) {
      Filter inner = disjunction();
      expect(')');
      return truth(std::move(inner));
    }
    return term();
  }

  static Filter negated(Filter inner) {
    Filter outer{.kind = Filter::Kind::negation};
    outer.operands.push_back(std::move(inner));
    return outer;
  }

  // `startswith(…) eq true` is how many clients write it.
  Filter truth(Filter inner) {
    const bool equal = lexer_.take_word("eq");
    if (!equal && !lexer_.take_word("ne")) return inner;
    const bool wanted = lexer_.take_word("true");
    if (!wanted && !lexer_.take_word("false")) blame("true or false must follow");
    return wanted == equal ? inner : negated(std::move(inner));
  }

  Filter term() {
    if (++terms_ > kMaxTerms) blame("has too many terms");
    if (failed()) return {};
    if (lexer_.token().kind == Kind::word) {
      if (const auto function = look_up(kFunctions, lexer_.token().text)) {
        lexer_.advance();
        return truth(call(*function));
      }
    }
    Operand left = operand();
    if (failed()) return {};
    if (pending_list_ != nullptr) return lambda(std::exchange(pending_list_, nullptr));
    return comparison(std::move(left));
  }

  Filter call(Operator op) {
    expect('(');
    Operand subject = operand();
    expect(',');
    Operand pattern = operand();
    expect(')');
    if (!failed() && (subject.field == nullptr || !pattern.literal)) {
      blame("a function needs a property and a string");
    }
    if (failed()) return {};
    return compare(subject.field, op, std::move(*pattern.literal));
  }

  Filter comparison(Operand left) {
    const auto op = lexer_.token().kind == Kind::word ? look_up(kComparisons, lexer_.token().text)
                                                      : std::nullopt;
    if (!op) {
      // A bare boolean property or constant is a filter of its own.
      if (left.field != nullptr && left.field->type == Type::boolean) {
        return compare(left.field, Operator::eq, true);
      }
      if (left.literal && std::holds_alternative<bool>(*left.literal)) {
        return {.kind = Filter::Kind::constant, .literal = *left.literal};
      }
      blame("an operator (eq, ne, gt, ge, lt, le) must follow a property");
      return {};
    }
    lexer_.advance();
    Operand right = operand();
    if (failed()) return {};
    if (left.field != nullptr && right.literal) {
      return compare(left.field, *op, std::move(*right.literal));
    }
    if (right.field != nullptr && left.literal) {
      return compare(right.field, mirrored(*op), std::move(*left.literal));
    }
    blame("a comparison needs one property and one value");
    return {};
  }

  Filter compare(const Field* field, Operator op, Literal literal) {
    const bool is_null = std::holds_alternative<std::monostate>(literal);
    const bool is_text = std::holds_alternative<std::string>(literal);
    if (field->type == Type::instant && is_text) {
      // Clients quote dates, too.
      const auto read = parse_instant(std::get<std::string>(literal));
      if (read) literal = *read;
    }
    const bool fits = is_null || (field->type == Type::text && is_text) ||
                      (field->type == Type::boolean && std::holds_alternative<bool>(literal)) ||
                      (field->type == Type::instant && std::holds_alternative<Instant>(literal));
    const bool function = op >= Operator::startswith;
    const bool ordered = op != Operator::eq && op != Operator::ne;
    if (!fits || (function && !is_text) || (ordered && is_null) ||
        (ordered && field->type == Type::boolean) || (function && field->type != Type::text)) {
      blame("a value does not fit " + shown(field));
      return {};
    }
    return {.kind = Filter::Kind::comparison,

            .field = field,
            .list = lambda_,
            .op = op,
            .literal = std::move(literal)};
  }

  std::string shown(const Field* field) const {
    return std::string(field->name.empty() ? lambda_->name : field->name);
  }

  Operand operand() {
    const Lexer::Token token = lexer_.token();
    lexer_.advance();
    switch (token.kind) {
      case Kind::string: return {nullptr, Literal(token.text)};
      case Kind::number: return date(token.text);
      case Kind::word: return word(token.text);
      case Kind::bad: blame("an open string or a stray character"); break;
      case Kind::end: blame("ends too early"); break;
      case Kind::symbol: blame("unexpected '" + token.text + "'"); break;
    }
    return {};
  }

  Operand date(const std::string& text) {
    const auto read = parse_instant(text);
    if (!read) blame("'" + text + "' is no date");
    return read ? Operand{nullptr, Literal(*read)} : Operand{};
  }

  Operand word(const std::string& text) {
    if (text == "null") return {nullptr, Literal()};
    if (text == "true" || text == "false") return {nullptr, Literal(text == "true")};
    if ((text == "tolower" || text == "toupper") && lexer_.take_symbol('(')) {
      // Comparisons ignore case anyway; nothing nests in here but one path.
      Operand inner;
      if (lexer_.token().kind == Kind::word) {
        const std::string first = lexer_.token().text;
        lexer_.advance();
        inner = path(first);
      } else {
        blame(text + " needs a property");
      }
      expect(')');
      return inner;
    }
    return path(text);
  }

  // A path from its first segment: a field, a member of the lambda's variable, or the start of a
  // lambda, which is left in pending_list_.
  Operand path(const std::string& first) {
    std::string whole = first;
    while (lexer_.take_symbol('/')) {
      const Lexer::Token segment = lexer_.token();
      if (segment.kind != Kind::word) {
        blame("a name must follow '/'");
        return {};
      }
      lexer_.advance();
      if (segment.text == "any" && lexer_.take_symbol('(')) return start_lambda(whole);
      whole += '/' + segment.text;
    }
    return {resolve(first, whole), std::nullopt};
  }

  const Field* resolve(const std::string& first, const std::string& whole) {
    if (lambda_ != nullptr) {
      if (first != variable_) {
        blame("only '" + variable_ + "' can be used inside any()");
        return nullptr;
      }
      const std::string member = whole.size() > first.size() ? whole.substr(first.size() + 1) : "";
      return known(lambda_->members, member, whole);
    }
    return known(fields(entity_), whole, whole);
  }

  const Field* known(std::span<const Field> table, std::string_view name,
                     const std::string& whole) {
    // Graph's one renamed property.
    if (equal_ignoring_case(name, "mobilePhone")) name = "MobilePhone1";
    const auto found = std::ranges::find_if(
        table, [name](const Field& field) { return equal_ignoring_case(field.name, name); });
    if (found != table.end()) return &*found;
    blame("no such property: " + whole);
    return nullptr;
  }

  Operand start_lambda(const std::string& name) {
    const auto table = lists(entity_);
    const auto found = std::ranges::find_if(
        table, [&name](const List& list) { return equal_ignoring_case(list.name, name); });
    if (lambda_ != nullptr || found == table.end()) {
      blame("any() is not possible on " + name);
    } else {
      pending_list_ = &*found;
    }
    return {};
  }

  // After "any(".
  Filter lambda(const List* list) {
    Filter any{.kind = Filter::Kind::any, .list = list};
    if (lexer_.take_symbol(')')) return any;
    variable_ = lexer_.token().text;
    if (lexer_.token().kind != Kind::word) blame("any() needs a variable");
    lexer_.advance();
    expect(':');
    lambda_ = list;
    any.operands.push_back(disjunction());
    lambda_ = nullptr;
    expect(')');
    return any;
  }

  void expect(char symbol) {
    if (!failed() && !lexer_.take_symbol(symbol)) blame(std::string("'") + symbol + "' is missing");
  }

  Entity entity_;
  Lexer lexer_;
  std::string fault_;
  int depth_ = 0;
  int terms_ = 0;
  const List* pending_list_ = nullptr;  // A lambda whose "any(" was just read.
  const List* lambda_ = nullptr;        // Of the lambda whose body is being read.
  std::string variable_;
};

}  // namespace

Result<Filter> parse_filter(Entity entity, std::string_view text) {
  if (text.size() > kMaxOptionBytes) return fail(Errc::bad_request, "$filter: is too long");
  return Parser(entity, text).parse();
}

}  // namespace likeness::contacts::odata
