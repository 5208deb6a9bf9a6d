"""Operators make everyone forget: memory, Redis, every process, and the CDN."""

import hashlib
import http.server
import json
import threading

from support import case, images
from support.http_client import Connection
from support.processes import address_of

TOKEN = "an operator's token"
PROOF = {"Authorization": f"Bearer {TOKEN}"}


def tag(kind, name):
    """As docs/cdn.md tells."""
    return kind + hashlib.sha256(name.encode()).hexdigest()[:16]


def plain(colour):
    return images.jpeg(images.plain(200, 200, colour))


class Purge(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        for photo in ("ada", "bob", "eve@example.org", "eve@example.org/contacts/1"):
            self.origin.put(photo, plain(images.RED))

    def repaint(self):
        for photo in list(self.origin.answers):
            self.origin.put(photo, plain(images.BLUE))

    def serve(self, **settings):
        return self.start_likeness(self.origin, access__admin_token=TOKEN, **settings)

    def is_new(self, server, photo):
        answer = server.get(f"/photos/{photo.replace('/', '%2F')}/HR48x48")
        self.assertEqual(answer.status, 200)
        return images.near(images.Pixels(answer.body).at(24, 24), images.BLUE)

    def order(self, server, **what):
        return server.get("/admin/purge", PROOF, method="POST", body=json.dumps(what).encode())

    def test_one_photo(self):
        server = self.serve()
        for photo in ("ada", "bob"):
            self.is_new(server, photo)
        self.repaint()
        answer = server.get("/admin/photos/ada", PROOF, method="DELETE")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer["Cache-Control"], "no-store")
        self.assertEqual(answer.json()["store"], "forgotten")
        self.assertEqual(answer.json()["cdn"], "off")
        self.assertEqual([self.is_new(server, photo) for photo in ("ada", "bob")], [True, False])

    def test_a_mailbox_and_everything(self):
        server = self.serve()
        photos = ("bob", "eve@example.org", "eve@example.org/contacts/1")
        for photo in photos:
            self.is_new(server, photo)
        self.repaint()
        self.assertEqual(self.order(server, mailboxes=["eve@example.org"]).status, 200)
        self.assertEqual([self.is_new(server, photo) for photo in photos], [False, True, True])
        self.assertEqual(self.order(server, everything=True).json()["tags"], ["likeness"])
        self.assertTrue(self.is_new(server, "bob"))

    def test_tags(self):
        for redis in (None, self.start_redis()):
            server = self.serve(**({"redis": redis} if redis else {}))
            photos = ("ada", "bob", "eve@example.org", "eve@example.org/contacts/1")
            for photo in photos:
                self.origin.put(photo, plain(images.RED))
                self.is_new(server, photo)
            if redis:  # Another process has them in Redis alone.
                server = self.serve(redis=redis)
            self.repaint()
            answer = self.order(server, tags=[tag("p-", "ada"), tag("m-", "eve@example.org")])
            self.assertEqual((answer.status, answer.json()["tags"]),
                             (200, [tag("p-", "ada"), tag("m-", "eve@example.org")]))
            self.assertEqual([self.is_new(server, photo) for photo in photos],
                             [True, False, True, True])
            self.assertEqual(self.order(server, tags=["likeness"]).status, 200)
            self.assertTrue(self.is_new(server, "bob"))

    def test_a_store_that_cannot_be_searched_is_told_of(self):
        redis = self.start_redis()
        server = self.serve(redis=redis, redis__command_timeout="100ms")
        self.is_new(server, "ada")
        redis.kill()
        answer = self.order(server, tags=[tag("p-", "ada")])
        self.assertEqual((answer.status, answer.json()["store"]), (503, "unsearched"))
        answer = self.order(server, photos=["ada"])
        self.assertEqual((answer.status, answer.json()["store"]), (202, "pending"))

    def test_redis_and_every_process_forget(self):
        redis = self.start_redis()
        first, second = (self.serve(redis=redis) for _ in range(2))
        for server in (first, second):
            self.is_new(server, "ada")
        self.repaint()
        self.assertEqual(self.order(first, photos=["ada"]).status, 200)
        self.assertTrue(self.is_new(first, "ada"))
        case.wait_until(lambda: self.is_new(second, "ada"), "the news in the other process")

    def test_who_may(self):
        server = self.serve()
        self.is_new(server, "ada")
        self.repaint()
        for proof in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"},
                      {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}):
            answer = server.get("/admin/photos/ada", proof, method="DELETE")
            self.assertEqual(answer.status, 401, proof)
            self.assertEqual(answer["WWW-Authenticate"], "Bearer")
        self.assertFalse(self.is_new(server, "ada"))
        self.assertNotIn(TOKEN, server.read("err"))
        self.assertIn("audit: 127.0.0.1 was refused /admin/photos/ada", server.read("err"))

    def test_orders_are_taken_on_the_operators_listener_alone_where_there_is_one(self):
        server = self.serve(arguments=("--admin-listen", "127.0.0.1:0"))
        self.assertEqual(server.get("/admin/photos/ada", PROOF, method="DELETE").status, 404)
        url = next(line.split()[1] for line in server.read("out").splitlines()
                   if line.startswith("operators "))
        with Connection(address_of(url)) as operators:
            self.assertEqual(operators.ask("/admin/photos/ada", PROOF, method="DELETE").status, 200)
            self.assertEqual(operators.ask("/admin/photos/ada", method="DELETE").status, 401)

    def test_urls_are_signed_for_operators(self):
        server = self.serve(arguments=("--access", "signed", "--signing-key", "k:" + "0f" * 16))
        def sign(proof, **what):
            return server.get("/admin/sign", proof, method="POST", body=json.dumps(what).encode())
        urls = ["/photos/ada/HR48x48", "/photos/bob?size=HR64x64"]
        for more in ({}, {"expires": "1h"}):
            signed = sign(PROOF, urls=urls, **more).json()["urls"]
            self.assertEqual([server.get(url).status for url in urls + signed], [403, 403, 200, 200])
        self.assertEqual(sign({}, urls=urls).status, 401)
        for wrong in ({}, {"urls": "x"}, {"urls": [1]}, {"urls": ["x"]}, {"urls": urls, "expires": 1},
                      {"urls": urls, "expires": "soon"}, {"urls": ["/"] * 1001}):
            self.assertEqual(sign(PROOF, **wrong).status, 400, wrong)
        self.assertEqual(server.get("/admin/sign", PROOF).status, 405)

    def test_without_a_token_nobody_may(self):
        server = self.start_likeness(self.origin)
        self.assertEqual(server.get("/admin/photos/ada", PROOF, method="DELETE").status, 401)

    def test_the_token_may_stand_in_a_file_or_in_the_environment(self):
        folder = self.enterContext(case.temporary_folder())
        path = f"{folder}/token"
        with open(path, "w", encoding="utf-8") as file:
            file.write(TOKEN + "\n")
        for server in (self.start_likeness(self.origin, access__admin_token=f"file:{path}"),
                       self.start_likeness(self.origin, access__admin_token="env:TOKEN",
                                           environment={"TOKEN": TOKEN})):
            self.assertEqual(self.order(server, everything=True).status, 200)

    def test_what_makes_no_sense(self):
        server = self.serve()
        for target, method, status in (("/admin/purge", "GET", 405), ("/admin/photos/a", "GET", 405),
                                       ("/admin/photos/%00", "DELETE", 400),
                                       ("/admin/photos", "DELETE", 404), ("/admin/x", "GET", 404),
                                       ("/admin/purge/x", "POST", 404),
                                       ("/admin/purge", "POST", 400)):
            self.assertEqual(server.get(target, PROOF, method=method).status, status, target)
        self.assertEqual(self.order(server).status, 400)

    def test_orders_are_audited(self):
        server = self.serve()
        server.get("/admin/photos/ada", PROOF | {"X-Request-Id": "r-17"}, method="DELETE")
        case.wait_until(lambda: "audit: 127.0.0.1 purges ada (request r-17)" in server.read("err"),
                        "the log")


