"""Origins that are live services: Graph, Outlook, Exchange, UCWA, and another Likeness."""

import concurrent.futures
import hashlib
import json
import urllib.parse

from support import case, contacts, images, services

# Every answer is asked for again before it is given.
NEVER_FRESH = {"freshness__photo_ttl": "0s", "freshness__min_ttl": "0s",
               "freshness__stale_while_revalidate": "0s"}
CLIENT = {"origin__auth": "client-credentials", "origin__client_id": "the app"}


def error(code, status=404, **headers):
    return services.reply({"error": {"code": code, "message": "…"}}, status, **headers)


class Live(case.Case):
    def serve(self, service, **settings):
        self.service = self.start(service)
        self.server = self.start_likeness(origin=service, **settings)
        self.get = self.server.get

    def paths(self):
        return [call.path for call in self.service.asked()]


class GraphAndOutlook(Live):
    def test_one_fetch_of_the_largest_serves_all_sizes(self):
        for service in (services.Graph(), services.Outlook()):
            with self.subTest(service.spec):
                self.serve(service)
                service.put("AAMk=", case.square_photo())
                for edge in (48, 96, 648):
                    self.assert_picture(self.get(f"/photos/AAMk=/HR{edge}x{edge}"), edge, edge)
                photo = service.photo_path("AAMk=")
                self.assertEqual(self.paths(), [photo, photo + "/$value"])

    def test_bytes_are_fetched_again_only_when_the_tag_has_changed(self):
        self.serve(services.Graph(), **NEVER_FRESH)
        self.service.put("ann@x.org", images.plain(64, 64, images.RED), '"a"')
        photo = self.service.photo_path("ann@x.org")
        target = "/photos/ann@x.org/HR48x48"
        self.assertEqual(self.get(target).detail, "fetched")
        self.assertEqual(self.get(target).detail, "revalidated")
        self.service.put("ann@x.org", images.plain(64, 64, images.BLUE), '"b"')
        self.assertEqual(self.get(target).detail, "fetched")
        self.assertEqual(self.paths(), [photo, photo + "/$value", photo, photo, photo + "/$value"])

    def test_no_photo_in_all_its_spellings(self):
        self.serve(services.Graph())
        pixel = {"@odata.mediaContentType": "image/gif", "@odata.mediaEtag": "", "width": 1,
                 "height": 1}
        spellings = (error("ErrorItemNotFound"), error("GetUserPhoto"), error("ImageNotFound"),
                     error("ConsumerPhotoIsNotSupported", 400), error("ErrorItemNotFound", 200),
                     (404, {}, b""), services.reply(pixel))
        for number, spelling in enumerate(spellings):
            name = f"nobody{number}@x"
            with self.subTest(spelling):
                self.service.script(self.service.photo_path(name), spelling)
                for _ in range(2):
                    self.assertEqual(self.get(f"/photos/{name}").status, 404)
                self.assertEqual(len(self.service.asked(self.service.photo_path(name))), 1)

    def test_an_error_or_a_page_is_no_photo_bytes(self):
        self.serve(services.Graph())
        page = (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>")
        for name, answer in (("a@x", page), ("b@x", error("ErrorInternalServerError", 200)),
                             ("c@x", page[:1] + ({},) + page[2:])):
            with self.subTest(name):
                self.service.put(name, case.square_photo())
                self.service.script(self.service.photo_path(name) + "/$value", answer)
                self.assertEqual(self.get(f"/photos/{name}").status, 502)

    def test_a_contact_without_a_photo_shows_the_users(self):
        for service in (services.Graph(), services.Outlook()):
            with self.subTest(service.spec):
                self.serve(service, **NEVER_FRESH)
                service.contacts["AA"] = ["none@x", "ann@x"]
                service.put("ann@x", images.plain(64, 64, images.RED))
                self.assert_picture(self.get("/photos/AA/HR48x48"), 48, 48)
                self.assertEqual(self.get("/photos/AA/HR48x48").detail, "revalidated")
                service.put("AA", images.plain(64, 64, images.BLUE), '"2"')
                self.assertEqual(self.get("/photos/AA/HR48x48").detail, "fetched")

    def test_a_contact_that_may_not_be_read_has_no_photo_either(self):
        self.serve(services.Graph())
        self.service.contacts["AA"] = ["ann@x"]
        self.service.script("/v1.0/me/contacts/AA", error("ErrorAccessDenied", 403))
        self.assertEqual(self.get("/photos/AA").status, 404)

    def test_without_the_fallback_there_is_none(self):
        self.serve(services.Graph(), origin__fallback_to_user="false")
        self.service.contacts["AA"] = ["ann@x"]
        self.service.put("ann@x", case.square_photo())
        self.assertEqual(self.get("/photos/AA").status, 404)
        self.assertEqual(len(self.service.asked()), 1)


class Throttling(Live):
    def test_the_whole_process_waits_while_it_is_told_to(self):
        self.serve(services.Graph(), **NEVER_FRESH)
        for name in ("ann@x", "bob@x"):
            self.service.put(name, case.square_photo())
        good = self.get("/photos/ann@x/HR48x48")
        self.service.script(self.service.photo_path("bob@x"),
                            error("TooManyRequests", 429, **{"Retry-After": "600.5"}))
        answer = self.get("/photos/bob@x")
        self.assertEqual(answer.status, 503)
        self.assertIn(int(answer["Retry-After"]), range(500, 602))
        asked = len(self.service.asked())
        for number in range(6):  # On both loops.
            answer = self.get(f"/photos/other{number}@x")
            self.assertEqual(answer.status, 503)
            self.assertGreater(int(answer["Retry-After"]), 400)
        stale = self.get("/photos/ann@x/HR48x48")
        self.assertEqual((stale.status, stale.body), (200, good.body))
        self.assertEqual(len(self.service.asked()), asked)

    def test_at_most_four_requests_are_under_way(self):
        self.serve(services.Graph())
        self.service.gate = services.Gate()
        names = [f"user{number}@x" for number in range(12)]
        for name in names:
            self.service.put(name, case.square_photo())
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            answers = [pool.submit(self.get, f"/photos/{name}/HR48x48") for name in names]
            self.service.gate.wait_for_arrival(4)
            # All are on their way: what waits for the service is not there yet.
            case.wait_until(lambda: self.server.metric("flights") == len(names), "all flights")
            self.assertEqual(self.service.gate.arrived, 4)
            self.service.gate.open()
            for answer in answers:
                self.assert_picture(answer.result(), 48, 48)
        self.assertEqual(self.service.most_at_once, 4)


class Proof(Live):
    def test_an_apps_token_is_fetched_once_and_replaced_when_it_is_refused(self):
        service = self.start(services.Graph())
        service.tokens = set()
        self.server = self.start_likeness(
            origin=service, origin__token_url=service.url + "/token",
            origin__client_secret="env:THE_SECRET", environment={"THE_SECRET": "s&cret="}, **CLIENT)
        names = [f"user{number}@x" for number in range(6)]
        for name in names:
            service.put(name, case.square_photo())
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            for answer in pool.map(lambda name: self.server.get(f"/photos/{name}/HR48x48"), names):
                self.assert_picture(answer, 48, 48)
        (asked,) = service.asked("/token")
        self.assertEqual(asked.method, "POST")
        self.assertEqual(
            asked.body.decode(), "grant_type=client_credentials&client_id=the%20app"
            "&client_secret=s%26cret%3D&scope=http%3A%2F%2F127.0.0.1%2F.default")
        service.tokens = set()
        service.put("late@x", case.square_photo())
        self.assert_picture(self.server.get("/photos/late@x/HR48x48"), 48, 48)
        self.assertEqual(len(service.asked("/token")), 2)
        self.assertNothingTold("s&cret", "app-1", "app-2")

    def test_a_fixed_token_comes_from_a_file(self):
        service = self.start(services.Exchange())
        service.tokens = {"from-a-file"}
        service.put("ann@x", case.square_photo())
        with case.temporary_folder() as folder:
            with open(folder + "/token", "w", encoding="ascii") as file:
                file.write("from-a-file\n")
            self.server = self.start_likeness(origin=service, origin__auth="token",
                                              origin__token=f"file:{folder}/token")
        self.assert_picture(self.server.get("/photos/ann@x/HR48x48"), 48, 48)
        service.tokens = {"another"}
        self.assertEqual(self.server.get("/photos/bob@x").status, 403)
        self.assertNothingTold("from-a-file")

    def assertNothingTold(self, *secrets):
        with open(f"/proc/{self.server.pid}/cmdline", encoding="utf-8") as file:
            told = file.read() + self.server.last_words() + self.server.get("/metrics").body.decode()
        for secret in secrets:
            self.assertNotIn(secret, told)


class OtherServices(Live):
    def test_exchange(self):
        self.serve(services.Exchange(), **NEVER_FRESH)
        self.service.put("ann+x@x.org", case.square_photo())
        target = "/photos/ann%2Bx@x.org/HR96x96"
        self.assert_picture(self.get(target), 96, 96)
        self.assertEqual(self.get(target).detail, "revalidated")
        self.assertEqual(self.service.asked()[-1].headers["If-None-Match"], '"1"')
        self.assertEqual(self.get("/photos/nobody@x").status, 404)
        self.assertEqual(self.get("/photos/AAMk=").status, 404)

    def test_exchange_says_500_for_an_unknown_user_and_that_is_not_believed_for_long(self):
        self.serve(services.Exchange())
        path = "/ews/Exchange.asmx/s/GetUserPhoto"
        self.service.script(path, (500, {}, b""), (404, {}, b""))
        answer = self.get("/photos/unknown@x")
        self.assertEqual(answer.status, 404)
        self.assertRegex(answer["Cache-Control"], r"max-age=(9|10)\b")
        self.assertRegex(self.get("/photos/none@x")["Cache-Control"], r"max-age=(299|300)\b")

    def test_exchange_is_busy_within_a_200(self):
        self.serve(services.Exchange())
        busy = (b'<s:Envelope><m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:MessageXml>'
                b'<t:Value Name="BackOffMilliseconds">300000</t:Value></m:MessageXml></s:Envelope>')
        self.service.script("/ews/Exchange.asmx/s/GetUserPhoto", (200, {}, busy))
        for name in ("a@x", "b@x"):
            answer = self.get(f"/photos/{name}")
            self.assertEqual(answer.status, 503)
            self.assertIn(int(answer["Retry-After"]), range(250, 302))
        self.assertEqual(len(self.service.asked()), 1)

    def test_ucwa(self):
        self.serve(services.Ucwa(), **NEVER_FRESH)
        self.service.put("photos/ann@x", case.square_photo(), "0b2a-unquoted")
        self.service.put("people/7/contactPhoto", case.wide_photo())
        self.assert_picture(self.get("/photos/ann@x/HR48x48"), 48, 48)
        self.assertEqual(self.get("/photos/ann@x/HR48x48").detail, "revalidated")
        self.assert_picture(self.get("/photos/7/HR48x48"), 48, 48)
        self.assertEqual(self.get("/photos/8").status, 404)
        self.assertEqual(self.service.asked()[0].query, {"size": "HR648X648"})

    def test_ucwas_other_404s_say_nothing_of_the_photo(self):
        self.serve(services.Ucwa())
        gone = services.reply({"code": "NotFound", "subcode": "ApplicationNotFound"}, 404)
        page = (404, {"Content-Type": "text/html"}, b"<html>not here</html>")
        for name, answer in (("1", gone), ("2", page)):
            path = f"{self.service.application}/people/{name}/contactPhoto"
            self.service.script(path, answer)
            self.assertEqual(self.get(f"/photos/{name}").status, 502)


class AnotherLikeness(case.Case):
    """A second process of ours is the origin, in each of its dialects."""

    ADDRESS = "ada@likeness.example"

    def specs(self, behind):
        url = behind.urls[0]
        return (url + "/photos/{id}/original", "graph:" + url, "outlook:" + url, "ews:" + url,
                f"ucwa:{url}/ucwa/v1/applications/1")

    def test_it_serves_what_its_origin_has(self):
        origin = self.start_origin()
        behind = self.start_likeness(origin=origin, **NEVER_FRESH)
        origin.put(self.ADDRESS, case.square_photo())
        origin.put("broken@likeness.example", status=500)
        for spec in self.specs(behind):
            with self.subTest(spec):
                front = self.start_likeness(origin=spec, **NEVER_FRESH)
                for detail in ("fetched", "revalidated"):
                    answer = front.get(f"/photos/{self.ADDRESS}/HR96x96")
                    self.assert_picture(answer, 96, 96)
                    self.assertEqual(answer.detail, detail)
                self.assertEqual(front.get("/photos/nobody@likeness.example").status, 404)
                self.assertEqual(front.get("/photos/broken@likeness.example").status, 502)

    def test_it_asks_for_a_token_and_has_contacts_of_its_own(self):
        token = "let-me-in"
        digest = hashlib.sha256(token.encode()).hexdigest()
        with case.temporary_folder() as folder:
            behind = self.start_likeness(f"embedded:{folder}/store",
                                         access__tokens=f"ada:Contacts.ReadWrite:{digest}")
            api = contacts.Api(behind, headers={"Authorization": f"Bearer {token}"})
            contact = api.create({"GivenName": "Ada", "EmailAddresses": [{"Address": self.ADDRESS}]})
            api.ask("PUT", f"/contacts('{contact['Id']}')/photo/$value", body=case.square_photo(),
                    headers={"Content-Type": "image/jpeg"})
            for spec in ("graph:", "outlook:"):
                with self.subTest(spec):
                    front = self.start_likeness(origin=spec + behind.urls[0], origin__auth="token",
                                                origin__token=token)
                    for photo in (contact["Id"], f"ada/contacts/{contact['Id']}"):
                        quoted = urllib.parse.quote(photo, safe="")
                        self.assert_picture(front.get(f"/photos/{quoted}/HR96x96"), 96, 96)
                    self.assertEqual(front.get("/photos/AAMkNobody").status, 404)


class SourcePolicy(case.Case):
    def test_a_redirect_leads_only_to_where_the_settings_allow(self):
        inside, outside = self.start_origin(), self.start_origin()
        outside.put("ada", case.square_photo())
        location = outside.template.format(id="ada")
        inside.put("ada", status=302, headers={"Location": location})
        allowed = location.split("/")[2]
        for redirects, status in ((None, 502), ("other.example", 502), (allowed, 200)):
            with self.subTest(redirects):
                server = self.start_likeness(origin=inside, origin__redirects=redirects)
                self.assertEqual(server.get("/photos/ada/HR48x48").status, status)
        self.assertEqual(outside.count("ada"), 1)

    def test_a_redirect_to_a_private_address_is_refused_by_address(self):
        inside = self.start_origin()
        inside.put("ada", status=302, headers={"Location": "http://localhost:1/latest/meta-data"})
        server = self.start_likeness(origin=inside, origin__redirects="localhost:1")
        # Not origin_failed: the redirect's host is allowed, its address is not.
        self.assertEqual(server.get("/photos/ada").json()["error"]["code"], "origin_unreachable")


class PassThrough(Live):
    def echo(self, answer):
        self.assertEqual(answer.status, 207, answer.body)
        document = json.loads(answer.body)
        return document, {name.lower(): value for name, value in document["headers"]}

    def test_calls_that_are_no_photos_reach_the_service_as_they_are(self):
        for service, target in ((services.Graph(), "/v1.0/me/contacts?$top=5&$filter=a%20eq%20''"),
                                (services.Graph(), "/beta/users/a@x/contactFolders"),
                                (services.Outlook(), "/api/beta/Me/ContactFolders('x')/contacts")):
            for method, body in (("GET", b""), ("POST", b'{"a":1}'), ("PATCH", b"{}"),
                                 ("DELETE", b"")):
                with self.subTest(method + target):
                    if self.server_of(service) is None:
                        self.serve(service)
                    answer = self.get(target, {
                        "Authorization": "Bearer mine", "Prefer": "odata.track-changes",
                        "Cookie": "session=1", "Connection": "X-Hop", "X-Hop": "1",
                        "Content-Type": "application/json"}, method=method, body=body)
                    document, headers = self.echo(answer)
                    self.assertEqual((document["method"], document["target"], document["body"]),
                                     (method, target, body.decode()))
                    self.assertEqual(headers["authorization"], "Bearer mine")
                    self.assertEqual(headers["prefer"], "odata.track-changes")
                    self.assertEqual(headers["host"], service.url.removeprefix("http://"))
                    self.assertNotIn("cookie", headers)
                    self.assertNotIn("x-hop", headers)
                    self.assertEqual(answer["Preference-Applied"], "odata.track-changes")
                    self.assertEqual(answer["X-Odd"], "kept")
                    self.assertIsNone(answer["Set-Cookie"])

    def server_of(self, service):
        return self.server if getattr(self, "service", None) is service else None

    def test_the_proxys_own_proof_is_not_lent(self):
        self.serve(services.Graph(), origin__auth="token", origin__token="the-proxys")
        _, headers = self.echo(self.get("/v1.0/me/messages"))
        self.assertNotIn("authorization", headers)

    def test_a_written_photo_is_seen_at_once(self):
        for service, value in ((services.Graph(), "/v1.0/me/contacts/AA/photo/$value"),
                               (services.Outlook(), "/api/v2.0/me/contacts('AA')/photo/$value")):
            with self.subTest(service.spec):
                self.serve(service, origin__fallback_to_user="false")
                service.put("AA", images.plain(64, 64, images.RED))
                target = "/photos/AA/HR48x48"
                before = self.get(target)
                self.assertEqual(self.get(target).detail, "memory")
                new = images.plain(64, 64, images.BLUE)
                answer = self.get(value, {"Content-Type": "image/jpeg"}, method="PUT", body=new)
                self.assertEqual(answer.status, 200)
                self.assertEqual(service.photos["AA"].body, new)
                after = self.get(target)
                self.assertNotEqual(after.body, before.body)
                self.assertEqual(self.get(value, method="DELETE").status, 204)
                self.assertEqual(self.get(target).status, 404)

    def test_the_services_own_errors_come_back_unchanged(self):
        self.serve(services.Graph())
        self.service.script("/v1.0/me/messages",
                            error("TooManyRequests", 429, **{"Retry-After": "2.128"}))
        answer = self.get("/v1.0/me/messages")
        self.assertEqual((answer.status, answer["Retry-After"]), (429, "2.128"))
        self.assertEqual(answer.json()["error"]["code"], "TooManyRequests")
        # That was the caller's limit: photos go on.
        self.service.put("ann@x", case.square_photo())
        self.assert_picture(self.get("/photos/ann@x/HR48x48"), 48, 48)

    def test_bodies_are_bounded_both_ways(self):
        self.serve(services.Graph(), forward__max_request_bytes="1KiB",
                   forward__max_response_bytes="4KiB")
        self.assertEqual(self.get("/v1.0/me/x", method="POST", body=b"x" * 1024).status, 207)
        self.assertEqual(self.get("/v1.0/me/x", method="POST", body=b"x" * 1025).status, 413)
        self.service.script("/v1.0/me/large", (200, {}, b"x" * 5000))
        answer = self.get("/v1.0/me/large")
        self.assertEqual(answer.status, 502)
        self.assertIn("code", answer.json()["error"])

    def test_only_the_services_own_api_is_forwarded(self):
        self.serve(services.Graph())
        for target in ("/api/v2.0/me/contacts", "/other", "/v1.0/../admin", "/v1.0/%2e%2e/admin"):
            self.assertEqual(self.get(target).status, 404)
        self.assertEqual(self.service.asked(), [])
        off = self.start_likeness(origin=self.service, forward__enabled="false")
        self.assertEqual(off.get("/v1.0/me/contacts").status, 404)


if __name__ == "__main__":
    case.run()
