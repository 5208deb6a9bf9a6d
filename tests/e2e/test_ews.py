"""Exchange's GetUserPhoto, plain and as SOAP."""

import base64
import xml.etree.ElementTree

from support import case, images

USER = "ada@contoso.com"
PLAIN = "/ews/Exchange.asmx/s/GetUserPhoto"
MESSAGES = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"

# As Microsoft's own client sends it.
REQUEST = """<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
    xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
    xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header><t:RequestServerVersion Version="Exchange2013" /></soap:Header>
  <soap:Body>{}</soap:Body>
</soap:Envelope>"""


def photo_request(email, size):
    return REQUEST.format(f"<m:GetUserPhoto><m:Email>{email}</m:Email>"
                          f"<m:SizeRequested>{size}</m:SizeRequested></m:GetUserPhoto>")


class Ews(case.ServedCase):
    def setUp(self):
        self.origin.put(USER, case.square_photo())

    def soap(self, body, headers=None):
        answer = self.get("/ews/Exchange.asmx", {"Content-Type": "text/xml"} | (headers or {}),
                          method="POST", body=body.encode())
        self.assertEqual(answer["Content-Type"], "text/xml; charset=utf-8")
        return answer, xml.etree.ElementTree.fromstring(answer.body)

    def test_soap_tells_what_it_waited_for(self):
        self.origin.put("eve@contoso.com", case.square_photo())
        answer, _ = self.soap(photo_request("eve@contoso.com", "HR48x48"), {"X-Server-Timing": "1"})
        self.assertRegex(answer["Server-Timing"], r"^origin;dur=[\d.]+, imaging;dur=[\d.]+, total;")

    def test_the_plain_way(self):
        for target, edge in ((f"{PLAIN}?email={USER}&size=HR240x240", 240),
                             (f"{PLAIN}?email=ada%40contoso.com&size=HR96X96", 96),
                             (f"{PLAIN}?email={USER}&amp;size=HR64x64", 64),
                             (f"/EWS/exchange.asmx/S/getuserphoto?Email={USER}&Size=hr48x48", 48),
                             (f"{PLAIN}?email={USER}", 648),
                             (f"{PLAIN}?email={USER}&size=HR1024x1024", 648)):
            with self.subTest(target):
                answer = self.get(target)
                self.assert_picture(answer, edge, edge)
                again = self.get(target, {"If-None-Match": answer["ETag"]})
                self.assertEqual((again.status, again.body), (304, b""))

    def test_the_plain_ways_errors(self):
        for target, status in ((f"{PLAIN}?email=nobody@contoso.com&size=HR48x48", 404),
                               (f"{PLAIN}?email={USER}&size=48", 400),
                               (f"{PLAIN}?size=HR48x48", 400),
                               ("/ews/Exchange.asmx/s/GetPersonaPhoto?email=a", 404),
                               ("/ews/Exchange.asmx", 405)):
            with self.subTest(target):
                answer = self.get(target)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")

    def test_soap_gives_the_picture(self):
        answer, envelope = self.soap(photo_request(USER, "HR96x96"))
        self.assertEqual(answer.status, 200)
        response = envelope.find(f"{SOAP}Body/{MESSAGES}GetUserPhotoResponse")
        self.assertEqual(response.get("ResponseClass"), "Success")
        self.assertEqual([child.tag.removeprefix(MESSAGES) for child in response],
                         ["ResponseCode", "HasChanged", "PictureData", "ContentType"])
        self.assertEqual([child.text for child in response][:2], ["NoError", "true"])
        self.assertEqual(response.findtext(MESSAGES + "ContentType"), "image/jpeg")
        picture = base64.b64decode(response.findtext(MESSAGES + "PictureData"), validate=True)
        self.assertEqual(images.size_of(picture), ("jpeg", 96, 96))
        self.assertEqual(answer["ETag"],
                         self.get(f"{PLAIN}?email={USER}&size=HR96x96")["ETag"])
        self.assertIn("GMT", answer["Expires"])

    def test_soap_tells_that_nothing_has_changed(self):
        answer, _ = self.soap(photo_request(USER, "HR64x64"))
        same, envelope = self.soap(photo_request(USER, "HR64x64"),
                                   {"If-None-Match": answer["ETag"]})
        self.assertEqual(same.status, 200)
        response = envelope.find(f"{SOAP}Body/{MESSAGES}GetUserPhotoResponse")
        self.assertEqual(response.findtext(MESSAGES + "HasChanged"), "false")
        self.assertEqual(response.findtext(MESSAGES + "PictureData"), "")

    def test_soaps_own_errors(self):
        for email, size, status, code in (("nobody", "HR48x48", 404, "ErrorItemNotFound"),
                                          (USER, "HR48", 200, "ErrorInvalidPhotoSize"),
                                          ("", "HR48x48", 200, "ErrorInvalidArgument")):
            with self.subTest(code):
                answer, envelope = self.soap(photo_request(email, size))
                self.assertEqual(answer.status, status)
                response = envelope.find(f"{SOAP}Body/{MESSAGES}GetUserPhotoResponse")
                self.assertEqual(response.get("ResponseClass"), "Error")
                self.assertEqual(response.findtext(MESSAGES + "ResponseCode"), code)

    def test_faults(self):
        bomb = ('<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' +
                photo_request("&b;", "HR48x48").partition("?>")[2])
        for body, code in ((REQUEST.format("<m:GetFolder/>"), "ErrorInvalidOperation"),
                           ("no xml", "ErrorSchemaValidation"),
                           (bomb, "ErrorSchemaValidation")):
            with self.subTest(code):
                answer, envelope = self.soap(body)
                self.assertEqual(answer.status, 500)
                fault = envelope.find(f"{SOAP}Body/{SOAP}Fault")
                self.assertEqual(fault.findtext(f"detail/{ERRORS}ResponseCode"), code)
                self.assertTrue(fault.findtext("faultstring"))


if __name__ == "__main__":
    case.run()