class Endpoint:
    """A CDN's purge endpoint, which gives these statuses and then 200. A context manager."""

    def __init__(self, *statuses):
        self.seen = []  # (path, headers, body)
        seen, statuses = self.seen, list(statuses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                seen.append((self.path, dict(self.headers),
                             self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(statuses.pop(0) if statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/zones/1/purge_cache"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def tags(self):
        return {tag for _, _, body in self.seen for tag in json.loads(body)["tags"]}


class Cdn(case.Case):
    def serve(self, origin, endpoint, **settings):
        return self.start_likeness(
            origin, access__admin_token=TOKEN, purge__retry_min="1ms", purge__url=endpoint.url,
            purge__headers="Content-Type: application/json", purge__body='{"tags":{tag_json}}',
            **settings)

    def test_the_cdn_is_told_after_the_caches_again_and_again(self):
        endpoint = self.start(Endpoint(503, 500))
        origin = self.start_origin()
        origin.put("ada", plain(images.RED))
        server = self.serve(origin, endpoint, purge__secret_header="env:CDN_TOKEN",
                            environment={"CDN_TOKEN": "Authorization: Bearer s3cret"})
        tags = server.get("/admin/photos/ada", PROOF, method="DELETE").json()["tags"]
        case.wait_until(lambda: server.metric("cdn_purges_sent_total") == 1, "the purge")
        self.assertEqual(server.metric("cdn_purges_retried_total"), 2)
        self.assertEqual(len(endpoint.seen), 3)
        path, headers, body = endpoint.seen[-1]
        self.assertEqual((path, json.loads(body)), ("/zones/1/purge_cache", {"tags": tags}))
        self.assertEqual(headers["Authorization"], "Bearer s3cret")
        self.assertNotIn("s3cret", server.read("err"))

    def test_the_cdn_hears_of_photos_that_are_written(self):
        endpoint = self.start(Endpoint())
        server = self.serve("embedded:" + self.enterContext(case.temporary_folder()), endpoint)
        made = server.get("/api/v2.0/me/contacts", {"Content-Type": "application/json"}, method="POST",
                          body=json.dumps({"GivenName": "Eve", "EmailAddresses": [
                              {"Address": "Eve@example.org"}]}).encode())
        self.assertEqual(made.status, 201)
        names = {"eve@example.org", made.json()["Id"]}
        put = server.get("/photos/eve%40example.org", {"Content-Type": "image/jpeg"}, method="PUT",
                         body=plain(images.RED))
        self.assertLess(put.status, 300)
        case.wait_until(lambda: {tag("p-", name) for name in names} <= endpoint.tags(), "the tags")


if __name__ == "__main__":
    case.run()
