#include "proxy/contacts/odata_sql.h"

#include <algorithm>
#include <array>

#include "proxy/contacts/text.h"

namespace likeness::contacts::odata {
namespace {

// How a field's value is spelled in SQL, and how a literal must be bound to be compared with it.
enum class Form : std::uint8_t {
  exact,        // Text compared as it is: ids.
  folded,       // Text compared without case; the expression folds.
  key,          // A NOT NULL column of folded text with an index; '' stands for null.
  seconds,      // Seconds since 1970.
  iso_instant,  // "2016-07-16T06:43:15Z".
  iso_local,    // "2017-12-22T08:00:00.0000000", UTC.
  truth,        // 1 or 0.
};

struct Expression {
  std::string sql;
  Form form = Form::folded;
};

struct Column {
  std::string_view name;
  std::string_view sql;
  Form form;
};

// Fields that are not simply members of the document.
constexpr std::array kContactColumns{
    Column{"Id", "c.id", Form::exact},
    Column{"ParentFolderId", "(SELECT p.id FROM folders p WHERE p.folder = c.folder)", Form::exact},
    Column{"CreatedDateTime", "c.created", Form::seconds},
    Column{"LastModifiedDateTime", "c.modified", Form::seconds},
    Column{"DisplayName", "c.display_key", Form::key},
    Column{"GivenName", "c.given_key", Form::key},
    Column{"Surname", "c.surname_key", Form::key},
    Column{"CompanyName", "c.company_key", Form::key},
    Column{"Birthday", "json_extract(c.doc, '$.Birthday')", Form::iso_instant},
    Column{"IsFavorite", "json_extract(c.doc, '$.IsFavorite')", Form::truth},
    Column{"Flag/FlagStatus",
           "fold(ifnull(json_extract(c.doc, '$.Flag.FlagStatus'), 'NotFlagged'))", Form::folded},
    Column{"Flag/DueDateTime/DateTime", "json_extract(c.doc, '$.Flag.DueDateTime.DateTime')",
           Form::iso_local},
    Column{"Flag/StartDateTime/DateTime", "json_extract(c.doc, '$.Flag.StartDateTime.DateTime')",
           Form::iso_local},
    Column{"Flag/CompletedDateTime/DateTime",
           "json_extract(c.doc, '$.Flag.CompletedDateTime.DateTime')", Form::iso_local},
};

constexpr std::array kFolderColumns{
    Column{"Id", "f.id", Form::exact},
    Column{"ParentFolderId",
           "ifnull((SELECT p.id FROM folders p WHERE p.folder = f.parent), m.root_id)",
           Form::exact},
    Column{"DisplayName", "f.name_key", Form::key},
    Column{"WellKnownName", "fold(f.well_known)", Form::folded},
};

// The v2.0 slots: the first entry of a type in one of the document's lists.
struct Slot {
  std::string_view name;  // Of the field, or of the part before "/".
  std::string_view list;
  std::string_view type;
  std::string_view member;  // Empty: the part after "/".
};
constexpr std::array kSlots{
    Slot{"MobilePhone1", "Phones", "Mobile", "Number"},
    Slot{"BusinessHomePage", "Websites", "Work", "Address"},
    Slot{"HomeAddress", "PostalAddresses", "Home", ""},
    Slot{"BusinessAddress", "PostalAddresses", "Business", ""},
    Slot{"OtherAddress", "PostalAddresses", "Other", ""},
    Slot{"HomePhones", "Phones", "Home", "Number"},
    Slot{"BusinessPhones", "Phones", "Business", "Number"},
};

const Slot* find_slot(std::string_view name) {
  const auto found = std::ranges::find(kSlots, name.substr(0, name.find('/')), &Slot::name);
  return found == kSlots.end() ? nullptr : &*found;
}

std::string quoted(std::string_view constant) { return "'" + std::string(constant) + "'"; }

std::string of_type(const Slot& slot) {
  return "json_extract(e.value, '$.Type') = " + quoted(slot.type);
}

std::string entries(std::string_view list) {
  return "json_each(c.doc, " + quoted("$." + std::string(list)) + ") e";
}

Expression slot_expression(const Slot& slot, std::string_view name) {
  const std::string member(slot.member.empty() ? name.substr(name.find('/') + 1) : slot.member);
  return {"(SELECT fold(json_extract(e.value, " + quoted("$." + member) + ")) FROM " +
              entries(slot.list) + " WHERE " + of_type(slot) + " LIMIT 1)",
          Form::folded};
}

std::string document_member(std::string_view name) {
  return "fold(json_extract(c.doc, " + quoted("$." + std::string(name)) + "))";
}

Expression field_expression(Entity entity, const Field& field) {
  const std::span<const Column> columns =
      entity == Entity::contact ? std::span<const Column>(kContactColumns) : kFolderColumns;
  const auto column = std::ranges::find(columns, field.name, &Column::name);
  if (column != columns.end()) return {std::string(column->sql), column->form};
  if (const Slot* slot = find_slot(field.name)) return slot_expression(*slot, field.name);
  return {document_member(field.name), Form::folded};
}

// A member of the entry `e` that a lambda ranges over.
Expression member_expression(const List& list, const Field& field) {
  std::string_view member = field.name;
  if (const Slot* slot = find_slot(list.name)) member = slot->member;
  if (member.empty()) return {"fold(e.value)", Form::folded};
  return {"fold(json_extract(e.value, " + quoted("$." + std::string(member)) + "))", Form::folded};
}

sql::Value bound(const Literal& literal, Form form) {
  if (const auto* text = std::get_if<std::string>(&literal)) {
    return form == Form::exact ? *text : fold(*text);
  }
  if (const auto* truth = std::get_if<bool>(&literal)) return std::int64_t{*truth ? 1 : 0};
  if (const auto* instant = std::get_if<Instant>(&literal)) {
    if (form == Form::seconds) return std::int64_t{instant->time_since_epoch().count()};
    return form == Form::iso_local ? format_utc_time(*instant) : format_instant(*instant);
  }
  return nullptr;
}

std::string_view symbol(Operator op) {
  switch (op) {
    case Operator::gt: return " > ";
    case Operator::ge: return " >= ";
    case Operator::lt: return " < ";
    default: return " <= ";
  }
}

class Writer {
 public:
  explicit Writer(Entity entity) : entity_(entity) {}

