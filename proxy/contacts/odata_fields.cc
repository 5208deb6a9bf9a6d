#include <array>

#include "proxy/contacts/odata.h"

namespace likeness::contacts::odata {
namespace {

constexpr Field text(std::string_view name) { return {name, Type::text, true}; }
constexpr Field instant(std::string_view name) { return {name, Type::instant, true}; }
constexpr Field member(std::string_view name) { return {name, Type::text, false}; }

constexpr std::array kContactFields{text("Id"),
                                    text("ParentFolderId"),
                                    instant("CreatedDateTime"),
                                    instant("LastModifiedDateTime"),
                                    instant("Birthday"),
                                    text("FileAs"),
                                    text("DisplayName"),
                                    text("GivenName"),
                                    text("Initials"),
                                    text("MiddleName"),
                                    text("NickName"),
                                    text("Surname"),
                                    text("Title"),
                                    text("YomiGivenName"),
                                    text("YomiSurname"),
                                    text("YomiCompanyName"),
                                    text("Generation"),
                                    text("JobTitle"),
                                    text("CompanyName"),
                                    text("Department"),
                                    text("OfficeLocation"),
                                    text("Profession"),
                                    text("BusinessHomePage"),
                                    text("AssistantName"),
                                    text("Manager"),
                                    text("MobilePhone1"),
                                    text("SpouseName"),
                                    text("PersonalNotes"),
                                    text("Gender"),
                                    Field{"IsFavorite", Type::boolean, true},
                                    text("Flag/FlagStatus"),
                                    instant("Flag/DueDateTime/DateTime"),
                                    instant("Flag/StartDateTime/DateTime"),
                                    instant("Flag/CompletedDateTime/DateTime"),
                                    text("HomeAddress/Street"),
                                    text("HomeAddress/City"),
                                    text("HomeAddress/State"),
                                    text("HomeAddress/CountryOrRegion"),
                                    text("HomeAddress/PostalCode"),
                                    text("BusinessAddress/Street"),
                                    text("BusinessAddress/City"),
                                    text("BusinessAddress/State"),
                                    text("BusinessAddress/CountryOrRegion"),
                                    text("BusinessAddress/PostalCode"),
                                    text("OtherAddress/Street"),
                                    text("OtherAddress/City"),
                                    text("OtherAddress/State"),
                                    text("OtherAddress/CountryOrRegion"),
                                    text("OtherAddress/PostalCode")};

constexpr std::array kFolderFields{text("Id"), text("ParentFolderId"), text("DisplayName"),
                                   text("WellKnownName")};

constexpr std::array kEntry{member("")};
constexpr std::array kEmail{member("Address"), member("Name")};
constexpr std::array kPhone{member("Number"), member("Type")};
constexpr std::array kWebsite{member("Address"), member("DisplayName"), member("Type")};
constexpr std::array kAddress{
    member("Type"),  member("PostOfficeBox"),   member("Street"),    member("City"),
    member("State"), member("CountryOrRegion"), member("PostalCode")};

constexpr std::array kContactLists{
    List{"EmailAddresses", kEmail}, List{"Categories", kEntry},
    List{"ImAddresses", kEntry},    List{"Children", kEntry},
    List{"Phones", kPhone},         List{"HomePhones", kEntry},
    List{"BusinessPhones", kEntry}, List{"PostalAddresses", kAddress},
    List{"Websites", kWebsite}};

}  // namespace

std::span<const Field> fields(Entity entity) {
  if (entity == Entity::contact) return kContactFields;
  return kFolderFields;
}

std::span<const List> lists(Entity entity) {
  if (entity == Entity::contact) return kContactLists;
  return {};
}

}  // namespace likeness::contacts::odata
