#include "proxy/contacts/odata.h"

#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

using odata::Entity;
using odata::Option;

std::string refusal(std::vector<Option> options) {
  const auto parsed = odata::parse(Entity::contact, options);
  if (parsed) return "accepted";
  CHECK(parsed.error().code == Errc::bad_request);
  return parsed.error().detail;
}

std::string filter_refusal(const std::string& filter) { return refusal({{"$filter", filter}}); }

TEST_CASE("all options of a list are read", "[contacts][odata]") {
  const auto query = StoreFixture::query({{"$select", "emailAddresses, GivenName,Surname"},
                                          {"$FILTER", "GivenName eq 'Rob'"},
                                          {"$orderby", "Surname desc,givenName asc, FileAs"},
                                          {"$top", "25"},
                                          {"$skip", "50"},
                                          {"$count", "true"},
                                          {"$search", "\"rob young\" contoso"},
                                          {"api-version", "7"}});
  CHECK(query.select == std::vector<std::string_view>{"EmailAddresses", "GivenName", "Surname"});
  CHECK(query.filter.has_value());
  REQUIRE(query.order.size() == 3);
  CHECK(query.order[0].field->name == "Surname");
  CHECK(query.order[0].descending);
  CHECK_FALSE(query.order[1].descending);
  CHECK(query.top == 25);
  CHECK(query.skip == 50);
  CHECK(query.count);
  CHECK(query.search == std::vector<std::string>{"rob young", "contoso"});
  CHECK(StoreFixture::query({{"deltaToken", "abc"}}).delta_token == "abc");
  CHECK(StoreFixture::query({{"$skipToken", "abc"}}).skip_token == "abc");
}

TEST_CASE("a wrong option is refused by its name", "[contacts][odata]") {
  CHECK(refusal({{"$top", "0"}}).starts_with("$top"));
  CHECK(refusal({{"$top", "1001"}}).starts_with("$top"));
  CHECK(refusal({{"$top", "ten"}}).starts_with("$top"));
  CHECK(refusal({{"$top", ""}}).starts_with("$top"));
  CHECK(refusal({{"$skip", "-1"}}).starts_with("$skip"));
  CHECK(refusal({{"$skip", "99999999999999999999"}}).starts_with("$skip"));
  CHECK(refusal({{"$count", "yes"}}).starts_with("$count"));
  CHECK(refusal({{"$select", "Shoe"}}).starts_with("$select: no such property: Shoe"));
  CHECK(refusal({{"$orderby", "EmailAddresses"}}).starts_with("$orderby"));
  CHECK(refusal({{"$orderby", "GivenName down"}}).starts_with("$orderby"));
  CHECK(refusal({{"$orderby", ""}}).starts_with("$orderby"));
  CHECK(refusal({{"$expand", "photo"}}) == "$expand: is not supported");
  CHECK(refusal({{"$top", "1"}, {"$TOP", "2"}}) == "$top: is given twice");
  CHECK(refusal({{"$search", "a OR b"}}).starts_with("$search"));
  CHECK(refusal({{"$search", "\"open"}}).starts_with("$search"));
  CHECK(refusal({{"$search", " "}}).starts_with("$search"));
  CHECK(refusal({{"$search", "!!!"}}).starts_with("$search"));
  CHECK(refusal({{"$deltatoken", ""}}).starts_with("$deltatoken"));
  CHECK(refusal({{"$filter", "GivenName eq '\xFF'"}}) == "$filter: is not UTF-8");
  CHECK(refusal({{"$filter", std::string(odata::kMaxOptionBytes + 1, 'a')}}) ==
        "$filter: is too long");
}

TEST_CASE("a malformed filter is refused", "[contacts][odata]") {
  for (const char* filter : {"",
                             "GivenName",
                             "GivenName eq",
                             "eq 'x'",
                             "GivenName eq 'x",
                             "GivenName eq 'x' and",
                             "(GivenName eq 'x'",
                             "GivenName eq 'x')",
                             "GivenName = 'x'",
                             "GivenName eq \"x\"",
                             "Shoe eq 'x'",
                             "GivenName eq 5",
                             "GivenName eq true",
                             "GivenName gt null",
                             "Birthday eq 'soon'",
                             "startswith(GivenName)",
                             "startswith(GivenName,5)",
                             "startswith('x',GivenName)",
                             "startswith(Birthday,'x')",
                             "contains(GivenName,null)",
                             "EmailAddresses eq 'x'",
                             "EmailAddresses/any(a:a/Shoe eq 'x')",
                             "EmailAddresses/any(a:b/Address eq 'x')",
                             "EmailAddresses/any(a a/Address eq 'x')",
                             "EmailAddresses/any(a:GivenName eq 'x')",
                             "GivenName/any(a:a eq 'x')",
                             "EmailAddresses/all(a:a/Address eq 'x')",
                             "not",
                             "not (",
                             "GivenName eq 'x' or or",
                             "'x' eq 'x'",
                             "GivenName eq Surname",
                             "tolower(GivenName",
                             "IsFavorite gt true",
                             "EmailAddresses/any(a:EmailAddresses/any(b:b/Address eq 'x'))",
                             "GivenName eq 'x'; DROP",
                             "GivenName/ eq 'x'",
                             "null",
                             "true eq",
                             "Flag/FlagStatus/x eq 'y'"}) {
    CAPTURE(filter);
    CHECK(filter_refusal(filter).starts_with("$filter"));
  }
}

