#include "proxy/fallback/initials.h"

#include <catch2/catch.hpp>

#include "imaging/job.h"

using likeness::fallback::initials;
using likeness::fallback::name_in_id;
using Letters = std::vector<std::string>;

TEST_CASE("initials are those of the first and the last word") {
  CHECK(initials("Ada Lovelace") == Letters{"A", "L"});
  CHECK(initials("ada king countess of lovelace") == Letters{"A", "L"});
  CHECK(initials("  Ada  ") == Letters{"A"});
  CHECK(initials("Lovelace, Ada") == Letters{"A", "L"});
  CHECK(initials("Ada Lovelace (Analytical)") == Letters{"A", "L"});
  CHECK(initials("Ada \"Enchantress\" - Lovelace") == Letters{"A", "L"});
  CHECK(initials("3M Company") == Letters{"3", "C"});
  CHECK(initials("").empty());
  CHECK(initials(" - ()").empty());
}

TEST_CASE("initials keep to their script's capitals") {
  CHECK(initials("юрий гагарин") == Letters{"Ю", "Г"});
  CHECK(initials("σωκράτης") == Letters{"Σ"});
  CHECK(initials("örjan ßmith") == Letters{"Ö", "ß"});
  CHECK(initials("გიორგი ბერიძე") == Letters{"გ", "ბ"});
  CHECK(initials("محمد علي") == Letters{"م", "ع"});
  CHECK(initials("דוד כהן") == Letters{"ד", "כ"});
}

TEST_CASE("one character stands for a name in Han, Hangul and Kana") {
  CHECK(initials("王小明") == Letters{"王"});
  CHECK(initials("山田 太郎") == Letters{"山"});
  CHECK(initials("김철수") == Letters{"김"});
  CHECK(initials("サトウ アイ") == Letters{"サ"});
}

TEST_CASE("an initial is a whole grapheme cluster") {
  CHECK(initials("e\u0301mile") == Letters{"E\u0301"});
  CHECK(initials("किशोर कुमार") == Letters{"कि", "कु"});
  CHECK(initials("प्रिया") == Letters{"प्रि"});  // A virama joins two consonants to one.
  std::string zalgo = "Z";
  for (int i = 0; i < 100; ++i) zalgo += "\u0301";
  CHECK(initials(zalgo + " Doe") == Letters{"Z", "D"});
}

TEST_CASE("emoji and broken text are no initials and break none") {
  CHECK(initials("🦄").empty());
  CHECK(initials("👩‍👩‍👧‍👦 🇩🇪").empty());
  CHECK(initials("🦄 Ada 👩🏽‍🚀 Lovelace 🇩🇪") == Letters{"A", "L"});
  CHECK(initials("\xFF\xFE").empty());
  CHECK(initials("\xC3").empty());
  for (const auto& letter : initials(std::string(100'000, 'a')))
    CHECK(letter.size() <= likeness::imaging::kMaxInitialBytes);
}

TEST_CASE("an id gives the name that it was made from, if any") {
  CHECK(name_in_id("ada.lovelace@example.org") == "ada lovelace");
  CHECK(name_in_id("boss@example.org/contacts/ada_lovelace+home@example.org") ==
        "ada lovelace home");
  CHECK(name_in_id("ada") == "ada");
  CHECK(name_in_id("ada1@example.org") == "ada1");
  CHECK(name_in_id("0123456789").empty());
  CHECK(name_in_id("AAMkAGE1M2IyNGNmLTI5MTktNDUyZi1iOTVlLTM5").empty());
  CHECK(name_in_id("7f9c24e8-3b1a-4d5e").empty());
}
