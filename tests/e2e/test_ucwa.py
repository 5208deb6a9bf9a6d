"""UCWA's contactPhoto, as Skype for Business clients ask for it."""

import xml.etree.ElementTree

from support import case

APP = "/applications/192"
PERSON = "ada@contoso.com"

# URL, and the size of the answer; the photo has 648x648.
FORMS = (
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto", 48, 48),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?participantHash=23456", 48, 48),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=HR64X64", 64, 64),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=HR64x64&participantHash=AHJKUYKL==", 64, 64),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?participantHash=1&amp;size=HR96X96", 96, 96),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?Size=hr120x60", 120, 60),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=", 48, 48),
    (f"/ucwa/oauth/v1{APP}/people/{PERSON}/contactPhoto?size=HR648X648", 648, 648),
    (f"/ucwa/oauth/v1{APP}/photos/{PERSON}", 48, 48),
    (f"/ucwa/oauth/v1{APP}/photos/ada%40contoso.com?size=HR240X240", 240, 240),
    (f"/ucwa/v1{APP}/photos/{PERSON}", 48, 48),
    (f"/UCWA/V1/Applications/192/People/{PERSON}/ContactPhoto", 48, 48),
    (f"/ucwa/v1{APP}/photo", 48, 48),
    (f"/ucwa/oauth/v1{APP}/me/photo?size=HR96X96", 96, 96),
)

# URL, status, code and subcode of the error.
ERRORS = (
    (f"/ucwa/v1{APP}/people/nobody/contactPhoto", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people/{PERSON}/contact", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people", 404, "NotFound", None),
    (f"/ucwa/v2{APP}/people/{PERSON}/contactPhoto", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/photos/{PERSON}/more", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=64x64", 400, "BadRequest",
     "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=HR0X64", 400, "BadRequest",
     "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people//contactPhoto", 400, "BadRequest", "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people/forbidden/contactPhoto", 403, "Forbidden", None),
    (f"/ucwa/v1{APP}/people/broken/contactPhoto", 500, "ServiceFailure", None),
    (f"/ucwa/v1{APP}/people/busy/contactPhoto", 429, "TooManyRequests", None),
    (f"/ucwa/v1{APP}/people/damaged/contactPhoto", 500, "ServiceFailure",
     "InvalidExchangeServerVersion"),
    (f"/ucwa/v1{APP}/people/late/contactPhoto", 504, "GatewayTimeout", None),
)

# An Accept header, and whether the error is XML then.
ACCEPTS = (
    ("image/jpeg", False),
    ("*/*", False),
    ("application/json", False),
    ("application/vnd.microsoft.com.ucwa+json", False),
    ("application/json, application/xml;q=0.5", False),
    ("application/xml", True),
    ("application/vnd.microsoft.com.ucwa+xml", True),
    ("application/xml, application/json;q=0.5", True),
    # A browser's, which names XML for its own pages.
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
)


