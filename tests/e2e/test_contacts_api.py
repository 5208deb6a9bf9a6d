"""Every sample of the Outlook Contacts REST reference: status, and the shape of the answer."""

import re
import uuid

from support import case, images
from support.contacts import Api, StoreCase

# The properties of a contact in the reference's samples, in their order there.
PROPERTIES = (
    "Id CreatedDateTime LastModifiedDateTime ChangeKey Categories ParentFolderId Birthday FileAs "
    "DisplayName GivenName Initials MiddleName NickName Surname Title YomiGivenName YomiSurname "
    "YomiCompanyName Generation EmailAddresses Websites ImAddresses JobTitle CompanyName "
    "Department OfficeLocation Profession AssistantName Manager Phones PostalAddresses SpouseName "
    "PersonalNotes Children Gender IsFavorite Flag").split()
LISTS = "Categories EmailAddresses Websites ImAddresses Phones PostalAddresses Children".split()
ANNOTATIONS = ["@odata.context", "@odata.id", "@odata.etag"]
HOST = {"Host": "outlook.office.com"}
BASE = "http://outlook.office.com/api/beta"

PAVEL = {
    "GivenName": "Pavel",
    "Surname": "Bansky",
    "EmailAddresses": [{"Address": "pavelb@contoso.onmicrosoft.com", "Name": "Pavel Bansky"}],
    "Phones": [{"Type": "Business", "Number": "+1 732 555 0102"}],
}
FLAGGED = {
    "PostalAddresses": [{"Type": "Business", "Street": "Some street", "City": "Seattle",
                         "State": "WA", "PostalCode": "98121"}],
    "Birthday": "1974-07-22",
    "Flag": {
        "FlagStatus": "Flagged",
        "DueDateTime": {"DateTime": "2017-12-22T08:00:00.0000000", "TimeZone": "UTC"},
        "StartDateTime": {"DateTime": "2017-12-18T08:00:00.0000000", "TimeZone": "UTC"}},
}
COMPLETE = {
    "Flag": {
        "CompletedDateTime": {"DateTime": "2018-02-05T18:00:00",
                              "TimeZone": "Pacific Standard Time"},
        "FlagStatus": "Complete"},
}
TRACK = {"Prefer": "odata.track-changes, odata.maxpagesize=100"}


