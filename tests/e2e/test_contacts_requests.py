"""The contacts' API: query options, conditions, methods, and bad input of every kind."""

import json

from support import case
from support.contacts import Api, StoreCase
from support.http_client import request_bytes

PEOPLE = (("Rob", "Young", "rob@a.example"), ("Janet", "Schorr", "janet@a.example"),
          ("Ann", "O'Neil", "ann@b.example"), ("Émile", "Zola", "emile@b.example"))

BAD_OPTIONS = {
    "$filter=GivenName": "$filter", "$filter=Nothing%20eq%201": "$filter",
    "$filter=GivenName%20eq%20'x": "$filter", "$filter=": "$filter", "$orderby=Nothing": "$orderby",
    "$orderby=Surname%20up": "$orderby", "$top=0": "$top", "$top=1001": "$top", "$top=x": "$top",
    "$skip=-1": "$skip", "$count=yes": "$count", "$search=": "$search",
    "$select=Nothing": "$select",
    "$expand=Photo": "$expand", "$format=xml": "$format", "$top=1&$top=2": "$top",
    "$filter=%ff": "$filter", "$filter=a%2": "$filter", "%24apply=x": "$apply",
    "$search=%22open": "$search", "$filter=EmailAddresses/all(a:a/Address%20eq%20'x')": "$filter",
}

BAD_CONTACTS = {
    '{"GivenName": 1}': "GivenName", '{"Phones": "x"}': "Phones", '{"Nothing": 1}': "Nothing",
    "[]": "body", "{": "body", "": "body", '{"Birthday": "soon"}': "Birthday",
    '{"EmailAddresses": [{"Name": 3}]}': "EmailAddresses", '{"GivenName": "\\ud800"}': "body",
    '{"Phones": [{"Type": "Fax machine"}]}': "Phones", '{"IsFavorite": "yes"}': "IsFavorite",
    '{"Flag": {"FlagStatus": "Flagged", "CompletedDateTime": {"DateTime": "2018-02-05T18:00:00",'
    ' "TimeZone": "UTC"}}}': "Flag",
    json.dumps({"Categories": ["x"] * 101}): "Categories",
}


class Options(StoreCase):
    def setUp(self):
        super().setUp()
        self.people = [self.api.create({"GivenName": given, "Surname": surname, "EmailAddresses": [
            {"Address": address}]}) for given, surname, address in PEOPLE]

    def names(self, options):
        return [one["GivenName"] for one in self.api.pages("/contacts?" + options)]

    def test_options_are_understood(self):
        for options, expected in {
            "$orderby=Surname": ["Ann", "Janet", "Rob", "Émile"],
            "%24orderby=Surname%20desc": ["Émile", "Rob", "Janet", "Ann"],
            "$filter=Surname eq 'o''neil'": ["Ann"],
            "$filter=EmailAddresses/any(a:a/Address eq 'ROB@a.example')": ["Rob"],
            "$filter=startswith(GivenName,'j') or contains(Surname,'ung')": ["Rob", "Janet"],
            "$search=zola": ["Émile"], "$search=%22Janet Schorr%22": ["Janet"],
            "$top=2&$orderby=GivenName": ["Ann", "Émile", "Janet", "Rob"],
            "$skip=3": ["Émile"], "mine=1&$top=1000": ["Rob", "Janet", "Ann", "Émile"],
        }.items():
            with self.subTest(options):
                self.assertEqual(self.names(options.replace(" ", "%20")), expected)
                self.assertEqual(self.names(options.replace(" ", "+")), expected)

    def test_pages_lead_on_with_all_their_options(self):
        first = self.api.get("/contacts?%24filter=Surname%20ne%20'Young'&$orderby=Surname&$top=2"
                             "&$count=true&$select=GivenName").json()
        self.assertEqual(first["@odata.count"], 3)
        self.assertEqual([one["GivenName"] for one in first["value"]], ["Ann", "Janet"])
        second = self.api.get(first["@odata.nextLink"]).json()
        self.assertEqual([one["GivenName"] for one in second["value"]], ["Émile"])
        self.assertEqual(list(second["value"][0]), ["@odata.id", "@odata.etag", "Id", "GivenName"])
        self.assertNotIn("@odata.nextLink", second)

    def test_ten_is_a_page_by_default(self):
        for i in range(9):
            self.api.create({"GivenName": f"n{i}"})
        page = self.api.get("/contacts").json()
        self.assertEqual(len(page["value"]), 10)
        self.assertEqual(len(self.api.pages("/contacts")), 13)
        self.assertEqual(len(self.api.pages("/contactfolders('contacts')/contacts")), 13)

    def test_a_bad_option_is_named(self):
        for options, name in BAD_OPTIONS.items():
            with self.subTest(options):
                self.assert_error(self.api.get("/contacts?" + options), 400,
                                  "ErrorInvalidParameter", name)
        self.assert_error(self.api.get("/contactfolders?$search=x"), 400, "ErrorInvalidParameter",
                          "$search")
        self.assert_error(self.api.get("/contactfolders?$filter=GivenName%20eq%20'x'"), 400,
                          "ErrorInvalidParameter", "$filter")


