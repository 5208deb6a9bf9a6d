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
)

# URL, status, code and subcode of the error.
ERRORS = (
    (f"/ucwa/v1{APP}/people/nobody/contactPhoto", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people/{PERSON}/contact", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people/{PERSON}", 404, "NotFound", None),
    (f"/ucwa/v2{APP}/people/{PERSON}/contactPhoto", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/photos/{PERSON}/more", 404, "NotFound", None),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=64x64", 400, "BadRequest",
     "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people/{PERSON}/contactPhoto?size=HR0X64", 400, "BadRequest",
     "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people//contactPhoto", 400, "BadRequest", "ParameterValidationFailure"),
    (f"/ucwa/v1{APP}/people/forbidden/contactPhoto", 403, "Forbidden", None),
    (f"/ucwa/v1{APP}/people/broken/contactPhoto", 502, "ServiceFailure", None),
    (f"/ucwa/v1{APP}/people/busy/contactPhoto", 503, "ServiceUnavailable", None),
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
    def setUp(self):
        self.origin.put(PERSON, case.square_photo())
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
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            with self.subTest(method):
                answer = self.get(FORMS[0][0], method=method)
                self.assertEqual(answer.status, 405)
                self.assertIn("GET", answer["Allow"])
                self.assertEqual(answer.json()["code"], "MethodNotAllowed")


if __name__ == "__main__":
    case.run()
