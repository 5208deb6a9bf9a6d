"""Contact photos of the Outlook REST API."""

from support import case, images

ID = "AAMkAGE1M2IyNGNm==="

# Paths of the contact after /api/{version}; each is followed by /photo and maybe /$value.
CONTACTS = (
    f"/me/contacts('{ID}')",
    f"/me/contacts/{ID}",
    f"/Me/Contacts('{ID}')",
    f"/ME/CONTACTS/{ID}",
    f"/me/contacts(%27{ID}%27)",
    f"/me/contacts%28'{ID}'%29",
    "/me/contacts('AAMkAGE1M2IyNGNm%3D%3D%3D')",
)

VALUES = ("/$value", "/%24value", "/%24Value", "/$VALUE")

UNKNOWN = ("/api/v1.0/me/contacts('a')/photo", "/api/beta/me/contacts('a')",
           "/api/beta/me/contacts('a')/photos", "/api/beta/you/contacts('a')/photo",
           "/api/beta/me/contacts('a')/photo/value", "/api/beta/me/contacts('a')/photo/$value/x",
           "/api/beta/me/contacts(a)/photo", "/api/beta/me/contacts('a'b')/photo")


class Outlook(case.ServedCase):
    def setUp(self):
        self.origin.put(ID, images.jpeg(images.quarters(103, 77)))

    def test_the_photo_is_the_contacts_own_size(self):
        for version in ("beta", "v2.0", "V2.0", "Beta"):
            for contact in CONTACTS:
                for value in VALUES:
                    target = f"/api/{version}{contact}/photo{value}"
                    with self.subTest(target):
                        answer = self.get(target, {"Content-Type": "image/jpg"})
                        self.assert_picture(answer, 103, 77)
        self.assertEqual(self.origin.count(ID), 1)

    def test_a_size_may_be_asked_for(self):
        target = f"/api/beta/me/contacts('{ID}')/photo/$value?size="
        self.assert_picture(self.get(target + "HR48x48"), 48, 48)
        self.assert_picture(self.get(target + "hr96X96"), 77, 77)
        self.assert_picture(self.get(target), 103, 77)
        answer = self.get(target + "big")
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json()["error"]["code"], "ErrorInvalidParameter")
        self.assertIn("size", answer.json()["error"]["message"])

    def test_the_metadata_is_just_as_in_the_contract(self):
        for version in ("beta", "v2.0"):
            for contact in CONTACTS:
                with self.subTest(version + contact):
                    answer = self.get(f"/api/{version}{contact}/photo", {"Host": "photos.test:81"})
                    self.assertEqual(answer.status, 200)
                    self.assertTrue(answer["Content-Type"].startswith("application/json"))
                    api = f"http://photos.test:81/api/{version}"
                    self.assertEqual(list(answer.json().items()), [
                        ("@odata.context", f"{api}/$metadata#Me/Contacts('{ID}')/photo/$entity"),
                        ("@odata.id", f"{api}/Me/contacts('{ID}')/photo"),
                        ("@odata.readLink", f"{api}/Me/contacts('{ID}')/photo"),
                        ("@odata.mediaContentType", "image/jpeg"),
                        ("Id", "103X77"),
                        ("Width", 103),
                        ("Height", 77)])

    def test_the_links_of_the_metadata_lead_back(self):
        meta = self.get(f"/api/beta/me/contacts('{ID}')/photo", {"Host": "h"}).json()
        path = meta["@odata.readLink"].removeprefix("http://h")
        self.assertEqual(self.get(path, {"Host": "h"}).json(), meta)
        self.assert_picture(self.get(path + "/$value"), 103, 77)

    def test_doubled_quotes_are_one(self):
        self.origin.put("o'neil", images.plain(30, 20, images.RED))
        for contact in ("contacts('o''neil')", "contacts(%27o%27%27neil%27)",
                        "contacts/o'neil"):
            with self.subTest(contact):
                answer = self.get(f"/api/beta/me/{contact}/photo")
                self.assertEqual(answer.json().get("Id"), "30X20", answer.body)

    def test_no_photo_is_the_odata_error(self):
        for tail in ("/photo", "/photo/$value", "/photo/$value?size=HR48x48"):
            with self.subTest(tail):
                answer = self.get("/api/v2.0/me/contacts('nobody')" + tail)
                self.assertEqual(answer.status, 404)
                self.assertTrue(answer["Content-Type"].startswith("application/json"))
                self.assertEqual(answer.json(), {"error": {"code": "ErrorItemNotFound",
                                                           "message": "The photo wasn't found."}})

    def test_other_errors_have_the_same_shape(self):
        self.origin.put("forbidden", status=401)
        self.origin.put("broken", b"this is no photo at all" * 3)
        for contact, status, code in (("forbidden", 403, "ErrorAccessDenied"),
                                      ("broken", 422, "ErrorInternalServerError")):
            with self.subTest(contact):
                answer = self.get(f"/api/beta/me/contacts('{contact}')/photo/$value")
                self.assertEqual((answer.status, answer.json()["error"]["code"]), (status, code))

    def test_what_is_no_contact_photo_is_not_found(self):
        for target in UNKNOWN:
            with self.subTest(target):
                answer = self.get(target)
                self.assertEqual(answer.status, 404, answer.body)
                self.assertIn("code", answer.json()["error"])

    def test_writing_is_not_offered(self):
        answer = self.get(f"/api/beta/me/contacts('{ID}')/photo/$value", method="PUT", body=b"x")
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.json()["error"]["code"], "ErrorMethodNotAllowed")


if __name__ == "__main__":
    case.run()