class Requests(StoreCase):
    def state(self):
        return self.api.pages("/contacts"), self.api.pages("/contactfolders")

    def test_bad_bodies_name_what_is_wrong_and_change_nothing(self):
        made = self.api.create({"GivenName": "Ann"})
        before = self.state()
        for body, name in BAD_CONTACTS.items():
            for method, path in (("POST", "/contacts"), ("PATCH", f"/contacts/{made['Id']}")):
                with self.subTest(method + body[:80]):
                    answer = self.api.ask(method, path, body=body.encode(),
                                          headers={"Content-Type": "application/json",
                                                   "Content-Length": len(body)})
                    self.assert_error(answer, 400, "ErrorInvalidParameter", name)
        for body in ("{}", '{"DisplayName": " "}', '{"DisplayName": 1}', '{"x": 1}', "x"):
            with self.subTest(body):
                self.assert_error(self.api.ask("POST", "/contactfolders", body=body.encode()), 400,
                                  "ErrorInvalidParameter")
        self.assertEqual(self.state(), before)

    def test_other_media_are_not_taken(self):
        before = self.state()
        for fields in ({"Content-Type": "text/plain"}, {"Content-Type": "application/xml"},
                       {"Content-Type": "application/json", "Content-Encoding": "gzip"},
                       {"Content-Type": "multipart/form-data; boundary=x"}):
            answer = self.api.ask("POST", "/contacts", body=b'{"GivenName":"x"}', headers=fields)
            self.assert_error(answer, 415, "UnsupportedMediaType", "JSON")
        self.assertEqual(self.state(), before)
        for kind in ("application/json;odata.metadata=minimal", "Application/JSON; charset=UTF-8",
                     "application/vnd.x+json"):
            answer = self.api.ask("POST", "/contacts", body=b'{"GivenName":"x"}',
                                  headers={"Content-Type": kind})
            self.assertEqual(answer.status, 201)

    def test_methods_that_do_not_apply(self):
        made = self.api.create({"GivenName": "Ann"})
        collection, entity = "GET, HEAD, POST, OPTIONS", "GET, HEAD, PATCH, DELETE, OPTIONS"
        for path, allowed, methods in (
                ("/contacts", collection, "PUT PATCH DELETE REPORT"),
                (f"/contacts/{made['Id']}", entity, "POST PUT REPORT"),
                ("/contactfolders", collection, "PUT PATCH DELETE"),
                ("/contactfolders/contacts/childfolders", collection, "DELETE"),
                ("/contactfolders/contacts", entity, "POST PUT")):
            for method in methods.split():
                with self.subTest(method + path):
                    answer = self.api.ask(method, path)
                    self.assert_error(answer, 405, "ErrorMethodNotAllowed")
                    self.assertEqual(answer["Allow"], allowed)
            options = self.api.ask("OPTIONS", path)
            self.assertEqual((options.status, options["Allow"]), (204, allowed))

    def test_head_is_a_get_without_a_body(self):
        made = self.api.create({"GivenName": "Ann"})
        for path in ("/contacts", f"/contacts/{made['Id']}", "/contactfolders"):
            head, get = self.api.ask("HEAD", path), self.api.get(path)
            self.assertEqual((head.status, head["Content-Length"], head["ETag"]),
                             (200, str(len(get.body)), get["ETag"]))
        self.assertEqual(self.api.ask("HEAD", "/contacts/nobody").status, 404)

    def test_conditions(self):
        made = self.api.create({"GivenName": "Ann"})
        path, tag = f"/contacts/{made['Id']}", made["@odata.etag"]
        self.assertEqual(self.api.get(path, headers={"If-None-Match": tag}).status, 304)
        changed = self.api.ask("PATCH", path, {"Surname": "x"}, headers={"If-Match": tag})
        self.assertEqual(changed.status, 200)
        self.assertEqual(self.api.get(path, headers={"If-None-Match": tag}).status, 200)
        for method in ("PATCH", "DELETE"):
            answer = self.api.ask(method, path, {"Surname": "y"} if method == "PATCH" else None,
                                  headers={"If-Match": tag})
            self.assert_error(answer, 412, "ErrorIrresolvableConflict")
        self.assertEqual(self.api.get(path).json()["Surname"], "x")
        every = {"If-Match": f'"other", {changed["ETag"]}'}
        self.assertEqual(self.api.ask("DELETE", path, headers=every).status, 204)

    def test_a_body_over_the_limit_is_refused_before_it_is_sent(self):
        before = self.state()
        size = 1024 * 1024 + 1
        head = {"Content-Type": "application/json", "Content-Length": size}
        with self.server.connect() as connection:
            connection.send(request_bytes("/api/beta/me/contacts", head, "POST"))
            answer = connection.response()
            self.assert_error(answer, 413, "ErrorMessageSizeExceeded")
            self.assertEqual(answer["Connection"], "close")
        with self.server.connect() as connection:
            chunked = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
            connection.send(request_bytes("/api/beta/me/contacts", chunked, "POST"))
            connection.send(b"%x\r\n" % size)
            self.assert_error(connection.response(), 413, "ErrorMessageSizeExceeded")
        self.assertEqual(self.state(), before)

    def test_a_body_in_chunks_and_one_that_is_asked_for(self):
        body = b'{"GivenName":"Ann"}'
        with self.server.connect() as connection:
            chunked = {"Transfer-Encoding": "chunked"}
            connection.send(request_bytes("/api/beta/me/contacts", chunked, "POST"))
            for piece in (body[:7], body[7:], b""):
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.assertEqual(connection.response().json()["GivenName"], "Ann")
            waiting = {"Expect": "100-continue", "Content-Length": len(body)}
            connection.send(request_bytes("/api/beta/me/contacts", waiting, "POST"))
            self.assertEqual(connection.response(head_only=True).status, 100)
            connection.send(body)
            self.assertEqual(connection.response().status, 201)

    def test_what_is_not_there(self):
        for path in ("/contacts/nobody", "/contacts('nobody')", "/contactfolders/none",
                     "/contactfolders/none/contacts", "/contactfolders/none/childfolders"):
            self.assert_error(self.api.get(path), 404, "ErrorItemNotFound")
        for target in ("/api/v1.0/me/contacts", "/api/beta", "/api/beta/me",
                       "/api/beta/me/messages", "/api/beta/me/contacts/x/y", "/api/beta/me/contacts(x)",
                       "/api/beta/me/contactfolders/x/y", "/api/beta/users", "/api/"):
            with self.subTest(target):
                self.assert_error(self.server.get(target), 404, "RequestBroker-ParseUri")
        self.assert_error(self.api.get("/contacts('%00')"), 400, "ErrorInvalidParameter")
        self.assert_error(self.api.get("/contacts/" + "x" * 400), 400, "ErrorInvalidParameter")
        other = Api(self.server, "/api/beta/users('nobody@example.org')")
        self.assert_error(other.ask("POST", "/contacts", {"GivenName": "x"}), 404,
                          "ErrorItemNotFound")


if __name__ == "__main__":
    case.run()
