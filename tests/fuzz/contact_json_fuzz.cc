// Feeds the bodies of the contacts' REST interface: what is accepted can be shown.
#include <string>

#include "proxy/contacts/contact_json.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness::contacts;
  auto input = likeness::fuzz::text_of(data, size);
  const auto shape = likeness::fuzz::choose(input, 2) == 0 ? Shape::beta : Shape::v2;
  const auto patch = parse_contact(input, shape);
  if (!patch) {
    likeness::fuzz::hold(!patch.error().detail.empty());
  } else {
    likeness::fuzz::hold(!render_contact(patch->values, {.shape = shape}).empty());
  }
  static_cast<void>(parse_folder(input));
  return 0;
}