TEST_CASE("a filter's depth and size are bounded", "[contacts][odata]") {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '(') + "GivenName eq 'x'" +
           std::string(static_cast<std::size_t>(levels), ')');
  };
  CHECK(filter_refusal(nested(odata::kMaxDepth - 1)) == "accepted");
  CHECK(filter_refusal(nested(odata::kMaxDepth + 1)) == "$filter: is nested too deeply");
  std::string nots;
  for (int i = 0; i < 1'000; ++i) nots += "not ";
  CHECK(filter_refusal(nots + "GivenName eq 'x'") == "$filter: is nested too deeply");
  std::string many = "IsFavorite";
  for (int i = 0; i < odata::kMaxTerms; ++i) many += " or IsFavorite";
  CHECK(filter_refusal(many) == "$filter: has too many terms");
}

TEST_CASE("the next link repeats the query with another $skip", "[contacts][odata]") {
  const std::vector<Option> options{
      {"$filter", "GivenName eq 'R&D é'"}, {"$skip", "10"}, {"$top", "5"}};
  CHECK(odata::with_skip(options, 15) ==
        "$filter=GivenName%20eq%20%27R%26D%20%C3%A9%27&$top=5&$skip=15");
  CHECK(odata::with_skip({}, 10) == "$skip=10");
}

class Filtering : public StoreFixture {
 protected:
  Filtering() {
    create(R"({"GivenName":"Rob","Surname":"Young","CompanyName":"Contoso",
      "EmailAddresses":[{"Name":"R","Address":"roby@contoso.com"},{"Address":"rob@home.net"}],
      "Categories":["Red","Blue"],"Birthday":"1974-07-22","IsFavorite":true})");
    create(R"({"GivenName":"Janet","Surname":"O'Hara","JobTitle":"CVP Operations",
      "EmailAddresses":[{"Address":"JanetS@Contoso.com"}],"Categories":["red"],
      "Phones":[{"Type":"Mobile","Number":"+1 5"},{"Type":"Business","Number":"+1 6"}],
      "PostalAddresses":[{"Type":"Business","City":"Seattle"}]})");
    create(
        R"({"GivenName":"Zoë","JobTitle":"100% _real\\","Websites":[{"Type":"Work","Address":"w"}],
      "Flag":{"FlagStatus":"Flagged","DueDateTime":{"DateTime":"2017-12-22T08:00:00",
      "TimeZone":"UTC"}}})");
  }
};

TEST_CASE_METHOD(Filtering, "comparisons find what they say", "[contacts][odata][store]") {
  CHECK(filtered("GivenName eq 'Rob'") == "Rob");
  CHECK(filtered("givenName eq 'rOB'") == "Rob");
  CHECK(filtered("GivenName ne 'Rob'") == "Janet Zoë");
  CHECK(filtered("Surname ne 'Young'") == "Janet Zoë");
  CHECK(filtered("Surname eq 'O''Hara'") == "Janet");
  CHECK(filtered("GivenName gt 'janet'") == "Rob Zoë");
  CHECK(filtered("GivenName ge 'janet' and GivenName lt 'S'") == "Rob Janet");
  CHECK(filtered("'Rob' eq GivenName") == "Rob");
  CHECK(filtered("'Rob' lt GivenName") == "Zoë");
  CHECK(filtered("JobTitle eq null") == "Rob");
  CHECK(filtered("JobTitle ne null") == "Janet Zoë");
  CHECK(filtered("Surname eq null") == "Zoë");
  CHECK(filtered("Surname le 'z'") == "Rob Janet");
  CHECK(filtered("JobTitle gt 'a'") == "Janet");
  CHECK(filtered("Birthday lt 1980-01-01") == "Rob");
  CHECK(filtered("Birthday eq '1974-07-22T00:00:00Z'") == "Rob");
  CHECK(filtered("CreatedDateTime ge 2016-07-20T23:59:37Z") == "Rob Janet Zoë");
  CHECK(filtered("LastModifiedDateTime gt 2016-07-20T23:59:37Z") == "");
  CHECK(filtered("IsFavorite eq true") == "Rob");
  CHECK(filtered("IsFavorite") == "Rob");
  CHECK(filtered("not IsFavorite") == "Janet Zoë");
  CHECK(filtered("Flag/FlagStatus eq 'flagged'") == "Zoë");
  CHECK(filtered("Flag/FlagStatus eq 'NotFlagged'") == "Rob Janet");
  CHECK(filtered("Flag/DueDateTime/DateTime lt '2017-12-23'") == "Zoë");
  CHECK(filtered("MobilePhone1 eq '+1 5'") == "Janet");
  CHECK(filtered("mobilePhone eq '+1 5'") == "Janet");
  CHECK(filtered("BusinessAddress/City eq 'seattle'") == "Janet");
  CHECK(filtered("BusinessHomePage eq 'w'") == "Zoë");
  CHECK(filtered("true") == "Rob Janet Zoë");
}