  Condition take() && { return std::move(condition_); }

  void write(const Filter& filter) {
    switch (filter.kind) {
      case Filter::Kind::conjunction: join(filter, " AND "); break;
      case Filter::Kind::disjunction: join(filter, " OR "); break;
      case Filter::Kind::negation:
        put("(NOT ");
        write(filter.operands.front());
        put(")");
        break;
      case Filter::Kind::comparison: comparison(filter); break;
      case Filter::Kind::any: any(filter); break;
      case Filter::Kind::constant: put(std::get<bool>(filter.literal) ? "1" : "0"); break;
    }
  }

 private:
  void put(std::string_view sql) { condition_.sql += sql; }
  void bind(sql::Value value) { condition_.values.push_back(std::move(value)); }

  void join(const Filter& filter, std::string_view between) {
    put("(");
    for (std::size_t i = 0; i < filter.operands.size(); ++i) {
      if (i > 0) put(between);
      write(filter.operands[i]);
    }
    put(")");
  }

  void comparison(const Filter& filter) {
    const Expression expression = filter.list != nullptr
                                      ? member_expression(*filter.list, *filter.field)
                                      : field_expression(entity_, *filter.field);
    if (std::holds_alternative<std::monostate>(filter.literal)) {
      // A key column cannot tell null from ""; the document can.
      const bool in_document = expression.form == Form::key && entity_ == Entity::contact;
      put(in_document ? document_member(filter.field->name) : expression.sql);
      put(filter.op == Operator::eq ? " IS NULL" : " IS NOT NULL");
    } else if (filter.op >= Operator::startswith) {
      matching(expression, filter.op, std::get<std::string>(filter.literal));
    } else {
      comparing(expression, filter);
    }
  }

  // Two-valued throughout, so that `not` means not: null is unequal to all and in no order.
  void comparing(const Expression& expression, const Filter& filter) {
    bind(bound(filter.literal, expression.form));
    if (filter.op == Operator::eq || filter.op == Operator::ne) {
      put(expression.sql);
      put(filter.op == Operator::eq ? " IS ?" : " IS NOT ?");
      return;
    }
    const std::string ordered = expression.sql + std::string(symbol(filter.op)) + "?";
    if (expression.form == Form::key) {
      put("(" + ordered + " AND " + expression.sql + " <> '')");
    } else {
      put("ifnull(" + ordered + ", 0)");
    }
  }

