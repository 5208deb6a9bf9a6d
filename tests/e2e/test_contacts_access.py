"""Who may use the embedded contacts: bearer tokens, their users and scopes."""

import hashlib

from support import case, images
from support.contacts import Api, StoreCase

ANN, BOB, READER = "ann@example.org", "bob@example.org", "Contacts.Read"
TOKENS = {"t-ann": f"{ANN}:Contacts.ReadWrite", "t-ann-reads": f"{ANN}:{READER}",
          "t-bob": f"{BOB}:{READER}+Contacts.ReadWrite"}


def entry(token):
    return f"{TOKENS[token]}:{hashlib.sha256(token.encode()).hexdigest()}"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Access(StoreCase):
    settings = {"access__tokens": ",".join(entry(token) for token in TOKENS)}

    def setUp(self):
        super().setUp()
        self.ann, self.reader, self.bob = (Api(self.server, headers=bearer(one)) for one in TOKENS)

    def test_without_a_token_there_is_nothing(self):
        for fields in ({}, bearer("wrong"), {"Authorization": "Basic dDphbm4="},
                       {"Authorization": "Bearer"}, {"Authorization": "t-ann"}):
            for method, path in (("GET", "/contacts"), ("POST", "/contacts"),
                                 ("GET", "/contactfolders"), ("DELETE", "/contacts/x"),
                                 ("PUT", "/contacts/x/photo/$value"), ("GET", "/photo/$value")):
                with self.subTest(f"{method} {path} {fields}"):
                    answer = self.api.ask(method, path, headers=fields)
                    self.assert_error(answer, 401, "ErrorInvalidAuthenticationToken")
                    self.assertTrue(answer["WWW-Authenticate"].startswith("Bearer"))

    def test_me_is_the_tokens_user(self):
        self.ann.create({"GivenName": "hers"})
        self.bob.create({"GivenName": "his"})
        self.assertEqual([one["GivenName"] for one in self.ann.pages("/contacts")], ["hers"])
        self.assertEqual([one["GivenName"] for one in self.reader.pages("/contacts")], ["hers"])
        self.assertEqual([one["GivenName"] for one in self.bob.pages("/contacts")], ["his"])
        for target in (f"users('{ANN}')", "users/ANN@example.org"):
            hers = Api(self.server, f"/api/beta/{target}", bearer("t-ann"))
            self.assertEqual(hers.get("/contacts").json()["value"][0]["GivenName"], "hers")

    def test_the_mailboxes_of_others_are_closed_whether_they_exist_or_not(self):
        hers = self.ann.create({"GivenName": "hers"})
        for user in (ANN, "nobody@example.org", "me"):
            other = Api(self.server, f"/api/beta/users('{user}')", bearer("t-bob"))
            answer = other.get("/contacts")
            self.assert_error(answer, 403, "ErrorAccessDenied")
        for method in ("GET", "PATCH", "DELETE"):
            answer = self.bob.ask(method, f"/contacts/{hers['Id']}", {"GivenName": "x"})
            self.assert_error(answer, 404, "ErrorItemNotFound")
        photo = f"/contacts('{hers['Id']}')/photo/$value"
        picture = images.plain(9, 9, images.RED)
        for method, body in (("PUT", picture), ("PUT", b""), ("DELETE", b"")):
            self.assert_error(self.bob.ask(method, photo, body=body), 404, "ErrorItemNotFound")
        self.assertEqual(self.ann.get(f"/contacts/{hers['Id']}").json()["ChangeKey"],
                         hers["ChangeKey"])

    def test_writing_needs_its_scope(self):
        hers = self.ann.create({"GivenName": "hers"})
        path = f"/contacts/{hers['Id']}"
        self.assertEqual(self.reader.get(path).status, 200)
        for method, where in (("POST", "/contacts"), ("PATCH", path), ("DELETE", path),
                              ("POST", "/contactfolders"), ("PUT", path + "/photo/$value"),
                              ("DELETE", path + "/photo/$value")):
            with self.subTest(method + where):
                answer = self.reader.ask(method, where, body=b"{}")
                self.assert_error(answer, 403, "ErrorAccessDenied")
                self.assertIn("insufficient_scope", answer["WWW-Authenticate"])
        put = self.ann.ask("PUT", path + "/photo/$value", body=images.plain(9, 9, images.RED))
        self.assertEqual(put.status, 200)

    def test_ones_own_photo_is_the_tokens_users(self):
        self.ann.create({})
        for api, colour in ((self.ann, images.RED), (self.bob, images.GREEN)):
            api.get("/contacts")
            put = api.ask("PUT", "/photo/$value", body=images.plain(20, 20, colour))
            self.assertEqual(put.status, 200)
        for api, colour in ((self.ann, images.RED), (self.reader, images.RED),
                            (self.bob, images.GREEN)):
            answer = api.get("/photo/$value")
            self.assert_near(images.Pixels(answer.body).at(9, 9), colour)


class Open(StoreCase):
    def test_an_open_store_says_so_where_others_reach_it(self):
        self.assertNotIn("access.tokens", self.server.read("err"))
        self.server.stop()
        self.server = self.serve(listen=("0.0.0.0:0",))
        self.assertIn("set access.tokens", self.server.read("err"))


if __name__ == "__main__":
    case.run()
