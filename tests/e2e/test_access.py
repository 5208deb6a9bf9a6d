"""Who may see what: tokens, callers' rights at a live origin, the CDN's secret, operators."""

import base64
import hashlib
import http.server
import json
import pathlib
import re
import subprocess
import threading
import urllib.parse

from support import case, images
from support.case import Case, square_photo
from support.http_client import Connection
from support.origin import Gate
from support.processes import BINARY, address_of, run_likeness
from support.waiting import DEADLINE, wait_until

PHOTO = "/photos/ann%40example.org/HR48x48"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def batch(server, headers, *urls):
    """The answers to a Graph batch of photos, in order."""
    requests = [{"id": str(i), "method": "GET", "url": url} for i, url in enumerate(urls)]
    answer = server.get("/v1.0/$batch", {"Content-Type": "application/json"} | headers,
                        method="POST", body=json.dumps({"requests": requests}).encode())
    assert answer.status == 200, answer.body
    return sorted(answer.json()["responses"], key=lambda response: int(response["id"]))


def width(answer):
    """Of the picture in an answer of a batch; None if it is an error."""
    if answer["status"] != 200:
        return None
    return images.size_of(base64.b64decode(answer["body"], validate=True))[1]


def get_user_photo(server, headers, email):
    """What Exchange's SOAP says for it: the code and the picture."""
    messages = "http://schemas.microsoft.com/exchange/services/2006/messages"
    answer = server.get("/ews/Exchange.asmx", {"Content-Type": "text/xml"} | headers,
                        method="POST", body=f"""<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="{messages}"><soap:Body>
<m:GetUserPhoto><m:Email>{email}</m:Email><m:SizeRequested>HR48x48</m:SizeRequested></m:GetUserPhoto>
</soap:Body></soap:Envelope>""".encode())
    code = re.search(r"ResponseCode[^>]*>(\w+)<", answer.body.decode())
    photo = re.search(r"<m:PictureData>([^<]*)<", answer.body.decode())
    return code.group(1), photo.group(1) if photo else ""