  void matching(const Expression& expression, Operator op, const std::string& literal) {
    const std::string pattern = expression.form == Form::exact ? literal : fold(literal);
    if (pattern.empty()) {
      put("(" + expression.sql + " IS NOT NULL)");
    } else if (op == Operator::startswith && expression.form == Form::key) {
      put("(" + expression.sql + " >= ? AND " + expression.sql + " < ?)");
      bind(pattern);
      bind(after_prefix(pattern));
    } else if (op == Operator::endswith) {
      put("ifnull(substr(" + expression.sql + ", -length(?)) = ?, 0)");
      bind(pattern);
      bind(pattern);
    } else {
      put("ifnull(instr(" + expression.sql +
          (op == Operator::startswith ? ", ?) = 1" : ", ?) > 0"));
      put(", 0)");
      bind(pattern);
    }
  }

  void any(const Filter& filter) {
    const List& list = *filter.list;
    if (by_address(filter)) return;
    const Slot* slot = find_slot(list.name);
    put("EXISTS (SELECT 1 FROM " + entries(slot != nullptr ? slot->list : list.name) + " WHERE ");
    put(slot != nullptr ? of_type(*slot) : "1");
    for (const Filter& operand : filter.operands) {
      put(" AND ");
      write(operand);
    }
    put(")");
  }

  // The lambda of every client, a/Address eq '…', has an index of its own.
  bool by_address(const Filter& filter) {
    if (filter.list->name != "EmailAddresses" || filter.operands.size() != 1) return false;
    const Filter& body = filter.operands.front();
    if (body.kind != Filter::Kind::comparison || body.field->name != "Address" ||
        body.op != Operator::eq || !std::holds_alternative<std::string>(body.literal)) {
      return false;
    }
    put("c.contact IN (SELECT a.contact FROM emails a WHERE a.address_key = ?)");
    bind(fold(std::get<std::string>(body.literal)));
    return true;
  }

  Entity entity_;
  Condition condition_{"", {}, false};
};

bool is_by_address(const Filter& filter) {
  if (filter.kind == Filter::Kind::conjunction) {
    return std::ranges::any_of(filter.operands, is_by_address);
  }
  return filter.kind == Filter::Kind::any && filter.list->name == "EmailAddresses" &&
         filter.operands.size() == 1 && filter.operands.front().kind == Filter::Kind::comparison &&
         filter.operands.front().field->name == "Address" &&
         filter.operands.front().op == Operator::eq;
}

std::string order_column(Entity entity, const Field& field) {
  if (entity == Entity::contact) {
    // Rows are numbered as they are created, and changes as they are made: these numbers have the
    // order of the times, without ties, and indexes that exist anyway.
    if (field.name == "CreatedDateTime") return "c.contact";
    if (field.name == "LastModifiedDateTime") return "c.seq";
    if (field.name == "FileAs") return "c.file_as_key";
  }
  return field_expression(entity, field).sql;
}

}  // namespace

Condition to_condition(Entity entity, const Filter& filter) {
  Writer writer(entity);
  writer.write(filter);
  Condition condition = std::move(writer).take();
  condition.selective = is_by_address(filter);
  return condition;
}

std::string to_order(Entity entity, std::span<const Order> order, bool reversed) {
  std::vector<std::string> columns;
  std::string sql;
  const auto add = [&](const std::string& column, bool descending) {
    if (std::ranges::find(columns, column) != columns.end()) return;
    columns.push_back(column);
    if (!sql.empty()) sql += ", ";
    sql += column;
    if (descending != reversed) sql += " DESC";
  };
  for (const Order& term : order) add(order_column(entity, *term.field), term.descending);
  const bool descending = !order.empty() && order.back().descending;
  if (entity == Entity::contact && order.size() == 1) {
    // The two names share their indexes: each one's ties fall to the other.
    if (order[0].field->name == "Surname") add("c.given_key", descending);
    if (order[0].field->name == "GivenName") add("c.surname_key", descending);
  }
  add(entity == Entity::contact ? "c.contact" : "f.folder", descending);
  return sql;
}

std::string to_match(std::span<const std::string> terms) {
  std::string match;
  for (const std::string& term : terms) {
    if (!match.empty()) match += " AND ";
    match += '"';
    for (const char c : term) {
      if (c == '"') match += '"';
      match += c;
    }
    match += "\" *";
  }
  return match;
}

}  // namespace likeness::contacts::odata
