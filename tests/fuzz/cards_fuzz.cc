// Feeds the importers of vCards and CSV: every card that is read can be written and read again.
#include <sstream>
#include <string>
#include <variant>

#include "proxy/contacts/contact_json.h"
#include "proxy/contacts/csv.h"
#include "proxy/contacts/vcard.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::contacts;

void read_cards(std::string_view input) {
  std::istringstream stream{std::string(input)};
  VcardReader reader(stream);
  while (auto next = reader.next()) {
    const auto* const card = std::get_if<Card>(&*next);
    if (card == nullptr) continue;
    const std::string written =
        to_vcard(card->patch.values, card->photo, "image/jpeg", VcardVersion::v4);
    std::istringstream again{written};
    VcardReader second(again);
    const auto copy = second.next();
    likeness::fuzz::hold(copy && std::holds_alternative<Card>(*copy));
    likeness::fuzz::hold(std::get<Card>(*copy).photo == card->photo);
  }
}

void read_rows(std::string_view input) {
  std::istringstream stream{std::string(input)};
  CsvReader reader(stream);
  const auto header = reader.next();
  if (!header) return;
  const CsvMapping mapping(header->fields);
  while (const auto row = reader.next()) static_cast<void>(mapping.card(*row));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = likeness::fuzz::text_of(data, size);
  if (likeness::fuzz::choose(input, 2) == 0)
    read_cards(input);
  else
    read_rows(input);
  return 0;
}
