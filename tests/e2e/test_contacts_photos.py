"""Photos written over HTTP: seen at once at every size, in every dialect, in memory and Redis."""

import urllib.parse

from support import case, images
from support.contacts import Api, StoreCase
from support.http_client import request_bytes

PNG = {"Content-Type": "image/png"}


class Photos(StoreCase):
    def setUp(self):
        super().setUp()
        self.contact = self.api.create({"GivenName": "Ann", "EmailAddresses": [
            {"Address": "Ann@Example.org"}, {"Address": "second@example.org"}]})
        self.photo = f"/contacts('{self.contact['Id']}')/photo/$value"

    def put(self, picture, **headers):
        return self.api.ask("PUT", self.photo, body=picture,
                            headers={"Content-Type": "image/jpeg"} | headers)

    def faces(self, identifiers=("ann@example.org", "ANN@EXAMPLE.ORG", "second@example.org")):
        """Every URL under which the photo is to be seen."""
        for one in (self.contact["Id"], *identifiers):
            quoted = urllib.parse.quote(one, safe="")
            yield f"/photos/{quoted}/HR48x48.png"
            yield f"/photos/{quoted}/HR96x96.png"
            yield f"/ucwa/v1/applications/1/people/{quoted}/contactPhoto?size=HR64X64"
        yield f"/api/beta/me{self.photo}"
        yield f"/api/v2.0/me/contacts/{self.contact['Id']}/photo/$value?size=HR120x120"
        yield f"/api/beta/users('me')/contacts('{self.contact['Id']}')/photo/$value"

    def assert_seen(self, colour, **which):
        for target in self.faces(**which):
            with self.subTest(target):
                answer = self.server.get(target)
                self.assertEqual(answer.status, 200, answer.body)
                self.assert_near(images.Pixels(answer.body).at(20, 20), colour)

    def assert_gone(self):
        for target in self.faces():
            with self.subTest(target):
                self.assertEqual(self.server.get(target).status, 404)

    def check_writes(self):
        self.assert_gone()  # And remembered as gone.
        self.assertEqual(self.put(images.jpeg(images.plain(200, 200, images.RED))).status, 200)
        self.assert_seen(images.RED)
        self.assertEqual(self.put(images.plain(200, 200, images.GREEN), **PNG).status, 200)
        self.assert_seen(images.GREEN)
        self.assertEqual(self.api.ask("DELETE", self.photo).status, 204)
        self.assert_gone()
        self.put(images.jpeg(images.plain(200, 200, images.BLUE)))
        self.assert_seen(images.BLUE)
        self.assertEqual(self.api.ask("PUT", self.photo).status, 200)  # Empty.
        self.assert_gone()
        self.assertEqual(self.api.ask("PUT", self.photo).status, 200)
        self.assert_error(self.api.ask("DELETE", self.photo), 404, "ErrorItemNotFound")

    def test_a_write_is_seen_at_once_everywhere(self):
        self.check_writes()

    def test_a_write_changes_the_contact(self):
        self.put(images.jpeg(images.plain(20, 20, images.RED)))
        now = self.api.get(f"/contacts/{self.contact['Id']}").json()
        self.assertNotEqual(now["ChangeKey"], self.contact["ChangeKey"])

    def test_new_addresses_are_new_names_of_the_photo(self):
        self.put(images.jpeg(images.plain(200, 200, images.RED)))
        self.assert_seen(images.RED)
        self.assertEqual(self.server.get("/photos/third@example.org/HR48x48.png").status, 404)
        self.api.ask("PATCH", f"/contacts/{self.contact['Id']}",
                     {"EmailAddresses": [{"Address": "third@example.org"}]})
        self.assert_seen(images.RED, identifiers=("third@example.org",))
        self.assertEqual(self.server.get("/photos/ann@example.org/HR48x48.png").status, 404)

    def test_a_deleted_contact_has_no_photo(self):
        self.put(images.jpeg(images.plain(200, 200, images.RED)))
        self.assert_seen(images.RED)
        self.api.ask("DELETE", f"/contacts/{self.contact['Id']}")
        self.assert_gone()

    def test_nor_has_one_in_a_deleted_folder(self):
        top = self.api.create({"DisplayName": "a"}, "/contactfolders")
        below = self.api.create({"DisplayName": "b"}, f"/contactfolders/{top['Id']}/childfolders")
        self.put(images.jpeg(images.plain(200, 200, images.RED)))
        self.api.ask("PATCH", f"/contacts/{self.contact['Id']}", {"ParentFolderId": below["Id"]})
        self.assert_seen(images.RED)
        self.assertEqual(self.api.ask("DELETE", f"/contactfolders/{top['Id']}").status, 204)
        self.assert_gone()

    def test_ones_own_photo(self):
        for target in ("/api/beta/me/photo/$value", "/api/v2.0/users('me')/photo/$value"):
            self.assertEqual(self.server.get(target).status, 404)
            put = self.server.get(target, PNG, method="PUT", body=images.plain(30, 20, images.RED))
            self.assertEqual(put.status, 200)
            self.assert_picture(self.server.get("/api/beta/me/photo/$value"), 30, 20)
            meta = self.server.get("/api/beta/me/photo", {"Host": "h"}).json()
            self.assertEqual((meta["Width"], meta["@odata.id"]), (30, "http://h/api/beta/Me/photo"))
            self.assertEqual(self.server.get(target, method="DELETE").status, 204)

    def test_the_webs_own_form_writes_too(self):
        for tail in ("", "/original"):
            target = "/photos/ann@example.org" + tail
            put = self.server.get(target, PNG, method="PUT", body=images.plain(90, 90, images.RED))
            self.assertEqual((put.status, put.body), (204, b""))
            self.assert_seen(images.RED)
            self.assertEqual(self.server.get(target, method="DELETE").status, 204)
            self.assert_gone()
        nobody = self.server.get("/photos/nobody@example.org", PNG, method="PUT",
                                 body=images.plain(9, 9, images.RED))
        self.assertEqual((nobody.status, nobody.json()["error"]["code"]), (404, "not_found"))

    def test_formats_that_are_taken(self):
        picture = images.quarters(64, 48)
        for form in ("jpeg", "png", "webp", "gif", "tiff"):
            with self.subTest(form):
                sent = picture if form == "png" else images.vips("copy", picture, form)
                kind = {"Content-Type": f"image/{form}"}
                self.assertEqual(self.put(sent, **kind).status, 200)
                original = self.server.get(f"/photos/{self.contact['Id']}/original")
                self.assert_picture(original, 64, 48)
                self.assert_near(images.Pixels(original.body).at(8, 8), images.RED, 25)

    def test_what_is_no_picture_is_refused_and_changes_nothing(self):
        good = images.jpeg(images.plain(200, 200, images.RED))
        self.put(good)
        self.assert_seen(images.RED)
        key = self.api.get(f"/contacts/{self.contact['Id']}").json()["ChangeKey"]
        noise = images.jpeg(images.photograph("dog"))
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        for name, body, fields in (("text", b"no picture at all" * 9, {}), ("svg", svg, {}),
                                   ("truncated", noise[:len(noise) // 2], {}),
                                   ("head alone", noise[:200], {}),
                                   ("a web page", good, {"Content-Type": "text/html"}),
                                   ("a form", good, {"Content-Type": "multipart/form-data"})):
            with self.subTest(name):
                self.assert_error(self.put(body, **fields), 415, "UnsupportedMediaType")
        huge = images.png(9000, 9000, [b"\0" * 1125] * 9000, kind=images.GREY, depth=1)
        self.assert_error(self.put(huge), 413, "ErrorMessageSizeExceeded")
        web = self.server.get("/photos/ann@example.org", method="PUT", body=b"no picture" * 9)
        self.assertEqual((web.status, web.json()["error"]["code"]), (415, "unsupported_media"))
        self.assertEqual(self.api.get(f"/contacts/{self.contact['Id']}").json()["ChangeKey"], key)
        self.assert_seen(images.RED)

    def test_a_photo_over_the_limit_is_refused_before_it_is_sent(self):
        with self.server.connect() as connection:
            fields = {"Content-Type": "image/jpeg", "Content-Length": 4 * 1024 * 1024 + 1}
            connection.send(request_bytes(f"/api/beta/me{self.photo}", fields, "PUT"))
            self.assert_error(connection.response(), 413, "ErrorMessageSizeExceeded")
        just = images.jpeg(images.plain(20, 20, images.RED))
        just += b"\0" * (4 * 1024 * 1024 - len(just))
        self.assertEqual(self.put(just).status, 200)

    def test_dialects_that_only_read_say_so(self):
        for target, allow in (
                ("/ucwa/v1/applications/1/people/ann@example.org/contactPhoto", "GET"),
                ("/photos/ann@example.org/HR48x48.jpg", "GET, HEAD, OPTIONS"),
                ("/photos/ann@example.org/meta", "GET, HEAD, OPTIONS")):
            answer = self.server.get(target, method="PUT", body=b"x")
            self.assertEqual((answer.status, answer["Allow"]), (405, allow))
        allow = self.server.get(f"/api/beta/me{self.photo}", method="OPTIONS")["Allow"]
        self.assertEqual(allow, "GET, HEAD, PUT, DELETE, OPTIONS")
        self.assert_error(self.api.ask("PATCH", self.photo, {"x": 1}), 405, "ErrorMethodNotAllowed")


class PhotosBehindRedis(Photos):
    def serve(self, **settings):
        self.redis = self.start_redis()
        # No memory: what Redis holds is what is seen.
        return super().serve(redis=self.redis, memory__capacity_bytes=0)


class HomeDomain(StoreCase):
    settings = {"contacts__mailbox": "me@home.example"}

    def test_people_of_the_mailboxs_domain_need_no_domain(self):
        contact = self.api.create({"EmailAddresses": [{"Address": "Ada@Home.example"}]})
        photo = f"/contacts('{contact['Id']}')/photo/$value"
        self.assertEqual(self.server.get("/photos/ada/HR48x48.png").status, 404)
        for colour in (images.RED, images.GREEN):
            self.api.ask("PUT", photo, body=images.plain(50, 50, colour), headers=PNG)
            for name in ("ada", "ada@home.example"):
                answer = self.server.get(f"/photos/{name}/HR48x48.png")
                self.assert_near(images.Pixels(answer.body).at(9, 9), colour)
        self.assertEqual(self.server.get("/photos/Ada/HR48x48.png").status, 404)
        self.assertEqual(Api(self.server, "/api/beta/users('ME@home.example')").get(
            "/contacts").json()["value"][0]["Id"], contact["Id"])


if __name__ == "__main__":
    case.run()