TEST_CASE_METHOD(Filtering, "functions take their pattern literally", "[contacts][odata][store]") {
  CHECK(filtered("startswith(GivenName,'ro')") == "Rob");
  CHECK(filtered("startswith(GivenName,'zo\xC3\x8B')") == "Zoë");
  CHECK(filtered("startswith(JobTitle,'cvp') eq true") == "Janet");
  CHECK(filtered("startswith(JobTitle,'cvp') eq false") == "Rob Zoë");
  CHECK(filtered("endswith(DisplayName,'HARA')") == "Janet");
  CHECK(filtered("contains(JobTitle,'%')") == "Zoë");
  CHECK(filtered("contains(JobTitle,'_')") == "Zoë");
  CHECK(filtered("contains(JobTitle,'0_')") == "");
  CHECK(filtered("endswith(JobTitle,'\\')") == "Zoë");
  CHECK(filtered("startswith(JobTitle,'')") == "Janet Zoë");
  CHECK(filtered("contains(tolower(GivenName),'O')") == "Rob Zoë");
}

TEST_CASE_METHOD(Filtering, "lambdas look into lists", "[contacts][odata][store]") {
  CHECK(filtered("EmailAddresses/any(a:a/Address eq 'ROBY@contoso.com')") == "Rob");
  CHECK(filtered("emailAddresses/any(address:address/address eq 'janets@contoso.com')") == "Janet");
  CHECK(filtered("not EmailAddresses/any(a:a/Address eq 'roby@contoso.com')") == "Janet Zoë");
  CHECK(filtered("EmailAddresses/any(a:endswith(a/Address,'@contoso.com'))") == "Rob Janet");
  CHECK(filtered("EmailAddresses/any(a:a/Name eq 'R' and a/Address eq 'rob@home.net')") == "");
  CHECK(filtered("EmailAddresses/any(a:a/Name eq 'R' and a/Address ne 'rob@home.net')") == "Rob");
  CHECK(filtered("EmailAddresses/any()") == "Rob Janet");
  CHECK(filtered("Categories/any(c:c eq 'RED')") == "Rob Janet");
  CHECK(filtered("Categories/any(c:c eq 'blue') or GivenName eq 'Zoë'") == "Rob Zoë");
  CHECK(filtered("Phones/any(p:p/Type eq 'Mobile' and p/Number eq '+1 5')") == "Janet");
  CHECK(filtered("BusinessPhones/any(p:p eq '+1 6')") == "Janet");
  CHECK(filtered("HomePhones/any()") == "");
}

TEST_CASE_METHOD(Filtering, "and binds closer than or, not closest", "[contacts][odata][store]") {
  CHECK(filtered("GivenName eq 'Rob' or GivenName eq 'Zoë' and IsFavorite") == "Rob");
  CHECK(filtered("(GivenName eq 'Rob' or GivenName eq 'Zoë') and IsFavorite eq null") == "Zoë");
  CHECK(filtered("not GivenName eq 'Rob' and not (GivenName eq 'Zoë')") == "Janet");
  CHECK(filtered("not (not (GivenName eq 'Rob'))") == "Rob");
}

TEST_CASE_METHOD(Filtering, "search finds words, beginnings and phrases",
                 "[contacts][odata][store]") {
  CHECK(names({{"$search", "contoso"}}) == "Rob Janet");
  CHECK(names({{"$search", "\"jan\""}}) == "Janet");
  CHECK(names({{"$search", "\"rob young\""}}) == "Rob");
  CHECK(names({{"$search", "\"young rob\""}}) == "");
  CHECK(names({{"$search", "young AND rob"}}) == "Rob");
  CHECK(names({{"$search", "zoe"}}) == "Zoë");
  CHECK(names({{"$search", "roby@contoso.com"}}) == "Rob");
  CHECK(names({{"$search", "NEAR(a b)"}}) == "");
  CHECK(names({{"$search", "\xE2\x98\x83"}}) == "");
  CHECK(names({{"$search", "contoso"}, {"$orderby", "GivenName"}, {"$top", "1"}}) == "Janet");
  CHECK(list({{"$search", "contoso"}, {"$count", "true"}, {"$top", "1"}}).count == 2);
}

}  // namespace
}  // namespace likeness::contacts