class Ucwa(case.ServedCase):
    # Each photo's own failure is meant here, not the origin's rest after them.
    settings = {"origin__breaker_failures": 0}

    def setUp(self):
        self.origin.put(PERSON, case.square_photo())
        self.origin.put("me", case.square_photo())
        self.origin.put("damaged", b"no picture" * 9)
        self.origin.put("forbidden", status=403)
        self.origin.put("broken", status=500)
        self.origin.put("busy", status=503, headers={"Retry-After": "7"})
        self.origin.put("late", status=504)

    def test_the_links_that_clients_follow(self):
        for target, width, height in FORMS:
            with self.subTest(target):
                answer = self.get(target, {"Accept": "image/jpeg", "Authorization": "Bearer cwt="})
                self.assert_picture(answer, width, height)
        self.assertEqual(self.origin.count(PERSON), 1)

    def test_pidgin_copies_content_length_bytes_unchecked(self):
        with self.server.connect() as connection:
            answer = connection.ask(FORMS[0][0])
            self.assertEqual(int(answer["Content-Length"]), len(answer.body))
            self.assertEqual(connection.buffer, b"")

    def test_errors_are_told_in_ucwas_words(self):
        for target, status, code, subcode in ERRORS:
            with self.subTest(target):
                answer = self.get(target, {"Accept": "image/jpeg"})
                self.assertEqual(answer.status, status, answer.body)
                self.assertEqual(answer["Content-Type"], "application/json; charset=utf-8")
                error = answer.json()
                self.assertEqual((error["code"], error.get("subcode")), (code, subcode))
                self.assertEqual(answer["X-MS-UcwaVersion"], "2")
                self.assertTrue(error["message"])

    def test_a_throttled_origin_is_not_asked_before_its_time(self):
        answer = self.get(f"/ucwa/v1{APP}/people/busy/contactPhoto")
        self.assertIn(int(answer["Retry-After"]), range(5, 11))

    def test_errors_are_xml_where_xml_is_wanted(self):
        for accept, is_xml in ACCEPTS:
            with self.subTest(accept):
                answer = self.get(ERRORS[0][0], {"Accept": accept})
                self.assertEqual(answer.status, 404)
                kind = "xml" if is_xml else "json"
                self.assertEqual(answer["Content-Type"], f"application/{kind}; charset=utf-8")
                if is_xml:
                    root = xml.etree.ElementTree.fromstring(answer.body)
                    space = "{http://schemas.microsoft.com/rtc/2012/03/ucwa}"
                    self.assertEqual(root.tag, space + "reason")
                    self.assertEqual(root.findtext(space + "code"), "NotFound")

    def test_other_methods(self):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            with self.subTest(method):
                answer = self.get(FORMS[0][0], method=method)
                self.assertEqual(answer.status, 405)
                self.assertIn("GET", answer["Allow"])
                self.assertEqual(answer.json()["code"], "MethodNotAllowed")
        self.assertEqual(self.get(FORMS[0][0], method="HEAD").status, 405)
        asked = self.get(FORMS[0][0], {"Origin": "http://a", "Access-Control-Request-Method": "GET"},
                         method="OPTIONS")
        self.assertEqual((asked.status, asked["Access-Control-Allow-Origin"]), (204, "*"))

    def test_a_persons_document_leads_to_the_photo(self):
        for start in ("/ucwa/v1", "/ucwa/oauth/v1"):
            own = f"{start}{APP}/people/{PERSON}"
            answer = self.get(own + "?displayName=John&participantHash=AHJKUYKL==",
                              {"Accept": "application/json"})
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer["X-MS-UcwaVersion"], "2")
            links = answer.json()["_links"]
            self.assertEqual(links["self"]["href"], own)
            photo = links["contactPhoto"]["href"]
            self.assertEqual(photo, own + "/contactPhoto?participantHash=AHJKUYKL==")
            self.assert_picture(self.get(photo), 48, 48)
        self.assertEqual(self.origin.count(PERSON), 1)

    def test_a_persons_document_is_xml_where_xml_is_wanted(self):
        answer = self.get(f"/ucwa/v1{APP}/people/282?participantHash=1", {"Accept": "application/xml"})
        root = xml.etree.ElementTree.fromstring(answer.body)
        space = "{http://schemas.microsoft.com/rtc/2012/03/ucwa}"
        self.assertEqual((root.tag, root.get("rel"), root.get("href")),
                         (space + "resource", "contact", f"/ucwa/v1{APP}/people/282"))
        link = root.find(space + "link")
        self.assertEqual((link.get("rel"), link.get("href")),
                         ("contactPhoto",
                          f"/ucwa/v1{APP}/people/282/contactPhoto?participantHash=1"))

    def test_ones_own_document_leads_to_ones_own_photo(self):
        links = self.get(f"/ucwa/v1{APP}/me").json()["_links"]
        self.assert_picture(self.get(links["photo"]["href"]), 48, 48)

    def test_a_newer_version_is_not_there(self):
        for version, status in (("2", 200), ("1.7", 200), ("4.0", 404)):
            answer = self.get(FORMS[0][0], {"X-MS-RequiresMinResourceVersion": version})
            self.assertEqual(answer.status, status)
        self.assertEqual(answer.json()["subcode"], "APIVersionNotSupported")


if __name__ == "__main__":
    case.run()
