"""Behind Varnish with xkey, as config/examples/likeness.vcl sets it up."""

from support import case, caches, images
from support.processes import free_port

TARGET = "/photos/ada/HR96x96.jpg"
TOKEN = "an operator's token"


def plain(colour):
    return images.jpeg(images.plain(200, 200, colour))


class BehindVarnish(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", plain(images.RED))

    def start_both(self, **settings):
        """Varnish names likeness' port, and likeness Varnish's: the port of likeness is chosen here."""
        port = free_port()
        varnish = self.start(caches.Varnish("varnish", port))
        settings = {"cdn__tag_headers": "xkey", "access__admin_token": TOKEN,
                    "purge__url": varnish.url, "purge__method": "PURGE",
                    "purge__headers": "xkey-purge: {tags}", "purge__retry_min": "10ms",
                    } | settings
        server = self.start_likeness(self.origin, listen=(f"127.0.0.1:{port}",), **settings)
        return server, varnish

    def colour(self, server, target=TARGET):
        answer = server.get(target)
        self.assertEqual(answer.status, 200, answer.body)
        return images.Pixels(answer.body).at(24, 24)

    def test_a_hit_and_a_304_need_no_likeness(self):
        server, varnish = self.start_both()
        first = varnish.get(TARGET)
        self.assert_picture(first, 96, 96)
        self.assertEqual(first["X-Cache"], "MISS")
        self.assertIsNone(first["xkey"])
        server.stop()
        for accept in ("image/avif,image/webp,*/*", "image/png"):  # No Vary: all share it.
            again = varnish.get(TARGET, {"Accept": accept, "Cookie": "session=1"})
            self.assertEqual((again["X-Cache"], again.body), ("HIT", first.body))
        same = varnish.get(TARGET, {"If-None-Match": first["ETag"]})
        self.assertEqual((same.status, same["ETag"]), (304, first["ETag"]))

    def test_a_negotiated_photo_has_one_variant_a_format(self):
        server, varnish = self.start_both()
        target = "/photos/ada/HR96x96?format=auto"
        kinds = {"webp": ("image/webp,*/*;q=0.8", "text/html,image/webp,image/*"),
                 "jpeg": ("image/png,image/*;q=0.5", "*/*", "")}
        answers = {}
        for kind, spellings in kinds.items():
            answers[kind] = varnish.get(target, {"Accept": spellings[0]})
            self.assertEqual(answers[kind]["X-Cache"], "MISS")
        server.stop()
        for kind, spellings in kinds.items():
            for accept in spellings:
                again = varnish.get(target, {"Accept": accept})
                self.assertEqual((again["X-Cache"], again.body), ("HIT", answers[kind].body))

    def test_grace_while_likeness_is_down(self):
        server, varnish = self.start_both(cdn__max_age="1s")
        first = varnish.get(TARGET)
        server.kill()
        over = case.wait_until(lambda: (answer := varnish.get(TARGET)) and
                               int(answer["Age"]) >= 3 and answer, "a photo past its lifetime")
        self.assertEqual((over.status, over.body), (200, first.body))

    def test_what_is_over_is_revalidated(self):
        server, varnish = self.start_both(cdn__max_age="1s")
        first = varnish.get(TARGET)

        def revalidated():
            self.assertEqual(varnish.get(TARGET).body, first.body)
            return server.metric("requests_total", status="304") > 0

        case.wait_until(revalidated, "a revalidation")

    def test_a_purge_reaches_the_browsers_side(self):
        server, varnish = self.start_both()
        self.origin.put("bob", plain(images.RED))
        for target in (TARGET, "/photos/ada/HR48x48.webp", "/photos/bob/HR96x96.jpg"):
            varnish.get(target)
        self.origin.put("ada", plain(images.BLUE))
        self.origin.put("bob", plain(images.BLUE))
        self.assert_near(self.colour(varnish), images.RED)
        answer = server.get("/admin/photos/ada", {"Authorization": f"Bearer {TOKEN}"},
                            method="DELETE")
        self.assertEqual((answer.status, answer.json()["cdn"]), (200, "queued"))
        case.wait_until(lambda: server.metric("cdn_purges_sent_total") == 1, "the purge")
        self.assert_near(self.colour(varnish), images.BLUE)
        self.assertEqual(varnish.get("/photos/ada/HR48x48.webp")["X-Cache"], "MISS")
        self.assert_near(self.colour(varnish, "/photos/bob/HR96x96.jpg"), images.RED)

    def test_no_photo_is_purged_too(self):
        server, varnish = self.start_both()
        self.assertEqual(varnish.get("/photos/new/HR96x96").status, 404)
        self.origin.put("new", plain(images.BLUE))
        self.assertEqual(varnish.get("/photos/new/HR96x96").status, 404)
        server.get("/admin/purge", {"Authorization": f"Bearer {TOKEN}"}, method="POST",
                   body=b'{"everything": true}')
        case.wait_until(lambda: server.metric("cdn_purges_sent_total") == 1, "the purge")
        self.assertEqual(varnish.get("/photos/new/HR96x96").status, 200)


if __name__ == "__main__":
    case.run()