class Samples(StoreCase):
    def setUp(self):
        super().setUp()
        self.api.headers = HOST

    def assert_contact(self, contact, annotations=None):
        self.assertEqual(list(contact), (annotations or ANNOTATIONS) + PROPERTIES)
        self.assertRegex(contact["@odata.id"],
                         rf"^{re.escape(BASE)}/Users\('[0-9a-f-]+@[0-9a-f-]+'\)"
                         rf"/Contacts\('{re.escape(contact['Id'])}'\)$")
        self.assertEqual(contact["@odata.etag"], f'W/"{contact["ChangeKey"]}"')
        for name in ("CreatedDateTime", "LastModifiedDateTime"):
            self.assertRegex(contact[name], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        for name in LISTS:
            self.assertIsInstance(contact[name], list)

    def test_get_a_contact_collection(self):
        for given, surname in (("Rob", "Young"), ("Janet", "Schorr")):
            self.api.create({"GivenName": given, "Surname": surname, "EmailAddresses": [
                {"Address": f"{given}@a.onmicrosoft.com"}]})
        answer = self.api.get("/contacts?$select=EmailAddresses,GivenName,Surname")
        self.assertEqual(answer.status, 200)
        page = answer.json()
        self.assertEqual(list(page), ["@odata.context", "value"])
        self.assertEqual(page["@odata.context"],
                         f"{BASE}/$metadata#Me/Contacts(EmailAddresses,GivenName,Surname)")
        for entry in page["value"]:
            self.assertEqual(list(entry), ["@odata.id", "@odata.etag", "Id", "GivenName", "Surname",
                                           "EmailAddresses"])
            self.assertEqual(list(entry["EmailAddresses"][0]), ["Name", "Address"])
        self.assertEqual([entry["GivenName"] for entry in page["value"]], ["Rob", "Janet"])
        every = self.api.get("/contacts").json()
        self.assertEqual(every["@odata.context"], f"{BASE}/$metadata#Me/Contacts")
        for entry in every["value"]:
            self.assert_contact(entry, ANNOTATIONS[1:])

    def test_create_get_and_select_a_contact(self):
        answer = self.api.ask("POST", "/contacts", PAVEL)
        self.assertEqual(answer.status, 201)
        made = answer.json()
        self.assert_contact(made)
        self.assertEqual(made["@odata.context"], f"{BASE}/$metadata#Me/Contacts/$entity")
        self.assertEqual(made["DisplayName"], "Pavel Bansky")
        self.assertEqual({key: made[key] for key in PAVEL}, PAVEL)
        self.assertEqual(made["Flag"], {"FlagStatus": "NotFlagged"})
        self.assertEqual(answer["ETag"], made["@odata.etag"])
        self.assertEqual(answer["Location"], made["@odata.id"])
        self.assertEqual(self.api.get(answer["Location"]).json()["Id"], made["Id"])

        for spelling in (f"/contacts/{made['Id']}", f"/Contacts('{made['Id']}')",
                         f"/CONTACTS(%27{made['Id']}%27)", f"/contacts/{made['Id']}/"):
            with self.subTest(spelling):
                self.assertEqual(self.api.get(spelling).json(), made)
        for option in ("$select", "%24select", "%24SELECT"):
            part = self.api.get(f"/contacts/{made['Id']}?{option}=EmailAddresses,GivenName,Surname")
            self.assertEqual(part.status, 200)
            self.assertEqual(list(part.json()), ANNOTATIONS + ["Id", "GivenName", "Surname",
                                                               "EmailAddresses"])
            self.assertEqual(part.json()["@odata.context"],
                             f"{BASE}/$metadata#Me/Contacts(EmailAddresses,GivenName,Surname)"
                             "/$entity")

    def test_update_a_contact(self):
        made = self.api.create(PAVEL)
        answer = self.api.ask("PATCH", f"/contacts/{made['Id']}", FLAGGED)
        self.assertEqual(answer.status, 200)
        flagged = answer.json()
        self.assert_contact(flagged)
        expected = made | FLAGGED | {"Birthday": "1974-07-22T00:00:00Z"}
        for key in ("@odata.etag", "ChangeKey", "LastModifiedDateTime"):
            expected[key] = flagged[key]
        self.assertEqual(flagged, expected)
        self.assertNotEqual(flagged["ChangeKey"], made["ChangeKey"])

        answer = self.api.ask("PATCH", f"/contacts/{made['Id']}", COMPLETE)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json()["Flag"], {"FlagStatus": "Complete", "CompletedDateTime": {
            "DateTime": "2018-02-06T00:00:00.0000000", "TimeZone": "UTC"}})
        self.assertEqual(answer.json()["PostalAddresses"], FLAGGED["PostalAddresses"])

    def test_delete_a_contact(self):
        made = self.api.create(PAVEL)
        answer = self.api.ask("DELETE", f"/contacts/{made['Id']}")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assert_error(self.api.get(f"/contacts/{made['Id']}"), 404, "ErrorItemNotFound")
        self.assert_error(self.api.ask("DELETE", f"/contacts/{made['Id']}"), 404,
                          "ErrorItemNotFound")

    def test_contact_folders(self):
        page = self.api.get("/contactfolders")
        self.assertEqual(page.status, 200)
        self.assertEqual(page.json()["@odata.context"], f"{BASE}/$metadata#Me/ContactFolders")
        shape = ["@odata.id", "Id", "ParentFolderId", "DisplayName", "WellKnownName"]
        default = page.json()["value"][0]
        self.assertEqual(list(default), shape)
        self.assertEqual((default["DisplayName"], default["WellKnownName"]),
                         ("Contacts", "contacts"))

        made = self.api.ask("POST", "/contactfolders", {"DisplayName": "Finance"})
        self.assertEqual(made.status, 201)
        folder = made.json()
        self.assertEqual(list(folder), ["@odata.context"] + shape)
        self.assertEqual(folder["WellKnownName"], None)
        self.assertEqual(folder["ParentFolderId"], default["ParentFolderId"])
        got = self.api.get(f"/contactfolders/{folder['Id']}")
        self.assertEqual((got.status, got.json()), (200, folder))
        self.assertEqual(folder["@odata.context"], f"{BASE}/$metadata#Me/ContactFolders/$entity")
        self.assertRegex(folder["@odata.id"],
                         rf"/Users\('.*'\)/ContactFolders\('{re.escape(folder['Id'])}'\)$")

        children = f"/contactfolders/{folder['Id']}/childfolders"
        child = self.api.create({"DisplayName": "Banks"}, children)
        self.assertEqual(child["ParentFolderId"], folder["Id"])
        self.assertEqual([one["Id"] for one in self.api.pages(children)], [child["Id"]])
        renamed = self.api.ask("PATCH", f"/contactfolders/{child['Id']}", {"DisplayName": "Tills"})
        self.assertEqual((renamed.status, renamed.json()["DisplayName"]), (200, "Tills"))
        self.assert_error(self.api.ask("POST", children, {"DisplayName": "tills"}), 409,
                          "ErrorFolderExists")
        inside = self.api.create(PAVEL, f"/contactfolders/{child['Id']}/contacts")
        self.assertEqual(inside["ParentFolderId"], child["Id"])
        self.assertEqual(self.api.ask("DELETE", f"/contactfolders/{folder['Id']}").status, 204)
        self.assert_error(self.api.get(f"/contacts/{inside['Id']}"), 404, "ErrorItemNotFound")
        self.assert_error(self.api.ask("DELETE", "/contactfolders/contacts"), 403,
                          "ErrorAccessDenied")

    def test_contacts_of_a_folder(self):
        folder = self.api.create({"DisplayName": "Finance"}, "/contactfolders")
        at_home = self.api.create(PAVEL)
        there = self.api.create(PAVEL, f"/contactfolders('{folder['Id']}')/contacts")
        self.assertEqual([one["Id"] for one in self.api.pages("/contacts")],
                         [at_home["Id"], there["Id"]])
        for path, expected in (("/contactfolders('contacts')", at_home),
                               ("/ContactFolders/Contacts", at_home),
                               (f"/contactfolders/{folder['Id']}", there)):
            self.assertEqual([one["Id"] for one in self.api.pages(path + "/contacts")],
                             [expected["Id"]])
        self.assertEqual(self.api.get(f"/contactfolders/{folder['Id']}/contacts").json()[
            "@odata.context"], f"{BASE}/$metadata#Me/ContactFolders('{folder['Id']}')/Contacts")
        path = f"/contactfolders/{folder['Id']}/contacts/"
        self.assertEqual(self.api.get(path + there["Id"]).status, 200)
        self.assert_error(self.api.get(path + at_home["Id"]), 404, "ErrorItemNotFound")
        moved = self.api.ask("PATCH", f"/contacts/{at_home['Id']}",
                             {"ParentFolderId": folder["Id"]})
        self.assertEqual(moved.json()["ParentFolderId"], folder["Id"])

    def test_photo_of_a_contact(self):
        contact = self.api.create(PAVEL)
        photo = f"/contacts('{contact['Id']}')/photo"
        self.assert_error(self.api.get(photo + "/$value"), 404, "ErrorItemNotFound", "photo")
        sent = images.jpeg(images.quarters(103, 77))
        put = self.api.ask("PUT", photo + "/$value", body=sent,
                           headers={"Content-Type": "image/jpeg"})
        self.assertEqual((put.status, put.body), (200, b""))
        self.assert_picture(self.api.get(photo + "/$value", headers={"Content-Type": "image/jpg"}),
                            103, 77)
        meta = self.api.get(photo)
        self.assertEqual(meta.status, 200)
        self.assertEqual(list(meta.json()), [
            "@odata.context", "@odata.id", "@odata.readLink", "@odata.mediaContentType", "Id",
            "Width", "Height"])
        self.assertEqual(meta.json()["Id"], "103X77")
        self.assertEqual(meta.json()["@odata.mediaContentType"], "image/jpeg")

    def test_v2_has_its_own_shape(self):
        api = Api(self.server, "/api/v2.0/me", HOST)
        made = api.create({"GivenName": "Ann", "BusinessPhones": ["+1 1"], "MobilePhone1": "+1 2",
                           "HomeAddress": {"City": "Oslo"}})
        self.assertEqual((made["BusinessPhones"], made["MobilePhone1"]), (["+1 1"], "+1 2"))
        self.assertNotIn("Phones", made)
        self.assertNotIn("Flag", made)
        self.assertTrue(made["@odata.context"].startswith("http://outlook.office.com/api/v2.0/"))
        beta = self.api.get(f"/contacts/{made['Id']}").json()
        self.assertCountEqual(beta["Phones"], [{"Type": "Business", "Number": "+1 1"},
                                               {"Type": "Mobile", "Number": "+1 2"}])
        self.assert_error(api.ask("POST", "/contacts", {"Phones": []}), 400,
                          "ErrorInvalidParameter", "Phones")
        self.assert_error(api.get("/contacts?$select=Phones"), 400, "ErrorInvalidParameter",
                          "$select", "Phones")

    def test_users_name_a_mailbox(self):
        made = self.api.create(PAVEL)
        user = re.search(r"Users\('(.*?)'\)", made["@odata.id"]).group(1)
        for root in (f"/api/beta/users('{user}')", f"/api/beta/Users/{user}",
                     "/API/Beta/users('me')", "/api/beta/users(%27ME%27)"):
            with self.subTest(root):
                api = Api(self.server, root, HOST)
                self.assertEqual(api.get(f"/contacts/{made['Id']}").json()["Id"], made["Id"])
                photo = api.get(f"/contacts/{made['Id']}/photo/$value")
                self.assert_error(photo, 404, "ErrorItemNotFound")
        nobody = Api(self.server, f"/api/beta/users('{uuid.uuid4()}')")
        self.assert_error(nobody.get("/contacts"), 404, "ErrorItemNotFound")