class Graph:
    """A service like Microsoft Graph that knows who may see whose photo. A context manager.

    `rights` are the tokens with the photos that each may see; "me" is the token's own."""

    def __init__(self, rights):
        self.rights = rights
        self.asked = []  # (token, path), in order.
        self.gate = None
        self.lock = threading.Lock()

    def __enter__(self):
        graph = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self):
                graph.respond(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.template = f"graph:http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_):
        if self.gate:
            self.gate.open()
        self.server.shutdown()
        self.server.server_close()

    def respond(self, handler):
        path = urllib.parse.unquote(handler.path)
        token = (handler.headers["Authorization"] or "").removeprefix("Bearer ")
        with self.lock:
            self.asked.append((token, path))
        if self.gate:
            self.gate.pass_through()
        user = path.removeprefix("/v1.0/").removeprefix("users/").split("/")[0]
        kind, body = "application/json", b'{"error":{"code":"ErrorAccessDenied"}}'
        if token not in self.rights:
            status = 401
        elif user == "nobody@example.org":
            status, body = 404, b'{"error":{"code":"ImageNotFound"}}'
        elif user not in self.rights[token]:
            status = 403
        elif path.endswith("/$value"):
            owner = token if user == "me" else user
            status, kind, body = 200, "image/jpeg", self.photo_of(owner)
        else:
            status, body = 200, b'{"@odata.mediaEtag":"W/\\"1\\"","@odata.mediaContentType":"image/jpeg"}'
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def photo_of(owner):
        return square_photo() if owner != "b" else case.wide_photo()

    def count(self, token, ending="/photo"):
        with self.lock:
            return sum(1 for who, path in self.asked if who == token and path.endswith(ending))


class Callers(Case):
    """A live origin judges each caller."""

    def setUp(self):
        self.graph = self.enterContext(Graph({
            "a": {"ann@example.org", "me"}, "b": {"bob@example.org", "me"}, "c": set()}))

    def serve(self, **settings):
        return self.start_likeness(self.graph, **({"access__mode": "bearer",
                                                   "origin__auth": "caller"} | settings))

    def assert_private(self, response):
        self.assert_picture(response, 48, 48)
        self.assertTrue(response["Cache-Control"].startswith("private, "))
        self.assertNotIn("s-maxage", response["Cache-Control"])

    def assert_shut(self, server):
        """Nobody but "a" gets the photo, whatever is cached."""
        for token in ("b", "c"):
            response = server.get(PHOTO, bearer(token))
            self.assertEqual(response.status, 403, token)
            self.assertEqual(response["Cache-Control"], "no-store")
            conditional = {"If-None-Match": "*"} | bearer(token)
            self.assertEqual(server.get(PHOTO, conditional).status, 403)
            self.assertEqual(server.get(PHOTO + "?v=1", bearer(token)).status, 403)
            self.assertEqual(server.get("/photos/ann%40example.org/meta", bearer(token)).status, 403)
        self.assertIn(server.get(PHOTO, bearer("stranger")).status, (401, 403))
        response = server.get(PHOTO)
        self.assertEqual((response.status, response["WWW-Authenticate"]), (401, "Bearer"))

    def test_what_is_in_memory_is_not_for_everybody(self):
        server = self.serve()
        self.assert_private(server.get(PHOTO, bearer("a")))
        hit = server.get(PHOTO, bearer("a"))
        self.assert_private(hit)
        self.assertEqual(hit.detail, "memory")
        self.assert_shut(server)
        self.assert_private(server.get(PHOTO, bearer("a")))

    def test_what_is_in_redis_is_not_for_everybody(self):
        redis = self.start_redis()
        first = self.serve(redis=redis)
        self.assert_private(first.get(PHOTO, bearer("a")))
        wait_until(lambda: len(redis.fields("ann@example.org")) > 1, "the photo in Redis")
        second = self.serve(redis=redis)
        self.assert_shut(second)
        fetched = self.graph.count("a", "/$value")
        answer = second.get(PHOTO, bearer("a"))
        self.assert_private(answer)
        self.assertEqual(answer.detail, "redis")
        self.assertEqual(self.graph.count("a", "/$value"), fetched)
        self.assert_shut(second)
        self.assert_shut(first)

    def test_the_origin_is_asked_once_per_caller_and_photo(self):
        server = self.serve(access__right_ttl="1h", access__denial_ttl="1h")
        self.graph.gate = Gate()
        with server.connect() as one, server.connect() as other:
            for connection in (one, other):
                connection.send(b"GET " + PHOTO.encode() +
                                b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer c\r\n\r\n")
            self.graph.gate.open()
            self.assertEqual([one.response().status, other.response().status], [403, 403])
        for _ in range(3):
            self.assertEqual(server.get(PHOTO, bearer("c")).status, 403)
        self.assertEqual(self.graph.count("c"), 1)
        for size in ("HR48x48", "HR96x96", "original", "meta"):
            self.assertEqual(server.get(f"/photos/ann%40example.org/{size}", bearer("a")).status, 200)
        self.assertEqual(self.graph.count("a", "/$value"), 1)
        self.assertLessEqual(self.graph.count("a"), 2)  # The check, and the fetch's own look.

    def test_the_wait_for_the_origins_word_is_the_origins(self):
        server = self.serve(access__right_ttl="0s")
        server.get(PHOTO, bearer("a"))
        answer = server.get(PHOTO, bearer("a") | {"X-Server-Timing": "1"})
        self.assertEqual(answer.detail, "memory")
        self.assertRegex(answer["Server-Timing"], r"^origin;dur=[\d.]+, total;dur=[\d.]+$")

    def test_a_right_that_was_withdrawn_ends(self):
        server = self.serve(access__right_ttl="0s")
        self.assert_private(server.get(PHOTO, bearer("a")))
        self.graph.rights["a"].clear()
        self.assertEqual(server.get(PHOTO, bearer("a")).status, 403)

    def test_each_caller_has_a_photo_of_his_own(self):
        server = self.serve()
        for _ in range(2):
            for token, size in (("a", (648, 648)), ("b", (500, 300))):
                meta = server.get("/photos/me/meta", bearer(token)).json()
                self.assertEqual((meta["width"], meta["height"]), size)
        self.assertEqual(server.get("/photos/me%23x/meta", bearer("a")).status, 404)

    def test_photos_within_a_call_are_not_for_everybody_either(self):
        server = self.serve()
        self.assert_private(server.get(PHOTO, bearer("a")))  # So that it is in memory.
        for token, ann, own in (("a", (200, 48), 48), ("b", (403, None), 48), ("c", (403, None), None),
                                ("", (401, None), None)):
            with self.subTest(token=token):
                proof = bearer(token) if token else {}
                answers = batch(server, proof, "/users/ann@example.org/photos/48x48/$value",
                                "/me/photos/48x48/$value")
                self.assertEqual((answers[0]["status"], width(answers[0])), ann)
                self.assertEqual(width(answers[1]), own)
                code, photo = get_user_photo(server, proof, "ann@example.org")
                self.assertEqual(code, "NoError" if token == "a" else "ErrorAccessDenied")
                self.assertEqual(bool(photo), token == "a")

    def test_a_batch_has_a_photo_of_each_callers_own(self):
        server = self.serve()
        for _ in range(2):
            for token, expected in (("a", 648), ("b", 500)):
                answer, = batch(server, bearer(token), "/me/photo/$value")
                self.assertEqual(width(answer), expected)

    def test_where_there_is_no_photo_a_picture_stands_in_for_each_caller(self):
        server = self.serve(fallback__web="monogram")
        for _ in range(2):
            self.assert_picture(server.get("/photos/nobody%40example.org/HR48x48", bearer("a")), 48, 48)
        self.assertEqual(server.get("/photos/nobody%40example.org/HR48x48").status, 401)
        self.assertEqual(server.get(PHOTO, bearer("b")).status, 403)

    def test_browsers_of_ucwa_show_a_cookie(self):
        server = self.serve(access__web="bearer")
        target = "/ucwa/v1/applications/1/people/ann%40example.org/contactPhoto"
        response = server.get(target, {"Cookie": "x=y"})
        self.assertEqual(response.status, 401)
        # This origin knows tokens alone; what matters is that the cookie is taken for a proof.
        self.assertNotEqual(server.get(target, {"Cookie": "x=y; cwt_ucwa=secret"}).status, 401)
        self.assertEqual(server.get(PHOTO, {"Cookie": "cwt_ucwa=secret"}).status, 401)

    def test_tokens_are_in_no_log_and_not_in_redis(self):
        redis = self.start_redis()
        self.graph.rights["s3cr3t-t0ken"] = {"ann@example.org", "me"}
        server = self.serve(redis=redis, log__level="trace")
        self.assert_private(server.get(PHOTO, bearer("s3cr3t-t0ken")))
        self.assertEqual(server.get("/photos/me/HR48x48", bearer("s3cr3t-t0ken")).status, 200)
        self.assertEqual(server.get("/photos/bob%40example.org", bearer("s3cr3t-t0ken")).status, 403)
        self.assertNotIn("s3cr3t-t0ken", server.read("err"))
        self.assertNotIn("s3cr3t-t0ken", server.get("/metrics").body.decode())
        for key in redis.command("KEYS", "*"):
            held = redis.command("HGETALL", key) if redis.command("TYPE", key) == "hash" else ""
            self.assertNotIn("s3cr3t", f"{key} {held}")

    def test_callers_rights_ask_for_bearers_everywhere(self):
        done = run_likeness("serve", "--origin", self.graph.template, "--set", "origin.auth=caller")
        self.assertEqual(done.returncode, 2)
        self.assertIn("origin.auth: caller asks for access.mode bearer", done.stderr)


def card(name, address):
    photo = base64.b64encode(square_photo()).decode()
    return (f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};{name}\r\nFN:{name}\r\nEMAIL:{address}\r\n"
            f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}\r\nEND:VCARD\r\n")


class Tokens(Case):
    """The embedded contacts, and the tokens of the settings."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(case.temporary_folder()))
        cls.store = str(cls.folder / "store")
        for user, friend in (("ann", "carl"), ("bob", "dora")):
            cards = cls.folder / f"{user}.vcf"
            cards.write_text(card(friend, f"{friend}@example.org"), newline="")
            done = run_likeness("import", str(cards), "--store", cls.store, "--mailbox",
                                f"{user}@example.org")
            assert done.returncode == 0, done.stderr

    @staticmethod
    def entry(user, token, scopes="Contacts.Read"):
        return f"{user}@example.org:{scopes}:{hashlib.sha256(token.encode()).hexdigest()}"

    def serve(self, **settings):
        tokens = ",".join((self.entry("ann", "a"), self.entry("bob", "b", "Contacts.ReadWrite")))
        return self.start_likeness(f"embedded:{self.store}", access__mode="bearer",
                                   access__tokens=tokens, **settings)

    def test_a_token_shows_its_users_contacts_alone(self):
        server = self.serve()
        for token, friend, stranger in (("a", "carl", "dora"), ("b", "dora", "carl")):
            for _ in range(2):
                shown = server.get(f"/photos/{friend}%40example.org/HR48x48", bearer(token))
                self.assert_picture(shown, 48, 48)
                self.assertTrue(shown["Cache-Control"].startswith("private, "))
                hidden = server.get(f"/photos/{stranger}%40example.org/HR48x48", bearer(token))
                self.assertEqual(hidden.status, 403)
        for headers in ({}, bearer("c"), {"Authorization": "Basic YTph"}):
            self.assertEqual(server.get("/photos/carl%40example.org/HR48x48", headers).status, 401)

    def test_the_hash_of_a_token_is_that_of_the_command_line(self):
        done = subprocess.run([BINARY, "hash-token"], input="a\n", capture_output=True, text=True,
                              timeout=DEADLINE, check=True)
        self.assertEqual(done.stdout.strip(), hashlib.sha256(b"a").hexdigest())

    def test_bearers_ask_for_tokens(self):
        done = run_likeness("serve", "--access", "bearer")
        self.assertEqual(done.returncode, 2)
        self.assertIn("access.tokens: bearer asks for at least one", done.stderr)


class Operators(Case):
    def test_operators_can_have_a_listener_of_their_own(self):
        server = self.start_likeness(arguments=("--admin-listen", "127.0.0.1:0"))
        url = next(line.split()[1] for line in server.read("out").splitlines()
                   if line.startswith("operators "))
        with Connection(address_of(url)) as operators:
            self.assertEqual(operators.ask("/metrics").status, 200)
            self.assertEqual(operators.ask("/healthz").status, 200)
            self.assertEqual(operators.ask("/debug/photo/ada").status, 200)
        for path in ("/metrics", "/debug/photo/ada"):
            self.assertEqual(server.get(path).status, 404, path)
        self.assertEqual(server.get("/readyz").status, 200)

    def test_metrics_are_not_for_those_behind_a_proxy(self):
        server = self.start_likeness(arguments=("--admin-token", "t0ken"))
        self.assertEqual(server.get("/metrics").status, 200)
        passed_on = {"X-Forwarded-For": "192.0.2.1"}
        self.assertEqual(server.get("/metrics", passed_on).status, 403)
        self.assertEqual(server.get("/metrics", passed_on | bearer("t0ken")).status, 200)
        self.assertEqual(server.get("/metrics", passed_on | bearer("wrong")).status, 403)

    def test_the_cdns_secret(self):
        origin = self.start_origin(make=lambda photo: square_photo())
        with case.temporary_folder() as folder:
            file = pathlib.Path(folder) / "secret"
            file.write_text("X-From-CDN: s3cret\n", encoding="ascii")
            server = self.start_likeness(origin, access__cdn_secret=f"file:{file}")
        self.assert_picture(server.get(PHOTO, {"x-from-cdn": "s3cret"}), 48, 48)
        for headers in ({}, {"X-From-CDN": "s3cre"}, {"X-From-CDN": "S3cret"}):
            response = server.get(PHOTO, headers)
            self.assertEqual((response.status, response.json()["error"]["code"]), (403, "forbidden"))
        self.assertEqual(server.get("/healthz").status, 200)
        self.assertNotIn("s3cret", server.read("err"))


if __name__ == "__main__":
    case.run()
