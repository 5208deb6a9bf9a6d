#include "proxy/purge/order.h"

#include <catch2/catch.hpp>

#include "proxy/photo/tags.h"

namespace likeness::purge {
namespace {

TEST_CASE("an order names photos, mailboxes or everything") {
  const auto order = parse_order(R"({"photos": ["a", "b"], "mailboxes": ["c@d.e"]})");
  REQUIRE(order);
  CHECK(order->photos == std::vector<std::string>{"a", "b"});
  CHECK(order->mailboxes == std::vector<std::string>{"c@d.e"});
  CHECK_FALSE(order->everything);
  const CdnSettings settings;
  CHECK(tags_of(*order, settings) == std::vector{photo::photo_tag("a", settings),
                                                 photo::photo_tag("b", settings),
                                                 photo::mailbox_tag("c@d.e", settings)});
  const auto tagged = parse_order(R"({"tags": ["p-0123456789abcdef", "m-0123456789abcdef"]})");
  REQUIRE(tagged);
  CHECK(tagged->tags == std::vector<std::string>{"p-0123456789abcdef", "m-0123456789abcdef"});
  CHECK(tags_of(*tagged, settings) == tagged->tags);
  CHECK(parse_order(R"({"tags": ["likeness"], "everything": false})")->everything);
  const auto everything = parse_order(R"({"everything": true})");
  REQUIRE(everything);
  CHECK(tags_of(*everything, settings) == std::vector<std::string>{"likeness"});
}

TEST_CASE("an order that cannot be understood is refused, never half obeyed") {
  std::string many = R"({"photos": [)";
  for (std::size_t i = 0; i < kMaxNames; ++i) many += "\"x\",";
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("{"), std::string("{}"),
        std::string(R"({"photos": "a"})"), std::string(R"({"photos": [1]})"),
        std::string(R"({"photos": [""]})"), std::string(R"({"everything": false})"),
        std::string(R"({"tags": ["x"]})"), std::string(R"({"tags": []})"),
        std::string(R"({"everything": "yes"})"), std::string(R"({"photo": ["a"]})"),
        R"({"photos": [")" + std::string(513, 'x') + "\"]}", many + R"("x"]})"}) {
    CAPTURE(text.substr(0, 40));
    const auto order = parse_order(text);
    REQUIRE_FALSE(order);
    CHECK(order.error().code == Errc::bad_request);
  }
}

}  // namespace
}  // namespace likeness::purge
