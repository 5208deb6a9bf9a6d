"""Microsoft Graph's photos and batches, as its clients ask for them."""

import base64
import json

from support import case, images

USER = "ada@contoso.com"
CONTACT = "AAMkAGE1M2IyNGNm="

# What stands before "/photo", and the photo's id at the origin.
OWNERS = (
    ("/me/contacts/" + CONTACT, CONTACT),
    (f"/me/contacts('{CONTACT}')", CONTACT),
    (f"/me/contactFolders/AAMkF=/contacts/{CONTACT}", CONTACT),
    (f"/Me/ContactFolders('AAMkF=')/Contacts('{CONTACT}')", CONTACT),
    (f"/users/{USER}", USER),
    ("/users/ada%40contoso.com", USER),
    (f"/users('{USER}')", USER),
    (f"/users/{USER}/contacts/{CONTACT}", f"{USER}/contacts/{CONTACT}"),
    ("/me", "me"),
)

UNKNOWN = ("/v1.0", "/v1.0/", "/v1.0/me", "/v1.0/me/messages", "/beta/me/contacts",
           "/v1.0/you/photo", "/v1.0/me/photo/value", "/v1.0/me/contacts/a")


class Graph(case.ServedCase):
    def setUp(self):
        for photo in (USER, CONTACT, "me", f"{USER}/contacts/{CONTACT}"):
            self.origin.put(photo, case.wide_photo())

    def test_the_bytes_of_users_and_contacts_photos(self):
        for version in ("v1.0", "beta"):
            for owner, _ in OWNERS:
                for value in ("/$value", "/%24value"):
                    with self.subTest(version + owner + value):
                        answer = self.get(f"/{version}{owner}/photo{value}")
                        self.assert_picture(answer, 500, 300)
        for _, photo in OWNERS:
            self.assertEqual(self.origin.count(photo), 1, photo)

    def test_every_size_is_there_for_contacts_too(self):
        for owner, _ in OWNERS:
            for size in ("/photos/48x48/$value", "/photos/48X48/$value", "/photos('48x48')/$value",
                         "/photo/48x48/$value", "/photo/$value?size=HR48x48"):
                with self.subTest(owner + size):
                    self.assert_picture(self.get("/v1.0" + owner + size), 48, 48)
        self.assert_picture(self.get("/v1.0/me/photos/648x648/$value"), 300, 300)
        self.assert_picture(self.get("/v1.0/me/photos/default/$value"), 500, 300)

    def test_the_metadata_names_the_tag_of_the_bytes(self):
        for what, size in (("/photo", (500, 300)), ("/photos/96x96", (96, 96))):
            with self.subTest(what):
                meta = self.get(f"/v1.0/users/{USER}{what}", {"Host": "h"}).json()
                value = self.get(f"/v1.0/users/{USER}{what}/$value")
                place = f"users('{USER}')" + what.replace("/96x96", "('96x96')")
                self.assertEqual(meta, {
                    "@odata.context": f"http://h/v1.0/$metadata#{place}/$entity",
                    "@odata.id": f"http://h/v1.0/{place}",
                    "@odata.mediaContentType": "image/jpeg",
                    "@odata.mediaEtag": value["ETag"],
                    "id": "default" if what == "/photo" else "96x96",
                    "width": size[0], "height": size[1]})
                link = meta["@odata.id"].removeprefix("http://h")
                self.assertEqual(self.get(link, {"Host": "h"}).json(), meta)

    def test_the_tag_is_honoured(self):
        target = "/v1.0/me/photo/$value"
        tag = self.get(target)["ETag"]
        self.assertEqual(self.get(target, {"If-None-Match": tag}).status, 304)
        self.assertEqual(self.get(target, {"If-None-Match": '"other"'}).status, 200)

    def test_the_list_has_the_sizes_that_need_no_enlarging(self):
        answer = self.get(f"/v1.0/users/{USER}/photos")
        self.assertEqual([item["id"] for item in answer.json()["value"]],
                         ["48x48", "64x64", "96x96", "120x120", "240x240"])

    def test_no_photo_is_image_not_found(self):
        for tail in ("/photo", "/photo/$value", "/photos", "/photos/48x48/$value"):
            with self.subTest(tail):
                answer = self.get("/v1.0/users/nobody" + tail, {"client-request-id": "c-1"})
                self.assertEqual(answer.status, 404)
                self.assertTrue(answer["Content-Type"].startswith("application/json"))
                error = answer.json()["error"]
                self.assertEqual(error["code"], "ImageNotFound")
                self.assertTrue(error["message"])
                inner = error["innerError"]
                self.assertEqual((inner["request-id"], inner["client-request-id"]), ("c-1", "c-1"))
                self.assertRegex(inner["date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")

    def test_other_errors(self):
        self.origin.put("busy", status=503, headers={"Retry-After": "7"})
        self.origin.put("refused", status=403)
        for target, status, code in (("/v1.0/users/busy/photo", 429, "TooManyRequests"),
                                     ("/v1.0/users/refused/photo", 403, "ErrorAccessDenied"),
                                     ("/v1.0/me/photos/big/$value", 400, "BadRequest"),
                                     ("/v1.0/users//photo", 400, "BadRequest")):
            with self.subTest(target):
                answer = self.get(target)
                self.assertEqual((answer.status, answer.json()["error"]["code"]), (status, code))
        self.assertIn(int(self.get("/v1.0/users/busy/photo")["Retry-After"]), range(1, 11))
        for target in UNKNOWN:
            with self.subTest(target):
                answer = self.get(target)
                self.assertEqual(answer.status, 404, answer.body)
                self.assertIn("code", answer.json()["error"])


def request(name, url, **more):
    return {"id": name, "method": "GET", "url": url} | more


class Batch(case.ServedCase):
    settings = {"photo__max_batch_bytes": "64KiB", "photo__max_call_bytes": "64KiB"}

    def setUp(self):
        self.origin.put("me", case.wide_photo())
        self.origin.put("ada", case.square_photo())

    def post(self, body, version="v1.0"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.get(f"/{version}/$batch", {"Content-Type": "application/json"}, method="POST",
                        body=body)

    def batch(self, *requests):
        answer = self.post({"requests": requests})
        self.assertEqual(answer.status, 200, answer.body)
        return {item["id"]: item for item in answer.json()["responses"]}

    def test_photos_come_as_base64(self):
        answers = self.batch(request("a", "/me/photos/96x96/$value"),
                             request("b", "users/ada/photos/48x48/$value"),
                             request("c", "/users/ada/photo"),
                             request("d", "/users/nobody/photo/$value"),
                             request("e", "/me/messages"),
                             request("f", "/me/photo", method="DELETE"))
        self.assertEqual({name: item["status"] for name, item in answers.items()},
                         {"a": 200, "b": 200, "c": 200, "d": 404, "e": 404, "f": 405})
        for name, edge in (("a", 96), ("b", 48)):
            picture = base64.b64decode(answers[name]["body"], validate=True)
            self.assertEqual(images.size_of(picture), ("jpeg", edge, edge))
            self.assertEqual(answers[name]["headers"]["Content-Type"], "image/jpeg")
        alone = self.get("/v1.0/me/photos/96x96/$value")
        self.assertEqual(answers["a"]["headers"]["ETag"], alone["ETag"])
        self.assertEqual(base64.b64decode(answers["a"]["body"]), alone.body)
        self.assertEqual(answers["c"]["body"]["width"], 648)
        self.assertEqual(answers["d"]["body"]["error"]["code"], "ImageNotFound")

    def test_what_the_client_has_is_not_sent_again(self):
        tag = self.get("/v1.0/me/photos/96x96/$value")["ETag"]
        answers = self.batch(
            request("1", "/me/photos/96x96/$value", headers={"If-None-Match": tag}))
        self.assertEqual(answers["1"]["status"], 304)
        self.assertNotIn("body", answers["1"])

    def test_what_depends_on_a_failure_fails(self):
        answers = self.batch(request("1", "/users/nobody/photo"),
                             request("2", "/me/photo", dependsOn=["1"]),
                             request("3", "/me/photo", dependsOn=["2"]),
                             request("4", "/me/photo"),
                             request("5", "/me/photo", dependsOn=["4"]))
        self.assertEqual([answers[name]["status"] for name in "12345"], [404, 424, 424, 200, 200])

    def test_twenty_are_answered_together_and_the_origin_is_asked_once_each(self):
        photos = [f"person{number}" for number in range(20)]
        for photo in photos:
            self.origin.put(photo, case.wide_photo())
        answers = self.batch(*(request(photo, f"/users/{photo}/photos/64x64/$value")
                               for photo in photos))
        self.assertEqual([answers[photo]["status"] for photo in photos], [200] * 20)
        self.assertEqual([self.origin.count(photo) for photo in photos], [1] * 20)

    def test_the_answer_has_a_limit(self):
        answers = self.batch(*(request(str(number), "/users/ada/photo/$value")
                               for number in range(20)))
        statuses = [answers[str(number)]["status"] for number in range(20)]
        self.assertIn(503, statuses)
        size = sum(len(item["body"]) for item in answers.values() if item["status"] == 200)
        self.assertLessEqual(size, 64 * 1024)

    def test_a_malformed_batch_is_a_bad_request(self):
        good = request("1", "/me/photo")
        for body in (b"", b"{", b"[]", {}, {"requests": []}, {"requests": [good, good]},
                     {"requests": [request(str(number), "/me/photo") for number in range(21)]},
                     {"requests": [request("1", "/me/photo", dependsOn=["2"])]},
                     b'{"requests":' + b"[" * 60000):
            with self.subTest(str(body)[:60]):
                answer = self.post(body)
                self.assertEqual(answer.status, 400)
                self.assertEqual(answer.json()["error"]["code"], "BadRequest")
        answer = self.get("/v1.0/$batch")
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (405, "MethodNotAllowed"))


if __name__ == "__main__":
    case.run()