class Synchronising(StoreCase):
    def test_the_rounds_of_the_contract(self):
        ids = [self.api.create({"GivenName": f"n{i}"})["Id"] for i in range(5)]
        prefer = {"Prefer": "odata.track-changes,odata.maxpagesize=2"}
        first = self.api.get("/Contacts", headers=prefer)
        self.assertEqual(first.status, 200)
        self.assertEqual(first["Preference-Applied"], "odata.track-changes")
        self.assertRegex(first.json()["@odata.deltaLink"],
                         r"/api/beta/Me/Contacts/\?%24deltatoken=[A-Za-z0-9_-]+$")
        second = self.api.get(first.json()["@odata.deltaLink"], headers=prefer)
        self.assertRegex(second.json()["@odata.deltaLink"], r"/Me/Contacts/\?%24skiptoken=")
        third = self.api.get(second.json()["@odata.deltaLink"], headers=prefer)
        self.assertRegex(third.json()["@odata.deltaLink"], r"/Me/Contacts/\?%24deltatoken=")
        told = [one["Id"] for page in (first, second, third) for one in page.json()["value"]]
        self.assertEqual(told, ids)

        self.api.ask("DELETE", f"/contacts/{ids[0]}")
        self.api.ask("PATCH", f"/contacts/{ids[3]}", {"Surname": "x"})
        more = self.api.get(third.json()["@odata.deltaLink"], headers=prefer).json()
        gone, changed = more["value"]
        self.assertEqual(list(gone), ["@odata.context", "id", "reason"])
        self.assertTrue(gone["@odata.context"].endswith("$metadata#Me/Contacts/$deletedEntity"))
        self.assertTrue(gone["id"].endswith(f"/Contacts('{ids[0]}')"))
        self.assertEqual(gone["reason"], "deleted")
        self.assertEqual((changed["Id"], changed["Surname"]), (ids[3], "x"))
        quiet = self.api.get(more["@odata.deltaLink"], headers=prefer).json()
        self.assertEqual(quiet["value"], [])

    def test_every_spelling_of_the_preferences(self):
        for i in range(3):
            self.api.create({"GivenName": f"n{i}"})
        for prefer in ("odata.track-changes, odata.maxpages=2",
                       "ODATA.Track-Changes;odata.maxpagesize", 'track-changes, maxpagesize="2"', "odata.track-changes, odata.maxpagesize=x",
                       "odata.track-changes, odata.maxpagesize=0, wait=10"):
            with self.subTest(prefer):
                answer = self.api.get("/contacts", headers={"Prefer": prefer})
                self.assertEqual(answer["Preference-Applied"], "odata.track-changes")
                self.assertEqual(len(answer.json()["value"]), 2 if "2" in prefer else 3)
        lists = self.api.get("/contacts", headers={"Prefer": "odata.maxpagesize=2"})
        self.assertEqual(lists["Preference-Applied"], "odata.maxpagesize=2")
        self.assertEqual(len(lists.json()["value"]), 2)
        self.assertEqual(self.api.get("/contactfolders", headers=TRACK)["Preference-Applied"],
                         "odata.maxpagesize=100")

    def test_a_folder_is_synchronised_by_its_own_url_and_by_its_name(self):
        folder = self.api.create({"DisplayName": "Finance's"}, "/contactfolders")
        inside = self.api.create(PAVEL, f"/contactfolders/{folder['Id']}/contacts")
        at_home = self.api.create(PAVEL)
        for path, expected in ((f"/ContactFolders/{folder['Id']}", inside),
                               ("/ContactFolders/finance's", inside),
                               ("/ContactFolders('Finance''s')", inside),
                               (f"/ContactFolders('{folder['Id']}')/Contacts", inside),
                               ("/ContactFolders/contacts", at_home), ("/contacts", at_home)):
            with self.subTest(path):
                page = self.api.get(path, headers=TRACK)
                self.assertEqual([one["Id"] for one in page.json()["value"]], [expected["Id"]])
                again = self.api.get(page.json()["@odata.deltaLink"], headers=TRACK)
                self.assertEqual((again.status, again.json()["value"]), (200, []))
        self.assert_error(self.api.get("/ContactFolders/nothing", headers=TRACK), 404,
                          "ErrorItemNotFound")

    def test_a_selection_goes_on_in_the_links(self):
        self.api.create(PAVEL)
        page = self.api.get("/contacts?$select=GivenName", headers=TRACK).json()
        self.assertIn("%24select=GivenName&%24deltatoken=", page["@odata.deltaLink"])
        self.api.create(PAVEL)
        entry, = self.api.get(page["@odata.deltaLink"], headers=TRACK).json()["value"]
        self.assertEqual(list(entry), ["@odata.id", "@odata.etag", "Id", "GivenName"])

    def test_what_does_not_go_with_synchronising_is_refused_by_name(self):
        for option, value in (("$filter", "GivenName eq 'x'"), ("$orderby", "Surname"),
                              ("$top", "3"), ("$search", "x"), ("$skip", "1"), ("$count", "true")):
            target = f"/contacts?{option}={value.replace(' ', '%20')}"
            self.assert_error(self.api.get(target, headers=TRACK), 400, "ErrorInvalidParameter",
                              option)

    def test_tokens_of_nowhere(self):
        self.assert_error(self.api.get("/contacts?$deltatoken=169ca50467d34d9fb8adb664961b9836",
                                       headers=TRACK), 400, "ErrorInvalidParameter", "$deltatoken")
        page = self.api.get("/contacts", headers=TRACK).json()
        token = page["@odata.deltaLink"].rpartition("=")[2]
        forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
        self.assert_error(self.api.get(f"/contacts?$deltatoken={forged}", headers=TRACK), 410,
                          "SyncStateNotFound")
        self.assertEqual(self.api.get(f"/contacts?$skiptoken={token}", headers=TRACK).status, 200)
        both = f"/contacts?$skiptoken={token}&$deltatoken={token}"
        self.assert_error(self.api.get(both, headers=TRACK), 400, "ErrorInvalidParameter")


if __name__ == "__main__":
    case.run()
