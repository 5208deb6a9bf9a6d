"""Operators make everyone forget: memory, Redis, every process, and the CDN."""

import http.server
import json
import threading

from support import case, images

TOKEN = "an operator's token"
PROOF = {"Authorization": f"Bearer {TOKEN}"}


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


class Cdn(case.Case):
    def test_the_cdn_is_told_after_the_caches_again_and_again(self):
        statuses, seen = [503, 500, 200], []

        class Endpoint(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                seen.append((self.path, dict(self.headers),
                             self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        endpoint = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
        self.addCleanup(endpoint.server_close)
        self.addCleanup(endpoint.shutdown)
        threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True).start()
        origin = self.start_origin()
        origin.put("ada", plain(images.RED))
        server = self.start_likeness(
            origin, access__admin_token=TOKEN, purge__retry_min="1ms",
            purge__url=f"http://127.0.0.1:{endpoint.server_port}/zones/1/purge_cache",
            purge__headers="Content-Type: application/json",
            purge__secret_header="env:CDN_TOKEN", purge__body='{"tags":{tag_json}}',
            environment={"CDN_TOKEN": "Authorization: Bearer s3cret"})
        tags = server.get("/admin/photos/ada", PROOF, method="DELETE").json()["tags"]
        case.wait_until(lambda: server.metric("cdn_purges_sent_total") == 1, "the purge")
        self.assertEqual(server.metric("cdn_purges_retried_total"), 2)
        self.assertEqual(len(seen), 3)
        path, headers, body = seen[-1]
        self.assertEqual((path, json.loads(body)), ("/zones/1/purge_cache", {"tags": tags}))
        self.assertEqual(headers["Authorization"], "Bearer s3cret")
        self.assertNotIn("s3cret", server.read("err"))


if __name__ == "__main__":
    case.run()
